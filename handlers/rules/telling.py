"""When digests and summaries are told: at the hour a head chose, or on the first working day after a period."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from handlers.rules.periods import Period
from handlers.rules.thai_calendar import OfficeHours

WEEKDAY, HOUR = 1, "08:30"  # Monday morning, where nobody chose otherwise
# A month, quarter or year is told so long after its time where the clock stood still; after that it is asked for.
CATCH_UP = timedelta(days=7)
_WEEK = timedelta(days=7)


def weekly_at(hours: OfficeHours, week: Period, weekday: int = WEEKDAY, hour: str = HOUR) -> datetime:
    """When the digest of a week is told: in the week after it, on this weekday (Monday is 1); on the next working day
    where that is a holiday, the one before where no working day is left, and on the day itself where there is none."""
    wished = week.end + timedelta(days=weekday - 1)
    return datetime.combine(_not_on_a_holiday(hours, wished, week.end), time.fromisoformat(hour), hours.zone)


def _not_on_a_holiday(hours: OfficeHours, day: date, monday: date) -> date:
    if day not in hours.holidays:
        return day
    after = hours.next_working_day(day)
    if after < monday + _WEEK:
        return after
    before = [one for number in range((day - monday).days) if hours.is_working_day(one := monday + timedelta(number))]
    return before[-1] if before else day


def after(hours: OfficeHours, period: Period) -> datetime:
    """When a month, quarter or year is told: the first working day after it, in the morning."""
    day = period.end if hours.is_working_day(period.end) else hours.next_working_day(period.end)
    return datetime.combine(day, time.fromisoformat(HOUR), hours.zone)


def is_due(hours: OfficeHours, period: Period, now: datetime) -> bool:
    """Is a month, quarter or year to be told now?"""
    return timedelta(0) <= now - after(hours, period) < CATCH_UP
