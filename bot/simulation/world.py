"""The made-up world's clock: what happens next happens now, through the real turns and jobs, many in a transaction."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.jobs import JOBS, JobContext
from bot.simulation.chats import Chat, event_of, read
from bot.simulation.thinking import Thinking
from handlers import turn
from handlers.services import Svc, Tools
from storage import conversations, inbox, made_up
from storage.db import Database, Lent, Session
from storage.inbox import NewEvent, lane_of, microseconds

Deed = Callable[[], None]

_IN_ONE = 400  # deeds, then what was put out arrives
_TIMES = 25  # so often in one transaction
_SOON = timedelta(seconds=1)


class World:
    """Everything that will happen, in order; `now` is the moment of what happens at present (local)."""

    def __init__(self, db: Database, tools: Tools, thinking: Thinking, until: datetime, name: str) -> None:
        self.db, self.tools, self.until = db, thinking.tools(tools), until
        self.session: Session
        self.now = until
        self.counts: Counter[str] = Counter()
        self._thinking = thinking
        self._name = name  # of this run, in the ids of its events
        self._heap: list[tuple[datetime, int, Deed]] = []
        self._order = itertools.count()
        self._numbers = itertools.count(1)
        self._to_write: tuple[list[made_up.Arrived], Callable[[], list[list[str]]]] | None = None

    # --- what will happen --------------------------------------------------------------------------------------------

    def at(self, moment: datetime, deed: Deed) -> None:
        """It happens then, unless the world ends before."""
        if moment < self.until:
            heapq.heappush(self._heap, (moment, next(self._order), deed))

    def soon(self, deed: Deed, seconds: float) -> None:
        """It happens so many seconds from now."""
        self.at(self.now + timedelta(seconds=seconds), deed)

    def run(self) -> None:
        """Let everything happen, up to the end."""
        while self._heap:
            with self.db.transaction() as session:
                self.session = session
                for _ in range(_TIMES):
                    self._some()
                    self.arrives()
        self._write_down()

    def _some(self) -> None:
        for _ in range(_IN_ONE):
            if not self._heap:
                return
            self.now, _number, deed = heapq.heappop(self._heap)
            deed()

    # --- turns and jobs ----------------------------------------------------------------------------------------------

    @property
    def svc(self) -> Svc:
        """What actions are given now."""
        return Svc(self.session, self.now.astimezone(UTC), self.tools)

    def turn(self, chat: Chat, text: str = "", **incoming: Any) -> None:
        """Something reaches us from this chat and is worked on; the chat knows afterwards what it remembers."""
        session, now = self.session, self.now.astimezone(UTC)
        number, us = next(self._numbers), microseconds(now)
        body = event_of(chat, number, {"text": text, **incoming})
        inbox.store(session, NewEvent(chat.channel, f"{self._name}-{number}", chat.address, us, us, body))
        lane = lane_of(session.keys, chat.channel, chat.address)
        if not turn.take_turn(session, self.tools, read, lane, chat.channel, now):
            raise RuntimeError(f"a turn of {chat.address} was not taken")
        self.counts["turns"] += 1
        if not chat.asked:
            return
        if chat.row is None:
            found = conversations.by_lane(session, lane)
            chat.row = None if found is None else found.id
        kept = None if chat.row is None else conversations.by_id(session, chat.row)
        chat.state = {} if kept is None else conversations.read_state(session, kept)

    def job(self, name: str) -> None:
        """The clock wakes a job; one that there is not yet does nothing."""
        if name in JOBS:
            found = JOBS[name](JobContext(Lent(self.db, self.session), self.tools, self._clock), False)
            self.counts[f"{name}_failed"] += found.get("failed", 0) + found.get("stopped", 0)

    def _clock(self) -> datetime:
        return self.now.astimezone(UTC)

    # --- what was put out --------------------------------------------------------------------------------------------

    def arrives(self, *, everything: bool = False) -> None:
        """What was put out is with its people; its masked words are thought of beside, and written down next time."""
        arrived = made_up.arrive(self.session, self.now.astimezone(UTC), everything=everything)
        self._write_down_in(self.session)
        self._to_write = arrived, self._thinking.masked([one.texts for one in arrived])

    def _write_down_in(self, session: Session) -> None:
        if self._to_write is not None:
            arrived, masked = self._to_write
            made_up.write_down(session, arrived, masked())
            self._to_write = None

    def _write_down(self) -> None:
        """The end: what still waits for an hour or an answer is told, and everything said stands written down."""
        with self.db.transaction() as session:
            self.session, self.now = session, self.until
            self.arrives(everything=True)
            self._write_down_in(session)
