"""The outbox's sender against the emulator: every bad day ends in a state people can see, and nobody is told twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.delivery import Delivery
from bot.line.outbound import LineChannel
from bot.waiting import WaitingRoom
from handlers.messages import Say, to_json
from handlers.services import Tools
from nlp import classify, mask
from storage import conversations, ids, inbox, outbox, presence, sending
from storage.db import Database
from storage.inbox import NewEvent
from storage.tables import Account, Message, OutboxMessage, Person
from tests.conftest import prepared, seeded_postgres
from tests.line_emulator import Emulator
from tests.line_emulator.server import TOKEN, ReplyToken
from tests.world import BANGKOK

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
TOOLS = Tools(classify.classify, mask.mask, BANGKOK, lambda _reference, _secret: "")

UNSETTLED = {"queued", "sending", "failed"}
SETTLED = 0.7  # seconds


@pytest.fixture(params=["sqlite", "postgres"])
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of its own: delivery commits in threads."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = f"sqlite:///{tmp_path}/d.db" if request.param == "sqlite" else seeded_postgres(f"pratu_delivery_{worker}")
    db = prepared(url)
    yield db
    db.close()


class Post:
    """One person's chat, and the office that sends to it."""

    def __init__(self, db: Database, emulator: Emulator) -> None:
        self.db, self.emulator, self.user = db, emulator, "U" + "b" * 32
        self.lane = inbox.lane_of(db.keys, "line", self.user)
        with db.transaction() as session:
            person = Person(created_at=clock.now())
            session.add(person)
            session.flush()
            account = Account(key=ids.new_key()[:32], channel="line", person_id=person.id, created_at=clock.now())
            session.add(account)
            session.flush()
            self.account_id = account.id
            conversation = conversations.lock(session, self.lane, "line")
            assert conversation is not None
            conversation.account_id = account.id

    def put(self, *texts: str, token: str = "", age: float = 0.0, once: str | None = None) -> int | None:
        now = datetime.now(UTC)
        if token:
            at = self.emulator.clock() - age
            self.emulator.tokens[token] = ReplyToken(self.user, at, at)
        with self.db.transaction() as session:
            return outbox.put(
                session,
                channel="line",
                lane=self.lane,
                chat_id=self.user,
                account_id=self.account_id,
                parts=[to_json(Say(text)) for text in texts],
                now=now,
                reply_token=token,
                reply_event_at=now - timedelta(seconds=age),
                once=once,
            )

    def deliver(self, seconds: float = 1.5) -> None:
        """Let the sender work until all has ended (or so long), and a little more; then stop it the proper way."""

        async def run() -> None:
            channel = LineChannel(TOKEN, self.emulator.url, self.emulator.url)
            delivery = Delivery(self.db, TOOLS, {"line": channel}, clock.now)
            await delivery.start()
            end = asyncio.get_running_loop().time() + seconds
            while asyncio.get_running_loop().time() < end and UNSETTLED & set(self.states):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            await asyncio.sleep(SETTLED)  # whatever is sent once too often would go now
            await delivery.stop()
            await channel.close()

        asyncio.run(run())

    def rows(self) -> list[OutboxMessage]:
        with self.db.reading() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    @property
    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    @property
    def seen(self) -> list[Any]:
        return [message.get("text") for message in self.emulator.seen_by(self.user)]


@pytest.fixture
def post(real: Database, emulator: Emulator) -> Post:
    return Post(real, emulator)


