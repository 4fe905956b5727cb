"""Figures of a period against a recount in plain Python from what the outside is given."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from handlers.reports import digest
from handlers.reports.digest import DoesNotReconcile, NoSuchFigure
from handlers.rules import periods
from handlers.rules.periods import Period
from handlers.services import Svc
from storage.db import Session
from storage.tables import Case, StatusUpdate
from storage.words import Status
from tests.digest import histories, recount
from tests.digest.histories import on
from tests.world import BANGKOK, Dialogue, World, at

MONDAY = date(2026, 11, 16)
WEEK = periods.week("2026-W47", BANGKOK)
AFTER = at("2026-11-23 08:30")


def svc_at(world: World, session: Session, now: datetime = AFTER) -> Svc:
    return Svc(session, now, world.tools)


def figures(world: World, period: Period = WEEK, now: datetime = AFTER, agency: str = "DEMO") -> dict[str, Any]:
    with world.db.transaction() as session:
        return digest.figures(svc_at(world, session, now), agency, period)


def check(world: World, period: Period = WEEK, now: datetime = AFTER) -> dict[str, Any]:
    """The figures, after every one of the contract's was found by a recount too."""
    found = figures(world, period, now)
    with world.db.transaction() as session:
        expected = recount.figures(session, "DEMO", period.first, period.end)
    assert {name: found[name] for name in expected} == expected
    return found


def filed(world: World, name: str, words: str) -> tuple[Dialogue, str]:
    person = world.citizen(name).says(words).taps("ส่งเรื่อง")
    return person, person.reference


def test_a_week_of_conversations(world: World, officer: Dialogue) -> None:
    world.now = at("2026-11-15 23:50")  # Sunday night belongs to the week before
    early, old = filed(world, "U0", "ไฟถนนดับ ซอย 1")
    world.now = at("2026-11-16 09:00")
    light, first = filed(world, "U1", "ไฟถนนดับ ซอย 3")
    _hole, _second = filed(world, "U2", "ถนนเป็นหลุม หน้าตลาด")
    world.citizen("U3", "telegram").says("ขยะเหม็นมาก ซอย 9").taps("ส่งเรื่อง")
    for reference in (old, first):
        officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดไฟแล้ว ไฟติดครบทุกดวงในซอย")
        officer.says(f"/ปิด {reference}").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    world.passes(hours=2)
    light.says("แก้แล้ว")
    early.says("ยังไม่แก้")
    world.now = at("2026-11-23 00:00")  # Monday's first minute belongs to the week after
    filed(world, "U5", "ไฟถนนดับ ซอย 20")
    found = check(world)
    assert (found["received"], found["resolved"], found["reopened"], found["open"]) == (3, 2, 1, 3)
    assert found["by_channel"] == {"line": 2, "telegram": 1}
    assert found["before"]["received"] == 1
    assert found["before"]["open"] == 1
    assert found["by_unit"] == {"ENG": {"open": 2, "overdue": 0}, "HEALTH": {"open": 1, "overdue": 0}}
    # Three told a matter, one said that it is mended, and one of the week before that it is not.
    assert found["counted"] == {"events": 5, "cases": 3, "people": 3, "co_complainants": 0}
    closed = {"closed": 1, "confirmed": 1, "silence": 0, "passed_on": 0, "other": 0}
    assert found["confirmed"] == {**closed, "n": 1, "percent": 100}
    assert found["concluded"] == {"n": 1, "by_type": {"fixed": 1}}, "the reopened one has none any more"
    assert found["on_time"] == {"n": 1, "percent": 100}
    assert check(world, periods.week("2026-W46", BANGKOK))["open"] == 1, "as it stood then"


