"""Messages to be sent, each with a visible life and an end. Rows above, network never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from storage import ids
from storage.db import Session
from storage.inbox import microseconds
from storage.tables import OutboxMessage
from storage.words import OutboxState

OPEN = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.FAILED)
QUOTA, BLOCKED = "quota", "blocked"  # why a message is held
LONG = timedelta(days=3650)  # held until the person writes
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)  # not `now`: a job may be run with another clock than the sender's


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
    quota: bool  # because the month's push quota was used up: the platform never took it
    created_us: int


def put(
    session: Session,
    *,
    channel: str,
    lane: str,
    chat_id: str,
    parts: list[dict[str, Any]],
    now: datetime,
    account_id: int | None = None,
    case_id: int | None = None,
    once: str | None = None,
    reply_token: str = "",
    reply_event_at: datetime | None = None,
    held: str = "",
) -> int | None:
    """Put a message out. With `once`, a fact already put out is not put out again (returns None).

    `held`: why it is not sent by itself; it goes along with the person's next answer (see `fold`).
    """
    if once is not None and session.scalar(select(exists().where(OutboxMessage.once == once))):
        return None
    row = OutboxMessage(
        key=ids.new_key(),
        channel=channel,
        lane=lane,
        account_id=account_id,
        case_id=case_id,
        once=once,
        chat_id=session.keys.seal_text(chat_id),
        parts=session.keys.seal_data(parts),
        reply_token=reply_token or None,
        reply_event_us=microseconds(reply_event_at) if reply_event_at else None,
        state=OutboxState.HELD if held else OutboxState.QUEUED,
        error=held or None,
        not_before=now + LONG if held else AT_ONCE,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.wake("outbox")
    return row.id


def claim(session: Session, worker: str, now: datetime, limit: int = 32) -> list[Claimed]:
    """Take messages that may be sent now, the oldest of each chat only, so that order is kept."""
    earlier = aliased(OutboxMessage)
    blocked = exists().where(
        and_(earlier.lane == OutboxMessage.lane, earlier.id < OutboxMessage.id, earlier.state.in_(OPEN))
    )
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            or_(
                and_(OutboxMessage.state.in_((OutboxState.QUEUED, OutboxState.FAILED)), ~blocked),
                OutboxMessage.state == OutboxState.HELD,
            ),
            OutboxMessage.not_before <= now,
        )
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = []
    for row in rows:
        recovered = row.claimed_at is not None and row.error == "recovered"
        held = row.state == OutboxState.HELD
        row.state, row.claimed_by, row.claimed_at = OutboxState.SENDING, worker, now
        row.attempts += 1
        taken.append(_open(session, row, recovered, held))
    return taken


def _open(session: Session, row: OutboxMessage, recovered: bool, held: bool) -> Claimed:
    keys = session.keys
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
        quota=row.error == QUOTA,
        created_us=microseconds(row.created_at),
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
    if again_at is not None:
        values["not_before"] = again_at
    if calls_done is not None:
        values["calls_done"] = calls_done
    if tried_reply is not None:
        values["tried_reply"] = tried_reply
    if request_id:
        values["request_id"] = request_id
    session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(**values))


def workers_sending(session: Session) -> list[str]:
    """The workers that hold messages right now."""
    rows = session.scalars(
        select(OutboxMessage.claimed_by).where(OutboxMessage.state == OutboxState.SENDING).distinct()
    )
    return [worker for worker in rows if worker is not None]


def recover(session: Session, worker: str, now: datetime) -> int:
    """Give back what a dead worker left in `sending`; returns how many messages."""
    given_back = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.claimed_by == worker)
        .values(state=OutboxState.FAILED, not_before=now, error="recovered")
        .returning(OutboxMessage.id)
    ).all()
    if given_back:
        session.wake("outbox")
    return len(given_back)


def fold(session: Session, lane: str, most: int = 3) -> list[dict[str, Any]]:
    """The parts of held messages of a chat, oldest first, to go along with an answer that is put out now."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.lane == lane, OutboxMessage.state == OutboxState.HELD, OutboxMessage.calls_done == 0)
        .order_by(OutboxMessage.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    parts: list[dict[str, Any]] = []
    for row in rows:
        parts += session.keys.open_data(row.parts) if row.parts is not None else []
        row.state, row.parts = OutboxState.FOLDED, None
    return parts


def readdress(session: Session, lane: str, new_lane: str, chat_id: str) -> None:
    """A chat got another address (a Telegram group became a supergroup): what waits goes there."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.lane == lane, OutboxMessage.state.in_((*OPEN, OutboxState.HELD)))
        .values(lane=new_lane, chat_id=session.keys.seal_text(chat_id))
    )


def next_due(session: Session) -> datetime | None:
    """When the next waiting message may be sent, if any waits."""
    return session.scalar(
        select(func.min(OutboxMessage.not_before)).where(
            OutboxMessage.state.in_((OutboxState.QUEUED, OutboxState.FAILED, OutboxState.HELD))
        )
    )


def depth(session: Session) -> dict[str, int]:
    """How many messages stand in each state."""
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
    return {state: count for state, count in rows}


def troubled(session: Session, limit: int = 50) -> list[OutboxMessage]:
    """Messages a person should look at: given up or uncertain, newest first."""
    return list(
        session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.state.in_((OutboxState.UNCERTAIN, OutboxState.GIVEN_UP)))
            .order_by(OutboxMessage.id.desc())
            .limit(limit)
        )
    )
