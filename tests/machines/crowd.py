"""Citizens on LINE and Telegram who each have one short matter, and what the platforms saw of them."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests import line_emulator, telegram_emulator

SENDERS = 8  # connections of LINE at the same time
ON_TELEGRAM = 5  # of ten citizens one half; Telegram lets one bot speak 30 times a second in all
PLOTS: tuple[tuple[str, ...], ...] = (
    ("ไฟถนนดับ คนที่ {n}", "ซอย {n} หมู่ 3", "ส่งเรื่อง"),
    ("ขอชมพี่ๆกองช่าง มาซ่อมไฟเร็วมาก คนที่ {n}",),
    ("เมนู",),
    ("ขอบคุณมาก",),
    ("น้ำท่วมถนนหน้าบ้าน เลขที่ {n}", "หมู่ 5 ตำบลตัวอย่าง", "ส่งเรื่อง"),
    ("เมนู",),
    ("สวัสดีค่ะ",),
    ("ขอบคุณมาก",),
)


class Crowd:
    """So many citizens, numbered from `base`; half on Telegram unless told otherwise."""

    def __init__(
        self,
        line: line_emulator.Platform,
        telegram: telegram_emulator.Platform | None,
        count: int,
        base: int = 0,
    ) -> None:
        self.line, self.telegram = line, telegram
        numbers = range(base + 1, base + count + 1)
        self.line_people = {n: f"U{n:032x}" for n in numbers if telegram is None or n % 2}
        self.telegram_people = {n: 7_300_000_000 + n for n in numbers if n not in self.line_people}
        self.sent = 0
        self.finished = threading.Event()
        self._numbers = numbers

    def talk(self, at_most: float = 0.0) -> None:
        """Everybody says their matter, step by step, a few citizens at a time; `at_most` messages a second (0: all)."""
        began = time.monotonic()
        groups = [list(self._numbers[start : start + 200]) for start in range(0, len(self._numbers), 200)]
        with ThreadPoolExecutor(SENDERS) as pool:
            for group in groups:
                for step in range(max(map(len, PLOTS))):
                    self._say(pool, [n for n in group if step < len(_plot(n))], step)
                    if at_most:
                        time.sleep(max(0.0, began + self.sent / at_most - time.monotonic()))
        self.finished.set()

    def _say(self, pool: ThreadPoolExecutor, numbers: Sequence[int], step: int) -> None:
        said = {n: _plot(n)[step].format(n=n) for n in numbers}
        events = [self._line_event(self.line_people[n], said[n]) for n in numbers if n in self.line_people]
        list(pool.map(lambda event: self.line.post([event]), events))
        if self.telegram is not None:
            taken = [n for n in numbers if n in self.telegram_people]
            self.telegram.deliver(*(self.telegram.text(self.telegram_people[n], said[n]) for n in taken))
        self.sent += len(said)

    def _line_event(self, user: str, said: str) -> dict[str, Any]:
        return self.line.message(user, {"type": "text", "text": said})

    @property
    def acknowledged(self) -> set[str]:
        found = set(self.line.acknowledged)
        return found | ({str(number) for number in self.telegram.acknowledged} if self.telegram else set())

    def waiting(self) -> int:
        """What the platforms still have to hand over; LINE comes again with what was not taken."""
        left = self.line.redeliver_all() if self.line.unacknowledged else 0
        return left + (self.telegram.pending() if self.telegram is not None else 0)

    def shown(self) -> Counter[tuple[str, str]]:
        """How many messages each chat was shown, by (channel, user)."""
        found = Counter(("line", item.to) for item in list(self.line.emulator.delivered) if item.seen)
        if self.telegram is not None:
            found.update(("telegram", str(item.chat_id)) for item in list(self.telegram.emulator.delivered))
        return found

    def chats(self) -> list[tuple[str, str]]:
        line = [("line", user) for user in self.line_people.values()]
        return line + [("telegram", str(user)) for user in self.telegram_people.values()]


def _plot(number: int) -> tuple[str, ...]:
    return PLOTS[number // 2 % len(PLOTS)]


def until_quiet(look: Callable[[], int], patience: float) -> int:
    """Wait until nothing is left three times in a row, as long as something moves; what is left then."""
    end, before, calm = time.monotonic() + patience, -1, 0
    for _ in itertools.count():
        left = look()
        calm = calm + 1 if not left else 0
        if calm > 2:
            return 0
        if left != before:
            end, before = time.monotonic() + patience, left
        if time.monotonic() > end:
            return left
        time.sleep(0.2)
    raise AssertionError
