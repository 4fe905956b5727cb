"""Danger, tracking, officers, and what is no matter at all."""

from __future__ import annotations

import pytest

from storage.words import Role
from tests.world import World


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ไฟไหม้บ้านข้างๆ ช่วยด้วย", "199"),
        ("ไฟใหม้!!!", "199"),
        ("รถชนกันหน้าโรงเรียน มีคนเจ็บ", "1669"),
        ("สายไฟขาดตกกลางถนน มีประกายไฟ", "1129"),
        ("คนจมนำ้ที่ท่าน้ำวัด", "1669"),
        ("มีคนถือปืนไล่ยิงกัน", "191"),
        ("ไม่อยากอยู่แล้ว เหนื่อยมาก", "1323"),
        ("โดนพ่อตีทุกวัน", "1300"),
    ],
)
def test_danger_brings_hotlines_in_the_very_first_bubble(world: World, text: str, number: str) -> None:
    citizen = world.citizen().says(text)
    assert number in citizen.first
    assert "191" in citizen.first


@pytest.mark.parametrize("text", ["รถไฟมาช้ามาก", "ไฟแดงเสีย รถติด", "ร้อนจะตายอยู่แล้ว แอร์เสีย", "ไฟกิ่งดับ ซอย 5"])
def test_hard_negatives_are_no_emergency(world: World, text: str) -> None:
    world.citizen().says(text).hears_not("1669")


def test_emergency_is_filed_on_the_next_word(world: World) -> None:
    citizen = world.citizen().says("ไฟไหม้บ้านข้างๆ ช่วยด้วย").hears("อยู่ตรงไหน")
    citizen.sends_place().hears("เร่งด่วน")
    case = world.case(citizen.reference)
    assert (case.kind, case.urgent) == ("emergency", True)


