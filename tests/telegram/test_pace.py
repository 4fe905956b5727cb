"""How fast we speak on Telegram, on a clock of our own: nobody waits for somebody else's chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.channels import SendFailed
from bot.telegram.pace import ALL_PER_SECOND, GROUP_PER_MINUTE, MINUTE, PATIENCE, REMEMBERED, Pace


class Moments:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pace(self) -> Pace:
        return Pace(lambda: self.now, self.sleep)


def run(work: Callable[[Moments, Pace], Awaitable[None]]) -> None:
    moments = Moments()
    asyncio.run(work(moments, moments.pace()))  # type: ignore[arg-type]


def test_a_chat_hears_one_message_a_second() -> None:
    async def work(moments: Moments, pace: Pace) -> None:
        for _ in range(3):
            assert await pace.turn("7") == 0.0
        assert moments.slept == [1.0, 1.0]

    run(work)


@pytest.mark.parametrize("quiet", ["77", "-5"])
def test_a_hushed_chat_keeps_no_stranger_waiting(quiet: str) -> None:
    async def work(moments: Moments, pace: Pace) -> None:
        pace.hush(quiet, 3600.0)
        for _ in range(40):  # it is asked for again and again, and takes no slot of the others
            assert await pace.turn(quiet) > PATIENCE
        for number in range(100):
            moments.now += 1 / 20
            assert await pace.turn(str(1000 + number)) == 0.0
        assert moments.slept == []

    run(work)


def test_a_busy_group_waits_in_the_database_and_strangers_do_not() -> None:
    async def work(moments: Moments, pace: Pace) -> None:
        sent = [await pace.turn("-5") for _ in range(21)]
        assert sent[:20] == [0.0] * 20
        assert sent[20] == pytest.approx(MINUTE - moments.now)
        moments.slept.clear()
        assert await pace.turn("9") == 0.0
        assert sum(moments.slept) <= 1 / ALL_PER_SECOND, "no longer than for the message before"
        moments.now += sent[20]
        assert await pace.turn("-5") == 0.0

    run(work)


def test_a_groups_minute_begins_when_its_messages_really_went() -> None:
    """A crowd at the door holds the first one back: no sixty seconds may see twenty-one all the same."""

    async def work(moments: Moments, pace: Pace) -> None:
        went: list[float] = []
        pace._last = 2.5  # so many others go first
        while len(went) < 2 * GROUP_PER_MINUTE:
            wait = await pace.turn("-5")
            if wait:
                moments.now += wait
            else:
                went.append(moments.now)
        assert went[0] > 2.0, "later than planned"
        assert max(sum(at <= other < at + 60.0 for other in went) for at in went) <= GROUP_PER_MINUTE

    run(work)


def test_evenly_and_fewer_than_thirty_a_second_in_all() -> None:
    async def work(moments: Moments, pace: Pace) -> None:
        went = []
        for number in range(61):
            await pace.turn(str(number))
            went.append(moments.now)
            if number == 30:
                moments.now += 0.9  # the process stalls: nothing is made up for afterwards
        assert max(sum(at <= other < at + 1.0 for other in went) for at in went) <= ALL_PER_SECOND + 1
        assert went[-1] == pytest.approx(60 / ALL_PER_SECOND + 0.9 - 1 / ALL_PER_SECOND)

    run(work)


def test_a_long_hush_is_not_forgotten_for_others() -> None:
    async def work(_moments: Moments, pace: Pace) -> None:
        pace.hush("77", 3600.0)
        for number in range(REMEMBERED + 10):
            pace.hush(str(1000 + number), 0.0)
            pace._forget()
        assert await pace.turn("77") > PATIENCE

    run(work)


@pytest.mark.parametrize(
    ("said", "meant"), [(float("inf"), 3600.0), (float("nan"), 3600.0), (-5.0, 0.0), (1e12, 3600.0), (7.0, 7.0)]
)
def test_whatever_a_platform_says_we_look_again_within_the_hour(said: float, meant: float) -> None:
    assert SendFailed("again", "x", retry_after=said).retry_after == meant


@pytest.mark.parametrize(
    ("payload", "meant"),
    [
        (b'{"parameters": {"retry_after": 7}}', 7.0),
        (b'{"parameters": {"retry_after": 1e999}}', 3600.0),
        (b'{"parameters": {"retry_after": NaN}}', 3600.0),
        (b'{"parameters": {"retry_after": -3}}', 1.0),
        (b'{"parameters": {"retry_after": 1' + b"0" * 400 + b"}}", 5.0),
        (b'{"parameters": {"retry_after": "soon"}}', 5.0),
        (b"<html>\xff", 5.0),
        (b"[]", 5.0),
    ],
)
def test_how_long_a_429_asks_for(payload: bytes, meant: float) -> None:
    from bot.telegram import request

    assert request._seconds(payload) == meant
