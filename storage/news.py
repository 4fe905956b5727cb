"""News of cases that waits for a person's next free answer, and people whom no message reaches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from storage.db import Session
from storage.outbox import RIDES
from storage.tables import Account, Case, CaseNotice, OutboxMessage, StatusUpdate
from storage.tables.base import among, plain
from storage.words import ENDED, OutboxState, Status

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


_OUT = plain(OutboxMessage).c
_HELD = among(_OUT.state, OutboxState.HELD)
_RIDES = (
    *(_HELD, _OUT.error == RIDES, _OUT.news.is_not(None), _OUT.news != CHASE),
    *(_OUT.calls_done == 0, ~_OUT.tried_reply, _OUT.created_at <= bindparam("until")),
)


def lanes(session: Session, costly: Collection[str], until: datetime, limit: int = 1000) -> list[tuple[str, str]]:
    """(lane, channel) of chats with news to be told now: a promise, or any where telling costs nothing."""
    asked = {"until": until, "costly": sorted(costly), "most": limit}
    return [(lane, channel) for lane, channel in session.ask(_LANES, asked)]


_GONE = exists().where(plain(Account).c.id == _OUT.account_id, plain(Account).c.unreachable_at.is_not(None))
_LANES = (
    select(_OUT.lane, _OUT.channel)
    .where(*_RIDES, or_(_OUT.news == PROMISE, _OUT.channel.not_in(bindparam("costly", expanding=True))), ~_GONE)
    .group_by(_OUT.lane, _OUT.channel)
    .order_by(func.min(_OUT.id))
    .limit(bindparam("most"))
)


def waiting(session: Session, lane: str, until: datetime) -> list[News]:
    """The news of one chat, oldest first, locked; what an officer is taking back right now is left out."""
    found = session.find(_WAITING, {"lane": lane, "until": until}).all()
    topics = _topics(session, [row.once or "" for row in found])
    opened = [[] if row.parts is None else session.keys.open_data(row.parts) for row in found]
    return [
        News(row.id, row.case_id, row.news or "", topics[row.once or ""], parts)
        for row, parts in zip(found, opened, strict=True)
    ]


def _locked(*where: ColumnElement[bool]) -> Select[OutboxMessage]:
    """Rows of one chat, oldest first, as they stand now."""
    rows = select(OutboxMessage).where(_OUT.lane == bindparam("lane"), *where).order_by(_OUT.id)
    return rows.with_for_update(skip_locked=True).execution_options(populate_existing=True)


_WAITING = _locked(*_RIDES)
_CHASES = _locked(_HELD, _OUT.news == CHASE)


def _topics(session: Session, onces: Sequence[str]) -> dict[str, str]:
    """What each of these facts is about: "update:12" by that update, "progress:…" by its first word."""
    ids = {once: int(once.split(":")[1]) for once in onces if once.startswith("update:")}
    whats = dict(session.ask(_WHATS, {"rows": ids.values()}).all()) if ids else {}
    return {once: whats.get(ids[once], "") if once in ids else once.partition(":")[0] for once in onces}


_UPDATE = plain(StatusUpdate).c
_WHATS = select(_UPDATE.id, _UPDATE.what).where(_UPDATE.id.in_(bindparam("rows", expanding=True)))


def chased(session: Session, limit: int = 1000) -> list[tuple[str, str]]:
    """(lane, channel) of officers' chats with reminders that wait to be put together."""
    return [(lane, channel) for lane, channel in session.ask(_CHASED, {"most": limit})]


_CHASED = (
    select(_OUT.lane, _OUT.channel)
    .where(_HELD, _OUT.news == CHASE)
    .group_by(_OUT.lane, _OUT.channel)
    .order_by(func.min(_OUT.id))
    .limit(bindparam("most"))
)


def chases(session: Session, lane: str) -> list[News]:
    """The reminders that wait in one officer's chat, oldest first, locked."""
    rows = session.find(_CHASES, {"lane": lane})
    opened = session.keys.open_data
    return [News(row.id, row.case_id, CHASE, "", [] if row.parts is None else opened(row.parts)) for row in rows]


def fold(session: Session, ids: Collection[int]) -> None:
    """These went along with another message, or a newer one tells it."""
    for row in session.find(_THESE, {"rows": ids}) if ids else ():
        row.state, row.parts = OutboxState.FOLDED, None
    session.flush()


_THESE = select(OutboxMessage).where(_OUT.id.in_(bindparam("rows", expanding=True)))


# --- people whom no message reaches ----------------------------------------------------------------------------------


def untold(session: Session, news: Sequence[str], called: Sequence[str], limit: int = 200) -> list[Case]:
    """Open cases whose complainant was not told what waits: blocked us, or never had a chat (an officer wrote the case
    down). `news`: events such a person should hear of; `called`: an officer's event after which they were told."""
    return session.find(_to_be_called(tuple(news), tuple(called)), {"most": limit}).all()


@cache
def _to_be_called(news: tuple[str, ...], called: tuple[str, ...]) -> Select[Case]:
    is_open = among(Case.status, *(status for status in Status if status not in ENDED))  # few, found by their index
    held = exists().where(OutboxMessage.case_id == Case.id, OutboxMessage.account_id == Case.account_id, _HELD)
    gone = exists().where(Account.id == Case.account_id, Account.unreachable_at.is_not(None))
    query = select(Case).where(is_open, or_(gone & held, Case.conversation_id.is_(None) & _untold(news, called)))
    return query.order_by(Case.id).limit(bindparam("most"))


def _untold(news: Sequence[str], called: Sequence[str]) -> ColumnElement[bool]:
    told, later = aliased(StatusUpdate), aliased(StatusUpdate)
    spoken = exists().where(later.case_id == told.case_id, later.what.in_(called), later.id > told.id)
    noticed = exists().where(
        CaseNotice.case_id == told.case_id, CaseNotice.recipient == "complainant", CaseNotice.done_at >= told.at
    )
    return exists().where(told.case_id == Case.id, told.what.in_(news), ~spoken, ~noticed)
