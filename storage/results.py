"""What officers reported as results, masked: to see which words are said of every case."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import bindparam, select, update

from storage.db import Session
from storage.tables import Case, StatusUpdate
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


def complete(session: Session, limit: int = 1000) -> int:
    """Write beside results whose they are, where a program of before this was kept wrote them (both work side by side
    while they are exchanged); how many. Where there are none it is one look at their index."""
    return len(session.ask(_COMPLETE, {"most": limit}).all())


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
_ALIKE = plain(StatusUpdate).alias()
_UNKNOWN = (
    select(_ALIKE.c.id)
    .where(among(_ALIKE.c.what, "result"), _ALIKE.c.agency_code.is_(None))
    .order_by(_ALIKE.c.id)
    .limit(bindparam("most"))
)
_WHOSE = select(plain(Case).c.agency_code).where(plain(Case).c.id == _UPDATE.case_id).scalar_subquery()
_COMPLETE = update(plain(StatusUpdate)).where(_UPDATE.id.in_(_UNKNOWN)).values(agency_code=_WHOSE).returning(_UPDATE.id)
