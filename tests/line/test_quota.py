"""The month's pushes on LINE: read, budgeted, told of before they are gone; what waits rides on a free answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import clock
from bot.channels import SendFailed
from bot.jobs import JOBS, JobContext
from bot.line.outbound import LineChannel
from handlers.messages import Say
from handlers.reports import counting
from handlers.rules import pushing
from handlers.services import Svc, put_out
from storage import agencies, conversations, pushes
from storage.db import Database
from storage.inbox import lane_of
from storage.tables import OutboxMessage, PushReading
from storage.words import OutboxState, Role
from tests.line.test_delivery import Post, real
from tests.line_emulator import Emulator
from tests.line_emulator.server import TOKEN
from tests.world import World, hears_now

__all__ = ["real"]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def read(world: World, most: int | None, used: int) -> dict[str, Any]:
    """LINE is asked, and says this."""
    return dict(JOBS["quota"](JobContext(world.db, world.tools, lambda: world.now, quota=lambda: (most, used)), False))


# --- the order -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "waiting"),
    [
        (0, []),
        (179, []),
        (180, ["announcement"]),
        (210, ["announcement", "survey"]),
        (240, ["announcement", "survey", "digest"]),
        (270, ["announcement", "survey", "digest", "notice"]),
        (291, ["announcement", "survey", "digest", "notice", "question"]),
        (999, ["announcement", "survey", "digest", "notice", "question"]),
    ],
)
def test_what_can_wait_waits_first(used: int, waiting: list[str]) -> None:
    assert pushing.held({}, 300, used) == waiting
    assert pushing.held({}, None, used) == []


def test_an_agency_may_set_its_own_order_and_budgets() -> None:
    rules = {"held_from": {"notice": 10}, "agencies": {"DEMO": {"survey": 2}}}
    assert pushing.waits(rules, 100, 10, {}, "DEMO", "notice")
    assert not pushing.waits(rules, 100, 9, {}, "DEMO", "notice")
    assert pushing.waits(rules, None, 0, {("DEMO", "survey"): 2}, "DEMO", "survey")
    assert not pushing.waits(rules, None, 0, {("DEMO", "survey"): 2}, "KHAONOI", "survey")
    assert not pushing.waits(rules, 100, 500, {}, "DEMO", ""), "an answer is never kept back by us"


# --- readings and warnings -------------------------------------------------------------------------------------------


def test_officers_are_warned_once_at_each_level(world: World) -> None:
    intake = world.officer("รับเรื่อง", Role.INTAKE, unit="OFFICE")
    assert read(world, 300, 209) == {"read": 1, "used": 209, "limit": 300, "level": 0}
    hears_now(intake).hears_nothing()
    read(world, 300, 210)
    hears_now(intake).hears("โควตา", "210 จาก 300", "70%", "ประกาศ, แบบประเมิน")
    read(world, 300, 215)
    hears_now(intake).hears_nothing()
    read(world, 300, 280)
    hears_now(intake).hears("โควตา", "93%", "แจ้งเตือนทั่วไป")
    read(world, 300, 300)
    hears_now(intake).hears("โควตา", "100%")
    world.passes(days=8)  # December
    read(world, 300, 5)
    hears_now(intake).hears_nothing()
    read(world, 300, 299)  # at once over two levels: told once
    hears_now(intake).hears("99%")
    read(world, 300, 299)
    hears_now(intake).hears_nothing()


def test_without_a_limit_nobody_is_warned(world: World) -> None:
    intake = world.officer("รับเรื่อง", Role.INTAKE, unit="OFFICE")
    read(world, None, 100_000)
    hears_now(intake).hears_nothing()
    with world.db.reading() as session:
        assert counting.quota(Svc(session, world.now, world.tools))["known"] is False


def test_line_that_does_not_answer_changes_nothing(world: World) -> None:
    def fails() -> tuple[int | None, int]:
        raise SendFailed("again", "ConnectError")

    context = JobContext(world.db, world.tools, lambda: world.now, quota=fails)
    assert JOBS["quota"](context, False) == {"read": 0, "failed": 1}
    assert JOBS["quota"](JobContext(world.db, world.tools, lambda: world.now), False) == {"read": 0}


def pushed(world: World, count: int, purpose: str = "notice", *, agency: str = "DEMO", answer: bool = False) -> None:
    with world.db.transaction() as session:
        for number in range(count):
            key = f"{purpose}{world.now:%d%H%M}{number}"
            session.add(
                OutboxMessage(
                    key=key,
                    channel="line",
                    lane="x",
                    state="sent",
                    purpose=purpose,
                    agency_code=agency,
                    reply_event_us=1 if answer else None,
                    sent_at=world.now,
                    not_before=world.now,
                    created_at=world.now,
                )
            )


def test_what_went_since_the_last_word_is_added(world: World) -> None:
    pushed(world, 3)
    world.passes(minutes=5)
    read(world, 300, 40)  # others push on this account too
    world.passes(minutes=5)
    pushed(world, 2, "survey")
    pushed(world, 7, answer=True)
    with world.db.reading() as session:
        found = counting.quota(Svc(session, world.now, world.tools))
        stands = pushes.standing(session, "line", pushing.month_of(world.now))
    assert (found["used"], found["limit"], found["known"]) == (42, 300, True)
    assert found["forecast"] == round(42 / 23.403 * 30)
    assert stands.by == {("DEMO", "notice"): 3, ("DEMO", "survey"): 2}
    world.passes(days=8)  # the next month begins at nothing, its limit is known
    with world.db.reading() as session:
        found = counting.quota(Svc(session, world.now, world.tools))
    assert (found["used"], found["limit"]) == (0, 300)


def test_every_message_says_what_it_is_for(world: World) -> None:
    """By whom it is put out: an urgent case makes everything of it urgent."""
    officer = world.officer("ชล", Role.OFFICER, unit="ENG", channel="line")
    world.officer("รับเรื่อง", Role.INTAKE, unit="OFFICE", channel="line")
    citizen = world.citizen("U1").says("ไฟถนนดับซอย 5").says("ส่งเรื่อง")
    reference = citizen.reference
    officer.says(f"/รับ {reference}")
    officer.says(f"/ถาม {reference} เสาต้นไหน")
    world.citizen("U2").says("ไฟไหม้บ้าน ช่วยด้วย").says("หมู่ 3")
    with world.db.reading() as session:
        rows = [(row.purpose, row.agency_code, row.reply_event_us is None) for row in session.query(OutboxMessage)]
    assert {(purpose, agency) for purpose, agency, is_push in rows if not is_push} == {(None, None)}
    found = {purpose for purpose, agency, is_push in rows if is_push and agency == "DEMO"}
    assert {"notice", "question", "urgent"} <= found


# --- what waits ------------------------------------------------------------------------------------------------------


def told(world: World, purpose: Any, text: str, user: str = "U1") -> int | None:
    with world.db.transaction() as session:
        conversation = conversations.of_chat(session, "line", lane_of(session.keys, "line", user), user)
        return put_out(Svc(session, world.now, world.tools), conversation, [Say(text)], purpose=purpose)


@pytest.fixture
def post(real: Database) -> Iterator[Post]:
    emulator = Emulator().start()
    yield Post(real, emulator)
    emulator.stop()


def test_short_of_pushes_the_urgent_ones_go_and_the_others_ride(post: Post) -> None:
    world = World(post.db, now=datetime.now(UTC), events=100)
    world.citizen(post.user).says("สวัสดี")
    world.delivers()
    with post.db.transaction() as session:
        pushes.note_reading(session, "line", clock.now(), 100, 95)
    for purpose, text in (("announcement", "ประกาศ"), ("notice", "ความคืบหน้า"), ("urgent", "ด่วน"), ("result", "ผล")):
        told(world, purpose, text, post.user)
    post.deliver()
    assert post.seen == ["ด่วน", "ผล"]
    assert post.emulator.used == 2
    kept = [row for row in post.rows() if row.state == OutboxState.HELD]
    assert [(row.purpose, row.error) for row in kept] == [("announcement", "quota"), ("notice", "quota")]
    world.citizen(post.user).says("มีใครอยู่ไหม").hears("ประกาศ", "ความคืบหน้า")
    assert [row.state for row in post.rows() if row.purpose in ("announcement", "notice")] == ["folded", "folded"]


def test_a_budget_of_an_agency_holds_its_own_purpose_only(post: Post) -> None:
    world = World(post.db, now=datetime.now(UTC), events=100)
    world.citizen(post.user).says("สวัสดี")
    world.delivers()
    with post.db.transaction() as session:
        rules = agencies.setting(session, "pushes")
        agencies.put_setting(session, "pushes", {**rules, "agencies": {"DEMO": {"survey": 1}}})
    for number in range(3):
        told(world, "survey", f"ประเมิน {number}", post.user)
    told(world, "notice", "ทั่วไป", post.user)
    post.deliver()
    assert post.seen == ["ประเมิน 0", "ทั่วไป"]
    assert sorted(row.state for row in post.rows() if row.purpose == "survey") == ["held", "held", "sent"]


def test_the_emulator_is_read_as_line_is(world: World) -> None:
    emulator = Emulator().start()
    try:
        emulator.quota, emulator.used = 300, 12
        assert asyncio.run(LineChannel(TOKEN, emulator.url).quota()) == (300, 12)
        emulator.quota = None
        assert asyncio.run(LineChannel(TOKEN, emulator.url).quota()) == (None, 12)
    finally:
        emulator.stop()
    read(world, 300, 12)
    with world.db.reading() as session:
        (row,) = session.query(PushReading)
        assert (row.channel, row.most, row.used) == ("line", 300, 12)
