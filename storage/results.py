"""What officers reported as results, masked: to see which words are said of every case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from storage.db import Session
from storage.tables import Case, StatusUpdate
from storage.tables.base import plain


def of_agency(session: Session, agency_code: str, but: int, since: datetime, limit: int = 500) -> list[tuple[int, str]]:
    """(case, masked result) of an agency's other cases since a moment, the newest first."""
    asked = {"agency": agency_code, "but": but, "since": since, "most": limit}
    return [(case_id, masked) for case_id, masked in session.ask(_OF_AGENCY, asked) if masked]


_CASE, _UPDATE = plain(Case).c, plain(StatusUpdate).c
_OF_AGENCY = (
    select(_UPDATE.case_id, _UPDATE.note_masked)
    .join(plain(Case), _CASE.id == _UPDATE.case_id)
    .where(
        _CASE.agency_code == bindparam("agency"),
        _CASE.id != bindparam("but"),
        _UPDATE.what == "result",
        _UPDATE.at >= bindparam("since"),
        _UPDATE.note_masked.is_not(None),
    )
    .order_by(_UPDATE.id.desc())
    .limit(bindparam("most"))
)
