"""Legal holds: cases nothing of which may be erased, or go by age, while somebody needs them as evidence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from storage.db import Session
from storage.tables import CaseHold


def standing(session: Session, case_ids: Collection[int]) -> set[int]:
    """Those of these cases that are under a hold."""
    where = (CaseHold.case_id.in_(case_ids), CaseHold.until.is_(None))
    return set(session.scalars(select(CaseHold.case_id).where(*where)))


def put(session: Session, case_id: int, person_id: int | None, reason: str, now: datetime) -> bool:
    """From now on a case is under a hold; False where it is already."""
    if standing(session, [case_id]):
        return False
    reason_sealed = session.keys.seal_text(reason or None)
    session.add(CaseHold(case_id=case_id, person_id=person_id, since=now, reason=reason_sealed))
    session.flush()
    return True


def lift(session: Session, case_id: int, now: datetime) -> tuple[bool, bool]:
    """(was there a hold, must the case be emptied now because its person was erased meanwhile)."""
    row = session.scalars(
        select(CaseHold).where(CaseHold.case_id == case_id, CaseHold.until.is_(None)).with_for_update()
    ).first()
    if row is None:
        return False, False
    row.until = now
    session.flush()
    return True, row.erase_after


def erase_after(session: Session, case_id: int) -> None:
    """The person behind a case was erased: what the hold keeps goes when it ends."""
    where = (CaseHold.case_id == case_id, CaseHold.until.is_(None))
    session.execute(update(CaseHold).where(*where).values(erase_after=True))
