"""What somebody typed into one cell: a number, a day, one of a list, codes that must exist. What is wrong says why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.rules.thai_calendar import BUDDHIST_ERA
from nlp import entities
from nlp.digits import arabic

Known = Mapping[str, Mapping[str, str]]  # noun ("group", "case", "network", "file") → the codes there are → names
CASE, FILE = "case", "file"
LETTERS = 4000  # of a cell
VALUES = 50  # of a cell that takes several
_LARGEST = 1_000_000_000
_SHOWN = 12  # codes named where one is unknown
_NUMBER = re.compile(r"\d+(\.0+)?")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})")
_EARLIEST = 1900


class Wrong(Exception):
    """A cell cannot stand so: `why` is a key of evidence.toml [register_problem]; `wanted` says what would be right."""

    def __init__(self, why: str, value: object, wanted: str = "") -> None:
        super().__init__(why)
        self.why, self.value, self.wanted = why, str(value)[:200], wanted


def bare(given: Any) -> str:
    """A cell as text without spaces around it, and without what no database can hold."""
    words = "" if given is None else str(given)
    return "".join(letter for letter in words if letter.isprintable() or letter in "\n\t").strip()


def text(given: Any) -> str:
    """Words, not too many."""
    words = bare(given)
    if len(words) > LETTERS:
        raise Wrong("too_long", len(words), str(LETTERS))
    return words


def number(given: Any, most: int | None = None) -> int:
    """A whole number, not below 0; Thai digits, and commas between thousands, are taken."""
    words = arabic(bare(given)).replace(",", "")
    if not _NUMBER.fullmatch(words) or isinstance(given, bool):
        raise Wrong("number" if most is None else "percent", bare(given))
    found = int(words.partition(".")[0]) if len(words) < 20 else _LARGEST + 1
    if found > (_LARGEST if most is None else most):
        raise Wrong("number" if most is None else "percent", bare(given))
    return found


def day(given: Any, days: tuple[date, date] | None = None) -> str:
    """A date as ISO text; people also write the Buddhist era, as 2570-01-05, 5/1/2570 or 5/1/70. `days`: it must lie
    from the first to before the second."""
    words = arabic(bare(given)).removesuffix(" 00:00:00")
    found = _DAY.fullmatch(words)
    if found is None:
        raise Wrong("day", words)
    parts = found.group(1, 2, 3) if found.group(1) else found.group(6, 5, 4)
    year, month, of_month = (int(part) for part in parts)
    if year < 100:
        year += 2500
    try:
        meant = date(year - BUDDHIST_ERA if year > 2400 else year, month, of_month)
    except ValueError as wrong:
        raise Wrong("day", words) from wrong
    if meant.year < _EARLIEST:
        raise Wrong("day", words)
    if days is not None and not days[0] <= meant < days[1]:
        raise Wrong("year", words)
    return meant.isoformat()


def choice(given: Any, choices: Mapping[str, str]) -> str:
    """The code of a choice, given by its code or its words; of both ("1 การให้ข้อมูล") as well."""
    said = _folded(arabic(bare(given)))
    for code, words in choices.items():
        if said in (_folded(code), _folded(words), _folded(f"{code} {words}")):
            return code
    raise Wrong("choice", bare(given), " · ".join(choices.values()))


def _folded(words: str) -> str:
    return "".join(words.lower().split())


def several(given: Any, *, codes: bool) -> list[str]:
    """The values of a cell that takes several: one to a line; codes also with commas between."""
    if isinstance(given, list):
        parts = [bare(part) for part in given]
    else:
        parts = re.split(r"[\n;,]" if codes else r"\n", bare(given))
    found = [part.strip() for part in parts if part.strip()]
    if len(found) > VALUES:
        raise Wrong("too_many", len(found), str(VALUES))
    return found


def code_of(given: Any, noun: str, known: Known) -> str:
    """A code that must exist, given as the code, as its name, or as both ("line LINE"). Where nothing is known of a
    noun, whatever is written stands."""
    words = bare(given)
    if noun == CASE:
        words = next(iter(entities.find_references(words)), words)
    codes = known.get(noun)
    if codes is None or words in codes:
        return words
    said = _folded(words)
    for code, name in codes.items():
        if said in (_folded(code), _folded(name), _folded(f"{code} {name}")):
            return code
    raise Wrong("unknown", words, " · ".join(f"{code} {name}".strip() for code, name in [*codes.items()][:_SHOWN]))


def file_of(given: str, known: Known) -> str:
    """A picture that an officer of the agency sent: "photo:12", or the digest of its content."""
    files = known.get(FILE)
    if files is not None and given not in files:
        raise Wrong("file", given)
    return given
