"""Cases and their status updates: find, add, append, list. Who may look is decided in handlers/access.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storage.db import Session
from storage.tables import Case, StatusUpdate
from storage.words import ENDED, Status


def add(session: Session, values: dict[str, Any]) -> Case:
    """A new case row; the caller (an action) has decided every value."""
    case = Case(**values)
    session.add(case)
    session.flush()
    return case


def by_reference(session: Session, reference: str, lock: bool = False) -> Case | None:
    """The case of this printed reference."""
    query = select(Case).where(Case.reference == reference)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def get(session: Session, case_id: int) -> Case:
    """The case of this row id. Raises sqlalchemy's NoResultFound when there is none."""
    return session.get_one(Case, case_id)


def of_account(session: Session, account_id: int, limit: int = 10) -> list[Case]:
    """A person's own cases, open ones first, newest first."""
    ended = Case.status.in_([status.value for status in ENDED])
    return list(
        session.scalars(select(Case).where(Case.account_id == account_id).order_by(ended, Case.id.desc()).limit(limit))
    )


def add_update(
    session: Session,
    case: Case,
    *,
    at: datetime,
    what: str,
    by: str,
    status: Status | None = None,
    person_id: int | None = None,
    note: str | None = None,
    masked: str | None = None,
) -> StatusUpdate:
    """Append what happened; moves the case's status pointer where `status` is given."""
    row = StatusUpdate(
        case_id=case.id,
        at=at,
        status=status,
        what=what,
        by=by,
        person_id=person_id,
        note=session.keys.seal_text(note),
        note_masked=masked,
    )
    session.add(row)
    if status is not None:
        case.status = status
    session.flush()
    return row


def updates(session: Session, case_ids: Sequence[int]) -> list[StatusUpdate]:
    """What happened to these cases, oldest first."""
    return list(
        session.scalars(select(StatusUpdate).where(StatusUpdate.case_id.in_(case_ids)).order_by(StatusUpdate.id))
    )


def last_note(session: Session, case: Case) -> tuple[datetime, str] | None:
    """The newest word of a person to the complainant about this case; a result counts once it is concluded."""
    words = ("told", "asked", "result") if case.resolved_at is not None else ("told", "asked")
    row = session.scalars(
        select(StatusUpdate)
        .where(StatusUpdate.case_id == case.id, StatusUpdate.what.in_(words))
        .order_by(StatusUpdate.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.at, session.keys.open_text(row.note) or "")


def result_of(session: Session, case: Case) -> str:
    """The newest result an officer reported."""
    row = session.scalars(
        select(StatusUpdate)
        .where(StatusUpdate.case_id == case.id, StatusUpdate.what == "result")
        .order_by(StatusUpdate.id.desc())
        .limit(1)
    ).first()
    return "" if row is None else session.keys.open_text(row.note) or ""


def ending_with(session: Session, agency_codes: Sequence[str], digits: str) -> list[str]:
    """References of these agencies' cases whose running number, or number and check digit, are these digits."""
    found = session.scalars(
        select(Case.reference).where(Case.agency_code.in_(agency_codes), Case.reference.like(f"%{digits}%"))
    ).all()
    bare = digits.lstrip("0")
    fitting = []
    for reference in found:
        _year, number, check = reference.split("-")
        if bare in (number.lstrip("0"), (number + check).lstrip("0")):
            fitting.append(reference)
    return fitting


def queue(
    session: Session, agency_code: str, units: Sequence[str] | None, limit: int = 20
) -> tuple[list[Case], dict[str, int]]:
    """Open cases of an agency (of these units only, where given), urgent and oldest first, and counts by status."""
    where = [
        Case.agency_code == agency_code,
        Case.status.not_in([status.value for status in ENDED]),
    ]
    if units is not None:
        where.append(Case.unit_code.in_(units))
    found = session.execute(select(Case.status, func.count()).where(*where).group_by(Case.status)).all()
    counts = {status: count for status, count in found}
    rows = session.scalars(
        select(Case).where(*where).order_by(Case.urgent.desc(), Case.due_on, Case.id).limit(limit)
    ).all()
    return list(rows), counts


def summary(session: Session, agency_code: str, since: datetime) -> dict[str, dict[str, int]]:
    """Counts of an agency's cases received since a moment, by status, category and kind."""
    result: dict[str, dict[str, int]] = {}
    for name, column in (("status", Case.status), ("category", Case.category), ("kind", Case.kind)):
        rows = session.execute(
            select(column, func.count())
            .where(Case.agency_code == agency_code, Case.received_at >= since)
            .group_by(column)
        )
        result[name] = {value: count for value, count in rows}
    return result
