"""What officers reported as results, masked: to see which words are said of every case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storage.db import Session
from storage.tables import Case, StatusUpdate


def of_agency(session: Session, agency_code: str, but: int, since: datetime, limit: int = 500) -> list[tuple[int, str]]:
    """(case, masked result) of an agency's other cases since a moment, the newest first."""
    rows = session.execute(
        select(StatusUpdate.case_id, StatusUpdate.note_masked)
        .join(Case, Case.id == StatusUpdate.case_id)
        .where(
            Case.agency_code == agency_code,
            Case.id != but,
            StatusUpdate.what == "result",
            StatusUpdate.at >= since,
            StatusUpdate.note_masked.is_not(None),
        )
        .order_by(StatusUpdate.id.desc())
        .limit(limit)
    )
    return [(case_id, masked) for case_id, masked in rows if masked]
