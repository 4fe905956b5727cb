"""What a register's lines may hold (registers.toml); reads typed cells and names everything that is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from handlers.rules.thai_calendar import BUDDHIST_ERA
from storage.register_lines import Line

CODE = "code"  # the first column of every register


@dataclass(frozen=True)
class Field:
    """One column: its code, printed heading, kind (see registers.toml), and whether it must be filled in."""

    code: str
    heading: str
    kind: str
    required: bool

    @property
    def choices(self) -> tuple[str, ...]:
        """What a cell may be, where it is one of a list."""
        name, _colon, rest = self.kind.partition(":")
        return tuple(rest.split("|")) if name == "choice" else ()

    @property
    def refers_to(self) -> str:
        """The register a cell's codes must be in; "" for none."""
        name, _colon, rest = self.kind.partition(":")
        return rest if name in ("ref", "refs") else ""


@dataclass(frozen=True)
class Register:
    """One register: its title, the points of category 3 it counts for, whether its lines stand, and its columns."""

    name: str
    title: str
    cs: tuple[str, ...]
    standing: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: which line (from 1, headings not counted), which column, and what would be right."""

    register: str
    line: int
    heading: str
    why: str  # missing unknown choice number percent day twice too_long
    value: str = ""
    wanted: str = ""


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
        )
        for name, given in raw.items()
    }


Known = Mapping[str, Collection[str]]  # register or other noun -> the codes there are


def read(register: Register, rows: Sequence[Mapping[str, Any]], known: Known) -> tuple[list[Line], list[Problem]]:
    """Lines out of typed cells (column code → what stands there; CODE for the line's own), and all that is wrong."""
    lines: list[Line] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        cells: dict[str, Any] = {}
        for field in register.fields:
            try:
                value = _value(field, row.get(field.code), known)
            except _Wrong as wrong:
                problems.append(Problem(register.name, number, field.heading, wrong.why, wrong.value, wrong.wanted))
                continue
            if value not in (None, "", []):
                cells[field.code] = value
            elif field.required:
                problems.append(Problem(register.name, number, field.heading, "missing"))
        code = str(row.get(CODE) or number).strip()[:_CODE_LETTERS]
        if code in seen:
            problems.append(Problem(register.name, number, CODE, "twice", code))
        seen.add(code)
        lines.append(Line(code, cells))
    return lines, problems


_CODE_LETTERS, _LETTERS = 40, 4000


class _Wrong(Exception):
    def __init__(self, why: str, value: object, wanted: str = "") -> None:
        super().__init__(why)
        self.why, self.value, self.wanted = why, str(value), wanted


def _value(field: Field, given: Any, known: Known) -> Any:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    kind = field.kind.partition(":")[0]
    if kind in ("number", "percent"):
        return _number(given, kind)
    if kind == "day":
        return _day(given)
    if kind in ("lines", "refs"):
        values = _several(given)
        return [_known(field, value, known) for value in values] if kind == "refs" else values
    text = str(given).strip()
    if len(text) > _LETTERS:
        raise _Wrong("too_long", f"{len(text)}", str(_LETTERS))
    if kind == "choice" and text not in field.choices:
        raise _Wrong("choice", text, " ".join(field.choices))
    return _known(field, text, known) if kind == "ref" else text


def _several(given: Any) -> list[str]:
    parts = given if isinstance(given, list) else str(given).replace(";", "\n").split("\n")
    return [str(part).strip() for part in parts if str(part).strip()]


def _known(field: Field, code: str, known: Known) -> str:
    codes = known.get(field.refers_to)
    if codes is not None and code not in codes:
        raise _Wrong("unknown", code, " ".join(sorted(codes)[:30]))
    return code


def _number(given: Any, kind: str) -> int:
    try:
        number = int(str(given).strip().replace(",", "").removesuffix(".0"))
    except ValueError as wrong:
        raise _Wrong("number", given) from wrong
    if number < 0 or (kind == "percent" and number > 100):
        raise _Wrong(kind, given)
    return number


def _day(given: Any) -> str:
    """A date as ISO text; people also write the Buddhist era, as 2570-01-05 or 5/1/2570."""
    text = str(given).strip()[:10]
    parts = text.split("/")
    if len(parts) == 3:
        text = f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year - BUDDHIST_ERA if year > 2400 else year, month, day).isoformat()
    except ValueError as wrong:
        raise _Wrong("day", given) from wrong
