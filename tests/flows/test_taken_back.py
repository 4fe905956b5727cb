"""Taken back, or said better: nothing of the old words is left anywhere, and nobody's other words are harmed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers.actions import people as joining
from handlers.actions import reached
from handlers.messages import from_json
from handlers.services import Svc
from storage import conversations, history, outbox, sending
from storage.sending import Claimed
from storage.tables import Attachment, Base, InboxEvent, Message, OutboxMessage
from storage.words import OutboxState, Role
from tests.world import Dialogue, World

PINK = "สีชมพู"


def places(world: World, word: str) -> list[str]:
    """Every table and column of the database that still holds this word, sealed or not."""
    found = []
    with world.db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found += [f"{table.name}.{name}" for name, value in row.items() if word in _shown(world, value)]
    return found


def _shown(world: World, value: Any) -> str:
    if not isinstance(value, bytes):
        return json.dumps(value, ensure_ascii=False, default=str)
    try:
        plain = world.db.keys.open(value).decode("utf-8", "replace")
    except Exception:  # a salt
        return ""
    try:
        return json.dumps(json.loads(plain), ensure_ascii=False)
    except ValueError:
        return plain


def claim(world: World) -> list[Claimed]:
    with world.db.transaction() as session:
        return sending.claim(session, "worker", world.now, limit=1000)


def arrive(world: World, sent: list[Claimed]) -> None:
    """What delivery writes down when the platform took it."""
    for message in sent:
        texts = [getattr(from_json(part), "text", "") for part in message.parts]
        with world.db.transaction() as session:
            sending.settle(session, message.id, OutboxState.SENT, world.now)
            taken = reached.Taken(texts, [{} for _text in texts], [f"o{message.id}-{n}" for n, _ in enumerate(texts)])
            reached.note(session, world.tools, message, reached.Ending(OutboxState.SENT), [taken], world.now)


def deliver(world: World) -> None:
    while sent := claim(world):
        arrive(world, sent)


def waiting(world: World) -> list[OutboxMessage]:
    with world.db.reading() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.parts.is_not(None))))


def hold(world: World) -> None:
    """The month's pushes are used up."""
    later = world.now + timedelta(hours=1)
    while taken := claim(world):
        for message in taken:
            with world.db.transaction() as session:
                sending.settle(session, message.id, OutboxState.HELD, world.now, error=outbox.QUOTA, again_at=later)


def chain_holds(world: World) -> bool:
    with world.db.transaction() as session:
        return history.verify(session).broken_at is None


def tell(person: Dialogue, *texts: str) -> str:
    """Tell a matter and send it; the reference."""
    for text in texts:
        person.says(text)
    return person.says("ส่งเรื่อง").reference


def shows(world: World, officer: Dialogue, reference: str) -> Dialogue:
    return officer.says(f"/ดู {reference}")


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T9", Role.OFFICER, unit="ENG")


# --- unsent --------------------------------------------------------------------------------------------------------


