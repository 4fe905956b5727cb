"""Messages to be sent, each with a visible life and an end. Rows above, network never.

How one is sent: sending.py; what waits for a free answer: riding.py; words taken back: unsent.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, select, union_all, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import ids
from storage.db import Session
from storage.inbox import microseconds
from storage.tables import Message, OutboxMessage
from storage.tables.base import among, plain
from storage.words import OutboxState

OPEN = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.FAILED)
DOUBTFUL = (OutboxState.UNCERTAIN, OutboxState.GIVEN_UP)  # a person should look
QUOTA, BLOCKED = "quota", "blocked"  # why a message is held, if the platform surely never took it
RIDES = "rides"  # news that can wait for the person's next free answer
GOOD = "good"  # plain news that stays new when its case ends: praise for an officer
UNDO = "undo"  # an officer may still take it back; it goes by itself a moment later
LONG = timedelta(days=3650)  # held until the person writes
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)  # not `now`: a job may be run with another clock than the sender's
_OUT = plain(OutboxMessage).c


def is_open(row: type[OutboxMessage]) -> ColumnElement[bool]:
    """Waits or is on its way. Written out, not bound: only then SQLite knows its index for these rows."""
    return row.state.in_(bindparam("open", list(OPEN), expanding=True, literal_execute=True))


IS_HELD = among(OutboxMessage.state, OutboxState.HELD)  # written out for the same reason


def parts_of(session: Session, row: Any) -> Any:
    """The neutral parts of a message, opened; [] where they are gone."""
    return [] if row.parts is None else session.keys.open_data(row.parts)


def put(
    session: Session,
    *,
    channel: str,
    lane: str,
    chat_id: str | bytes,
    parts: list[dict[str, Any]],
    now: datetime,
    account_id: int | None = None,
    case_id: int | None = None,
    once: str | None = None,
    reply_token: str = "",
    reply_event_at: datetime | None = None,
    held: str = "",
    undo: str = "",
    undo_until: datetime | None = None,
    news: str = "",
    purpose: str = "",
    agency_code: str = "",
) -> int | None:
    """Put a message out. With `once`, a fact already put out is not put out again (returns None). `chat_id`: as the
    platform names the chat; bytes are sealed already.

    `held`: why it is not sent by itself; it goes along with the person's next answer (riding.py). `undo`: the deed it
    tells of; with `undo_until` it waits so long, keeping nothing behind it back. `news`: promise or plain, of a case.
    `purpose`, `agency_code`: what it is for and whose push it is, where pushes cost; no purpose: an answer.
    """
    if not held and undo_until is not None:
        held = UNDO
    values = {
        "key": ids.new_key(),
        "channel": channel,
        "lane": lane,
        "account_id": account_id,
        "case_id": case_id,
        "once": once,
        "chat_id": session.keys.seal_text(chat_id) if isinstance(chat_id, str) else chat_id,
        "parts": session.keys.seal_data(parts),
        "reply_token": reply_token or None,
        "reply_event_us": microseconds(reply_event_at) if reply_event_at else None,
        "state": OutboxState.HELD if held else OutboxState.QUEUED,
        "error": held or None,
        "not_before": _held_until(now, held, undo_until),
        "undo": undo or None,
        "news": news or None,
        "purpose": purpose or None,
        "agency_code": agency_code or None,
        "created_at": now,
    }
    put_in = _PUT[session.get_bind().dialect.name]
    row_id: int | None = session.ask(put_in, values).scalar()  # what it tells of was written before it
    if row_id is not None:
        session.put_out.append(row_id)
        session.wake("outbox")
    return row_id


_PUT = {
    name: new(plain(OutboxMessage)).on_conflict_do_nothing(index_elements=["once"]).returning(OutboxMessage.id)
    for name, new in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}


def _held_until(now: datetime, held: str, undo_until: datetime | None) -> datetime:
    if held == UNDO and undo_until is not None:
        return undo_until
    return now + LONG if held else AT_ONCE


def is_put(session: Session, once: str) -> bool:
    """Was this fact put out already?"""
    return bool(session.scalar(select(exists().where(OutboxMessage.once == once))))


def take_back(session: Session, undo: str) -> bool:
    """Keep what tells of this deed from being sent; False, and nothing is kept, once any of it is on its way."""
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.undo == undo).with_for_update()).all()
    if any(row.state != OutboxState.HELD for row in rows):
        return False
    for row in rows:
        row.state, row.parts, row.once = OutboxState.TAKEN_BACK, None, None
    session.flush()
    return True


def was_told(session: Session, case_id: int, account_id: int | None) -> bool:
    """Did the newest thing told of a case reach this person?"""
    newest = (
        select(OutboxMessage.state)
        .where(
            OutboxMessage.case_id == case_id,
            OutboxMessage.account_id == account_id,
            OutboxMessage.once.like("update:%"),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return session.scalar(newest) in (OutboxState.SENT, OutboxState.FOLDED)


def readdress(session: Session, lane: str, new_lane: str, chat_id: str) -> None:
    """A chat got another address (a Telegram group became a supergroup): what waits goes there."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.lane == lane, OutboxMessage.state.in_((*OPEN, OutboxState.HELD)))
        .values(lane=new_lane, chat_id=session.keys.seal_text(chat_id))
    )


