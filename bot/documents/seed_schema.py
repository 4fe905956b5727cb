"""Which sheets and columns the workbook of an installation's data has (seed_sheets.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from handlers.reports.evidence.schema import Field, Register

YES, NO = "yes", "no"  # codes of a flag


@dataclass(frozen=True)
class Column:
    """One column. `kind` is one of seed_sheets.toml; `field` reads a cell of it; `hint` says what belongs there."""

    field: Field
    kind: str
    hint: str

    @property
    def code(self) -> str:
        """Its code."""
        return self.field.code

    @property
    def is_read(self) -> bool:
        """Or is it only there to be read by people?"""
        return self.kind != "note"


@dataclass(frozen=True)
class Sheet:
    """One sheet. `file`, `table`: where its rows stand in the seed ("" for one that is put together otherwise).
    `within`, `parent`: the rows are a list of that name in the rows of `table` which the column `parent` names."""

    register: Register
    help: str
    file: str
    table: str
    key: tuple[str, ...]
    within: str
    parent: str
    whole: bool
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """Its code, the last word of its tab."""
        return self.register.name

    @property
    def headings(self) -> dict[str, str]:
        """Column code → printed heading, with a star where it must be filled in."""
        return {one.code: one.field.heading + ("*" if one.field.required else "") for one in self.columns}


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("seed_sheets.toml").read_text(encoding="utf-8"))


@cache
def sheets() -> Mapping[str, Sheet]:
    """Every sheet by its name, in the order of the workbook. Read once."""
    return {name: _sheet(name, given) for name, given in _raw().items() if isinstance(given, dict) and "key" in given}


def meanings() -> Mapping[str, str]:
    """ "limits.draft_hours" → what it means to people, of every time limit a cell can hold."""
    found: dict[str, str] = _raw()["meaning"]
    return found


def _sheet(name: str, given: Mapping[str, Any]) -> Sheet:
    columns = tuple(_column(*one) for one in given["columns"])
    return Sheet(
        Register(name, given["title"], (), True, tuple(one.field for one in columns), {}),
        given["help"],
        given.get("file", ""),
        given.get("table", ""),
        tuple(given["key"]),
        given.get("within", ""),
        given.get("parent", ""),
        given.get("whole", False),
        columns,
    )


def _column(code: str, heading: str, kind: str, hint: str = "") -> Column:
    read_as = {"flag": _raw()["flag"], "decimal": "text", "code": "text", "note": "text"}.get(kind, kind)
    return Column(Field(code, heading.rstrip("*"), read_as, heading.endswith("*")), kind, hint)
