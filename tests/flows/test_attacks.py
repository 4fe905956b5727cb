"""What somebody with a grudge, a leaked chat or a slip of the thumb could do to a case: nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.jobs import JOBS, JobContext
from handlers.actions import people as joining
from handlers.services import Svc
from storage import cases, handling, history
from storage.tables import HistoryEntry
from storage.words import Role, Status
from tests.world import Dialogue, World, at, hears_now

LIGHT = "ไฟถนนดับ ซอย 5"


def filed(world: World, text: str = LIGHT, name: str = "U1", channel: str = "telegram") -> str:
    return world.citizen(name, channel).says(text).says("ส่งเรื่อง").reference


def code(world: World, role: Role, unit: str | None, agency: str = "DEMO", **days: date) -> str:
    with world.db.transaction() as session:
        return joining.invite(Svc(session, world.now, world.tools), agency, unit, role, "คนหนึ่ง", **days)


def strikes(world: World, job: str, moment: str) -> dict[str, int]:
    world.now = at(moment)
    return JOBS[job](JobContext(world.db, world.tools, lambda: world.now), False)


def test_not_everybody_in_an_officers_group_is_an_officer(world: World) -> None:
    joiner = Dialogue(world, "telegram", "T8", chat="-300").says(f"/เข้าร่วม {code(world, Role.OFFICER, 'ENG')}")
    reference = filed(world)
    joiner.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    stranger = Dialogue(world, "telegram", "X1", chat="-300")
    former = world.officer("X2", Role.OFFICER, unit="ENG")
    with world.db.transaction() as session:
        joining.leave(Svc(session, world.now, world.tools), "DEMO", "X2", None)
    other = world.officer("X3", Role.OFFICER, unit="HEALTH")
    for name in (stranger.name, former.name, other.name):
        writer = Dialogue(world, "telegram", name, chat="-300")
        for command in (f"/แจ้ง {reference} โอนเงินค่าธรรมเนียมมาที่บัญชี", f"/รับ {reference}", f"/ดู {reference}", "/คิว"):
            writer.parts = []
            writer.says(command)
            assert "ยังไม่ได้เข้าร่วม" in writer.text, (name, writer.text)
    assert world.case(reference).status == Status.ASSIGNED
    assert "โอนเงิน" not in hears_now(world.citizen("U1", "telegram")).text


@pytest.mark.parametrize("which", ["since", "until"])
def test_a_post_with_dates_is_no_groups(world: World, which: str) -> None:
    """Else a stand-in of next month could open the group's door today, and hold it open for ever."""
    dated = code(world, Role.HEAD, None, **{which: world.now.date() + timedelta(days=30)})
    room = Dialogue(world, "telegram", "T8", chat="-300")
    room.says(f"/เข้าร่วม {dated}").hears("ไม่ถูกต้อง", "หมดอายุ")
    with world.db.reading() as session:
        assert all(entry.what != "group_joined" for entry in session.scalars(select(HistoryEntry)))


def test_a_share_is_no_licence_for_the_whole_case(world: World, intake: Dialogue) -> None:
    reference = filed(world, "น้ำท่วมขังซอย 5 มีขยะอุดท่อ โทร 0812345678")
    intake.says(f"/คณะทำงาน {reference} ENG,NONGSAI:ENG").hears("คำสั่งที่")
    guest = Dialogue(world, "telegram", "G1").says(f"/เข้าร่วม {code(world, Role.OFFICER, 'ENG', 'NONGSAI')}")
    guest.says(f"/ดู {reference}").hears("น้ำท่วมขัง").hears_not("0812345678")
    due = world.case(reference).due_on
    for command in ("/เลื่อน {} อีก 60 วัน รองบ", "/หมวด {} WS", "/ส่งต่อ {} กฟภ. ไม่ใช่ของเรา", "/คืน {} ไม่ใช่ของเรา", "/ปิด {}"):
        guest.says(command.format(reference)).hears("ทำได้โดย")
    case = world.case(reference)
    assert (case.due_on, case.extended_to, case.agency_code) == (due, None, "DEMO")
    guest.says(f"/ผล {reference} ลอกท่อฝั่งตำบลแล้ว").hears("ยังรอ")
    guest.says(f"/ผล {reference} อีกครั้ง").hears("ทำรายการนี้ยังไม่ได้")


@pytest.mark.parametrize(
    "command",
    ["/เลื่อน {} 21 ธ.ค. รออะไหล่", "/คณะทำงาน {} กองช่าง,กองสาธารณสุข", "/นัด {} พรุ่งนี้ 10.00", "/ด่วน {}", "/รับทราบ {}"],
)
def test_what_has_ended_is_left_in_peace(world: World, officer: Dialogue, intake: Dialogue, command: str) -> None:
    reference = filed(world)
    citizen = world.citizen("U1", "telegram").says(f"ยกเลิกเรื่อง {reference}").says("ยืนยันยกเลิก")
    hears_now(citizen)
    (intake if "คณะทำงาน" in command else officer).says(command.format(reference)).hears("ทำรายการนี้ยังไม่ได้")
    hears_now(citizen).hears_nothing()
    assert world.case(reference).status == Status.WITHDRAWN


