"""Cases that wait for a decision of those in charge, each kind by one small query."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from storage.db import Session
from storage.reminders import OFFICERS
from storage.tables import Case, StatusUpdate
from storage.words import Status


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
    return _found(session, agency_code, statuses, [urgent, Case.acknowledged_at.is_(None)])


def before_the_head(session: Session, agency_code: str) -> list[Waiting]:
    """Results the head has to decide on."""
    return _since_status(session, agency_code, Status.HEAD_REVIEW, 1)


def reopened_again(session: Session, agency_code: str, times: int = 2) -> list[Waiting]:
    """Cases that stand reopened, for at least the second time."""
    return _since_status(session, agency_code, Status.REOPENED, times)


def _since_status(session: Session, agency_code: str, status: Status, times: int) -> list[Waiting]:
    rows = (
        select(StatusUpdate.case_id, func.max(StatusUpdate.at).label("since"))
        .join(Case, Case.id == StatusUpdate.case_id)
        .where(Case.agency_code == agency_code, Case.status == status.value, StatusUpdate.status == status.value)
        .group_by(StatusUpdate.case_id)
        .having(func.count() >= times)
        .subquery()
    )
    query = select(*_columns(rows.c.since)).join(rows, rows.c.case_id == Case.id)
    return _read(session, query.order_by(rows.c.since, Case.id))


def overdue_and_quiet(
    session: Session, agency_code: str, statuses: Collection[str], today: date, before: datetime
) -> list[Waiting]:
    """Cases past their date of which no officer did anything since a moment; the oldest date first."""
    deed = aliased(StatusUpdate)
    done = select(deed.case_id).where(deed.case_id == Case.id, deed.by.in_(OFFICERS), deed.at >= before).exists()
    due = func.coalesce(Case.extended_to, Case.due_on)
    return _found(session, agency_code, statuses, [due < today, ~done], order=(due, Case.id))


def unassigned(session: Session, agency_code: str, statuses: Collection[str], before: datetime) -> list[Waiting]:
    """Cases received before a moment that no unit has yet."""
    return _found(session, agency_code, statuses, [Case.received_at < before])


def _found(
    session: Session,
    agency_code: str,
    statuses: Collection[str],
    where: Sequence[ColumnElement[bool]],
    order: Sequence[Any] = (Case.received_at, Case.id),
) -> list[Waiting]:
    query = select(*_columns(Case.received_at)).where(Case.agency_code == agency_code, Case.status.in_(statuses))
    return _read(session, query.where(*where).order_by(*order))


def _columns(since: Any) -> tuple[Any, ...]:
    due = func.coalesce(Case.extended_to, Case.due_on)
    return Case.id, Case.reference, Case.category, Case.unit_code, Case.confidential, since, due


def _read(session: Session, query: Any) -> list[Waiting]:
    return [Waiting(*row) for row in session.execute(query)]
