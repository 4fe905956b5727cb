"""Periods figures are told of: ISO weeks, months, fiscal quarters and fiscal years, each from one midnight to another.

A week is the ISO week, Monday to Monday. The fiscal year runs from 1 October to 30 September, is named by its end in
the Buddhist era, and its first week is the one that holds 1 October; its first quarter is October to December.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

from handlers.rules.thai_calendar import BUDDHIST_ERA, fiscal_year

What = Literal["week", "month", "quarter", "year"]
WHATS: tuple[What, ...] = ("week", "month", "quarter", "year")
_SHAPES = {
    "week": re.compile(r"(2[01]\d\d)-W(\d\d)", re.ASCII),
    "month": re.compile(r"(2[01]\d\d)-(\d\d)", re.ASCII),
    "quarter": re.compile(r"(2[5-7]\d\d)-Q([1-4])", re.ASCII),
    "year": re.compile(r"(2[5-7]\d\d)()", re.ASCII),
}
_LIKE = {"week": "2026-W47", "month": "2026-11", "quarter": "2570-Q1", "year": "2570"}


class BadPeriod(ValueError):
    """There is no such week, month, quarter or year; the message says how one is written."""


@dataclass(frozen=True)
class Period:
    """What lies in [since, until), two local midnights. `name`: 2026-W47, 2026-11, 2570-Q1, 2570."""

    what: What
    name: str
    since: datetime
    until: datetime

    @property
    def first(self) -> date:
        """Its first day."""
        return self.since.date()

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.until.date()

    @property
    def fiscal_year(self) -> int:
        """The fiscal year its last day lies in."""
        return fiscal_year(self.last)

    @property
    def fiscal_week(self) -> int:
        """The how-manieth week of its fiscal year the last day lies in; the first holds 1 October."""
        return (monday_of(self.last) - monday_of(first_of_year(self.fiscal_year))).days // 7 + 1

    def before(self) -> Period:
        """The period of the same kind right before this one."""
        return holding(self.what, self.first - timedelta(days=1), self._zone)

    def after(self) -> Period:
        """The period of the same kind right after this one."""
        return holding(self.what, self.end, self._zone)

    @property
    def _zone(self) -> tzinfo:
        assert self.since.tzinfo is not None
        return self.since.tzinfo


def monday_of(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def first_of_year(year: int) -> date:
    """1 October with which a fiscal year (Buddhist era) begins."""
    return date(year - BUDDHIST_ERA - 1, 10, 1)


def week(name: str, zone: tzinfo) -> Period:
    """The ISO week of this name ("2026-W47"). Raises BadPeriod."""
    return named("week", name, zone)


def month(name: str, zone: tzinfo) -> Period:
    """The month of this name ("2026-11", common era). Raises BadPeriod."""
    return named("month", name, zone)


def quarter(name: str, zone: tzinfo) -> Period:
    """The quarter of a fiscal year ("2570-Q1" is October to December 2026). Raises BadPeriod."""
    return named("quarter", name, zone)


def year(name: str, zone: tzinfo) -> Period:
    """The fiscal year of this name ("2570"). Raises BadPeriod."""
    return named("year", name, zone)


def named(what: What, name: str, zone: tzinfo) -> Period:
    """The period of this kind and name. Raises BadPeriod."""
    found = _SHAPES[what].fullmatch(name)
    try:
        if found is None:
            raise ValueError(name)
        first = _first(what, int(found.group(1)), int(found.group(2) or 0))
    except ValueError as wrong:
        raise BadPeriod(f"no {what} {name!r}; one is written like {_LIKE[what]}") from wrong
    return holding(what, first, zone)


def _first(what: What, year_number: int, number: int) -> date:
    if what == "week":
        return date.fromisocalendar(year_number, number, 1)
    if what == "month":
        return date(year_number, number, 1)
    first = first_of_year(year_number)
    return _months_on(first, 3 * (number - 1)) if what == "quarter" else first


def holding(what: What, day: date, zone: tzinfo) -> Period:
    """The period of this kind that holds this day."""
    fiscal = fiscal_year(day)
    if what == "week":
        iso = day.isocalendar()
        first, name = monday_of(day), f"{iso.year}-W{iso.week:02d}"
        end = first + timedelta(days=7)
    elif what == "month":
        first, name = day.replace(day=1), f"{day:%Y-%m}"
        end = _months_on(first, 1)
    elif what == "quarter":
        since = (day.month - 10) % 12 // 3
        first, name = _months_on(first_of_year(fiscal), 3 * since), f"{fiscal}-Q{since + 1}"
        end = _months_on(first, 3)
    else:
        first, name = first_of_year(fiscal), str(fiscal)
        end = first_of_year(fiscal + 1)
    return Period(what, name, datetime.combine(first, time(), zone), datetime.combine(end, time(), zone))


def _months_on(first: date, months: int) -> date:
    """The first of the month so many months later."""
    years, month_index = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month_index + 1, 1)


def number_of_quarter(period: Period) -> int:
    """1 to 4: which quarter of its fiscal year the last day lies in."""
    return (period.last.month - 10) % 12 // 3 + 1