def test_how_a_case_stood_then_not_now(world: World) -> None:
    sunday, monday = on(MONDAY, 7 * 24 - 0.01), on(MONDAY, 7 * 24)
    with world.db.transaction() as session:
        histories.add(session, 1, on(MONDAY), [("resolved", monday)])  # was open
        histories.add(session, 2, on(MONDAY), [("resolved", sunday)])
        histories.add(session, 3, on(MONDAY), [("resolved", sunday), ("reopened", monday)])  # was not
        late = {"due_on": MONDAY + timedelta(days=6)}
        histories.add(session, 4, on(MONDAY), [("need_info", sunday), ("in_progress", monday)], **late)  # asked then
        histories.add(session, 5, on(MONDAY), [("in_progress", sunday), ("need_info", monday)], **late)
        histories.add(session, 6, on(MONDAY), [], due_on=MONDAY + timedelta(days=7))  # due on the Monday: not late
        histories.add(session, 7, on(MONDAY), [], **late, extended_to=MONDAY + timedelta(days=9))
    found = check(world)
    assert (found["open"], found["overdue"], found["resolved"]) == (5, 1, 2)


def test_one_case_counts_once_however_often_it_is_resolved(world: World) -> None:
    with world.db.transaction() as session:
        way = [("resolved", 11.0), ("reopened", 12), ("resolved", 13), ("reopened", 14), ("resolved", 15)]
        histories.add(session, 1, on(MONDAY), [(status, on(MONDAY, hour)) for status, hour in way])
    found = check(world)
    assert (found["resolved"], found["reopened"], found["open"]) == (1, 1, 0)


def test_another_agency_and_drafts_are_not_counted(world: World) -> None:
    with world.db.transaction() as session:
        histories.add(session, 1, on(MONDAY), [], agency_code="PROV", unit_code=None)
        histories.add(session, 2, on(MONDAY), [])
        draft = histories.add(session, 3, on(MONDAY), [])
        session.execute(update(Case).where(Case.id == draft.id).values(status="draft"))
    assert check(world)["received"] == 1
    every = figures(world, periods.month("2026-11", BANGKOK), agency="*")
    assert every["received"] == 2
    assert every["by_agency"] == {"DEMO": {"open": 1, "overdue": 1}, "PROV": {"open": 1, "overdue": 1}}


def test_satisfaction_and_small_cells(world: World) -> None:
    with world.db.transaction() as session:
        histories.answer(session, on(MONDAY), ["satisfied"] * 4 + ["dissatisfied"], "P.speed", why="slow")
        histories.answer(session, on(MONDAY), ["dissatisfied"] * 3, "P.officer", why="manner")  # fewer than five
        histories.answer(session, on(MONDAY), ["very_satisfied"] * 3 + [None])
        histories.answer(session, on(MONDAY, -0.1), ["dissatisfied"])  # the week before
        histories.answer(session, on(MONDAY, 7 * 24), ["dissatisfied"])  # the week after
    found = check(world)
    assert found["satisfaction"] == {"n": 11, "percent": 64}  # 7 of 11
    assert found["dissatisfied"] == {"n": 11, "percent": 36, "why": {"slow": 1, "manner": 3}}
    assert [(one["item"], one["n"], one["percent"]) for one in found["lowest"]] == [("P.speed", 5, 80)]
    assert found["before"]["satisfaction"] == {"n": 1, "percent": 0}


def test_half_a_percent_goes_up(world: World) -> None:
    with world.db.transaction() as session:
        histories.answer(session, on(MONDAY), ["satisfied"] * 5 + ["dissatisfied"] * 3)  # 62.5
    found = figures(world)
    assert (found["satisfaction"]["percent"], found["dissatisfied"]["percent"]) == (63, 37)


def test_first_answers(world: World) -> None:
    with world.db.transaction() as session:
        histories.add(session, 1, on(MONDAY), [], first_answer_at=on(MONDAY, 13))
        histories.add(session, 2, on(MONDAY), [], first_answer_at=on(MONDAY, 15))
        sixteen_days_ago = on(MONDAY) - timedelta(days=12)  # its fifteenth day lies in the week
        histories.add(session, 3, sixteen_days_ago, [], first_answer_at=sixteen_days_ago + timedelta(days=15))
        histories.add(session, 4, sixteen_days_ago, [], first_answer_at=sixteen_days_ago + timedelta(days=15, hours=1))
        histories.add(session, 5, sixteen_days_ago, [])
        histories.add(session, 6, sixteen_days_ago, [("withdrawn", sixteen_days_ago)])
    found = figures(world)
    assert found["first_answer"] == {"n": 4, "median_hours": 182.5}  # 3, 5, 360 and 361 hours
    assert found["answered_in_15_days"] == {"n": 3, "percent": 33}


