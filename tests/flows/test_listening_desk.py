"""The officers' side of listening: orders to hurry, what became of ideas, praise, closings, and who is out of reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import metrics
from bot.jobs import JOBS, JobContext
from bot.metrics import Gauges
from handlers.rules.routing import unit_named
from storage import cases, outbox, people
from storage.closings import closings, used
from storage.tables import OutboxMessage, StatusUpdate
from storage.words import Kind, Role, Status
from tests.flows.test_groups import officers_room
from tests.world import Dialogue, World, at, hears_now

LIGHT = "ไฟถนนดับ ซอย 5"
IDEA = "อยากเสนอให้เปิดบริการถึงหกโมงเย็น คนทำงานจะได้มาทัน"
PRAISE = "ขอชมกองสาธารณสุข พ่นยุงเร็วมาก"
CHANGED = "เปิดบริการถึงหกโมงเย็นทุกวันพุธแล้ว"


def filed(world: World, text: str = LIGHT, name: str = "U1", channel: str = "telegram") -> str:
    citizen = world.citizen(name, channel).says(text)
    if "รหัสเรื่อง" not in citizen.text:
        citizen.says("ส่งเรื่อง")
    return citizen.reference


def events(world: World, reference: str) -> list[str]:
    with world.db.reading() as session:
        return [row.what for row in cases.updates(session, [world.case(reference).id])]


def changed(world: World, reference: str, **values: Any) -> None:
    with world.db.transaction() as session:
        case = cases.by_reference(session, reference, lock=True)
        assert case is not None
        for name, value in values.items():
            setattr(case, name, value)


def clock(world: World, moment: str, job: str = "reminders") -> dict[str, Any]:
    world.now = at(moment)
    return JOBS[job](JobContext(world.db, world.tools, lambda: world.now), False)


@pytest.fixture
def clerk(world: World) -> Dialogue:
    """Whose unit has what no other owns, as service hours."""
    return world.officer("T2", Role.INTAKE, unit="OFFICE")


# --- hurry -----------------------------------------------------------------------------------------------------------


def test_the_head_orders_the_unit_to_hurry(world: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(world)
    chief = world.officer("T7", Role.UNIT_HEAD, unit="ENG", channel="line")
    nurse = hears_now(world.officer("T8", Role.OFFICER, unit="HEALTH"))
    citizen = hears_now(world.citizen("U1", "telegram"))
    officer.says(f"/รับ {reference}")
    head.says(f"/ดู {reference}").taps(f"/เร่ง {reference}").hears("สั่งเร่งรัดกองช่างแล้ว (2 คน)")
    hears_now(officer).hears(reference, "หัวหน้าส่วนราชการสั่งเร่งรัด", "กำลังดำเนินการ")
    assert {f"/ผล {reference}", f"/เลื่อน {reference}"} <= {choice.says for choice in officer.choices}
    hears_now(chief).hears("สั่งเร่งรัด")  # a push that cannot wait, also where it costs
    hears_now(nurse).hears_nothing()
    citizen.says("เรื่องของฉัน").hears(reference).hears_not("เร่งรัด")
    officer.says(f"/ดู {reference}").hears("สั่งเร่งรัด")
    assert events(world, reference)[-1] == "hurried_head"


def test_without_a_head_of_the_unit_no_other_head_is_told(
    world: World, officer: Dialogue, intake: Dialogue, head: Dialogue
) -> None:
    reference = filed(world)
    hears_now(head)
    intake.says(f"/เร่ง {reference}").hears("สั่งเร่งรัดกองช่างแล้ว (1 คน)")
    hears_now(head).hears_nothing()


def test_its_words_are_masked_and_signed(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world)
    hears_now(officer)
    intake.says(f"/hurry {reference} โทรหาผู้แจ้ง 0812345678 ภายในบ่ายนี้").hears("สั่งเร่งรัดกองช่างแล้ว")
    hears_now(officer).hears("เจ้าหน้าที่รับเรื่องสั่งเร่งรัด\n“", "ภายในบ่ายนี้").hears_not("0812345678")
    assert f"/รับ {reference}" in {choice.says for choice in officer.choices}, "nobody has taken it on yet"
    with world.db.reading() as session:
        (row,) = session.scalars(select(StatusUpdate).where(StatusUpdate.what == "hurried_head"))
        clerk = people.posts_in(session, "DEMO", world.now.date())
        assert (row.by, row.person_id) == ("intake", next(post.person_id for post in clerk if post.role == "intake"))
        assert "0812345678" in (world.opened(row.note) or "")


def test_once_a_day_and_case_a_person(world: World, officer: Dialogue, intake: Dialogue, head: Dialogue) -> None:
    reference, other = filed(world), filed(world, "ไฟทางมืดตรงปากซอย 6 สามดวง", "U2")
    head.says(f"/เร่ง {reference}")
    hears_now(officer)
    head.says(f"/เร่ง {reference} เร็ว ๆ").hears("สั่งเร่งรัดไปแล้ววันนี้")
    hears_now(officer).hears_nothing()
    intake.says(f"/เร่ง {reference}").hears("สั่งเร่งรัดกองช่างแล้ว")
    head.says(f"/เร่ง {other}").hears("สั่งเร่งรัดกองช่างแล้ว")
    world.passes(days=1)
    head.says(f"/เร่ง {reference}").hears("สั่งเร่งรัดกองช่างแล้ว")
    assert events(world, reference).count("hurried_head") == 3


def test_who_may_not_hurry_and_what_cannot_be(
    world: World, officer: Dialogue, intake: Dialogue, head: Dialogue
) -> None:
    reference = filed(world)
    officer.says(f"/เร่ง {reference}").hears("ทำได้โดย", "หัวหน้าหรือผู้รับมอบหมาย", "หน่วยรับเรื่อง")
    officers_room(world, Role.HEAD, None).says(f"/เร่ง {reference}").hears("แชตส่วนตัว")
    officer.says(f"/รับ {reference}").says(f"/ถาม {reference} ต้นไหน")
    head.says(f"/เร่ง {reference}").hears("ทำรายการนี้ยังไม่ได้")
    assert "hurried_head" not in events(world, reference)


def test_the_letter_of_pursuit_is_one_tap_away(world: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}")
    head.says(f"/เร่ง {reference}").taps("หนังสือติดตามเร่งรัด").hears("หนังสือติดตามเร่งรัด ครั้งที่ 1", "เลขที่")
    world.passes(days=1)
    head.says(f"/เร่ง {reference}").taps("หนังสือติดตามเร่งรัด").hears("หนังสือติดตามเร่งรัด ครั้งที่ 2")


def test_an_order_to_hurry_is_no_deed(world: World, officer: Dialogue, head: Dialogue) -> None:
    """After three working days without a taker the unit is reminded, whoever ordered it to hurry meanwhile."""
    reference = filed(world)
    world.now = at("2026-11-26 09:30")
    head.says(f"/เร่ง {reference}")
    hears_now(officer)
    clock(world, "2026-11-27 09:31")  # three working days from Tuesday the 24th
    hears_now(officer).hears(reference, "ไม่มีความเคลื่อนไหว 3 วันทำการ")


def test_a_confidential_case_is_hurried_without_a_word(world: World, intake: Dialogue, head: Dialogue) -> None:
    citizen = world.citizen("U1", "telegram").says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะค่าใบอนุญาต")
    (case,) = world.cases() or [world.case(citizen.says("เท่านี้").reference)]
    hears_now(intake)
    head.says(f"/เร่ง {case.reference} ตรวจสอบปลัดด่วน").hears("สั่งเร่งรัด")
    hears_now(intake).hears(case.reference, "สั่งเร่งรัด").hears_not("ปลัด", "ใต้โต๊ะ")


def test_an_officer_hurries_their_own_matter_as_a_citizen(world: World, officer: Dialogue) -> None:
    clerk = world.officer("T2", Role.INTAKE, unit="OFFICE")
    reference = clerk.says("ไฟถนนดับ ซอย 7").says("ส่งเรื่อง").reference
    clerk.says(f"เร่ง {reference}").hears("ส่งคำขอเร่งเรื่อง")
    clerk.says(f"/เร่ง {reference}").hears("คุณแจ้ง")
    assert events(world, reference).count("hurried") == 1


# --- units as buttons ------------------------------------------------------------------------------------------------


def test_units_are_offered_as_buttons(world: World, intake: Dialogue) -> None:
    reference = filed(world)
    intake.says(f"/มอบ {reference}").taps("สำนักปลัด").hears("มอบให้สำนักปลัด")
    intake.says(f"/คณะทำงาน {reference}").taps("กองช่าง").hears("อย่างน้อยสองหน่วย", "ร่วมกับกองช่าง")
    intake.taps("สำนักปลัด").hears("ตั้งคณะทำงาน", "กองช่าง สำนักปลัด")
    assert world.case(reference).team == ["DEMO:ENG", "DEMO:OFFICE"]
    intake.says(f"/คณะทำงาน {reference}")  # one more
    assert [choice.says for choice in intake.choices][:1] == [f"/คณะทำงาน {reference} HEALTH"]
    intake.says("HEALTH").hears("ตั้งคณะทำงาน")
    assert world.case(reference).team == ["DEMO:ENG", "DEMO:OFFICE", "DEMO:HEALTH"]


# --- what became of an idea ------------------------------------------------------------------------------------------


def test_an_idea_is_used_with_one_line(world: World, clerk: Dialogue) -> None:
    reference = filed(world, IDEA)
    citizen = hears_now(world.citizen("U1", "telegram"))
    assert world.case(reference).kind == Kind.SUGGESTION
    clerk.says(f"/หมวด {reference} OF")
    clerk.says(f"/ปิด {reference} นำไปใช้ {CHANGED}").hears("แจ้งผลให้ผู้แจ้งแล้ว", "ประชาชนจะเห็นว่า")
    hears_now(citizen).hears(f"ข้อเสนอแนะ {reference} ของคุณถูกนำไปใช้แล้ว", CHANGED, "ขอบคุณที่ช่วยกันพัฒนา")
    case = world.case(reference)
    assert (case.status, case.conclusion_type) == (Status.RESOLVED, "used")
    assert events(world, reference)[-3:] == ["accepted", "result", "resolved"]
    citizen.taps(f"เข้าใจแล้ว {reference}").hears("ปิดเรื่อง")
    assert world.case(reference).closed_how == "confirmed"
    clerk.says(f"/นำไปใช้ {reference} อีกครั้ง").hears("แจ้งผู้เสนอไปแล้ว")


def test_what_cannot_be_used_now_is_said_before_anything_is_typed(
    world: World, officer: Dialogue, clerk: Dialogue
) -> None:
    lamp, idea = filed(world), filed(world, IDEA, "U2")
    clerk.says(f"/นำไปใช้ {idea}").hears("ยังไม่ได้", f"/หมวด {idea}")
    officer.says(f"/นำไปใช้ {lamp}").hears("ไม่ใช่ข้อเสนอแนะ")
    clerk.says(f"/หมวด {idea} OF").says(f"/นำไปใช้ {idea}").says(CHANGED).hears("แจ้งผลให้ผู้แจ้งแล้ว")
    assert world.case(idea).conclusion_type == "used"


def test_what_became_of_it_is_a_choice_of_four(world: World, clerk: Dialogue) -> None:
    reference = filed(world, IDEA)
    citizen = hears_now(world.citizen("U1", "telegram"))
    clerk.says(f"/หมวด {reference} OF").says(f"/ปิด {reference}").hears("ผลของข้อเสนอเป็นอย่างใด")
    labels = [choice.label for choice in clerk.choices]
    assert labels == ["นำไปใช้แล้ว", "อยู่ในแผน", "รับทราบไว้", "ใช้ไม่ได้", "ยกเลิก"]
    clerk.taps("ใช้ไม่ได้").hears("พิมพ์เหตุผลที่ใช้ไม่ได้")
    assert world.case(reference).status == Status.ASSIGNED, "nothing is done before the reason is there"
    clerk.says("อัตรากำลังไม่พอเปิดถึงหกโมงเย็น").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    hears_now(citizen).hears("ชี้แจง: อัตรากำลังไม่พอ")
    assert world.case(reference).conclusion_type == "explained"


def test_noted_needs_no_words_and_may_be_used_long_after(world: World, clerk: Dialogue) -> None:
    reference = filed(world, IDEA)
    citizen = hears_now(world.citizen("U1", "telegram"))
    clerk.says(f"/หมวด {reference} OF").says(f"/ปิด {reference}").taps("รับทราบไว้").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    hears_now(citizen).hears("รับไว้พิจารณาแล้ว", "จะแจ้งถ้ามีการนำไปใช้")
    clerk.says(f"/ปิด {reference}").hears("ปิดเรื่องแล้ว")
    world.passes(days=90)
    hears_now(citizen)
    clerk.says(f"/used {reference}").hears("พิมพ์ว่าเปลี่ยนแปลงอะไร")
    clerk.says(CHANGED).hears("แจ้งผู้เสนอแล้วว่านำไปใช้", "ประชาชนจะเห็นว่า")
    hears_now(citizen).hears("ถูกนำไปใช้แล้ว", CHANGED)
    case = world.case(reference)
    assert (case.status, case.conclusion_type, case.closed_how) == (Status.CLOSED, "used", "officer")
    clerk.says(f"/นำไปใช้ {reference} {CHANGED}").hears("แจ้งผู้เสนอไปแล้ว")
    hears_now(citizen).hears_nothing()
    citizen.says(reference).hears(CHANGED)


def test_everybody_who_joined_hears_what_changed(world: World, clerk: Dialogue) -> None:
    first, second = filed(world, IDEA), filed(world, "เสนอให้เปิดบริการช่วงเย็น หลังเลิกงาน", "U2", "line")
    for reference in (first, second):
        clerk.says(f"/หมวด {reference} OF")
    clerk.says(f"/รวม {second} {first}").hears("รวมเข้ากับ")
    one, other = hears_now(world.citizen("U1", "telegram")), hears_now(world.citizen("U2", "line"))
    clerk.says(f"/ปิด {first} นำไปใช้ {CHANGED} สอบถาม 0812345678")
    hears_now(one).hears("ถูกนำไปใช้แล้ว", CHANGED, "0812345678")
    hears_now(other).hears("ถูกนำไปใช้แล้ว", CHANGED).hears_not("0812345678")


def test_the_reported_result_says_what_changed(world: World, clerk: Dialogue) -> None:
    reference = filed(world, IDEA)
    citizen = hears_now(world.citizen("U1", "telegram"))
    clerk.says(f"/หมวด {reference} OF").says(f"/รับ {reference}").says(f"/ผล {reference} {CHANGED}").hears("ได้ผลแล้ว")
    clerk.taps("นำไปใช้แล้ว").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    hears_now(citizen).hears("ถูกนำไปใช้แล้ว", CHANGED)
    assert events(world, reference).count("result") == 1


def test_an_idea_in_a_plan_is_promised_to_be_told(world: World, clerk: Dialogue) -> None:
    reference = filed(world, IDEA)
    citizen = hears_now(world.citizen("U1", "telegram"))
    clerk.says(f"/หมวด {reference} OF").says(f"/ปิด {reference} อยู่ในแผน ขอกรอบอัตรากำลังปีหน้า")
    hears_now(citizen).hears("อยู่ในแผนของสำนักปลัดแล้ว", "ขอกรอบอัตรากำลังปีหน้า", "จะแจ้งอีกครั้งเมื่อนำไปใช้")
    clerk.says(f"/ปิด {reference} นำไปใช้ {CHANGED}").hears("แจ้งผู้เสนอแล้วว่านำไปใช้")
    hears_now(citizen).hears("ถูกนำไปใช้แล้ว")
    assert (world.case(reference).status, world.case(reference).conclusion_type) == (Status.RESOLVED, "used")


def test_only_ideas_are_used(world: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/นำไปใช้ {reference} เปลี่ยนหลอดแล้ว").hears("ไม่ใช่ข้อเสนอแนะ")
    officer.reports(reference, "เปลี่ยนหลอดสามดวงแล้ว").says(f"/ปิด {reference} นำไปใช้").hears("เลือกผลการยุติ")
    officer.hears("แก้ไขแล้ว").hears_not("นำไปใช้")
    idea = filed(world, IDEA, "U2")
    world.officer("T2", Role.INTAKE, unit="OFFICE").says(f"/หมวด {idea} OF")
    head.says(f"/ปิด {idea} นำไปใช้ {CHANGED}").hears("ทำรายการนี้ยังไม่ได้")
    assert world.case(idea).conclusion_type is None


def test_used_by_mistake_is_taken_back(world: World) -> None:
    world.tools = replace(world.tools, undo_seconds=20)
    clerk = world.officer("T2", Role.INTAKE, unit="OFFICE")
    reference = filed(world, IDEA)
    citizen = hears_now(world.citizen("U1", "telegram"))
    clerk.says(f"/หมวด {reference} OF").says(f"/ปิด {reference} รับทราบไว้")
    world.passes(minutes=1)
    hears_now(citizen)
    clerk.says(f"/นำไปใช้ {reference} {CHANGED}").hears("ใน 20 วินาที").taps(f"/เลิกทำ {reference}").hears(
        "เลิกทำ /นำไปใช้ แล้ว"
    )
    world.passes(minutes=1)
    hears_now(citizen).hears_nothing()
    assert world.case(reference).conclusion_type == "noted"


# --- praise ----------------------------------------------------------------------------------------------------------


def test_praise_reaches_the_unit_and_its_head_and_one_tap_ends_it(world: World) -> None:
    nurse = world.officer("T5", Role.OFFICER, unit="HEALTH")
    chief = world.officer("T6", Role.UNIT_HEAD, unit="HEALTH")
    reference = filed(world, PRAISE)
    citizen = hears_now(world.citizen("U1", "telegram"))
    assert world.case(reference).kind == Kind.COMPLIMENT
    for one in (nurse, chief):
        hears_now(one).hears("มีคำชมถึงกองสาธารณสุข", "พ่นยุง", "ไม่ต้องรายงานผล")
    nurse.taps("ขอบคุณแล้ว").hears("ปิดเรื่องแล้ว", "กำลังใจของคุณถึงกองสาธารณสุข")
    hears_now(citizen).hears_nothing()
    citizen.says("สวัสดีค่ะ").hears("กำลังใจของคุณถึงกองสาธารณสุขและสิ่งแวดล้อมแล้ว")
    case = world.case(reference)
    assert (case.status, case.conclusion_type, case.closed_how) == (Status.CLOSED, "noted", "passed_on")
    assert events(world, reference)[-4:] == ["accepted", "result", "resolved", "passed_on"]


def test_taken_on_praise_asks_for_nothing_but_thanks(world: World) -> None:
    nurse = world.officer("T5", Role.OFFICER, unit="HEALTH")
    reference = filed(world, PRAISE)
    nurse.says(f"/รับ {reference}").taps("ขอบคุณแล้ว").hears("ปิดเรื่องแล้ว")
    assert world.case(reference).status == Status.CLOSED


def test_praise_nobody_answers_ends_by_itself_and_chases_nobody(world: World) -> None:
    nurse = world.officer("T5", Role.OFFICER, unit="HEALTH")
    reference = filed(world, PRAISE)  # a Tuesday
    citizen = hears_now(world.citizen("U1", "telegram"))
    hears_now(nurse)
    clock(world, "2026-11-26 10:00")
    assert world.case(reference).status == Status.ASSIGNED
    clock(world, "2026-11-27 10:00")  # the third working day
    clock(world, "2026-11-27 10:05")
    case = world.case(reference)
    assert (case.status, case.conclusion_type, case.closed_how) == (Status.CLOSED, "noted", "passed_on")
    assert events(world, reference).count("passed_on") == 1
    hears_now(nurse).hears_nothing()
    hears_now(citizen).hears_nothing()
    citizen.says("เป็นปัญหา").hears("รับเป็นเรื่องร้องเรียนแล้ว")  # the button below the receipt
    case = world.case(reference)
    assert (case.status, case.kind, case.closed_how) == (Status.REOPENED, Kind.COMPLAINT, None)


def test_on_line_praise_rides_along_and_is_not_lost_when_it_ends(world: World) -> None:
    nurse = world.officer("T5", Role.OFFICER, unit="HEALTH", channel="line")
    filed(world, PRAISE)
    hears_now(nurse).hears_nothing()
    clock(world, "2026-11-27 10:00")
    clock(world, "2026-11-27 10:00", "status-updates")
    with world.db.reading() as session:
        held = session.scalars(select(OutboxMessage).where(OutboxMessage.news == outbox.GOOD)).all()
        assert [(row.state, row.channel) for row in held] == [("held", "line")]
    nurse.says("/คิว")
    with world.db.reading() as session:
        said = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert said is not None
        assert "มีคำชมถึงกองสาธารณสุข" in str(session.keys.open_data(said.parts))


def test_praise_that_names_a_unit_goes_there(world: World, officer: Dialogue) -> None:
    reference = filed(world, "ขอชื่นชมเจ้าหน้าที่กองช่าง บริการดีมาก")
    assert world.case(reference).unit_code == "ENG"
    hears_now(officer).hears("มีคำชมถึงกองช่าง")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ขอชมกองสาธารณสุข พ่นยุงเร็วมาก", "HEALTH"),
        ("ชมกอง สาธารณสุขและสิ่งแวดล้อม", "HEALTH"),
        ("ขอบคุณ กองช่าง มาก", "ENG"),
        ("กองช่างกับกองคลังดีทั้งคู่", ""),
        ("ขอชมเจ้าหน้าที่เก็บขยะ", ""),
        ("ขอชมเจ้าหน้าที่ทุกกอง", ""),
    ],
)
def test_the_unit_that_is_named(words: str, code: str) -> None:
    names = {"ENG": "กองช่าง", "HEALTH": "กองสาธารณสุขและสิ่งแวดล้อม", "TAX": "กองคลัง"}
    assert unit_named(words, names) == code


# --- the live figures ------------------------------------------------------------------------------------------------


def closed_as(world: World, how: str | None, number: int, days_ago: int, **values: Any) -> None:
    reference = filed(world, f"ไฟถนนดับ ซอย {number}", f"C{number}")
    when = world.now - timedelta(days=days_ago)
    changed(world, reference, status=Status.CLOSED, closed_at=when, closed_how=how, **values)


def test_the_confirmed_share_of_thirty_days(world: World, head: Dialogue, officer: Dialogue) -> None:
    """Of the last 30 days: 3 confirmed, 2 silent, 1 by an officer, 1 unanswered, and praise, which nobody confirms."""
    ways = ["confirmed"] * 3 + ["silence"] * 2 + ["officer", "no_answer", "passed_on"]
    for number, how in enumerate(ways, 11):
        closed_as(world, how, number, days_ago=number)  # 11 to 18 days
    closed_as(world, "confirmed", 31, days_ago=31)  # too long ago
    closed_as(world, "confirmed", 32, days_ago=2, confidential=True)
    closed_as(world, "confirmed", 33, days_ago=2, unit_code="HEALTH")
    head.says("/สรุป").hears("30 วัน: ปิดเรื่อง 9 (ผู้แจ้งยืนยัน 56%)")  # 5 of 9
    officer.says("/สรุป").hears("30 วัน: ปิดเรื่อง 7 (ผู้แจ้งยืนยัน 43%)")  # 3 of 7: of the unit, and no secrets
    officers_room(world, Role.HEAD, None).says("/สรุป").hears("ปิดเรื่อง 8 (ผู้แจ้งยืนยัน 50%)")  # 4 of 8
    with world.db.reading() as session:
        since = world.now - timedelta(days=40)
        counts = closings(session, "DEMO", since, world.now, ["ENG"], confidential=False)
    assert counts == {
        **{"confirmed": 4, "silence": 2, "officer": 1, "no_answer": 1, "passed_on": 1, "unspecified": 0},
    }


def test_praise_and_used_ideas_count_in_their_own_right(world: World, head: Dialogue, clerk: Dialogue) -> None:
    head.says("/สรุป").hears("30 วัน: ปิดเรื่อง 0 · คำชม 0 · ข้อเสนอที่นำไปใช้ 0")
    filed(world, PRAISE)
    filed(world, "ขอชื่นชมเจ้าหน้าที่กองช่าง บริการดีมาก", "U2")
    first, second = filed(world, IDEA, "U3"), filed(world, "เสนอให้เปิดบริการช่วงเย็น หลังเลิกงาน", "U4")
    for reference in (first, second):
        clerk.says(f"/หมวด {reference} OF").says(f"/ปิด {reference} รับทราบไว้")
    head.says("/สรุป").hears("คำชม 2 · ข้อเสนอที่นำไปใช้ 0")
    clerk.says(f"/นำไปใช้ {first} {CHANGED}")
    head.says("/สรุป").hears("คำชม 2 · ข้อเสนอที่นำไปใช้ 1")
    world.passes(days=40)
    head.says("/สรุป").hears("คำชม 0 · ข้อเสนอที่นำไปใช้ 0")
    clerk.says(f"/นำไปใช้ {second} {CHANGED}")
    head.says("/สรุป").hears("คำชม 0 · ข้อเสนอที่นำไปใช้ 1")
    with world.db.reading() as session:
        ever = (at("2026-01-01 00:00"), world.now + timedelta(seconds=1))
        assert (used(session, "DEMO", *ever), used(session, "DEMO", *ever, units=["ENG"])) == (2, 0)


def test_the_operators_gauge_counts_the_fiscal_year_to_date(world: World) -> None:
    """October is in, September is not: the year began on the first of October."""
    for number, day in enumerate((date(2026, 9, 30), date(2026, 10, 1), date(2026, 11, 20)), 11):
        closed_as(world, "confirmed", number, days_ago=(world.now.date() - day).days)
    closed_as(world, None, 14, days_ago=1)
    gauges = Gauges(world.db, lambda: world.now, lambda: True, dict, frozenset({"web"}), world.tools.zone)
    told = [line for line in metrics.told(gauges).splitlines() if line.startswith("pratu_cases_closed")]
    assert sorted(told) == [
        'pratu_cases_closed{agency="DEMO",how="confirmed"} 2',
        'pratu_cases_closed{agency="DEMO",how="no_answer"} 0',
        'pratu_cases_closed{agency="DEMO",how="officer"} 0',
        'pratu_cases_closed{agency="DEMO",how="passed_on"} 0',
        'pratu_cases_closed{agency="DEMO",how="silence"} 0',
        'pratu_cases_closed{agency="DEMO",how="unspecified"} 1',
    ]


# --- out of reach ----------------------------------------------------------------------------------------------------


def test_whom_no_message_reaches(world: World, officer: Dialogue) -> None:
    reference, other = filed(world, "ไฟถนนดับ ซอย 5 โทร 0812345678"), filed(world, "ไฟถนนดับ ซอย 8", "U2")
    nurse = world.officer("T5", Role.OFFICER, unit="HEALTH")
    officer.says("/ติดต่อไม่ได้").hears("ไม่มีเรื่องที่ติดต่อผู้แจ้งไม่ได้")
    for name in (reference, other):
        with world.db.transaction() as session:
            people.mark_unreachable(session, world.case(name).account_id or 0, world.now)
        officer.says(f"/แจ้ง {name} ช่างจะไปบ่ายนี้")
    officer.says("/unreached").hears(
        "ติดต่อทางแชตไม่ได้ 2 เรื่อง", f"{reference} (Telegram) มีเบอร์โทร", f"{other} (Telegram) ไม่มีเบอร์"
    )
    officer.hears_not("0812345678").taps(f"/ดู {reference}").hears("ไฟถนนดับ")
    nurse.says("/ติดต่อไม่ได้").hears("ไม่มีเรื่อง")
    room = officers_room(world, Role.OFFICER, "ENG")
    room.says("/ติดต่อไม่ได้").hears("มีเบอร์โทร").hears_not("0812345678")


def test_what_is_noted_of_one_case_reaches_nobody_of_another(world: World, officer: Dialogue) -> None:
    """Brought by telephone, so that only a note or a notice says that somebody was told."""
    officer.says("/ใหม่ โทรศัพท์ ไฟถนนดับ ซอย 9").hears("บันทึกแล้ว")
    first = officer.reference
    officer.says("/ใหม่ โทรศัพท์ ไฟถนนดับ ซอย 12").hears("บันทึกแล้ว")
    second = officer.reference
    for reference in (first, second):
        officer.says(f"/แจ้ง {reference} ช่างจะไปบ่ายนี้")
    officer.says("/ติดต่อไม่ได้").hears(first, second)
    officer.says(f"/บันทึก {second} โทรแจ้งแล้ว").says("/ติดต่อไม่ได้").hears("1 เรื่อง", first).hears_not(second)


def test_out_of_reach_as_words_is_no_command(world: World, officer: Dialogue) -> None:
    """It is what officers write down of a call."""
    reference = filed(world)
    officer.says(f"/บันทึก {reference}").says("ติดต่อไม่ได้").hears("บันทึกแล้ว")
