"""Working days, office hours and the Buddhist-era fiscal year. Days are local dates of the installation's time zone.

A period in days does not count its first day, and one that would end on a holiday ends on the next working day
(Administrative Procedure Act B.E. 2539, s. 64). Fiscal year: 1 October to 30 September, named by its end.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

BUDDHIST_ERA = 543


@dataclass(frozen=True)
class OfficeHours:
    """When an office is open, and the days it is closed. `holidays` must reach past every date asked about."""

    opens: time
    closes: time
    weekdays: frozenset[int]  # ISO: Monday is 1
    holidays: Set[date]
    zone: tzinfo

    def is_working_day(self, day: date) -> bool:
        """Is the office open on this day at all?"""
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def is_open(self, moment: datetime) -> bool:
        """Is the office open right now?"""
        local = moment.astimezone(self.zone)
        return self.is_working_day(local.date()) and self.opens <= local.time() < self.closes

    def next_working_day(self, day: date) -> date:
        """The first working day after this one."""
        day += timedelta(days=1)
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def starts_on(self, moment: datetime) -> date:
        """The working day on which people first look at what came in at this moment."""
        local = moment.astimezone(self.zone)
        if self.is_working_day(local.date()) and local.time() < self.closes:
            return local.date()
        return self.next_working_day(local.date())

    def counted_from(self, moment: datetime) -> date:
        """Day 0 of every time limit: the day of receipt where that is a working day before closing time.

        What reaches an electronic channel outside office hours counts as received on the next working day
        (Electronic Performance of Government Duties Act B.E. 2565, s. 10 announcements).
        """
        return self.starts_on(moment)

    def add_working_days(self, day: date, days: int) -> date:
        """The date `days` working days after `day`, which is not counted itself; never a holiday."""
        for _ in range(days):
            day = self.next_working_day(day)
        return day if days or self.is_working_day(day) else self.next_working_day(day)

    def working_days_between(self, day: date, later: date) -> int:
        """Working days after `day` up to `later`, which is counted: so many days something is late. 0 for none."""
        whole, rest = divmod(max(0, (later - day).days), 7)
        odd = sum((day + timedelta(days=number)).isoweekday() in self.weekdays for number in range(1, rest + 1))
        closed = sum(day < each <= later and each.isoweekday() in self.weekdays for each in self.holidays)
        return whole * len(self.weekdays) + odd - closed


def fiscal_year(day: date) -> int:
    """The Buddhist-era fiscal year of a local date: 20 Nov 2026 is 2570."""
    return day.year + BUDDHIST_ERA + (1 if day.month >= 10 else 0)
