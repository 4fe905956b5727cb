"""Cases that wait for a decision of those in charge, each kind by one small query."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from storage.db import Session
from storage.reminders import HURRIED, OFFICERS
from storage.standing import without_index
from storage.tables import Case, StatusUpdate
from storage.words import Kind, Status


@dataclass(frozen=True)
class Waiting:
    """A case that waits, and since when: a moment, or the date that has passed."""

    case_id: int
    reference: str
    category: str
    unit_code: str | None
    confidential: bool
    since: datetime
    due: date


def unacknowledged(session: Session, agency_code: str, statuses: Collection[str]) -> list[Waiting]:
    """Urgent cases nobody in charge said "I know" of."""
    urgent = or_(Case.route == "urgent", and_(Case.urgent, Case.route == "multi"))
    query = select(*_columns(Case.received_at)).where(*_stand(agency_code, statuses), urgent)
    return _read(session, query.where(Case.acknowledged_at.is_(None)).order_by(Case.received_at, Case.id))


def before_the_head(session: Session, agency_code: str) -> list[Waiting]:
    """Results the head has to decide on."""
    return _since_status(session, agency_code, Status.HEAD_REVIEW, 1)


def reopened_again(session: Session, agency_code: str, times: int = 2) -> list[Waiting]:
    """Cases that stand reopened, for at least the second time."""
    return _since_status(session, agency_code, Status.REOPENED, times)


def _since_status(session: Session, agency_code: str, status: Status, times: int) -> list[Waiting]:
    """Cases that stand so now, were put so this often, and since when."""
    put = StatusUpdate.case_id == Case.id, without_index(StatusUpdate.status) == status.value
    since = select(func.max(StatusUpdate.at)).where(*put).correlate(Case).scalar_subquery()
    often = select(func.count()).select_from(StatusUpdate).where(*put).correlate(Case).scalar_subquery()
    query = select(*_columns(since)).where(*_stand(agency_code, [status.value]), often >= times)
    found = _read(session, query)
    return sorted(found, key=lambda row: (row.since, row.case_id))


def overdue_and_quiet(
    session: Session,
    agency_code: str,
    statuses: Collection[str],
    today: date,
    before: datetime,
    but: Collection[int],
    limit: int,
) -> tuple[list[Waiting], int]:
    """Cases past their date of which no officer did anything since a moment, the oldest date first, and how many there
    are in all. `but`: row ids left out."""
    deed = aliased(StatusUpdate)
    done = select(deed.case_id).where(deed.case_id == Case.id, deed.by.in_(OFFICERS), deed.at >= before)
    done = done.where(deed.what != HURRIED)  # an order to hurry is no deed
    due, work = func.coalesce(Case.extended_to, Case.due_on), Case.kind != Kind.COMPLIMENT.value
    quiet = (due < today, ~done.exists(), work)
    where = (*_stand(agency_code, statuses), *quiet, without_index(Case.id).not_in(but))
    return _limited(session, where, (due, Case.id), limit)


def unassigned(
    session: Session, agency_code: str, statuses: Collection[str], before: datetime, but: Collection[int], limit: int
) -> tuple[list[Waiting], int]:
    """Cases received before a moment that no unit has yet, the oldest first, and how many in all. `but`: as above."""
    where = (*_stand(agency_code, statuses), Case.received_at < before, without_index(Case.id).not_in(but))
    return _limited(session, where, (Case.received_at, Case.id), limit)


def _limited(
    session: Session, where: Sequence[ColumnElement[bool]], order: Sequence[Any], limit: int
) -> tuple[list[Waiting], int]:
    query = select(*_columns(Case.received_at), func.count().over()).where(*where).order_by(*order).limit(limit)
    rows = session.execute(query).all()
    return [Waiting(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def _stand(agency_code: str, statuses: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (without_index(Case.agency_code) == agency_code, Case.status.in_(statuses))  # those of a status are fewer


def _columns(since: Any) -> tuple[Any, ...]:
    due = func.coalesce(Case.extended_to, Case.due_on)
    return Case.id, Case.reference, Case.category, Case.unit_code, Case.confidential, since, due


def _read(session: Session, query: Any) -> list[Waiting]:
    return [Waiting(*row) for row in session.execute(query)]
