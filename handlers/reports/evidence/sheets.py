"""Registers as sheets to be filled in on a computer: headings, hints, an example, lists to choose from, what is there
now; and problems in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.reports.evidence.known import known
from handlers.reports.evidence.lint import stored
from handlers.reports.evidence.schema import CODE, Field, Problem, Register, registers, shown
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc

Cells = Mapping[str, str | int]  # column code → what stands there; CODE for the line's own


@dataclass(frozen=True)
class Sheet:
    """One register as a sheet. `options`: column code → what may be chosen there."""

    register: Register
    headings: Mapping[str, str]
    hints: Mapping[str, str]
    example: Cells
    rows: Sequence[Cells]
    options: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Book:
    """All registers of an agency for a fiscal year; `about` is read first."""

    agency_code: str
    year: int
    about: Sequence[str]
    sheets: Sequence[Sheet]


def book(scope: Scope) -> Book:
    """What is there now, ready to be changed. `scope` is of one agency."""
    assert scope.agency_code is not None
    texts, there = scope.svc.texts, stored(scope)
    codes = known(scope.svc, scope.agency_code, scope.year)
    sheets = []
    for name, register in registers().items():
        columns = {field.code: field for field in register.fields}
        options = {code: _options(field, codes) for code, field in columns.items()}
        sheets.append(
            Sheet(
                register,
                headings(scope.svc, register),
                {CODE: texts.word("register_sheet.hint_code"), **{c: _hint(scope.svc, f) for c, f in columns.items()}},
                {
                    CODE: texts.word("register_sheet.example"),
                    **{code: _example(scope, register, field, options[code]) for code, field in columns.items()},
                },
                [
                    {CODE: line.code, **{code: _cell(f, line.cells.get(code), codes) for code, f in columns.items()}}
                    for line in there[name]
                ],
                {code: listed for code, listed in options.items() if listed},
            )
        )
    values = {"agency": scope.agency_code, "year": scope.year, "at": texts.moment(scope.svc.now)}
    about = [line.format_map(values) for line in texts.words("register_sheet.about")]
    return Book(scope.agency_code, scope.year, about, sheets)


def headings(svc: Svc, register: Register) -> dict[str, str]:
    """Column code → printed heading, with a star where it must be filled in."""
    found = {field.code: field.heading + ("*" if field.required else "") for field in register.fields}
    return {CODE: svc.texts.word("register_sheet.code"), **found}


def _options(field: Field, codes: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What may be chosen: words of a choice; code and name of what a cell refers to, where it takes one."""
    if field.choices:
        return [words if words != code else code for code, words in field.choices.items()]
    noun = field.refers_to
    if not noun or noun == "case" or field.several:
        return []
    return [_named(code, name) for code, name in codes[noun].items()]


def _named(code: str, name: str) -> str:
    return " ".join(f"{code} {name}".split())


def _hint(svc: Svc, field: Field) -> str:
    kind = field.kind.partition(":")[0]
    must = svc.texts.word("register_sheet.must") if field.required else ""
    more = svc.texts.word("register_sheet.hint_case") if field.refers_to == "case" else ""
    return " ".join(filter(None, [must, more or svc.texts.word(f"register_sheet.hint_{kind}")]))


def _example(scope: Scope, register: Register, field: Field, options: Sequence[str]) -> str | int:
    if field.code in register.example:
        return register.example[field.code]
    kind = field.kind.partition(":")[0]
    if options:
        return options[0]
    of_kind: dict[str, str | int] = {"number": 30, "percent": 80, "day": f"15/1/{scope.year}"}
    return of_kind.get(kind, "")


def _cell(field: Field, value: Any, codes: Mapping[str, Mapping[str, str]]) -> str | int:
    """A stored value as it is written into its cell; a code with its name where one is chosen from a list."""
    found: str | int = shown(field, value)
    if found != "" and field.refers_to and not field.several:
        return _named(str(found), codes.get(field.refers_to, {}).get(str(found), ""))
    return found


def in_words(svc: Svc, problem: Problem) -> str:
    """What is wrong and what would be right, in Thai."""
    return svc.texts.word(
        f"register_problem.{problem.why}", heading=problem.heading, value=problem.value, wanted=problem.wanted
    )
