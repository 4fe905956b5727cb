"""What an open page is told: the chat's own history after a row, then each new message as it is written."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot.webchat.channel import NAME
from storage import conversations, messages
from storage.db import Database, Session
from storage.inbox import lane_of
from storage.tables import Message

HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 2.0  # for messages another process wrote; this process's own knock at once
GATHER_SECONDS = 0.1  # between two knocks: a busy minute must not make every open page look at every commit
READERS = 4  # threads of their own, so that ten thousand open pages never keep a delivery waiting


class Broadcast:
    """Wakes every waiting page of this process after messages were written."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.readers = ThreadPoolExecutor(READERS, thread_name_prefix="webchat")
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last = 0.0
        self._soon = False
        db.on_work(self._on_work)

    def waiter(self) -> asyncio.Future[None]:
        """Something to wait on; take it *before* looking, so that nothing falls between."""
        self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        self._waiting.add(future)
        return future

    def forget(self, waiter: asyncio.Future[None]) -> None:
        """Nobody waits on this one any more."""
        self._waiting.discard(waiter)

    def _on_work(self, topic: str) -> None:
        if topic == "sent" and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._gather)

    def _gather(self) -> None:
        if self._soon:
            return
        self._soon = True
        loop = asyncio.get_running_loop()
        loop.call_later(max(0.0, self._last + GATHER_SECONDS - loop.time()), self._wake, loop)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        self._soon, self._last = False, loop.time()
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)


async def stream(broadcast: Broadcast, stopping: asyncio.Event, chat: str, after: int) -> AsyncIterator[str]:
    """Server-sent events of one chat after this row id, until the server stops or the page goes."""
    loop = asyncio.get_running_loop()
    stop = asyncio.ensure_future(stopping.wait())
    spoke = loop.time()
    yield ": hello\n\n"
    try:
        while not stopping.is_set():
            waiter = broadcast.waiter()
            try:
                rows = await loop.run_in_executor(broadcast.readers, history, broadcast.db, chat, after)
                for row_id, data in rows:
                    after, spoke = row_id, loop.time()
                    yield f"id: {row_id}\ndata: {json.dumps(data)}\n\n"
                if rows:
                    continue  # there may be more than one look holds
                knocks: set[asyncio.Future[Any]] = {waiter, stop}
                await asyncio.wait(knocks, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            finally:
                broadcast.forget(waiter)
            if loop.time() - spoke >= HEARTBEAT_SECONDS:
                spoke = loop.time()
                yield ": still here\n\n"
    finally:
        stop.cancel()


def history(db: Database, chat: str, after: int) -> list[tuple[int, dict[str, Any]]]:
    """(row id, message as the page draws it) of a chat, oldest first."""
    with db.reading() as session:
        conversation = conversations.by_lane(session, lane_of(session.keys, NAME, chat))
        if conversation is None:
            return []
        return [(row.id, _shown(session, row)) for row in messages.since(session, conversation.id, after)]


def _shown(session: Session, row: Message) -> dict[str, Any]:
    text = messages.text_of(session, row)
    at = row.at.isoformat()
    if row.direction == "in":
        gone = row.kind == "text" and row.text is None  # taken back or erased
        return {"dir": "in", "kind": row.kind, "text": text, "event": row.event_id, "gone": gone, "at": at}
    if row.drawn is None:
        return {"dir": "out", "type": "text", "text": text, "gone": row.text is None, "at": at}
    return {"dir": "out", **session.keys.open_data(row.drawn), "at": at}
