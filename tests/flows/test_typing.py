"""How officers and heads really type: without the slash, one letter off, words in the next bubble, pictures alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.jobs import JOBS, JobContext
from handlers.actions import people as joining
from handlers.services import Svc
from storage import agencies
from storage.tables import Attachment, File
from storage.words import Role, Status
from tests.world import Dialogue, World, at, hears_now

WITHOUT = "ไม่มีรูปเพราะฝนตกหนักกล้องเปียก"
MENDED = f"เปลี่ยนหลอดไฟสามดวง {WITHOUT}"


def filed(world: World, text: str = "ไฟถนนดับ ซอย 5", name: str = "U1") -> str:
    return world.citizen(name, "telegram").says(text).taps("ส่งเรื่อง").reference


@pytest.fixture
def hasty(world: World) -> World:
    world.tools = replace(world.tools, undo_seconds=20)
    return world


@pytest.fixture
def decides(world: World) -> World:
    """The head decides every complaint."""
    with world.db.transaction() as session:
        agencies.put_setting(session, "decisions", {"kinds": ["complaint"]})
    return world


def status_of(world: World, reference: str) -> str:
    return str(world.case(reference).status)


# --- 1. without the slash --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["รับ 1", "รับเรื่อง 1", "รับ 70-00001-3", "รับ1", "1 รับ", "70-00001-3 รับ", "๗๐-๐๐๐๐๑-๓ รับ"])
def test_an_officer_forgets_the_slash(world: World, officer: Dialogue, line: str) -> None:
    reference = filed(world)
    officer.says(line).hears("รับแล้วโดย T1")
    assert status_of(world, reference) == Status.IN_PROGRESS
    world.passes(hours=25)
    assert world.file_silent_drafts() == 0
    assert len(world.cases()) == 1


def test_a_word_alone_and_a_reference_alone(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("คิว").hears("คิวของกองช่าง", reference)
    officer.says("ช่วยค่ะ").hears("คำสั่งของคุณ")
    officer.says(reference).hears("หน่วย: กองช่าง").taps(f"/รับ {reference}").hears("รับแล้ว")


def test_an_officers_own_matter_stays_one(world: World, officer: Dialogue) -> None:
    filed(world)
    officer.says("รับไม่ได้กับถนนเป็นหลุมหน้าบ้านแบบนี้").hears_not("คำสั่ง", "รับแล้วโดย").says("ยกเลิก")
    officer.says("แจ้ง 3 เรื่อง ไฟดับ น้ำท่วม ถนนพัง ซอย 9").hears_not("ส่งถึงผู้แจ้ง", "หมายถึง").says("ยกเลิก")
    own = officer.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").taps("ส่งเรื่อง").reference
    officer.says(own).hears("ผู้รับผิดชอบ").hears_not("ช่องทาง")  # as its complainant


def test_nobody_is_told_by_a_number_that_may_be_anything(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("แจ้ง 1 ช่างไปบ่ายนี้").hears("หมายถึง /แจ้ง 1 ช่างไปบ่ายนี้ ไหม")
    officer.says("1").hears("ส่งถึงผู้แจ้งแล้ว", "ช่างไปบ่ายนี้")
    officer.says(f"แจ้ง {reference} ถึงแล้ว").hears("ส่งถึงผู้แจ้งแล้ว", "ถึงแล้ว")


def test_a_citizen_types_what_they_like(world: World) -> None:
    filed(world)
    world.citizen("U7").says("รับ 1").hears_not("รับแล้วโดย")
    world.citizen("U8").says("คิว").hears_not("คิวของ")


# --- 2. nearly right -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        *("/รับ1", "/รับ00001", "/ รับ 1", "/รับ　1", "／รับ 1", "/รับเรื่อง 1", "/1 รับ", "/70-00001-3 รับ", "/รับ ๑"),
        *("/รับ 13", "/รับ 1-3", "/รับ 001-3", "/รับ 70-0001-3", "/รับ 70 00001 3", "/รับ เรื่องที่ 1", "1 /รับ"),
    ],
)
def test_however_it_is_typed(world: World, officer: Dialogue, line: str) -> None:
    reference = filed(world)
    officer.says(line).hears("รับแล้วโดย T1")
    assert status_of(world, reference) == Status.IN_PROGRESS


@pytest.mark.parametrize(
    ("line", "meant"),
    [("/ดุ 1", "/ดู 1"), ("/พล 1 เสร็จ", "/ผล 1 เสร็จ"), ("/คิ้ว", "/คิว"), ("/ดุ1", "/ดู 1"), ("/อนุมติ 1", "/อนุมัติ 1")],
)
def test_one_letter_off_is_asked_about_never_done(world: World, officer: Dialogue, line: str, meant: str) -> None:
    reference = filed(world)
    officer.says(line).hears(f"หมายถึง {meant} ไหม").hears_not("สถานะ", "ได้ผลแล้ว")
    assert [choice.says for choice in officer.choices][-1] == meant
    assert status_of(world, reference) == Status.ASSIGNED


def test_what_is_near_nothing_or_two_things_is_unknown(officer: Dialogue) -> None:
    officer.says("/ช่วยด้วย").hears("ไม่เข้าใจคำสั่ง").taps("/ช่วย").hears("คำสั่งของคุณ")


def test_a_wrong_check_digit_says_which_were_meant(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 70-00001-4").hears(f"ไม่พบ 70-00001-4 หมายถึง {reference} ไหม")
    officer.taps(f"/รับ {reference}").hears("รับแล้ว")
    stranger = world.officer("T9", Role.OFFICER, unit="HEALTH")
    stranger.says("/ดู 70-00001-4").hears("ไม่พบ 70-00001-4").hears_not(reference)
    stranger.says("/ดู 1").hears("ไม่พบ 1")


def test_one_at_a_time(world: World, officer: Dialogue) -> None:
    first, second, third = [filed(world, f"ไฟถนนดับ ซอย {n}", f"U{n}") for n in (3, 5, 7)]
    officer.says("/รับ 1 2 และ 3").hears(first, "รับแล้วโดย", "ครั้งละหนึ่งเรื่อง")
    assert [status_of(world, one) for one in (first, second, third)] == ["in_progress", "assigned", "assigned"]
    officer.taps("/รับ 2").hears(second, "รับแล้วโดย")
    officer.says(f"/ดู {third} {first}").hears("สถานะ", "ครั้งละหนึ่งเรื่อง")


def test_a_running_number_that_fits_two_is_asked_about(world: World, officer: Dialogue) -> None:
    every = [filed(world, f"ไฟถนนดับ ซอย {n}", f"U{n}") for n in range(13)]
    officer.says("/ดู 13").hears("ตรงกับหลายเรื่อง")
    officer.taps(f"/ดู {every[12]}").hears(every[12], "สถานะ")
    officer.says("/ดู 1-3").hears(every[0], "สถานะ")


# --- 3. words in the next bubble -------------------------------------------------------------------------------------


def test_the_reason_comes_in_the_next_bubble(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/คืน {reference}").hears("พิมพ์เหตุผลที่คืนได้เลย").hears_not("/คืน")
    officer.says("เสาอยู่ในเขตการไฟฟ้า").hears("ส่งคืนหน่วยรับเรื่องแล้ว", "เสาอยู่ในเขตการไฟฟ้า")
    assert len(world.cases()) == 1


def test_the_heads_own_button_asks_for_the_reason(decides: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(decides)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} {MENDED}").says(f"/เสนอ {reference}")
    hears_now(head).hears_not("ความเห็น").taps(f"/ส่งกลับ {reference}").hears("พิมพ์เหตุผลที่ส่งกลับได้เลย")
    head.says("ขอรูปหลังซ่อม").hears("ส่งกลับหน่วยแล้ว", "ขอรูปหลังซ่อม")


def test_another_command_a_cancel_or_time_ends_the_waiting(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/คืน 1").taps("ยกเลิก").hears("ยกเลิกแล้ว")
    officer.says("/คืน 1").says("/คิว").hears(reference)
    officer.says("ไม่ใช่ของเรา").hears_not("ส่งคืน").says("ยกเลิก")
    officer.says("/คืน 1")
    world.passes(minutes=11)
    officer.says("ไม่ใช่ของเรา").hears_not("ส่งคืน")
    assert status_of(world, reference) == Status.ASSIGNED


def test_a_date_without_its_reason_keeps_the_date(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says("/เลื่อน 1").hears("พิมพ์วันใหม่และเหตุผลได้เลย")
    officer.says("21 ธ.ค.").hears("พิมพ์เหตุผลได้เลย")
    officer.says("รออะไหล่").hears("กำหนดใหม่ จ. 21 ธ.ค. 69", "รออะไหล่")


def test_a_result_in_pieces_picture_first(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 1").says("/ผล 1").hears("พิมพ์สิ่งที่ทำได้เลย")
    officer.sends_photo("after-1").hears("ได้รูปหลังแก้ไข 1 รูปแล้ว", "พิมพ์สิ่งที่ทำได้เลย")
    officer.says("ขอบคุณครับ").hears_not("ได้ผลแล้ว")
    officer.says("เปลี่ยนหลอดไฟสามดวง").hears("ได้ผลแล้ว", "รูปหลังแก้ไข 1 รูป")
    assert status_of(world, reference) == Status.REPORTED


def test_pictures_follow_a_result_however_it_was_typed(world: World, officer: Dialogue) -> None:
    for number, name in ((1, "U1"), (2, "U2")):
        filed(world, f"ไฟถนนดับ ซอย {number * 3}", name)
        officer.says(f"/รับ {number}")
    officer.says("ผล 1 เปลี่ยนหลอดไฟสามดวง").hears("ได้ผลแล้ว").sends_photo("a").hears("70-00001-3 ได้รูปหลังแก้ไข 1 รูปแล้ว")
    world.passes(minutes=30)
    officer.says("/ผล 2").says("เปลี่ยนหลอดไฟสองดวง").hears("ได้ผลแล้ว")
    officer.sends_photo("b").hears("70-00002-1 ได้รูปหลังแก้ไข 1 รูปแล้ว")


def test_lists_are_buttons(world: World, intake: Dialogue, officer: Dialogue) -> None:
    reference = filed(world)
    intake.says(f"/ไม่รับ {reference}").hears("1 เรื่องอยู่ระหว่าง")
    assert f"/ไม่รับ {reference} 2" in [choice.says for choice in intake.choices]
    intake.says(f"/มอบ {reference}").hears("HEALTH")
    intake.says("HEALTH").hears("มอบให้กองสาธารณสุข")
    intake.says(f"/ส่งต่อ {reference} POLICE").hears("พิมพ์เหตุผล").says("เป็นไฟสัญญาณจราจร").hears("ส่งต่อ")


def room_of(world: World) -> Dialogue:
    with world.db.transaction() as session:
        code = joining.invite(Svc(session, world.now, world.tools), "DEMO", "ENG", Role.OFFICER, "")
    return Dialogue(world, "line", "L7", chat="G1").says(f"/เข้าร่วม {code}").hears("กลุ่มนี้เป็นของ")


def test_in_a_group_an_example_with_real_words(world: World) -> None:
    room = room_of(world)
    reference = filed(world)
    room.says("/คืน 1").hears("พิมพ์เหตุผลที่คืนได้เลย", f"เช่น /คืน {reference} เสาอยู่ในเขตการไฟฟ้า")
    room.says("ไม่ใช่ของเรา")
    assert status_of(world, reference) == Status.ASSIGNED


# --- 4, 5. how it stands, and what would work ------------------------------------------------------------------------


def test_officers_read_that_the_complainant_is_waited_for(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 1").says(f"/ผล 1 {MENDED}").says("/ปิด 1")
    for line in ("/ดู 1", "/คิว", "/รับ 1"):
        officer.says(line).hears("รอผู้แจ้งยืนยัน").hears_not("รอคุณ")
    world.citizen("U1", "telegram").says("เรื่องของฉัน").hears("รอคุณยืนยัน", reference)


def test_who_was_faster_and_when(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 1").says("/รับ 1").hears("คุณรับไว้แล้ว อ. 24 พ.ย. 69 09:30")
    second = world.officer("T5", Role.OFFICER, unit="ENG")
    second.says("/รับ 1").hears("T1 รับไว้แล้ว อ. 24 พ.ย. 69 09:30").taps(f"/ผล {reference}").hears("พิมพ์สิ่งที่ทำได้เลย")


def test_in_screening_the_category_comes_first(world: World, intake: Dialogue) -> None:
    citizen = world.citizen("U9").says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะค่าใบอนุญาต").says("ส่งเรื่อง")
    reference = citizen.reference
    intake.says(f"/รับ {reference}").hears("ทำรายการนี้ยังไม่ได้", f"/หมวด {reference} ก่อน")
    intake.taps(f"/หมวด {reference} CR").hears("ทุจริต")
    intake.says(f"/รับ {reference}").hears("รับแล้ว")


def test_the_new_case_in_screening_comes_with_its_category(world: World, intake: Dialogue) -> None:
    world.citizen("U9", "telegram").says("แล้วต้องทำอะไรต่อจ๊ะ")
    hears_now(intake).hears("เรื่องใหม่")
    assert [choice for choice in intake.choices if choice.says.startswith("/หมวด ")], intake.choices


# --- 6. a loose picture ----------------------------------------------------------------------------------------------


def test_a_loose_picture_is_asked_about(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 1").sends_photo("after-1").hears("เป็นของเรื่องไหน")
    officer.taps(f"/รูป {reference}").hears("ได้รูปหลังแก้ไข 1 รูปแล้ว", "พิมพ์สิ่งที่ทำได้เลย")
    officer.says("เปลี่ยนหลอดไฟสามดวง").hears("ได้ผลแล้ว รูปหลังแก้ไข 1 รูป")
    officer.taps(f"/ปิด {reference}").hears("แจ้งผลให้ผู้แจ้งแล้ว")


def test_a_loose_picture_of_ones_own_matter(world: World, officer: Dialogue) -> None:
    filed(world)
    officer.says("/รับ 1").sends_photo("own-1").hears("เป็นของเรื่องไหน")
    officer.taps("เรื่องของฉันเอง").hears_not("เป็นของเรื่องไหน")
    own = officer.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").taps("ส่งเรื่อง").reference
    officer.says(own)
    with world.db.reading() as session:
        from storage import attached

        assert attached.count_photos(session, world.case(own).id) == 1


def test_the_same_picture_twice_counts_once(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 1").sends_photo("after-1").sends_photo("after-1-again")
    with world.db.transaction() as session:
        session.add(File(digest="d" * 64, mime="image/jpeg", size=10, stored_at=world.now))
        session.flush()
        session.execute(update(Attachment).values(file_digest="d" * 64))
    officer.taps(f"/รูป {reference}").hears("ได้รูปหลังแก้ไข 1 รูปแล้ว")


# --- 7, 8. before it is sent -----------------------------------------------------------------------------------------


def test_nothing_is_claimed_that_is_not_sent_yet(hasty: World, officer: Dialogue) -> None:
    filed(hasty)
    officer.says("/แจ้ง 1 ช่างไปบ่ายนี้").hears("จะส่งถึงผู้แจ้งใน 20 วินาที").hears_not("ส่งถึงผู้แจ้งแล้ว")
    officer.says("/เลิกทำ").hears("เลิกทำ /แจ้ง แล้ว")
    hears_now(hasty.citizen("U1", "telegram")).hears_not("บ่ายนี้")
    hasty.passes(minutes=1)
    officer.says("/เลิกทำ").hears("พิมพ์รหัสเรื่องด้วย")


def test_what_fails_offers_nothing_to_take_back(hasty: World, officer: Dialogue) -> None:
    filed(hasty)
    officer.says("/รับ 1").says("/ผล 1 เปลี่ยนหลอดสามดวงแล้ว").says("/ปิด 1").hears("ยังปิดไม่ได้").hears_not("เลิกทำ")


def test_a_new_plan_drops_the_old_ones_news(world: World, officer: Dialogue) -> None:
    filed(world)
    officer.says("/รับ 1").says("/นัด 1 พรุ่งนี้ 10.00").says("/นัด 1 พรุ่งนี้ บ่าย 2")
    world.citizen("U1", "telegram").says("เรื่องของฉัน").hears("14:00").hears_not("10:00")


def test_a_collision_only_where_it_would_be_one(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/แจ้ง {reference} ช่างไปบ่ายนี้")
    intake.says(f"/ปิด {reference}").hears("ทำรายการนี้ยังไม่ได้").hears_not("เพิ่ง")
    intake.says(f"/แจ้ง {reference} พรุ่งนี้").hears("เพิ่งแจ้งผู้แจ้งเมื่อสักครู่", "ยังจะส่งข้อความของคุณด้วยไหม")


def test_a_long_message_is_never_sent_in_halves(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world)
    long = "ช่างจะไปพรุ่งนี้เช้า " * 20
    officer.says(f"/แจ้ง {reference} ช่างไปบ่ายนี้")
    intake.says(f"/แจ้ง {reference} {long}").hears("ยังจะส่งข้อความของคุณด้วยไหม").taps("ส่งอยู่ดี").hears("พิมพ์ข้อความ")
    intake.says(long).hears("ส่งถึงผู้แจ้งแล้ว", long.strip())


def test_an_answered_question_collides_with_nothing(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 1").says(f"/ถาม {reference} เสาไหนครับ")
    hears_now(world.citizen("U1", "telegram")).says("เสา 14 หน้าร้านซ่อมรถ")
    intake.says(f"/แจ้ง {reference} ช่างกำลังไป").hears("ส่งถึงผู้แจ้งแล้ว").hears_not("เพิ่ง")


# --- 9. what a result lacks ------------------------------------------------------------------------------------------


def test_how_to_fill_what_is_lacking(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says("/รับ 1").says("/ผล 1 เปลี่ยนหลอดไฟสามดวง").hears(
        "ก่อนปิดยังขาด", "ส่งรูปในแชตนี้ได้เลยภายใน 10 นาที", "ถ่ายรูปไม่ได้เพราะ"
    )
    officer.says("ถ่ายรูปไม่ได้เพราะฝนตกหนักกล้องเปียก").hears("ได้ผลแล้ว").hears_not("ยังขาด")
    officer.taps(f"/ปิด {reference}").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    hears_now(world.citizen("U1", "telegram")).hears("เปลี่ยนหลอดไฟสามดวง")


def test_too_few_words_are_asked_for(world: World, officer: Dialogue) -> None:
    filed(world)
    officer.says("/รับ 1").reports("1", "เสร็จแล้ว").hears("รายละเอียดว่าทำอะไร", "พิมพ์ว่าทำอะไรไปบ้างได้เลย")
    officer.says("เปลี่ยนหลอดไฟสามดวง").hears("ได้ผลแล้ว").hears_not("ยังขาด")


# --- 10. in the group ------------------------------------------------------------------------------------------------


def test_an_unknown_command_in_a_group(world: World) -> None:
    room = room_of(world)
    filed(world)
    room.says("/รับ 1").hears("รับแล้วโดย")
    for line in ("/อะไรก็ไม่รู้", "/start"):
        room.says(line).hears("คำสั่งของคุณ", "/รับ")
    room.says("แจ้ง 1 ช่างไปบ่ายนี้").hears("หมายถึง /แจ้ง 1 ช่างไปบ่ายนี้ ไหม")
    assert len(world.cases()) == 1


# --- 11. hours -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "hour"),
    [
        *(("พรุ่งนี้ บ่ายสอง", "14:00"), ("พรุ่งนี้ บ่าย 2", "14:00"), ("พรุ่งนี้ บ่าย 2 โมง", "14:00")),
        *(("พรุ่งนี้ 13.30-14.30", "13:30"), ("พรุ่งนี้ 13.30 - 14.30 น.", "13:30"), ("พรุ่งนี้ 13.30 ถึง 14.30", "13:30")),
        *(("พรุ่งนี้ 4 โมงเย็น", "16:00"), ("พรุ่งนี้ สิบโมง", "10:00"), ("พรุ่งนี้ 10 โมงเช้า", "10:00")),
        *(("พรุ่งนี้ เที่ยง", "12:00"), ("พรุ่งนี้ตอน 9.00 น.", "09:00"), ("พรุ่งนี้ 10 น.", "10:00"), ("พรุ่งนี้", "08:30")),
        *(
            ("10 โมง พรุ่งนี้", "10:00"),
            ("25 พ.ย. 69 14.30", "14:30"),
            ("25/11 9 น.", "09:00"),
            ("25 พ.ย. บ่ายสอง", "14:00"),
            ("พรุ่งนี้ บ่ายสามครึ่ง", "15:30"),
            ("พรุ่งนี้ 10.00 เอาบันไดไปด้วย", "10:00"),
        ),
    ],
)
def test_hours_as_they_are_spoken(world: World, officer: Dialogue, words: str, hour: str) -> None:
    filed(world)
    officer.says("/รับ 1").says(f"/นัด 1 {words}").hears(f"นัดลงพื้นที่ พ. 25 พ.ย. 69 {hour}")


@pytest.mark.parametrize("words", ["พรุ่งนี้ 2 โมง", "พรุ่งนี้ ตี 3", "พรุ่งนี้ 3 ทุ่ม", "พรุ่งนี้ 22.00", "พรุ่งนี้เช้า", "เย็นนี้", "บ่ายสอง"])
def test_hours_that_cannot_be_meant(world: World, officer: Dialogue, words: str) -> None:
    filed(world)
    officer.says("/รับ 1").says(f"/นัด 1 {words}").hears("พิมพ์วันและเวลา").hears_not("นัดลงพื้นที่")
    officer.says("พรุ่งนี้ 10.00").hears("นัดลงพื้นที่ พ. 25 พ.ย. 69 10:00")


def test_been_there_already(world: World, officer: Dialogue) -> None:
    filed(world)
    officer.says("/รับ 1").says("/นัด 1 ไปมาแล้วสายขาดสองจุด").hears("บันทึกการลงพื้นที่แล้ว")


# --- 12. the head ----------------------------------------------------------------------------------------------------


def test_the_head_sees_what_waits_and_what_was_shown(decides: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(decides)
    head.says("/สรุป").hears("รอท่านพิจารณา 0")
    officer.says("/รับ 1").reports(reference, "เปลี่ยนหลอดไฟสามดวง").says("/เสนอ 1")
    assert head.says("/สรุป").first.startswith(("📄", "รอท่านพิจารณา 1"))
    head.hears("รอท่านพิจารณา 1").taps(f"/ดู {reference}").hears("รูปก่อน 0 หลัง 1", "ช่องทาง Telegram")
    assert [choice.label for choice in head.choices] == [f"/อนุมัติ {reference}", f"/ส่งกลับ {reference}"]
    head.says("เห็นชอบ").taps(f"/อนุมัติ {reference}").hears("เห็นชอบแล้ว")


def test_a_confidential_decision_has_its_buttons(world: World, intake: Dialogue, head: Dialogue) -> None:
    citizen = world.citizen("U9").says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะค่าใบอนุญาต").says("ส่งเรื่อง")
    reference = citizen.reference
    intake.says(f"/หมวด {reference} CR").says(f"/รับ {reference}").says(f"/ผล {reference} ตั้งกรรมการสอบแล้ว ผลคือมีมูล")
    intake.says(f"/เสนอ {reference}")
    hears_now(head)
    shown = [choice.label for choice in head.choices][-3:]
    assert shown == [f"/ดู {reference}", f"/อนุมัติ {reference}", f"/ส่งกลับ {reference}"]


def test_nobody_approves_their_own_report(decides: World, officer: Dialogue, head: Dialogue) -> None:
    reference = filed(decides)
    head.says("/ลา วันนี้ ถึง 27 พ.ย. แทน T1").hears("ทำแทนคุณ")
    officer.says("/รับ 1").says(f"/ผล 1 {MENDED}").says("/เสนอ 1")
    officer.says("/อนุมัติ 1").hears("พิจารณาเองไม่ได้", "T3")
    assert status_of(decides, reference) == Status.HEAD_REVIEW
    head.says("/อนุมัติ 1").hears("เห็นชอบแล้ว")


# --- 13. short -------------------------------------------------------------------------------------------------------


def test_help_and_queue_are_short(world: World, officer: Dialogue, intake: Dialogue) -> None:
    officer.says("/ช่วย").hears("/ผล รหัส สิ่งที่ทำ").hears_not("/บันทึก")
    officer.taps("/ช่วย ทั้งหมด").hears("/บันทึก รหัส ข้อความภายใน", "/นัด")
    for person in (officer, intake):
        assert sum(line.startswith("/") for line in person.says("/ช่วย").parts[-1].text.splitlines()) == 6
    for number in range(7):
        filed(world, f"ไฟถนนดับ ซอย {number}", f"U{number}")
    assert officer.says("/คิว").parts[-1].text.count("“") == 5
    officer.hears("อีก 2 เรื่อง")


# --- 14. reminders ---------------------------------------------------------------------------------------------------


def test_a_reminder_can_be_acted_on(world: World, officer: Dialogue) -> None:
    first, second = filed(world), filed(world, "ถนนหน้าโรงเรียนวัดใหม่เป็นหลุมลึกมาก", "U2")
    officer.says(f"/รับ {second}")
    hears_now(officer)
    seen: set[str] = set()
    for day in ("2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-08", "2026-12-09"):
        world.now = at(f"{day} 09:00")
        JOBS["reminders"](JobContext(world.db, world.tools, lambda: world.now), False)
        seen |= {choice.says for choice in hears_now(officer).choices}
    assert {f"/รับ {first}", f"/ดู {first}"} <= seen
    assert {f"/ผล {second}", f"/เลื่อน {second}", f"/ดู {second}"} <= seen
    assert not {f"/รับ {second}", f"/ผล {first}"} & seen
    officer.says(f"/เลื่อน {second}").says("21 ธ.ค. รอยางมะตอย").hears("กำหนดใหม่")
