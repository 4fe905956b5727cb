"""The whole evidence of one fiscal year: every table, every KPI, checked before it is given away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.reports.evidence import counts, form23, registers, satisfaction, services, written
from handlers.reports.evidence.kpis import Kpi, kpis
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, TOTAL, Row, Table

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
    """What was asked for and what was found. `agency_code` None: every agency."""

    fiscal_year: int
    agency_code: str | None
    as_of: datetime
    tables: tuple[Table, ...]
    kpis: tuple[Kpi, ...]


def report(scope: Scope) -> Report:
    """Reckon and check everything. Raises DoesNotReconcile."""
    tables = tuple(reckon(scope) for reckon in _TABLES)
    found = Report(scope.year, scope.agency_code, scope.svc.now, tables, tuple(kpis(scope, services.announced(scope))))
    wrong = [*_sums(tables), *_hundreds(tables)]
    if wrong:
        raise DoesNotReconcile(wrong)
    return found


def as_json(found: Report) -> dict[str, Any]:
    """The report with the contract's field names."""
    return {
        "fiscal_year": found.fiscal_year,
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
    }


def _table(table: Table) -> dict[str, Any]:
    rows = [{"key": row.key, "cells": list(row.cells), **({} if row.n is None else {"n": row.n})} for row in table.rows]
    return {"title": table.title, "columns": table.headings, "rows": rows, "n": table.n}


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
