"""Events that came in: stored in batches before anybody answers 200, taken one by one in a turn."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.db import Database, Session
from storage.seal import Keyring
from storage.tables import Conversation, InboxEvent
from storage.tables.base import among, plain
from storage.words import InboxState

BOT = "main"  # one account of each channel per installation; the key is ready for more

_LOOKED_AT = 300  # oldest events, to find chats that wait
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_SQLITE_PUT = (
    "INSERT OR IGNORE INTO inbox (channel, bot, event_id, lane, event_us, received_us, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
# One parameter for the whole batch: the server takes JSON apart faster than a client can write seven arrays.
_POSTGRES_PUT = (
    "INSERT INTO inbox (channel, bot, event_id, lane, event_us, received_us, body)"
    " SELECT c, b, e, l, t, r, decode(s, 'base64')"
    " FROM json_to_recordset(%s::json) AS x(c text, b text, e text, l text, t int8, r int8, s text)"
    " ON CONFLICT DO NOTHING"
)


class NewEvent(NamedTuple):
    """An event as a channel hands it over. `chat_id` orders events; "" where the platform names no chat."""

    channel: str
    event_id: str
    chat_id: str
    event_us: int
    received_us: int
    body: bytes


@dataclass
class Unread:
    """The event a turn works on, opened."""

    id: int
    channel: str
    event_id: str
    lane: str
    at: datetime
    received_at: datetime
    body: bytes | None
    attempts: int
    backlog: bool = False  # as many wait in its chat as `oldest_unread` was asked for


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(us: int) -> datetime:
    """The aware moment of `microseconds`."""
    return _EPOCH + timedelta(microseconds=us)


def lane_of(keys: Keyring, channel: str, chat_id: str) -> str:
    """The keyed hash that names a chat without showing it."""
    return keys.find_key("lane", channel, chat_id)


class Writer:
    """Stores batches of events, each in one transaction. Used by one thread; keeps its connection on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._connection: Connection | None = None

    def put(self, events: Sequence[NewEvent]) -> list[str]:
        """Store a batch; an event already there is left as it is. The chats they are of, as `lane_of` names them.

        Returns after the commit. Raises the driver's error when it could not be stored: then nothing was.
        """
        db = self._db
        rows = [_row(db.keys, event) for event in events]
        if db.sqlite:
            with db.connection() as connection:
                connection.exec_driver_sql(_SQLITE_PUT, rows)
        elif db.bound:
            with db.connection() as connection:
                connection.exec_driver_sql(_POSTGRES_PUT, (_as_json(rows),))
        else:
            self._put_at_once(rows)
        db.tell("inbox")
        return [row[3] for row in rows]

    def _put_at_once(self, rows: Sequence[EventRow]) -> None:
        """One statement that commits itself: one way to the server and back."""
        try:
            if self._connection is None:
                self._connection = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection.exec_driver_sql(_POSTGRES_PUT, (_as_json(rows),))
        except BaseException:
            self.close()  # the next batch tries a fresh connection
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def put(db: Database, events: Sequence[NewEvent]) -> None:
    """Store one batch."""
    writer = Writer(db)
    try:
        writer.put(events)
    finally:
        writer.close()


def store(session: Session, event: NewEvent) -> None:
    """Store one event within a transaction that is open already (a made-up world); commits nothing."""
    session.ask(_STORE[session.get_bind().dialect.name], dict(zip(_COLUMNS, _row(session.keys, event), strict=True)))


_COLUMNS = ("channel", "bot", "event_id", "lane", "event_us", "received_us", "body")
_STORE = {
    name: new(plain(InboxEvent)).on_conflict_do_nothing()
    for name, new in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}


EventRow = tuple[str, str, str, str, int, int, bytes]


def _as_json(rows: Sequence[EventRow]) -> str:
    return json.dumps(
        [
            {"c": channel, "b": bot, "e": event_id, "l": lane, "t": at, "r": received, "s": b64encode(body).decode()}
            for channel, bot, event_id, lane, at, received, body in rows
        ]
    )


def _row(keys: Keyring, event: NewEvent) -> EventRow:
    lane = lane_of(keys, event.channel, event.chat_id or f"event:{event.event_id}")
    return (
        event.channel,
        BOT,
        event.event_id,
        lane,
        event.event_us,
        event.received_us,
        keys.seal(event.body),
    )


