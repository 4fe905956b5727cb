"""The rules, with real dates, and their properties."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import case_status, reference, routing, thai_calendar
from handlers.rules.thai_calendar import OfficeHours
from nlp import entities
from storage.words import ENDED, Status
from tests.world import BANGKOK, at

SONGKRAN = {date(2027, 4, 13), date(2027, 4, 14), date(2027, 4, 15)}
HOURS = OfficeHours(time(8, 30), time(16, 30), frozenset({1, 2, 3, 4, 5}), SONGKRAN, BANGKOK)
DAYS = st.dates(date(2026, 10, 1), date(2028, 9, 30))


@given(st.integers(2560, 2599), st.integers(1, 9_999_999))
def test_reference_round_trips_through_what_people_type(year: int, number: int) -> None:
    printed = reference.make(year, number)
    assert reference.is_reference(printed)
    thai = printed.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    for typed in (printed, printed.replace("-", ""), thai, f"เรื่องที่ {thai} ถึงไหนแล้ว", printed.replace("-", " ")):
        assert entities.find_references(typed) == [printed]


@given(st.integers(2560, 2599), st.integers(1, 99_999), st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(year: int, number: int, place: int, shift: int) -> None:
    digits = list(reference.make(year, number).replace("-", ""))
    digits[place] = str((int(digits[place]) + shift) % 10)
    wrong = f"{digits[0]}{digits[1]}-{''.join(digits[2:-1])}-{digits[-1]}"
    assert not reference.is_reference(wrong)


def test_telephone_number_is_no_reference() -> None:
    assert entities.find_references("โทร 081-234-5678 หรือ 055 000 100") == []


@given(DAYS, st.integers(0, 60))
def test_no_due_date_on_a_holiday(day: date, days: int) -> None:
    due = HOURS.add_working_days(day, days)
    assert HOURS.is_working_day(due)
    assert due >= day


@given(DAYS, st.integers(1, 40))
def test_working_days_add_up(day: date, days: int) -> None:
    due = HOURS.add_working_days(day, days)
    between = (day + timedelta(days=n) for n in range(1, (due - day).days + 1))
    assert sum(HOURS.is_working_day(each) for each in between) == days


@pytest.mark.parametrize(
    ("received", "counted"),
    [
        ("2026-11-24 09:30", date(2026, 11, 24)),
        ("2026-11-24 16:29", date(2026, 11, 24)),
        ("2026-11-24 16:30", date(2026, 11, 25)),  # closing time: the next working day
        ("2026-11-24 03:00", date(2026, 11, 24)),  # before opening, on a working day
        ("2026-11-27 17:00", date(2026, 11, 30)),  # Friday evening
        ("2026-11-28 10:00", date(2026, 11, 30)),  # Saturday
        ("2027-04-12 16:31", date(2027, 4, 16)),  # over Songkran
    ],
)
def test_counted_from(received: str, counted: date) -> None:
    assert HOURS.counted_from(at(received)) == counted


def test_fiscal_year_turns_on_the_first_of_october() -> None:
    assert thai_calendar.fiscal_year(date(2026, 9, 30)) == 2569
    assert thai_calendar.fiscal_year(date(2026, 10, 1)) == 2570
    assert thai_calendar.fiscal_year(date(2026, 11, 20)) == 2570


def test_every_status_has_a_row_and_a_stop() -> None:
    assert set(case_status.MOVES) == set(Status)
    for status in Status:
        assert 0 <= case_status.stop_of(status) < len(case_status.STOPS)


@pytest.mark.parametrize("status", list(Status))
def test_an_end_can_be_reached_from_everywhere(status: Status) -> None:
    seen, ahead = {status}, [status]
    while ahead:
        for move in case_status.MOVES[ahead.pop()]:
            if move.to not in seen:
                seen.add(move.to)
                ahead.append(move.to)
    assert seen & ENDED


def test_forbidden_move_says_what_is_allowed() -> None:
    with pytest.raises(case_status.MoveNotAllowed, match="from received it may go to: assigned"):
        case_status.check_move(Status.RECEIVED, Status.CLOSED, case_status.UNIT)


OWNERS = [
    routing.Owner("DEMO", "ENG", ("RD",), False),
    routing.Owner("DEMO", "OFFICE", ("OT",), True),
    routing.Owner("SUB", "SUBOFFICE", (), True),
]
RULES = [
    routing.Rule("*", "*", "DEMO", None),
    routing.Rule("*", "T3", "SUB", None),
    routing.Rule("RD", "T3", "DEMO", "ENG"),
]


@pytest.mark.parametrize(
    ("category", "areas", "expected"),
    [
        ("RD", [], ("DEMO", "ENG", True)),
        ("EL", [], ("DEMO", "OFFICE", False)),
        ("OT", ["T3", "A1"], ("SUB", "SUBOFFICE", False)),
        ("RD", ["T3", "A1"], ("DEMO", "ENG", True)),  # the named category beats "*" in the same area
        ("OT", ["A1"], ("DEMO", "OFFICE", True)),
    ],
)
def test_most_specific_route_wins(category: str, areas: list[str], expected: tuple[str, str, bool]) -> None:
    routed = routing.route(category, areas, RULES, OWNERS, "DEMO")
    assert (routed.agency, routed.unit, routed.owned) == expected


AREAS = [
    routing.Area("P", None, 16.8, 100.2, 60.0),
    routing.Area("A1", "P", 16.8, 100.2, 16.0),
    routing.Area("A2", "P", 16.5, 100.6, 16.0),
    routing.Area("T1", "A1", 16.81, 100.21, 3.0),
    routing.Area("T2", "A1", 16.75, 100.15, 3.0),
    routing.Area("T9", "A2", 16.5, 100.6, 3.0),
]


@pytest.mark.parametrize(
    ("named", "point", "areas"),
    [
        (["T1"], (None, None), ["T1", "A1", "P"]),
        (["T1", "T2"], (None, None), ["A1", "P"]),  # either of two: what holds both
        (["T1", "T9"], (None, None), ["P"]),
        (["T1"], (16.5, 100.6), ["T9", "A2", "P"]),  # the point is surer than words
        ([], (16.81, 100.21), ["T1", "A1", "P"]),
        (["T1"], (0.0, 0.0), ["T1", "A1", "P"]),
        ([], (None, None), []),
        (["gone"], (None, None), []),
    ],
)
def test_areas_by_point_else_by_name(
    named: list[str], point: tuple[float | None, float | None], areas: list[str]
) -> None:
    assert routing.areas_of(named, *point, AREAS) == areas
