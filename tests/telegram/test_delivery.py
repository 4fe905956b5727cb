"""The outbox's sender against Telegram's emulator: every bad day ends in a state people can see, nobody hears twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import clock
from bot.channels import Call
from bot.delivery import Delivery
from bot.telegram.outbound import TelegramChannel
from handlers.messages import Card, Choice, Part, Say, Step, to_json
from handlers.services import Tools
from nlp import classify, mask
from storage import conversations, inbox, outbox
from storage.db import Database
from storage.tables import Conversation, OutboxMessage
from tests.conftest import prepared, seeded_postgres
from tests.telegram_emulator import Emulator
from tests.telegram_emulator.server import TOKEN, running
from tests.world import BANGKOK

UNSETTLED = {"queued", "sending", "failed"}
SETTLED = 0.7  # seconds
TOOLS = Tools(classify.classify, mask.mask, BANGKOK, lambda _reference, _secret: "")
PERSON, GROUP, GROWN = 7_000_000_321, -4_321, -1_000_000_004_321


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgres"])
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of its own: delivery commits in threads."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = f"sqlite:///{tmp_path}/d.db" if request.param == "sqlite" else seeded_postgres(f"pratu_tg_delivery_{worker}")
    db = prepared(url)
    yield db
    db.close()


class Post:
    """The office that sends to chats."""

    def __init__(self, db: Database, emulator: Emulator) -> None:
        self.db, self.emulator = db, emulator
        self.late = timedelta()  # how far the sender's clock is ahead

    def lane(self, chat: int) -> str:
        return inbox.lane_of(self.db.keys, "telegram", str(chat))

    def put(self, *parts: Part | str, chat: int = PERSON, held: bool = False) -> None:
        with self.db.transaction() as session:
            found = conversations.of_chat(session, "telegram", self.lane(chat), str(chat))
            row_id = outbox.put(
                session,
                channel="telegram",
                lane=found.lane,
                chat_id=str(chat),
                parts=[to_json(Say(part) if isinstance(part, str) else part) for part in parts],
                now=datetime.now(UTC),
            )
            if held:  # as after a long outage: it waits without keeping others back
                row = session.get_one(OutboxMessage, row_id)
                row.state, row.error = "held", "HTTP 502"

    def deliver(self, seconds: float = 5.0, channel: Callable[[], TelegramChannel] | None = None) -> None:
        """Let the sender work until every message has ended (or for so long), then stop it the proper way."""

        async def run() -> None:
            telegram = channel() if channel else TelegramChannel(TOKEN, self.emulator.url)
            delivery = Delivery(self.db, TOOLS, {"telegram": telegram}, lambda: clock.now() + self.late)
            await delivery.start()
            end = asyncio.get_running_loop().time() + seconds
            while asyncio.get_running_loop().time() < end and self._waits():  # noqa: ASYNC110 - rows send no signal
                await asyncio.sleep(0.1)
            await asyncio.sleep(SETTLED)  # whatever is sent once too often would go now
            await delivery.stop()
            await telegram.close()

        asyncio.run(run())

    def _waits(self) -> bool:
        soon = clock.now() + self.late + timedelta(minutes=1)
        return any(row.state in UNSETTLED or (row.state == "held" and row.not_before < soon) for row in self.rows())

    def rows(self) -> list[OutboxMessage]:
        with self.db.reading() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    @property
    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def seen(self, chat: int = PERSON) -> list[str]:
        return [message["text"] for message in self.emulator.seen_by(chat)]


@pytest.fixture
def post(real: Database, emulator: Emulator) -> Post:
    return Post(real, emulator)


ASKS = (Choice("ใช่"),)


def test_a_lost_answer_is_uncertain_and_never_sent_again(post: Post) -> None:
    post.emulator.faults.append("lost")
    post.put("ครั้งเดียว")
    post.deliver(3.0)
    assert (post.seen(), post.states) == (["ครั้งเดียว"], ["uncertain"])


def test_what_comes_after_a_lost_part_still_arrives_and_the_doubt_stays(post: Post) -> None:
    """Also when the rest needs another try: the doubt about the first part is not forgotten."""
    post.emulator.faults.extend(["lost", "500"])
    post.put(Say("หนึ่ง", ASKS), Say("สอง", ASKS))
    post.deliver(5.0)
    assert (post.seen(), post.states) == (["หนึ่ง", "สอง"], ["uncertain"])


@pytest.mark.parametrize("fault", ["500", "502", "429"])
def test_trouble_that_took_nothing_is_sent_again_once(post: Post, fault: str) -> None:
    post.emulator.faults.append(fault)
    post.put("ในที่สุด")
    post.deliver(4.5)
    assert (post.seen(), post.states) == (["ในที่สุด"], ["sent"])


def test_nobody_listening_waits(post: Post) -> None:
    post.emulator.stop()
    post.put("รอ")
    post.deliver(1.0)
    assert post.states == ["failed"]
    post.emulator.start()
    post.deliver(4.0)
    assert (post.seen(), post.states) == (["รอ"], ["sent"])


def test_a_hushed_chat_waits_in_the_database_and_strangers_hear_at_once(post: Post) -> None:
    def hushed() -> TelegramChannel:
        channel = TelegramChannel(TOKEN, post.emulator.url)
        channel._pace.hush(str(PERSON), 3600.0)
        return channel

    for number in range(70):  # more than there are places
        post.put(f"รอ {number}", held=True)
    post.put("ถึง", chat=PERSON + 1)
    post.deliver(3.0, hushed)
    assert (post.seen(PERSON + 1), post.seen()) == (["ถึง"], [])
    waiting = [row for row in post.rows() if row.state == "held"]
    assert len(waiting) == 70
    assert all(row.not_before > datetime.now(UTC) + timedelta(minutes=50) for row in waiting)


def test_nothing_keeps_its_chat_waiting_longer_than_ten_minutes(post: Post) -> None:
    """Told to be silent for an hour: the message waits, and what comes after it is not kept back by it."""

    class Silent(TelegramChannel):
        async def push(self, chat_id: str, call: Call, key: str) -> object:  # type: ignore[override]
            if call.texts == ["รอ"]:
                self._pace.hush("somebody else", 1.0)
                from bot.channels import SendFailed

                raise SendFailed("again", "429", retry_after=3600.0)
            return await super().push(chat_id, call, key)

    post.put("รอ")
    post.put("ถึง")
    post.deliver(2.5, lambda: Silent(TOKEN, post.emulator.url))
    assert (post.seen(), post.states) == (["ถึง"], ["held", "sent"])


def test_a_group_that_moves_while_two_messages_are_on_their_way(post: Post) -> None:
    post.emulator.migrated[GROUP] = GROWN
    post.put("หนึ่ง", chat=GROUP, held=True)
    post.put("สอง", chat=GROUP, held=True)
    post.put("สาม", chat=GROUP)
    with post.db.transaction() as session:
        for row in session.scalars(select(OutboxMessage)):
            row.not_before = outbox.AT_ONCE
        chat = conversations.by_lane(session, post.lane(GROUP))
        assert chat is not None
        chat.agency_code, chat.unit_code = "DEMO", "ENG"
    post.deliver(5.0)
    assert sorted(post.seen(GROWN)) == ["สอง", "สาม", "หนึ่ง"]
    assert post.states == ["sent"] * 3
    with post.db.reading() as session:
        chats = {row.lane: row.agency_code for row in session.scalars(select(Conversation))}
    assert chats == {post.lane(GROUP): None, post.lane(GROWN): "DEMO"}


def test_a_card_too_long_to_draw_arrives_in_words(post: Post) -> None:
    card = Card("ก", "70-00001-3", "ข", (Step("ค", "now"),), (("ง", "จ" * 5000),), "ฉ" * 5000)
    post.put(card)
    post.deliver(4.0)
    assert "".join(post.seen()) == "ฉ" * 5000
    assert post.states == ["sent"]


def test_plain_words_too_long_for_one_message_are_split(post: Post) -> None:
    class Careless(TelegramChannel):
        """Draws two bubbles as one, whatever they measure."""

        def draw(self, parts: Sequence[Part]) -> list[Call]:
            calls = super().draw(parts)
            if len(parts) < 2:
                return calls
            texts = [text for call in calls for text in call.texts]
            return [Call([{"text": "".join(texts)}], ["".join(texts)])]

    post.put("😀" * 1900, "😁" * 1900)
    post.deliver(4.0, lambda: Careless(TOKEN, post.emulator.url))
    assert "".join(post.seen()) == "😀" * 1900 + "😁" * 1900
    assert (len(post.seen()), post.states) == (2, ["sent"])


def test_what_cannot_be_said_at_all_is_given_up_visibly(post: Post) -> None:
    class Broken(TelegramChannel):
        def draw(self, parts: Sequence[Part]) -> list[Call]:
            return [Call([{"text": "<b>ไม่ปิด"}], ["ไม่ปิด"])]

    post.put("ไม่ปิด")
    post.deliver(1.5, lambda: Broken(TOKEN, post.emulator.url))
    (row,) = post.rows()
    assert (post.seen(), row.state) == ([], "given_up")


def test_a_mistake_of_ours_after_the_first_part_does_not_say_it_twice(post: Post) -> None:
    class Stumbles(TelegramChannel):
        stumbled = False

        async def push(self, chat_id: str, call: Call, key: str) -> object:  # type: ignore[override]
            if call.texts == ["สอง"] and not self.stumbled:
                self.stumbled = True
                raise ValueError("nobody foresaw this")
            return await super().push(chat_id, call, key)

    post.put(Say("หนึ่ง", ASKS), Say("สอง", ASKS))
    post.deliver(5.0, lambda: Stumbles(TOKEN, post.emulator.url))
    assert post.seen() == ["หนึ่ง", "สอง"]


def test_an_old_message_is_not_given_up_at_its_first_bad_moment(post: Post) -> None:
    """Held for weeks until the person came back: one 502 must not end it."""
    post.emulator.faults.append("502")
    post.put("ข่าวเก่า")
    post.late = timedelta(days=30)
    post.deliver(4.5)
    assert (post.seen(), post.states) == (["ข่าวเก่า"], ["sent"])
