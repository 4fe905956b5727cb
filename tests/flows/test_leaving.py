"""Who joined, who left, who takes over: nobody reads another's words, and nothing anybody sent is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import attached
from storage.tables import Attachment, Case
from storage.words import Role
from tests.flows.test_joining import ASKED, LIGHT, LIGHT_TOO, filed, joined, rows
from tests.flows.test_taken_back import PINK
from tests.world import Dialogue, World

PINK_WORDS = "ไฟถนนดับซอย 5 ยังไม่มีใครมาซ่อมเลย หน้าบ้านสีชมพู"
PHONE = "0899999999"
OLD_NOTE = "นัดช่างหน้าบ้านสีชมพู"


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T9", Role.OFFICER, unit="ENG")


def goes(person: Dialogue, reference: str) -> Dialogue:
    """The person leaves the case, or takes it back."""
    return person.says(f"ยกเลิก {reference}").says("ยืนยันยกเลิก").hears("ยกเลิก" if person.name == "U1" else "เลิกร่วมแจ้ง")


def told(world: World) -> str:
    """All words of all cases, as officers and complainants read them."""
    return "\n".join(world.opened(case.text) or "" for case in world.cases())


def heard_since(person: Dialogue) -> Dialogue:
    person.parts = []
    return person.listen()


# --- words of somebody who left --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "words"), [("U1", PINK_WORDS), ("U2", f"{LIGHT_TOO} หน้าบ้านสีชมพู")])
@pytest.mark.parametrize("silent", [False, True])
def test_words_that_waited_go_into_nobodys_case(world: World, name: str, words: str, silent: bool) -> None:
    reference = filed(world)
    joined(world)
    world.passes(days=1)
    person = world.citizen(name)
    person.listen()
    person.says(words).hears("เรื่องเดิม")
    goes(person, reference)
    if silent:
        world.passes(hours=26)
        world.file_silent_drafts()
    else:
        person.says("เรื่องเดิม").hears_not("เพิ่มในเรื่อง")
    assert PINK not in told(world)
    other = world.citizen("U2" if name == "U1" else "U1").says("เรื่องของฉัน")
    assert PINK not in str(other.card)


@pytest.mark.parametrize("silent", [False, True])
def test_a_case_that_went_to_another_meanwhile_takes_no_words(world: World, silent: bool) -> None:
    """Asked "same or new?", and before the answer the case became somebody else's: a new matter."""
    reference = filed(world)
    joined(world)
    world.passes(days=1)
    first = world.citizen("U1")
    first.listen()
    first.says(PINK_WORDS).hears("เรื่องเดิม")
    with world.db.transaction() as session:
        case = session.scalars(select(Case).where(Case.reference == reference)).one()
        case.account_id = rows(world)[0].account_id
    if silent:
        world.passes(hours=26)
        assert world.file_silent_drafts() == 1
    else:
        first.says("เรื่องเดิม").says("คนละเรื่อง").says("ส่งเรื่อง")
    assert world.opened(world.case(reference).text) == LIGHT
    assert world.opened(world.cases()[-1].text) == PINK_WORDS
    assert len(world.cases()) == 2


def test_what_was_about_to_be_added_is_forgotten_on_leaving(world: World) -> None:
    reference = filed(world)
    citizen = joined(world).says("เพิ่มรูป/ข้อมูล").hears(reference)
    goes(citizen, reference).says("น้ำไม่ไหลทั้งซอย 9").hears_not("ไม่พบรหัส")
    assert PINK not in told(world)
    citizen.says("ส่งเรื่อง").hears("รับเรื่องเรียบร้อย")


@pytest.mark.parametrize("alone", [False, True])
def test_a_photo_after_going_begins_a_new_matter(world: World, alone: bool) -> None:
    if alone:
        person = world.citizen("U1").says(LIGHT).says("ส่งเรื่อง")
        reference = person.reference
    else:
        reference = filed(world)
        person = joined(world)
    goes(person, reference)
    person.sends_photo().hears("ได้รูปแล้ว").hears_not("ไม่พบรหัส", "เพิ่มในเรื่อง")
    person.says("น้ำไม่ไหลทั้งซอย 9").says("ส่งเรื่อง").hears("รับเรื่องเรียบร้อย")
    with world.db.reading() as session:
        assert session.scalars(select(Attachment.case_id)).all() == [world.case(person.reference).id]


def test_coming_back_brings_no_withdrawn_words(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world, text=f"ไฟถนนดับ หน้าบ้านสีชมพู ซอย 5 โทร {PHONE}").sends_photo()
    goes(citizen, reference)
    world.passes(days=1)
    citizen.says(LIGHT_TOO).hears(ASKED).taps("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย")
    officer.listen()
    officer.parts = []
    officer.says(f"/ดู {reference}").hears("รูปก่อน 0 หลัง 0 ช่องทาง", "เพิ่มข้อความ 1 รูป 0", "ไฟกิ่ง").hears_not(PINK, PHONE)
    citizen.says("เรื่องของฉัน").hears_not(PINK)
    goes(world.citizen("U1"), reference)
    assert told(world) == LIGHT_TOO


