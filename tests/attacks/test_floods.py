"""Somebody who sends without end: all of it is kept, all of it is answered in the end, and nobody else waits for it."""

from __future__ import annotations

from tests.world import World, hears_now

FLOOD = 200


def flood(world: World, name: str = "F1", count: int = FLOOD) -> None:
    for number in range(count):
        body = {
            "channel": "telegram",
            "user_id": name,
            "chat_id": name,
            "kind": "text",
            "text": f"สวัสดี {number}",
            "message_id": f"{name}-{number}",
        }
        world.put("telegram", name, body, event_id=f"{name}-{number}")


def unread(world: World) -> int:
    from storage import inbox

    with world.db.reading() as session:
        return int(inbox.depth(session, world.now)["unread"])


def test_a_flood_is_kept_slowed_and_answered_to_its_last_word(world: World) -> None:
    flood(world)
    world.work_off()
    left = unread(world)
    assert 0 < left < FLOOD, "some of it at once, the rest waits"
    minutes = 0
    while unread(world):
        minutes += 1
        world.passes(seconds=61).work_off()
        assert minutes < 10, "bounded"
    assert unread(world) == 0
    from sqlalchemy import func, select

    from storage.tables import Message

    with world.db.reading() as session:
        said = session.scalar(select(func.count()).select_from(Message).where(Message.direction == "in"))
    assert said == FLOOD, "not one was dropped"


def test_others_do_not_wait_for_a_flood(world: World) -> None:
    flood(world)
    world.work_off()
    assert unread(world)
    calm = world.citizen("U1", "telegram").says("ไฟถนนดับ ซอย 5").says("ส่งเรื่อง")
    assert calm.reference
    assert unread(world), "the flood still waits"


def test_danger_in_a_chat_of_normal_pace_is_never_held_up(world: World) -> None:
    citizen = world.citizen("U1", "telegram")
    for number in range(70):
        citizen.says(f"สวัสดี {number}")
    hears_now(citizen).says("ไฟไหม้บ้าน ช่วยด้วย").hears("199")


def test_a_flood_from_a_chat_that_fell_silent_is_worked_off_as_usual(world: World) -> None:
    """What waited while we were away came over hours: a backlog alone is no flood."""
    for number in range(40):
        world.passes(minutes=1)
        flood(world, f"F{number}", 1)
    flood(world, "F0", 30)
    world.passes(seconds=1).work_off()
    assert unread(world) == 0
