"""`/ใหม่`: an officer writes a matter down for somebody who came, rang or wrote."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handlers.actions import notices
from handlers.services import Svc
from storage import attached, cases, exports, history
from storage.tables import Case, OutboxMessage
from storage.words import Role, Status
from tests.flows.test_groups import officers_room
from tests.world import Dialogue, World


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T9", Role.OFFICER, unit="ENG")


def only(world: World) -> Case:
    (case,) = world.cases()
    return case


def exported(world: World) -> list[dict[str, object]]:
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        zone, late = world.tools.zone, lambda case: notices.is_overdue(svc, case)
        return list(exports.cases(session, zone, False, late, world.tools.mask))


def through(officer: Dialogue, channel: str = "โทรศัพท์") -> Dialogue:
    """Up to the question whose matter it is."""
    officer.says("/ใหม่").hears("เรื่องนี้มาทางใด").taps(channel).hears("ผู้แจ้งบอกว่าอย่างไร")
    return officer.says("ไฟถนนดับสามดวง").hears("เกิดที่ไหน").says("ซอย 5 หน้าวัดใหม่").hears("ชื่อและเบอร์โทร")


# --- one line --------------------------------------------------------------------------------------------------------


def test_one_line_is_a_case_like_any_other(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ โทรศัพท์ ไฟถนนดับ ซอย 5 โทรกลับ 0812345678").hears("บันทึกแล้ว", "รหัสลับ", "กองช่าง")
    case = only(world)
    assert (case.channel, case.account_id, case.conversation_id) == ("phone", None, None)
    assert (case.category, case.unit_code, case.status) == ("EL", "ENG", Status.ASSIGNED)
    assert world.opened(case.contact) == "0812345678"
    assert world.opened(case.place) == "ซอย 5"
    officer.hears(f"https://pratu.example/track/{case.reference}?s={world.opened(case.secret)}")
    assert "recording" not in str(officer.choices)
    with world.db.transaction() as session:
        first = cases.updates(session, [case.id])[0]
        assert (first.what, first.status, first.by) == ("recorded", "received", "officer")
        assert first.person_id is not None
        assert history.verify(session).broken_at is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ด้วยตนเอง", "walkin"),
        ("โทร", "phone"),
        ("จดหมาย", "letter"),
        ("ตู้", "box"),
        ("หน่วยเคลื่อนที่", "mobile_unit"),
        ("กระทรวง", "ministry"),
        ("๑๑๑๑", "c1111"),
        ("ศดธ.", "damrongdham"),
        ("เว็บไซต์", "web"),
        ("โทรสาร", "fax"),
    ],
)
def test_export_shows_the_channels_code(world: World, officer: Dialogue, typed: str, code: str) -> None:
    officer.says(f"/new {typed} ถนนเป็นหลุมลึก ซอย 7").hears("บันทึกแล้ว")
    (row,) = exported(world)
    assert row["channel"] == code
    events = row["events"]
    assert isinstance(events, list)
    assert events[0]["status"] == "received"


def test_a_day_of_receipt_moves_every_date(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ จดหมาย รับเมื่อ 20 พ.ย. 69 ไฟถนนดับ ซอย 5").hears("รับ ศ. 20 พ.ย. 69")
    case = only(world)
    assert case.counted_from.isoformat() == "2026-11-20"
    assert case.masked == "ไฟถนนดับ ซอย 5"
    officer.says("/ใหม่ จดหมาย รับเมื่อ 30 ก.ย. ไฟถนนดับ ซอย 6").hears("69-")
    officer.says("/ใหม่ จดหมาย รับเมื่อ 20 พ.ย. 75 ไฟถนนดับ ซอย 5").hears("อ่านวันรับไม่ได้")
    assert len(world.cases()) == 2


# --- step by step ----------------------------------------------------------------------------------------------------


def test_step_by_step_to_the_review_and_saved(world: World, officer: Dialogue) -> None:
    through(officer).says("สมศรี ใจดี 081-234-5678").hears("ตรวจก่อนบันทึก", "โทร: 0812345678", "ผู้แจ้ง: สมศรี ใจดี")
    officer.taps("บันทึก").hears("บันทึกแล้ว")
    case = only(world)
    assert world.opened(case.complainant) == "สมศรี ใจดี"
    assert world.opened(case.contact) == "0812345678"
    assert world.opened(case.text) == "ไฟถนนดับสามดวง"
    assert world.opened(case.place) == "ซอย 5 หน้าวัดใหม่"
    assert case.complainant is not None
    assert "สมศรี".encode() not in case.complainant
    officer.says(f"/ดู {case.reference}").hears("ผู้แจ้ง: สมศรี ใจดี", "โทรกลับ: 0812345678")


def test_a_letter_has_a_number_and_a_date(world: World, officer: Dialogue) -> None:
    through(officer, "จดหมาย/หนังสือ").taps("ไม่ประสงค์ออกนาม").hears("เลขหนังสือ")
    officer.says("พล 0017/123 ลงวันที่ 40 พ.ย. 69").hears("เลขหนังสือ")
    officer.says("พล 0017/123 ลงวันที่ 18 พ.ย. 69").hears("พล 0017/123 พ. 18 พ.ย. 69", "ไม่ประสงค์ออกนาม")
    officer.says("บันทึก").hears("ไม่มีชื่อหรือเบอร์")
    case = only(world)
    assert (case.external_ref, str(case.external_on)) == ("พล 0017/123", "2026-11-18")
    assert case.complainant is None
    officer.says(f"/ดู {case.reference}").hears("พล 0017/123")


def test_photos_and_a_pin_at_any_step(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ โทรศัพท์").sends_photo("p1").hears("ผู้แจ้งบอกว่าอย่างไร")
    officer.sends_photo("p2", caption="ถนนเป็นหลุมลึก").hears("เกิดที่ไหน")
    officer.sends_place(16.82, 100.26).hears("ชื่อและเบอร์โทร").taps("ข้าม").hears("รูป/ไฟล์: 2").taps("บันทึก")
    case = only(world)
    assert (case.lat, case.lon) == (16.82, 100.26)
    with world.db.reading() as session:
        assert attached.count_photos(session, case.id) == 2


def test_what_stands_in_the_words_is_not_asked(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ ไฟถนนดับ ซอย 5").hears("มาทางใด").says("เดินมา").hears("ไม่รู้จักช่องทางนี้")
    officer.says("ตู้").hears("ชื่อและเบอร์โทร").hears_not("เกิดที่ไหน")


def test_bad_answers_are_put_right_politely(world: World, officer: Dialogue) -> None:
    through(officer).says("สมศรี 08123456").hears("เบอร์โทรไม่ครบ")
    officer.says("สมศรี 1101700230708").hears("ไม่ต้องใช้เลขบัตร")
    officer.says("รับเมื่อ พรุ่งนี้").hears("อ่านวันรับไม่ได้")
    officer.sends_sticker().hears("ชื่อและเบอร์โทร")
    officer.says("สมศรี บ้านเลขที่ 12/3 หมู่ 4 ต.ท่าทอง 65000").hears("ตรวจก่อนบันทึก")
    officer.says("รับเมื่อ เมื่อวาน").hears("รับเมื่อ: จ. 23 พ.ย. 69")
    officer.says("ดับตั้งแต่วันจันทร์").hears("ดับตั้งแต่วันจันทร์").says("ใช่").hears("บันทึกแล้ว")
    assert world.opened(only(world).complainant) == "สมศรี บ้านเลขที่ 12/3 หมู่ 4 ต.ท่าทอง 65000"


def test_cancel_ends_it_at_every_step(world: World, officer: Dialogue) -> None:
    for word in ("/ยกเลิก", "ยกเลิก", "/cancel"):
        through(officer).says(word).hears("ยกเลิกแล้ว")
    officer.says("/คิว").hears("ว่าง")
    assert world.cases() == []


def test_other_commands_work_meanwhile_and_old_recordings_end(world: World, officer: Dialogue) -> None:
    through(officer).says("/คิว").hears("คิวของ")
    officer.says("สมศรี").hears("ตรวจก่อนบันทึก")
    world.passes(hours=25)
    officer.says("บันทึก").hears_not("บันทึกแล้ว")
    assert world.cases() == []


def test_an_officers_own_draft_waits_and_goes_on(world: World, officer: Dialogue) -> None:
    officer.says("ขยะไม่มาเก็บ ซอย 9").hears("ตรวจอีกครั้ง")
    through(officer).says("ข้าม").says("บันทึก").hears("บันทึกแล้ว")
    officer.says("ส่งเรื่อง")
    recorded, own = world.cases()
    assert (recorded.channel, own.channel) == ("phone", "telegram")
    assert own.account_id is not None
    assert "ขยะ" in (own.masked or "")


def test_danger_told_by_telephone_is_urgent_at_once(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ โทรศัพท์ ไฟไหม้บ้าน ซอย 5 มีคนติดอยู่ข้างใน").hears("199", "บันทึกแล้ว")
    case = only(world)
    assert case.urgent
    assert case.kind == "emergency"


# --- taken back ------------------------------------------------------------------------------------------------------


def test_words_taken_back_leave_the_recording_and_the_case(world: World, officer: Dialogue) -> None:
    through(officer).unsends(-2)
    officer.says("ข้าม").hears("ยังไม่ได้ข้อความเรื่อง")
    officer.says("น้ำท่วมขัง ท่อตัน ซอย 6").hears("ชื่อและเบอร์โทร")
    officer.says("ข้าม").hears("ตรวจก่อนบันทึก", "ท่อตัน").hears_not("ไฟถนนดับ")
    officer.says("บันทึก").hears("บันทึกแล้ว")
    case = only(world)
    assert world.opened(case.text) == "น้ำท่วมขัง ท่อตัน ซอย 6"
    officer.unsends(-3)
    assert only(world).text is None
    officer.says("/ค้น ท่อตัน").hears("ไม่พบ")


def test_a_name_taken_back_is_gone(world: World, officer: Dialogue) -> None:
    through(officer).says("สมศรี ใจดี 0812345678").says("บันทึก").hears("บันทึกแล้ว")
    officer.unsends(-2)
    case = only(world)
    assert (case.complainant, case.contact) == (None, None)
    assert world.opened(case.text) == "ไฟถนนดับสามดวง"


def test_who_joins_takes_only_their_own_words_back(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ โทรศัพท์ ไฟถนนดับซอย 5").hears("บันทึกแล้ว")
    citizen = world.citizen("U2").says("ไฟกิ่งซอย 5 ดับมา 3 คืนแล้ว มืดมากค่ะ").taps("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย")
    citizen.unsends(0)
    case = only(world)
    assert world.opened(case.text) == "ไฟถนนดับซอย 5"
    assert world.opened(case.place) == "ซอย 5"


# --- no chat to answer in --------------------------------------------------------------------------------------------


def test_the_whole_way_without_a_chat(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ โทรศัพท์ ไฟถนนดับ ซอย 5")
    reference = only(world).reference
    for command in (f"/รับ {reference}", f"/แจ้ง {reference} พรุ่งนี้เข้าไป"):
        officer.says(command).hears(reference)
    officer.reports(reference, "เปลี่ยนหลอดแล้ว").hears(reference)
    officer.says(f"/ปิด {reference}").hears(reference)
    assert world.case(reference).status == Status.RESOLVED
    with world.db.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.channel != "telegram")).all()
        assert told == []


def test_a_helper_follows_it_by_the_secret(world: World, officer: Dialogue) -> None:
    officer.says("/ใหม่ จดหมาย ไฟถนนดับ ซอย 5")
    case = only(world)
    stranger = world.citizen("U7").says(case.reference).hears("รหัสลับ").hears_not("ไฟถนนดับ")
    stranger.says(world.opened(case.secret) or "").hears("กองช่าง")


# --- groups and strangers --------------------------------------------------------------------------------------------


def test_in_a_group_one_line_and_the_secret_goes_to_the_officer_alone(world: World) -> None:
    room = officers_room(world, Role.OFFICER, "ENG")
    alone = Dialogue(world, "telegram", "officer")
    room.says("/ใหม่").hears("พิมพ์ช่องทางแล้วตามด้วยเรื่อง")
    room.says("ไฟถนนดับ").hears_not("บันทึกแล้ว")
    room.says("/ใหม่ โทรศัพท์ ไฟถนนดับ ซอย 5").hears("บันทึกแล้ว", "ไฟถนนดับ ซอย 5")
    case = world.cases()[-1]
    secret = world.opened(case.secret) or ""
    room.hears_not(secret)
    alone.listen().hears(case.reference, secret)


def test_in_a_group_no_names_and_no_numbers(world: World) -> None:
    room = officers_room(world, Role.OFFICER, "ENG")
    for words in ("โทรกลับ 0812345678", "ผู้แจ้งคือนายสมชาย ใจดี", "บัตร 1101700230708"):
        room.says(f"/ใหม่ โทรศัพท์ ไฟถนนดับ ซอย 5 {words}").hears("แชตส่วนตัว").hears_not("สมชาย", "0812345678")
    assert world.cases() == []


def test_a_secret_matter_is_not_repeated_in_a_group(world: World) -> None:
    room = officers_room(world)
    room.says("/ใหม่ โทรศัพท์ มีการเรียกเงินใต้โต๊ะตอนขออนุญาตก่อสร้าง").hears("บันทึกแล้ว").hears_not("เรียกเงิน")
    assert only(world).confidential


def test_strangers_and_former_officers_cannot(world: World, officer: Dialogue) -> None:
    world.citizen("U5").says("/ใหม่ โทรศัพท์ ไฟถนนดับ ซอย 5").hears("สำหรับเจ้าหน้าที่")
    through(officer)
    with world.db.transaction() as session:
        from handlers.actions import people

        people.leave(Svc(session, world.now, world.tools), "DEMO", "T9", None)
    officer.says("สมศรี").hears_not("ตรวจก่อนบันทึก")
    assert world.cases() == []
