"""The complaint conversation, as people have it. Every dialogue runs on both engines."""

from __future__ import annotations

import pytest

from tests.world import World, at


def test_complaint_by_typing_becomes_a_case(world: World) -> None:
    citizen = world.citizen()
    citizen.says("ไฟกิ่งหน้าบ้านดับมา 3 คืนแล้ว มืดมากค่ะ").hears("ขอแจ้งก่อนเริ่ม", "ไฟกิ่ง", "จุดที่เกิดเรื่องอยู่ตรงไหน")
    citizen.says("เสาที่ 12 ข้างร้านป้าแดง ซอย 5").hears("ตรวจอีกครั้ง", "ไฟฟ้าและไฟส่องสว่าง", "ซอย 5", "พิมพ์ 1 ส่งเรื่อง")
    citizen.says("๑").hears("รับเรื่องเรียบร้อย", "จะแจ้งความคืบหน้าภายใน")
    case = world.case(citizen.reference)
    assert (case.kind, case.category, case.status, case.unit_code) == ("complaint", "EL", "assigned", "ENG")
    assert world.opened(case.text) == "ไฟกิ่งหน้าบ้านดับมา 3 คืนแล้ว มืดมากค่ะ"
    assert world.opened(case.place) == "เสาที่ 12 ข้างร้านป้าแดง ซอย 5"


def test_notice_is_shown_once_and_never_in_the_way(world: World) -> None:
    citizen = world.citizen()
    citizen.says("ถนนเป็นหลุมหน้าวัดใหม่ หมู่ 3").hears("ขอแจ้งก่อนเริ่ม", "ตรวจอีกครั้ง")
    citizen.says("ใช่ค่ะ").hears("รับเรื่องเรียบร้อย")
    citizen.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").hears_not("ขอแจ้งก่อนเริ่ม")


def test_place_may_come_first_and_words_later(world: World) -> None:
    citizen = world.citizen()
    citizen.sends_place(16.8211, 100.2659).hears("ได้ตำแหน่งแล้ว")
    citizen.says("น้ำท่วมขัง ท่อตัน").hears("ตรวจอีกครั้ง", "ตามหมุด")
    citizen.taps("ส่งเรื่อง")
    case = world.case(citizen.reference)
    assert (case.category, case.lat, case.lon) == ("FL", 16.8211, 100.2659)


def test_photo_and_pin_and_one_button_are_enough(world: World) -> None:
    citizen = world.citizen()
    citizen.sends_photo().hears("ได้รูปแล้ว")
    citizen.taps("ถนน/ทางเท้าชำรุด").hears("จุดที่เกิดเรื่อง")
    citizen.sends_place().hears("รูป: 1 รูป", "ถนน ทางเท้า และสะพาน")
    citizen.taps("ส่งเรื่อง").hears("รับเรื่องเรียบร้อย")
    assert world.case(citizen.reference).category == "RD"


def test_unsure_category_offers_three_guesses(world: World) -> None:
    citizen = world.citizen()
    citizen.says("ร้านวางของบนถนน รถติด หน้าวัดใหม่ หมู่ 3").hears("ใกล้กับข้อไหนที่สุด", "1)", "ไม่ใช่ทั้งหมด")
    citizen.says("2").hears("ตรวจอีกครั้ง")
    citizen.says("ส่ง").hears("รหัสเรื่อง")


def test_at_most_three_questions_before_the_review(world: World) -> None:
    citizen = world.citizen()
    citizen.sends_photo()
    questions = 1
    while "ตรวจอีกครั้ง" not in citizen.text:
        citizen.says("ไม่รู้เหมือนกัน")
        questions += 1
        assert questions <= 5, citizen.text
    citizen.says("1").hears("รหัสเรื่อง")


@pytest.mark.parametrize("word", ["ยกเลิก", "ยกเลิกค่ะ", "เลิก", "cancel"])
def test_cancel_works_at_every_step(world: World, word: str) -> None:
    citizen = world.citizen()
    for steps in (["ไฟถนนดับ"], ["ไฟถนนดับ", "ซอย 5"], ["ไฟถนนดับ", "ซอย 5", "แก้ไข"]):
        for said in steps:
            citizen.says(said)
        citizen.says(word).hears("ยกเลิกให้แล้ว")
    assert world.cases() == []