def lanes_waiting(session: Session, now: datetime, limit: int = 32) -> list[tuple[str, str]]:
    """(lane, channel) of chats with unread events that may be worked on now, oldest first.

    Mostly the oldest events (by `ix_inbox_unread`) are of enough chats; only where a few chats sent very many are all
    of them looked at.
    """
    rows = session.ask(_OLDEST_LANES, {"now": now}).all()
    lanes = list(dict.fromkeys((lane, channel) for lane, channel in rows))
    if len(lanes) >= limit or len(rows) < _LOOKED_AT:
        return lanes[:limit]
    return [(lane, channel) for lane, channel in session.ask(_EVERY_LANE, {"now": now, "most": limit})]


def oldest_unread_row(session: Session, lane: str) -> InboxEvent | None:
    """The row of the chat's oldest unread event, sealed."""
    return session.find(_OLDEST_ROW, {"lane": lane}).first()


_IN = plain(InboxEvent).c
_TALK = plain(Conversation).c
_WAITING = (
    select(_IN.lane, _IN.channel)
    .outerjoin(plain(Conversation), _TALK.lane == _IN.lane)
    .where(
        among(_IN.state, InboxState.RECEIVED),
        or_(_TALK.not_before.is_(None), _TALK.not_before <= bindparam("now")),
    )
)
_OLDEST_LANES = _WAITING.order_by(_IN.id).limit(_LOOKED_AT)
_EVERY_LANE = _WAITING.group_by(_IN.lane, _IN.channel).order_by(func.min(_IN.id)).limit(bindparam("most"))
_UNREAD = (_IN.lane == bindparam("lane"), among(_IN.state, InboxState.RECEIVED))
_OLDEST_ROW = select(InboxEvent).where(*_UNREAD).order_by(_IN.event_us, _IN.id).limit(1)
_FURTHER = plain(InboxEvent).alias()
_LAST_ONE = (
    select(_FURTHER.c.id)
    .where(_FURTHER.c.lane == bindparam("lane"), among(_FURTHER.c.state, InboxState.RECEIVED))
    .limit(1)
    .offset(bindparam("before"))
)
_ROW = (_IN.id, _IN.channel, _IN.event_id, _IN.lane, _IN.event_us, _IN.received_us, _IN.body, _IN.attempts)
_OLDEST = (
    select(*_ROW, _LAST_ONE.scalar_subquery().label("last")).where(*_UNREAD).order_by(_IN.event_us, _IN.id).limit(1)
)


def oldest_unread(session: Session, lane: str, backlog: int) -> Unread | None:
    """The chat's oldest unread event by the platform's time, which knows whether so many (1 at least) wait there, or
    more. Call it only with the chat's lock held."""
    row = session.ask(_OLDEST, {"lane": lane, "before": backlog - 1}).first()
    return None if row is None else _opened(session, row, row.last is not None)


def has_unread(session: Session, lane: str) -> bool:
    """Does an event of this chat wait to be worked on?"""
    return session.ask(_ANY, {"lane": lane}).first() is not None


_ANY = select(_IN.id).where(*_UNREAD).limit(1)


def unread_of(session: Session, lane: str, limit: int = 40) -> list[Unread]:
    """The chat's unread events, oldest first. Call it only with the chat's lock held."""
    rows = session.scalars(
        select(InboxEvent)
        .where(InboxEvent.lane == lane, InboxEvent.state == InboxState.RECEIVED)
        .order_by(InboxEvent.event_us, InboxEvent.id)
        .limit(limit)
    )
    return [_opened(session, row) for row in rows]


def parked_of(session: Session, lane: str, limit: int = 40) -> list[Unread]:
    """The chat's events that wait for people, newest first."""
    rows = session.scalars(
        select(InboxEvent)
        .where(InboxEvent.lane == lane, InboxEvent.state == InboxState.PARKED)
        .order_by(InboxEvent.id.desc())
        .limit(limit)
    )
    return [_opened(session, row) for row in rows]


def unread_between(session: Session, since_us: int, until_us: int, limit: int) -> list[Unread]:
    """Unread events stored in this span, oldest first."""
    rows = session.scalars(
        select(InboxEvent)
        .where(
            InboxEvent.state == InboxState.RECEIVED,
            InboxEvent.received_us >= since_us,
            InboxEvent.received_us <= until_us,
        )
        .order_by(InboxEvent.received_us)
        .limit(limit)
    )
    return [_opened(session, row) for row in rows]


