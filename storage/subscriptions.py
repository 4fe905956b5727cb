"""Who asked for an agency's announcements, from when to when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from storage.db import Session
from storage.tables import Account, Subscription


def begin(session: Session, account_id: int, agency_code: str, now: datetime) -> bool:
    """From now on this account hears the agency's announcements; False where it did already."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    standing = select(Subscription.id).where(
        Subscription.account_id == account_id,
        Subscription.agency_code == agency_code,
        Subscription.until.is_(None),
    )
    if session.scalar(standing) is not None:
        return False
    session.add(Subscription(account_id=account_id, agency_code=agency_code, since=now))
    session.flush()
    return True


def end(session: Session, account_id: int, now: datetime) -> int:
    """From now on this account hears no announcements of anybody; how many it heard until now."""
    query = (
        update(Subscription)
        .where(Subscription.account_id == account_id, Subscription.until.is_(None))
        .values(until=now)
        .returning(Subscription.id)
    )
    return len(session.execute(query).all())


def reads(session: Session, account_id: int) -> bool:
    """Does this account hear anybody's announcements?"""
    where = (Subscription.account_id == account_id, Subscription.until.is_(None))
    return session.scalar(select(Subscription.id).where(*where).limit(1)) is not None


def readers(session: Session, agency_code: str) -> list[Account]:
    """The accounts that hear an agency's announcements and can be reached."""
    query = (
        select(Account)
        .join(Subscription, Subscription.account_id == Account.id)
        .where(
            Subscription.agency_code == agency_code,
            Subscription.until.is_(None),
            Account.unreachable_at.is_(None),
            Account.user_id.is_not(None),
        )
        .order_by(Account.id)
    )
    return list(session.scalars(query))
