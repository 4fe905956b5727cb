"""Periods as people read them: "16–22 พ.ย. 69 (ปีงบฯ 70 สัปดาห์ที่ 8)" and the like."""

from __future__ import annotations

from datetime import date

from handlers.rules.periods import Period, number_of_quarter
from handlers.texts import BUDDHIST_ERA, Texts


def label(texts: Texts, period: Period) -> str:
    """A period's days and its place in the fiscal year."""
    values = {
        "days": days(texts, period.first, period.last),
        "month": _month(texts, period.first),
        "months": _months(texts, period),
        "fiscal": period.fiscal_year,
        "short": f"{period.fiscal_year % 100:02d}",
        "week": period.fiscal_week,
        "quarter": number_of_quarter(period),
    }
    return texts.word(f"digest_periods.{period.what}", **values)


def days(texts: Texts, first: date, last: date) -> str:
    """From one day to another: what both share is said once."""
    until = f"{last.day} {_month(texts, last)}"
    if first.year != last.year:
        return f"{first.day} {_month(texts, first)}–{until}"
    if first.month != last.month:
        return f"{first.day} {texts.words('dates.months')[first.month - 1]}–{until}"
    return f"{first.day}–{until}"


def lasting(texts: Texts, seconds: float) -> str:
    """How long: "40 วินาที", "12 นาที", "3 ชั่วโมง", "5 วัน"."""
    for name, size, most in (("seconds", 1, 120), ("minutes", 60, 7200), ("hours", 3600, 172_800)):
        if seconds < most:
            return texts.word(f"spans.{name}", n=round(seconds / size))
    return texts.word("spans.days", n=round(seconds / 86_400))


def _month(texts: Texts, day: date) -> str:
    return f"{texts.words('dates.months')[day.month - 1]} {(day.year + BUDDHIST_ERA) % 100:02d}"


def _months(texts: Texts, period: Period) -> str:
    first = texts.words("dates.months")[period.first.month - 1]
    if period.first.year != period.last.year:
        first = _month(texts, period.first)
    return f"{first}–{_month(texts, period.last)}"
