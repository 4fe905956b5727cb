"""Which codes a register's cells may name: what the database knows of the agency, and lines of the same file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from handlers.reports.evidence.cells import CASE, FILE, Known, bare, several
from handlers.reports.evidence.schema import CODE, Field, Row, registers, shown
from handlers.services import Svc
from nlp import entities
from storage import agencies, register_lines, surveys

Sheets = Mapping[str, Sequence[Row]]  # register → its typed lines


def known(svc: Svc, agency_code: str, year: int, sheets: Sheets | None = None) -> Known:
    """Every noun a cell may name, with its codes and their names. `sheets`: what is being read; of a register in it
    these lines count, not the stored ones. Of cases and pictures those that the sheets name are looked up."""
    session, given = svc.session, sheets or {}
    found: dict[str, Mapping[str, str]] = {
        "group": {row.code: row.name for row in agencies.register(session, "group")},
        "channel": {row.code: row.name for row in agencies.register(session, "channel")},
        "unit": {row.code: row.name for row in agencies.units(session, agency_code)},
        "service": {row.code: row.name for row in agencies.services(session, agency_code)},
        "item": {code: item.name for code, item in surveys.items(session).items()},
        "category": {row.code: row.name for row in agencies.categories(session)},
    }
    for name in {field.refers_to for register in registers().values() for field in register.fields}:
        if name in registers():
            found[name] = _typed(given[name]) if name in given else stored(svc, name, agency_code, year)
    references = {each for typed in _cells(given, "case") for each in _references(typed)}
    found[CASE] = dict.fromkeys(register_lines.cases_there(session, agency_code, references), "")
    names = {name for typed in _cells(given, "files") for name in typed}
    found[FILE] = dict.fromkeys(register_lines.files_there(session, agency_code, names), "")
    return found


def stored(svc: Svc, name: str, agency_code: str, year: int) -> dict[str, str]:
    """Code → name of a register's lines that count in a year."""
    rows = register_lines.lines(svc.session, name, (agency_code,), year, standing=registers()[name].standing)
    return {row.code: str(row.cells.get("name", "")) for row in rows}


def said(field: Field, value: object, codes: Known) -> str:
    """A stored value as people say it: the name of what a code stands for, how many pictures there are."""
    if field.kind == "files" and isinstance(value, list):
        return str(len(value))
    name = codes.get(field.refers_to, {}).get(str(value)) if field.refers_to else ""
    return name or str(shown(field, value))


def _typed(rows: Sequence[Row]) -> dict[str, str]:
    return {bare(row.get(CODE)) or str(number): bare(row.get("name")) for number, row in enumerate(rows, 1)}


def _cells(sheets: Sheets, wanted: str) -> Iterable[list[str]]:
    """The values of every cell that names cases ("case") or pictures ("files")."""
    for name, rows in sheets.items():
        codes = [field.code for field in registers()[name].fields if wanted in (field.refers_to, field.kind)]
        for code in codes:
            for row in rows:
                yield several(row.get(code), codes=True)


def _references(values: Iterable[str]) -> list[str]:
    return [reference for value in values for reference in entities.find_references(value)]