def test_spots_people_and_ideas(world: World) -> None:
    ago = on(MONDAY) - timedelta(days=9)
    with world.db.transaction() as session:
        for number, when in enumerate([ago, on(MONDAY), on(MONDAY, 30)], 1):
            histories.add(session, number, when, [], category="EL", place_masked="ซอยวัดใหม่", account_id=7)
        for number, when in enumerate([ago, ago], 11):  # nothing new there this week
            histories.add(session, number, when, [], category="RD", place_masked="หน้าตลาด")
        histories.add(session, 21, on(MONDAY), [], kind="compliment", account_id=8)
        done = [("resolved", on(MONDAY, 20))]
        histories.add(session, 22, ago, done, kind="suggestion", conclusion_type="used")
        histories.add(session, 23, on(MONDAY), done, kind="suggestion", conclusion_type="noted")
    found = check(world)
    assert [(one["category"], one["place"], one["times"]) for one in found["spots"]] == [("EL", "ซอยวัดใหม่", 3)]
    assert found["spots"][0]["references"] == ["70-00001-0", "70-00002-0", "70-00003-0"]
    assert found["compliments"] == {"n": 1, "references": ["70-00021-0"]}
    assert found["suggestions"] == {"n": 1, "used": 1}
    assert found["counted"]["people"] == 2


def test_the_weeks_before_are_derived_from_the_events(world: World) -> None:
    with world.db.transaction() as session:
        for number in range(8):
            came = on(MONDAY) - timedelta(days=7 * (number % 5), hours=number)
            way = [("resolved", came + timedelta(days=8)), ("reopened", came + timedelta(days=15))]
            histories.add(session, number, came, way[: number % 3])
    found = figures(world)
    with world.db.transaction() as session:
        weeks = [recount.week(session, "DEMO", MONDAY - timedelta(days=7 * ago)) for ago in (4, 3, 2, 1)]
    told = [{name: one[name] for name in ("received", "resolved", "open")} for one in found["four_weeks"]]
    assert told == [{name: one[name] for name in ("received", "resolved", "open")} for one in weeks]
    assert [one["period"] for one in found["four_weeks"]] == ["2026-W43", "2026-W44", "2026-W45", "2026-W46"]
    assert {name: found["before"][name] for name in ("open", "overdue")} == {
        name: weeks[-1][name] for name in ("open", "overdue")
    }


# --- whatever happens ------------------------------------------------------------------------------------------------

STATUSES = [status.value for status in Status if status not in (Status.DRAFT, Status.RECEIVED)]
LATE = date(2026, 9, 21)  # two Mondays before a fiscal year ends on a Wednesday
HISTORY = st.tuples(
    st.integers(0, 30 * 24),  # received, hours after LATE
    st.lists(st.tuples(st.sampled_from(STATUSES), st.integers(0, 14 * 24)), max_size=6),
    st.sampled_from(["RD", "EL"]),
    st.sampled_from(["line", "web"]),
    st.booleans(),
    st.integers(-5, 20),  # due so many days after receipt
    st.none() | st.integers(0, 30),
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=st.lists(HISTORY, max_size=8), answers=st.lists(st.integers(0, 30 * 24), max_size=6))
def test_any_history_is_counted_as_the_outside_would(world: World, made: list[Any], answers: list[int]) -> None:
    spots = [periods.holding("week", LATE + timedelta(days=7 * number), BANGKOK) for number in range(5)]
    spots += [periods.year("2569", BANGKOK), periods.quarter("2570-Q1", BANGKOK), periods.month("2026-09", BANGKOK)]
    with world.db.transaction() as session:
        session.execute(StatusUpdate.__table__.delete())
        session.execute(Case.__table__.delete())
        for number, (came, steps, category, channel, urgent, days, more) in enumerate(made):
            received = on(LATE, came)
            way, when = [], received
            for status, hours in steps:
                when += timedelta(hours=hours)
                way.append((status, when))
            due = received.astimezone(BANGKOK).date() + timedelta(days=days)
            extended = None if more is None else due + timedelta(days=more)
            values = {"category": category, "channel": channel, "urgent": urgent}
            histories.add(session, number, received, way, **values, due_on=due, extended_to=extended)
        for number, hours in enumerate(answers):
            histories.answer(session, on(LATE, hours), [("satisfied", "dissatisfied", None)[number % 3]])
    for period in spots:
        check(world, period, at("2027-01-04 09:00"))


