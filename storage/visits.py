"""Visits to the spot: planned, then made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from storage.db import Session
from storage.tables import Case, CaseVisit
from storage.words import ENDED


def add(session: Session, case_id: int, person_id: int, planned_for: datetime | None = None) -> CaseVisit:
    """A new visit of a case by a person."""
    row = CaseVisit(case_id=case_id, person_id=person_id, planned_for=planned_for)
    session.add(row)
    session.flush()
    return row


def planned(session: Session, case_id: int) -> CaseVisit | None:
    """The visit of a case that is planned and not made yet: the newest plan stands for the earlier ones."""
    newest = session.find(_NEWEST, {"case": case_id}).first()
    return newest if newest is not None and newest.planned_for is not None and newest.made_at is None else None


_NEWEST = select(CaseVisit).where(CaseVisit.case_id == bindparam("case")).order_by(CaseVisit.id.desc()).limit(1)


def of_case(session: Session, case_id: int) -> list[CaseVisit]:
    """Every visit of a case, oldest first."""
    return session.find(_OF_CASE, {"case": case_id}).all()


_OF_CASE = select(CaseVisit).where(CaseVisit.case_id == bindparam("case")).order_by(CaseVisit.id)


def of_person(session: Session, person_id: int, since: datetime, until: datetime, at: datetime) -> list[CaseVisit]:
    """A person's visits of open cases planned for between two moments and, at a moment, not over; in their order."""
    newest = select(func.max(CaseVisit.id)).group_by(CaseVisit.case_id)
    return list(
        session.scalars(
            select(CaseVisit)
            .join(Case, Case.id == CaseVisit.case_id)
            .where(
                CaseVisit.id.in_(newest),
                CaseVisit.person_id == person_id,
                CaseVisit.planned_for >= since,
                CaseVisit.planned_for < until,
                or_(CaseVisit.made_at.is_(None), CaseVisit.made_at >= at),
                Case.status.not_in([status.value for status in ENDED]),
            )
            .order_by(CaseVisit.planned_for, CaseVisit.id)
        )
    )