def test_two_promises_are_both_told_and_an_end_makes_them_old(
    world: World, officer: Dialogue, intake: Dialogue
) -> None:
    first, second = filed(world, channel="line"), filed(world, "ไฟถนนดับ ซอย 9", "U2", "line")
    for reference in (first, second):
        officer.says(f"/รับ {reference}").says(f"/นัด {reference} 30 พ.ย. 69 10.00")
        officer.says(f"/เลื่อน {reference} 21 ธ.ค. รออะไหล่").says(f"/เลื่อน {reference} 22 ธ.ค. รออะไหล่")
    intake.says(f"/ไม่รับ! {second} 1")
    strikes(world, "status-updates", "2026-11-24 10:00")
    hears_now(world.citizen("U1", "line")).hears("ลงพื้นที่", "22 ธ.ค.").hears_not("21 ธ.ค.")
    hears_now(world.citizen("U2", "line")).hears("ยังรับดำเนินการไม่ได้").hears_not("ลงพื้นที่", "22 ธ.ค.")


def test_what_becomes_confidential_takes_its_news_along(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world, channel="line")
    citizen = world.citizen("U1", "line").listen()
    officer.says(f"/รับ {reference}").says(f"/เลื่อน {reference} 21 ธ.ค. รอสอบปากคำนายช่าง")
    intake.says(f"/หมวด {reference} CR")
    strikes(world, "status-updates", "2026-11-24 10:00")
    hears_now(citizen).hears(reference).hears_not("นายช่าง", "กองช่าง")
    assert citizen.text.count("มีความคืบหน้า") == 1


def test_a_chain_of_merges_leads_to_the_case_that_lives(world: World, officer: Dialogue) -> None:
    first, second = filed(world), filed(world, "ไฟทางมืดตรงปากซอย 6 สามดวง", "U2")
    third = filed(world, "โคมไฟหน้าวัดใหม่ดับทั้งแถว", "U3")
    officer.says(f"/รวม {second} {first}").says(f"/รวม {first} {third}")
    citizen = world.citizen("U2", "telegram").says(f"เพิ่มข้อมูล {second}").says("ตอนนี้ดับสี่ดวงแล้วครับ")
    officer.says(f"/ดู {third}").hears("สี่ดวง")
    citizen.says(f"คนละเรื่อง {second}").hears("แยก")
    hears_now(citizen)
    officer.says(f"/รับ {third}").reports(third, "เปลี่ยนโคมใหม่ทั้งแถวแล้ว").says(f"/ปิด {third}")
    hears_now(citizen).hears_nothing()
    hears_now(world.citizen("U1", "telegram")).hears("เปลี่ยนโคมใหม่")


def test_who_left_one_case_and_joined_the_other_hears_after_the_merge(world: World, officer: Dialogue) -> None:
    first = filed(world)
    person = world.citizen("U3", "telegram").says("ไฟกิ่งดับตรงซอย 5 มืดมาก").taps("ร่วมแจ้ง")
    person.says(f"ยกเลิกเรื่อง {first}").says("ยืนยันยกเลิก")
    second = filed(world, "ไฟถนนดับ ซอย 8", "U2")
    person.says("ไฟกิ่งดับตรงซอย 8 มืดมาก").taps("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย")
    officer.says(f"/รวม {second} {first}").says(f"/รับ {first}").reports(first, "เปลี่ยนหลอดครบทั้งสองซอย")
    officer.says(f"/ปิด {first}")
    hears_now(person).hears("เปลี่ยนหลอดครบ")


def test_what_an_officer_takes_back_is_gone_everywhere(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world, "น้ำท่วมขังซอย 5 มีขยะอุดท่อ")
    intake.says(f"/คณะทำงาน {reference} ENG,HEALTH")
    pink = "ป้าสมศรีมณีรัตน์"
    for line in (
        f"/บันทึก {reference} ผู้แจ้งคือ{pink}",
        f"/นัด {reference} ไปแล้ว พบ{pink}",
        f"/ผล {reference} ลอกท่อหน้าบ้าน{pink}",
    ):
        officer.says(line)
        officer.unsends()
    officer.says(f"/ดู {reference}").hears_not("สมศรี")
    intake.says(f"/ดู {reference}").hears_not("สมศรี")
    with world.db.transaction() as session:
        case = world.case(reference)
        kept = [session.keys.open_text(row.note) for row in cases.updates(session, [case.id])]
        kept += [session.keys.open_text(row.result) for row in handling.tasks(session, case.id)]
        assert pink not in str(kept)
        assert history.verify(session).broken_at is None