# --- what does not agree ---------------------------------------------------------------------------------------------


def test_a_bent_status_is_named_and_nothing_is_told(world: World) -> None:
    with world.db.transaction() as session:
        case = histories.add(session, 1, on(MONDAY), [("assigned", on(MONDAY, 11))])
        session.execute(update(Case).where(Case.id == case.id).values(status="closed"))
    with pytest.raises(DoesNotReconcile) as wrong:
        figures(world)
    assert "status of 70-00001-0 is not its last event's" in wrong.value.places
    assert "open by the events of the period: 0 is not 1" in wrong.value.places
    assert "closed by how" not in str(wrong.value)


def test_an_event_that_was_removed_shows(world: World) -> None:
    with world.db.transaction() as session:
        case = histories.add(session, 1, on(MONDAY) - timedelta(days=9), [("resolved", on(MONDAY))])
        session.execute(
            update(StatusUpdate)
            .where(StatusUpdate.case_id == case.id, StatusUpdate.status == "resolved")
            .values(status=None)
        )
        histories.add(session, 2, on(MONDAY), [])
    with pytest.raises(DoesNotReconcile):
        figures(world, periods.week("2026-W45", BANGKOK), AFTER)


# --- behind a figure -------------------------------------------------------------------------------------------------


def test_every_figure_leads_to_its_cases(world: World) -> None:
    with world.db.transaction() as session:
        histories.add(session, 1, on(MONDAY), [("resolved", on(MONDAY, 12)), ("reopened", on(MONDAY, 13))])
        histories.add(session, 2, on(MONDAY), [("resolved", on(MONDAY, 12))], category="EL", urgent=True)
        histories.add(session, 3, on(MONDAY), [], unit_code=None, due_on=MONDAY)
        histories.add(session, 4, on(MONDAY), [], confidential=True, category="CR")
        histories.add(session, 5, on(MONDAY) - timedelta(days=8), [])
    found = check(world)
    with world.db.transaction() as session:
        svc = svc_at(world, session)

        def behind(name: str, key: str = "") -> list[str]:
            return [row.reference[4:8] for row in digest.behind(svc, "DEMO", WEEK, name, key)]

        for name in ("received", "urgent", "resolved", "reopened", "open", "overdue"):
            assert len(behind(name)) == found[name], name
        for name in ("by_kind", "by_category", "by_channel"):
            assert {key: len(behind(name, key)) for key in found[name]} == found[name]
        for key, one in found["by_unit"].items():
            assert (len(behind("by_unit", key)), len(behind("by_unit_overdue", key))) == (one["open"], one["overdue"])
        assert behind("by_unit") == ["0003"]
        hidden = next(row for row in digest.behind(svc, "DEMO", WEEK, "received") if row.reference == "70-00004-0")
        assert (hidden.words, hidden.category) == (None, None), "a confidential case is its reference only"
        shown = next(row for row in digest.behind(svc, "DEMO", WEEK, "received") if row.reference == "70-00003-0")
        assert (shown.words, shown.category, shown.received_on) == ("เรื่องที่ 3", "RD", MONDAY)
        with pytest.raises(NoSuchFigure):
            digest.behind(svc, "DEMO", WEEK, "text")
