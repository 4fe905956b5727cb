"""How fast Telegram lets us speak: one message a second to a chat, twenty a minute to a group, thirty a second in all.

Kept per process; a chat's own order comes from the outbox, so that waiting here never reorders anything.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

ALL_PER_SECOND = 30
GROUP_PER_MINUTE = 20
REMEMBERED = 5000  # chats; older ones have long been free again


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
        self._group: dict[str, deque[float]] = {}
        self._all: deque[float] = deque(maxlen=ALL_PER_SECOND)
        self._hushed_until = 0.0

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()

    async def turn(self, chat_id: str) -> None:
        """Returns when a message may go to this chat; the slot is taken before waiting, so nobody gets it twice."""
        now = self._now()
        slot = max(now, self._free_at.get(chat_id, 0.0), self._hushed_until)
        if chat_id.startswith("-"):
            sent = self._group.setdefault(chat_id, deque(maxlen=GROUP_PER_MINUTE))
            if len(sent) == GROUP_PER_MINUTE:
                slot = max(slot, sent[0] + 60.0)
            sent.append(slot)
        if len(self._all) == ALL_PER_SECOND:
            slot = max(slot, self._all[0] + 1.0)
        self._all.append(slot)
        self._free_at.pop(chat_id, None)
        self._free_at[chat_id] = slot + 1.0
        self._forget(now)
        if slot > now:
            await self._sleep(slot - now)

    def hush(self, chat_id: str, seconds: float) -> None:
        """Telegram told us to wait: this chat stays silent that long, the others go on."""
        self._free_at[chat_id] = max(self._free_at.get(chat_id, 0.0), self._now() + seconds)

    def _forget(self, now: float) -> None:
        while len(self._free_at) > REMEMBERED:
            oldest = next(iter(self._free_at))
            self._free_at.pop(oldest)
            self._group.pop(oldest, None)
