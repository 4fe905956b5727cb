"""Figures as they were told once, and when each head wants them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.db import Session
from storage.tables import DigestWish, Issue


def get(session: Session, issue_id: int) -> Issue | None:
    """The issue of this row id."""
    return session.get(Issue, issue_id)


def find(session: Session, what: str, agency_code: str, period: str, *, lock: bool = False) -> Issue | None:
    """What was told of this period, if anything was; with `lock`, nobody else tells it until the transaction ends."""
    asked = {"what": what, "agency": agency_code, "period": period}
    return session.find(_LOCKED if lock else _OF_PERIOD, asked).first()


_OF_PERIOD = select(Issue).where(
    Issue.what == bindparam("what"), Issue.agency_code == bindparam("agency"), Issue.period == bindparam("period")
)
_LOCKED = _OF_PERIOD.with_for_update().execution_options(populate_existing=True)


def newest(session: Session, what: str, agency_code: str) -> Issue | None:
    """The last period told of."""
    where = (Issue.what == what, Issue.agency_code == agency_code)
    return session.scalars(select(Issue).where(*where).order_by(Issue.since.desc()).limit(1)).first()


def versions(session: Session, what: str, agency_code: str, period: str) -> list[Issue]:
    """What was told of a period, and told anew ("2570", "2570#2" …), oldest first."""
    where = (Issue.what == what, Issue.agency_code == agency_code)
    again = or_(Issue.period == period, Issue.period.startswith(f"{period}#", autoescape=True))
    return sorted(session.scalars(select(Issue).where(*where, again)), key=version_of)


def version_of(issue: Issue) -> int:
    """Which version of its period an issue is, from 1."""
    return int(issue.period.partition("#")[2] or 1)


def put(
    session: Session,
    *,
    what: str,
    agency_code: str,
    period: str,
    since: datetime,
    until: datetime,
    now: datetime,
    figures: Mapping[str, Any],
    chain_head: str,
) -> bool:
    """Keep figures as they are told; False where somebody told this period a moment before: theirs stand."""
    new = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    kept = session.execute(
        new(Issue)
        .values(
            what=what,
            agency_code=agency_code,
            period=period,
            since=since,
            until=until,
            issued_at=now,
            figures=dict(figures),
            chain_head=chain_head,
        )
        .on_conflict_do_nothing(index_elements=["what", "agency_code", "period"])
        .returning(Issue.id)
    )
    return kept.scalar_one_or_none() is not None


# --- when ------------------------------------------------------------------------------------------------------------


def wishes(session: Session, agency_code: str) -> dict[int, tuple[int, str]]:
    """Person → (weekday, hour) they chose for an agency's weekly digest."""
    rows = session.scalars(select(DigestWish).where(DigestWish.agency_code == agency_code))
    return {row.person_id: (row.weekday, row.hour) for row in rows}


def wish(session: Session, person_id: int, agency_code: str, weekday: int, hour: str) -> None:
    """Somebody wants the weekly digest of an agency on this weekday (Monday is 1), at this hour ("08:30")."""
    where = (DigestWish.person_id == person_id, DigestWish.agency_code == agency_code)
    row = session.scalars(select(DigestWish).where(*where)).first()
    if row is None:
        session.add(DigestWish(person_id=person_id, agency_code=agency_code, weekday=weekday, hour=hour))
    else:
        row.weekday, row.hour = weekday, hour
    session.flush()
