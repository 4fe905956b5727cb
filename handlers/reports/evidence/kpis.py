"""The guide's KPIs of category 3, each with its numerator and denominator."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import criteria, percent
from storage import statistics
from storage.surveys import SCALE


@dataclass(frozen=True)
class Kpi:
    """One figure: so many of so many. `percent` is whole, None of nothing."""

    key: str
    name: str
    numerator: int
    denominator: int

    @property
    def percent(self) -> int | None:
        """The share, halves upwards."""
        return percent(self.numerator, self.denominator)


def kpis(scope: Scope, improved: tuple[int, int]) -> list[Kpi]:
    """Every KPI of the criteria set, in its order. `improved`: services with a new standard this year, and all."""
    ended = statistics.concluded(scope.svc.session, scope.agency_code, scope.span, scope.svc.tools.zone)
    answers = statistics.answers_by(scope.svc.session, scope.agency_code, scope.span, "agency_code")
    by_point = {point: sum(counts[point] for counts in answers.values()) for point in SCALE}
    n = sum(by_point.values())
    unhappy = by_point[SCALE[-1]]
    values = {
        "concluded": (ended.concluded, ended.received),
        "concluded_in_time": (ended.in_time, ended.received),
        "satisfied": (n - unhappy, n),
        "dissatisfied": (unhappy, n),
        "improved_services": improved,
    }
    return [Kpi(key, name, *values[key]) for key, name in criteria()["kpis"].items()]
