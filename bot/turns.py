"""Threads that run turns: the oldest unread event of a free chat, then the next. A failing one blocks no other chat."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from bot.channels import Channel, RawEvent
from bot.clock import Clock
from bot.watch import Watch
from handlers import turn
from handlers.messages import Incoming
from handlers.services import Tools
from storage import ids, inbox
from storage.db import Database
from storage.inbox import Unread

log = logging.getLogger("pratu.turns")

WAITS, WAIT_SECONDS = 10, 0.003  # how long a turn gives way to the intake of its own process
GATHER_SECONDS, GATHER_POLL_SECONDS = 3.0, 0.1  # while somebody's pictures are still coming in
OLDEST = 64  # chats known at once; the longer the list, the seldomer two processes meet, and the later is the oldest
POLL_SECONDS = 1.0  # when nobody woke us: another process stored something, or a wait is over


class Turns:
    """Works the inbox off. On SQLite one thread is enough (one writer); on PostgreSQL chats run side by side."""

    def __init__(
        self,
        db: Database,
        tools: Tools,
        channels: Mapping[str, Channel],
        clock: Clock,
        busy: Callable[[], bool] = lambda: False,
        watch: Watch | None = None,
    ) -> None:
        self._db = db
        self._tools = tools
        self._channels = channels
        self._clock = clock
        self._busy = busy
        self._watch = watch or Watch()
        self._moved = time.monotonic()
        self._threads_wanted = 1 if db.sqlite else 2
        self._threads: list[threading.Thread] = []
        self._wake = threading.Condition()
        self._work = True
        self._stopped = False
        self._gathering_until = 0.0
        self._leftover_until = 0
        self._picking = threading.Lock()
        self._chance = ids.Chance()
        self._lanes: deque[tuple[str, str]] = deque()
        self._in_work: set[str] = set()
        self.done = 0
        self.failed = 0
        self.parked = 0

    def start(self) -> None:
        """Begin; first notice what a process before us may have died of."""
        self._leftover_until = inbox.microseconds(self._clock())
        self._moved = time.monotonic()
        self._db.on_work(self._on_work)
        for number in range(self._threads_wanted):
            thread = threading.Thread(target=self._run, name=f"turns-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Finish the turns in work, then end."""
        self._stopped = True
        self._on_work("inbox")
        for thread in self._threads:
            thread.join(timeout=10)

    def _on_work(self, topic: str) -> None:
        if topic == "inbox":
            with self._wake:
                self._work = True
                self._wake.notify_all()
        elif topic == "gathering":
            self._gathering_until = time.monotonic() + GATHER_SECONDS

    def _run(self) -> None:
        while not self._stopped:
            with self._wake:
                self._work = False
            try:
                worked = self.work_off()
            except Exception:  # the database is away: wait and look again
                log.exception("could not look for events")
                worked = 0
            with self._wake:
                if not worked and not self._work and not self._stopped:
                    gathering = time.monotonic() < self._gathering_until
                    self._wake.wait(GATHER_POLL_SECONDS if gathering else POLL_SECONDS)

    def work_off(self) -> int:
        """Run turns until no chat waits that this process could work on; returns how many were done."""
        done = 0
        idle: set[str] = set()  # chats somebody else holds: tried once, not again and again
        while not self._stopped and (found := self._pick(idle)) is not None:
            lane, channel = found
            try:
                self._give_way()
                worked = self._turn(lane, channel)
            finally:
                with self._picking:
                    self._in_work.discard(lane)
            done += worked
            if not worked:
                idle.add(lane)
                if not self._db.sqlite:
                    self._look_anew()
        return done

    def _look_anew(self) -> None:
        """Another process was there first: what else we know of waiting chats is likely to be old too."""
        with self._picking:
            self._lanes.clear()

    def _waiting(self) -> list[tuple[str, str]]:
        """Chats that wait, the oldest; mixed where other processes look at the same ones, so that few meet."""
        with self._db.reading() as session:
            found = inbox.lanes_waiting(session, self._clock(), OLDEST)
        if not self._db.sqlite:
            self._chance.shuffle(found)
        return found

    def _pick(self, idle: set[str]) -> tuple[str, str] | None:
        """The next waiting chat that no thread of ours is working on. Asked of the database once per round."""
        with self._picking:
            for fresh in (False, True):
                if fresh:
                    self._lanes.extend(self._waiting())
                while self._lanes:
                    found = self._lanes.popleft()
                    if found[0] not in self._in_work and found[0] not in idle:
                        self._in_work.add(found[0])
                        return found
            return None

    def _give_way(self) -> None:
        """Storing comes before understanding: wait a moment while people wait for their 200, but never for long."""
        for _ in range(WAITS):
            if not self._busy():
                return
            time.sleep(WAIT_SECONDS)

    def _turn(self, lane: str, channel: str) -> bool:
        seen = self._watch.turn(lane, channel, self._read)
        try:
            self._count_leftover(lane, channel)
            with self._db.transaction() as session:
                done = turn.take_turn(session, self._tools, seen.read, lane, channel, self._clock())
        except Exception as error:  # one of the three places that catch broadly: one chat's trouble stays its own
            seen.failed(error)
            log.exception("a turn failed", extra=seen.ids)
            self._note_failure(lane, channel, f"{type(error).__name__}")
            return False
        seen.ended(session, done)
        self.done += done
        if done:
            self._moved = time.monotonic()
        return done

    @property
    def idle(self) -> float:
        """Seconds since a turn was last done here."""
        return time.monotonic() - self._moved

    @property
    def lives(self) -> bool:
        """Does every thread run?"""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def _count_leftover(self, lane: str, channel: str) -> None:
        """An event older than this process may have killed the one before: count the try before it begins."""
        if not self._leftover_until:
            return
        with self._db.reading() as session:
            if not inbox.any_unread_before(session, self._leftover_until):
                self._leftover_until = 0  # all of them are done: nothing to count any more
                return
            unread = inbox.oldest_unread_row(session, lane)
        if unread is None or unread.received_us >= self._leftover_until:
            return
        if unread.attempts >= turn.MOST_TRIES:
            self._note_failure(lane, channel, "the process ended while working on it")
            return
        with self._db.transaction() as session:
            turn.begin_again(session, lane, channel)

    def _note_failure(self, lane: str, channel: str, why: str) -> None:
        self.failed += 1
        try:
            with self._db.transaction() as session:
                self.parked += turn.note_failure(session, self._tools, lane, channel, why, self._clock())
        except Exception:  # the database is away; the event is still there and unread
            log.exception("could not note a failed turn", extra={"lane": lane[:8]})

    def _read(self, unread: Unread) -> Incoming:
        channel = self._channels.get(unread.channel)
        event = RawEvent(unread.event_id, "", unread.at, unread.body or b"")
        if channel is None:
            raise LookupError(f"no channel {unread.channel!r} in this process")
        return channel.read(event)
