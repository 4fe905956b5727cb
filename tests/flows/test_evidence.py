"""Was it really mended? Pictures before and after, visits, and results that prove nothing."""

from __future__ import annotations

import io
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select, update
from sqlalchemy import text as sql

from bot.jobs import JOBS, JobContext
from bot.media import MediaFetcher
from handlers.actions import evidence, reached, visits
from handlers.messages import Say, from_json
from handlers.rules.evidence import blocks
from handlers.services import Svc, put_out
from storage import cases, conversations, history, inbox, people, photos, results, sending
from storage.closings import closings
from storage.files import FileStore
from storage.inbox import NewEvent, lane_of, microseconds
from storage.people import Post
from storage.tables import Attachment, Case, CaseVisit, InboxEvent, Membership, Message, StatusUpdate
from storage.words import OutboxState, Role, Stage, Status
from tests.world import Dialogue, World

ROOM = "-500"
MENDED = "เปลี่ยนหลอดไฟใหม่ทั้งสามต้น"


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T9", Role.OFFICER, unit="ENG")


def told(world: World, name: str = "U1", text: str = "ไฟถนนดับ ซอย 5 หน้าวัดใหม่", photo: str = "") -> str:
    """A citizen's case; the reference."""
    citizen = world.citizen(name)
    if photo:
        return citizen.sends_photo(photo, text).taps("ส่งเรื่อง").reference
    return citizen.says(text).taps("ส่งเรื่อง").reference


def at_work(world: World, officer: Dialogue, **case: str) -> str:
    """A case the officer has taken on."""
    reference = told(world, **case)
    officer.says(f"/รับ {reference}").hears("รับแล้ว")
    return reference


def shown(world: World, reference: str, stage: Stage = Stage.AFTER) -> int:
    with world.db.reading() as session:
        return len(photos.of_case(session, world.case(reference).id, stage))


def bubble(world: World, person: Dialogue, words: str) -> str:
    """The platform's id of the newest bubble with these words in this chat, after everything has arrived."""
    person.listen()
    with world.db.transaction() as session:
        sent = sending.claim(session, "worker", world.now, limit=1000)
    while sent:
        for message in sent:
            texts = [getattr(from_json(part), "text", "") for part in message.parts]
            with world.db.transaction() as session:
                sending.settle(session, message.id, OutboxState.SENT, world.now)
                taken = reached.Taken(texts, [], [f"o{message.id}-{n}" for n, _ in enumerate(texts)])
                reached.note(session, world.tools, message, reached.Ending(OutboxState.SENT), [taken], world.now)
        with world.db.transaction() as session:
            sent = sending.claim(session, "worker", world.now, limit=1000)
    with world.db.reading() as session:
        chat = conversations.by_lane(session, lane_of(world.db.keys, person.channel, person.chat or person.name))
        assert chat is not None
        rows = session.scalars(
            select(Message).where(Message.conversation_id == chat.id, Message.direction == "out").order_by(Message.id)
        )
        found = [row.message_id for row in rows if words in (world.opened(row.text) or "")]
    assert found, f"no bubble with {words!r}"
    return str(found[-1])


def answers_with_photo(person: Dialogue, bubble_id: str, ref: str = "after-1", caption: str = "") -> Dialogue:
    return person.does(kind="image", media={"ref": ref}, text=caption, quoted_id=bubble_id)


# --- which case a picture belongs to ---------------------------------------------------------------------------------


