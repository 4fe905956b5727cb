"""The guide's KPIs of category 3, each with its numerator and denominator."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import criteria, percent
from handlers.reports.evidence.written import lines
from storage.surveys import SCALE


@dataclass(frozen=True)
class Kpi:
    """One figure: so many of so many. `percent` is whole, None of nothing. `target`: percent the agency set itself."""

    key: str
    name: str
    numerator: int
    denominator: int
    target: int | None = None

    @property
    def percent(self) -> int | None:
        """The share, halves upwards."""
        return percent(self.numerator, self.denominator)

    @property
    def reached(self) -> bool | None:
        """Is the share what was aimed at, exactly, not rounded? Of dissatisfaction less is better. None: no target,
        or nothing to reach it with."""
        if self.target is None or not self.denominator:
            return None
        share, aim = 100 * self.numerator, self.target * self.denominator
        return share <= aim if self.key in LESS_IS_BETTER else share >= aim


LESS_IS_BETTER = frozenset({"dissatisfied"})


def kpis(scope: Scope, improved: tuple[int, int]) -> list[Kpi]:
    """Every KPI of the criteria set, in its order. `improved`: services with a new standard this year, and all."""
    ended = scope.concluded
    answers = scope.answers_by("agency_code")
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
    aims = targets(scope)
    return [Kpi(key, name, *values[key], aims.get(key)) for key, name in criteria()["kpis"].items()]


def targets(scope: Scope) -> dict[str, int]:
    """KPI → percent aimed at. Of several agencies only what all of them aim at alike."""
    found: dict[str, set[int]] = {}
    for line in lines(scope, "target"):
        found.setdefault(line.cells["kpi"], set()).add(line.cells["percent"])
    return {key: percents.pop() for key, percents in found.items() if len(percents) == 1}
