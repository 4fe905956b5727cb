"""People: who they are, the accounts they write from, what they may be for an agency, and invitations."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, MaybeCode, MaybeMoment, MaybeSealed, Moment, RowId, Sealed


class Person(Base):
    """A human being, of whom we keep as little as they give us. One person may have several accounts."""

    __tablename__ = "people"

    id: Mapped[RowId]
    name: Mapped[MaybeSealed]
    phone: Mapped[MaybeSealed]
    customer_group: Mapped[MaybeCode]
    created_at: Mapped[Moment]


class Account(Base):
    """A person on one channel, found by the keyed hash of the platform's user id."""

    __tablename__ = "accounts"

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(String(32), unique=True)
    channel: Mapped[Code]
    user_id: Mapped[MaybeSealed]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    notice_at: Mapped[MaybeMoment]  # when the privacy notice was shown (PDPA s.23)
    notice_version: Mapped[MaybeCode]  # which one (handlers/actions/privacy.py); None: nobody knows
    unreachable_at: Mapped[MaybeMoment]  # blocked or gone; telephone instead
    created_at: Mapped[Moment]


class Membership(Base):
    """What a person is for an agency, from when to when."""

    __tablename__ = "memberships"

    id: Mapped[RowId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"), index=True)
    unit_code: Mapped[MaybeCode]
    role: Mapped[Code]
    display_name: Mapped[MaybeSealed]
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)


class Invite(Base):
    """A one-time code that makes an account an officer's. Only its keyed hash is kept."""

    __tablename__ = "invites"

    id: Mapped[RowId]
    code_key: Mapped[str] = mapped_column(String(32), unique=True)
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"))
    unit_code: Mapped[MaybeCode]
    role: Mapped[Code]
    display_name: Mapped[MaybeSealed]
    since: Mapped[date | None] = mapped_column(Date)  # of the post, not of the code
    until: Mapped[date | None] = mapped_column(Date)
    expires_at: Mapped[Moment]
    used_at: Mapped[MaybeMoment]
    used_by: Mapped[int | None] = mapped_column(BigInteger)


class DataRequest(Base):
    """What a person asked us to do with their data (PDPA ss. 19, 30-36), with the date it is due."""

    __tablename__ = "data_requests"

    id: Mapped[RowId]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    what: Mapped[Code]  # copy correct erase consent restrict object
    words: Mapped[MaybeSealed]
    asked_at: Mapped[Moment]
    due_on: Mapped[date] = mapped_column(Date)
    done_at: Mapped[MaybeMoment]
    outcome: Mapped[MaybeCode]  # done refused approved; None: nobody decided yet, or before this was kept
    decided_at: Mapped[MaybeMoment]
    person_id: Mapped[int | None] = mapped_column(BigInteger)  # the officer who decided
    answer: Mapped[MaybeSealed]  # what they say of it


class Consent(Base):
    """One purpose somebody agreed to, under which version of the notice, and until when (PDPA s. 19)."""

    __tablename__ = "consents"

    id: Mapped[RowId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[Code]
    notice: Mapped[Code]
    given_at: Mapped[Moment]
    withdrawn_at: Mapped[MaybeMoment]


class WrongGuess(Base):
    """A failed try at a secret (tracking code, invitation), for throttling. `subject` is a keyed hash."""

    __tablename__ = "wrong_guesses"

    id: Mapped[RowId]
    subject: Mapped[str] = mapped_column(String(32), index=True)
    at: Mapped[Moment]
    count: Mapped[int] = mapped_column(Integer, server_default=text("1"))


__all__ = ["Account", "Consent", "DataRequest", "Invite", "Membership", "Person", "Sealed", "WrongGuess"]
