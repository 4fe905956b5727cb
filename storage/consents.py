"""What a person agreed to beside the public task (PDPA s. 19): each purpose by itself, taken back by one tap."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from storage.db import Session
from storage.tables import Consent

# Passing name and number on to another agency; showing pictures and story in public; keeping sensitive data (s. 26).
PURPOSES = ("identity", "publish", "sensitive")


def given(session: Session, account_id: int) -> set[str]:
    """The purposes an account agrees to now."""
    where = (Consent.account_id == account_id, Consent.withdrawn_at.is_(None))
    return set(session.scalars(select(Consent.purpose).where(*where)))


def all_of(session: Session, account_id: int) -> list[Consent]:
    """Everything it ever agreed to, oldest first."""
    return list(session.scalars(select(Consent).where(Consent.account_id == account_id).order_by(Consent.id)))


def give(session: Session, account_id: int, purpose: str, notice: str, now: datetime) -> bool:
    """It agrees, knowing this version of the notice; False where it did already."""
    if purpose in given(session, account_id):
        return False
    session.add(Consent(account_id=account_id, purpose=purpose, notice=notice, given_at=now))
    session.flush()
    return True


def withdraw(session: Session, account_id: int, purpose: str | None, now: datetime) -> list[str]:
    """It agrees no more, to this purpose or (None) to any; which ones ended."""
    where = [Consent.account_id == account_id, Consent.withdrawn_at.is_(None)]
    if purpose is not None:
        where.append(Consent.purpose == purpose)
    ended = session.scalars(update(Consent).where(*where).values(withdrawn_at=now).returning(Consent.purpose))
    return sorted(ended)
