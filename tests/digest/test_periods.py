"""Periods: where weeks, months, quarters and fiscal years begin and end, and when each is told."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from handlers.rules import periods, telling
from handlers.rules.periods import BadPeriod, What
from handlers.rules.thai_calendar import OfficeHours
from handlers.texts import Texts, spans
from tests.world import BANGKOK, at

TEXTS = Texts("female", BANGKOK)


def hours(*holidays: date) -> OfficeHours:
    return OfficeHours(time(8, 30), time(16, 30), frozenset(range(1, 6)), frozenset(holidays), BANGKOK)


@pytest.mark.parametrize(
    ("name", "since", "until", "before"),
    [
        ("2026-W47", "2026-11-16 00:00", "2026-11-23 00:00", "2026-W46"),
        ("2026-W53", "2026-12-28 00:00", "2027-01-04 00:00", "2026-W52"),
        ("2027-W01", "2027-01-04 00:00", "2027-01-11 00:00", "2026-W53"),
        ("2025-W01", "2024-12-30 00:00", "2025-01-06 00:00", "2024-W52"),
    ],
)
def test_a_week_is_monday_to_monday(name: str, since: str, until: str, before: str) -> None:
    week = periods.week(name, BANGKOK)
    assert (week.since, week.until) == (at(since), at(until))
    assert week.before().name == before
    assert week.before().after() == week


@pytest.mark.parametrize(
    ("what", "name", "first", "end", "before"),
    [
        ("month", "2027-01", date(2027, 1, 1), date(2027, 2, 1), "2026-12"),
        ("month", "2028-02", date(2028, 2, 1), date(2028, 3, 1), "2028-01"),
        ("quarter", "2570-Q1", date(2026, 10, 1), date(2027, 1, 1), "2569-Q4"),
        ("quarter", "2570-Q2", date(2027, 1, 1), date(2027, 4, 1), "2570-Q1"),
        ("quarter", "2570-Q4", date(2027, 7, 1), date(2027, 10, 1), "2570-Q3"),
        ("year", "2570", date(2026, 10, 1), date(2027, 10, 1), "2569"),
    ],
)
def test_months_quarters_and_fiscal_years(what: What, name: str, first: date, end: date, before: str) -> None:
    period = periods.named(what, name, BANGKOK)
    assert (period.first, period.end, period.before().name) == (first, end, before)
    assert periods.holding(what, period.last, BANGKOK) == period


def test_a_fiscal_year_ends_with_september() -> None:
    last, first = at("2026-09-30 23:59"), at("2026-10-01 00:00")
    old, new = periods.year("2569", BANGKOK), periods.year("2570", BANGKOK)
    assert old.since <= last < old.until <= first < new.until
    assert periods.holding("year", date(2026, 9, 30), BANGKOK) == old
    assert periods.holding("quarter", date(2026, 9, 30), BANGKOK).name == "2569-Q4"


@pytest.mark.parametrize(
    ("name", "year", "number"),
    [
        ("2026-W40", 2570, 1),  # 28 September to 4 October: it holds the first day of the year
        ("2026-W39", 2569, 52),  # 1 October 2025 was a Wednesday
        ("2026-W47", 2570, 8),
        ("2018-W39", 2561, 53),  # 1 October 2018 was a Monday, and the one of 2017 a Sunday
        ("2018-W40", 2562, 1),
    ],
)
def test_weeks_of_a_fiscal_year(name: str, year: int, number: int) -> None:
    week = periods.week(name, BANGKOK)
    assert (week.fiscal_year, week.fiscal_week) == (year, number)


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("week", "2025-W53"),
        ("week", "2026-W00"),
        ("week", "2026-47"),
        ("week", "2026-W4"),
        ("week", "2569-W47"),
        ("week", "๒๐๒๖-W47"),
        ("month", "2026-13"),
        ("quarter", "2570-Q5"),
        ("quarter", "2026-Q1"),
        ("year", "2027"),
        ("year", ""),
    ],
)
def test_what_is_no_period_is_refused_with_an_example(what: What, name: str) -> None:
    with pytest.raises(BadPeriod, match="one is written like"):
        periods.named(what, name, BANGKOK)


@pytest.mark.parametrize(
    ("what", "name", "label"),
    [
        ("week", "2026-W47", "16–22 พ.ย. 69 (ปีงบฯ 70 สัปดาห์ที่ 8)"),
        ("week", "2026-W49", "30 พ.ย.–6 ธ.ค. 69 (ปีงบฯ 70 สัปดาห์ที่ 10)"),
        ("week", "2026-W53", "28 ธ.ค. 69–3 ม.ค. 70 (ปีงบฯ 70 สัปดาห์ที่ 14)"),
        ("month", "2026-11", "พ.ย. 69 (ปีงบฯ 70)"),
        ("quarter", "2570-Q2", "ไตรมาส 2 ปีงบฯ 70 (ม.ค.–มี.ค. 70)"),
        ("year", "2570", "ปีงบประมาณ 2570 (ต.ค. 69–ก.ย. 70)"),
    ],
)
def test_periods_as_people_read_them(what: What, name: str, label: str) -> None:
    assert spans.label(TEXTS, periods.named(what, name, BANGKOK)) == label


# --- when they are told ----------------------------------------------------------------------------------------------

WEEK = periods.week("2026-W47", BANGKOK)


@pytest.mark.parametrize(
    ("holidays", "weekday", "hour", "told"),
    [
        ((), 1, "08:30", "2026-11-23 08:30"),
        ((), 2, "09:00", "2026-11-24 09:00"),
        ((), 6, "07:15", "2026-11-28 07:15"),  # whoever wants it on a Saturday has it on a Saturday
        ((date(2026, 11, 23),), 1, "08:30", "2026-11-24 08:30"),
        ((date(2026, 11, 23), date(2026, 11, 24)), 1, "10:00", "2026-11-25 10:00"),
        ((date(2026, 11, 27),), 5, "08:30", "2026-11-26 08:30"),  # not in the week after: another digest waits there
        (tuple(date(2026, 11, day) for day in range(23, 28)), 3, "08:30", "2026-11-25 08:30"),
    ],
)
def test_the_hour_a_head_chose(holidays: tuple[date, ...], weekday: int, hour: str, told: str) -> None:
    assert telling.weekly_at(hours(*holidays), WEEK, weekday, hour) == at(told)


def test_months_are_told_on_the_first_working_day_after() -> None:
    december = periods.month("2026-12", BANGKOK)
    office = hours(date(2027, 1, 1))
    told = telling.after(office, december)
    assert told == at("2027-01-04 08:30")
    due = {text: telling.is_due(office, december, at(text)) for text in ("2027-01-04 08:29", "2027-01-04 08:30")}
    assert due == {"2027-01-04 08:29": False, "2027-01-04 08:30": True}
    assert telling.is_due(office, december, at("2027-01-11 08:29")), "the clock stood still for days"
    assert not telling.is_due(office, december, at("2027-01-11 08:30")), "a week later nobody is told by itself"


def test_moments_are_local_midnights() -> None:
    assert WEEK.since.utcoffset() == datetime(2026, 11, 16, tzinfo=BANGKOK).utcoffset()
