"""An institute's results as a table: one row a respondent. Everything wrong is named at once, or all of it is right.

Columns `answered_on` and `channel`, `group` where it is known, and one for each item asked ("S1.2.3"). An item's cell
holds a point of the scale: its code, its Thai words, or 3 2 1 (3 is the best); an empty one was not answered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

NUMBERS = {"3": "very_satisfied", "2": "satisfied", "1": "dissatisfied"}
FIXED = ("answered_on", "channel", "group")
_BUDDHIST_ERA = 543
_FIRST_BUDDHIST = 2400  # a year above it is B.E.
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_THAI = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")


@dataclass(frozen=True)
class Known:
    """What may stand in a table: items of the form; words → code of channels, groups and points; the day it is."""

    items: Sequence[str]
    channels: Mapping[str, str]
    groups: Mapping[str, str]
    points: Mapping[str, str]
    today: date


@dataclass(frozen=True)
class Respondent:
    """One person's answers: the day, the channel, the group where known, item → point (None: not answered)."""

    on: date
    channel: str
    group: str | None
    answers: Mapping[str, str | None]


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell. Rows as a spreadsheet numbers them: the header is row 1."""

    row: int
    column: str
    why: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.why}"


def folded(text: str) -> str:
    """Words as they are compared: without spaces, in lower case, Thai digits as Arabic ones."""
    plain = unicodedata.normalize("NFC", text).replace("\u0e4d\u0e32", "\u0e33")
    return "".join(_arabic(letter) for letter in plain.lower() if not letter.isspace() and letter != "\ufeff")


def _arabic(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def day_in(text: str) -> date | None:
    """A written date: 2026-11-24, or day/month/year as 24/11/2569 (B.E., or A.D.); None where it is none."""
    line = "".join(map(_arabic, text.strip()))
    iso, thai = _ISO.fullmatch(line), _THAI.fullmatch(line)
    if iso:
        year, month, day = map(int, iso.groups())
    elif thai:
        day, month, year = map(int, thai.groups())
    else:
        return None
    try:
        return date(year - _BUDDHIST_ERA if year > _FIRST_BUDDHIST else year, month, day)
    except ValueError:
        return None


def read(rows: Sequence[Sequence[str]], known: Known) -> tuple[list[Respondent], list[Problem]]:
    """The respondents of a table whose first row is its header, and every problem in it."""
    if not rows:
        return [], [Problem(1, "-", "the file is empty")]
    header = [cell.strip().lstrip("\ufeff") for cell in rows[0]]
    problems = list(_of_header(header, known))
    if problems:
        return [], problems
    people: list[Respondent] = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = dict(zip(header, [*row, *[""] * len(header)], strict=False))
        found = list(_of_row(number, row, header, cells, known))
        problems += found
        if not found:
            people.append(_respondent(cells, known))
    if not people and not problems:
        problems.append(Problem(2, "-", "there is no row below the header"))
    return people, problems


def _of_header(header: Sequence[str], known: Known) -> Iterator[Problem]:
    for name in ("answered_on", "channel"):
        if name not in header:
            yield Problem(1, name, "this column is missing")
    for name in dict.fromkeys(header):
        if name not in FIXED and name not in known.items:
            yield Problem(1, name or "(no name)", f"unknown column; there are {', '.join(FIXED)} and the form's items")
        if header.count(name) > 1:
            yield Problem(1, name or "(no name)", "this column stands there twice")
    if not any(name in known.items for name in header):
        yield Problem(1, known.items[0], "no column of an item of this form")


def _of_row(
    number: int, row: Sequence[str], header: Sequence[str], cells: Mapping[str, str], known: Known
) -> Iterator[Problem]:
    if any(cell.strip() for cell in row[len(header) :]):
        yield Problem(number, "-", "more cells than the header has columns")
    day = day_in(cells["answered_on"])
    if day is None:
        why = "is no date like 2026-11-24 or 24/11/2569"
        yield Problem(number, "answered_on", f"{cells['answered_on'].strip()!r} {why}")
    elif day > known.today:
        yield Problem(number, "answered_on", f"{day} is yet to come")
    for name, table in (("channel", known.channels), ("group", known.groups)):
        written = cells.get(name, "").strip()
        if (written or name == "channel") and folded(written) not in table:
            codes = ", ".join(dict.fromkeys(table.values()))
            yield Problem(number, name, f"{written!r} is none of: {codes}")
    yield from _of_answers(number, header, cells, known)


def _of_answers(number: int, header: Sequence[str], cells: Mapping[str, str], known: Known) -> Iterator[Problem]:
    asked = [name for name in header if name in known.items]
    for name in asked:
        written = cells[name].strip()
        if written and _point(written, known) is None:
            yield Problem(number, name, f"{written!r} is no answer: a code, its Thai words, 3, 2 or 1, or empty")
    if not any(cells[name].strip() for name in asked):
        yield Problem(number, "-", "no item is answered")


def _point(written: str, known: Known) -> str | None:
    word = folded(written)
    return NUMBERS.get(word.removesuffix(".0")) or known.points.get(word)


def _respondent(cells: Mapping[str, str], known: Known) -> Respondent:
    day = day_in(cells["answered_on"])
    assert day is not None  # looked at before
    answers = {name: _point(cells[name], known) for name in known.items if name in cells}
    group = known.groups.get(folded(cells.get("group", "")))
    return Respondent(day, known.channels[folded(cells["channel"])], group, answers)