def test_the_first_one_coming_back_brings_none_either(world: World, officer: Dialogue) -> None:
    first = world.citizen("U1").says("ไฟถนนดับซอย 5 ข้างบ้านสีชมพู").sends_photo().says("ส่งเรื่อง")
    reference = first.reference
    joined(world, text="ไฟถนนดับซอย 5 มืด")
    goes(first, reference)
    world.passes(days=1)
    first.says(LIGHT).hears(ASKED).taps("ร่วมแจ้ง")
    officer.parts = []
    officer.says(f"/ดู {reference}").hears(f"+ “{LIGHT}”", "รูปก่อน 0 หลัง 0 ช่องทาง")
    assert PINK not in officer.text.rpartition("สถานะ")[2]


def test_withdrawn_words_of_one_who_came_back_are_still_taken_back(world: World) -> None:
    reference = filed(world)
    citizen = joined(world, "T2", "ไฟถนนดับ หน้าบ้านสีชมพู ซอย 5", "telegram")
    goes(citizen, reference)
    citizen.says(LIGHT_TOO).hears(ASKED).taps("ร่วมแจ้ง")
    citizen.edits("ไฟถนนดับ หน้าบ้านสีฟ้า ซอย 5", 0)
    (row,) = rows(world)
    assert "สีฟ้า" not in (row.masked or "")
    citizen.unsends(0)
    (row,) = rows(world)
    assert PINK not in str(world.db.keys.open_data(row.said or b""))


# --- what officers wrote to one person -------------------------------------------------------------------------------


