"""How much one chat, and one connection without a chat, may bring in a while. What is refused was never stored.

Kept in memory: the platforms in front of LINE and Telegram do this for us, the web has only us. Another process counts
for itself.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.webchat.refusals import Refused

KNOWN = 50_000  # chats and connections remembered; the one that was quiet longest is forgotten first


class Open:
    """How many things each subject holds open at once: at most `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()

    def check(self, subject: str) -> None:
        """Raises Refused when it holds so many already."""
        if self._held[subject] >= self._most:
            raise Refused(429, "too_many")

    @contextmanager
    def hold(self, subject: str) -> Iterator[None]:
        """One more, for as long as this lasts."""
        self._held[subject] += 1
        try:
            yield
        finally:
            self._held[subject] -= 1
            if self._held[subject] <= 0:
                del self._held[subject]


class Brake:
    """At most `most` in `seconds` for each subject; `clock` counts seconds."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lately: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, subject: str) -> None:
        """Count one. Raises Refused when it is one too many."""
        now = self._clock()
        times = self._lately.setdefault(subject, deque())
        self._lately.move_to_end(subject)
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._most:
            raise Refused(429, "too_many")
        times.append(now)
        while len(self._lately) > KNOWN:
            self._lately.popitem(last=False)
