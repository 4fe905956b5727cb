"""What is done by the clock, as people hear it. Every dialogue runs on both engines."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs import JOBS, JobContext
from handlers.actions import status
from handlers.messages import Say
from handlers.services import Svc, put_out
from storage import cases, conversations, people
from storage.tables import HistoryEntry, OutboxMessage, Reminder
from storage.words import OutboxState, Role, Status
from tests.flows.test_joining import joined
from tests.world import Dialogue, World, at

LIGHT = "ไฟถนนดับซอย 5"


def clock(world: World, moment: str, job: str = "reminders", dry_run: bool = False) -> dict[str, int]:
    """The clock strikes."""
    world.now = at(moment)
    return JOBS[job](JobContext(world.db, world.tools, lambda: world.now), dry_run)


def filed(world: World, moment: str = "2027-03-29 10:00", text: str = LIGHT, channel: str = "telegram") -> str:
    """A case of seven working days: of 29 March 2027 it is due on 8 April, for the 6th is a holiday."""
    world.now = at(moment)
    return world.citizen("U1", channel).says(text).says("ส่งเรื่อง").reference


def changed(world: World, reference: str, **values: Any) -> None:
    """What a command of an officer would have written."""
    with world.db.transaction() as session:
        case = cases.by_reference(session, reference, lock=True)
        assert case is not None
        for name, value in values.items():
            setattr(case, name, value)


def moved(world: World, reference: str, to: Status, what: str, note: str | None = None) -> None:
    """A step an officer takes."""
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        case = cases.by_reference(session, reference, lock=True)
        assert case is not None
        status.move(svc, case, to, what, acting=("unit", "intake", "head"), note=note)


def asked(world: World, reference: str, question: str) -> None:
    moved(world, reference, Status.NEED_INFO, "asked", question)
    changed(world, reference, waiting_since=world.now.date())


def told(world: World) -> list[tuple[str, date, int]]:
    with world.db.reading() as session:
        rows = session.scalars(select(Reminder).order_by(Reminder.id))
        return [(row.what, row.for_on, row.times) for row in rows]


def events(world: World, reference: str) -> list[str]:
    with world.db.reading() as session:
        case = cases.by_reference(session, reference)
        assert case is not None
        return [row.what for row in cases.updates(session, [case.id])]


@pytest.fixture
def staff(world: World) -> dict[str, Dialogue]:
    world.now = at("2027-03-29 09:00")
    return {
        "officer": world.officer("T1", Role.OFFICER, unit="ENG"),
        "other": world.officer("T2", Role.OFFICER, unit="HEALTH"),
        "unit_head": world.officer("T3", Role.UNIT_HEAD, unit="ENG"),
        "head": world.officer("T4", Role.HEAD),
        "delegate": world.officer("T5", Role.DELEGATE),
        "intake": world.officer("T6", Role.INTAKE, unit="OFFICE"),
    }


def heard(staff: dict[str, Dialogue]) -> dict[str, str]:
    """Who heard something since the last time, and what."""
    found = {}
    for name, person in staff.items():
        person.parts = []
        person.listen()
        if person.parts:
            found[name] = person.text
    return found


# --- by the due date -------------------------------------------------------------------------------------------------


def test_three_reminders_over_songkran(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    staff["officer"].says(f"/รับ {reference}")
    assert world.case(reference).due_on == date(2027, 4, 8)
    heard(staff)
    clock(world, "2027-04-02 16:00")
    assert heard(staff) == {}
    clock(world, "2027-04-05 08:30")
    first = heard(staff)
    assert set(first) == {"officer"}
    assert f"⏰ {reference} [ไฟฟ้าและไฟส่องสว่าง] จะครบกำหนด พฤ. 8 เม.ย. 70 (เหลือ 2 วันทำการ)" in first["officer"]
    clock(world, "2027-04-12 10:00")  # two working days late, and silent: the level of the due date is not reached
    heard(staff)
    for closed in ("2027-04-13 10:00", "2027-04-15 12:00", "2027-04-16 07:00", "2027-04-16 00:00"):
        clock(world, closed)
        assert heard(staff) == {}, closed
    clock(world, "2027-04-16 09:00")
    second = heard(staff)
    assert set(second) == {"officer", "unit_head"}
    assert f"ครั้งที่ 2: {reference} [ไฟฟ้าและไฟส่องสว่าง] เกินกำหนด 3 วันทำการ" in second["unit_head"]
    clock(world, "2027-04-22 09:00")
    third = heard(staff)
    assert set(third) == {"officer", "unit_head", "head", "delegate"}
    assert "รายงานหัวหน้าส่วนราชการ ผู้ได้รับมอบหมายแล้ว" in third["officer"]
    assert f"🔺 {reference} [ไฟฟ้าและไฟส่องสว่าง] ของกองช่าง เกินกำหนด 7 วันทำการ" in third["head"]
    assert [fact[0] for fact in told(world) if fact[0].startswith("due")] == ["due1", "due2", "due3"]
    assert events(world, reference).count("reminded") >= 3
    staff["intake"].says(f"/ดู {reference}").hears("ระบบเตือน: ติดตามเร่งรัด ครั้งที่ 3")


def test_run_twice_is_once(world: World, staff: dict[str, Dialogue]) -> None:
    filed(world)
    for moment in ("2027-04-05 08:30", "2027-04-09 10:00", "2027-04-16 09:00", "2027-04-22 09:00"):
        done = clock(world, moment)
        assert done["done"] == done["due"] > 0
        heard(staff)
        assert clock(world, moment) == {"silent_drafts": 0, "filed": 0, "due": 0, "done": 0, "failed": 0}
        assert heard(staff) == {}


def test_a_dry_run_counts_and_does_nothing(world: World, staff: dict[str, Dialogue]) -> None:
    filed(world)
    heard(staff)
    found = clock(world, "2027-04-22 09:00", dry_run=True)
    assert (found["due"], found["done"], found["due3"], found["overdue"]) == (2, 0, 1, 1)
    assert told(world) == []
    assert heard(staff) == {}


def test_a_deferral_begins_anew(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    staff["officer"].says(f"/รับ {reference}")
    clock(world, "2027-04-22 09:00")
    changed(world, reference, extended_to=date(2027, 5, 14))
    heard(staff)
    assert clock(world, "2027-05-12 09:00")["due1"] == 1
    assert "จะครบกำหนด ศ. 14 พ.ค. 70" in heard(staff)["officer"]
    clock(world, "2027-05-26 09:00")  # the 20th is closed
    assert "due3" in {fact[0] for fact in told(world) if fact[1] == date(2027, 5, 14)}


def test_over_the_end_of_the_year_and_of_the_fiscal_year(world: World, staff: dict[str, Dialogue]) -> None:
    newyear = filed(world, "2026-12-22 10:00")
    assert world.case(newyear).due_on == date(2027, 1, 4)  # 31 December and 1 January are closed
    assert "due1" in clock(world, "2026-12-29 09:00")
    assert "due2" not in clock(world, "2027-01-06 09:00")
    assert "due2" in clock(world, "2027-01-07 09:00")
    fiscal = filed(world, "2027-09-27 10:00")
    assert (world.case(fiscal).due_on, world.case(fiscal).fiscal_year) == (date(2027, 10, 6), 2570)
    assert clock(world, "2027-09-30 16:00").get("due1", 0) == 0
    assert clock(world, "2027-10-04 08:30")["due1"] == 1


# --- by silence ------------------------------------------------------------------------------------------------------


def test_silence_goes_up_to_the_head(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    changed(world, reference, extended_to=date(2027, 8, 31))
    heard(staff)
    clock(world, "2027-04-01 10:00")
    first = heard(staff)
    assert set(first) == {"officer"}
    assert "อยู่ที่ “ส่งหน่วยงานแล้ว” ไม่มีความเคลื่อนไหว 3 วันทำการแล้ว" in first["officer"]
    clock(world, "2027-04-07 10:00")
    assert set(heard(staff)) == {"officer", "unit_head"}
    clock(world, "2027-04-12 10:00")
    third = heard(staff)
    assert set(third) == {"officer", "unit_head", "head", "delegate"}
    assert "รายงานหัวหน้าส่วนราชการ ผู้ได้รับมอบหมายแล้ว" in third["officer"]
    assert "ของกองช่าง อยู่ที่" in third["head"]
    staff["officer"].says(f"/รับ {reference}")
    heard(staff)
    clock(world, "2027-04-16 10:00")
    assert heard(staff) == {}, "a deed begins anew"
    assert "quiet1" in clock(world, "2027-04-23 10:00")


def test_a_head_who_does_not_decide_is_asked_every_week(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    changed(world, reference, extended_to=date(2027, 8, 31))
    for to, what in ((Status.IN_PROGRESS, "accepted"), (Status.REPORTED, "result"), (Status.HEAD_REVIEW, "proposed")):
        moved(world, reference, to, what)
    heard(staff)
    asked_on = []
    for day in ("2027-04-02", "2027-04-05", "2027-04-09", "2027-04-16", "2027-04-19", "2027-04-23"):
        clock(world, f"{day} 10:00")
        found = heard(staff)
        if found:
            assert set(found) == {"head", "delegate"}
            assert "รอพิจารณา" in found["head"]
            asked_on.append(day)
    assert asked_on == ["2027-04-05", "2027-04-16", "2027-04-23"]


def test_what_nobody_screens_goes_to_intake(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    moved(world, reference, Status.SCREENING, "screening")
    heard(staff)
    clock(world, "2027-03-30 10:00")
    assert set(heard(staff)) == {"intake"}


# --- who stands in for an empty chair --------------------------------------------------------------------------------


def test_an_empty_chair_is_skipped_upwards(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.now = at("2027-03-29 09:00")
    staff = {"intake": world.officer("T6", Role.INTAKE, unit="OFFICE"), "admin": world.officer("T7", Role.ADMIN)}
    filed(world)
    heard(staff)
    clock(world, "2027-04-05 09:00")  # no officer, no unit head, no head
    assert set(heard(staff)) == {"intake"}
    clock(world, "2027-04-22 09:00")
    assert "เร่งรัดครั้งที่ 3 แล้ว" in heard(staff)["intake"]
    assert caplog.records == [] or all(record.name != "pratu.reminders" for record in caplog.records)


def test_where_there_is_nobody_a_warning_names_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    reference = filed(world, text="ไฟถนนดับซอย 5 โทร 0812345678")
    with caplog.at_level(logging.WARNING, "pratu.reminders"):
        clock(world, "2027-04-05 09:00")
        clock(world, "2027-04-05 09:01")
    warned = [record for record in caplog.records if record.name == "pratu.reminders"]
    assert len(warned) == 1
    assert "0812345678" not in str(warned[0].__dict__)
    assert "reminded" not in events(world, reference)


def test_admin_is_the_last_one(world: World) -> None:
    world.now = at("2027-03-29 09:00")
    staff = {"admin": world.officer("T7", Role.ADMIN)}
    filed(world)
    clock(world, "2027-04-05 09:00")
    assert "จะครบกำหนด" in heard(staff)["admin"]


# --- confidential, groups, LINE --------------------------------------------------------------------------------------


def test_a_confidential_case_is_named_by_number_only(world: World, staff: dict[str, Dialogue]) -> None:
    world.now = at("2027-03-29 10:00")
    citizen = world.citizen("U1", "telegram")
    citizen.says("แจ้งเบาะแสทุจริต เจ้าหน้าที่กองช่างเรียกเงินใต้โต๊ะ")
    reference = citizen.says("เท่านี้ก่อน").reference
    case = world.case(reference)
    assert case.confidential
    heard(staff)
    citizen.listen()
    citizen.parts = []
    clock(world, "2027-04-20 10:00")
    due = case.due_on
    for day in (due, date(2027, 6, 1), date(2027, 6, 30)):
        clock(world, f"{day.isoformat()} 10:00")
    found = heard(staff)
    assert set(found) == {"intake", "head", "delegate"}
    for text in (*found.values(), citizen.listen().text):
        assert "เงิน" not in text
        assert "ทุจริต" not in text
    assert reference in citizen.text


def test_the_units_group_hears_without_anything_personal(world: World, staff: dict[str, Dialogue]) -> None:
    group = Dialogue(world, "telegram", "T1", chat="G1")
    with world.db.transaction() as session:
        from handlers.actions import people as joining

        code = joining.invite(Svc(session, world.now, world.tools), "DEMO", "ENG", Role.OFFICER, "ENG")
    group.says(f"/เข้าร่วม {code}")
    reference = filed(world, text="ไฟถนนดับซอย 5 โทร 0812345678")
    group.listen()
    group.parts = []
    clock(world, "2027-04-05 09:00")
    group.listen().hears(reference, "จะครบกำหนด").hears_not("0812345678", "ซอย 5")


def test_on_line_the_first_reminder_rides_and_the_next_is_pushed(world: World) -> None:
    world.now = at("2027-03-29 09:00")
    officer = world.officer("L1", Role.OFFICER, unit="ENG", channel="line")
    world.officer("L2", Role.UNIT_HEAD, unit="ENG", channel="line")
    filed(world)
    clock(world, "2027-04-05 09:00")
    assert states(world, "จะครบกำหนด") == [OutboxState.HELD]
    officer.says("/คิว").hears("จะครบกำหนด")
    clock(world, "2027-04-16 09:00")
    assert states(world, "ครั้งที่ 2") == [OutboxState.QUEUED, OutboxState.QUEUED]


def states(world: World, fragment: str) -> list[str]:
    """How the messages with these words stand."""
    with world.db.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.parts.is_not(None)).order_by(OutboxMessage.id))
        return [row.state for row in rows if fragment in str(session.keys.open_data(row.parts))]


# --- urgent ----------------------------------------------------------------------------------------------------------


def test_urgent_is_told_to_the_head_at_once_and_until_acknowledged(world: World, staff: dict[str, Dialogue]) -> None:
    world.now = at("2027-04-13 02:00")  # Songkran, at night
    heard(staff)
    citizen = world.citizen("U9", "telegram").says("ไฟไหม้บ้านคนติดอยู่ข้างใน หน้าวัดใหม่")
    reference = citizen.says("หน้าวัดใหม่ หมู่ 3").reference
    at_once = heard(staff)
    assert all("🔴" in at_once[name] and reference in at_once[name] for name in ("head", "delegate"))
    clock(world, "2027-04-13 02:29")
    assert heard(staff) == {}
    clock(world, "2027-04-13 02:30")
    again = heard(staff)
    assert set(again) == {"head", "delegate", "intake"}
    assert "เตือนครั้งที่ 2" in again["head"]
    assert events(world, reference).count("alerted") == 1
    changed(world, reference, acknowledged_at=world.now)
    clock(world, "2027-04-13 03:30")
    assert heard(staff) == {}


def test_urgent_without_danger_waits_for_the_morning(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    heard(staff)
    changed(world, reference, route="urgent")
    clock(world, "2027-03-29 22:30")
    assert heard(staff) == {}
    clock(world, "2027-03-30 07:00")
    assert set(heard(staff)) == {"head", "delegate", "intake"}


# --- the complainant -------------------------------------------------------------------------------------------------


def test_who_does_not_answer_is_asked_twice_and_may_open_it_again(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world, channel="line")
    staff["officer"].says(f"/รับ {reference}")
    asked(world, reference, "เสาต้นที่เท่าไร")
    citizen = world.citizen("U1").listen()
    for moment in ("2027-04-01 07:00", "2027-04-01 20:00"):
        clock(world, moment)
    citizen.parts = []
    citizen.listen().hears_nothing()
    clock(world, "2027-04-02 09:00")
    citizen.listen().hears("ยังรอข้อมูลเรื่อง “เสาต้นที่เท่าไร”", "อ. 13 เม.ย. 70")
    assert states(world, "ยังรอข้อมูล") == [OutboxState.QUEUED]
    clock(world, "2027-04-05 09:00")
    assert [fact[0] for fact in told(world)] == ["ask1", "ask2"]
    citizen.listen().parts = []
    heard(staff)
    clock(world, "2027-04-12 10:00")  # past its date, but we wait: nobody is chased, nobody hears "overdue"
    assert heard(staff) == {}
    citizen.listen().hears_nothing()
    clock(world, "2027-04-13 10:00")  # a holiday
    citizen.listen().hears("ยังไม่ได้รับข้อมูลเพิ่ม", f"เปิด {reference}")
    case = world.case(reference)
    assert (case.status, case.closed_how, case.conclusion_type) == ("closed", "no_answer", "no_answer")
    assert (case.due_on, case.extended_to) == (date(2027, 4, 8), date(2027, 4, 26))  # nine working days we waited
    citizen.taps(f"เปิด {reference}")
    assert world.case(reference).status == "reopened"


def test_an_answer_ends_the_waiting(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    staff["officer"].says(f"/รับ {reference}")
    asked(world, reference, "เสาต้นที่เท่าไร")
    clock(world, "2027-04-02 09:00")
    moved(world, reference, Status.IN_PROGRESS, "answered")
    changed(world, reference, waiting_since=None, extended_to=date(2027, 8, 31))
    assert "no_answer" not in clock(world, "2027-04-20 09:00")
    assert world.case(reference).status == "in_progress"


def test_overdue_is_pushed_with_a_reason_and_a_date(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world, channel="line")
    also = joined(world, "U2", channel="line")
    staff["officer"].says(f"/รับ {reference}")
    citizen = world.citizen("U1").listen()
    citizen.parts, also.parts = [], []
    clock(world, "2027-04-09 07:59")
    citizen.listen().hears_nothing()
    clock(world, "2027-04-09 08:00")
    citizen.listen().hears(
        f"{reference} เลยกำหนดที่แจ้งไว้ ต้องขออภัย",
        "สาเหตุ: กองช่างยังดำเนินการไม่เสร็จ",
        "ศ. 16 เม.ย. 70",
        "ผู้รับผิดชอบ กองช่าง",
    )
    also.listen().hears("เลยกำหนด")
    assert states(world, "เลยกำหนด") == [OutboxState.QUEUED, OutboxState.QUEUED]
    clock(world, "2027-04-15 10:00")
    clock(world, "2027-04-16 10:00")
    assert [str(fact[1]) for fact in told(world) if fact[0] == "overdue"] == ["2027-04-09", "2027-04-16"]


def test_closed_seven_days_after_the_result(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    for to, what in ((Status.IN_PROGRESS, "accepted"), (Status.REPORTED, "result"), (Status.RESOLVED, "resolved")):
        moved(world, reference, to, what)
    changed(world, reference, resolved_at=world.now, conclusion_type="fixed")
    clock(world, "2027-04-05 09:59")
    assert world.case(reference).status == "resolved"
    clock(world, "2027-04-05 10:00")
    case = world.case(reference)
    assert (case.status, case.closed_how, case.conclusion_type) == ("closed", "silence", "fixed")


# --- news ------------------------------------------------------------------------------------------------------------


def rides(world: World, reference: str, text: str, news: str) -> None:
    """News of a case that waits for a free answer."""
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        case = cases.by_reference(session, reference)
        assert case is not None
        assert case.conversation_id is not None
        chat = conversations.by_id(session, case.conversation_id)
        assert chat is not None
        put_out(svc, chat, [Say(text)], case_id=case.id, news=news)


def test_a_note_after_15_days_rides_or_is_pushed_by_day(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world, channel="line")
    staff["officer"].says(f"/รับ {reference}")
    changed(world, reference, extended_to=date(2027, 8, 31))
    citizen = world.citizen("U1").listen()
    citizen.parts = []
    clock(world, "2027-04-13 19:50")
    assert states(world, "ครบ 15 วันแล้ว") == [OutboxState.HELD]
    clock(world, "2027-04-13 20:00", "status-updates")
    assert states(world, "ครบ 15 วันแล้ว") == [OutboxState.HELD]
    done = clock(world, "2027-04-14 08:00", "status-updates")
    assert (done["chats"], done["cases"]) == (1, 1)
    assert states(world, "ครบ 15 วันแล้ว") == [OutboxState.QUEUED]
    citizen.listen().hears("สิ่งที่ทำแล้ว: กองช่างรับเรื่องและกำลังดำเนินการ", "จะแจ้งอีกครั้งภายใน พ. 28 เม.ย. 70")
    assert clock(world, "2027-04-14 08:05", "status-updates")["cases"] == 0


def test_plain_news_is_never_pushed_on_line(world: World) -> None:
    reference = filed(world, channel="line")
    rides(world, reference, "ข่าวธรรมดา", "plain")
    assert clock(world, "2027-03-30 10:00", "status-updates")["cases"] == 0
    assert states(world, "ข่าวธรรมดา") == [OutboxState.HELD]
    world.citizen("U1").says("เรื่องของฉัน").hears("ข่าวธรรมดา")


def test_plain_news_costs_nothing_elsewhere_and_goes_by_day(world: World) -> None:
    reference = filed(world)
    rides(world, reference, "ข่าวธรรมดา", "plain")
    assert clock(world, "2027-03-29 21:00", "status-updates")["chats"] == 0
    assert clock(world, "2027-03-30 08:00", "status-updates")["cases"] == 1
    assert states(world, "ข่าวธรรมดา") == [OutboxState.QUEUED]


def test_one_push_tells_the_newest_of_several_cases(world: World) -> None:
    first = filed(world, channel="line")
    second = filed(world, text="ขยะล้นหน้าตลาด ไม่มาเก็บ", channel="line")
    rides(world, first, "นัดเดิม", "promise")
    rides(world, first, "นัดใหม่", "promise")
    rides(world, second, "ข่าวอีกเรื่อง", "plain")
    assert clock(world, "2027-03-30 10:00", "status-updates") == {"chats": 1, "cases": 2, "unreached": 0, "failed": 0}
    with world.db.reading() as session:
        row = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
        assert [part["text"] for part in session.keys.open_data(row.parts)] == ["นัดใหม่", "ข่าวอีกเรื่อง"]
        assert (row.state, row.case_id) == (OutboxState.QUEUED, None)
    assert states(world, "นัดเดิม") == []


def test_at_most_five_bubbles(world: World) -> None:
    reference = filed(world, channel="line")
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        case = cases.by_reference(session, reference)
        assert case is not None
        chat = conversations.by_id(session, case.conversation_id or 0)
        assert chat is not None
        for number in range(7):
            put_out(svc, chat, [Say(f"ข่าว {number}")], case_id=None, news="promise")
    clock(world, "2027-03-30 10:00", "status-updates")
    assert states(world, "ข่าว").count(OutboxState.HELD) == 2
    clock(world, "2027-03-30 10:05", "status-updates")
    assert states(world, "ข่าว") == [OutboxState.QUEUED, OutboxState.QUEUED]


def test_news_an_officer_may_still_take_back_waits(world: World) -> None:
    reference = filed(world)
    rides(world, reference, "ข่าวธรรมดา", "plain")
    world.tools = type(world.tools)(**{**world.tools.__dict__, "undo_seconds": 20})
    assert clock(world, "2027-03-29 10:00", "status-updates")["chats"] == 0
    world.passes(seconds=20)
    assert JOBS["status-updates"](JobContext(world.db, world.tools, lambda: world.now), False)["cases"] == 1


# --- whom no message reaches -----------------------------------------------------------------------------------------


def test_people_out_of_reach_are_listed_once_a_working_day(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world, text="ไฟถนนดับซอย 5 โทร 0812345678")
    with world.db.transaction() as session:
        people.mark_unreachable(session, world.case(reference).account_id or 0, world.now)
    clock(world, "2027-04-09 09:00")  # overdue: there is something to tell
    heard(staff)
    assert clock(world, "2027-04-10 10:00", "status-updates")["unreached"] == 0  # a Saturday
    assert clock(world, "2027-04-12 08:30", "status-updates")["unreached"] == 1
    found = heard(staff)
    assert set(found) == {"officer", "unit_head", "intake"}
    assert f"• {reference} (Telegram) มีเบอร์โทร" in found["officer"]
    assert "081" not in found["officer"]
    assert clock(world, "2027-04-12 09:00", "status-updates")["unreached"] == 0
    assert clock(world, "2027-04-16 08:30", "status-updates")["unreached"] == 1


def test_a_case_written_down_for_somebody_without_a_chat_is_listed(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    changed(world, reference, account_id=None, conversation_id=None, channel="walkin")
    assert clock(world, "2027-03-30 09:00", "status-updates")["unreached"] == 0
    clock(world, "2027-04-09 09:00")
    heard(staff)
    assert clock(world, "2027-04-12 09:00", "status-updates")["unreached"] == 1
    assert "จดหมาย" in heard(staff)["intake"]
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        case = cases.by_reference(session, reference)
        assert case is not None
        status.record(svc, case, "noted", by=Role.OFFICER, note="โทรแจ้งแล้ว")
    assert clock(world, "2027-04-16 08:00", "status-updates")["unreached"] == 0


# --- the chain -------------------------------------------------------------------------------------------------------


def test_every_reminder_is_a_link_of_the_chain(world: World, staff: dict[str, Dialogue]) -> None:
    reference = filed(world)
    clock(world, "2027-04-05 09:00")
    clock(world, "2027-04-09 09:00")
    with world.db.reading() as session:
        known = set(session.scalars(select(HistoryEntry.what)))
    assert {"reminded", "overdue_told"} <= known
    assert events(world, reference)[-2:] == ["reminded", "overdue_told"]
