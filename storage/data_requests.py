"""What people ask us to do with their data (PDPA ss. 19, 30-36): numbered, due, decided by an officer."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, select

from storage.db import Session
from storage.tables import DataRequest
from storage.tables.base import among, plain

DONE, REFUSED = "done", "refused"
# An erasure, to be done by the clock: of the person, whose cases are kept without a name; of every word.
APPROVED, APPROVED_ALL = "approved", "approved_all"
# Asked for is enough: nobody learns from their cases, asks them or sends them announcements any more.
LIMITS = ("erase", "consent", "restrict", "object")


def add(
    session: Session, *, number: str, account_id: int, what: str, words: str, now: datetime, due_on: date
) -> DataRequest:
    """Write down what a person asks us to do with their data."""
    row = DataRequest(
        number=number,
        account_id=account_id,
        what=what,
        words=session.keys.seal_text(words or None),
        asked_at=now,
        due_on=due_on,
    )
    session.add(row)
    session.flush()
    return row


def open_of(session: Session, account_id: int, what: str) -> DataRequest | None:
    """A request of this kind that is not done yet."""
    return session.scalars(
        select(DataRequest).where(
            DataRequest.account_id == account_id, DataRequest.what == what, DataRequest.done_at.is_(None)
        )
    ).first()


def of_account(session: Session, account_id: int) -> list[DataRequest]:
    """Everything an account ever asked, oldest first."""
    query = select(DataRequest).where(DataRequest.account_id == account_id)
    return list(session.scalars(query.order_by(DataRequest.id)))


def by_number(session: Session, number: str) -> DataRequest | None:
    """The request of this number, its row locked."""
    return session.scalars(select(DataRequest).where(DataRequest.number == number).with_for_update()).first()


def waiting(session: Session, limit: int = 20) -> list[DataRequest]:
    """What nobody has decided yet, the soonest due first."""
    query = select(DataRequest).where(DataRequest.done_at.is_(None), DataRequest.outcome.is_(None))
    return list(session.scalars(query.order_by(DataRequest.due_on, DataRequest.id).limit(limit)))


def approved(session: Session, before: datetime) -> list[DataRequest]:
    """Erasures an officer approved before this moment, oldest first."""
    query = select(DataRequest).where(DataRequest.outcome.in_((APPROVED, APPROVED_ALL)), DataRequest.done_at.is_(None))
    return list(session.scalars(query.where(DataRequest.decided_at <= before).order_by(DataRequest.id)))


def decide(session: Session, row: DataRequest, outcome: str, person_id: int | None, words: str, now: datetime) -> None:
    """How it ended, or that it was approved; by whom, and what they say of it."""
    row.outcome, row.person_id, row.decided_at = outcome, person_id, now
    row.answer = session.keys.seal_text(words or None)
    row.done_at = None if outcome in (APPROVED, APPROVED_ALL) else now
    session.flush()


def is_limited(session: Session, account_id: int) -> bool:
    """Did this account ask to be erased, restricted or left alone, and was not refused?"""
    rows = session.ask(_OUTCOMES, {"account": account_id}).scalars()
    return any(outcome != REFUSED for outcome in rows)


_ASKED = plain(DataRequest).c
_OUTCOMES = select(_ASKED.outcome).where(_ASKED.account_id == bindparam("account"), among(_ASKED.what, *LIMITS))