@pytest.mark.parametrize("steps", [["ไฟถนนดับ"], ["ไฟถนนดับ", "ซอย 5"], ["ไฟถนนดับ", "ซอย 5", "แก้ไข"]])
def test_menu_at_every_step_keeps_the_draft(world: World, steps: list[str]) -> None:
    citizen = world.citizen()
    for said in steps:
        citizen.says(said)
    citizen.says("เมนู").hears("แจ้งปัญหา", "เรื่องที่เริ่มไว้ยังอยู่", "ไฟถนนดับ")
    citizen.says("ส่งเรื่อง").hears("รหัสเรื่อง")


def test_back_asks_the_last_question_again(world: World) -> None:
    citizen = world.citizen()
    citizen.says("ไฟถนนดับ").says("ซอย 5").hears("ตรวจอีกครั้ง")
    citizen.says("ย้อนกลับ").hears("จุดที่เกิดเรื่อง")
    citizen.says("หน้าวัดใหม่ หมู่ 3").hears("ตรวจอีกครั้ง", "วัดใหม่").hears_not("ซอย 5")


def test_edit_place_text_and_category(world: World) -> None:
    citizen = world.citizen()
    citizen.says("ไฟถนนดับ").says("ซอย 5")
    citizen.says("แก้ไข").hears("แก้ส่วนไหน")
    citizen.says("2").hears("จุดที่เกิดเรื่อง")
    citizen.says("ซอย 9").hears("ซอย 9")
    citizen.says("2").says("1").hears("พิมพ์เรื่องใหม่")
    citizen.says("ขยะตกค้าง ไม่มีใครมาเก็บ").hears("ขยะและความสะอาด", "ซอย 9").hears_not("ไฟถนนดับ")
    citizen.says("แก้ไข").says("หมวด").hears("ใกล้กับข้อไหน")


def test_words_at_the_review_are_added_not_lost(world: World) -> None:
    citizen = world.citizen()
    citizen.says("ไฟถนนดับซอย 5").says("ดับมาตั้งแต่วันจันทร์").hears("ตรวจอีกครั้ง", "วันจันทร์")
    citizen.says("ส่งเรื่องค่ะ")
    assert "วันจันทร์" in (world.opened(world.case(citizen.reference).text) or "")


def test_sticker_in_the_middle_repeats_the_question(world: World) -> None:
    citizen = world.citizen()
    citizen.sends_sticker("happy").hears("น่ารักมาก")
    citizen.says("ไฟถนนดับ").hears("จุดที่เกิดเรื่อง")
    citizen.sends_sticker().hears("จุดที่เกิดเรื่อง")


def test_out_of_hours_the_receipt_names_the_next_working_day(world: World) -> None:
    world.now = at("2027-04-12 23:40")  # the night before Songkran
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("1")
    citizen.hears("นอกเวลาราชการ", "ศ. 16 เม.ย. 70")
    case = world.case(citizen.reference)
    assert case.counted_from.isoformat() == "2027-04-16"


