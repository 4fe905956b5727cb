"""What an open page is told: the chat's own history after a row, and a knock when something was sent."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from bot.webchat.channel import NAME
from storage import conversations, messages
from storage.db import Database
from storage.inbox import lane_of


class Broadcast:
    """Wakes every waiting page of this process after messages were written."""

    def __init__(self, db: Database) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        db.on_work(self._on_work)

    def waiter(self) -> asyncio.Future[None]:
        """Something to wait on; take it *before* looking, so that nothing falls between."""
        self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        self._waiting.add(future)
        return future

    async def wait(self, waiter: asyncio.Future[None], stopping: asyncio.Event, seconds: float) -> bool:
        """True when woken; False when the time was over."""
        stop: asyncio.Future[Any] = asyncio.ensure_future(stopping.wait())
        try:
            with contextlib.suppress(TimeoutError):
                waiting: set[asyncio.Future[Any]] = {waiter, stop}
                done, _pending = await asyncio.wait(waiting, timeout=seconds, return_when="FIRST_COMPLETED")
                return waiter in done
            return False
        finally:
            stop.cancel()
            self._waiting.discard(waiter)

    def _on_work(self, topic: str) -> None:
        if topic in ("sent", "inbox") and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)


def history(db: Database, chat: str, after: int) -> list[tuple[int, dict[str, Any]]]:
    """(row id, message as the page draws it) of a chat, oldest first."""
    with db.reading() as session:
        conversation = conversations.by_lane(session, lane_of(session.keys, NAME, chat))
        if conversation is None:
            return []
        found: list[tuple[int, dict[str, Any]]] = []
        for row in messages.since(session, conversation.id, after):
            if row.direction == "in":
                data = {"dir": "in", "kind": row.kind, "text": messages.text_of(session, row), "event": row.event_id}
            else:
                drawn = session.keys.open_data(row.drawn) if row.drawn is not None else {"type": "text", "text": ""}
                data = {"dir": "out", **drawn}
            found.append((row.id, {**data, "at": row.at.isoformat()}))
        return found