@pytest.fixture
def surely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits whether a dead worker only lost its connection; that they do is told in tests/machines."""
    monkeypatch.setattr(presence, "SURELY_SECONDS", 0.0)


def test_reply_is_free_and_written_down(post: Post) -> None:
    post.put("หนึ่ง", "สอง", token="t1")
    post.deliver()
    assert (post.seen, post.states, post.emulator.used) == (["หนึ่ง", "สอง"], ["sent"], 0)
    with post.db.reading() as session:
        said = [post.db.keys.open_text(row.text) for row in session.scalars(select(Message).order_by(Message.id))]
    assert said == ["หนึ่ง", "สอง"]


def test_stale_token_becomes_one_push(post: Post) -> None:
    post.put("ช้าไป", token="t1", age=90)
    post.deliver()
    assert (post.seen, post.states) == (["ช้าไป"], ["sent"])
    assert [item.how for item in post.emulator.delivered] == ["push"]


def test_an_old_token_is_not_tried_first(post: Post) -> None:
    """Were its answer unclear, nobody could tell whether it arrived; a push can be repeated."""
    post.emulator.faults.extend(["500"] * 3)
    post.put("ทีหลังแต่ถึง", token="t1", age=50)  # LINE would still take it
    post.deliver(20)
    assert (post.seen, post.states) == (["ทีหลังแต่ถึง"], ["sent"])
    assert [item.how for item in post.emulator.delivered] == ["push"]


def test_lost_answer_to_a_reply_is_never_a_second_copy(post: Post) -> None:
    post.emulator.faults.append("lost")
    post.put("ครั้งเดียว", token="t1")
    post.deliver(2.5)
    assert (post.seen, post.states) == (["ครั้งเดียว"], ["sent"])


def test_reply_that_met_500_three_times_is_tried_again_on_the_same_token(post: Post) -> None:
    post.emulator.faults.extend(["500"] * 3)
    post.put("ในที่สุด", token="t1")
    post.deliver(8.5)
    assert (post.seen, post.states) == (["ในที่สุด"], ["sent"])
    assert [item.how for item in post.emulator.delivered] == ["reply"]


def test_lost_answer_to_a_push_is_never_a_second_copy(post: Post) -> None:
    post.emulator.faults.append("lost")
    post.put("ครั้งเดียว")
    post.deliver(4.0)
    assert (post.seen, post.states) == (["ครั้งเดียว"], ["sent"])


def test_spent_quota_holds_the_message_and_says_why(post: Post) -> None:
    post.emulator.quota = 0
    post.put("รอก่อน")
    post.deliver()
    (row,) = post.rows()
    assert (post.seen, row.state, row.error) == ([], "held", "quota")
    assert row.not_before > datetime.now(UTC) + timedelta(hours=1)


def test_what_line_refuses_arrives_in_plain_words_or_is_given_up_visibly(post: Post) -> None:
    post.emulator.known = {"U" + "c" * 32}  # LINE does not know this person
    post.put("ไม่ถึง")
    post.deliver()
    (row,) = post.rows()
    assert row.state == "given_up"
    assert "400" in (row.error or "")


def test_order_is_kept_within_a_chat(post: Post) -> None:
    post.emulator.faults.append("slow")
    for number in range(5):
        post.put(f"ที่ {number}")
    post.deliver(4.0)
    assert post.seen == [f"ที่ {number}" for number in range(5)]


def test_a_fact_is_told_once(post: Post) -> None:
    assert post.put("ข่าว", once="status:1") is not None
    assert post.put("ข่าว", once="status:1") is None
    post.deliver()
    assert post.seen == ["ข่าว"]


def test_claim_of_a_dead_worker_is_given_back(post: Post, surely: None) -> None:
    """It died after LINE took the reply: the token is used, so it is known to have arrived."""
    post.put("เคยส่งแล้ว", token="t1")
    with post.db.transaction() as session:
        (claimed,) = sending.claim(session, ids.new_key(), datetime.now(UTC))
    post.emulator.tokens["t1"].used = True
    post.deliver(2.0)
    assert claimed.reply_token == "t1"
    assert (post.seen, post.states) == ([], ["sent"])


def test_claim_of_a_dead_worker_whose_token_is_too_old_is_pushed(post: Post, surely: None) -> None:
    post.put("ไม่รู้ว่าถึงไหม", token="t1", age=120)
    with post.db.transaction() as session:
        sending.claim(session, ids.new_key(), datetime.now(UTC))
    post.deliver(2.0)
    assert (post.seen, post.states) == (["ไม่รู้ว่าถึงไหม"], ["sent"])


def test_a_dead_workers_push_is_repeated_by_its_key_though_the_token_would_still_do(post: Post, surely: None) -> None:
    """The event came late and again, so LINE takes its token; but it was put out too late to be replied."""
    post.put("ครั้งเดียว", token="t1", age=120)
    with post.db.transaction() as session:
        sending.claim(session, ids.new_key(), datetime.now(UTC))
    post.emulator.tokens["t1"].delivered_at = post.emulator.clock()
    post.deliver(2.0)
    assert (post.seen, post.states) == (["ครั้งเดียว"], ["sent"])
    assert [item.how for item in post.emulator.delivered] == ["push"]


def test_blocked_chats_do_not_hold_up_others(post: Post) -> None:
    post.emulator.quota = 0
    post.put("ติดโควตา")
    other = "U" + "d" * 32
    now = datetime.now(UTC)
    post.emulator.tokens["free"] = ReplyToken(other, post.emulator.clock(), post.emulator.clock())
    with post.db.transaction() as session:
        lane = inbox.lane_of(session.keys, "line", other)
        conversations.lock(session, lane, "line")
        outbox.put(
            session,
            channel="line",
            lane=lane,
            chat_id=other,
            parts=[to_json(Say("ถึง"))],
            now=now,
            reply_token="free",
            reply_event_at=now,
        )
    post.deliver()
    assert [message["text"] for message in post.emulator.seen_by(other)] == ["ถึง"]


def test_who_waits_long_sees_that_an_answer_is_coming(post: Post) -> None:
    """Two events nobody has worked on yet: a text of a second and a half ago, and one of a minute ago."""
    now = clock.now_us()
    body = b'{"events":[{"type":"message","source":{"userId":"%s"},"message":{"type":"text","id":"1","text":"x"}}]}'
    for name, age in (("waits", 2_000_000), ("forgotten", 60_000_000), ("fresh", 0)):
        event = NewEvent("line", name, post.user, now - age, now - age, body % post.user.encode())
        inbox.put(post.db, [event])

    async def run() -> None:
        channel = LineChannel(TOKEN, post.emulator.url, post.emulator.url)
        room = WaitingRoom(post.db, {"line": channel}, clock.now)
        await room.start()
        await asyncio.sleep(0.8)
        await room.stop()
        await channel.close()

    asyncio.run(run())
    assert post.emulator.animations == 1
    assert post.emulator.violations == []
