"""Telegram's answers and what they mean, through the real SDK against the emulator, without the rest of the house."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.channels import ContentGone, ContentTooLarge, SendFailed, Sent
from bot.telegram import outbound, setup
from bot.telegram.outbound import TelegramChannel
from handlers.messages import Choice, Say
from tests.telegram_emulator import Emulator
from tests.telegram_emulator.server import TOKEN, running

CHAT = 7_000_000_123


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as started:
        yield started


def through(emulator: Emulator, work: Any, token: str = TOKEN) -> Any:
    """Run something with a channel of its own, closed afterwards."""

    async def run() -> Any:
        channel = TelegramChannel(token, emulator.url)
        try:
            return await work(channel)
        finally:
            await channel.close()

    return asyncio.run(run())


def failed(emulator: Emulator, work: Any, token: str = TOKEN) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        through(emulator, work, token)
    return caught.value


def says(channel: TelegramChannel, text: str = "สวัสดี", chat: int = CHAT) -> Any:
    return channel.push(str(chat), channel.draw([Say(text)])[0], "key")


def test_a_message_arrives_with_its_id(emulator: Emulator) -> None:
    sent: Sent = through(emulator, says)
    assert sent.message_ids == (str(emulator.delivered[0].message_id),)
    assert emulator.seen_by(CHAT)[0]["text"] == "สวัสดี"


@pytest.mark.parametrize(
    ("fault", "problem", "arrived"),
    [
        ("500", "again", 0),
        ("502", "again", 0),  # a proxy's page that is not even text
        ("429", "again", 0),
        ("lost", "ambiguous", 1),  # taken, and the line was cut: never sent again
    ],
)
def test_what_a_fault_means(emulator: Emulator, fault: str, problem: str, arrived: int) -> None:
    emulator.faults.append(fault)
    assert failed(emulator, says).problem == problem
    assert len(emulator.seen_by(CHAT)) == arrived


def test_no_answer_in_time_is_ambiguous(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT", 0.3)
    emulator.faults.append("slow")
    assert failed(emulator, says).problem == "ambiguous"


def test_nobody_listening_is_safe_to_repeat(emulator: Emulator) -> None:
    emulator.stop()
    assert failed(emulator, says).problem == "again"


def test_a_429_hushes_its_chat_and_no_other(emulator: Emulator) -> None:
    async def work(channel: TelegramChannel) -> list[float | None]:
        emulator.faults.append("429")
        waits = []
        for _ in range(2):
            with pytest.raises(SendFailed) as caught:
                await says(channel)
            waits.append(caught.value.retry_after)
            channel._pace.hush(str(CHAT), 600.0)
        await says(channel, chat=CHAT + 1)
        return waits

    began = time.monotonic()
    first, second = through(emulator, work)
    assert first == 1.0
    assert second is not None
    assert 590 < second <= 600
    assert time.monotonic() - began < 3, "nobody sleeps through a long silence"
    assert len(emulator.seen_by(CHAT + 1)) == 1


@pytest.mark.parametrize(
    ("where", "problem"),
    [("blocked", "unreachable"), ("deactivated", "unreachable"), ("unknown", "unreachable"), ("kicked", "unreachable")],
)
def test_who_cannot_be_reached(emulator: Emulator, where: str, problem: str) -> None:
    getattr(emulator, where).add(CHAT)
    assert failed(emulator, says).problem == problem


def test_a_group_that_moved_says_where(emulator: Emulator) -> None:
    emulator.migrated[-5] = -1_000_000_000_005
    moved = failed(emulator, lambda channel: says(channel, chat=-5))
    assert (moved.problem, moved.chat_id) == ("moved", "-1000000000005")


def test_a_wrong_token_waits_for_the_operator(emulator: Emulator) -> None:
    assert failed(emulator, says, "123456:wrong").problem == "again"


def test_what_telegram_will_never_take_is_refused(emulator: Emulator) -> None:
    async def work(channel: TelegramChannel) -> None:
        call = channel.draw([Say("ก")])[0]
        call.messages[0]["text"] = "<b>ก"
        await channel.push(str(CHAT), call, "key")

    assert failed(emulator, work).problem == "refused"


def test_a_tap_is_noticed_and_a_late_one_is_no_matter(emulator: Emulator) -> None:
    fresh, late = emulator.issue_callback(), emulator.issue_callback()
    emulator.callbacks[late] -= 151

    async def work(channel: TelegramChannel) -> None:
        await channel.noticed(fresh)
        await channel.noticed(late)

    through(emulator, work)
    assert list(emulator.answered) == [fresh]


async def content(channel: TelegramChannel, ref: str) -> bytes:
    async with channel.fetch(ref) as chunks:
        return b"".join([chunk async for chunk in chunks])


def test_a_file_comes_in_pieces(emulator: Emulator) -> None:
    ref = emulator.keep_file(b"picture" * 100_000)
    assert through(emulator, lambda channel: content(channel, ref)) == b"picture" * 100_000


def test_a_file_that_cannot_be_had(emulator: Emulator) -> None:
    large = emulator.keep_file(b"x" * (20 * 1024 * 1024 + 1))
    with pytest.raises(ContentTooLarge):
        through(emulator, lambda channel: content(channel, large))
    with pytest.raises(ContentGone):
        through(emulator, lambda channel: content(channel, "nobody-knows-it"))


@pytest.mark.parametrize("fault", ["500", "502", "429", "lost"])
@pytest.mark.parametrize("before", [[], ["ok"]])  # asking for the link, or following it
def test_a_file_is_fetched_again_after_trouble(emulator: Emulator, fault: str, before: list[str]) -> None:
    ref = emulator.keep_file(b"picture")
    emulator.file_faults.extend([*before, fault])
    trouble = failed(emulator, lambda channel: content(channel, ref))
    assert trouble.problem in ("again", "ambiguous")  # either way the fetcher asks again
    assert TOKEN not in str(trouble)
    assert through(emulator, lambda channel: content(channel, ref)) == b"picture"


def test_typing_is_a_hint(emulator: Emulator) -> None:
    emulator.blocked.add(CHAT)
    through(emulator, lambda channel: channel.typing(str(CHAT)))


def test_setup_gives_the_webhook_and_the_lists(emulator: Emulator) -> None:
    async def work(channel: TelegramChannel) -> str:
        return await setup.install(channel, "https://pratu.example/webhooks/telegram", "s3cret_token", [str(CHAT)])

    assert "webhook set" in through(emulator, work)
    assert emulator.webhook["url"] == "https://pratu.example/webhooks/telegram"
    assert {"all_private_chats", "all_group_chats", f"chat:{CHAT}"} == set(emulator.commands)
    emulator.unknown.add(CHAT)
    assert "command lists for 2 scopes (1 officers' chats could not be reached)" in through(emulator, work)


def test_buttons_are_what_the_emulator_takes(emulator: Emulator) -> None:
    async def work(channel: TelegramChannel) -> None:
        for call in channel.draw([Say("ถูกไหม", (Choice("ใช่"), Choice("เปิด", "https://x.example", opens="link")))]):
            await channel.push(str(CHAT), call, "key")

    through(emulator, work)
    (message,) = emulator.seen_by(CHAT)
    assert [len(row) for row in message["reply_markup"]["inline_keyboard"]] == [2]
    assert emulator.violations == []