def test_words_added_later_leave_no_trace(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    reference = tell(citizen, "ไฟถนนดับซอย 5")
    citizen.says("เพิ่มข้อมูล").says("คนทำคือป้าสมศรีบ้านสีชมพู ข้างวัด")
    shows(world, officer, reference).hears(PINK)
    deliver(world)
    citizen.unsends()
    assert places(world, PINK) == []
    shows(world, officer, reference).hears("ไฟถนนดับ", "ผู้แจ้งยกเลิกข้อความ").hears_not(PINK)
    assert chain_holds(world)


def test_edited_words_added_later_are_replaced_for_officers(world: World, officer: Dialogue) -> None:
    citizen = world.citizen(channel="telegram")
    reference = tell(citizen, "ไฟถนนดับซอย 5")
    citizen.says("เพิ่มข้อมูล").says("คนทำคือป้าสมศรีบ้านสีชมพู").edits("คนทำไม่ทราบชื่อ").hears(reference)
    shows(world, officer, reference).hears("คนทำไม่ทราบชื่อ", "ไฟถนนดับ").hears_not(PINK)
    assert chain_holds(world)


def test_a_pin_leaves_the_draft_with_its_address(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ").sends_place(16.5, 100.1, "บ้านเลขที่ 9 สีชมพู").unsends()
    case = world.case(citizen.says("ส่งเรื่อง").reference)
    assert (case.lat, case.lon, world.opened(case.place)) == (None, None, None)
    assert places(world, PINK) == []


def test_a_pin_leaves_the_case_with_its_address(world: World, officer: Dialogue) -> None:
    citizen = world.citizen().says("ไฟถนนดับ").sends_place(16.5, 100.1, "บ้านเลขที่ 9 สีชมพู")
    reference = citizen.says("ส่งเรื่อง").reference
    officer.listen()
    deliver(world)
    citizen.unsends(1)
    case = world.case(reference)
    assert (case.lat, case.lon, case.place, case.place_masked) == (None, None, None, None)
    assert places(world, PINK) == []
    shows(world, officer, reference).hears("ไฟถนนดับ").hears_not("16.5")


def test_a_place_that_was_said_twice_stays(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("เสาไฟเอียงด้วย ปากซอย 5")
    reference = citizen.says("ส่งเรื่อง").reference
    citizen.unsends(1)
    assert world.opened(world.case(reference).place) == "ซอย 5"


def test_place_in_thai_digits_goes_too(world: World) -> None:
    citizen = world.citizen()
    reference = tell(citizen, "ไฟถนนดับ ซอย ๕")
    assert world.case(reference).place is not None
    citizen.unsends(0)
    assert world.case(reference).place is None


def test_what_is_still_to_be_sent_loses_the_words_and_keeps_the_news(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    reference = tell(citizen, "ไฟถนนดับซอย 5 บ้านสีชมพู")
    officer.listen().hears(PINK)
    citizen.unsends(0)
    assert places(world, PINK) == []
    officer.heard, officer.parts = set(), []
    officer.listen().hears("เรื่องใหม่", reference, "“…”").hears_not(PINK)


def test_what_is_held_for_better_times_loses_the_words(world: World) -> None:
    world.officer("T8", Role.OFFICER, unit="ENG", channel="line")
    citizen = world.citizen().says("ไฟไหม้บ้านป้าสมศรีสีชมพู ซอย 5")
    hold(world)
    assert {row.state for row in waiting(world)} == {OutboxState.HELD}
    citizen.unsends(0)
    assert places(world, PINK) == []


def test_what_is_on_its_way_is_not_written_down_when_it_arrives(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    tell(citizen, "ไฟถนนดับซอย 5 บ้านสีชมพู")
    taken = []
    while more := claim(world):
        taken += more
        for message in more:  # what comes next in a chat may go out too
            with world.db.transaction() as session:
                session.get_one(OutboxMessage, message.id).state = OutboxState.UNCERTAIN
    with world.db.transaction() as session:
        for message in taken:
            session.get_one(OutboxMessage, message.id).state = OutboxState.SENDING
    citizen.unsends(0)
    arrive(world, taken)
    assert places(world, PINK) == []


@pytest.mark.parametrize("when", ["before it is sent", "after it was sent"])
@pytest.mark.parametrize("filed", [False, True])
def test_calls_for_help_lose_the_words(world: World, when: str, filed: bool) -> None:
    intake = world.officer("T7", Role.INTAKE)
    citizen = world.citizen().says("ไฟไหม้บ้านป้าสมศรีสีชมพู")
    intake.listen().hears(PINK)
    if when == "after it was sent":
        deliver(world)
    if filed:
        citizen.says("ซอย 5").hears("รหัสเรื่อง")
    citizen.unsends(0)
    assert places(world, PINK) == []


def test_a_call_for_help_that_was_held_loses_the_words_where_it_went_along(world: World) -> None:
    intake = world.officer("T7", Role.INTAKE, channel="line")
    deliver(world)
    citizen = world.citizen().says("ไฟไหม้บ้านป้าสมศรีสีชมพู")
    hold(world)
    intake.listen()
    intake.says("/คิว").hears(PINK)
    deliver(world)
    citizen.unsends(0)
    assert places(world, PINK) == []


def test_a_long_view_that_was_cut_goes_as_a_whole(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    reference = tell(citizen, "ไฟถนนดับซอย 5 " + "มืดมาก " * 100 + "บ้านสีชมพู")
    officer.listen()
    deliver(world)
    officer.says(f"/ดู {reference}")
    for message in claim(world):
        whole = str(message.parts[0]["text"])
        with world.db.transaction() as session:
            sending.settle(session, message.id, OutboxState.SENT, world.now)
            taken = reached.Taken([whole[:300], whole[300:]], [{}, {}], ["a", "b"])
            reached.note(session, world.tools, message, reached.Ending(OutboxState.SENT), [taken], world.now)
    citizen.unsends(0)
    assert places(world, PINK) == []


def test_only_the_bubbles_about_it_are_blanked(world: World, officer: Dialogue) -> None:
    other, citizen = world.citizen("U2"), world.citizen()
    tell(other, "ไฟถนนดับซอย 5")
    tell(citizen, "ไฟถนนดับซอย 5")
    deliver(world)
    with world.db.reading() as session:
        before = session.scalars(select(Message.id).where(Message.direction == "out", Message.text.is_(None))).all()
    assert before == []
    citizen.unsends(0)
    lane = outbox_lane(world, other)
    with world.db.reading() as session:
        rows = session.scalars(select(Message).where(Message.direction == "out", Message.conversation_id == lane)).all()
        assert rows
        assert all(row.text is not None for row in rows)


def outbox_lane(world: World, person: Dialogue) -> int:
    from storage.inbox import lane_of

    with world.db.reading() as session:
        found = conversations.by_lane(session, lane_of(session.keys, person.channel, person.name))
        assert found is not None
        return found.id


TWO = "ไฟถนนดับซอย 5 บ้านสีชมพู แล้วก็ขยะไม่มีใครมาเก็บ 3 วันแล้ว"


def test_a_message_in_two_cases_leaves_both(world: World, officer: Dialogue) -> None:
    citizen = world.citizen().says(TWO).says("แยกเรื่อง").says("ส่งเรื่อง").says("ส่งเรื่อง")
    assert len(world.cases()) == 2
    deliver(world)
    citizen.unsends(0)
    for case in world.cases():
        assert (case.text, case.masked, case.place) == (None, None, None)
    citizen.hears(*(case.reference for case in world.cases()))
    for word in (PINK, "ขยะไม่มีใคร"):
        assert places(world, word) == []


def test_a_place_shared_with_the_second_matter_goes_from_both(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับมืดมาก แล้วก็ขยะไม่มีใครมาเก็บ 3 วันแล้ว").says("แยกเรื่อง")
    citizen.says("หน้าบ้านสีชมพู ซอย 5")
    number = len(citizen.sent) - 1
    citizen.says("ส่งเรื่อง").says("ส่งเรื่อง")
    assert len(world.cases()) == 2
    assert all(PINK in (world.opened(case.place) or "") for case in world.cases())
    citizen.unsends(number)
    assert [case.place for case in world.cases()] == [None, None]
    assert places(world, PINK) == []


def test_pictures_and_pin_stay_with_the_first_of_two(world: World) -> None:
    citizen = world.citizen().sends_photo(caption=TWO).says("แยกเรื่อง").says("ส่งเรื่อง").says("ส่งเรื่อง")
    first, second = world.cases()
    with world.db.reading() as session:
        assert session.scalars(select(Attachment.case_id)).all() == [first.id]
    assert "ขยะ" in (world.opened(second.text) or "")
    assert citizen.parts


def test_unsent_while_we_ask_whether_it_is_two(world: World) -> None:
    world.citizen("U2").says(TWO).sends_photo().unsends(0).says("แยกเรื่อง")
    citizen = world.citizen().sends_photo().says(TWO).hears("แยก").unsends()
    citizen.says("แยกเรื่อง")
    assert citizen.parts
    assert places(world, PINK) == []


@pytest.mark.parametrize("take", ["sends_photo", "sends_voice", "sends_video"])
def test_what_is_unsent_is_not_counted(world: World, take: str) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5")
    getattr(citizen, take)()
    citizen.hears(": 1")
    citizen.unsends().says("ดับมาสามวัน").hears("ตรวจอีกครั้ง").hears_not("รูป: ", "ข้อความเสียง", "ไฟล์แนบ")


def test_a_draft_without_words_knows_nothing(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับซอย 5").sends_photo().unsends(0)
    citizen.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").hears("ขยะ").hears_not("ไฟฟ้า")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (["ไฟถนนดับซอย 5", "ส่งเรื่อง"], "ไฟถนนดับ มืดมาก บ้านสีชมพู"),  # same or new?
        ([], "ทำบัตรประชาชนใช้อะไรบ้าง ให้ป้าบ้านสีชมพู"),  # was that the answer?
    ],
)
def test_what_waits_for_an_answer_goes_too(world: World, before: list[str], said: str) -> None:
    citizen = world.citizen()
    for text in before:
        citizen.says(text)
    citizen.says(said).unsends()
    assert places(world, PINK) == []


# --- unsent before it came -----------------------------------------------------------------------------------------


def test_unsent_before_it_came(world: World) -> None:
    citizen = world.citizen()
    citizen.does(kind="unsend", message_id="late").hears_nothing()
    citizen.does(kind="text", text="ไฟถนนดับซอย 5 บ้านสีชมพู", message_id="late").hears_nothing()
    assert places(world, PINK) == []
    with world.db.reading() as session:
        assert session.scalars(select(InboxEvent.body).order_by(InboxEvent.id.desc())).first() is None


def test_a_picture_unsent_before_it_came_is_not_fetched(world: World) -> None:
    citizen = world.citizen().does(kind="unsend", message_id="late")
    citizen.does(kind="image", media={"ref": PINK}, message_id="late").hears_nothing()
    assert places(world, PINK) == []
    with world.db.reading() as session:
        assert session.scalars(select(Attachment.id)).all() == []


def test_unsending_in_one_chat_touches_no_other(world: World) -> None:
    world.citizen("U2").does(kind="unsend", message_id="same-id")
    world.citizen().does(kind="text", text="ไฟถนนดับซอย 5", message_id="same-id").hears("ตรวจอีกครั้ง")


# --- edited --------------------------------------------------------------------------------------------------------


def test_words_put_below_a_photo_are_taken(world: World) -> None:
    citizen = world.citizen(channel="telegram").sends_photo().edits("ถนนพังหน้าวัดใหม่ หมู่ 3").hears("แก้ตามที่พิมพ์ใหม่")
    case = world.case(citizen.says("ส่งเรื่อง").reference)
    assert (case.category, world.opened(case.text)) == ("RD", "ถนนพังหน้าวัดใหม่ หมู่ 3")


def test_words_put_below_a_photo_of_a_case_are_taken(world: World) -> None:
    citizen = world.citizen(channel="telegram").says("ถนนพังหน้าวัดใหม่ หมู่ 3").sends_photo().says("ส่งเรื่อง")
    reference = citizen.reference
    citizen.edits("ลึกครึ่งเมตร", 1).hears(reference)
    assert world.opened(world.case(reference).text) == "ถนนพังหน้าวัดใหม่ หมู่ 3\nลึกครึ่งเมตร"


@pytest.mark.parametrize("filed", [False, True])
def test_the_answer_to_where_is_edited(world: World, filed: bool) -> None:
    citizen = world.citizen(channel="telegram").says("ไฟถนนดับ").says("หน้าวัดเก่า")
    if filed:
        citizen.says("ส่งเรื่อง")
    citizen.edits("หน้าวัดใหม่", 1).hears("แก้")
    if not filed:
        citizen.says("ส่งเรื่อง")
    (case,) = world.cases()
    assert (world.opened(case.place), world.opened(case.text)) == ("หน้าวัดใหม่", "ไฟถนนดับ")


def test_place_phone_and_time_are_read_anew(world: World) -> None:
    citizen = world.citizen(channel="telegram")
    reference = tell(citizen, "ไฟถนนดับซอย 5 เมื่อคืน โทร 0812345678")
    citizen.edits("ไฟถนนดับซอย 6 เมื่อวาน โทร 0899999999", 0)
    case = world.case(reference)
    assert [world.opened(value) for value in (case.place, case.happened, case.contact)] == [
        "ซอย 6",
        "เมื่อวาน",
        "0899999999",
    ]
    citizen.edits("ไฟถนนดับ", 0)
    case = world.case(reference)
    assert (case.place, case.place_masked, case.happened, case.contact) == (None, None, None, None)


def test_a_number_taken_away_does_not_come_back(world: World) -> None:
    citizen = world.citizen(channel="telegram")
    reference = tell(citizen, "ไฟถนนดับซอย 5 โทร 0812345678")
    citizen.says("ลบเบอร์โทร")
    assert world.case(reference).contact is None
    citizen.edits("ไฟถนนดับสามดวง ซอย 5 โทร 0812345678", 0)
    assert world.case(reference).contact is None


def test_edited_while_we_ask_same_or_new(world: World) -> None:
    citizen = world.citizen(channel="telegram")
    reference = tell(citizen, "ไฟถนนดับซอย 5")
    citizen.says("ไฟถนนดับ มืดมาก").hears("เรื่องเดิม").edits("ไฟถนนดับ มืดมาก เดินลำบาก").hears("แก้ตามที่พิมพ์ใหม่")
    citizen.says("เรื่องเดิม").hears(reference)
    assert world.opened(world.case(reference).text) == "ไฟถนนดับซอย 5\nไฟถนนดับ มืดมาก เดินลำบาก"
    citizen.unsends(2)
    assert world.opened(world.case(reference).text) == "ไฟถนนดับซอย 5"


def test_edited_while_we_ask_whether_that_was_the_answer(world: World) -> None:
    citizen = world.citizen(channel="telegram").says("ทำบัตรประชาชนใช้อะไรบ้าง")
    citizen.edits("ทำบัตรประชาชนให้แม่ใช้อะไรบ้าง").hears("แก้ตามที่พิมพ์ใหม่").says("ไม่ตรง")
    assert [world.opened(case.text) for case in world.cases()] == ["ทำบัตรประชาชนให้แม่ใช้อะไรบ้าง"]


def test_edited_while_we_ask_whether_it_is_two(world: World) -> None:
    citizen = world.citizen(channel="telegram").says(TWO)
    citizen.edits(TWO.replace("ซอย 5", "ซอย 6")).says("แยกเรื่อง").says("ส่งเรื่อง").says("ส่งเรื่อง")
    assert [world.opened(case.text) for case in world.cases()] == [
        "ไฟถนนดับซอย 6 บ้านสีชมพู",
        "ขยะไม่มีใครมาเก็บ 3 วันแล้ว",
    ]


def test_edited_to_one_while_we_ask_whether_it_is_two(world: World) -> None:
    citizen = world.citizen(channel="telegram").says(TWO).edits("ไฟถนนดับซอย 6").says("แยกเรื่อง")
    citizen.says("ส่งเรื่อง")
    assert world.opened(world.cases()[0].text).startswith("ไฟถนนดับซอย 6")


def test_an_edit_finds_its_case_of_two(world: World, officer: Dialogue) -> None:
    health = world.officer("T6", Role.OFFICER, unit="HEALTH")
    citizen = world.citizen(channel="telegram").says(TWO).says("แยกเรื่อง").says("ส่งเรื่อง").says("ส่งเรื่อง")
    first, second = (case.reference for case in world.cases())
    citizen.edits(TWO.replace("ซอย 5", "ซอย 6"), 0).hears(first, second)
    assert [world.opened(case.text) for case in world.cases()] == [
        "ไฟถนนดับซอย 6 บ้านสีชมพู",
        "ขยะไม่มีใครมาเก็บ 3 วันแล้ว",
    ]
    assert "ซอย 6" in (world.opened(world.case(first).place) or "")
    for person, reference in ((officer, first), (health, second)):
        person.parts = []
        person.listen().hears(f"{reference} ผู้แจ้งแก้ข้อความ")


def test_words_that_were_replaced_do_not_come_back(world: World) -> None:
    citizen = world.citizen(channel="telegram").says("ไฟถนนดับซอย 5").says("แก้ไข").says("ข้อความ")
    citizen.says("ขยะล้นถังหน้าตลาดสด หมู่ 2").edits("ไฟถนนดับสองดวง ซอย 5", 0)
    assert world.opened(world.case(citizen.says("ส่งเรื่อง").reference).text) == "ขยะล้นถังหน้าตลาดสด หมู่ 2"


def test_an_edit_touches_only_its_own_words(world: World) -> None:
    citizen = world.citizen(channel="telegram").says("ไฟถนนดับซอย 5").says("หน้าวัดใหม่ด้วย").says("ส่งเรื่อง")
    reference = citizen.reference
    citizen.edits("ไฟถนนดับสามดวง ซอย 5", 0)
    assert world.opened(world.case(reference).text) == "ไฟถนนดับสามดวง ซอย 5\nหน้าวัดใหม่ด้วย"


def test_edited_into_danger(world: World) -> None:
    citizen = world.citizen(channel="telegram").says("ไฟถนนดับ").edits("ไฟไหม้แล้ว ช่วยด้วย").hears("199")
    citizen.says("ซอย 5")
    (case,) = world.cases()
    assert (case.kind, case.urgent) == ("emergency", True)


# --- several pictures, moved groups, secret matters ------------------------------------------------------------------


def test_an_album_for_a_case_is_one_notice(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    reference = tell(citizen, "ไฟถนนดับซอย 5")
    officer.listen()
    officer.parts = []
    citizen.sends_album(["เสาที่หนึ่ง", "", "", "บ้านสีชมพู", *[""] * 6], 10).hears(reference)
    assert len(officer.listen().parts) == 1
    assert world.opened(world.case(reference).text) == "ไฟถนนดับซอย 5\nเสาที่หนึ่ง\nบ้านสีชมพู"
    with world.db.reading() as session:
        kept = session.scalars(select(Message.message_id).where(Message.kind == "image").order_by(Message.id)).all()
        assert {row for row in session.scalars(select(Attachment.case_id))} == {world.case(reference).id}
    deliver(world)
    citizen.does(kind="unsend", message_id=kept[3])
    assert world.opened(world.case(reference).text) == "ไฟถนนดับซอย 5\nเสาที่หนึ่ง"
    assert places(world, PINK) == []


def test_a_group_that_moved_is_moved_once(world: World) -> None:
    group = Dialogue(world, "telegram", "T1", chat="-5")
    with world.db.transaction() as session:
        code = joining.invite(Svc(session, world.now, world.tools), "DEMO", "ENG", Role.OFFICER, "x")
    group.says(f"/เข้าร่วม {code}")
    lane = world.db.keys.find_key("lane", "telegram", "-5")
    for _ in range(2):  # the webhook says so, and so does the answer to what we were just sending
        with world.db.transaction() as session:
            old = conversations.by_lane(session, lane)
            assert old is not None
            reached.move(session, old, "-1005")
    with world.db.reading() as session:
        new = conversations.by_lane(session, world.db.keys.find_key("lane", "telegram", "-1005"))
        assert new is not None
        assert (new.agency_code, new.unit_code, new.role) == ("DEMO", "ENG", Role.OFFICER)


def test_nothing_of_a_tip_is_pushed_to_anybody(world: World) -> None:
    """New, hurried, added, edited, unsent, withdrawn: whoever is told, is told the reference alone."""
    people = [
        world.officer("T5", Role.INTAKE),
        world.officer("T4", Role.HEAD),
        world.officer("T3", Role.OFFICER, unit="OFFICE"),
        world.officer("T2", Role.INTAKE, channel="line"),
    ]
    group = Dialogue(world, "telegram", "T1", chat="-100")
    with world.db.transaction() as session:
        code = joining.invite(Svc(session, world.now, world.tools), "DEMO", None, Role.INTAKE, "x")
    group.says(f"/เข้าร่วม {code}")
    citizen = world.citizen(channel="telegram").says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะที่บ้านสีชมพู ซอย 5")
    (case,) = world.cases() or [world.case(citizen.says("เท่านี้").reference)]
    reference = case.reference
    assert case.confidential
    citizen.says(f"เร่งเรื่อง {reference}")
    citizen.says(f"เพิ่มข้อมูล {reference}").says("เขาขับรถสีชมพู ทะเบียน กข 1234")
    citizen.edits("เขาขับรถสีชมพูกับเลขา").says(f"ยกเลิกเรื่อง {reference}").says("ยืนยันยกเลิก")
    for person in [*people, group]:
        person.heard, person.parts = set(), []
        person.listen().hears_not(PINK, "ใต้โต๊ะ", "ซอย 5")
    group.says("/คิว").hears_not(PINK, "ใต้โต๊ะ", reference)
    group.says(f"/ดู {reference}").hears_not(PINK, "ใต้โต๊ะ")
    people[0].heard, people[0].parts = set(), []
    people[0].listen().hears("ขอเร่งเรื่อง", "ไม่แสดงรายละเอียด")