def test_danger_in_the_middle_of_a_draft(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ")
    citizen.says("ตอนนี้ไฟไหม้แล้ว ซอย 5 ช่วยด้วย").hears("199", "รหัสเรื่อง")
    assert len(world.cases()) == 1


def test_silent_emergency_is_filed_after_ten_minutes(world: World) -> None:
    world.citizen().says("ไฟไหม้บ้านข้างๆ")
    world.passes(minutes=11)
    assert world.file_silent_drafts() == 1


def test_not_an_emergency_after_all(world: World) -> None:
    citizen = world.citizen().says("ไฟไหม้ซอย").says("ไม่ฉุกเฉิน").hears("ไม่ใช่เหตุฉุกเฉิน")
    citizen.says("ซอย 5").says("1")
    assert world.case(citizen.reference).kind == "complaint"


def test_reference_in_any_form_shows_the_case(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("1")
    reference = citizen.reference
    bare = reference.replace("-", "")
    thai = reference.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    for form in (reference, bare, f"เรื่องที่ {thai} ถึงไหนแล้ว", f"รหัส {reference.replace('-', ' ')} ครับ"):
        citizen.says(form)
        assert citizen.card.reference == reference


def test_mine_lists_and_a_number_opens(world: World) -> None:
    citizen = world.citizen()
    citizen.says("เรื่องของฉัน").hears("ยังไม่มีเรื่อง")
    citizen.says("ไฟถนนดับซอย 5").says("1")
    first = citizen.reference
    citizen.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").says("1")
    citizen.says("เรื่องของฉัน").hears("1)", "2)", first)
    citizen.says("2")
    assert citizen.card.reference == first


def test_another_account_needs_the_secret(world: World) -> None:
    owner = world.citizen("U1").says("ไฟถนนดับซอย 5 บ้านสีชมพู").says("1")
    reference = owner.reference
    secret = world.opened(world.case(reference).secret) or ""
    stranger = world.citizen("U2", "telegram").says(reference).hears("รหัสลับ").hears_not("สีชมพู", "ส่งหน่วยงานแล้ว")
    stranger.says("00000000").hears("ไม่ตรง")
    stranger.says(secret)
    assert stranger.card.reference == reference


def test_guessing_secrets_is_throttled(world: World) -> None:
    owner = world.citizen("U1").says("ไฟถนนดับซอย 5").says("1")
    reference = owner.reference
    secret = world.opened(world.case(reference).secret) or ""
    stranger = world.citizen("U2").says(reference)
    for guess in range(5):
        stranger.says(f"0000000{guess}")
    stranger.says(secret).hears("ลองหลายครั้ง")
    world.passes(hours=2)
    stranger.says(f"{reference} {secret}")
    assert stranger.card.reference == reference


def test_unknown_reference(world: World) -> None:
    world.citizen().says("70-99999-1").hears_not("สถานะ")


def test_officer_takes_a_case_to_its_end(world: World) -> None:
    citizen = world.citizen()
    officer = world.officer("T9", Role.OFFICER, unit="ENG").hears("ยินดีต้อนรับ")
    citizen.says("ไฟถนนดับซอย 5").says("1")
    reference = citizen.reference
    officer.listen().hears("เรื่องใหม่", reference)
    officer.says("/คิว").hears(reference)
    number = str(int(reference.split("-")[1]))
    officer.says(f"/ดู {number}").hears("ไฟถนนดับ")
    officer.says(f"/รับ {reference}").hears("รับแล้ว")
    assert world.case(reference).status == "in_progress"
    officer.says(f"/แจ้ง {reference} จะเข้าไปวันพุธ").hears("ส่งถึงผู้แจ้งแล้ว")
    citizen.parts = []
    citizen.listen().hears("จะเข้าไปวันพุธ", reference)
    assert world.case(reference).first_answer_at is not None
    officer.reports(reference, "เปลี่ยนหลอดแล้ว").hears("ยังไม่แจ้งผู้แจ้ง")
    citizen.says(reference).hears_not("เปลี่ยนหลอดแล้ว")
    officer.says(f"/ปิด {reference}").hears("รอผู้แจ้งยืนยัน")
    citizen.parts = []
    citizen.listen().hears("เปลี่ยนหลอดแล้ว", "แก้จริงตามที่แจ้งไหม")
    citizen.says("แก้แล้ว").hears("ปิดเรื่อง")
    assert world.case(reference).status == "closed"


def test_not_mended_reopens(world: World) -> None:
    citizen = world.citizen()
    officer = world.officer("T9", Role.OFFICER, unit="ENG")
    citizen.says("ไฟถนนดับซอย 5").says("1")
    reference = citizen.reference
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดใหม่แล้ว").says(f"/ปิด {reference}")
    citizen.listen()
    citizen.says(f"ยังไม่แก้ {reference}").hears("เปิดเรื่อง")
    assert world.case(reference).status == "reopened"
    officer.parts = []
    officer.listen().hears("ยังไม่แก้")


def test_officer_of_another_unit_finds_nothing(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("1")
    other = world.officer("T8", Role.OFFICER, unit="HEALTH")
    other.says(f"/ดู {citizen.reference}").hears("ไม่พบ").hears_not("ไฟถนนดับ")
    other.says(f"/รับ {citizen.reference}").hears("ไม่พบ")


def test_confidential_case_is_for_intake_and_head_only(world: World) -> None:
    citizen = world.citizen().says("มีการเรียกเงินใต้โต๊ะตอนขออนุญาตก่อสร้าง").says("1")
    world.officer("T8", Role.OFFICER, unit="OFFICE").says(f"/ดู {citizen.reference}").hears("ไม่พบ")
    world.officer("T7", Role.INTAKE).says(f"/ดู {citizen.reference}").hears("ใต้โต๊ะ")


def test_commands_are_not_for_citizens(world: World) -> None:
    world.citizen().says("/คิว").hears("สำหรับเจ้าหน้าที่")


def test_commands_say_what_is_wrong(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("1")
    officer = world.officer("T9", Role.OFFICER, unit="ENG")
    officer.says("/เต้น").hears("ไม่เข้าใจคำสั่ง")
    officer.says("/รับ").hears("พิมพ์รหัสเรื่องด้วย")
    officer.says(f"/แจ้ง {citizen.reference}").hears("พิมพ์ข้อความถึงผู้แจ้งได้เลย")
    officer.says(f"/ปิด {citizen.reference}").hears("ทำรายการนี้ยังไม่ได้")
    officer.says("/q").hears("คิว")


def test_invitation_works_once(world: World) -> None:
    officer = world.officer("T9", Role.OFFICER, unit="ENG")
    assert "ยินดีต้อนรับ" in officer.text
    world.citizen("U5").says("/join ABCDEFGH23").hears("ไม่ถูกต้อง")


def test_head_sees_live_figures(world: World) -> None:
    world.citizen().says("ไฟถนนดับซอย 5").says("1")
    world.officer("T1", Role.HEAD).says("/สรุป").hears("รับวันนี้ 1", "คงค้าง 1", "ไฟฟ้า")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("สวัสดีค่ะ", "สวัสดี"),
        ("ขอบคุณค่ะ", "ยินดี"),
        ("เมนู", "แจ้งปัญหา"),
        ("เบอร์ฉุกเฉิน", "1669"),
        ("คุยกับเจ้าหน้าที่", "เวลาราชการ"),
        ("ห่วยแตก", "หงุดหงิด"),
        ("555", "สวัสดี"),
        ("ลบข้อมูลของฉัน", "ข้อมูล"),
        ("เรื่องที่แจ้งไปถึงไหนแล้วครับ", "ยังไม่มีเรื่อง"),
        ("👍", "สวัสดี"),
        ("....", ""),
    ],
)
def test_everything_is_answered(world: World, text: str, answer: str) -> None:
    citizen = world.citizen().says(text)
    assert citizen.parts
    citizen.hears(answer)
    assert world.cases() == []


def test_follow_block_and_return(world: World) -> None:
    citizen = world.citizen().does(kind="follow").hears("เทศบาลตัวอย่าง", "191", "ไม่มีค่าใช้จ่าย")
    citizen.does(kind="unfollow").hears_nothing()
    citizen.does(kind="other").hears_nothing()


def test_unaddressed_group_words_are_not_kept(world: World) -> None:
    from sqlalchemy import select

    from storage.tables import InboxEvent, Message

    citizen = world.citizen().does(kind="text", text="คุยกันเอง", chat_id="G1", private=False, addressed=False)
    citizen.hears_nothing()
    with world.db.reading() as session:
        assert session.scalars(select(Message.text)).all() == [None]
        assert session.scalars(select(InboxEvent.body)).all() == [None]
