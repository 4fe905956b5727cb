"""How fast Telegram lets us speak: one message a second to a chat, twenty a minute to a group, thirty a second in all.

Kept by the one process that leads Telegram's sending (see delivery.py); a chat's own order comes from the outbox, so
that waiting here never reorders anything. Only short waits are waited for here: a chat that is told to be silent for
long waits in the database, and keeps nobody else back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

ALL_PER_SECOND = 25  # of thirty, evenly: two bunches a second apart may arrive as one
GROUP_PER_MINUTE = 20
MINUTE = 61.0  # a second more: what left evenly need not arrive so
PATIENCE = 3.0  # seconds a message waits for its chat in memory
REMEMBERED = 5000  # chats; older ones have long been free again


@dataclass
class _Went:
    """When a message of a group goes; once it went, when it really did."""

    at: float


class Pace:
    """Waits until a chat may be spoken to. `clock` and `sleep` are the loop's, or a test's."""

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._free_at: dict[str, float] = {}
        self._group: dict[str, deque[_Went]] = {}
        self._door = asyncio.Lock()
        self._last = -1.0  # when the last message went, in all

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()

    async def turn(self, chat_id: str) -> float:
        """0: a message may go to this chat now. Else: not before so many seconds, come back then."""
        now = self._now()
        slot = self._slot(chat_id, now)
        if slot - now > PATIENCE:
            return slot - now
        went = self._take(chat_id, slot)  # before waiting, so that nobody gets it twice
        await self._until(slot)
        # What all chats share is reckoned last: a slot taken ahead of time would make strangers wait for this chat.
        await self._through_the_door()
        went.at = self._now()  # a group's minute begins here, not when it was planned
        self._free_at[chat_id] = max(self._free_at.get(chat_id, 0.0), self._now() + 1.0)
        self._forget()
        return 0.0

    def hush(self, chat_id: str, seconds: float) -> None:
        """Telegram told us to wait: this chat stays silent that long, the others go on."""
        self._set_free_at(chat_id, max(self._free_at.get(chat_id, 0.0), self._now() + seconds))

    def _slot(self, chat_id: str, now: float) -> float:
        sent: Sequence[_Went] = self._group.get(chat_id, ())
        full = sent[0].at + MINUTE if len(sent) == GROUP_PER_MINUTE else now
        return max(now, full, self._free_at.get(chat_id, 0.0))

    def _take(self, chat_id: str, slot: float) -> _Went:
        went = _Went(slot)
        if chat_id.startswith("-"):
            self._group.setdefault(chat_id, deque(maxlen=GROUP_PER_MINUTE)).append(went)
        self._set_free_at(chat_id, slot + 1.0)
        return went

    async def _through_the_door(self) -> None:
        """One after the other, reckoned from when the one before really went: after a stall nothing is made up for."""
        async with self._door:
            await self._until(self._last + 1.0 / ALL_PER_SECOND)
            self._last = self._now()

    async def _until(self, slot: float) -> None:
        wait = slot - self._now()
        if wait > 0:
            await self._sleep(wait)

    def _set_free_at(self, chat_id: str, moment: float) -> None:
        self._free_at.pop(chat_id, None)  # the newest stand last
        self._free_at[chat_id] = moment

    def _forget(self) -> None:
        while len(self._free_at) > REMEMBERED:
            oldest, free_at = next(iter(self._free_at.items()))
            if free_at > self._now():
                self._set_free_at(oldest, free_at)  # hushed for long: still to be remembered
                return
            del self._free_at[oldest]
            self._group.pop(oldest, None)
