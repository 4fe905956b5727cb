"""Messages on their way: taken by one worker, tried, and settled; given back where a worker died."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, case, exists, func, or_, select, union_all, update
from sqlalchemy.orm import aliased

from storage.db import Session
from storage.inbox import microseconds
from storage.outbox import IS_HELD, QUOTA, is_open
from storage.tables import OutboxMessage
from storage.words import OutboxState

_UNCLEAR = ", unclear"  # a try may have been taken: from then on only its own key may repeat it
_RECOVERED = "recovered"


@dataclass
class Claimed:
    """A message taken to be sent, opened."""

    id: int
    key: str
    channel: str
    lane: str
    account_id: int | None
    case_id: int | None
    chat_id: str
    parts: list[dict[str, Any]]
    reply_token: str | None
    reply_event_us: int | None
    calls_done: int
    attempts: int
    tried_reply: bool
    recovered: bool  # a process died while sending it
    held: bool  # it waited without keeping others back
    quota: bool  # because the month's push quota was used up
    unclear: bool  # a try of it may have been taken
    created_us: int
    purpose: str  # what it is for; "" for an answer
    agency_code: str


def _blocked() -> ColumnElement[bool]:
    """Does an earlier message of the same chat still wait?"""
    earlier = aliased(OutboxMessage)
    return exists().where(and_(earlier.lane == OutboxMessage.lane, earlier.id < OutboxMessage.id, is_open(earlier)))


def claim(
    session: Session, worker: str, now: datetime, limit: int = 32, without: Collection[str] = ()
) -> list[Claimed]:
    """Take messages that may be sent now, the oldest of each chat only, so that order is kept.

    `without`: channels that another worker speaks on.
    """
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.id.in_(_waiting(OutboxMessage.id)),
            # Once more, for rows that somebody else took meanwhile.
            or_(
                and_(is_open(OutboxMessage), OutboxMessage.state != OutboxState.SENDING, ~_blocked()),
                IS_HELD,
            ),
            OutboxMessage.not_before <= now,
            OutboxMessage.channel.not_in(without),
        )
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = []
    for row in rows:
        recovered = row.claimed_at is not None and row.error == _RECOVERED
        held = row.state == OutboxState.HELD
        row.state, row.claimed_by, row.claimed_at = OutboxState.SENDING, worker, now
        row.attempts += 1
        taken.append(_open(session, row, recovered, held))
    return taken


def _open(session: Session, row: OutboxMessage, recovered: bool, held: bool) -> Claimed:
    keys, error = session.keys, row.error or ""
    return Claimed(
        id=row.id,
        key=row.key,
        channel=row.channel,
        lane=row.lane,
        account_id=row.account_id,
        case_id=row.case_id,
        chat_id=keys.open_text(row.chat_id) or "",
        parts=keys.open_data(row.parts) if row.parts is not None else [],
        reply_token=row.reply_token,
        reply_event_us=row.reply_event_us,
        calls_done=row.calls_done,
        attempts=row.attempts,
        tried_reply=row.tried_reply,
        recovered=recovered,
        held=held,
        quota=error.startswith(QUOTA),
        unclear=recovered or error.endswith(_UNCLEAR),
        created_us=microseconds(row.created_at),
        purpose=row.purpose or "",
        agency_code=row.agency_code or "",
    )


def settle(
    session: Session,
    message_id: int,
    state: OutboxState,
    now: datetime,
    *,
    error: str | None = None,
    again_at: datetime | None = None,
    calls_done: int | None = None,
    tried_reply: bool | None = None,
    request_id: str | None = None,
) -> None:
    """Write down how a try ended."""
    values: dict[str, Any] = {"state": state, "error": error}
    if state == OutboxState.SENT:
        values |= {"sent_at": now, "parts": None}  # what was said is in `messages`; once is enough
    else:  # whoever it was for was erased meanwhile: there is nothing left to send
        values["state"] = case((OutboxMessage.parts.is_(None), OutboxState.TAKEN_BACK), else_=state)
    if again_at is not None:
        values["not_before"] = again_at
    if calls_done is not None:
        values["calls_done"] = calls_done
    if tried_reply is not None:
        values["tried_reply"] = tried_reply
    if request_id:
        values["request_id"] = request_id
    session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(**values))


def why_not_sent(error: str, *, quota: bool, unclear: bool) -> str:
    """The `error` of a message that waits; that a try may have been taken is never forgotten."""
    return (QUOTA if quota else error) + (_UNCLEAR if unclear else "")


def workers_sending(session: Session) -> list[str]:
    """The workers that hold messages right now."""
    rows = session.scalars(
        select(OutboxMessage.claimed_by)
        .where(is_open(OutboxMessage), OutboxMessage.state == OutboxState.SENDING)
        .distinct()
    )
    return [worker for worker in rows if worker is not None]


def recover(session: Session, worker: str, now: datetime) -> int:
    """Give back what a dead worker left in `sending`; returns how many messages."""
    given_back = session.execute(
        update(OutboxMessage)
        .where(is_open(OutboxMessage), OutboxMessage.state == OutboxState.SENDING, OutboxMessage.claimed_by == worker)
        .values(
            state=OutboxState.FAILED,
            not_before=now,
            error=case((OutboxMessage.error.startswith(QUOTA), QUOTA + _UNCLEAR), else_=_RECOVERED),
        )
        .returning(OutboxMessage.id)
    ).all()
    if given_back:
        session.wake("outbox")
    return len(given_back)


def is_sending(session: Session, lane: str) -> bool:
    """Is something on its way to this chat, not yet written down as arrived?"""
    query = select(OutboxMessage.id).where(
        OutboxMessage.lane == lane, is_open(OutboxMessage), OutboxMessage.state == OutboxState.SENDING
    )
    return session.scalar(query.limit(1)) is not None


def next_due(session: Session) -> datetime | None:
    """When the next waiting message may be sent, if any waits."""
    waiting = _waiting(OutboxMessage.not_before).subquery()
    found: datetime | None = session.scalar(select(func.min(waiting.c[0])))
    return found


def _waiting(column: Any) -> CompoundSelect[Any]:
    """Of rows that wait or are held. Each half has an index; with "or" SQLite would look at every old row."""
    still = select(column).where(is_open(OutboxMessage), OutboxMessage.state != OutboxState.SENDING)
    return union_all(still, select(column).where(IS_HELD))


def due_since(session: Session, now: datetime, without: Collection[str] = ()) -> datetime | None:
    """Since when the longest-waiting message that may go right now could have gone; None where none waits. `without`:
    channels that another worker speaks on."""
    rows = session.execute(
        select(OutboxMessage.created_at, OutboxMessage.not_before)
        .where(is_open(OutboxMessage), OutboxMessage.state != OutboxState.SENDING, ~_blocked())
        .where(OutboxMessage.not_before <= now, OutboxMessage.channel.not_in(without))
        .order_by(OutboxMessage.id)
        .limit(_LOOKED_AT)
    ).all()
    return min((max(created, not_before) for created, not_before in rows), default=None)


_LOOKED_AT = 50  # oldest messages
