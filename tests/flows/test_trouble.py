"""A failing event: tried again with growing waits, then parked for people; it never blocks anybody else."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import turn
from storage import conversations, inbox
from storage.words import Role
from tests.world import World, read


class Poison(Exception):
    pass


def poisoned(unread: Any) -> Any:
    incoming = read(unread)
    if "พิษ" in incoming.text:
        raise Poison
    return incoming


def work_off(world: World) -> None:
    """What bot/turns.py does, with a reader that chokes."""
    for _ in range(30):
        with world.db.reading() as session:
            lanes = inbox.lanes_waiting(session, world.now)
        if not lanes:
            return
        for lane, channel in lanes:
            try:
                with world.db.transaction() as session:
                    turn.take_turn(session, world.tools, poisoned, lane, channel, world.now)
            except Poison as error:
                with world.db.transaction() as session:
                    turn.note_failure(session, world.tools, lane, channel, type(error).__name__, world.now)


def test_poison_is_parked_and_its_chat_goes_on(world: World) -> None:
    intake = world.officer("T1", Role.INTAKE)
    citizen = world.citizen("U1").says("สวัสดีค่ะ")
    citizen.does(work=False, kind="text", text="พิษ")
    citizen.does(work=False, kind="text", text="เมนู")
    other = world.citizen("U2")
    other.does(work=False, kind="text", text="เมนู")
    work_off(world)
    other.listen().hears("แจ้งปัญหา")
    citizen.parts = []
    citizen.listen().hears_nothing()  # order is kept: the menu waits behind the poison
    for _ in range(turn.MOST_TRIES):
        world.passes(minutes=2)
        work_off(world)
    citizen.listen().hears("เจ้าหน้าที่จะอ่านเอง", "แจ้งปัญหา")
    intake.parts = []
    intake.listen().hears("pratu replay")
    with world.db.reading() as session:
        assert inbox.depth(session, world.now)["parked"] == 1


def test_waits_grow_and_are_bounded(world: World) -> None:
    citizen = world.citizen("U1")
    citizen.does(work=False, kind="text", text="พิษ")
    waits = []
    for _ in range(turn.MOST_TRIES - 1):
        work_off(world)
        with world.db.reading() as session:
            lane = inbox.lane_of(session.keys, "line", "U1")
            held = conversations.by_lane(session, lane)
            assert held is not None
            assert held.not_before is not None
            waits.append((held.not_before - world.now).total_seconds())
        world.passes(seconds=waits[-1] + 1)
    assert waits == sorted(waits)
    assert waits[-1] <= 60


def test_replayed_event_is_worked_on_again(world: World) -> None:
    citizen = world.citizen("U1")
    citizen.does(work=False, kind="text", text="พิษ")
    for _ in range(turn.MOST_TRIES):
        work_off(world)
        world.passes(minutes=2)
    with world.db.transaction() as session:
        assert inbox.replay(session, "event-1") == 1
    citizen.parts = []
    world.work_off()  # the reader is mended
    assert citizen.listen().parts


@pytest.mark.parametrize(
    "kind", ["text", "image", "audio", "file", "place", "sticker", "follow", "other", "contact", "video"]
)
def test_no_kind_of_event_breaks_a_turn(world: World, kind: str) -> None:
    citizen = world.citizen()
    for step in ([], ["ไฟถนนดับ"], ["ซอย 5"], ["แก้ไข"]):
        for said in step:
            citizen.says(said)
        media = {"ref": "x"} if kind in ("image", "audio", "file", "video") else None
        place = {"text": "", "lat": None, "lon": None} if kind == "place" else None
        citizen.does(kind=kind, text="", media=media, place=place)
    assert world.work_off() == 0


def test_text_with_what_no_database_holds(world: World) -> None:
    citizen = world.citizen().says("ไฟ\x00ถนนดับ ซอย 5 \ud800")
    citizen.says("1").hears("รหัสเรื่อง")
    assert "\x00" not in (world.opened(world.case(citizen.reference).text) or "")


def test_very_long_text_becomes_one_case(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ ซอย 5 " + "มืดมาก " * 2000)
    citizen.says("1")
    assert len(world.opened(world.case(citizen.reference).text) or "") > 10_000
