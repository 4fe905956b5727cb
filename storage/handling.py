"""Rows of what officers do with a case: deeds that can be taken back, tasks, notices, referrals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from storage.db import Session
from storage.tables import (
    Case,
    CaseDeed,
    CaseNotice,
    CaseReferral,
    CaseTask,
    CaseVisit,
    StatusUpdate,
)
from storage.tables.base import plain

# --- deeds -----------------------------------------------------------------------------------------------------------

# What a deed may change of a case, and what it is put back to.
_KEPT = (
    *("status", "unit_code", "officer_id", "conclusion_type", "closed_how", "asked_from"),
    *("first_answer_at", "resolved_at", "closed_at", "acknowledged_at", "extended_to", "waiting_since"),
)


def standing(session: Session, case: Case) -> dict[str, Any]:
    """How a case and its notices stand now, as JSON data: what `put_back` takes."""
    found = {name: _moment(getattr(case, name)) for name in _KEPT}
    rows = session.ask(_TOLD, {"row": case.id})
    told = {row.recipient: [_moment(row.done_at), row.how, row.number] for row in rows}
    return {**found, "notices": told}


def _moment(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def put_back(session: Session, case: Case, before: dict[str, Any]) -> None:
    """Let the case and its notices stand as they did, all but its status: that one is moved by an update."""
    for row in notices(session, case.id):
        done_at, row.how, row.number = before["notices"].get(row.recipient, (None, None, None))
        row.done_at = datetime.fromisoformat(done_at) if done_at else None
    for name in _KEPT[1:]:  # the status comes first
        value = before[name]
        if value is not None and name.endswith("_at"):
            value = datetime.fromisoformat(value)
        elif value is not None and name in ("extended_to", "waiting_since"):
            value = date.fromisoformat(value)
        setattr(case, name, value)


def last_update_id(session: Session, case_id: int) -> int:
    """The row id of the newest thing that happened to a case; 0 where nothing did."""
    return session.ask(_LAST_UPDATE, {"row": case_id}).scalar() or 0


_UPDATE, _NOTICE = plain(StatusUpdate).c, plain(CaseNotice).c
_LAST_UPDATE = select(func.max(_UPDATE.id)).where(_UPDATE.case_id == bindparam("row"))
_TOLD = (
    select(_NOTICE.recipient, _NOTICE.done_at, _NOTICE.how, _NOTICE.number)
    .where(_NOTICE.case_id == bindparam("row"))
    .order_by(_NOTICE.id)
)


def note_deed(
    session: Session,
    case: Case,
    *,
    key: str,
    person_id: int,
    command: str,
    now: datetime,
    undo_for: timedelta,
    before: dict[str, Any],
) -> None:
    """Remember what an officer just did, for as long as it can be taken back."""
    session.add(
        CaseDeed(
            key=key,
            case_id=case.id,
            person_id=person_id,
            at=now,
            until=now + undo_for,
            command=command,
            before=before,
            update_id=last_update_id(session, case.id),
        )
    )
    session.flush()


def last_deed(session: Session, case_id: int, person_id: int, now: datetime) -> CaseDeed | None:
    """What this person did last to a case, if it can still be taken back and nothing happened since."""
    found = session.scalars(
        select(CaseDeed)
        .where(CaseDeed.case_id == case_id, CaseDeed.person_id == person_id, CaseDeed.undone_at.is_(None))
        .order_by(CaseDeed.id.desc())
        .limit(1)
    ).first()
    if found is None or found.until < now or found.update_id != last_update_id(session, case_id):
        return None
    return found


def undoable(session: Session, person_id: int, now: datetime) -> str:
    """The reference of the case this person did something to last, where it is still in time; "" for none."""
    found = session.scalars(
        select(Case.reference)
        .join(CaseDeed, CaseDeed.case_id == Case.id)
        .where(CaseDeed.person_id == person_id, CaseDeed.undone_at.is_(None), CaseDeed.until >= now)
        .order_by(CaseDeed.id.desc())
        .limit(1)
    ).first()
    return found or ""


def forget_rows_of(session: Session, deed: CaseDeed) -> None:
    """What a deed wrote beside the case goes with it."""
    for table, at in ((CaseReferral, CaseReferral.at), (CaseNotice, CaseNotice.wanted_at)):
        session.execute(delete(table).where(table.case_id == deed.case_id, at == deed.at))
    if deed.command == "visit":
        newest = select(func.max(CaseVisit.id)).where(CaseVisit.case_id == deed.case_id).scalar_subquery()
        session.execute(delete(CaseVisit).where(CaseVisit.id == newest, CaseVisit.made_at.is_(None)))


def told_lately(
    session: Session, case_id: int, whats: frozenset[str], but: int, since: datetime
) -> StatusUpdate | None:
    """The newest thing somebody else told the complainant since then, if it was not taken back."""
    asked = {"row": case_id, "since": since, "whats": {*whats, "undone"}}
    row = session.find(_LATELY, asked).first()
    if row is None or row.what == "undone" or row.person_id is None or row.person_id == but:
        return None
    return row


_LATELY = (
    select(StatusUpdate)
    .where(
        StatusUpdate.case_id == bindparam("row"),
        StatusUpdate.at >= bindparam("since"),
        StatusUpdate.what.in_(bindparam("whats", expanding=True)),
    )
    .order_by(StatusUpdate.id.desc())
    .limit(1)
)


# --- a working group's tasks -----------------------------------------------------------------------------------------


def tasks(session: Session, case_id: int) -> list[CaseTask]:
    """The shares of a case's units, in the order they were given."""
    return list(session.find(_TASKS, {"row": case_id}))


