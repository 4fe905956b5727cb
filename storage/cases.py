"""Cases and their status updates: find, add, append, list. Who may look is decided in handlers/access.py."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update

from storage.db import Session
from storage.tables import Case, CaseTask, StatusUpdate
from storage.tables.base import among, plain
from storage.words import ENDED, Status


def add(session: Session, values: dict[str, Any]) -> Case:
    """A new case row; the caller (an action) has decided every value."""
    return session.write(Case, **values)


def by_reference(session: Session, reference: str, lock: bool = False) -> Case | None:
    """The case of this printed reference."""
    return session.find(_LOCKED_BY_REFERENCE if lock else _BY_REFERENCE, {"reference": reference}).first()


_BY_REFERENCE = select(Case).where(Case.reference == bindparam("reference"))
_LOCKED_BY_REFERENCE = _BY_REFERENCE.with_for_update().execution_options(populate_existing=True)


def id_of(session: Session, reference: str) -> int | None:
    """The row id of the case of this printed reference."""
    found: int | None = session.ask(_ID, {"reference": reference}).scalar()
    return found


_CASE, _UPDATE = plain(Case).c, plain(StatusUpdate).c
_ID = select(_CASE.id).where(_CASE.reference == bindparam("reference"))


def get(session: Session, case_id: int, lock: bool = False) -> Case:
    """The case of this row id. Raises sqlalchemy's NoResultFound when there is none."""
    return session.find(_LOCKED, {"row": case_id}).one() if lock else session.get_one(Case, case_id)


_LOCKED = select(Case).where(Case.id == bindparam("row")).with_for_update().execution_options(populate_existing=True)


def of_account(session: Session, account_id: int, limit: int = 10) -> list[Case]:
    """A person's own cases, open ones first, newest first."""
    return list(session.find(_OF_ACCOUNT, {"account": account_id, "most": limit}))


_OF_ACCOUNT = (
    select(Case)
    .where(Case.account_id == bindparam("account"))
    .order_by(among(Case.status, *sorted(ENDED)), Case.id.desc())
    .limit(bindparam("most"))
)


def after(session: Session, case_id: int) -> list[Case]:
    """Every case filed after this row, oldest first."""
    return list(session.find(_AFTER, {"row": case_id}))


_AFTER = select(Case).where(Case.id > bindparam("row")).order_by(Case.id)


def held_by(session: Session, person_id: int, statuses: Sequence[Status]) -> list[Case]:
    """Cases an officer took on and that stand so, the newest first."""
    where = (Case.officer_id == person_id, Case.status.in_([status.value for status in statuses]))
    return list(session.scalars(select(Case).where(*where).order_by(Case.id.desc()).limit(20)))


def add_update(
    session: Session,
    case: Case,
    *,
    at: datetime,
    what: str,
    by: str,
    status: Status | None = None,
    person_id: int | None = None,
    note: str | None = None,
    masked: str | None = None,
    message_id: int | None = None,
) -> StatusUpdate:
    """Append what happened; moves the case's status pointer where `status` is given."""
    row = session.write(
        StatusUpdate,
        case_id=case.id,
        at=at,
        status=status,
        before=case.status if status is not None else None,
        what=what,
        by=by,
        person_id=person_id,
        note=session.keys.seal_text(note),
        note_masked=masked,
        message_id=message_id,
        agency_code=case.agency_code if what == "result" else None,
    )
    if status is not None:
        case.status = status
    return row


def updates(session: Session, case_ids: Sequence[int]) -> list[StatusUpdate]:
    """What happened to these cases, oldest first."""
    return list(session.find(_UPDATES, {"cases": case_ids}))


_UPDATES = (
    select(StatusUpdate).where(StatusUpdate.case_id.in_(bindparam("cases", expanding=True))).order_by(StatusUpdate.id)
)


def reopened_at(session: Session, case_id: int) -> datetime | None:
    """When a case was opened again last, by its complainant or the head."""
    found: datetime | None = session.ask(_REOPENED, {"row": case_id}).scalar()
    return found


_REOPENED = (
    select(_UPDATE.at)
    .where(_UPDATE.case_id == bindparam("row"), among(_UPDATE.what, "reopened", "reopened_head"))
    .order_by(_UPDATE.id.desc())
    .limit(1)
)


def follow(session: Session, case_id: int, main_id: int) -> None:
    """Whatever was merged into a case is merged into the one it goes into."""
    session.execute(update(Case).where(Case.merged_into_id == case_id).values(merged_into_id=main_id))


def written_in(session: Session, message_ids: Collection[int]) -> list[StatusUpdate]:
    """What was done by these messages."""
    return list(session.scalars(select(StatusUpdate).where(StatusUpdate.message_id.in_(message_ids))))


