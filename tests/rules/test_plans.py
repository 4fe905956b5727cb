"""How often a plan should have been kept."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.rules.plans import planned

OCTOBER, NEXT = date(2026, 10, 1), date(2027, 10, 1)


@pytest.mark.parametrize(
    ("per", "times"),
    [("day", 365), ("week", 52), ("month", 12), ("2months", 6), ("quarter", 4), ("year", 1), ("as_needed", None)],
)
def test_times_of_a_fiscal_year(per: str, times: int | None) -> None:
    assert planned(per, OCTOBER, NEXT) == times


def test_working_days_leave_weekends_and_holidays_out() -> None:
    # 1 October 2026 is a Thursday; the 13th and the 23rd are holidays, both on working days.
    assert planned("workday", OCTOBER, date(2026, 11, 1)) == 22
    assert planned("workday", OCTOBER, date(2026, 11, 1), {date(2026, 10, 13), date(2026, 10, 23)}) == 20


@pytest.mark.parametrize(
    ("until", "months"),
    [(date(2026, 10, 31), 0), (date(2026, 11, 1), 1), (date(2026, 9, 1), 0), (date(2027, 1, 15), 3)],
)
def test_only_whole_months_count(until: date, months: int) -> None:
    assert planned("month", OCTOBER, until) == months
