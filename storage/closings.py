"""How cases came to be closed ("confirmed closed" stands apart from "closed"), and which ideas were used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select

from storage.db import Session
from storage.standing import without_index
from storage.tables import Case, StatusUpdate
from storage.words import Conclusion, Status

# The complainant said it is mended; nobody said anything for a week; an officer closed it; too little was known; praise
# that reached whom it was for, where there is nothing to confirm.
HOW = ("confirmed", "silence", "officer", "no_answer", "passed_on")
UNSPECIFIED = "unspecified"  # closed before this was kept
SAID_USED = ("used", "resolved", "approved")  # events at which a person hears that their idea was used


def closings(
    session: Session,
    agency_code: str,
    since: datetime,
    until: datetime,
    units: Sequence[str] | None = None,
    confidential: bool = True,
) -> dict[str, int]:
    """Counts of an agency's cases closed in [since, until) and still closed, by how; every way is there, also at 0.

    Of these `units` only, where given; `confidential`: with those too.
    """
    rows = session.execute(
        select(Case.closed_how, func.count())
        .where(*_seen(agency_code, units, confidential), *_closed(since, until))
        .group_by(Case.closed_how)
    )
    return _by_how([(how, count) for how, count in rows])


def by_agency(session: Session, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """The same for every agency that closed any."""
    found: dict[str, list[tuple[str | None, int]]] = {}
    rows = session.execute(
        select(Case.agency_code, Case.closed_how, func.count())
        .where(*_closed(since, until))
        .group_by(Case.agency_code, Case.closed_how)
    )
    for agency, how, count in rows:
        found.setdefault(agency, []).append((how, count))
    return {agency: _by_how(counts) for agency, counts in sorted(found.items())}


def confirmable(counts: dict[str, int]) -> int:
    """How many of these closed cases somebody could have confirmed: praise is not asked about."""
    return sum(count for how, count in counts.items() if how != "passed_on")


def used(
    session: Session,
    agency_code: str,
    since: datetime,
    until: datetime,
    units: Sequence[str] | None = None,
    confidential: bool = True,
) -> int:
    """How many ideas changed something, counted when it was said, in [since, until); filters as in `closings`."""
    said = exists().where(
        StatusUpdate.case_id == Case.id,
        StatusUpdate.what.in_(SAID_USED),
        StatusUpdate.at >= since,
        StatusUpdate.at < until,
    )
    query = select(func.count()).select_from(Case)
    where = (*_seen(agency_code, units, confidential), Case.conclusion_type == Conclusion.USED, said)
    return session.scalar(query.where(*where)) or 0


def _seen(agency_code: str, units: Sequence[str] | None, confidential: bool) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [without_index(Case.agency_code) == agency_code]
    if units is not None:
        where.append(Case.unit_code.in_(units))
    if not confidential:
        where.append(Case.confidential.is_(False))
    return where


def _closed(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return without_index(Case.status) == Status.CLOSED, Case.closed_at >= since, Case.closed_at < until


def _by_how(rows: Sequence[tuple[str | None, int]]) -> dict[str, int]:
    counts = dict.fromkeys((*HOW, UNSPECIFIED), 0)
    for how, count in rows:
        counts[how if how in HOW else UNSPECIFIED] += count
    return counts
