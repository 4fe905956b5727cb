"""The texts people write in the made-up year: this project's own training texts, each at a place of the seed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nlp
from bot.simulation.plan import Dice, load, weights_of

_FOLDER = Path(nlp.__file__).parent / "data" / "training"
_LEAST, _MOST = 12, 220  # letters
_AT_A_SPOT = frozenset({"complaint", "service_request", "emergency"})
_SPOTS = 400  # lanes and villages of each tambon: the same ones come again
_TYPO = 0.06
_SAYS_WHERE = 0.72


@dataclass(frozen=True)
class Spot:
    """A place of the made-up province: words, and a pin near its tambon (WGS 84 degrees)."""

    words: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Matter:
    """What somebody wants to tell. `category` is what the text is about, as whoever wrote it labelled it."""

    kind: str
    category: str
    text: str
    spot: Spot
    told_where: bool  # the text names the place already


@dataclass(frozen=True)
class Tambon:
    """A tambon of the seed, and how many of the matters happen there."""

    name: str
    lat: float
    lon: float
    weight: float


class Texts:
    """Chooses matters."""

    def __init__(self, dice: Dice, tambons: Sequence[Tambon]) -> None:
        self._dice = dice
        self._tambons = {place.name: place for place in tambons}
        self._weights = {place.name: place.weight for place in tambons}
        self._by_category: dict[str, list[str]] = defaultdict(list)
        self._by_kind: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for path in sorted(_FOLDER.glob("*.jsonl")):
            self._read(path)
        self._told: list[Matter] = []  # what others told lately: some of it is told twice

    def _read(self, path: Path) -> None:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not _LEAST <= len(row["text"]) <= _MOST or "\n" in row["text"]:
                continue
            if row["kind"] == "complaint":
                self._by_category[row["category"]].append(row["text"])
            self._by_kind[row["kind"]].append((row["category"], row["text"]))

    def matter(self, month: int, known: float = 0.05) -> Matter:
        """Something to tell in this month; `known`: the share that somebody else told of shortly before."""
        if self._told and self._dice.happens(known):
            return self._dice.one(self._told)  # type: ignore[no-any-return]
        kind = self._dice.of_plan("kinds")
        if kind == "complaint":
            category = self._dice.weighed(weights_of(month))
            words = str(self._dice.one(self._by_category[category]))
        else:
            category, words = self._dice.one(self._by_kind[kind])
        spot = self.spot()
        told_where = kind in _AT_A_SPOT and self._dice.happens(_SAYS_WHERE)
        found = Matter(kind, category, self._typed(words, spot if told_where else None), spot, told_where)
        if kind == "complaint" and told_where:
            self._told = [*self._told[-5:], found]
        return found

    def question(self) -> str:
        """What somebody asks the office."""
        return str(self._dice.one(self._by_kind["inquiry"])[1])

    def followup(self) -> str:
        """What somebody writes about a case of theirs, without its number."""
        return str(self._dice.one(self._by_kind["followup"])[1])

    def spot(self) -> Spot:
        """A place: a lane or village and its tambon."""
        tambon = self._tambons[self._dice.weighed(self._weights)]
        number = int(self._dice.between(1, _SPOTS))
        shape = str(load()["places"]["before"][number % len(load()["places"]["before"])])
        words = f"{shape.format(n=number % 60 + 1, m=number % 12 + 1)} {tambon.name}"
        return Spot(words, round(tambon.lat + (number % 20 - 10) / 900, 6), round(tambon.lon + number / 40000, 6))

    def _typed(self, words: str, spot: Spot | None) -> str:
        """As it is typed: where it is, a polite end, now and then a slip."""
        if self._dice.happens(_TYPO) and len(words) > 20:
            at = int(self._dice.between(4, len(words) - 4))
            words = words[:at] + words[at + 1 :] if words[at].isalpha() else words
        where = f" {spot.words}" if spot is not None else ""
        return f"{words.rstrip('. ')}{where}{self._dice.says('ends')}"