@dataclass(frozen=True)
class Put:
    """A message of ours in a chat: an answer, or a notice of a case; `parts` is None once it was sent."""

    id: int
    is_answer: bool
    case_id: int | None
    once: str
    parts: list[dict[str, Any]] | None


def newest_put(session: Session, lane: str, conversation_id: int, now: datetime, limit: int = 6) -> list[Put]:
    """What a chat was told last, newest first: sent, on its way or about to go; not what waits for a free answer."""
    told = {"chat": conversation_id, "lane": lane, "now": now, "most": limit}
    sent = session.ask(_SENT, told).scalars().all()
    rows: dict[int, Any] = {}
    for query in (_PUT_SENT, _PUT_OPEN, _PUT_UNDONE):
        if sent or query is not _PUT_SENT:
            rows |= {row.id: row for row in session.ask(query, {**told, "sent": sent})}
    return [
        Put(
            row.id,
            row.reply_event_us is not None,
            row.case_id,
            row.once or "",
            None if row.parts is None else parts_of(session, row),
        )
        for row in sorted(rows.values(), key=lambda row: -row.id)[:limit]
    ]


def _newest(*where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    query = select(_OUT.id, _OUT.reply_event_us, _OUT.case_id, _OUT.once, _OUT.parts)
    of_chat = query.where(_OUT.lane == bindparam("lane"), *where)
    return of_chat.order_by(_OUT.id.desc()).limit(bindparam("most"))


_SAID = plain(Message).c
_SENT = (
    select(_SAID.outbox_id)
    .where(_SAID.conversation_id == bindparam("chat"), _SAID.direction == "out", _SAID.outbox_id.is_not(None))
    .order_by(_SAID.id.desc())
    .limit(bindparam("most"))
)
_PUT_SENT = _newest(_OUT.id.in_(bindparam("sent", expanding=True)))
_PUT_OPEN = _newest(among(_OUT.state, *OPEN))
_PUT_UNDONE = _newest(among(_OUT.state, OutboxState.HELD), among(_OUT.error, UNDO), _OUT.not_before <= bindparam("now"))


def on_its_way(session: Session, lane: str) -> list[dict[str, Any]]:
    """The parts that will reach a chat by themselves: waiting, being sent, or kept for a moment to be taken back."""
    rows = [row for query in (_GOING, _KEPT) for row in session.ask(query, {"lane": lane})]
    return [part for row in rows for part in parts_of(session, row)]


_going = select(_OUT.parts).where(_OUT.lane == bindparam("lane"), _OUT.parts.is_not(None)).order_by(_OUT.id)
_GOING = _going.where(among(_OUT.state, *OPEN))
_KEPT = _going.where(among(_OUT.state, OutboxState.HELD), among(_OUT.error, UNDO))


def oldest_open(session: Session) -> datetime | None:
    """When the oldest message that waits to go, or is on its way, was put out; not what is held."""
    return session.scalar(select(func.min(OutboxMessage.created_at)).where(is_open(OutboxMessage)))


def depth(session: Session) -> dict[str, int]:
    """How many messages are not over, or ended badly, by state. What waits for the person's next word is nobody's
    trouble and stands apart: news as "rides", what people who blocked us missed as "blocked". What ended well is not
    counted: it is most of the table."""
    return dict(session.ask(_DEPTH).all())


_STATE = case(
    (and_(IS_HELD, OutboxMessage.error == RIDES), RIDES),
    (and_(IS_HELD, OutboxMessage.error.startswith(BLOCKED)), BLOCKED),
    else_=OutboxMessage.state,
).label("state")
_UNENDED = (among(OutboxMessage.state, *OPEN), IS_HELD, among(OutboxMessage.state, *DOUBTFUL))
_UNENDED_ROWS = union_all(*(select(_STATE).where(rows) for rows in _UNENDED)).subquery()
_DEPTH = select(_UNENDED_ROWS.c.state, func.count()).group_by(_UNENDED_ROWS.c.state)


def doubts(session: Session, since: datetime) -> int:
    """How many messages came into doubt since then. They stay in doubt for ever, which is no news."""
    return session.ask(_DOUBTS, {"since": since}).scalar() or 0


_DOUBTS = select(func.count()).where(
    among(_OUT.state, *DOUBTFUL),  # as its index has it
    among(_OUT.state, OutboxState.UNCERTAIN),
    func.coalesce(_OUT.claimed_at, _OUT.created_at) >= bindparam("since"),
)
