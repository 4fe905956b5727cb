"""Officers and heads at work: every command, what the citizen hears of it, and who may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from storage import agencies
from storage.words import Role, Status
from tests.world import Dialogue, World, at, hears_now

LIGHT = "ไฟถนนดับ ซอย 5"


def filed(world: World, text: str = LIGHT, name: str = "U1", channel: str = "telegram") -> str:
    return world.citizen(name, channel).says(text).says("ส่งเรื่อง").reference


@pytest.fixture
def hasty(world: World) -> World:
    """An installation whose officers have twenty seconds to think again."""
    world.tools = replace(world.tools, undo_seconds=20)
    return world


# --- a unit's work ---------------------------------------------------------------------------------------------------


def test_a_unit_hands_back_and_intake_gives_it_to_another(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/คืน {reference}").hears("พิมพ์เหตุผลที่คืนได้เลย")
    officer.says(f"/คืน {reference} เสาอยู่ในเขตการไฟฟ้า").hears("ส่งคืนหน่วยรับเรื่องแล้ว", "เสาอยู่ในเขตการไฟฟ้า")
    assert world.case(reference).status == Status.SCREENING
    officer.says(f"/ดู {reference}").hears("ไม่พบ")
    hears_now(intake).hears(reference, "หน่วยส่งคืน")
    intake.says(f"/มอบ {reference} ไม่มีหน่วยนี้").hears("ENG กองช่าง", "HEALTH")
    intake.says(f"/มอบ {reference} HEALTH").hears("มอบให้กองสาธารณสุข")
    case = world.case(reference)
    assert (case.status, case.unit_code) == (Status.ASSIGNED, "HEALTH")


def test_a_question_stops_the_clock_until_it_is_answered(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = world.citizen("U1", "telegram").listen()
    officer.says(f"/รับ {reference}")
    due = world.case(reference).due_on
    officer.says(f"/ถาม {reference} เสาหมายเลขอะไรครับ").hears("หยุดนับเวลา", "ประชาชนจะเห็นว่า", "เสาหมายเลขอะไร")
    assert world.case(reference).status == Status.NEED_INFO
    hears_now(citizen).hears("ขอข้อมูลเพิ่ม", "เสาหมายเลขอะไรครับ", "ภายใน")
    world.passes(days=30)
    officer.says("/คิว").hears("เกิน 0")
    citizen.says("เสา 14 หน้าร้านซ่อมรถ").hears("ได้รับคำตอบ", reference)
    case = world.case(reference)
    assert case.status == Status.IN_PROGRESS
    assert case.due_on == due
    assert case.extended_to is not None
    assert case.extended_to > due, "the days we waited are not theirs to lose"
    hears_now(officer).hears("ผู้แจ้งตอบแล้ว")
    officer.says(f"/ดู {reference}").hears("เสา 14")


@pytest.mark.parametrize("by", ["the unit", "the citizen"])
def test_what_ends_while_we_wait_is_waited_for_no_more(world: World, officer: Dialogue, by: str) -> None:
    reference = filed(world)
    citizen = world.citizen("U1", "telegram").listen()
    officer.says(f"/รับ {reference}").says(f"/ถาม {reference} เสาหมายเลขอะไรครับ")
    due = world.case(reference).due_on
    world.passes(days=14)
    if by == "the unit":
        officer.says(f"/ส่งต่อ! {reference} POLICE เป็นสัญญาณไฟจราจร")
    else:
        citizen.says(f"ยกเลิกเรื่อง {reference}").says("ยืนยันยกเลิก")
    case = world.case(reference)
    assert case.status == (Status.TRANSFERRED if by == "the unit" else Status.WITHDRAWN)
    assert (case.waiting_since, case.asked_from) == (None, None)
    assert case.extended_to is not None
    assert case.extended_to > due, "the unit is not late for the days in which it waited"


def test_a_case_sent_on_while_we_waited_and_taken_back_waits_again(hasty: World) -> None:
    officer = hasty.officer("T1", Role.OFFICER, unit="ENG")
    reference = filed(hasty)
    officer.says(f"/รับ {reference}").says(f"/ถาม {reference} เสาหมายเลขอะไรครับ")
    hasty.passes(days=3)
    before = hasty.case(reference)
    officer.says(f"/ส่งต่อ! {reference} POLICE เป็นสัญญาณไฟจราจร").says(f"/เลิกทำ {reference}")
    case = hasty.case(reference)
    assert (case.status, case.waiting_since) == (Status.NEED_INFO, before.waiting_since)
    assert (case.asked_from, case.extended_to) == (before.asked_from, before.extended_to)


def test_nothing_to_answer_and_another_matter_meanwhile(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ถาม {reference} ดับตั้งแต่เมื่อไร")
    citizen = hears_now(world.citizen("U1", "telegram"))
    citizen.says("ขยะหน้าตลาดเหม็นมาก ไม่มีใครมาเก็บเป็นอาทิตย์แล้ว").hears("เรื่องเดิม")
    citizen.taps("เรื่องใหม่").hears("ตรวจอีกครั้ง").says("ยกเลิก")
    assert world.case(reference).status == Status.NEED_INFO
    citizen.says(f"ไม่มีข้อมูล {reference}").hears("ไม่เป็นไร")
    assert world.case(reference).status == Status.IN_PROGRESS


def test_an_officer_goes_on_without_an_answer(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ถาม {reference} ดับตั้งแต่เมื่อไร")
    officer.says(f"/รับ {reference}").hears("โดยไม่รอคำตอบ")
    assert world.case(reference).status == Status.IN_PROGRESS


def test_a_note_stays_inside(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = world.citizen("U1", "telegram").listen()
    officer.says(f"/บันทึก {reference} หม้อแปลงเก่า ต้องรออะไหล่").hears("ภายใน", "ใช้ /แจ้ง")
    hears_now(citizen).hears_nothing()
    officer.says(f"/ดู {reference}").hears("หม้อแปลงเก่า")
    citizen.says(reference).hears_not("หม้อแปลง")


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("20 ธ.ค. รออะไหล่", date(2026, 12, 21)),  # a Sunday: the next working day
        ("21/12/2569 รออะไหล่", date(2026, 12, 21)),
        ("21 ธันวาคม 69 รออะไหล่", date(2026, 12, 21)),
        ("๒๑ ธ.ค. ๖๙ รออะไหล่", date(2026, 12, 21)),
        ("อีก 10 วัน รออะไหล่", date(2026, 12, 9)),
        ("11 ม.ค. รออะไหล่", date(2027, 1, 11)),
    ],
)
def test_a_later_date_with_its_reason(world: World, officer: Dialogue, words: str, due: date) -> None:
    reference = filed(world)
    promised = world.case(reference).due_on
    officer.says(f"/รับ {reference}").says(f"/เลื่อน {reference} {words}").hears("กำหนดใหม่", "รออะไหล่")
    case = world.case(reference)
    assert (case.due_on, case.extended_to) == (promised, due)


@pytest.mark.parametrize("words", ["รออะไหล่", "20 ธ.ค.", "1 ธ.ค. รออะไหล่", "31 ก.พ. รออะไหล่", "อีก 900 วัน รออะไหล่"])
def test_a_date_that_is_none_moves_nothing(world: World, officer: Dialogue, words: str) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/เลื่อน {reference} {words}").hears_not("กำหนดใหม่ พ")
    assert world.case(reference).extended_to is None


# --- the head --------------------------------------------------------------------------------------------------------


def decides_all(world: World) -> None:
    """An agency whose head sees every complaint's result first."""
    with world.db.transaction() as session:
        agencies.put_setting(session, "decisions", {"kinds": ["complaint"]})


