"""News of cases that waits for a person's next free answer, and people whom no message reaches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from storage.db import Session
from storage.outbox import RIDES
from storage.tables import Account, Case, CaseNotice, OutboxMessage, StatusUpdate
from storage.words import ENDED, OutboxState

PROMISE = "promise"  # a date was given; everything else is "plain"
CHASE = "chase"  # for officers: put together at the end of the clock's round, one message a chat


@dataclass(frozen=True)
class News:
    """One piece of news that waits, opened."""

    id: int
    case_id: int | None
    news: str
    topic: str  # what is told, as the case's updates name it: a date replaces a date, not a visit
    parts: list[dict[str, Any]]


def _waits() -> ColumnElement[bool]:
    """Held. Written out, not bound: only then the databases know their index for these rows."""
    return OutboxMessage.state == bindparam("held", str(OutboxState.HELD), literal_execute=True)


def _rides(until: datetime) -> list[ColumnElement[bool]]:
    return [
        _waits(),
        OutboxMessage.error == RIDES,
        OutboxMessage.news.is_not(None),
        OutboxMessage.news != CHASE,
        OutboxMessage.calls_done == 0,
        ~OutboxMessage.tried_reply,
        OutboxMessage.created_at <= until,
    ]


def lanes(session: Session, costly: Collection[str], until: datetime, limit: int = 1000) -> list[tuple[str, str]]:
    """(lane, channel) of chats with news to be told now: a promise, or any where telling costs nothing."""
    gone = exists().where(Account.id == OutboxMessage.account_id, Account.unreachable_at.is_not(None))
    rows = session.execute(
        select(OutboxMessage.lane, OutboxMessage.channel)
        .where(*_rides(until), or_(OutboxMessage.news == PROMISE, OutboxMessage.channel.not_in(sorted(costly))), ~gone)
        .group_by(OutboxMessage.lane, OutboxMessage.channel)
        .order_by(func.min(OutboxMessage.id))
        .limit(limit)
    )
    return [(lane, channel) for lane, channel in rows]


def waiting(session: Session, lane: str, until: datetime) -> list[News]:
    """The news of one chat, oldest first, locked; what an officer is taking back right now is left out."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.lane == lane, *_rides(until))
        .order_by(OutboxMessage.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    topics = _topics(session, [row.once or "" for row in found])
    opened = [[] if row.parts is None else session.keys.open_data(row.parts) for row in found]
    return [
        News(row.id, row.case_id, row.news or "", topics[row.once or ""], parts)
        for row, parts in zip(found, opened, strict=True)
    ]


def _topics(session: Session, onces: Sequence[str]) -> dict[str, str]:
    """What each of these facts is about: "update:12" by that update, "progress:…" by its first word."""
    ids = {once: int(once.split(":")[1]) for once in onces if once.startswith("update:")}
    query = select(StatusUpdate.id, StatusUpdate.what).where(StatusUpdate.id.in_(ids.values()))
    whats = {row_id: what for row_id, what in session.execute(query)}
    return {once: whats.get(ids[once], "") if once in ids else once.partition(":")[0] for once in onces}


def chased(session: Session, limit: int = 1000) -> list[tuple[str, str]]:
    """(lane, channel) of officers' chats with reminders that wait to be put together."""
    rows = session.execute(
        select(OutboxMessage.lane, OutboxMessage.channel)
        .where(_waits(), OutboxMessage.news == CHASE)
        .group_by(OutboxMessage.lane, OutboxMessage.channel)
        .order_by(func.min(OutboxMessage.id))
        .limit(limit)
    )
    return [(lane, channel) for lane, channel in rows]


def chases(session: Session, lane: str) -> list[News]:
    """The reminders that wait in one officer's chat, oldest first, locked."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.lane == lane, _waits(), OutboxMessage.news == CHASE)
        .order_by(OutboxMessage.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    opened = session.keys.open_data
    return [News(row.id, row.case_id, CHASE, "", [] if row.parts is None else opened(row.parts)) for row in rows]


def fold(session: Session, ids: Collection[int]) -> None:
    """These went along with another message, or a newer one tells it."""
    for row in session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(ids))) if ids else ():
        row.state, row.parts = OutboxState.FOLDED, None
    session.flush()


# --- people whom no message reaches ----------------------------------------------------------------------------------


def untold(session: Session, news: Sequence[str], called: Sequence[str], limit: int = 200) -> list[Case]:
    """Open cases whose complainant was not told what waits: blocked us, or never had a chat (an officer wrote the case
    down). `news`: events such a person should hear of; `called`: an officer's event after which they were told."""
    is_open = Case.status.not_in([status.value for status in ENDED])
    held = exists().where(OutboxMessage.case_id == Case.id, OutboxMessage.account_id == Case.account_id, _waits())
    gone = exists().where(Account.id == Case.account_id, Account.unreachable_at.is_not(None))
    query = select(Case).where(is_open, or_(gone & held, Case.conversation_id.is_(None) & _untold(news, called)))
    return list(session.scalars(query.order_by(Case.id).limit(limit)))


def _untold(news: Sequence[str], called: Sequence[str]) -> ColumnElement[bool]:
    told, later = aliased(StatusUpdate), aliased(StatusUpdate)
    spoken = exists().where(later.case_id == told.case_id, later.what.in_(called), later.id > told.id)
    noticed = exists().where(
        CaseNotice.case_id == told.case_id, CaseNotice.recipient == "complainant", CaseNotice.done_at >= told.at
    )
    return exists().where(told.case_id == Case.id, told.what.in_(news), ~spoken, ~noticed)
