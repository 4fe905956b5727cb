"""How cases came to be closed: "confirmed closed" stands apart from "closed"."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from storage.db import Session
from storage.tables import Case
from storage.words import Status

# The complainant said it is mended; nobody said anything for a week; an officer closed it; too little was known.
HOW = ("confirmed", "silence", "officer", "no_answer")
UNSPECIFIED = "unspecified"  # closed before this was kept


def closings(session: Session, agency_code: str, since: datetime, until: datetime) -> dict[str, int]:
    """Counts of an agency's cases closed in [since, until) and still closed, by how; every way is there, also at 0."""
    rows = session.execute(
        select(Case.closed_how, func.count())
        .where(
            Case.agency_code == agency_code,
            Case.status == Status.CLOSED,
            Case.closed_at >= since,
            Case.closed_at < until,
        )
        .group_by(Case.closed_how)
    )
    counts = dict.fromkeys((*HOW, UNSPECIFIED), 0)
    for how, count in rows:
        counts[how if how in HOW else UNSPECIFIED] += count
    return counts
