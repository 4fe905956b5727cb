"""A seed's tables as lines of the workbook, and back. What a sheet does not hold stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from bot.documents.seed_schema import NO, YES, Column, Sheet, meanings, sheets
from bot.documents.seed_sheets import Cells, Read
from handlers.reports.evidence import cells as reading
from handlers.reports.evidence.cells import Known, Wrong, bare
from handlers.reports.evidence.schema import Problem, value_of
from handlers.reports.evidence.schema import shown as field_shown
from handlers.texts import own as own_texts
from nlp.digits import arabic
from storage import seed_limits
from storage.seed import STANDARDS

Row = dict[str, Any]
Tables = Mapping[str, Row]
OFFICERS = "officers.toml"
_CODE = re.compile(r"[\w\-./:]{1,40}")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_NOUNS = {"agency": "agencies", "category": "categories", "place": "places", "service": "services", "unit": "units"}
_UNIT = "unit"


# --- out -------------------------------------------------------------------------------------------------------------


def lines(tables: Tables) -> dict[str, list[Cells]]:
    """Sheet → its lines as they are written into cells."""
    codes = known(tables)
    return {
        name: [_line(sheet, row, _of_agency(codes, row.get("agency"))) for row in _rows(sheet, tables)]
        for name, sheet in sheets().items()
    }


def options(tables: Tables) -> dict[str, list[str]]:
    """Noun → "CODE name" of everything that can be chosen; of units those of every agency."""
    labels: dict[str, dict[str, None]] = {}
    for noun, codes in known(tables).items():
        if noun != _UNIT:
            labels.setdefault(noun.partition(":")[0], {}).update(dict.fromkeys(map(_named, codes, codes.values())))
    return {noun: list(found) for noun, found in labels.items()}


def known(tables: Tables, typed: Read | None = None) -> dict[str, dict[str, str]]:
    """Noun → code → name, of a seed's tables and of what was typed besides. Units are "unit:AGENCY"; "unit" is all."""
    found: dict[str, dict[str, str]] = {}
    for noun, name in _NOUNS.items():
        sheet = sheets()[name]
        rows: Iterable[Mapping[str, Any]] = [*_rows(sheet, tables), *(typed.lines.get(name, ()) if typed else ())]
        found[noun] = {bare(row.get("code")): bare(row.get("name")) for row in rows if bare(row.get("code"))}
    for noun in ("category", "place"):
        found[f"any_{noun}"] = {"*": "", **found[noun]}
    for row in [*_rows(sheets()["units"], tables), *(typed.lines.get("units", ()) if typed else ())]:
        code, agency = bare(row.get("code")), _agency_of(row, found)
        if code and agency:
            found.setdefault(f"{_UNIT}:{agency}", {})[code] = bare(row.get("name"))
    return found


def _agency_of(row: Mapping[str, Any], codes: Known) -> str:
    try:
        return reading.code_of(_code_in(bare(row.get("agency")), codes["agency"]), "agency", codes)
    except Wrong:
        return ""  # said where that cell is read


def _of_agency(codes: Known, agency: object) -> Known:
    """As a line of this agency means them: two agencies may have a unit of the same code."""
    return {**codes, _UNIT: codes.get(f"{_UNIT}:{agency}", {})} if agency else codes


def _code_in(label: str, codes: Mapping[str, str]) -> str:
    """The code a label "CODE name" begins with. The name is for people: it may be another one by now."""
    head = label.partition(" ")[0]
    return head if head in codes and label not in codes.values() else label


def _rows(sheet: Sheet, tables: Tables) -> list[Row]:
    """The rows of a sheet as the seed has them."""
    if sheet.name in _OUT:
        return _OUT[sheet.name](tables)
    rows: list[Row] = tables.get(sheet.file, {}).get(sheet.table, [])
    if sheet.name == "standards":
        return [row for row in rows if row["agency"] != "*"]  # those repeat categories.toml
    if not sheet.within:
        return rows
    return [{sheet.parent: row.get("code"), **inner} for row in rows for inner in row.get(sheet.within, ())]


def _limit_rows(tables: Tables) -> list[Row]:
    return [
        {"code": key, "meaning": meaning, "value": _limit_shown(_limit(tables, key))}
        for key, meaning in meanings().items()
    ]


def _limit(tables: Tables, key: str) -> Any:
    table, _dot, name = key.partition(".")
    return tables.get(_file_of(table), {}).get(table, {}).get(name)


