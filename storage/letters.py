"""The register of outgoing letters: one row each, numbered without gaps. The paper is drawn anew from rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage.db import Session
from storage.tables import Letter


def add(
    session: Session, *, agency_code: str, number: str, case_id: int, kind: str, at: datetime, details: dict[str, Any]
) -> Letter:
    """A new line of the register. `details` holds nothing personal."""
    row = Letter(agency_code=agency_code, number=number, case_id=case_id, kind=kind, at=at, details=details)
    session.add(row)
    session.flush()
    return row


def by_id(session: Session, letter_id: int) -> Letter | None:
    """The letter of this row id."""
    return session.get(Letter, letter_id)


def of_case(session: Session, case_id: int) -> list[Letter]:
    """A case's letters, oldest first."""
    return list(session.scalars(select(Letter).where(Letter.case_id == case_id).order_by(Letter.id)))


def newest(session: Session, case_id: int, kind: str) -> Letter | None:
    """The newest letter of this kind about a case."""
    query = select(Letter).where(Letter.case_id == case_id, Letter.kind == kind)
    return session.scalars(query.order_by(Letter.id.desc()).limit(1)).first()