def _opened(session: Session, row: Any, backlog: bool = False) -> Unread:
    return Unread(
        id=row.id,
        channel=row.channel,
        event_id=row.event_id,
        lane=row.lane,
        at=moment_of(row.event_us),
        received_at=moment_of(row.received_us),
        body=None if row.body is None else session.keys.open(row.body),
        attempts=row.attempts,
        backlog=backlog,
    )


def any_of_lane(session: Session, lane: str) -> bool:
    """Did anything ever come in from this chat?"""
    return session.scalar(select(InboxEvent.id).where(InboxEvent.lane == lane).limit(1)) is not None


def any_unread_before(session: Session, received_us: int) -> bool:
    """Is there an unread event that was stored before this moment?"""
    query = select(InboxEvent.id).where(InboxEvent.state == InboxState.RECEIVED, InboxEvent.received_us < received_us)
    return session.scalar(query.limit(1)) is not None


def lanes_older(session: Session, received_us: int) -> int:
    """How many chats have an unread event that was stored before this moment."""
    query = select(func.count(InboxEvent.lane.distinct())).where(
        InboxEvent.state == InboxState.RECEIVED, InboxEvent.received_us < received_us
    )
    return session.scalar(query) or 0


@dataclass(frozen=True)
class Parked:
    """An event that waits for people, without a word of it. `why`: an error's name; "" where nobody could answer."""

    event_id: str
    channel: str
    received_at: datetime
    attempts: int
    why: str


def parked(session: Session, limit: int = 20) -> list[Parked]:
    """Events that wait for people, newest first."""
    rows = session.execute(
        select(InboxEvent.event_id, InboxEvent.channel, InboxEvent.received_us, InboxEvent.attempts, InboxEvent.error)
        .where(InboxEvent.state == InboxState.PARKED)
        .order_by(InboxEvent.id.desc())
        .limit(limit)
    )
    return [
        Parked(row.event_id, row.channel, moment_of(row.received_us), row.attempts, row.error or "") for row in rows
    ]


def settle(session: Session, event_id: int, state: InboxState, now: datetime, error: str | None = None) -> None:
    """End an event's life: done, or parked for people."""
    session.ask(_SETTLE, {"row": event_id, "to": state, "now": now, "why": error})
    session.settled.append(event_id)


_SETTLE = (
    update(plain(InboxEvent))
    .where(InboxEvent.id == bindparam("row"))
    .values(state=bindparam("to"), done_at=bindparam("now"), error=bindparam("why"))
)


def note_try(session: Session, event_id: int, error: str | None) -> int:
    """Count a try that failed (or is about to begin after a crash); returns how many there were."""
    return session.execute(
        update(InboxEvent)
        .where(InboxEvent.id == event_id)
        .values(attempts=InboxEvent.attempts + 1, error=error)
        .returning(InboxEvent.attempts)
    ).scalar_one()


def blank(session: Session, event_id: int) -> None:
    """Take the raw body of an event away (unsent, unaddressed in a group, erased)."""
    session.execute(update(InboxEvent).where(InboxEvent.id == event_id).values(body=None))


def replay(session: Session, event_id: str) -> int:
    """Put parked events of this platform id back; returns how many there were."""
    found = session.scalars(
        select(InboxEvent).where(InboxEvent.event_id == event_id, InboxEvent.state == InboxState.PARKED)
    ).all()
    for row in found:
        row.state, row.attempts, row.error = InboxState.RECEIVED, 0, None
        session.execute(update(Conversation).where(Conversation.lane == row.lane).values(not_before=None))
    if found:
        session.wake("inbox")
    return len(found)


def depth(session: Session, now: datetime) -> dict[str, float]:
    """How many events wait or are parked, and the age of the oldest unread one in seconds."""
    unread, oldest = session.execute(
        select(func.count(), func.min(InboxEvent.received_us)).where(InboxEvent.state == InboxState.RECEIVED)
    ).one()
    parked = session.scalar(select(func.count()).select_from(InboxEvent).where(InboxEvent.state == InboxState.PARKED))
    age = 0.0 if oldest is None else max(0.0, (microseconds(now) - oldest) / 1e6)
    return {"unread": unread, "parked": parked or 0, "oldest_seconds": age}
