"""Store, then answer 200: concurrent webhooks share one commit. No network call and no heavy import in this path."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence

from bot.clock import now_us
from bot.watch import Watch
from storage import inbox
from storage.db import Database
from storage.inbox import NewEvent

log = logging.getLogger("pratu.intake")

# Above this many waiting events we say 503 at once: the platform asks again, memory stays ours.
MOST_WAITING = 20_000


# Events, who waits for them to be stored, and since when (microseconds since 1970).
_Waiting = tuple[Sequence[NewEvent], asyncio.Future[None], int]


class CannotStore(Exception):
    """The events could not be stored; nothing was promised. Answer 503."""


class Intake:
    """Takes events from any number of requests and stores what has arrived in one transaction after another.

    There is no timer: while one commit is on its way, the next batch gathers; then it goes.
    """

    def __init__(self, db: Database, watch: Watch | None = None) -> None:
        self._writer = inbox.Writer(db)
        self._watch = watch or Watch()
        self._waiting: deque[_Waiting] = deque()
        self._something = threading.Semaphore(0)
        self._count = 0
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin storing; call it inside the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Store what is waiting, then end."""
        self._stopped = True
        self._something.release()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def busy(self) -> bool:
        """Are people waiting for their 200 right now?"""
        return self._count > 0

    def store(self, events: Sequence[NewEvent]) -> asyncio.Future[None]:
        """A future that is done when these events are durably stored. It raises CannotStore when they are not."""
        assert self._loop is not None
        future = self._loop.create_future()
        if self._count + len(events) > MOST_WAITING or self._stopped:
            future.set_exception(CannotStore("too many events are waiting to be stored"))
            return future
        self._count += len(events)
        self._waiting.append((events, future, now_us()))
        self._something.release()
        return future

    def _run(self) -> None:
        while not (self._stopped and not self._waiting):
            self._something.acquire()
            batch = self._drain()
            if batch:
                self._write(batch)
        self._writer.close()

    @property
    def lives(self) -> bool:
        """Is anybody storing?"""
        return self._thread is not None and self._thread.is_alive()

    def _drain(self) -> list[_Waiting]:
        batch = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        return batch

    def _write(self, batch: list[_Waiting]) -> None:
        events = [(event, began) for group, _future, began in batch for event in group]
        failed: Exception | None = None
        lanes: list[str] = []
        try:
            lanes = self._writer.put([event for event, _began in events])
        except Exception as error:  # one of the three places that catch broadly: it must answer 503, not die
            log.exception("could not store %d events", len(events))
            failed = error
        self._count -= len(events)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_tell, [future for _group, future, _began in batch], failed)
        if failed is None:  # after the answers: nobody waits for a line of the log
            try:
                self._watch.stored(events, lanes)
            except Exception:  # this thread is the only one that stores: telling must not end it
                log.exception("could not tell of %d events", len(events))


def _tell(futures: list[asyncio.Future[None]], failed: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue  # the request went away; the events are stored all the same
        if failed is None:
            future.set_result(None)
        else:
            future.set_exception(CannotStore("the database did not take it"))
