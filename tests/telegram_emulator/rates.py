"""How often a bot may speak: once a second to a person, twenty a minute to a group, thirty a second in all."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from tests.telegram_emulator.chats import is_group

BURST = 3.0  # messages to one person that may come together
TOLERANCE = 0.1  # of a message
GROUP_PER_MINUTE, ALL_PER_SECOND = 20, 30
# In all it is counted over seconds: when the emulator itself stalls, what was sent evenly arrives in a bunch.
SECONDS = 4


@dataclass
class Rates:
    """What was sent lately. A person's bucket holds three messages and gains one a second."""

    buckets: dict[int, tuple[float, float]] = field(default_factory=dict)  # chat → (messages left, at)
    groups: dict[int, deque[float]] = field(default_factory=dict)
    everyone: deque[float] = field(default_factory=lambda: deque(maxlen=SECONDS * ALL_PER_SECOND))

    def broken(self, chat_id: int, now: float) -> tuple[str, int] | None:
        """The rule one more message would break now, and for how many seconds it would."""
        if len(self.everyone) == self.everyone.maxlen and now - self.everyone[0] < SECONDS - TOLERANCE:
            return f"over {ALL_PER_SECOND} a second in all", 1
        if is_group(chat_id):
            sent = self.groups.get(chat_id, deque())
            if len(sent) == GROUP_PER_MINUTE and now - sent[0] < 60.0 - TOLERANCE:
                return f"group {chat_id}: over {GROUP_PER_MINUTE} a minute", math.ceil(60.0 - (now - sent[0]))
        elif self._left(chat_id, now) < 1.0 - TOLERANCE:
            return f"chat {chat_id}: over one a second", 1
        return None

    def sent(self, chat_id: int, now: float) -> None:
        """One message went out."""
        self.everyone.append(now)
        if is_group(chat_id):
            self.groups.setdefault(chat_id, deque(maxlen=GROUP_PER_MINUTE)).append(now)
        else:
            self.buckets[chat_id] = (max(0.0, self._left(chat_id, now) - 1.0), now)

    def _left(self, chat_id: int, now: float) -> float:
        left, at = self.buckets.get(chat_id, (BURST, now))
        return min(BURST, left + max(0.0, now - at))
