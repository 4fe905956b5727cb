"""People who wait longer than a moment see that an answer is coming: LINE's loading animation, as a hint."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.channels import Channel, RawEvent
from bot.clock import Clock
from storage import inbox
from storage.db import Database
from storage.inbox import Unread

log = logging.getLogger("pratu.waiting")

LOOK_SECONDS = 1.0
LONG, TOO_LONG = timedelta(seconds=1.5), timedelta(seconds=30)  # after that the free reply is over anyway
AT_ONCE = 20  # LINE allows 100 a second; a backlog is no reason to use them up


class WaitingRoom:
    """Looks once a second for unread events that are old enough to deserve a sign."""

    def __init__(self, db: Database, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._db = db
        self._channels = channels
        self._clock = clock
        self._shown_until = 0
        self._stop = asyncio.Event()
        self._main: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._main = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._main is not None:
            await self._main

    async def _run(self) -> None:
        while not self._stop.is_set():
            try:
                waiting = await asyncio.to_thread(self._look)
                await asyncio.gather(*(self._show(event) for event in waiting))
            except Exception:  # only a hint: the next second is another chance
                log.exception("could not show that an answer is coming")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), LOOK_SECONDS)

    def _look(self) -> list[Unread]:
        now = self._clock()
        since = max(inbox.microseconds(now - TOO_LONG), self._shown_until)
        with self._db.reading() as session:
            found = inbox.unread_between(session, since, inbox.microseconds(now - LONG), AT_ONCE)
        if found:
            self._shown_until = inbox.microseconds(found[-1].received_at) + 1
        return found

    async def _show(self, unread: Unread) -> None:
        channel = self._channels.get(unread.channel)
        if channel is None or unread.body is None:
            return
        incoming = channel.read(RawEvent(unread.event_id, "", unread.at, unread.body))
        if incoming.private and incoming.kind == "text" and incoming.answerable:
            await channel.typing(incoming.chat_id)
