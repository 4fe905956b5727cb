"""What officers reported as results, masked: to see which words are said of every case."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import bindparam, select

from storage.db import Session
from storage.tables import StatusUpdate
from storage.tables.base import among, plain


def of_agency(
    session: Session, agency_code: str, but: int, since: datetime, limit: int = 200
) -> Iterator[tuple[int, str]]:
    """(case, masked result) of an agency's other cases since a moment, the newest first: a few, and if the caller goes
    on, many."""
    before = sys.maxsize
    for most in (_FEW, limit - _FEW):
        asked = {"agency": agency_code, "but": but, "since": since, "before": before, "most": most}
        rows = session.ask(_OF_AGENCY, asked).all()
        yield from ((row.case_id, row.note_masked) for row in rows if row.note_masked)
        if len(rows) < most:
            return
        before = rows[-1].id


_FEW = 12  # among so many, words that are said of every case have mostly been said often enough
_UPDATE = plain(StatusUpdate).c
_OF_AGENCY = (
    select(_UPDATE.id, _UPDATE.case_id, _UPDATE.note_masked)
    .where(
        _UPDATE.agency_code == bindparam("agency"),
        _UPDATE.case_id != bindparam("but"),
        among(_UPDATE.what, "result"),
        _UPDATE.at >= bindparam("since"),
        _UPDATE.id < bindparam("before"),
        _UPDATE.note_masked.is_not(None),
    )
    .order_by(_UPDATE.id.desc())
    .limit(bindparam("most"))
)
