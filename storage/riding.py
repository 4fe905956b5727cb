"""Messages held until a person's next free answer, and news of a case that grows old there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update

from storage.db import Session
from storage.outbox import AT_ONCE, BLOCKED, GOOD, QUOTA, RIDES, UNDO, parts_of
from storage.tables import OutboxMessage
from storage.tables.base import among, plain
from storage.words import OutboxState

_OUT = plain(OutboxMessage).c


def fold(session: Session, lane: str, room: int, size: Callable[[dict[str, Any]], int]) -> list[dict[str, Any]]:
    """The parts of held messages of a chat that fit, oldest first, to go along with an answer that is put out now.

    Only what the platform surely never took: anything else keeps its own retry key, and goes by itself.
    """
    if room <= 0 or session.ask(_RIDING, {"lane": lane}).first() is None:
        return []
    rows = session.find(_FOLDED, {"lane": lane, "room": room}).all()
    parts: list[dict[str, Any]] = []
    for row in rows:
        found = parts_of(session, row)
        room -= sum(size(part) for part in found)
        if room < 0:
            break
        parts += found
        row.state, row.parts = OutboxState.FOLDED, None
    return parts


_rides = (
    _OUT.lane == bindparam("lane"),
    among(_OUT.state, OutboxState.HELD),
    among(_OUT.error, QUOTA, BLOCKED, RIDES),
    _OUT.calls_done == 0,
    ~_OUT.tried_reply,
)
_RIDING = select(_OUT.id).where(*_rides).limit(1)
_FOLDED = (
    select(OutboxMessage)
    .where(*_rides)
    .order_by(OutboxMessage.id)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True)
)


def drop_riding(session: Session, lane: str, case_id: int, text: str) -> None:
    """News of a case that waits for a free answer and says only this: told otherwise, it has nothing more to say."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.lane == lane,
            OutboxMessage.case_id == case_id,
            OutboxMessage.state == OutboxState.HELD,
            OutboxMessage.error.in_((QUOTA, BLOCKED, RIDES)),
            OutboxMessage.calls_done == 0,
            ~OutboxMessage.tried_reply,
        )
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        if [part.get("text") for part in parts_of(session, row)] == [text]:
            row.state, row.parts = OutboxState.FOLDED, None
    session.flush()


def outdate(session: Session, lane: str, case_id: int) -> None:
    """Something newer of this case is told: what was plain news and still waits for a free answer is old."""
    session.ask(_OUTDATE, {"in_lane": lane, "of_case": case_id})


def end_news(session: Session, case_id: int) -> None:
    """The case ended or has its result: whatever news of it still waits for a free answer is old. Praise is not."""
    session.ask(_END_NEWS, {"of_case": case_id})


_FOLD_NEWS = (
    update(plain(OutboxMessage))
    .where(_OUT.case_id == bindparam("of_case"), among(_OUT.state, OutboxState.HELD), among(_OUT.error, RIDES))
    .values(state=OutboxState.FOLDED, parts=None)
)
_OUTDATE = _FOLD_NEWS.where(_OUT.lane == bindparam("in_lane"), among(_OUT.news, "plain"))
_END_NEWS = _FOLD_NEWS.where(or_(_OUT.news.is_(None), _OUT.news != GOOD))


def hide_news(session: Session, case_id: int, parts: list[dict[str, Any]]) -> None:
    """The case became confidential: what waits to be told of it says no more than these parts."""
    held = and_(OutboxMessage.state == OutboxState.HELD, OutboxMessage.case_id == case_id)
    rows = session.scalars(select(OutboxMessage).where(held, OutboxMessage.parts.is_not(None)).with_for_update())
    for row in rows.all():
        row.parts = session.keys.seal_data(parts)
    session.flush()


def drop_held(session: Session, once: str) -> None:
    """What tells this fact, to the complainant and to those who joined, and still waits is never told."""
    session.execute(
        update(OutboxMessage)
        .where(
            or_(OutboxMessage.once == once, OutboxMessage.once.like(f"{once}:j%")),
            OutboxMessage.state == OutboxState.HELD,
            OutboxMessage.error.in_([RIDES, UNDO]),
        )
        .values(state=OutboxState.FOLDED, parts=None)
    )


def release(session: Session, lane: str) -> None:
    """The person took us back: what waited for that goes now."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.lane == lane, OutboxMessage.state == OutboxState.HELD, OutboxMessage.error == BLOCKED)
        .values(state=OutboxState.QUEUED, error=None, not_before=AT_ONCE)
    )
    session.wake("outbox")
