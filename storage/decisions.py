"""Cases that wait for a decision of those in charge, each kind by one small query."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Select, and_, bindparam, func, or_, select

from storage.db import Session
from storage.reminders import HURRIED, OFFICERS
from storage.standing import without_index
from storage.tables import Case, StatusUpdate
from storage.tables.base import plain
from storage.words import Kind, Status


@dataclass(frozen=True)
class Waiting:
    """A case that waits, and since when: a moment, or the date that has passed."""

    case_id: int
    reference: str
    category: str
    unit_code: str | None
    confidential: bool
    since: datetime
    due: date


def unacknowledged(session: Session, agency_code: str, statuses: Collection[str]) -> list[Waiting]:
    """Urgent cases nobody in charge said "I know" of."""
    return _read(session, _UNACKNOWLEDGED, {"agency": agency_code, "statuses": statuses})


def before_the_head(session: Session, agency_code: str) -> list[Waiting]:
    """Results the head has to decide on."""
    return _since_status(session, agency_code, Status.HEAD_REVIEW, 1)


def reopened_again(session: Session, agency_code: str, times: int = 2) -> list[Waiting]:
    """Cases that stand reopened, for at least the second time."""
    return _since_status(session, agency_code, Status.REOPENED, times)


def _since_status(session: Session, agency_code: str, status: Status, times: int) -> list[Waiting]:
    """Cases that stand so now, were put so this often, and since when."""
    asked = {"agency": agency_code, "statuses": [status.value], "status": status.value, "times": times}
    found = _read(session, _PUT_SO, asked)
    return sorted(found, key=lambda row: (row.since, row.case_id))


def overdue_and_quiet(
    session: Session,
    agency_code: str,
    statuses: Collection[str],
    today: date,
    before: datetime,
    but: Collection[int],
    limit: int,
) -> tuple[list[Waiting], int]:
    """Cases past their date of which no officer did anything since a moment, the oldest date first, and how many there
    are in all. `but`: row ids left out."""
    asked = {"agency": agency_code, "statuses": statuses, "today": today, "before": before, "but": but, "most": limit}
    return _limited(session, _OVERDUE_AND_QUIET, asked)


def unassigned(
    session: Session, agency_code: str, statuses: Collection[str], before: datetime, but: Collection[int], limit: int
) -> tuple[list[Waiting], int]:
    """Cases received before a moment that no unit has yet, the oldest first, and how many in all. `but`: as above."""
    asked = {"agency": agency_code, "statuses": statuses, "before": before, "but": but, "most": limit}
    return _limited(session, _UNASSIGNED, asked)


def _limited(session: Session, query: Select[Any], asked: Mapping[str, Any]) -> tuple[list[Waiting], int]:
    rows = session.ask(query, asked).all()
    return [Waiting(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def _read(session: Session, query: Select[Any], asked: Mapping[str, Any]) -> list[Waiting]:
    return [Waiting(*row) for row in session.ask(query, asked)]


# --- the queries -----------------------------------------------------------------------------------------------------

_CASE, _UPDATE = plain(Case).c, plain(StatusUpdate).c
_DUE = func.coalesce(_CASE.extended_to, _CASE.due_on)
_STAND = (  # those of a status are fewer than those of an agency
    without_index(_CASE.agency_code) == bindparam("agency"),
    _CASE.status.in_(bindparam("statuses", expanding=True)),
)
_BUT = without_index(_CASE.id).not_in(bindparam("but", expanding=True))


def _found(since: Any, *more: Any) -> Select[Any]:
    columns = (_CASE.id, _CASE.reference, _CASE.category, _CASE.unit_code, _CASE.confidential)
    return select(*columns, since, _DUE, *more).where(*_STAND)


def _put_so() -> Select[Any]:
    put = _UPDATE.case_id == _CASE.id, without_index(_UPDATE.status) == bindparam("status")
    since = select(func.max(_UPDATE.at)).where(*put).correlate(plain(Case)).scalar_subquery()
    often = select(func.count()).select_from(plain(StatusUpdate)).where(*put).correlate(plain(Case)).scalar_subquery()
    return _found(since).where(often >= bindparam("times"))


def _overdue_and_quiet() -> Select[Any]:
    done = select(_UPDATE.case_id).where(_UPDATE.case_id == _CASE.id, _UPDATE.by.in_(OFFICERS))
    done = done.where(_UPDATE.at >= bindparam("before"), _UPDATE.what != HURRIED)  # an order to hurry is no deed
    quiet = (bindparam("today", type_=Date()) > _DUE, ~done.exists(), _CASE.kind != Kind.COMPLIMENT.value, _BUT)
    return _found(_CASE.received_at, func.count().over()).where(*quiet).order_by(_DUE, _CASE.id)


_URGENT = or_(_CASE.route == "urgent", and_(_CASE.urgent, _CASE.route == "multi"))
_UNACKNOWLEDGED = (
    _found(_CASE.received_at).where(_URGENT, _CASE.acknowledged_at.is_(None)).order_by(_CASE.received_at, _CASE.id)
)
_PUT_SO = _put_so()
_OVERDUE_AND_QUIET = _overdue_and_quiet().limit(bindparam("most"))
_UNASSIGNED = (
    _found(_CASE.received_at, func.count().over())
    .where(_CASE.received_at < bindparam("before"), _BUT)
    .order_by(_CASE.received_at, _CASE.id)
    .limit(bindparam("most"))
)
