"""Several matters in one text, so that each can be followed by itself. Careful: a wrong cut is worse than none."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp import keywords, kinds
from nlp.digits import arabic
from nlp.normalize import normalize

MOST = 3
_SHORTEST, _SHORTEST_UNMARKED = 8, 12  # letters a matter takes at least; more where only a space stands between
_SHORTEST_LISTED, _SHORT_PIECE = 5, 20  # in a bare list of troubles
_SURE = 0.55
_LONG = 45  # a longer text may hold several matters without saying so


@dataclass(frozen=True)
class _Cuts:
    """Where a text may be cut: at joints, at any space, and what a piece begins with that goes on."""

    marked: re.Pattern[str]
    anywhere: re.Pattern[str]
    goes_on: re.Pattern[str]


_NUMBER = re.compile(r"(?:^|(?<=\s))(?:ข้อ\s?)?(\d{1,2})[.)]\s*(?!\d)")


@cache
def _cuts() -> _Cuts:
    data = tomllib.loads((Path(__file__).parent / "data" / "topics.toml").read_text(encoding="utf-8"))
    joints = "|".join(re.escape(word) for word in sorted(data["joints"], key=len, reverse=True))
    marked = rf"\s*\n\s*|\s*(?:{joints})\s*"
    goes_on = "|".join(re.escape(word) for word in data["goes_on"])
    return _Cuts(re.compile(marked), re.compile(rf"{marked}|\s+"), re.compile(goes_on))


def split(text: str) -> list[str]:
    """The matters of a text in its own words, in order; fewer than two means: leave it whole."""
    if len(text) > 3000:
        return []
    found = _numbered(text)
    if len(found) < 2:
        found = _grouped(_pieces(text, _cuts().marked), _SHORTEST)
    if len(found) < 2:
        found = _listed(text)
    if len(found) < 2 and len(text) >= _LONG:
        found = _grouped(_pieces(text, _cuts().anywhere), _SHORTEST_UNMARKED)
    return found[:MOST] if len(found) >= 2 else []


def _numbered(text: str) -> list[str]:
    """The items of a list that counts 1, 2, 3; what stands before it is its heading."""
    line = arabic(text)
    marks = list(_NUMBER.finditer(line))
    if not marks or [int(mark.group(1)) for mark in marks] != list(range(1, len(marks) + 1)):
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    items = [text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]
    return [item for item in items if any(letter.isalpha() for letter in item)]


def _listed(text: str) -> list[str]:
    """Three troubles and more, told in a word each: "ถนนพัง ไฟดับ น้ำไม่ไหล"."""
    pieces = text.split()
    found = _grouped(pieces, _SHORTEST_LISTED)
    return found if len(found) >= MOST and all(len(piece) <= _SHORT_PIECE for piece in pieces) else []


def _pieces(text: str, cut: re.Pattern[str]) -> list[str]:
    return [piece.strip() for piece in cut.split(text) if piece and piece.strip()]


def _grouped(pieces: list[str], shortest: int) -> list[str]:
    """Pieces that name a trouble of another category begin a new matter; the rest belongs to the one before."""
    groups: list[tuple[str, list[str]]] = []
    loose: list[str] = []
    for piece in pieces:
        category = _category(piece, shortest)
        if category and (not groups or category != groups[-1][0]) and category not in [code for code, _ in groups]:
            groups.append((category, [*loose, piece]))
            loose = []
        elif category and category in [code for code, _ in groups]:
            next(words for code, words in groups if code == category).append(piece)
        elif groups:
            groups[-1][1].append(piece)
        else:
            loose.append(piece)
    return [" ".join(words) for _code, words in groups]


def _category(piece: str, shortest: int) -> str:
    """The category whose trouble this piece names by itself; "" where it does not."""
    line = normalize(piece)
    if len(line) < shortest or _cuts().goes_on.match(line) or not kinds.names_problem(line):
        return ""
    scored = keywords.score(line)
    best, confidence = scored.ranked[0]
    return "" if scored.abstained or confidence < _SURE else best
