"""Groups: answered only when meant, nothing else kept, and nothing of anybody shown to many eyes."""

from __future__ import annotations

from storage import attached, conversations, messages
from storage.inbox import lane_of
from storage.words import Role
from tests.world import Dialogue, World

ROOM = "C-room"


def in_room(world: World, name: str, channel: str = "line", chat: str = ROOM) -> Dialogue:
    """Somebody in a group; `name` is "" where the platform hides who it is."""
    return Dialogue(world, channel, name, chat=chat)


def officers_room(world: World, role: Role = Role.INTAKE, unit: str | None = None) -> Dialogue:
    """A group of officers that joined by code, on Telegram."""
    from handlers.actions import people as joining
    from handlers.services import Svc

    with world.db.transaction() as session:
        code = joining.invite(Svc(session, world.now, world.tools), "DEMO", unit, role, "room")
    room = in_room(world, "officer", "telegram", "-500")
    return room.says(f"/เข้าร่วม {code}").hears("โดยไม่มีข้อมูลส่วนตัว")


def test_a_group_is_greeted_and_then_left_in_peace(world: World) -> None:
    room = in_room(world, "U1")
    room.does(kind="join").hears("ไม่เก็บข้อความอื่น")
    room.does(kind="text", text="เมียผมโทร 0812345678", addressed=False).hears_nothing()
    with world.db.reading() as session:
        lane = lane_of(world.db.keys, "line", ROOM)
        chat = conversations.by_lane(session, lane)
        assert chat is not None
        kept = messages.since(session, chat.id, 0)
        assert [(row.text, row.masked) for row in kept if row.kind == "text"] == [(None, None)]
        assert kept[-1].account_id is None


def test_a_report_in_a_group_is_filed_and_its_news_goes_to_the_person_alone(world: World) -> None:
    officer = world.officer("T1", Role.OFFICER, unit="ENG")
    room = in_room(world, "U1").says("ไฟถนนดับ ซอย 5").hears("รหัสเรื่อง", "แชตส่วนตัว")
    officer.says(f"/แจ้ง {room.reference} พรุ่งนี้เข้าไป").hears("ส่งถึงผู้แจ้งแล้ว")
    room.parts = []
    room.listen().hears_nothing()
    world.citizen("U1").listen().hears("พรุ่งนี้เข้าไป")


def test_somebody_without_a_name_is_asked_to_write_alone(world: World) -> None:
    room = in_room(world, "").says("ไฟถนนดับ ซอย 5 หน้าวัด").hears("ทักแชตเดี่ยว").hears_not("รหัสเรื่อง")
    room.says("ไฟไหม้บ้าน ช่วยด้วย")
    assert "199" in room.first
    assert world.cases() == []


def test_a_cry_for_help_in_a_group_is_kept_quiet(world: World) -> None:
    officers = officers_room(world)
    intake = world.officer("T2", Role.INTAKE)
    room = in_room(world, "U1").says("โดนพ่อตีทุกวัน ซอย 5")
    assert "1300" in room.first
    assert world.case(room.reference).confidential
    officers.parts = []
    officers.listen().hears_nothing()
    intake.parts = []
    intake.listen().hears("ขอความช่วยเหลือ").hears_not("พ่อตี")


def test_fire_in_a_group_brings_numbers_and_calls_out(world: World) -> None:
    intake = world.officer("T2", Role.INTAKE)
    room = in_room(world, "U1").says("สายไฟขาดตกกลางถนน มีประกายไฟ ซอย 5")
    assert "1129" in room.first
    room.hears("10 เมตร", "รหัสเรื่อง")
    intake.parts = []
    intake.listen().hears("อาจมีเหตุฉุกเฉิน")


def test_confidential_matters_never_reach_an_officers_group(world: World) -> None:
    officers = officers_room(world)
    citizen = world.citizen("U9").says("มีการเรียกเงินตอนขออนุญาตก่อสร้าง").says("เท่านี้ก่อน")
    reference = citizen.reference
    citizen.says(f"เร่งเรื่อง {reference}")
    officers.parts = []
    officers.listen().hears_nothing()
    officers.says(f"/ดู {reference}").hears("ไม่พบ")
    officers.says("/คิว").hears_not("เรียกเงิน", reference)


def test_a_group_that_puts_us_out_hears_nothing_more(world: World) -> None:
    officers = officers_room(world, Role.OFFICER, "ENG")
    officers.does(kind="leave").hears_nothing()
    world.citizen("U9").says("ไฟถนนดับ ซอย 5").says("1").hears("รหัสเรื่อง")
    officers.parts = []
    officers.listen().hears_nothing()


def test_a_caption_on_the_last_picture_calls_us_too(world: World) -> None:
    room = in_room(world, "U1", "telegram", "-7")
    for number, words in enumerate(["", "แจ้ง ถนนเป็นหลุมลึก ซอย 5"]):
        media = {"ref": f"p{number}", "group": "set"}
        room.does(kind="image", media=media, text=words, addressed=bool(words), work=False)
    world.passes(seconds=3)
    world.work_off()
    room.listen().hears("รหัสเรื่อง")
    with world.db.reading() as session:
        assert attached.count_photos(session, world.cases()[0].id) == 2
