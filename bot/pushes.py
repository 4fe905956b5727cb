"""The gate before a push that costs: reckoned from the rows once a minute, and what this process pushes meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from handlers.rules import pushing
from storage import agencies, pushes
from storage.db import Session
from storage.sending import Claimed

FRESH = timedelta(seconds=60)


class Budget:
    """Which pushes of this month may go."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._read_at: datetime | None = None
        self._standing = pushes.Standing(False, None, 0)
        self._rules: dict[str, object] = {}

    def refresh(self, session: Session, now: datetime) -> None:
        """Look at the rows again, if it is time."""
        if self._read_at is not None and timedelta(0) <= now - self._read_at < FRESH:
            return
        since = pushing.month_of(now.astimezone(self._zone))
        self._standing = pushes.standing(session, pushing.COSTS, since)
        self._rules = agencies.setting(session, pushes.SETTING)
        self._read_at = now

    def waits(self, message: Claimed) -> bool:
        """Must this message wait for the person's next free answer? Not one that a try may have brought already."""
        if message.channel != pushing.COSTS or message.unclear:
            return False
        now = self._standing
        return pushing.waits(self._rules, now.most, now.used, now.by, message.agency_code, message.purpose)

    def pushed(self, message: Claimed) -> None:
        """One went."""
        if message.channel == pushing.COSTS:
            self._standing.used += 1
            self._standing.by[message.agency_code, message.purpose] += 1