WITHOUT = "ไม่มีรูปเพราะฝนตกหนักมากกล้องเปียก"  # the reason that stands in for a picture


def test_the_head_decides_with_one_tap(world: World, officer: Dialogue, head: Dialogue) -> None:
    decides_all(world)
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} เปลี่ยนหลอดสามดวงแล้ว {WITHOUT}").hears("หัวหน้าเป็นผู้พิจารณา")
    citizen = hears_now(world.citizen("U1", "telegram"))
    officer.says(f"/เสนอ {reference} เห็นควรแจ้งผล").hears("เสนอหัวหน้าพิจารณาแล้ว")
    hears_now(citizen).hears_nothing()
    assert world.case(reference).status == Status.HEAD_REVIEW
    hears_now(head).hears("เสนอพิจารณา", reference, "เปลี่ยนหลอดสามดวง", "เห็นควรแจ้งผล")
    head.says(f"/ส่งกลับ {reference}").hears("พิมพ์เหตุผลที่ส่งกลับได้เลย")
    head.says(f"/ส่งกลับ {reference} ขอรูปหลังซ่อมด้วย").hears("ส่งกลับหน่วยแล้ว")
    hears_now(officer).hears("ส่งกลับให้เพิ่มเติม", "ขอรูปหลังซ่อมด้วย")
    assert world.case(reference).status == Status.RETURNED_INCOMPLETE
    officer.says(f"/ผล {reference} เปลี่ยนหลอดและโคมใหม่แล้ว {WITHOUT}").says(f"/เสนอ {reference}")
    hears_now(head).taps(f"/อนุมัติ {reference}").hears("เห็นชอบแล้ว", "ประชาชนจะเห็นว่า")
    case = world.case(reference)
    assert (case.status, case.conclusion_type) == (Status.RESOLVED, "fixed")
    hears_now(citizen).hears("เปลี่ยนหลอดและโคมใหม่", "แก้จริงตามที่แจ้งไหม")
    citizen.says(f"แก้แล้ว {reference}")
    case = world.case(reference)
    assert (case.status, case.closed_how) == (Status.CLOSED, "confirmed")