def test_notes_reach_the_one_they_were_written_to(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    second = joined(world)
    officer.says(f"/รับ {reference}").says(f"/แจ้ง {reference} {OLD_NOTE}")
    third = joined(world, "U3", LIGHT)
    for person in (second, third):
        assert PINK not in str(person.card)
        heard_since(person).hears_nothing()
        person.says("เรื่องของฉัน")
        assert PINK not in str(person.card)
    first = world.citizen("U1").listen().hears(OLD_NOTE)
    goes(first, reference)
    second.says("เรื่องของฉัน")
    assert PINK not in str(second.card)
    officer.says(f"/แจ้ง {reference} ช่างเข้าวันพุธ")
    second.says("เรื่องของฉัน")
    assert "ช่างเข้าวันพุธ" in str(second.card)


def test_a_result_written_to_the_first_one_is_masked_to_the_next(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    second = joined(world)
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดแล้ว โทรบอกที่ 0812345678")
    goes(world.citizen("U1"), reference)
    officer.says(f"/ปิด {reference}")
    heard_since(second).hears("เปลี่ยนหลอดแล้ว", "แก้จริงตามที่แจ้งไหม").hears_not("0812345678")
    second.says("เรื่องของฉัน")
    assert "เปลี่ยนหลอดแล้ว" in str(second.card)
    assert "0812345678" not in str(second.card)


def test_a_result_that_waits_to_be_told_is_not_joined(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} เปลี่ยนหลอดแล้ว")
    world.citizen("U2").says(LIGHT_TOO).hears("ตรวจอีกครั้ง").hears_not(ASKED)


# --- pictures, pins, voices whose caption is the answer --------------------------------------------------------------

_WITH_CAPTION: dict[str, dict[str, Any]] = {
    "photo": {"kind": "image", "media": {"ref": "p1"}},
    "voice": {"kind": "audio", "media": {"ref": "v1"}},
    "pin": {"kind": "place", "place": {"lat": 16.8211, "lon": 100.2659, "text": "ใช่ค่ะ"}},
}


@pytest.mark.parametrize("what", _WITH_CAPTION)
def test_what_comes_with_a_yes_is_kept(world: World, what: str) -> None:
    filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED)
    citizen.does(text="ใช่ค่ะ", **_WITH_CAPTION[what]).hears("ร่วมแจ้งเรียบร้อย")
    (row,) = rows(world)
    assert world.db.keys.open_data(row.said or b"") == [[row.message_ids[0], LIGHT_TOO]], "the answer is no word of it"
    assert len(row.message_ids) == 2
    assert row.lat == (16.8211 if what == "pin" else None)
    assert world.opened(row.place) == "ซอย 5"
    with world.db.reading() as session:
        assert session.scalars(select(Attachment.case_id)).all() == ([] if what == "pin" else [row.case_id])


def test_an_album_with_a_yes_is_kept(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    world.citizen("U2").says(LIGHT_TOO).hears(ASKED).sends_album(["ใช่", "", ""], 3).hears("ร่วมแจ้งเรียบร้อย")
    officer.says(f"/ดู {reference}").hears("เพิ่มข้อความ 1 รูป 3")


@pytest.mark.parametrize("answer", ["คนละเรื่อง", "ส่งเรื่อง"])
def test_a_photo_with_another_answer_stays_with_the_matter(world: World, answer: str) -> None:
    filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED).sends_photo(caption=answer)
    citizen.says("ส่งเรื่อง")
    mine = world.cases()[-1]
    assert world.opened(mine.text) == LIGHT_TOO
    with world.db.reading() as session:
        assert attached.count_photos(session, mine.id) == 1


def test_a_photo_that_says_send_at_the_review_is_filed_too(world: World) -> None:
    world.citizen("U1").says(LIGHT).hears("ตรวจอีกครั้ง").sends_photo(caption="ใช่ค่ะ").hears("รับเรื่องเรียบร้อย")
    (case,) = world.cases()
    assert world.opened(case.text) == LIGHT
    with world.db.reading() as session:
        assert attached.count_photos(session, case.id) == 1


# --- the telephone ---------------------------------------------------------------------------------------------------


def test_the_number_of_one_who_joined_is_kept_seen_and_carried(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = world.citizen("T2", "telegram").says(LIGHT_TOO).hears(ASKED).sends_contact(PHONE, own=True)
    citizen.hears("ได้เบอร์ติดต่อกลับ").taps("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย")
    officer.says(f"/ดู {reference}").hears(f"โทรกลับ: {PHONE}")
    citizen.says("ข้อมูลของฉัน").hears("089-xxx-9999")
    goes(world.citizen("U1"), reference)
    case = world.case(reference)
    assert (world.opened(case.contact), world.opened(case.happened)) == (PHONE, "3 คืนแล้ว")
    (row,) = rows(world)
    assert (row.contact, row.happened) == (None, None)


def test_a_number_given_after_joining_is_kept_and_taken_away(world: World) -> None:
    filed(world)
    citizen = joined(world, "T2", channel="telegram")
    citizen.sends_contact(PHONE, own=True).hears("เปลี่ยนเบอร์ติดต่อกลับเป็น")
    assert [world.opened(row.contact) for row in rows(world)] == [PHONE]
    citizen.says("เปลี่ยนเบอร์โทรของฉันเป็น 0899999998").hears("089-xxx-9998")
    assert [world.opened(row.contact) for row in rows(world)] == ["0899999998"]
    citizen.says("ลบเบอร์โทร")
    assert [row.contact for row in rows(world)] == [None]


def test_a_number_without_a_case_is_not_said_to_be_kept(world: World) -> None:
    world.citizen("U1").says(PHONE).hears("ยังไม่ได้เก็บเบอร์").hears_not("เปลี่ยนเบอร์")


def test_a_number_goes_with_the_words_it_stood_in(world: World) -> None:
    filed(world)
    citizen = joined(world, text=f"{LIGHT_TOO} โทร {PHONE}")
    assert [world.opened(row.contact) for row in rows(world)] == [PHONE]
    citizen.unsends(0)
    assert [(row.contact, row.happened) for row in rows(world)] == [(None, None)]


# --- handing over ----------------------------------------------------------------------------------------------------


def test_the_next_one_is_told_and_photos_of_the_gone_are_not_counted(world: World, officer: Dialogue) -> None:
    first = world.citizen("U1").says(LIGHT).sends_photo().says("ส่งเรื่อง")
    reference = first.reference
    second = joined(world).sends_photo("p2")
    third = joined(world, "U3", LIGHT).sends_photo("p3")
    officer.says(f"/ดู {reference}").hears("รูปก่อน 3 หลัง 0 ช่องทาง")
    goes(first, reference)
    heard_since(second).hears(reference, "คุณเป็นผู้แจ้งหลัก")
    heard_since(third).hears_nothing()
    officer.says(f"/ดู {reference}").hears("รูปก่อน 2")
    goes(third, reference)
    officer.says(f"/ดู {reference}").hears("รูปก่อน 1")


def test_somebody_who_can_be_reached_takes_over(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    joined(world).does(kind="unfollow")
    third = joined(world, "U3", "ไฟถนนดับซอย 5 มืดสนิท")
    goes(world.citizen("U1"), reference)
    assert world.opened(world.case(reference).text) == "ไฟถนนดับซอย 5 มืดสนิท"
    heard_since(officer)
    third.says(f"ยกเลิก {reference}").says("ยืนยันยกเลิก").hears("ยกเลิกเรื่อง")
    assert world.opened(world.case(reference).text) == LIGHT_TOO, "only one is left, who blocked us"
    heard_since(officer).hears(f"{reference} ผู้แจ้งปิดรับข้อความ")


def test_where_nobody_left_a_word_the_case_ends(world: World) -> None:
    reference = filed(world)
    second = joined(world).unsends(0)
    goes(world.citizen("U1"), reference)
    assert world.case(reference).status == "withdrawn"
    heard_since(second).hears(reference, "เรื่องจึงสิ้นสุด")


# --- many ------------------------------------------------------------------------------------------------------------


def test_ten_own_cases_hide_no_joined_one(world: World) -> None:
    reference = filed(world, "U9")
    citizen = world.citizen("U2")
    for number in range(11):
        citizen.says(f"อีกเรื่อง ขยะล้นถังไม่มีใครเก็บ ซอย {number + 20}").says("ส่งเรื่อง").hears("รหัสเรื่อง")
        world.now += timedelta(minutes=30)
    citizen.says(LIGHT_TOO).hears(ASKED).taps("ร่วมแจ้ง")
    citizen.says("เรื่องของฉัน").hears(f"1) {reference}", "10)").hears_not("11)")
