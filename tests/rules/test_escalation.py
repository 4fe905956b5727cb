"""What is due when, with real dates: Songkran, the year's end, the fiscal year's end; and that nothing is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.rules import escalation
from handlers.rules.escalation import CHASED, OPEN, Facts, Group, Limits, Step, Told
from handlers.rules.thai_calendar import OfficeHours
from storage.words import ENDED, Status
from tests.world import BANGKOK, at

HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2026-12-07", "2026-12-10", "2026-12-31", "2027-01-01"),
        *("2027-04-06", "2027-04-13", "2027-04-14", "2027-04-15", "2027-10-13"),
    )
)
HOURS = OfficeHours(time(8, 30), time(16, 30), frozenset({1, 2, 3, 4, 5}), HOLIDAYS, BANGKOK)
LIMITS = Limits()


def facts(received: str, due: str, status: Status = Status.IN_PROGRESS, **more: object) -> Facts:
    moment = at(received)
    values = {"moved_at": moment, **more}
    return Facts(status, moment, HOURS.counted_from(moment), date.fromisoformat(due), **values)  # type: ignore[arg-type]


def steps(case: Facts, moment: str) -> list[str]:
    return [step.what for step in escalation.steps(case, HOURS, LIMITS, at(moment))]


def told(case: Facts, found: list[Step], now: datetime) -> Facts:
    """The case after these were told."""
    known = dict(case.told)
    for step in found:
        before = known.get((step.what, step.for_on))
        known[step.what, step.for_on] = Told(now, before.times + 1 if before else 1)
    return replace(case, told=known)


def walk(case: Facts, since: datetime, days: int, hour: int = 10) -> list[tuple[date, Step]]:
    """One look a day; whatever is due is told. Stops when the clock ends the case."""
    found: list[tuple[date, Step]] = []
    for day in range(days):
        now = since.astimezone(BANGKOK).replace(hour=hour, minute=0) + timedelta(days=day)
        due = escalation.steps(case, HOURS, LIMITS, now)
        case = told(case, due, now)
        found += [(now.date(), step) for step in due]
        if any(step.what in ("no_answer", "silence") for step in due):
            break
    return found


def days_of(found: list[tuple[date, Step]], what: str) -> list[str]:
    return [day.isoformat() for day, step in found if step.what == what]


# --- by the due date -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "due", "first", "second", "third"),
    [
        # 13–15 April 2027 are closed, 10–11 a weekend: two working days before Friday 16th is Friday 9th.
        ("2027-03-29 10:00", "2027-04-16", "2027-04-09", "2027-04-21", "2027-04-27"),
        # Due on the last day before Songkran: the third working day after it is the 19th.
        ("2027-03-29 10:00", "2027-04-12", "2027-04-08", "2027-04-20", "2027-04-26"),
        # 31 December and 1 January are closed.
        ("2026-12-14 10:00", "2026-12-30", "2026-12-28", "2027-01-06", "2027-01-12"),
        # From one fiscal year into the next nothing changes: 30 September 2027 is a Thursday.
        ("2027-09-20 10:00", "2027-09-30", "2027-09-28", "2027-10-05", "2027-10-11"),
    ],
)
def test_ladder_by_due_date(received: str, due: str, first: str, second: str, third: str) -> None:
    case = facts(received, due, acted_at=at(f"{due} 09:00") + timedelta(days=60))  # busy: never silent
    found = walk(case, at(received), 60)
    assert days_of(found, "due1") == [first]
    assert days_of(found, "due2") == [second]
    assert days_of(found, "due3") == [third]
    assert days_of(found, "overdue")[0] == (date.fromisoformat(due) + timedelta(days=1)).isoformat()


def test_who_hears_of_which_level() -> None:
    walked = walk(facts("2027-03-01 10:00", "2027-03-15"), at("2027-03-01 10:00"), 30)
    found = {step.what: step for _day, step in walked}
    assert found["due1"].to == (Group.UNIT,)
    assert found["due2"].to == (Group.UNIT, Group.UNIT_HEAD)
    assert found["due3"].to == (Group.UNIT, Group.UNIT_HEAD, Group.HEAD)
    assert (found["due1"].days, found["due2"].days, found["due3"].days) == (2, 3, 7)


def test_officers_hear_only_in_office_hours() -> None:
    case = facts("2027-03-01 10:00", "2027-03-08")
    for moment in ("2027-03-25 00:00", "2027-03-25 08:29", "2027-03-25 16:30", "2027-03-27 10:00", "2027-04-14 10:00"):
        assert not [what for what in steps(case, moment) if what.startswith(("due", "quiet"))], moment
    assert "due3" in steps(case, "2027-03-25 08:30")


def test_citizens_are_left_alone_at_night() -> None:
    case = facts("2027-03-01 10:00", "2027-03-08")
    assert steps(case, "2027-03-14 07:59") == []  # a Sunday
    assert steps(case, "2027-03-14 08:00") == ["overdue"]
    assert steps(case, "2027-03-14 20:00") == []


def test_after_an_outage_only_the_highest_level_is_told() -> None:
    case = facts("2027-03-01 10:00", "2027-03-08")
    now = at("2027-03-25 09:00")
    found = escalation.steps(case, HOURS, LIMITS, now)
    assert [step.what for step in found] == ["due3", "overdue"]
    assert [step.what for step in escalation.steps(told(case, found, now), HOURS, LIMITS, now)] == []


def test_a_deferral_begins_anew() -> None:
    case = facts("2027-03-01 10:00", "2027-03-08", acted_at=at("2027-05-01 09:00"))
    found = walk(case, at("2027-03-01 10:00"), 20)
    assert {"due1", "due2", "due3"} <= {step.what for _day, step in found}
    deferred = replace(
        case, due=date(2027, 4, 16), told={(s.what, s.for_on): Told(at("2027-03-18 10:00")) for _d, s in found}
    )
    assert steps(deferred, "2027-03-22 10:00") == ["progress"]
    again = walk(deferred, at("2027-03-22 10:00"), 50)
    assert days_of(again, "due1") == ["2027-04-09"]
    assert days_of(again, "due3") == ["2027-04-27"]


def test_a_reopening_begins_anew() -> None:
    case = facts("2027-03-01 10:00", "2027-03-08", acted_at=at("2027-05-01 09:00"))
    found = walk(case, at("2027-03-01 10:00"), 20)
    known = {(step.what, step.for_on): Told(at("2027-03-18 10:00")) for _day, step in found}
    reopened = replace(case, status=Status.REOPENED, reopened_at=at("2027-03-22 10:00"), told=known)
    again = walk(reopened, at("2027-03-22 10:00"), 30)
    assert days_of(again, "due2") == ["2027-03-25"]
    assert days_of(again, "due3") == ["2027-03-31"]
    assert days_of(again, "overdue")[0] == "2027-03-23"


# --- by silence ------------------------------------------------------------------------------------------------------


def test_screening_waits_one_working_day() -> None:
    """Received on the eve of Songkran at 16:00: a whole working day is over on Friday 16th at 16:00."""
    case = facts("2027-04-12 16:00", "2027-06-30", Status.SCREENING)
    assert steps(case, "2027-04-16 15:59") == []
    assert steps(case, "2027-04-16 16:00") == ["quiet1"]
    night = facts("2027-04-12 22:00", "2027-06-30", Status.SCREENING)
    assert steps(night, "2027-04-16 16:00") == []
    assert steps(night, "2027-04-19 08:30") == ["quiet1"]
    assert escalation.steps(night, HOURS, LIMITS, at("2027-04-19 08:30"))[0].to == (Group.INTAKE,)


def test_silence_goes_up_and_a_deed_begins_anew() -> None:
    case = facts("2027-03-01 10:00", "2027-07-30")
    found = walk(case, at("2027-03-01 10:00"), 40)
    assert days_of(found, "quiet1") == ["2027-03-08"]
    assert days_of(found, "quiet2") == ["2027-03-15"]
    assert days_of(found, "quiet3") == ["2027-03-22"]
    active = replace(
        case,
        acted_at=at("2027-03-22 11:00"),
        told={(s.what, s.for_on): Told(at("2027-03-22 10:00")) for _d, s in found},
    )
    assert days_of(walk(active, at("2027-03-23 10:00"), 10), "quiet1") == ["2027-03-30"]


def test_a_unit_has_three_working_days_to_accept() -> None:
    found = walk(facts("2027-03-01 10:00", "2027-07-30", Status.ASSIGNED), at("2027-03-01 10:00"), 40)
    assert [days_of(found, f"quiet{level}") for level in (1, 2, 3)] == [["2027-03-04"], ["2027-03-09"], ["2027-03-12"]]


def test_a_head_is_asked_every_week() -> None:
    found = walk(facts("2027-03-01 10:00", "2027-07-30", Status.HEAD_REVIEW), at("2027-03-01 10:00"), 30)
    assert days_of(found, "quiet1") == ["2027-03-08", "2027-03-15", "2027-03-22", "2027-03-29"]
    assert {step.to for _day, step in found if step.what == "quiet1"} == {(Group.HEAD,)}


# --- urgent ----------------------------------------------------------------------------------------------------------


def test_urgent_is_told_until_somebody_confirms() -> None:
    case = facts("2027-04-13 06:00", "2027-05-30", urgent=True, route="urgent")  # a holiday
    assert steps(case, "2027-04-13 06:01") == ["urgent"], "at once"
    night = replace(case, told={("urgent", date(2027, 4, 13)): Told(at("2027-04-13 06:01"))})
    assert steps(night, "2027-04-13 06:45") == [], "again from seven"
    assert steps(case, "2027-04-13 07:00") == ["urgent"]
    known = replace(case, told={("urgent", date(2027, 4, 13)): Told(at("2027-04-13 07:00"))})
    assert steps(known, "2027-04-13 07:29") == []
    assert steps(known, "2027-04-13 07:30") == ["urgent"]
    assert steps(known, "2027-04-13 22:00") == []
    assert steps(replace(known, acknowledged_at=at("2027-04-13 07:10")), "2027-04-13 07:30") == []


def test_danger_is_told_at_any_hour() -> None:
    assert steps(
        facts("2027-04-13 02:00", "2027-05-30", urgent=True, route="urgent", emergency=True), "2027-04-13 02:01"
    ) == ["urgent"]


def test_a_word_of_hurry_wakes_no_head() -> None:
    """Who writes "ด่วน" is heard by the unit; the urgent route is what officers or danger make of it."""
    assert steps(facts("2027-04-19 10:00", "2027-05-30", urgent=True), "2027-04-19 10:01") == []


def test_the_urgent_route_alone_is_enough() -> None:
    assert steps(facts("2027-03-01 10:00", "2027-05-30", route="urgent"), "2027-03-01 10:01") == ["urgent"]


# --- the complainant -------------------------------------------------------------------------------------------------


def waiting(since: str, **more: object) -> Facts:
    day = date.fromisoformat(since)
    return facts(f"{since} 10:00", "2027-04-05", Status.NEED_INFO, waiting_since=day, **more)


def test_who_does_not_answer_is_asked_twice_then_ended() -> None:
    found = walk(waiting("2027-04-01"), at("2027-04-01 10:00"), 30)
    assert [(day.isoformat(), step.what) for day, step in found] == [
        ("2027-04-04", "ask1"),
        ("2027-04-08", "ask2"),
        ("2027-04-16", "no_answer"),
    ]
    assert {step.until for _day, step in found[:2]} == {date(2027, 4, 16)}


def test_nobody_is_ended_who_was_not_asked_again() -> None:
    case = waiting("2027-04-01")
    now = at("2027-05-20 10:00")  # a long outage
    found = escalation.steps(case, HOURS, LIMITS, now)
    assert [(step.what, step.until) for step in found] == [("ask2", date(2027, 5, 28))]
    case = told(case, found, now)
    assert steps(case, "2027-05-27 10:00") == []
    assert steps(case, "2027-05-28 10:00") == ["no_answer"]


def test_who_cannot_be_asked_in_a_chat_is_not_ended_and_officers_are_chased() -> None:
    found = walk(waiting("2027-03-01", reachable=False), at("2027-03-01 10:00"), 60)
    assert {step.what for _day, step in found} == {"quiet1", "quiet2", "quiet3"}


def test_the_clock_stands_still_while_we_wait() -> None:
    case = waiting("2027-04-20", told={("ask2", date(2027, 4, 20)): Told(at("2027-04-27 10:00"))})
    assert steps(case, "2027-04-28 10:00") == []


def test_a_note_every_15_days_while_the_date_holds() -> None:
    found = walk(facts("2027-03-01 10:00", "2027-04-20"), at("2027-03-01 10:00"), 80)
    assert days_of(found, "progress") == ["2027-03-16", "2027-03-31", "2027-04-15"]
    assert days_of(found, "overdue") == ["2027-04-21", "2027-04-28", "2027-05-05", "2027-05-12", "2027-05-19"]


def test_closed_seven_days_after_the_result() -> None:
    case = facts("2027-04-01 10:00", "2027-04-20", Status.RESOLVED, resolved_at=at("2027-04-09 15:00"))
    assert steps(case, "2027-04-16 14:59") == []
    assert steps(case, "2027-04-16 15:00") == ["silence"]


# --- nothing is forgotten --------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(OPEN)),
    st.datetimes(datetime(2026, 10, 1), datetime(2027, 9, 30)),
    st.integers(1, 60),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["general", "urgent", "multi"]),
)
def test_whatever_stands_open_is_told_within_40_working_days_and_again_or_ends(
    status: Status, received: datetime, days: int, urgent: bool, reachable: bool, route: str
) -> None:
    moment = received.replace(tzinfo=BANGKOK)
    counted = HOURS.counted_from(moment)
    due = HOURS.add_working_days(counted, days)
    case = Facts(
        status,
        moment,
        counted,
        due,
        moment,
        urgent=urgent,
        route=route,
        reachable=reachable,
        waiting_since=moment.date() if status == Status.NEED_INFO else None,
        resolved_at=moment if status == Status.RESOLVED else None,
    )
    limit = HOURS.add_working_days(counted, 40)
    found = walk(case, moment + timedelta(days=1), 160)
    assert found
    assert found[0][0] <= limit
    ended = any(step.what in ("no_answer", "silence") for _day, step in found)
    later = [day for day, _step in found if day > limit]
    told_all = {step.what for _day, step in found}
    assert ended or later or {"quiet1", "quiet2", "quiet3"} <= told_all
    if status in CHASED:
        assert later, "it is told again and again"
    officers = [(day, step) for day, step in found if step.what.startswith(("due", "quiet"))]
    assert all(HOURS.is_working_day(day) for day, _step in officers)
    once = [(step.what, step.for_on) for _day, step in officers if status != Status.HEAD_REVIEW]
    assert len(once) == len(set(once))


@given(st.sampled_from(sorted(ENDED)), st.datetimes(datetime(2027, 1, 1), datetime(2027, 9, 30)))
def test_what_ended_is_left_alone(status: Status, moment: datetime) -> None:
    case = facts("2026-10-01 10:00", "2026-10-20", status, urgent=True)
    assert escalation.steps(case, HOURS, LIMITS, moment.replace(tzinfo=BANGKOK)) == []


@given(st.dates(date(2026, 10, 1), date(2027, 9, 30)), st.integers(1, 15))
def test_latest_is_the_other_way_round(day: date, days: int) -> None:
    found = escalation.latest(HOURS, day, days)
    assert HOURS.add_working_days(found, days) <= day < HOURS.add_working_days(found + timedelta(days=1), days)


@given(
    st.sets(st.integers(0, 90)), st.frozensets(st.integers(1, 7), min_size=1), st.integers(0, 90), st.integers(0, 12)
)
def test_the_latest_day_is_found_at_once(closed: set[int], weekdays: frozenset[int], on: int, days: int) -> None:
    start = date(2026, 11, 2)
    holidays = {start + timedelta(days=number) for number in closed}
    hours = OfficeHours(time(8, 30), time(16, 30), weekdays, holidays, BANGKOK)
    today = start + timedelta(days=on)
    found = escalation.latest(hours, today, days)
    assert hours.add_working_days(found, days) <= today < hours.add_working_days(found + timedelta(days=1), days)
