"""The only reader of the clock. Everything below is handed the moment it works at."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def now_us() -> int:
    """Microseconds since 1970: the inbox's unit."""
    return time.time_ns() // 1000


def stopped_at(moment: datetime) -> Clock:
    """A clock that stands still, for `--now`. Raises ValueError for a moment without time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write for example 2026-11-23T08:30:00+07:00")
    return lambda: moment.astimezone(UTC)