def _limit_shown(value: Any) -> Any:
    if isinstance(value, bool):
        return _flag_word(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _text_rows(tables: Tables) -> list[Row]:
    said = _first(tables).get("texts", {})
    return [
        {"code": key, "when": when, "shipped": own_texts.shipped(key), "own": said.get(key)}
        for key, when in own_texts.keys().items()
    ]


def _first(tables: Tables) -> Row:
    rows: list[Row] = tables.get("agencies.toml", {}).get("agency", [])
    return rows[0] if rows else {}


_OUT: dict[str, Callable[[Tables], list[Row]]] = {"limits": _limit_rows, "texts": _text_rows}


def _line(sheet: Sheet, row: Row, codes: Known) -> Cells:
    return {one.code: _cell(one, row.get(one.code), codes) for one in sheet.columns}


def _cell(column: Column, value: Any, codes: Known) -> Any:
    """A value as it is written into its cell; a code with its name where one is chosen from a list."""
    field = column.field
    if value is None or value == "":
        return ""
    if column.kind == "flag":
        return _flag_word(bool(value))
    if column.kind == "day":
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    if column.kind == "decimal":
        return value
    if column.kind.startswith("refs:"):
        return ", ".join(map(str, value))
    found = field_shown(field, value)
    return _named(str(found), codes.get(field.refers_to, {}).get(str(found), "")) if field.refers_to else found


def _named(code: str, name: str) -> str:
    return " ".join(f"{code} {name}".split())


def _flag_word(value: bool) -> str:
    flags = next(one.field for one in sheets()["units"].columns if one.kind == "flag").choices
    return flags[YES if value else NO]


def _file_of(table: str) -> str:
    return "retention.toml" if table == "retention" else STANDARDS


# --- in --------------------------------------------------------------------------------------------------------------


def taken(typed: Read, before: Tables) -> tuple[dict[str, Row], list[Problem]]:
    """The seed's tables as the workbook has them, over what there was `before`; and everything that is wrong."""
    tables = deepcopy(dict(before))
    codes = known(before, typed)
    problems = list(typed.problems)
    for name, sheet in sheets().items():
        if name not in typed.lines:
            continue
        rows, wrong = _typed_rows(sheet, typed, codes)
        odd = {(one.line, one.heading) for one in problems if one.register == name}
        problems += [one for one in wrong if one.why != "missing" or (one.line, one.heading) not in odd]
        if name in _IN:
            problems += _IN[name](tables, rows)
        else:
            _lay_over(sheet, tables, rows, typed.columns[name])
    return tables, problems


def _typed_rows(sheet: Sheet, typed: Read, codes: Known) -> tuple[list[Row], list[Problem]]:
    """Each line as a row of the seed, without what stands in no cell; and what is wrong with its cells."""
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: set[tuple[str, ...]] = set()
    for number, line in enumerate(typed.lines[sheet.name], 1):
        row, wrong = _row(sheet, number, line, codes)
        key = tuple(str(row.get(code, "")) for code in sheet.key)
        if key in seen and sheet.key and not wrong:
            heading = sheet.register.field(sheet.key[-1]).heading
            wrong.append(Problem(sheet.name, number, heading, "twice", " ".join(filter(None, key))))
        seen.add(key)
        rows.append(row)
        problems += wrong
    return rows, problems


def _row(sheet: Sheet, number: int, line: Mapping[str, Any], codes: Known) -> tuple[Row, list[Problem]]:
    row: Row = {}
    problems = []
    for column in filter(lambda one: one.is_read, sheet.columns):
        try:
            value = _value(column, line.get(column.code), _of_agency(codes, row.get("agency")))
        except Wrong as wrong:
            why, wanted = wrong.why, wrong.wanted
            if column.field.refers_to == _UNIT and "agency" in row:
                why, wanted = "unit", row["agency"]
            problems.append(Problem(sheet.name, number, column.field.heading, why, wrong.value, wanted))
            continue
        if value not in (None, "", []):
            row[column.code] = value
        elif column.field.required:
            problems.append(Problem(sheet.name, number, column.field.heading, "missing"))
    return row, problems


def _value(column: Column, given: Any, codes: Known) -> Any:
    """What a cell means in the seed; None for an empty one. Raises Wrong."""
    if column.kind == "flag" and isinstance(given, bool):
        return given  # a spreadsheet's own yes and no
    value = value_of(column.field, _without_names(column, given, codes), codes)
    if value is None:
        return None
    if column.kind == "flag":
        return value == YES
    if column.kind == "decimal":
        words = arabic(str(value))
        if not _DECIMAL.fullmatch(words):
            raise Wrong("decimal", value)
        return float(words)
    if column.kind == "code" and not _CODE.fullmatch(value):
        raise Wrong("code", value)
    return value


def _without_names(column: Column, given: Any, codes: Known) -> Any:
    """A cell that names something, with the codes of its labels."""
    there = codes.get(column.field.refers_to)
    if there is None or not bare(given):
        return given
    if column.field.several:
        return [_code_in(part, there) for part in reading.several(given, codes=True)]
    return _code_in(bare(given), there)


def _lay_over(sheet: Sheet, tables: dict[str, Row], rows: Sequence[Row], there: frozenset[str]) -> None:
    """Rows of a sheet over those of the seed: columns that are there count, others stay; new rows come in order."""
    if sheet.within:
        for outer in tables.get(sheet.file, {}).get(sheet.table, []):
            inner = [row for row in rows if row.get(sheet.parent) == outer.get("code")]
            old = _by_key(sheet, outer.get(sheet.within, []))
            outer[sheet.within] = [
                {name: value for name, value in _over(old.get(key, {}), row, there).items() if name != sheet.parent}
                for key, row in _by_key(sheet, inner).items()
            ]
        return
    file = tables.setdefault(sheet.file, {})
    old = {_key(sheet, row): row for row in file.get(sheet.table, [])}
    new = []
    for row in rows:
        new.append(_over(old.pop(_key(sheet, row), {}), row, there))
    kept = [] if sheet.whole else list(old.values())
    file[sheet.table] = [*new, *kept]
    if sheet.table in ("hotline", "group", "not_accepted"):
        for position, row in enumerate(file[sheet.table]):
            row["order"] = position


def _over(base: Row, row: Row, there: frozenset[str]) -> Row:
    return {**{name: value for name, value in base.items() if name not in there or value in ("", [])}, **row}


def _by_key(sheet: Sheet, rows: Sequence[Row]) -> dict[tuple[str, ...], Row]:
    """Rows by their key; where a sheet has none, by their place."""
    return {_key(sheet, row) or (str(place),): row for place, row in enumerate(rows)}


def _key(sheet: Sheet, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(code, "")) for code in sheet.key)


