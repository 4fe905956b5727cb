"""The yearly evidence as a paper: every table on a page of its own with its code in the corner, and the KPIs."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.reports.evidence.kpis import Kpi
from handlers.reports.evidence.pack import Grid, Pack, Section, made, of_table, plain
from handlers.reports.evidence.report import Report
from handlers.reports.evidence.report import report as reckoned
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Cell
from handlers.reports.evidence.written import lines
from storage import surveys

KPI = "KPI"
_KPI_CODE = "CS3-I"  # the guide names its KPIs where the system for complaints is judged
_DISSATISFIED = "T-17"
_LESS_IS_BETTER = "dissatisfied"


def tables(scope: Scope) -> Pack:
    """T-01 to T-22 with form 2.3, and the KPIs. Raises DoesNotReconcile."""
    return printed(scope, reckoned(scope))


def printed(scope: Scope, found: Report) -> Pack:
    """A report that was reckoned already, as a paper."""
    linked = {_DISSATISFIED: _improvements(scope)}
    sections = [
        Section(one.id, one.code, one.title, (of_table(scope, one), *linked.get(one.id, ()))) for one in found.tables
    ]
    sections.append(Section(KPI, _KPI_CODE, scope.svc.texts.word("pack.kpi.title"), (kpi_table(scope, found.kpis),)))
    return made(scope, "tables", sections, contents=True)


def _improvements(scope: Scope) -> tuple[Grid, ...]:
    """Below T-17: what was improved because of the items in it, as the register has it."""
    linked = [line for line in lines(scope, "improvement") if line.cells.get("items")]
    if not linked:
        return ()
    word, items = scope.svc.texts.word, surveys.items(scope.svc.session)
    rows: list[tuple[Cell, ...]] = []
    for line in linked:
        named = "\n".join(items[code].name if code in items else code for code in line.cells["items"])
        rows.append((named, *(line.cells.get(name) or NO_DATA for name in ("problem", "action", "result"))))
    names = ("items", "problem", "action", "result")
    return (plain([word(f"pack.improvements.{name}") for name in names], rows, lead=word("pack.improvements.title")),)


def kpi_table(scope: Scope, kpis: Sequence[Kpi]) -> Grid:
    """Every KPI with its numerator and denominator, what the head aims at, and whether it was reached."""
    word = scope.svc.texts.word
    aims = targets(scope)
    rows: list[tuple[Cell, ...]] = []
    for kpi in kpis:
        aim = aims.get(kpi.key)
        share = NO_DATA if kpi.percent is None else kpi.percent
        wanted = NO_DATA if aim is None else aim
        rows.append((kpi.name, kpi.numerator, kpi.denominator, share, wanted, _reached(scope, kpi, aim)))
    names = ("name", "numerator", "denominator", "percent", "target", "reached")
    return plain([word(f"pack.kpi.{name}") for name in names], rows, notes=(word("pack.kpi.note"),))


def targets(scope: Scope) -> dict[str, int]:
    """KPI → the percentage aimed at. Agencies that aim at different ones have none together."""
    found: dict[str, set[int]] = {}
    for line in lines(scope, "target"):
        found.setdefault(line.cells["kpi"], set()).add(line.cells["percent"])
    return {kpi: aims.pop() for kpi, aims in found.items() if len(aims) == 1}


def _reached(scope: Scope, kpi: Kpi, aim: int | None) -> str:
    if aim is None or not kpi.denominator:
        return NO_DATA
    # Compared before rounding: 89.6 percent does not reach 90.
    done, wanted = 100 * kpi.numerator, aim * kpi.denominator
    good = done <= wanted if kpi.key == _LESS_IS_BETTER else done >= wanted
    return scope.svc.texts.word("pack.kpi.yes" if good else "pack.kpi.no")
