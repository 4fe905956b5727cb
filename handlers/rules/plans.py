"""How often something planned ("once a month", "every working day") should have been done between two days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

_MONTHS = {"month": 1, "2months": 2, "quarter": 3, "year": 12}
_SATURDAY = 5


def planned(per: str, since: date, until: date, holidays: Collection[date] = ()) -> int | None:
    """Times from `since` up to, not including, `until`; only whole weeks and months count. None: only when needed."""
    days = max(0, (until - since).days)
    if per == "day":
        return days
    if per == "workday":
        every = (since + timedelta(days=number) for number in range(days))
        return sum(day.weekday() < _SATURDAY and day not in holidays for day in every)
    if per == "week":
        return days // 7
    if per in _MONTHS:
        return _whole_months(since, until) // _MONTHS[per]
    return None


def _whole_months(since: date, until: date) -> int:
    months = (until.year - since.year) * 12 + until.month - since.month
    return max(0, months - (until.day < since.day))