def test_only_the_head_approves(world: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/อนุมัติ {reference}").hears("ทำได้โดย", "หัวหน้าหรือผู้รับมอบหมาย")
    head.says(f"/รับ {reference}").hears("ทำได้โดยหน่วยที่รับผิดชอบ")
    head.says(f"/อนุมัติ {reference}").hears("ทำรายการนี้ยังไม่ได้")
    assert world.case(reference).status == Status.IN_PROGRESS


def test_corruption_is_never_concluded_without_the_head(world: World, intake: Dialogue, head: Dialogue) -> None:
    citizen = world.citizen("U1", "telegram").says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะค่าใบอนุญาต")
    (case,) = world.cases() or [world.case(citizen.says("เท่านี้").reference)]
    reference = case.reference
    intake.says(f"/หมวด {reference} CR").hears("ทุจริต")
    intake.says(f"/รับ {reference}").says(f"/ผล {reference} ตั้งกรรมการสอบข้อเท็จจริงแล้ว")
    intake.says(f"/ปิด {reference} ชี้แจง").hears("หัวหน้าต้องพิจารณาก่อน")
    intake.says(f"/เสนอ {reference}")
    hears_now(head).hears(reference).hears_not("ใต้โต๊ะ", "กรรมการ")
    head.says(f"/อนุมัติ {reference} ชี้แจง").hears("เห็นชอบแล้ว")
    hears_now(citizen).hears("มีความคืบหน้า", reference).hears_not("กรรมการ")


def test_how_it_ended_is_kept_apart(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} เสานี้เป็นของการไฟฟ้า ส่งเรื่องให้แล้ว")
    officer.says(f"/ปิด {reference} อะไรก็ไม่รู้").hears("ชี้แจง", "ไม่พบมูล")
    officer.says(f"/ปิด {reference} ชี้แจง").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    assert world.case(reference).conclusion_type == "explained"
    citizen = hears_now(world.citizen("U1", "telegram")).hears("ตรวจสอบแล้ว", "ชี้แจง: เสานี้")
    citizen.taps(f"ยังสงสัย {reference}").hears("เปิด")
    assert world.case(reference).status == Status.REOPENED
    officer.says(f"/รับ {reference}").hears("รับแล้ว")


# --- ways and ends ---------------------------------------------------------------------------------------------------


def test_intake_routes_by_category_and_teaches(world: World, intake: Dialogue, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/หมวด {reference} อะไรสักอย่าง").hears("RD ถนน")
    officer.says(f"/หมวด {reference} ws").hears("ขยะ", "กองสาธารณสุข")
    case = world.case(reference)
    assert (case.category, case.category_by, case.unit_code) == ("WS", "officer", "HEALTH")
    assert case.status == Status.ASSIGNED
    intake.says(f"/หมวด {reference} RD-2").hears("กองช่าง")
    assert (world.case(reference).category, world.case(reference).subcategory) == ("RD", "RD-2")
    due = world.case(reference).due_on
    intake.says(f"/หมวด {reference} LD")
    assert world.case(reference).due_on == due, "recategorising moves no promise"


def test_an_urgent_case_reaches_the_head_until_somebody_knows(world: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(world)
    hears_now(head)
    officer.says(f"/ด่วน {reference}").hears("แจ้งหัวหน้า")
    hears_now(head).hears("ด่วน", reference).taps(f"/รับทราบ {reference}").hears("หยุดแจ้งซ้ำ")
    assert world.case(reference).acknowledged_at is not None
    head.says(f"/รับทราบ {reference}").hears("มีผู้รับทราบไว้แล้ว")
    head.says(f"/ด่วน {reference} ไม่ด่วน").hears("ไม่เป็นเรื่องด่วนแล้ว")
    assert not world.case(reference).urgent


def test_several_units_one_answer(world: World, officer: Dialogue, intake: Dialogue, head: Dialogue) -> None:
    reference = filed(world, "น้ำท่วมขังซอย 5 มีขยะอุดท่อ ส่งกลิ่นเหม็น")
    health = world.officer("T5", Role.OFFICER, unit="HEALTH")
    health.says(f"/ดู {reference}").hears("ไม่พบ")
    intake.says(f"/คณะทำงาน {reference} กองช่าง").hears("อย่างน้อยสองหน่วย")
    intake.says(f"/คณะทำงาน {reference} กองช่าง,กองสาธารณสุข").hears("คำสั่งที่ 1/2570", "กองช่าง")
    assert world.case(reference).route == "multi"
    hears_now(health).hears("คณะทำงาน", reference)
    health.says("/คิว").hears(reference)
    officer.says(f"/รับ {reference}")
    health.says(f"/ผล {reference} เก็บขยะและฉีดน้ำยาแล้ว").hears("ยังรอ กองช่าง")
    assert world.case(reference).status == Status.IN_PROGRESS
    officer.says(f"/เสนอ {reference}").hears("ทำรายการนี้ยังไม่ได้")
    officer.says(f"/ผล {reference} ลอกท่อแล้ว {WITHOUT}")
    assert world.case(reference).status == Status.REPORTED
    officer.says(f"/ปิด {reference}").hears("หัวหน้าต้องพิจารณาก่อน")
    officer.says(f"/เสนอ {reference}")
    hears_now(head).hears("เก็บขยะและฉีดน้ำยา", "ลอกท่อแล้ว").says(f"/อนุมัติ {reference}").hears("เห็นชอบแล้ว")
    hears_now(world.citizen("U1", "telegram")).hears("ลอกท่อแล้ว")


def test_sent_on_with_number_and_phone(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/ส่งต่อ {reference} POLICE").hears("พิมพ์เหตุผล")
    officer.says(f"/ส่งต่อ {reference} POLICE เป็นไฟสัญญาณจราจร").hears("ส่งต่อ", "สถานีตำรวจ")
    case = world.case(reference)
    assert (case.status, case.conclusion_type) == (Status.TRANSFERRED, "transferred")
    hears_now(world.citizen("U1", "telegram")).hears("สถานีตำรวจ", "055-000-800", "ไม่ต้องแจ้งใหม่", "อ้างเลขที่")


def test_not_accepted_says_why_and_what_else(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world)
    citizen = hears_now(world.citizen("U1", "telegram"))
    officer.says(f"/ไม่รับ {reference} 1").hears("ทำได้โดย")
    intake.says(f"/ไม่รับ {reference} 99").hears("1 เรื่องอยู่ระหว่างการพิจารณาของศาล")
    intake.says(f"/ไม่รับ {reference} 2").hears("ไม่รับดำเนินการ")
    assert world.case(reference).status == Status.NOT_ACCEPTED
    hears_now(citizen).hears("ยังรับดำเนินการไม่ได้", "หลักฐาน", "ทางเลือก", "พิจารณาใหม่")
    citizen.says(f"เพิ่มข้อมูล {reference}").says("อยู่ตรงเสาหน้าโรงเรียน ดับสามต้น")
    assert world.case(reference).status == Status.SCREENING
    hears_now(intake).hears("ข้อมูลใหม่", reference)


def test_merged_people_hear_of_the_other_and_may_come_apart(world: World, officer: Dialogue) -> None:
    first, second = filed(world), filed(world, "ไฟทางมืดตรงปากซอย 6 สามดวง", "U2")
    officer.says(f"/รวม {second} {second}").hears("รวมกับตัวเองไม่ได้")
    officer.says(f"/รวม {second} {first}").hears("รวมเข้ากับ", first)
    citizen = world.citizen("U2", "telegram")
    citizen.says("เรื่องของฉัน").hears(first)
    officer.says(f"/รับ {first}").says(f"/ผล {first} เปลี่ยนหลอดครบแล้ว {WITHOUT}").says(f"/ปิด {first}")
    hears_now(citizen).hears("เปลี่ยนหลอดครบแล้ว")
    citizen.says(f"คนละเรื่อง {second}").hears("แยก", second)
    case = world.case(second)
    assert (case.status, case.merged_into_id) == (Status.SCREENING, None)


def test_a_joined_persons_old_number_shows_the_new_case(world: World, officer: Dialogue) -> None:
    first, second = filed(world), filed(world, "ไฟทางมืดตรงปากซอย 6 สามดวง", "U2")
    officer.says(f"/รวม {second} {first}")
    world.citizen("U2", "telegram").says(second).hears(first)


def test_the_four_notices_are_ticked_and_dated(world: World, intake: Dialogue, head: Dialogue) -> None:
    reference = filed(world, "เจ้าหน้าที่ทะเบียนพูดจาไม่ดี")
    if world.case(reference).status == Status.SCREENING:
        intake.says(f"/หมวด {reference} OF")
    with world.db.transaction() as session:
        from storage import cases

        cases.by_reference(session, reference).external_ref = "นร 0105/1"  # type: ignore[union-attr]
    intake.says(f"/รับ {reference}").says(f"/ผล {reference} ตักเตือนเจ้าหน้าที่แล้ว").says(f"/เสนอ {reference}")
    head.says(f"/อนุมัติ {reference}").hears("ยังต้องแจ้ง", "กระทรวง")
    intake.says(f"/แจ้งแล้ว {reference} ใครก็ไม่รู้").hears("หน่วย", "ผู้ว่าฯ")
    intake.says(f"/แจ้งแล้ว {reference} กระทรวง มท 0201/12").hears("กระทรวง", "มท 0201/12")
    with world.db.reading() as session:
        from storage import handling

        rows = {row.recipient: row.done_at is not None for row in handling.notices(session, world.case(reference).id)}
    assert rows == {"unit": True, "complainant": True, "ministry": True}


# --- what protects people --------------------------------------------------------------------------------------------


def test_reveal_needs_a_reason_and_is_written_down(world: World, intake: Dialogue, officer: Dialogue) -> None:
    citizen = world.citizen("U1", "telegram").says("แจ้งเรื่องลับ").says("มีคนขายยาบ้าบ้านสีชมพู ซอย 5")
    (case,) = world.cases() or [world.case(citizen.says("เท่านี้").reference)]
    officer.says(f"/เปิดเผย {case.reference} อยากรู้").hears("ไม่พบ")
    intake.says(f"/เปิดเผย {case.reference}").hears("พิมพ์เหตุผล")
    intake.says(f"/เปิดเผย {case.reference} ประสานตำรวจเข้าตรวจ").hears("ข้อมูลลับ", "บ้านสีชมพู", "ประสานตำรวจ")
    intake.says(f"/ดู {case.reference}").hears("เปิดดูข้อมูลลับ")


def test_two_officers_do_not_tell_the_same_twice(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world)
    second = world.officer("T6", Role.OFFICER, unit="ENG")
    citizen = hears_now(world.citizen("U1", "telegram"))
    officer.says(f"/แจ้ง {reference} ช่างไปบ่ายนี้")
    world.passes(minutes=2)
    second.says(f"/แจ้ง {reference} ช่างไปพรุ่งนี้").hears("T1", "2 นาทีก่อน", "ช่างไปบ่ายนี้", "ยังจะส่งข้อความของคุณด้วยไหม")
    hears_now(citizen).hears("บ่ายนี้").hears_not("พรุ่งนี้")
    second.taps("ส่งอยู่ดี").hears("ส่งถึงผู้แจ้งแล้ว")
    hears_now(citizen).hears("พรุ่งนี้")
    world.passes(minutes=6)
    officer.says(f"/แจ้ง {reference} เสร็จแล้ว").hears("ส่งถึงผู้แจ้งแล้ว")


def test_a_slip_of_the_thumb_is_taken_back_in_time(hasty: World) -> None:
    officer = hasty.officer("T1", Role.OFFICER, unit="ENG")
    reference = filed(hasty)
    citizen = hears_now(hasty.citizen("U1", "telegram"))
    officer.says(f"/รับ {reference}")
    officer.says(f"/ถาม {reference} คำถามผิดเรื่อง").hears("อีก 20 วินาที", "เลิกทำ")
    hears_now(citizen).hears_nothing()
    officer.taps(f"/เลิกทำ {reference}").hears("เลิกทำ /ถาม แล้ว")
    hasty.passes(seconds=30)
    hears_now(citizen).hears_nothing()
    case = hasty.case(reference)
    assert (case.status, case.waiting_since, case.first_answer_at) == (Status.IN_PROGRESS, None, None)
    officer.says(f"/เลิกทำ {reference}").hears("เลิกทำไม่ได้แล้ว")


def test_after_the_moment_it_is_told(hasty: World) -> None:
    officer = hasty.officer("T1", Role.OFFICER, unit="ENG")
    reference = filed(hasty)
    citizen = hears_now(hasty.citizen("U1", "telegram"))
    officer.says(f"/แจ้ง {reference} ช่างไปบ่ายนี้")
    hasty.passes(seconds=21)
    hears_now(citizen).hears("ช่างไปบ่ายนี้")
    officer.says(f"/เลิกทำ {reference}").hears("เลิกทำไม่ได้แล้ว")


def test_nobody_takes_back_what_another_did(hasty: World) -> None:
    officer, second = (hasty.officer(name, Role.OFFICER, unit="ENG") for name in ("T1", "T6"))
    reference = filed(hasty)
    officer.says(f"/แจ้ง {reference} ช่างไปบ่ายนี้")
    second.says(f"/เลิกทำ {reference}").hears("เลิกทำไม่ได้แล้ว")


def test_help_shows_what_one_may_do(world: World, officer: Dialogue, head: Dialogue) -> None:
    officer.says("/ช่วย").hears("/รับ", "/ผล", "/เลื่อน").hears_not("/อนุมัติ", "/ไม่รับ", "/เปิดเผย", "/คืน")
    officer.taps("/ช่วย ทั้งหมด").hears("/รับ", "/คืน", "/นัด").hears_not("/อนุมัติ", "/ไม่รับ", "/เปิดเผย")
    head.says("/ช่วย").hears("/อนุมัติ", "/ส่งกลับ", "/มอบ").hears_not("/ผล", "/คืน")
    head.says("/ช่วย ทั้งหมด").hears("/อนุมัติ", "/เปิดเผย").hears_not("/ผล", "/คืน")
    governor = world.officer("T7", Role.GOVERNOR).says("/ช่วย").hears("/สรุป").hears_not("/ดู", "/รับ")
    governor.says("/ช่วย ทั้งหมด").hears("/รายงาน").hears_not("/แฟ้ม", "/ดู", "/ทะเบียน")  # reads figures, no case
    world.officer("T8", Role.ADMIN).says("/ช่วย ทั้งหมด").hears("/แฟ้ม", "/ทะเบียน", "/ระบบ").hears_not("/ประกาศ")


def test_decisions_are_not_made_before_everybody(world: World, head: Dialogue) -> None:
    group = Dialogue(world, "telegram", "T3", chat="-100")
    from handlers.actions import people as joining
    from handlers.services import Svc

    with world.db.transaction() as session:
        code = joining.invite(Svc(session, world.now, world.tools), "DEMO", None, Role.HEAD, "x")
    group.says(f"/เข้าร่วม {code}")
    reference = filed(world)
    group.says(f"/ไม่รับ {reference} 1").hears("แชตส่วนตัว")
    group.says(f"/เปิดเผย {reference} อยากรู้").hears("แชตส่วนตัว")
    assert world.case(reference).status == Status.ASSIGNED


def test_reopening_after_thirty_days_is_too_late(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} แก้แล้ว ชี้แจงเรื่องเสาไฟฟ้า").says(f"/ปิด {reference} ชี้แจง")
    officer.says(f"/ปิด {reference}")
    world.now = at("2027-01-10 10:00")
    world.citizen("U1", "telegram").says(f"ยังไม่แก้ {reference}").hears_not("เปิดเรื่อง " + reference + " ใหม่")
    assert world.case(reference).status == Status.CLOSED


# --- visits and letters ----------------------------------------------------------------------------------------------


def test_a_visit_is_planned_told_and_written_down(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/นัด {reference} ว่างเมื่อไร").hears("พิมพ์วันและเวลา")
    officer.says(f"/นัด {reference} เมื่อวาน 10.00").hears("พิมพ์วันและเวลา")
    officer.says(f"/นัด {reference} พรุ่งนี้ 14.30 น. เอาบันไดไปด้วย").hears("นัดลงพื้นที่", "พ. 25 พ.ย. 69 14:30")
    world.citizen("U1", "telegram").says("เรื่องของฉัน").hears("ลงพื้นที่", "พ. 25 พ.ย. 69 เวลา 14:30 น.")
    world.passes(days=1, hours=6)
    officer.says(f"/นัด {reference} ไปแล้ว สายขาดสองจุด ร่วมกับ ประธานชุมชน").hears("บันทึกการลงพื้นที่แล้ว")
    officer.says(f"/ดู {reference}").hears("ลงพื้นที่แล้ว", "สายขาดสองจุด").hears_not("ประธานชุมชน")


def test_a_letter_comes_from_the_register(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/หนังสือ {reference} อะไร").hears("หนังสือมี")
    officer.says(f"/หนังสือ {reference} ส่งต่อหน่วยงานอื่น").hears("หนังสือมี").hears_not("ส่งต่อ", "คำสั่ง")
    officer.says(f"/หนังสือ {reference} แจ้งหน่วยงาน").hears("เลขที่", "1/2569")
    again = officer.says(f"/หนังสือ {reference} แจ้งหน่วยงาน").hears("1/2569")
    again.says(f"/หนังสือ {reference} บันทึกข้อความ").hears("2/2569")


def test_what_is_not_complete_never_reaches_the_head(world: World, officer: Dialogue, head: Dialogue) -> None:
    decides_all(world)
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} เปลี่ยนหลอดสามดวงแล้ว").hears("ก่อนปิดยังขาด", "รูป")
    hears_now(head)
    officer.says(f"/เสนอ {reference}").hears("ยังเสนอไม่ได้", "รูป")
    assert world.case(reference).status == Status.RETURNED_INCOMPLETE
    hears_now(head).hears_nothing()
    officer.reports(reference, "เปลี่ยนหลอดสามดวงแล้ว").says(f"/เสนอ {reference}").hears("เสนอหัวหน้าพิจารณาแล้ว")
    hears_now(head).hears("เสนอพิจารณา", "รูปก่อน")


def test_an_agency_keeps_its_own_promise(world: World) -> None:
    """The usual days of a category, and another agency's own."""
    with world.db.transaction() as session:
        agencies.put_setting(session, "standards", {"NONGSAI:EL": 3})
    here = world.case(filed(world))
    there = world.case(filed(world, "ไฟถนนดับ ตำบลหนองทราย หมู่ 3", "U2"))
    assert (here.agency_code, here.standard_days) == ("DEMO", 7)
    assert (there.agency_code, there.standard_days) == ("NONGSAI", 3)
