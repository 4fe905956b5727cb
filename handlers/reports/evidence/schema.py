"""What a register's lines may hold (registers.toml); reads typed cells and names everything that is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from handlers.reports.evidence import cells as reading
from handlers.reports.evidence.cells import Known, Wrong, bare
from storage.register_lines import Line

CODE = "code"  # the first column of every register
ON = "on"  # a day in this column lies in the line's fiscal year


@dataclass(frozen=True)
class Field:
    """One column: its code, printed heading, kind (see registers.toml), and whether it must be filled in."""

    code: str
    heading: str
    kind: str
    required: bool

    @property
    def choices(self) -> Mapping[str, str]:
        """What a cell may be, where it is one of a list: code → how people say it."""
        name, _colon, rest = self.kind.partition(":")
        pairs = (one.partition("=") for one in rest.split("|")) if name == "choice" else ()
        return {code: words or code for code, _is, words in pairs}

    @property
    def refers_to(self) -> str:
        """The register or noun a cell's codes must be of; "" for none."""
        name, _colon, rest = self.kind.partition(":")
        return rest if name in ("ref", "refs") else ""

    @property
    def several(self) -> bool:
        """Does a cell hold several values, one to a line?"""
        return self.kind.partition(":")[0] in ("lines", "refs", "files")


@dataclass(frozen=True)
class Register:
    """One register: its title, the points of category 3 it counts for, whether its lines stand, and its columns."""

    name: str
    title: str
    cs: tuple[str, ...]
    standing: bool
    fields: tuple[Field, ...]
    example: Mapping[str, str]  # column code → words for an example line

    def field(self, code: str) -> Field:
        """The column of this code. Raises KeyError."""
        return next(field for field in self.fields if field.code == code) if code in self.codes else _none(code)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its columns."""
        return tuple(field.code for field in self.fields)


def _none(code: str) -> Field:
    raise KeyError(code)


@dataclass(frozen=True)
class Problem:
    """What is wrong: with a cell of a line (from 1, headings not counted; 0: with the register), and what would be
    right. `code`: of the line. `warning`: it can stand, but something is lacking."""

    register: str
    line: int
    heading: str
    why: str  # a key of evidence.toml [register_problem]
    value: str = ""
    wanted: str = ""
    code: str = ""
    warning: bool = False


@cache
def registers() -> Mapping[str, Register]:
    """Every register by its name. Read once."""
    raw = tomllib.loads((Path(__file__).parent / "registers.toml").read_text(encoding="utf-8"))
    return {
        name: Register(
            name,
            given["title"],
            tuple(given["cs"]),
            given["standing"],
            tuple(
                Field(code, heading.rstrip("*"), kind, heading.endswith("*"))
                for code, heading, kind in given["columns"]
            ),
            given.get("example", {}),
        )
        for name, given in raw.items()
    }


Row = Mapping[str, Any]  # column code → what stands in the cell; CODE for the line's own


def read(
    register: Register, rows: Sequence[Row], known: Known, days: tuple[date, date] | None = None
) -> tuple[list[Line], list[Problem]]:
    """Lines out of typed cells, and all that is wrong. `days`: the fiscal year, its first day and the next one's."""
    lines: list[Line] = []
    problems: list[Problem] = []
    codes = _codes(rows)
    for number, row in enumerate(rows, 1):
        code = codes[number - 1]
        cells: dict[str, Any] = {}
        for field in register.fields:
            try:
                value = value_of(field, row.get(field.code), known, days)
            except Wrong as wrong:
                problems.append(
                    Problem(register.name, number, field.heading, wrong.why, wrong.value, wrong.wanted, code)
                )
                continue
            if value not in (None, "", []):
                cells[field.code] = value
            elif field.required:
                problems.append(Problem(register.name, number, field.heading, "missing", code=code))
        problems += [Problem(register.name, number, "", why, code, code=code) for why in _wrong_code(code, codes)]
        lines.append(Line(code, cells))
    return lines, problems


def _codes(rows: Sequence[Row]) -> list[str]:
    """Each line's code; a line without one gets the next free number."""
    given = [bare(row.get(CODE)) for row in rows]
    taken = set(given)
    free = (str(number) for number in range(1, len(rows) + len(taken) + 2) if str(number) not in taken)
    return [code or next(free) for code in given]


def _wrong_code(code: str, codes: Sequence[str]) -> list[str]:
    fits = any(map(str.isalnum, code)) and all(letter.isalnum() or letter in "-_./:" for letter in code)
    if len(code) > _CODE_LETTERS or not fits:
        return ["code"]
    return ["twice"] if codes.count(code) > 1 else []


_CODE_LETTERS = 40


def value_of(field: Field, given: Any, known: Known, days: tuple[date, date] | None = None) -> Any:
    """What a cell means; None for an empty one. Raises Wrong."""
    kind = field.kind.partition(":")[0]
    if not bare(given) and not isinstance(given, list):
        return None
    if kind in ("number", "percent"):
        return reading.number(given, 100 if kind == "percent" else None)
    if kind == "day":
        return reading.day(given, days if field.code == ON else None)
    if kind == "choice":
        return reading.choice(given, field.choices)
    if field.several:
        return _several(field, kind, given, known)
    return reading.code_of(given, field.refers_to, known) if kind == "ref" else reading.text(given)


def _several(field: Field, kind: str, given: Any, known: Known) -> list[str]:
    values = reading.several(given, codes=kind != "lines")
    if kind == "files":
        return list(dict.fromkeys(reading.file_of(value, known) for value in values))
    if kind == "refs":
        return list(dict.fromkeys(reading.code_of(value, field.refers_to, known) for value in values))
    return [reading.text(value) for value in values]


def shown(field: Field, value: Any) -> Any:
    """A stored value as people write it: the word of a choice, lines one below the other; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return field.choices.get(str(value), str(value)) if field.choices else value