def quoting(session: Session, case_ids: Collection[int], lines: Collection[str]) -> list[StatusUpdate]:
    """Updates of these cases whose masked note repeats one of these lines."""
    repeats = or_(*(StatusUpdate.note_masked.contains(line, autoescape=True) for line in lines))
    return list(session.scalars(select(StatusUpdate).where(StatusUpdate.case_id.in_(case_ids), repeats)))


@dataclass(frozen=True)
class Note:
    """What an officer wrote about a case. `to_another`: to a complainant before this one (see `handed_over`)."""

    at: datetime
    what: str
    words: str
    to_another: bool


def last_note(session: Session, case: Case, *whats: str) -> Note | None:
    """The newest note of these kinds ("told", "asked", "result"); words to one person are no news to the next, so of
    notes from before a case was handed over only a result counts."""
    to_another = False
    for row in session.ask(_NOTES, {"row": case.id, "whats": (*whats, _HANDED_OVER)}):
        if row.what in whats and (row.what == "result" or not to_another):
            return Note(row.at, row.what, session.keys.open_text(row.note) or "", to_another)
        to_another = to_another or row.what == _HANDED_OVER
    return None


_HANDED_OVER = "handed_over"
_NOTES = (
    select(_UPDATE.at, _UPDATE.what, _UPDATE.note)
    .where(_UPDATE.case_id == bindparam("row"), _UPDATE.what.in_(bindparam("whats", expanding=True)))
    .order_by(_UPDATE.id.desc())
)


def ending_with(session: Session, agency_codes: Sequence[str], digits: str) -> list[str]:
    """References of these agencies' cases whose running number, or number and check digit, are these digits."""
    found = session.scalars(
        select(Case.reference).where(
            Case.agency_code.in_(agency_codes), func.replace(Case.reference, "-", "").like(f"%{digits}%")
        )
    ).all()
    bare = digits.lstrip("0")
    fitting = []
    for reference in found:
        _year, number, check = reference.split("-")
        if bare in (number.lstrip("0"), (number + check).lstrip("0")):
            fitting.append(reference)
    return fitting


def queue(
    session: Session, agency_code: str, units: Sequence[str] | None, limit: int = 20, confidential: bool = True
) -> tuple[list[Case], dict[str, int]]:
    """Open cases of an agency (of these units only, where given), urgent and oldest first, and counts by status.

    `confidential`: with those too.
    """
    where = [
        Case.agency_code == agency_code,
        Case.status.not_in([status.value for status in ENDED]),
    ]
    if units is not None:
        shares = select(CaseTask.case_id).where(
            CaseTask.agency_code == agency_code, CaseTask.unit_code.in_(units), CaseTask.done_at.is_(None)
        )
        where[0] = or_(and_(Case.agency_code == agency_code, Case.unit_code.in_(units)), Case.id.in_(shares))
    if not confidential:
        where.append(Case.confidential.is_(False))
    found = session.execute(select(Case.status, func.count()).where(*where).group_by(Case.status)).all()
    counts = {status: count for status, count in found}
    rows = session.scalars(
        select(Case).where(*where).order_by(Case.urgent.desc(), Case.due_on, Case.id).limit(limit)
    ).all()
    return list(rows), counts


def overdue(
    session: Session, agency_codes: Collection[str], today: date, but: Collection[str], limit: int = 500
) -> list[Case]:
    """Cases of these agencies whose newest date is before today, oldest date first; ended ones and those of the
    statuses `but` never."""
    due = func.coalesce(Case.extended_to, Case.due_on)
    left_out = [*(status.value for status in ENDED), *but]
    query = select(Case).where(Case.agency_code.in_(agency_codes), due < today, Case.status.not_in(left_out))
    return list(session.scalars(query.order_by(due, Case.id).limit(limit)))


def summary(
    session: Session,
    agency_code: str,
    since: datetime,
    units: Sequence[str] | None = None,
    confidential: bool = True,
) -> dict[str, dict[str, int]]:
    """Counts of an agency's cases received since a moment (of these units only, where given), by status, category and
    kind. `confidential`: with those too."""
    where = [Case.agency_code == agency_code, Case.received_at >= since]
    if units is not None:
        where.append(Case.unit_code.in_(units))
    if not confidential:
        where.append(Case.confidential.is_(False))
    result: dict[str, dict[str, int]] = {}
    for name, column in (("status", Case.status), ("category", Case.category), ("kind", Case.kind)):
        rows = session.execute(select(column, func.count()).where(*where).group_by(column))
        result[name] = {value: count for value, count in rows}
    return result