def test_words_quoted_in_a_question_go_with_the_words(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U1", "telegram").says("ไฟถนนดับ ซอย 5 หน้าโรงสีพรพิมลวัฒนา").says("ส่งเรื่อง")
    reference = citizen.reference
    officer.says(f"/รับ {reference}").says(f"/ถาม {reference} ไฟถนนดับ ซอย 5 หน้าโรงสีพรพิมลวัฒนา ตรงไหนครับ")
    citizen.unsends(0)
    officer.says(f"/ดู {reference}").hears_not("พรพิมล")


def test_a_head_hears_of_many_late_cases_in_one_message(world: World) -> None:
    world.now = at("2026-11-24 09:30")
    world.officer("T1", Role.OFFICER, unit="ENG")
    head = world.officer("T3", Role.HEAD, channel="line")
    for number in range(12):
        filed(world, f"ไฟถนนดับ ซอย {number + 20}", f"U{number}")
    hears_now(head)
    strikes(world, "reminders", "2026-12-21 09:00")
    hears_now(head)
    assert len(head.parts) == 1, head.text
    head.hears("12 เรื่อง", "อีก 2")


def test_who_only_looks_proves_nothing(world: World, officer: Dialogue) -> None:
    reader = world.officer("T7", Role.COORDINATOR)
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} เปลี่ยนหลอดสามดวงแล้ว").hears("ก่อนปิดยังขาด")
    reader.says(f"/ผล {reference} เสร็จ").sends_photo("fake").hears_not("ได้รูปหลังแก้ไข")
    officer.says(f"/ปิด {reference}").hears("ยังปิดไม่ได้")


def test_control_letters_stay_outside(world: World, officer: Dialogue) -> None:
    reference = filed(world, "ไฟถนนดับ ซอย 5 \x08 \ufffe หน้าบ้าน")
    assert world.opened(world.case(reference).text) == "ไฟถนนดับ ซอย 5   หน้าบ้าน"


def test_undo_tells_the_truth_about_the_notices(world: World, officer: Dialogue) -> None:
    world.tools = replace(world.tools, undo_seconds=20)
    reference = filed(world)
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดสามดวงแล้ว").says(f"/ปิด {reference}")
    world.passes(minutes=10)
    world.citizen("U1", "telegram").says(f"ยังไม่แก้ {reference}")
    world.passes(minutes=10)
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนสายไฟใหม่ทั้งเส้นแล้ว")
    officer.says(f"/ปิด {reference}").hears("จะแจ้งผลให้ผู้แจ้ง")
    officer.says(f"/เลิกทำ {reference}").hears("เลิกทำ /ปิด")
    with world.db.reading() as session:
        rows = handling.notices(session, world.case(reference).id)
    assert [(row.recipient, row.done_at) for row in rows] == [("unit", None), ("complainant", None)]


def test_the_unit_a_tip_is_about_counts_no_tip(world: World, officer: Dialogue, intake: Dialogue) -> None:
    world.citizen("U1", "telegram").says("แจ้งเรื่องลับ").says("ช่างกองช่างเรียกเงินใต้โต๊ะค่าต่อไฟ").says("เท่านี้")
    officer.says("/สรุป").hears("รับวันนี้ 0").hears_not("ทุจริต")
    officer.says("/คิว").hears("ว่าง")
    intake.says("/สรุป").hears("รับวันนี้ 1")


def test_nobody_handles_their_own_complaint(world: World, officer: Dialogue) -> None:
    officer.says("ไฟถนนดับ ซอย 5 หน้าบ้านฉัน").says("ส่งเรื่อง")
    reference = world.cases()[0].reference
    for command in ("/รับ {}", "/ผล {} เสร็จแล้ว", "/ปิด {}"):
        officer.says(command.format(reference)).hears("คนอื่นดำเนินการ")
    assert world.case(reference).status == Status.ASSIGNED


def test_the_head_is_told_what_is_missing_before_it_counts(world: World, officer: Dialogue) -> None:
    head = world.officer("T3", Role.HEAD)
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} เปลี่ยนหลอดสามดวงแล้ว")
    head.says(f"/อนุมัติ {reference}").hears("ยังขาด", "รูป", "/อนุมัติ!")
    assert world.case(reference).status == Status.REPORTED
    head.says(f"/อนุมัติ! {reference}").hears("เห็นชอบแล้ว")
    assert world.case(reference).status == Status.RESOLVED


def test_a_working_group_needs_eyes(world: World, intake: Dialogue) -> None:
    citizen = world.citizen("U1", "telegram").says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะ")
    (case,) = world.cases() or [world.case(citizen.says("เท่านี้").reference)]
    intake.says(f"/คณะทำงาน {case.reference} กองช่าง,กองสาธารณสุข").hears("เรื่องลับ", "/มอบ")
    assert world.case(case.reference).route == "general"


def test_words_about_another_case_do_not_move_the_order(world: World, officer: Dialogue) -> None:
    first, second = filed(world), filed(world, "ไฟทางมืดตรงปากซอย 6 สามดวง", "U2")
    officer.says(f"/แจ้ง 1 จะซ่อมพร้อมกับเรื่อง {second}")
    hears_now(world.citizen("U1", "telegram")).hears("จะซ่อมพร้อมกับ")
    assert "จะซ่อมพร้อมกับ" not in hears_now(world.citizen("U2", "telegram")).text
    officer.says(f"/รวม 1 {second}")
    assert (world.case(first).status, world.case(second).status) == (Status.MERGED, Status.ASSIGNED)