_TASKS = select(CaseTask).where(CaseTask.case_id == bindparam("row")).order_by(CaseTask.id)


def has_task(session: Session, case_id: int, agency_code: str, unit_code: str | None) -> bool:
    """Does this unit have a share in the case?"""
    query = select(CaseTask.id).where(
        CaseTask.case_id == case_id, CaseTask.agency_code == agency_code, CaseTask.unit_code == unit_code
    )
    return session.scalar(query) is not None


def add_task(session: Session, case_id: int, agency_code: str, unit_code: str, due_on: date) -> None:
    """Give a unit its share."""
    session.add(CaseTask(case_id=case_id, agency_code=agency_code, unit_code=unit_code, due_on=due_on))
    session.flush()


def forget_words(session: Session, case_id: int, at: datetime) -> None:
    """The words of a share reported, and of a visit made or planned, at this moment were taken back."""
    session.execute(
        update(CaseTask)
        .where(CaseTask.case_id == case_id, CaseTask.done_at == at)
        .values(result=None, result_masked=None)
    )
    session.execute(
        update(CaseVisit).where(CaseVisit.case_id == case_id, CaseVisit.made_at == at).values(found=None, present=None)
    )


# --- the four notices ------------------------------------------------------------------------------------------------


def notices(session: Session, case_id: int) -> list[CaseNotice]:
    """Who is to be told of a case's end, and who was."""
    return list(session.find(_NOTICES, {"row": case_id}))


_NOTICES = select(CaseNotice).where(CaseNotice.case_id == bindparam("row")).order_by(CaseNotice.id)


def want_notice(session: Session, case_id: int, recipient: str, now: datetime) -> CaseNotice:
    """The notice to this recipient, wanted anew where it was wanted before."""
    row = session.find(_NOTICES_TO, {"row": case_id, "to": recipient}).first()
    if row is None:
        row = session.write(CaseNotice, case_id=case_id, recipient=recipient, wanted_at=now)
    return row


_NOTICES_TO = _NOTICES.where(CaseNotice.recipient == bindparam("to"))


def tick(
    session: Session,
    row: CaseNotice,
    now: datetime,
    how: str,
    *,
    number: str | None = None,
    person_id: int | None = None,
) -> None:
    """Told: when, how, under which letter, by whom."""
    row.done_at, row.how, row.number, row.person_id = now, how, number, person_id


def not_told_after_all(session: Session, case_id: int) -> None:
    """The complainant's chat did not take it: that notice is still owed."""
    session.execute(
        update(CaseNotice)
        .where(CaseNotice.case_id == case_id, CaseNotice.recipient == "complainant", CaseNotice.how == "chat")
        .values(done_at=None, how=None)
    )


def wanted_no_more(session: Session, case_id: int) -> None:
    """The case is open again: its end is to be told anew."""
    for row in session.find(_NOTICES, {"row": case_id}):
        row.done_at, row.how, row.number = None, None, None
    session.flush()


# --- sent on ---------------------------------------------------------------------------------------------------------


def refer(
    session: Session,
    case_id: int,
    *,
    now: datetime,
    agency_name: str,
    agency_code: str | None,
    phone: str | None,
    number: str,
) -> CaseReferral:
    """Write down to whom a case was sent on."""
    row = CaseReferral(
        case_id=case_id, at=now, agency_name=agency_name, agency_code=agency_code, phone=phone, number=number
    )
    session.add(row)
    session.flush()
    return row


def referrals(session: Session, case_id: int) -> list[CaseReferral]:
    """Where a case was sent on to, oldest first."""
    return list(session.scalars(select(CaseReferral).where(CaseReferral.case_id == case_id).order_by(CaseReferral.id)))


def referral(session: Session, case_id: int) -> CaseReferral | None:
    """Where a case was sent on to last."""
    return next(reversed(referrals(session, case_id)), None)