def test_a_picture_as_an_answer_to_the_notice_is_the_result(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    notice = bubble(world, officer, "เรื่องใหม่")
    answers_with_photo(officer, notice).hears(f"{reference} ได้รูปหลังแก้ไข 1 รูปแล้ว", "/ผล")
    answers_with_photo(officer, notice, "after-2", "มุมที่สอง").hears("2 รูปแล้ว")
    assert (shown(world, reference), shown(world, reference, Stage.BEFORE)) == (2, 0)
    officer.says(f"/ดู {reference}").hears("รูปก่อน 0")  # those of the people who told of it
    with world.db.transaction() as session:
        assert history.verify(session).broken_at is None


def test_the_answer_to_a_command_is_a_bubble_of_the_case_too(world: World, officer: Dialogue) -> None:
    reference, other = at_work(world, officer), at_work(world, officer, name="U2", text="ฝาท่อหายถนนสายเอเชีย")
    view = bubble(world, officer.says(f"/ดู {reference}"), "สถานะ:")
    queue = bubble(world, officer.says("/คิว"), "คิวของ")
    answers_with_photo(officer, view).hears(f"{reference} ได้รูป")
    answers_with_photo(officer, queue, "x").hears_not("ได้รูปหลังแก้ไข")  # of many cases: of none
    assert (shown(world, reference), shown(world, other)) == (1, 0)


def test_a_picture_of_somebody_elses_case_is_no_result(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    notice = bubble(world, officer, "เรื่องใหม่")
    with world.db.transaction() as session:
        cases.get(session, world.case(reference).id).unit_code = "HEALTH"
    answers_with_photo(officer, notice).hears("ไม่พบ")
    assert shown(world, reference) == 0


def test_a_former_officer_shows_nothing(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/ผล {reference} {MENDED}")
    notice = bubble(world, officer, "เรื่องใหม่")
    with world.db.transaction() as session:
        for post in session.scalars(select(Membership)):
            post.until = world.now.date() - timedelta(days=1)
    answers_with_photo(officer, notice).hears_not(reference)
    officer.sends_photo("after-2").hears_not(reference)
    assert shown(world, reference) == 0


def test_an_officer_is_a_citizen_too(world: World, officer: Dialogue) -> None:
    at_work(world, officer)
    officer.sends_photo("own-1").hears("รูป").hears_not("ได้รูปหลังแก้ไข")
    officer.says("ถนนเป็นหลุมลึก ซอย 9")
    own = officer.taps("ส่งเรื่อง").reference
    receipt = bubble(world, officer, "รหัสเรื่อง")
    answers_with_photo(officer, receipt).hears_not("ได้รูปหลังแก้ไข").hears("เพิ่ม")
    assert (shown(world, own), shown(world, own, Stage.BEFORE)) == (0, 2)


def test_a_citizens_picture_is_never_a_result(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    citizen = world.citizen("U1")
    answers_with_photo(citizen, bubble(world, citizen, "รหัสเรื่อง")).hears("เพิ่ม")
    assert (shown(world, reference), shown(world, reference, Stage.BEFORE)) == (0, 1)


def test_pictures_up_to_ten_minutes_before_the_result(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.sends_photo("too-old")
    world.passes(minutes=3)
    officer.sends_photo("after-1", "ซ่อมแล้วครับ")
    world.passes(minutes=8)
    officer.sends_album(["", ""], count=2)
    officer.says(f"/ผล {reference[3:8]} {MENDED}").hears("ได้ผลแล้ว")
    assert shown(world, reference) == 3


def test_a_lone_picture_is_taken_out_of_the_matter_it_began(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.sends_photo("after-1")
    world.passes(minutes=10)
    officer.says(f"/ผล {reference} {MENDED}").hears("ได้ผลแล้ว")
    assert shown(world, reference) == 1
    world.passes(hours=25)
    assert world.file_silent_drafts() == 0
    assert len(world.cases()) == 1


def test_pictures_up_to_ten_minutes_after_the_result(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/ผล {reference} {MENDED}")
    world.passes(minutes=10)
    officer.sends_photo("after-1").hears(f"{reference} ได้รูปหลังแก้ไข 1 รูปแล้ว").hears_not("พิมพ์ /ผล")
    world.passes(minutes=1)
    officer.sends_photo("own").hears_not("ได้รูปหลังแก้ไข")
    assert shown(world, reference) == 1


def test_what_the_officer_tells_after_the_result_is_a_matter_of_its_own(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/ผล {reference} {MENDED}")
    world.passes(minutes=2)
    officer.says("ขยะล้นถังหน้าตลาดสด หมู่ 2")
    world.passes(minutes=1)
    officer.sends_photo("rubbish").hears_not("ได้รูปหลังแก้ไข")
    assert shown(world, reference) == 0


def test_the_matter_in_the_middle_of_which_a_result_is_given_keeps_its_pictures(
    world: World, officer: Dialogue
) -> None:
    reference = at_work(world, officer)
    officer.sends_photo("rubbish", "ขยะล้นถังหน้าตลาดสด หมู่ 2")
    officer.says("เมื่อเช้านี้เอง กลิ่นแรงมาก")
    officer.says(f"/ผล {reference} {MENDED}")
    assert shown(world, reference) == 0
    own = officer.says("ส่งเรื่อง").reference
    assert shown(world, own, Stage.BEFORE) == 1


def test_the_result_below_its_picture(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.sends_photo("after-1", f"/ผล {reference} {MENDED}").hears("ได้ผลแล้ว")
    assert (shown(world, reference), world.case(reference).status) == (1, "reported")


def test_an_album_counts_whole(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/ผล {reference} {MENDED}")
    officer.sends_album(["", "", ""]).hears("3 รูปแล้ว")
    assert len(officer.parts) == 1


def test_another_persons_result_takes_no_picture_of_mine(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    other = world.officer("T8", Role.OFFICER, unit="ENG")
    officer.says(f"/ผล {reference} {MENDED}")
    other.sends_photo("other").hears_not("ได้รูปหลังแก้ไข")
    assert shown(world, reference) == 0


def late(world: World, person: Dialogue, sent_at: datetime, **incoming: object) -> Dialogue:
    """Something that reaches us long after it was sent."""
    world.events += 1
    chat = person.chat or person.name
    body = {"channel": person.channel, "user_id": person.name, "chat_id": chat, "private": not person.chat}
    body |= {"message_id": f"late{world.events}", "reply_token": "", **incoming}
    us = microseconds(sent_at)
    event = NewEvent(
        person.channel, f"late-{world.events}", chat, us, microseconds(world.now), json.dumps(body).encode()
    )
    inbox.put(world.db, [event])
    person.parts = []
    world.work_off()
    return person.listen()


def test_a_picture_that_arrives_late_counts_from_when_it_was_sent(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    world.passes(minutes=5)
    sent_at = world.now
    world.passes(minutes=3)
    officer.says(f"/ผล {reference} {MENDED}")
    world.passes(hours=2)
    late(world, officer, sent_at, kind="image", media={"ref": "slow"}).hears("ได้รูปหลังแก้ไข 1 รูปแล้ว")
    late(world, officer, sent_at + timedelta(hours=1), kind="image", media={"ref": "x"}).hears_not("ได้รูปหลังแก้ไข")
    with world.db.reading() as session:
        kept = photos.of_case(session, world.case(reference).id, Stage.AFTER)
    assert [photo.at for photo in kept] == [sent_at]


def test_a_result_that_arrives_late_finds_what_was_sent_around_it(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.sends_photo("too-old")
    world.passes(minutes=11)
    officer.sends_photo("after-1")
    world.passes(minutes=5)
    sent_at = world.now
    world.passes(minutes=5)
    officer.sends_photo("after-2")
    world.passes(minutes=40)
    officer.sends_photo("too-new")
    late(world, officer, sent_at, kind="text", text=f"/ผล {reference} {MENDED}").hears("ได้ผลแล้ว")
    assert shown(world, reference) == 2


def test_nothing_more_is_shown_of_a_case_that_ended(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    notice = bubble(world, officer, "เรื่องใหม่")
    officer.says(f"/ผล {reference} {MENDED}").sends_photo("in-time")
    officer.says(f"/ปิด {reference}").says(f"/ปิด {reference}")
    answers_with_photo(officer, notice).hears("ยังไม่ได้")
    assert shown(world, reference) == 1


def test_a_picture_the_officer_took_back_proves_nothing(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/ผล {reference} {MENDED}").sends_photo("after-1")
    officer.unsends()
    assert shown(world, reference) == 0
    assert "no_photo" in faults(world, reference)


# --- in the agency's group -------------------------------------------------------------------------------------------


@pytest.fixture
def room(world: World) -> Dialogue:
    """The unit's group; its members have no post of their own."""
    from handlers.actions import people as joining

    with world.db.transaction() as session:
        code = joining.invite(Svc(session, world.now, world.tools), "DEMO", "ENG", Role.OFFICER, "room")
    return Dialogue(world, "telegram", "T7", chat=ROOM).says(f"/เข้าร่วม {code}").hears("โดยไม่มีข้อมูลส่วนตัว")


def unaddressed(person: Dialogue, ref: str) -> Dialogue:
    return person.does(kind="image", media={"ref": ref}, addressed=False)


def states(world: World) -> list[tuple[str, bool]]:
    with world.db.reading() as session:
        rows = session.scalars(select(Attachment).order_by(Attachment.id))
        return [(row.state, row.ref is not None) for row in rows]


def test_a_picture_in_the_group_as_an_answer_to_the_bubble(world: World, room: Dialogue) -> None:
    reference = told(world, text="ไฟถนนดับ ซอย 5 หน้าบ้านนายดำ โทร 0812345678")
    notice = bubble(world, room, "เรื่องใหม่")
    room.does(kind="image", media={"ref": "a"}, addressed=False, quoted_id=notice)
    room.hears(f"{reference} ได้รูปหลังแก้ไข 1 รูปแล้ว").hears_not("0812345678", "นายดำ", "ไฟถนนดับ")
    assert shown(world, reference) == 1


def test_pictures_in_the_group_around_the_result(world: World, room: Dialogue) -> None:
    reference = told(world)
    room.says(f"/รับ {reference}")
    unaddressed(room, "before-1").hears_nothing()
    assert states(world) == [("waiting", True)]
    world.passes(minutes=9)
    room.says(f"/ผล {reference} {MENDED}").hears("ได้ผลแล้ว")
    assert states(world) == [("wanted", True)]
    unaddressed(room, "after-1").hears("2 รูปแล้ว")
    world.passes(minutes=11)
    unaddressed(room, "lunch").hears_nothing()
    assert shown(world, reference) == 2


def test_a_picture_in_the_group_to_nobody_is_forgotten(world: World, room: Dialogue) -> None:
    reference = told(world)
    room.listen()
    unaddressed(room, "lunch").hears_nothing()
    world.passes(minutes=10)
    with world.db.transaction() as session:
        assert photos.any_unwanted(session, world.now)
        assert photos.let_go(session, world.now) == 1
        assert not photos.any_unwanted(session, world.now)
    assert states(world) == [("gone", False)]
    with world.db.reading() as session:
        row = session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert row is not None
        assert (row.kind, row.account_id, row.text) == ("image", None, None)
        assert session.get_one(InboxEvent, row.inbox_id).body is None
    room.says(f"/รับ {reference}").says(f"/ผล {reference} {MENDED}")
    assert shown(world, reference) == 0


def test_strangers_and_other_groups_are_left_in_peace(world: World, room: Dialogue, officer: Dialogue) -> None:
    reference = told(world)
    officer.says(f"/รับ {reference}")
    stranger = Dialogue(world, "telegram", "T99", chat=ROOM).listen()  # never spoke to us
    unaddressed(stranger, "a").hears_nothing()
    village = Dialogue(world, "telegram", "T9", chat="-7")
    unaddressed(village, "b").hears_nothing()
    assert states(world) == []
    with world.db.reading() as session:
        assert people.known(session, "telegram", "T99") is None


def test_a_picture_taken_back_in_the_group_is_gone_at_once(world: World, room: Dialogue) -> None:
    reference = told(world)
    room.says(f"/รับ {reference}")
    unaddressed(room, "wrong-one")
    room.unsends()
    room.says(f"/ผล {reference} {MENDED}")
    assert (states(world), shown(world, reference)) == ([("gone", False)], 0)


def test_a_picture_taken_back_before_it_reached_us_never_was(world: World, room: Dialogue) -> None:
    room.does(kind="unsend", message_id="m-wrong")
    room.does(kind="image", media={"ref": "wrong"}, addressed=False, message_id="m-wrong").hears_nothing()
    assert states(world) == []


def test_a_result_takes_only_its_senders_pictures_of_its_own_chat(
    world: World, room: Dialogue, officer: Dialogue
) -> None:
    reference = told(world)
    room.says(f"/รับ {reference}")
    colleague = Dialogue(world, "telegram", "T9", chat=ROOM)
    colleague.says("/คิว")
    unaddressed(colleague, "of-another")
    Dialogue(world, "telegram", "T7").sends_photo("in-another-chat")
    room.says(f"/ผล {reference} {MENDED}").hears("ได้ผลแล้ว")
    unaddressed(colleague.listen(), "of-another-2").hears_nothing()
    Dialogue(world, "telegram", "T7").sends_photo("in-another-chat-2").hears_not("ได้รูปหลังแก้ไข")
    assert shown(world, reference) == 0


# --- visits ----------------------------------------------------------------------------------------------------------


def plan(world: World, reference: str, when: datetime, name: str = "T9") -> None:
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        case = cases.by_reference(session, reference)
        assert case is not None
        visits.plan(svc, case, post_of(svc, name), when, "ดูเสาไฟ")


def post_of(svc: Svc, name: str) -> Post:
    account = people.known(svc.session, "telegram", name)
    assert account is not None
    return people.posts_of(svc.session, account.person_id, svc.today)[0]


def the_visit(world: World) -> CaseVisit | None:
    with world.db.reading() as session:
        return session.scalars(select(CaseVisit).order_by(CaseVisit.id.desc())).first()


def test_on_a_visit_pictures_and_the_pin_belong_to_it(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    plan(world, reference, world.now + timedelta(days=1))
    plan(world, reference, world.now + timedelta(hours=1))  # instead of the first
    world.passes(hours=2)
    officer.sends_photo("visit-1").hears(f"{reference} ได้รูปลงพื้นที่ 1 รูปแล้ว")
    officer.sends_place(16.83, 100.27).hears(f"{reference} ได้ตำแหน่งที่ลงพื้นที่แล้ว")
    notice = bubble(world, officer, "เรื่องใหม่")
    officer.does(kind="place", place={"lat": 16.84, "lon": 100.28}, quoted_id=notice).hears("ได้ตำแหน่ง")
    answers_with_photo(officer, notice).hears("ได้รูปหลังแก้ไข 1 รูปแล้ว")
    assert [shown(world, reference, stage) for stage in Stage] == [0, 1, 1]
    row = the_visit(world)
    assert row is not None
    assert (row.lat, row.lon, row.made_at) == (16.84, 100.28, None)
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        case = cases.get(session, row.case_id)
        visits.made(svc, case, post_of(svc, "T9"), "สายไฟขาดสองต้น", "นายช่างไฟฟ้า ผู้ใหญ่บ้าน")
    row = the_visit(world)
    assert row is not None
    assert (row.made_at, world.opened(row.present)) == (world.now, "นายช่างไฟฟ้า ผู้ใหญ่บ้าน")
    assert [update.what for update in history_of(world, reference)][-3:] == [
        "visit_planned",
        "visit_planned",
        "visited",
    ]
    assert "ผู้ใหญ่บ้าน" not in str([update.note_masked for update in history_of(world, reference)])
    world.passes(minutes=5)
    officer.sends_photo("own").hears_not("ได้รูปลงพื้นที่", "หลังแก้ไข")
    assert summary(world, reference).startswith("รูปก่อน ✗ · หลัง ✓ 1 · ลงพื้นที่ ✓ อ. 24 พ.ย. 69")


def history_of(world: World, reference: str):  # type: ignore[no-untyped-def]
    with world.db.reading() as session:
        return cases.updates(session, [world.case(reference).id])


def test_a_picture_that_answers_the_plan_is_of_the_visit_until_it_was_made(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    plan(world, reference, world.now + timedelta(days=2))
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        chat = conversations.by_lane(session, lane_of(world.db.keys, "telegram", "T9"))
        assert chat is not None
        put_out(svc, chat, [Say(svc.texts.say("officer.visit_planned", code=reference, when="26 พ.ย."))])
    asked = bubble(world, officer, "นัดลงพื้นที่")
    answers_with_photo(officer, asked).hears("ได้รูปลงพื้นที่ 1 รูปแล้ว")
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        visits.made(svc, cases.get(session, world.case(reference).id), post_of(svc, "T9"), "สายไฟขาด")
    answers_with_photo(officer, asked, "after-1").hears("ได้รูปหลังแก้ไข 1 รูปแล้ว")
    assert [shown(world, reference, stage) for stage in Stage] == [0, 1, 1]


def test_no_visit_today_no_visit_of_mine(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    world.officer("T8", Role.OFFICER, unit="ENG")
    plan(world, reference, world.now + timedelta(days=1))
    officer.sends_photo("own").hears_not("ลงพื้นที่")
    plan(world, reference, world.now, name="T8")
    officer.says("ยกเลิก").sends_photo("own").hears_not("ลงพื้นที่")
    assert shown(world, reference, Stage.VISIT) == 0


def test_on_the_day_of_a_visit_a_matter_of_ones_own_keeps_its_pictures(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    plan(world, reference, world.now)
    officer.says("ขยะล้นถังหน้าตลาดสด").sends_photo("rubbish").hears_not("ลงพื้นที่")
    officer.sends_place().hears_not("ลงพื้นที่")
    assert shown(world, reference, Stage.VISIT) == 0


def test_a_pin_without_a_visit_is_a_citizens(world: World, officer: Dialogue) -> None:
    at_work(world, officer)
    notice = bubble(world, officer, "เรื่องใหม่")
    officer.does(kind="place", place={"lat": 16.84, "lon": 100.28}, quoted_id=notice).hears_not("ลงพื้นที่")


# --- what is wrong with a result -------------------------------------------------------------------------------------


def picture(seed: int, taken: datetime | None = None, quality: int = 90, size: tuple[int, int] = (800, 600)) -> bytes:
    chance = random.Random(seed)
    canvas = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    draw = ImageDraw.Draw(canvas)
    for _ in range(14):
        x, y = chance.randrange(800), chance.randrange(600)
        box = (x, y, x + chance.randrange(60, 260), y + chance.randrange(50, 300))
        draw.rectangle(box, fill=tuple(chance.randrange(256) for _ in range(3)))
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
    out = io.BytesIO()
    canvas.resize(size).save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


@pytest.fixture
def fetches(world: World, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Fetch what is wanted, the way the program does: by name what it shows."""
    fetcher = MediaFetcher(world.db, world.tools, FileStore(tmp_path, world.db.keys), {}, lambda: world.now)

    def fetch(**content: bytes) -> None:
        for file in fetcher._claim():
            fetcher._keep(file, content[file.ref])

    return fetch


def faults(world: World, reference: str, words: str = MENDED, conclusion: str = "fixed") -> list[str]:
    with world.db.reading() as session:
        case = cases.by_reference(session, reference)
        assert case is not None
        return evidence.faults(Svc(session, world.now, world.tools), case, words, conclusion)


def summary(world: World, reference: str) -> str:
    with world.db.reading() as session:
        case = cases.by_reference(session, reference)
        assert case is not None
        return evidence.summary(Svc(session, world.now, world.tools), case)


def finish(world: World, officer: Dialogue, ref: str = "after", words: str = MENDED, **case: str) -> str:
    """Mended, reported and shown."""
    reference = at_work(world, officer, **case)
    officer.says(f"/ผล {reference} {words}")
    officer.sends_photo(ref).hears("ได้รูปหลังแก้ไข")
    return reference


def test_a_mended_thing_must_be_shown(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    assert faults(world, reference) == ["no_photo"]
    assert faults(world, reference, conclusion="explained") == []
    because = f"{MENDED} ถ่ายรูปไม่ได้เพราะฝนตกหนักและมืดมาก"
    assert faults(world, reference, because) == ["no_photo_reason"]
    assert faults(world, reference, f"{MENDED} ถ่ายรูปไม่ได้เพราะยุ่ง") == ["no_photo"]
    officer.says(f"/ผล {reference} {MENDED}").sends_photo("after")
    assert faults(world, reference) == []  # shown, also while we are still fetching it


def test_an_opinion_or_a_matter_without_a_spot_needs_no_picture(world: World, officer: Dialogue) -> None:
    opinion = world.citizen("U5").says("ขอชมเชยเจ้าหน้าที่กองช่าง บริการดีมาก").reference
    assert faults(world, opinion, "ส่งคำชมให้เจ้าหน้าที่แล้ว", "noted") == []
    assert faults(world, opinion, "ส่งคำชมให้เจ้าหน้าที่แล้ว", "fixed") == []
    with world.db.transaction() as session:
        reference = told(world, name="U6")
        case = cases.by_reference(session, reference)
        assert case is not None
        case.category = "OF"
    assert faults(world, reference) == []


def test_the_complainants_own_picture_is_no_proof(world: World, officer: Dialogue, fetches) -> None:  # type: ignore[no-untyped-def]
    reference = finish(world, officer, "after", photo="before")
    fetches(before=picture(1), after=picture(1, quality=50, size=(640, 480)))
    assert faults(world, reference) == ["same_photo"]
    assert all(map(blocks, faults(world, reference)))


def test_a_new_picture_of_the_same_spot_is_proof(world: World, officer: Dialogue, fetches) -> None:  # type: ignore[no-untyped-def]
    reference = finish(world, officer, "after", photo="before")
    fetches(before=picture(1), after=picture(2))
    assert faults(world, reference) == []


@pytest.mark.parametrize("quality", [90, 45])
def test_one_picture_proves_one_case_only(world: World, officer: Dialogue, fetches, quality: int) -> None:  # type: ignore[no-untyped-def]
    first = finish(world, officer, "one", name="U1")
    world.passes(minutes=20)
    second = finish(world, officer, "two", name="U2", text="ไฟถนนดับ หน้าตลาดสด หมู่ 2")
    fetches(one=picture(1), two=picture(1, quality=quality))
    assert faults(world, second) == ["same_photo"]
    assert faults(world, first) == []  # it was the first to be shown
    with world.db.transaction() as session:
        cases.get(session, world.case(first).id).merged_into_id = world.case(second).id
    assert faults(world, second) == []


def test_an_old_picture_is_no_proof(world: World, officer: Dialogue, fetches) -> None:  # type: ignore[no-untyped-def]
    reference = finish(world, officer)
    taken = world.now - timedelta(days=3)
    fetches(after=picture(1, taken))
    assert faults(world, reference) == ["old_photo"]


def test_a_picture_taken_after_the_case_came_in_is_proof(world: World, officer: Dialogue, fetches) -> None:  # type: ignore[no-untyped-def]
    reference = finish(world, officer)
    fetches(after=picture(1, world.now - timedelta(minutes=5)))  # a camera's clock may be a little late
    assert faults(world, reference) == []


def test_a_case_opened_again_needs_a_new_picture(world: World, officer: Dialogue, fetches) -> None:  # type: ignore[no-untyped-def]
    reference = finish(world, officer)
    fetches(after=picture(1))
    officer.says(f"/ปิด {reference}")
    world.passes(days=1)
    world.citizen("U1").says(f"ยังไม่แก้ {reference}")
    assert world.case(reference).status == "reopened"
    assert faults(world, reference) == ["no_photo"]
    world.passes(days=1)
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} {MENDED}").sends_photo("again").hears("1 รูปแล้ว")
    fetches(again=picture(1, quality=60))
    assert faults(world, reference) == ["same_photo"]
    officer.sends_photo("new")
    fetches(new=picture(2, world.now))
    officer.unsends(-2)
    assert faults(world, reference) == []


@pytest.mark.parametrize(
    ("words", "says_enough"),
    [
        ("ดำเนินการเรียบร้อยแล้วครับ", False),
        ("ดำเนินการแก้ไขให้เรียบร้อยแล้ว ตามที่แจ้ง", False),
        ("เสร็จแล้ว", False),
        ("👍", False),
        ("เปลี่ยนหลอดไฟแล้ว", True),
        ("ลอกท่อ ๒๐ เมตร เรียบร้อยแล้ว", True),
    ],
)
def test_words_that_say_nothing(world: World, officer: Dialogue, words: str, says_enough: bool) -> None:
    reference = at_work(world, officer)
    assert ("too_short" not in faults(world, reference, words)) is says_enough


SAME = "ได้มอบหมายช่างไฟฟ้าเข้าตรวจสอบและซ่อมแซมไฟฟ้าสาธารณะให้ใช้งานได้ตามปกติ"


def test_what_is_said_of_every_case_is_shown_to_the_head(world: World, officer: Dialogue) -> None:
    for number, (text, words) in enumerate(
        [
            ("ไฟถนนดับ ซอย 5", SAME),
            ("ไฟถนนดับ หน้าตลาดสด หมู่ 2", SAME + "แล้ว"),
            ("ไฟถนนดับ หน้าโรงเรียนบ้านกร่าง", f"{SAME} "),
        ]
    ):
        finish(world, officer, f"p{number}", words, name=f"U{number}", text=text)
        world.passes(minutes=20)
    reference = at_work(world, officer, name="U9", text="ไฟถนนดับ หน้าวัดใหม่ ซอย 12")
    assert faults(world, reference, SAME, "explained") == ["boilerplate"]
    assert not blocks("boilerplate")
    assert faults(world, reference, f"{SAME} ซอย 12", "explained") == []
    assert faults(world, reference, f"{SAME} หน้าวัดใหม่", "explained") == []
    assert faults(world, reference, f"{SAME} ซอย 5", "explained") == ["boilerplate"]  # not this case's
    assert faults(world, reference, MENDED, "explained") == []
    officer.says(f"/ผล {reference} {SAME}")
    assert "ข้อสังเกต" in summary(world, reference)
    assert "เหมือนเรื่องอื่น" in summary(world, reference)


def test_what_another_agency_says_of_every_case_is_not_ours(world: World, officer: Dialogue) -> None:
    for number in range(3):
        finish(world, officer, f"p{number}", SAME, name=f"U{number}", text=f"ไฟถนนดับ ซอย {number + 5}")
        world.passes(minutes=20)
    reference = at_work(world, officer, name="U9", text="ไฟถนนดับ หน้าวัดใหม่ ซอย 12")
    with world.db.transaction() as session:
        for case in cases.after(session, 0):
            if case.reference != reference:
                assert {row.agency_code for row in cases.updates(session, [case.id]) if row.what == "result"} == {
                    "DEMO"
                }
                case.agency_code = "KHAONOI"
    assert faults(world, reference, SAME, "explained") == ["boilerplate"], "it was said when the case was ours"


def test_results_of_the_program_before_are_completed_at_night(world: World, officer: Dialogue) -> None:
    """While processes are exchanged, those of before 0011 go on writing results, and do not write whose they are."""
    for number in range(3):
        finish(world, officer, f"p{number}", SAME, name=f"U{number}", text=f"ไฟถนนดับ ซอย {number + 5}")
        world.passes(minutes=20)
    reference = at_work(world, officer, name="U9", text="ไฟถนนดับ หน้าวัดใหม่ ซอย 12")
    with world.db.transaction() as session:
        session.execute(update(StatusUpdate).values(agency_code=None))
    assert faults(world, reference, SAME, "explained") == []
    night = JobContext(world.db, world.tools, lambda: world.now)
    JOBS["retention"](night, True)
    assert faults(world, reference, SAME, "explained") == [], "a dry run changes nothing"
    assert JOBS["retention"](night, False)["completed"] == 3
    assert faults(world, reference, SAME, "explained") == ["boilerplate"]
    with world.db.reading() as session:
        assert set(session.scalars(select(StatusUpdate.what).where(StatusUpdate.agency_code == "DEMO"))) == {"result"}
    assert JOBS["retention"](night, False)["completed"] == 0


def test_where_every_result_is_complete_the_night_looks_at_none(world: World) -> None:
    """The index of results says so: of many thousand updates none is read."""
    with world.db.transaction() as session:
        session.heard = []
        results.complete(session)
        (asked,) = session.heard
        if not world.db.sqlite:
            session.execute(sql("SET LOCAL enable_seqscan = off"))  # so few rows it would rather read one by one
            session.execute(sql("SET LOCAL enable_bitmapscan = off"))
        plan = "EXPLAIN QUERY PLAN " if world.db.sqlite else "EXPLAIN "
        cursor = session.connection().connection.cursor()
        cursor.execute(plan + asked, (1,) * asked.count("?") if world.db.sqlite else {"most": 1})
        found = " ".join(str(row) for row in cursor.fetchall())
    narrow = "(agency_code=?)" if world.db.sqlite else "Index Cond: (agency_code IS NULL)"
    assert "ix_status_updates_results" in found
    assert narrow in found


def test_two_others_with_the_same_words_are_not_many(world: World, officer: Dialogue) -> None:
    for number in range(2):
        finish(world, officer, f"p{number}", SAME, name=f"U{number}", text=f"ไฟถนนดับ ซอย {number + 5}")
        world.passes(minutes=20)
    reference = at_work(world, officer, name="U9", text="ไฟถนนดับ หน้าวัดใหม่ ซอย 12")
    assert faults(world, reference, SAME, "explained") == []


def test_every_fault_has_words(world: World) -> None:
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        names = ["no_photo", "same_photo", "old_photo", "too_short", "no_photo_reason", "boilerplate"]
        assert len(evidence.spoken(svc, names).split(" · ")) == len(names)


# --- "confirmed closed" ----------------------------------------------------------------------------------------------


def test_confirmed_closed_stands_apart(world: World, officer: Dialogue) -> None:
    how = ["confirmed", "confirmed", "silence", "officer", None]
    for number, way in enumerate(how):
        reference = told(world, name=f"U{number}", text=f"ไฟถนนดับ ซอย {number + 1}")
        with world.db.transaction() as session:
            case: Case = cases.get(session, world.case(reference).id)
            case.status, case.closed_at, case.closed_how = Status.CLOSED, world.now, way
    with world.db.reading() as session:
        counts = closings(session, "DEMO", world.now, world.now + timedelta(seconds=1))
        others = {"no_answer": 0, "passed_on": 0, "unspecified": 1}
        assert counts == {"confirmed": 2, "silence": 1, "officer": 1, **others}
        assert sum(closings(session, "DEMO", world.now - timedelta(days=1), world.now).values()) == 0
        assert sum(closings(session, "OTHER", world.now, world.now + timedelta(seconds=1)).values()) == 0
