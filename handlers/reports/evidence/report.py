"""The whole evidence of one fiscal year: every table, every KPI, checked before it is given away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from handlers.reports.evidence import counts, form23, registers, satisfaction, services, written
from handlers.reports.evidence.kpis import Kpi, kpis
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, SET, TOTAL, Picture, Row, Table, columns, criteria

_TABLES: tuple[Callable[[Scope], Table], ...] = (
    registers.missions,
    registers.links,
    registers.channels,
    counts.by_channel,
    written.learned,
    written.before_after,
    counts.by_category,
    counts.by_group,
    written.monitoring,
    satisfaction.by_channel,
    written.networks,
    written.activities,
    written.participation,
    written.measuring,
    satisfaction.by_group,
    satisfaction.by_item,
    lambda scope: satisfaction.by_dissatisfaction(scope, written.improved_items(scope)),
    services.steps,
    services.responsible,
    written.procedures,
    written.staff_manual,
    form23.form,
)


class DoesNotReconcile(Exception):
    """Figures that should agree do not; nothing is printed. `places`: which tables, rows and columns."""

    def __init__(self, places: list[str]) -> None:
        super().__init__("; ".join(places))
        self.places = places


@dataclass(frozen=True)
class Report:
    """What was asked for and what was found. `agency_code` None: every agency; `proofs`: pictures that belong to no
    table."""

    fiscal_year: int
    agency_code: str | None
    as_of: datetime
    tables: tuple[Table, ...]
    kpis: tuple[Kpi, ...]
    proofs: tuple[Picture, ...] = ()


def report(scope: Scope) -> Report:
    """Reckon and check everything. Raises DoesNotReconcile."""
    tables = tuple(reckon(scope) for reckon in _TABLES)
    found = Report(
        scope.year,
        scope.agency_code,
        scope.svc.now,
        tables,
        tuple(kpis(scope, services.announced(scope))),
        written.pictures(scope, "proof", "file"),
    )
    wrong = [*_sums(tables), *_hundreds(tables), *_apart(scope, found.kpis)]
    if wrong:
        raise DoesNotReconcile(wrong)
    return found


def checked_kpis(scope: Scope) -> tuple[Kpi, ...]:
    """The KPIs alone, checked against what the tables count. Raises DoesNotReconcile."""
    found = tuple(kpis(scope, services.announced(scope)))
    wrong = _apart(scope, found)
    if wrong:
        raise DoesNotReconcile(wrong)
    return found


def _apart(scope: Scope, found: Iterable[Kpi]) -> list[str]:
    """KPIs that rest on other numbers than the tables count."""
    received = sum(scope.cases_of_year("channel").values())
    answers = sum(sum(points.values()) for points in scope.answers_by("channel").values())
    rests_on = {
        "concluded": ("T-04", received),
        "concluded_in_time": ("T-04", received),
        "satisfied": ("T-10", answers),
        "dissatisfied": ("T-10", answers),
    }
    wrong = []
    for kpi in found:
        table_id, whole = rests_on.get(kpi.key, ("", kpi.denominator))
        if kpi.denominator != whole or kpi.numerator > kpi.denominator:
            wrong.append(f"KPI {kpi.key}: {kpi.numerator} of {kpi.denominator}; {table_id} counts {whole}")
    return wrong


def as_json(found: Report) -> dict[str, Any]:
    """The report with the contract's field names, and what is printed beside the figures."""
    return {
        "fiscal_year": found.fiscal_year,
        "set": SET,
        "agency": found.agency_code,
        "as_of": found.as_of.isoformat(),
        "tables": {table.id: _table(table) for table in found.tables},
        "kpis": [
            {
                "key": kpi.key,
                "name": kpi.name,
                "numerator": kpi.numerator,
                "denominator": kpi.denominator,
                "percent": kpi.percent,
                **({} if kpi.target is None else {"target": kpi.target, "reached": kpi.reached}),
            }
            for kpi in found.kpis
        ],
        **_shown("proofs", found.proofs),
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": table.headings,
        "rows": [_row(row) for row in table.rows],
        "n": table.n,
        **({"notes": list(table.notes)} if table.notes else {}),
        **_shown("pictures", table.pictures),
    }


def _row(row: Row) -> dict[str, Any]:
    n = {} if row.n is None else {"n": row.n}
    return {"key": row.key, "cells": list(row.cells), **n, **({"level": row.level} if row.level else {})}


def _shown(name: str, pictures: Sequence[Picture]) -> dict[str, Any]:
    return {name: [asdict(picture) for picture in pictures]} if pictures else {}


def from_json(found: Mapping[str, Any], years: Sequence[int]) -> Report:
    """The report that `as_json` wrote, under the headings of the criteria set it was made by. `years`: the three
    fiscal years it compares, ascending."""
    by = found.get("set", SET)
    return Report(
        found["fiscal_year"],
        found["agency"],
        datetime.fromisoformat(found["as_of"]),
        tuple(_table_from(table_id, given, years, by) for table_id, given in found["tables"].items()),
        tuple(
            Kpi(kpi["key"], kpi["name"], kpi["numerator"], kpi["denominator"], kpi.get("target"))
            for kpi in found["kpis"]
        ),
        tuple(Picture(**picture) for picture in found.get("proofs", ())),
    )


def _table_from(table_id: str, given: Mapping[str, Any], years: Sequence[int], by: str) -> Table:
    return Table(
        table_id,
        criteria(by)["tables"][table_id]["code"],
        given["title"],
        columns(table_id, years, by),
        tuple(Row(row["key"], tuple(row["cells"]), row.get("n"), row.get("level", 0)) for row in given["rows"]),
        given["n"],
        tuple(given.get("notes", ())),
        tuple(Picture(**picture) for picture in given.get("pictures", ())),
    )


def _sums(tables: Iterable[Table]) -> list[str]:
    """Every total is the sum of its rows; every row with parts the sum of those."""
    wrong = []
    for table in tables:
        total = next((row for row in table.rows if row.key == TOTAL), None)
        if total is None:
            continue
        tops = [row for row in table.rows if row.level == 0 and row.key != TOTAL]
        wrong += _unequal(table, total, tops, "its rows")
        for top in tops:
            parts = [row for row in table.rows if row.level and row.key.startswith(f"{top.key}:")]
            wrong += _unequal(table, top, parts, "its parts") if parts else []
    return wrong


def _unequal(table: Table, whole: Row, parts: Sequence[Row], what: str) -> list[str]:
    """Where a row of counts is not the sum of these."""
    wrong = []
    for at, cell in enumerate(whole.cells):
        numbers = [each for row in parts if isinstance(each := row.cells[at], int)]
        if isinstance(cell, int) and cell != sum(numbers):
            wrong.append(f"{table.id}: {table.leaves[at]}: {whole.key} is not the sum of {what}")
    return wrong


def _hundreds(tables: Iterable[Table]) -> list[str]:
    """Every row of percentages is exactly 100, or says that there are none."""
    wrong = []
    for table in tables:
        for row in table.rows:
            numbers = [cell for cell in row.cells[1:] if isinstance(cell, int)]
            if row.n is None:
                continue
            if (row.n and sum(numbers) != 100) or (not row.n and any(cell != NO_DATA for cell in row.cells[1:])):
                wrong.append(f"{table.id}: {row.key}: the percentages do not make 100")
    return wrong