def test_draft_is_offered_again_after_a_while(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5")
    world.passes(hours=3)
    citizen.says("สวัสดีค่ะ").hears("ยังไม่ได้ส่ง", "ไฟถนนดับ")
    citizen.says("1").hears("รหัสเรื่อง")


def test_draft_silent_for_a_day_is_filed_as_incomplete(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ")
    world.passes(hours=23)
    assert world.file_silent_drafts() == 0
    world.passes(hours=2)
    assert world.file_silent_drafts() == 1
    citizen.parts = []
    citizen.listen().hears("บันทึกให้แล้ว", "รหัสลับ")
    case = world.case(citizen.reference)
    assert case.incomplete
    assert world.file_silent_drafts() == 0


def test_draft_that_names_nothing_is_let_go(world: World) -> None:
    world.citizen().says("แจ้งปัญหา").hears("เล่าให้ฟัง")
    world.passes(hours=30)
    assert world.file_silent_drafts() == 0
    assert world.cases() == []


def test_photo_right_after_filing_joins_the_case(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("1")
    reference = citizen.reference
    citizen.sends_photo().hears("เพิ่มในเรื่อง", reference)
    assert len(world.cases()) == 1


def test_more_words_for_a_filed_case(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("1")
    reference = citizen.reference
    citizen.taps("เพิ่มรูป/ข้อมูล").hears(reference)
    citizen.says("เสาเบอร์ 14 ค่ะ").hears("เพิ่มในเรื่อง")
    assert "เสาเบอร์ 14" in (world.opened(world.case(reference).text) or "")


def test_confidential_matter_is_never_echoed(world: World) -> None:
    citizen = world.citizen()
    citizen.says("มีการเรียกเงินใต้โต๊ะตอนขออนุญาตก่อสร้าง").hears("ลับ").hears_not("ใต้โต๊ะ")
    citizen.says("1").hears("ช่องทางลับ").hears_not("ใต้โต๊ะ")
    case = world.case(citizen.reference)
    assert case.confidential
    assert case.status == "screening"


def test_case_in_another_tambon_goes_to_its_own_agency(world: World) -> None:
    citizen = world.citizen().says("ถนนเป็นหลุม หน้าโรงเรียน ต.หนองทราย").says("1")
    case = world.case(citizen.reference)
    assert (case.agency_code, case.unit_code) == ("NONGSAI", "ENG")


def test_a_name_within_a_longer_name_is_not_that_tambon(world: World) -> None:
    citizen = world.citizen().says("ถนนเป็นหลุม หน้าโรงเรียน บ้านหนองทรายขาว").says("1")
    case = world.case(citizen.reference)
    assert (case.agency_code, case.unit_code) == ("DEMO", "ENG")


def test_a_place_in_another_province_is_looked_at_by_people(world: World) -> None:
    citizen = world.citizen().says("ถนนเป็นหลุม หน้าโรงเรียน ต.หนองทราย จ.ลำพูน").says("1")
    case = world.case(citizen.reference)
    assert (case.agency_code, case.status) == ("DEMO", "screening")


def test_unsent_words_leave_the_draft_and_the_case(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5 บ้านสีชมพู")
    citizen.does(kind="unsend", message_id="m1").hears_nothing()
    citizen.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").hears_not("สีชมพู").says("1")
    case = world.case(citizen.reference)
    assert "สีชมพู" not in (world.opened(case.text) or "")
    citizen.does(kind="unsend", message_id="m3").hears("ลบข้อความนั้นแล้ว")
    assert "ขยะ" not in (world.opened(world.case(case.reference).text) or "")


def test_eleven_photos_burn_no_questions(world: World) -> None:
    citizen = world.citizen()
    for number in range(11):
        citizen.sends_photo(f"photo-{number}").hears("เกิดอะไรขึ้น")
    citizen.says("ถนนเป็นหลุม หน้าวัดใหม่ หมู่ 3").hears("ตรวจอีกครั้ง", "รูป: 11 รูป")
    citizen.says("1").hears("รหัสเรื่อง")


def test_voice_message_is_kept_and_words_are_asked_for(world: World) -> None:
    citizen = world.citizen().sends_voice().hears("ได้ข้อความเสียงแล้ว")
    citizen.says("ไฟถนนดับ ซอย 5").hears("ข้อความเสียง: 1").says("1").hears("รหัสเรื่อง")


def test_photo_while_the_place_is_asked_for(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ").sends_photo().hears("จุดที่เกิดเรื่อง")
    citizen.says("ซอย 5").hears("รูป: 1 รูป")


def test_unsent_place_leaves_the_draft_and_the_case(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ").says("หน้าบ้านสีชมพู ซอย 5")
    citizen.does(kind="unsend", message_id="m2")
    citizen.says("ดับมาสามวัน").hears_not("สีชมพู")
    citizen.says("ซอย 9 โทร 081-234-5678").says("ส่งเรื่อง")
    case = world.case(citizen.reference)
    citizen.does(kind="unsend", message_id="m5")
    case = world.case(case.reference)
    assert world.opened(case.place) is None
    assert world.opened(case.contact) is None
