"""Follow instead of duplicate: somebody else has told of it already. Every dialogue runs on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handlers import access
from handlers.services import Svc
from storage import exports, history, joins, spots
from storage.tables import Attachment, CaseJoin, OutboxMessage
from storage.words import Role
from tests.flows.test_taken_back import PINK, deliver, places
from tests.world import Dialogue, World

ASKED = "ร่วมแจ้งด้วยไหม"
LIGHT = "ไฟถนนดับซอย 5"
LIGHT_TOO = "ไฟกิ่งซอย 5 ดับมา 3 คืนแล้ว มืดมากค่ะ"


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T9", Role.OFFICER, unit="ENG")


def filed(world: World, name: str = "U1", text: str = LIGHT) -> str:
    """Somebody tells of a matter and sends it; the reference."""
    return world.citizen(name).says(text).says("ส่งเรื่อง").reference


def joined(world: World, name: str = "U2", text: str = LIGHT_TOO, channel: str = "line") -> Dialogue:
    """Somebody else who tells of it, and joins."""
    return world.citizen(name, channel).says(text).hears(ASKED).taps("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย")


def rows(world: World) -> list[CaseJoin]:
    with world.db.reading() as session:
        return list(session.scalars(select(CaseJoin).order_by(CaseJoin.id)))


def to_the_end(officer: Dialogue, reference: str, result: str = "เปลี่ยนหลอดแล้ว") -> None:
    officer.says(f"/รับ {reference}").reports(reference, result).says(f"/ปิด {reference}")


# --- asked -----------------------------------------------------------------------------------------------------------


def test_second_person_joins_instead_of_telling_twice(world: World) -> None:
    reference = filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO)
    citizen.hears("มีผู้แจ้งแล้ว 1 ราย", "ไฟฟ้าและไฟส่องสว่าง ซอย 5", "ส่งหน่วยงานแล้ว", ASKED).hears_not("ตรวจอีกครั้ง")
    citizen.says("1").hears("ร่วมแจ้งเรียบร้อย", "มีผู้แจ้งร่วม 1 ราย")
    assert citizen.reference == reference
    assert citizen.card.reference == reference
    assert len(world.cases()) == 1
    third = world.citizen("U3", "telegram").says(LIGHT).hears("มีผู้แจ้งแล้ว 2 ราย")
    third.says("ร่วมแจ้งค่ะ").hears("มีผู้แจ้งร่วม 2 ราย")


def test_nothing_of_the_first_persons_words_is_shown(world: World) -> None:
    filed(world, text="ไฟกิ่งดับ ซอย 5 ข้างบ้านป้าสมศรีสีชมพู")
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED).hears_not(PINK, "สมศรี")
    citizen.says("ใช่").hears_not(PINK, "สมศรี")
    citizen.says("เรื่องของฉัน").hears("ไฟกิ่ง").hears_not(PINK, "สมศรี")
    citizen.says(citizen.card.reference).hears_not(PINK, "สมศรี")


def test_another_matter_goes_on_to_the_review_and_is_not_asked_again(world: World) -> None:
    filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).taps("คนละเรื่อง").hears("ตรวจอีกครั้ง").hears_not(ASKED)
    citizen.says("ดับมาตั้งแต่วันจันทร์").hears("ตรวจอีกครั้ง").hears_not(ASKED)
    citizen.says("แก้ไข").says("จุดเกิดเหตุ").says("ซอย 5").hears("ตรวจอีกครั้ง").hears_not(ASKED)
    citizen.says("ส่งเรื่อง").hears("รับเรื่องเรียบร้อย")
    assert len(world.cases()) == 2
    assert rows(world) == []


def test_pins_within_150_metres_are_one_spot(world: World) -> None:
    world.citizen("U1").sends_place(16.8211, 100.2659).says("น้ำท่วมขัง ท่อตัน").says("ส่งเรื่อง")
    far = world.citizen("U3").sends_place(16.8231, 100.2659).says("น้ำท่วมขัง ท่อตัน").hears("ตรวจอีกครั้ง")
    far.says("ยกเลิก")
    near = world.citizen("U2").sends_place(16.8220, 100.2659).says("น้ำท่วมขัง ท่อตันมาก").hears("จุดนี้มีผู้แจ้งแล้ว 1 ราย")
    near.taps("ร่วมแจ้ง")
    (row,) = rows(world)
    assert (row.lat, row.lon) == (16.8220, 100.2659)


@pytest.mark.parametrize(
    "text",
    [
        "ไฟถนนดับซอย 6",  # elsewhere
        "ไฟถนนดับซอย 5 หมู่ 9 ต.หนองทราย",  # of another agency
        "เสาไฟฟ้าเอียงจะล้ม ซอย 5",  # another trouble there
        "ขยะล้นถังไม่มีใครเก็บ ซอย 5",  # another category
    ],
)
def test_other_matters_are_not_asked_about(world: World, text: str) -> None:
    filed(world)
    world.citizen("U2").says(text).hears_not(ASKED)


def test_old_ended_and_mended_cases_are_not_offered(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    world.passes(days=61)
    world.citizen("U2").says(LIGHT_TOO).hears("ตรวจอีกครั้ง").says("ยกเลิก")
    world.passes(days=-61)
    to_the_end(officer, reference)
    world.citizen("U3").says(LIGHT_TOO).hears("ตรวจอีกครั้ง").says("ยกเลิก")
    officer.says(f"/ปิด {reference}")
    world.citizen("U4").says(LIGHT_TOO).hears("ตรวจอีกครั้ง")


def test_nobody_is_asked_about_secrets_danger_praise_or_wishes(world: World) -> None:
    texts = [
        "มีคนขายยาบ้าในซอย 5",
        "ร้านค้าหน้าตลาดสดโกงตาชั่ง",
        "เจ้าหน้าที่พูดจาไม่ดี หน้าอำเภอ",
        "เสนอให้ติดไฟเพิ่มซอย 5",
        "ขอชมพี่ ๆ กองช่าง ซ่อมไฟซอย 5 เร็วมาก",
        "สายไฟขาดตกกลางถนนซอย 5 มีประกายไฟ",
    ]
    for name in ("A", "B"):
        for number, text in enumerate(texts):
            person = world.citizen(f"{name}{number}").says(text).hears_not(ASKED)
            for _ in range(3):
                person.says("ส่งเรื่อง").hears_not(ASKED)
    assert rows(world) == []


def test_ones_own_case_is_never_offered(world: World) -> None:
    citizen = world.citizen("U1").says(LIGHT).says("ส่งเรื่อง")
    world.passes(days=2)
    citizen.says("อีกเรื่อง ไฟถนนดับซอย 5 อีกต้น").hears_not(ASKED)


def test_more_words_and_pictures_while_it_is_asked_are_kept(world: World, officer: Dialogue) -> None:
    filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED)
    citizen.sends_photo().hears(ASKED)
    citizen.says("เสาต้นที่ 12 ค่ะ").hears(ASKED)
    citizen.sends_sticker().hears(ASKED)
    citizen.says("เมนู").hears("เรื่องที่เริ่มไว้ยังอยู่").says("ทำต่อ").hears(ASKED)
    citizen.says("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย")
    officer.parts = []
    officer.says(f"/ดู {citizen.reference}").hears("ผู้แจ้งร่วม 1 ราย (เพิ่มข้อความ 2 รูป 1)", "เสาต้นที่ 12")
    with world.db.reading() as session:
        assert session.scalars(select(Attachment.case_id)).all() == [world.cases()[0].id]


def test_who_wants_to_send_sends(world: World) -> None:
    filed(world)
    world.citizen("U2").says(LIGHT_TOO).hears(ASKED).says("ส่งเรื่องเลย").hears("รับเรื่องเรียบร้อย")
    assert len(world.cases()) == 2


def test_cancelled_at_the_question_nothing_is_filed_or_joined(world: World) -> None:
    filed(world)
    world.citizen("U2").says(LIGHT_TOO).hears(ASKED).says("ยกเลิก").hears("ยกเลิกให้แล้ว")
    assert len(world.cases()) == 1
    assert rows(world) == []


def test_silence_files_it_like_any_draft(world: World) -> None:
    filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED)
    world.passes(hours=3)
    citizen.says("สวัสดีค่ะ").hears("ยังไม่ได้ส่ง").says("ทำต่อ").hears(ASKED)
    world.passes(hours=25)
    assert world.file_silent_drafts() == 1
    assert [world.opened(case.text) for case in world.cases()] == [LIGHT, LIGHT_TOO]


def test_closed_between_question_and_answer_is_said_and_filed(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED)
    to_the_end(officer, reference)
    citizen.taps("ร่วมแจ้ง").hears("เรื่องนั้นเพิ่งแจ้งผลหรือปิดไป", "รับเรื่องเรียบร้อย")
    assert len(world.cases()) == 2
    assert rows(world) == []


def test_closed_before_the_question_is_repeated_shows_the_review(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED)
    to_the_end(officer, reference)
    citizen.sends_sticker().hears("ตรวจอีกครั้ง").hears_not(ASKED)


def test_the_matter_that_waits_behind_comes_after_joining(world: World) -> None:
    filed(world)
    citizen = world.citizen("U2").says("ไฟถนนดับซอย 5 มืดมาก แล้วก็ขยะไม่มีใครมาเก็บ 3 วันแล้ว").says("แยกเรื่อง").hears(ASKED)
    citizen.taps("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย", "ต่อไปเรื่องที่แยกไว้", "ขยะ")
    citizen.says("ส่งเรื่อง").hears("รหัสเรื่อง")
    assert [case.category for case in world.cases()] == ["EL", "WS"]


# --- once ------------------------------------------------------------------------------------------------------------


def test_tapping_twice_and_redelivery_join_once(world: World) -> None:
    reference = filed(world)
    citizen = world.citizen("U2").says(LIGHT_TOO).hears(ASKED)
    body = {"channel": "line", "user_id": "U2", "chat_id": "U2", "kind": "text", "text": "ร่วมแจ้ง", "message_id": "tap"}
    name = world.put("line", "U2", body)
    world.put("line", "U2", body, event_id=name)  # LINE comes again
    world.work_off()
    citizen.listen().hears("ร่วมแจ้งเรียบร้อย")
    citizen.says("ร่วมแจ้ง").hears("ร่วมแจ้งเรื่อง", reference, "ไว้แล้ว")
    assert len(rows(world)) == len(world.cases()) == 1


def test_telling_it_again_after_joining_asks_same_or_new(world: World) -> None:
    filed(world)
    citizen = joined(world)
    world.passes(days=1)
    citizen.says("ไฟกิ่งซอย 5 ดับมา 3 คืนแล้ว ยังมืดมากค่ะ").hears("เรื่องเดิม").hears_not(ASKED)
    citizen.says("เรื่องเดิม").hears("เพิ่มในเรื่อง")
    assert len(world.cases()) == len(rows(world)) == 1


# --- news ------------------------------------------------------------------------------------------------------------


def test_every_news_reaches_everybody_once_on_their_own_channel(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    people = [joined(world), joined(world, "T2", LIGHT, channel="telegram")]
    first = world.citizen("U1").listen()
    everybody = [first, *people]

    def news() -> list[str]:
        for person in everybody:
            person.parts = []
            person.listen()
        return [person.text for person in everybody]

    news()
    officer.says(f"/รับ {reference}").says(f"/แจ้ง {reference} เข้าไปวันพุธ โทร 0812345678")
    told = news()
    assert ["เข้าไปวันพุธ" in text for text in told] == [True, False, False], "written to the first person alone"
    officer.reports(reference, "เปลี่ยนหลอดแล้ว โทรบอก 0812345678").says(f"/ปิด {reference}")
    told = news()
    assert all("เปลี่ยนหลอดแล้ว" in text for text in told)
    assert ["0812345678" in text for text in told] == [True, False, False]
    assert ["แก้จริงตามที่แจ้งไหม" in text for text in told] == [True, False, False]
    first.says(f"แก้แล้ว {reference}").hears("ปิดเรื่อง")
    assert ["ปิดเรื่องแล้ว" in text for text in news()] == [False, True, True]
    assert news() == ["", "", ""]
    first.says(f"ยังไม่แก้ {reference}").hears("เปิดเรื่อง")
    assert ["ใหม่แล้ว" in text for text in news()] == [False, True, True]
    with world.db.reading() as session:
        once = [key for key in session.scalars(select(OutboxMessage.once)) if key and ":j" in key]
    assert len(once) == len(set(once)) == 8


def test_what_one_who_joined_sees_after_the_result_is_news_for_officers(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world)
    to_the_end(officer, reference)
    officer.listen()
    officer.parts = []
    citizen.says("ยังไม่แก้").hears("เพิ่มของเรื่อง", reference)
    citizen.says("หลอดที่สองยังไม่ติดค่ะ").hears("เพิ่มในเรื่อง")
    officer.listen().hears(f"{reference} ผู้แจ้งส่งข้อมูลเพิ่ม")
    assert world.case(reference).status == "resolved"
    citizen.says(f"แก้แล้ว {reference}").hears("ยินดี")
    assert world.case(reference).status == "resolved"


def test_who_blocked_us_hears_it_on_coming_back(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world).does(kind="unfollow")
    to_the_end(officer, reference)
    citizen.listen()
    citizen.says("สวัสดี").hears("เปลี่ยนหลอดแล้ว")


# --- tracking --------------------------------------------------------------------------------------------------------


def test_joined_cases_stand_among_ones_own(world: World) -> None:
    reference = filed(world)
    citizen = joined(world)
    citizen.says("เรื่องของฉัน")
    assert citizen.card.reference == reference
    citizen.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").says("ส่งเรื่อง")
    citizen.says("เรื่องของฉัน").hears("1)", "2)", "(ร่วมแจ้ง)", reference)
    citizen.says("สวัสดี").hears("ยังไม่เสร็จ 2 เรื่อง")
    citizen.says(reference)
    assert citizen.card.reference == reference
    assert ("ผู้แจ้งร่วม", "1 ราย") in citizen.card.rows


def test_an_own_secret_opens_the_case_for_a_helper_without_the_first_persons_words(world: World) -> None:
    reference = filed(world, text="ไฟกิ่งดับ ซอย 5 ข้างบ้านสีชมพู")
    joined(world)
    (row,) = rows(world)
    secret = world.opened(row.secret) or ""
    helper = world.citizen("H1", "telegram").says(f"{reference} {secret}").hears("ไฟกิ่ง").hears_not(PINK)
    assert helper.card.reference == reference
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        assert access.case_by_secret(svc, "web:somebody", reference, secret).reference == reference
        first = world.opened(world.case(reference).secret) or ""
        assert access.joined_by_secret(svc, world.case(reference), first) is None


def test_a_picture_right_after_joining_and_words_later(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world)
    officer.listen()
    officer.parts = []
    citizen.sends_photo().hears("เพิ่มในเรื่อง", reference)
    citizen.says("เพิ่มรูป/ข้อมูล").hears(reference)
    citizen.says("เสาเบอร์ 14 ค่ะ").hears("เพิ่มในเรื่อง")
    assert world.opened(world.case(reference).text) == LIGHT, "the complainant's words stay theirs"
    officer.listen()
    assert officer.text.count("ส่งข้อมูลเพิ่ม") == 2
    officer.says(f"/ดู {reference}").hears("ผู้แจ้งร่วม 1 ราย (เพิ่มข้อความ 2 รูป 1)", "เสาเบอร์ 14")


def test_leaving_ends_the_news(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world)
    citizen.says("ยกเลิกเรื่อง").hears("เลิกร่วมแจ้ง", "ไฟกิ่ง")
    citizen.says("คงเรื่องไว้").hears("คงเรื่อง")
    citizen.says(f"ยกเลิก {reference}").says("ยืนยันยกเลิก").hears("เลิกร่วมแจ้ง")
    assert world.case(reference).status == "assigned"
    officer.says(f"/ดู {reference}").hears_not("ผู้แจ้งร่วม", "ไฟกิ่ง")
    to_the_end(officer, reference)
    citizen.parts = []
    citizen.listen().hears_nothing()
    citizen.says("เรื่องของฉัน").hears("ยังไม่มีเรื่อง")
    world.citizen("U1").says(f"ยังไม่แก้ {reference}")
    citizen.says(LIGHT_TOO).hears(ASKED).taps("ร่วมแจ้ง").hears("มีผู้แจ้งร่วม 1 ราย")
    assert len(rows(world)) == 1


def test_the_first_one_going_takes_nothing_from_those_who_joined(world: World, officer: Dialogue) -> None:
    first = world.citizen("U1").says("ไฟกิ่งดับ ซอย 5 ข้างบ้านสีชมพู โทร 0812345678").says("ส่งเรื่อง")
    reference = first.reference
    second, third = joined(world), joined(world, "U3")
    first.says("ยกเลิกเรื่อง").says("ยืนยันยกเลิก").hears("ยกเลิกเรื่อง", reference)
    case = world.case(reference)
    assert (case.status, world.opened(case.text), case.contact) == ("assigned", LIGHT_TOO, None)
    officer.parts = []
    officer.listen().hears("ผู้แจ้งคนแรกยกเลิก")
    officer.says(f"/ดู {reference}").hears("ผู้แจ้งร่วม 1 ราย", LIGHT_TOO).hears_not(PINK)
    first.says("เรื่องของฉัน").hears("ยังไม่มีเรื่อง")
    first.says(reference).hears("รหัสลับ")
    for person in (first, second, third):
        person.parts = []
    to_the_end(officer, reference)
    first.listen().hears_nothing()
    second.listen().hears("แก้จริงตามที่แจ้งไหม")
    third.listen().hears("เปลี่ยนหลอดแล้ว").hears_not("แก้จริง")
    second.says("แก้แล้ว").hears("ปิดเรื่อง")
    deliver(world)
    first.unsends(0)
    assert places(world, PINK) == []
    assert places(world, "ไฟกิ่งซอย 5") != []


def test_the_only_one_going_ends_the_case(world: World) -> None:
    first = world.citizen("U1").says(LIGHT).says("ส่งเรื่อง")
    joined(world).says("ยกเลิกเรื่อง").says("ยืนยันยกเลิก")
    first.says("ยกเลิกเรื่อง").says("ยืนยันยกเลิก")
    assert world.cases()[0].status == "withdrawn"


# --- officers --------------------------------------------------------------------------------------------------------


def test_officers_are_told_once_for_each_who_joins_and_see_masked_words(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    officer.listen()
    officer.parts = []
    joined(world, text=f"{LIGHT_TOO} โทร 081-234-5678")
    officer.listen()
    assert officer.text.count(f"{reference} ผู้แจ้งส่งข้อมูลเพิ่ม") == 1
    officer.says(f"/ดู {reference}").hears("ผู้แจ้งร่วม 1 ราย", "ไฟกิ่ง", "[เบอร์โทร]").hears_not("234-5678")


def test_an_officer_sees_that_it_is_this_spot_again(world: World, officer: Dialogue) -> None:
    first = filed(world)
    to_the_end(officer, first)
    officer.says(f"/ปิด {first}")
    world.passes(days=90)
    second = filed(world, "U2", LIGHT_TOO)
    officer.says(f"/ดู {second}").hears("จุดเดิมครั้งที่ 2", first)
    officer.says(f"/ดู {first}").hears_not("จุดเดิม")


def test_the_export_keeps_its_fields_and_the_messages_name_the_case(world: World) -> None:
    reference = filed(world)
    joined(world)
    with world.db.reading() as session:
        zone, mask = world.tools.zone, world.tools.mask
        (row,) = exports.cases(session, zone, True, lambda _case: False, mask)
        told = [line for line in exports.messages(session, zone, True, lambda _c, _b: "") if line["reference"]]
        assert spots.joined_count(session, world.cases()[0].id) == 1
    assert list(row) == exports.CASE_FIELDS
    assert row["text"] == LIGHT
    assert {line["reference"] for line in told} == {reference}
    assert {line["text"] for line in told} == {LIGHT, LIGHT_TOO}


# --- taken back, or said better --------------------------------------------------------------------------------------


def test_words_of_one_who_joined_are_taken_back_everywhere(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world, text="ไฟถนนดับ หน้าบ้านสีชมพู ซอย 5")
    officer.says(f"/ดู {reference}").hears(PINK)
    deliver(world)
    citizen.unsends(0).hears("ลบข้อความนั้นแล้ว")
    assert places(world, PINK) == []
    (row,) = rows(world)
    assert (row.said, row.masked, row.place) == (None, None, None)
    assert world.opened(world.case(reference).text) == LIGHT
    officer.says(f"/ดู {reference}").hears("ผู้แจ้งร่วม 1 ราย (เพิ่มข้อความ 0 รูป 0)", LIGHT)
    with world.db.transaction() as session:
        assert history.verify(session).broken_at is None


def test_the_first_persons_place_is_taken_back_though_another_said_it_too(world: World) -> None:
    first = world.citizen("U1").says(LIGHT).says("ส่งเรื่อง")
    reference = first.reference
    joined(world, text=LIGHT)
    first.unsends(0)
    case = world.case(reference)
    assert (case.text, case.place) == (None, None)
    (row,) = rows(world)
    assert world.opened(row.place) == "ซอย 5"


def test_same_words_of_two_people_one_takes_back(world: World, officer: Dialogue) -> None:
    """What waits to be sent to officers about the first person keeps that person's words."""
    filed(world)
    citizen = joined(world, text=LIGHT)
    citizen.unsends(0)
    officer.heard, officer.parts = set(), []
    officer.listen().hears(f"“{LIGHT}”")


