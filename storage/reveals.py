"""Who asked to see who is behind a confidential case, and who agreed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storage.db import Session
from storage.tables import Reveal


def put(session: Session, case_id: int, person_id: int, reason: str, now: datetime, until: datetime) -> bool:
    """Somebody asks; False where their question waits already."""
    waiting = (Reveal.agreed_at.is_(None), Reveal.person_id == person_id)
    if session.scalar(select(Reveal.id).where(Reveal.case_id == case_id, *waiting, Reveal.until > now).limit(1)):
        return False
    sealed = session.keys.seal_text(reason)
    session.add(Reveal(case_id=case_id, person_id=person_id, reason=sealed, asked_at=now, until=until))
    session.flush()
    return True


def agree(session: Session, case_id: int, person_id: int, now: datetime, until: datetime) -> list[int]:
    """This person agrees to what others asked, who may look until then; which people these are."""
    rows = session.scalars(
        select(Reveal)
        .where(Reveal.case_id == case_id, Reveal.agreed_at.is_(None), Reveal.until > now)
        .where(Reveal.person_id != person_id)
        .with_for_update()
    ).all()
    for row in rows:
        row.agreed_by, row.agreed_at, row.until = person_id, now, until
    session.flush()
    return sorted({row.person_id for row in rows})


def is_agreed(session: Session, case_id: int, person_id: int, now: datetime) -> bool:
    """May this person look now, because somebody agreed lately?"""
    where = (Reveal.case_id == case_id, Reveal.person_id == person_id, Reveal.agreed_at.is_not(None))
    return session.scalar(select(Reveal.id).where(*where, Reveal.until > now).limit(1)) is not None