def _take_limits(tables: dict[str, Row], rows: Sequence[Row]) -> Iterator[Problem]:
    heading = sheets()["limits"].register.field("value").heading
    for number, row in enumerate(rows, 1):
        key = str(row.get("code", ""))
        table, _dot, name = key.partition(".")
        if key not in meanings():
            yield Problem("limits", number, sheets()["limits"].register.field("code").heading, "limit_key", key)
            continue
        given = tables.setdefault(_file_of(table), {}).setdefault(table, {})
        given.pop(name, None)
        if "value" in row:
            try:
                given[name] = _limit_value(table, name, row["value"])
            except Wrong as wrong:
                yield Problem("limits", number, heading, wrong.why, wrong.value, wrong.wanted)
        if not given:
            del tables[_file_of(table)][table]


def _limit_value(table: str, name: str, typed: str) -> Any:
    """A time limit out of its cell. Raises Wrong; `wanted` is the kind."""
    shape = seed_limits.shape_of(table, name)
    value: Any = typed.removesuffix(":00") if typed.count(":") == 2 else typed  # a spreadsheet's own hour
    try:
        if shape == "number":
            value = reading.number(typed)
        elif shape == "rising":
            value = [reading.number(part) for part in reading.several(typed, codes=True)]
        elif shape == "flag":
            value = reading.choice(typed, {YES: _flag_word(True), NO: _flag_word(False)}) == YES
    except Wrong as wrong:
        raise Wrong("limit", typed, shape) from wrong
    if not seed_limits.fits(table, name, value):
        raise Wrong("limit", typed, shape)
    return value


def _take_texts(tables: dict[str, Row], rows: Sequence[Row]) -> Iterator[Problem]:
    said = {str(row.get("code", "")): row["own"] for row in rows if "own" in row}
    numbers = {str(row.get("code", "")): number for number, row in enumerate(rows, 1)}
    for fault in own_texts.faults(said):
        column = "code" if fault.why == "text_key" else "own"
        heading = sheets()["texts"].register.field(column).heading
        yield Problem("texts", numbers[fault.key], heading, fault.why, fault.value, fault.wanted)
    first = _first(tables)
    first.pop("texts", None)
    if said:
        first["texts"] = said


def _take_officers(tables: dict[str, Row], rows: Sequence[Row]) -> Iterator[Problem]:
    heading = sheets()["officers"].register.field("until").heading
    for number, row in enumerate(rows, 1):
        if row.get("since", "") > row.get("until", "9999"):
            yield Problem("officers", number, heading, "between")
    tables[OFFICERS] = {"officer": list(rows)}


_IN: dict[str, Callable[[dict[str, Row], Sequence[Row]], Iterator[Problem]]] = {
    "limits": _take_limits,
    "texts": _take_texts,
    "officers": _take_officers,
}