def test_a_photo_of_one_who_joined_is_taken_back(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world).sends_photo().unsends()
    assert citizen.parts
    officer.says(f"/ดู {reference}").hears("เพิ่มข้อความ 1 รูป 0")


def test_edited_words_take_the_place_of_the_old(world: World, officer: Dialogue) -> None:
    reference = filed(world)
    citizen = joined(world, "T2", "ไฟถนนดับ หน้าบ้านสีชมพู ซอย 5", channel="telegram")
    citizen.edits("ไฟถนนดับสองดวง ซอย 5", 0).hears("แก้ข้อความในเรื่อง", reference)
    (row,) = rows(world)
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        assert [words for _at, words in session.keys.open_data(row.said)] == ["ไฟถนนดับสองดวง ซอย 5"]
        assert svc.session.keys.open_text(row.place) == "ซอย 5"
    officer.says(f"/ดู {reference}").hears("สองดวง", LIGHT).hears_not(PINK)


def test_edited_at_the_question_to_another_place(world: World) -> None:
    filed(world)
    citizen = world.citizen("T2", "telegram").says(LIGHT_TOO).hears(ASKED)
    citizen.edits("ไฟกิ่งซอย 9 ดับมา 3 คืนแล้ว").hears("ตรวจอีกครั้ง", "ซอย 9").hears_not(ASKED)


def test_who_left_may_still_take_words_back(world: World) -> None:
    filed(world)
    citizen = joined(world, text="ไฟถนนดับ หน้าบ้านสีชมพู ซอย 5")
    deliver(world)
    citizen.says("ยกเลิกเรื่อง").says("ยืนยันยกเลิก")
    deliver(world)
    citizen.unsends(0)
    assert places(world, PINK) == []
    with world.db.reading() as session:
        assert joins.of_case(session, world.cases()[0].id) == []
