"""Numbers nobody may learn somebody from, and how often a plan should have been kept."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.rules.plans import planned
from handlers.rules.small_cells import hidden, is_small


@pytest.mark.parametrize(
    ("parts", "gone"),
    [
        ([10, 20, 0], [False, False, False]),
        ([3, 20, 8], [True, False, True]),  # the sum would say three: the next smallest goes with it
        ([1, 1, 30], [True, True, True]),  # two of them are one each, and less than five together
        ([2, 4, 30], [True, True, False]),
        ([4], [True]),
        ([0, 0], [False, False]),
        ([], []),
    ],
)
def test_small_parts_and_what_would_give_them_away(parts: list[int], gone: list[bool]) -> None:
    assert hidden(parts) == gone


def test_nobody_is_nobody() -> None:
    assert [is_small(number) for number in (0, 1, 4, 5)] == [False, True, True, False]


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
