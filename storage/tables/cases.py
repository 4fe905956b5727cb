"""Cases, their way, and the history that proves it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import (
    Base,
    Code,
    Data,
    DataList,
    MaybeCode,
    MaybeMoment,
    MaybeSealed,
    Moment,
    RowId,
    Sealed,
)


class Case(Base):
    """One matter a person brought. Words are sealed beside a masked copy; the skeleton stays countable."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_queue", "agency_code", "unit_code", "status"),
        Index("ix_cases_like", "agency_code", "category", "received_at"),
        Index("ix_cases_period", "agency_code", "received_at"),
        Index("ix_cases_answered", "agency_code", "first_answer_at"),
        Index("ix_cases_closed", "closed_at", "agency_code", "closed_how"),
        Index(
            "ix_cases_merged",
            "merged_into_id",
            postgresql_where=text("merged_into_id is not null"),
            sqlite_where=text("merged_into_id is not null"),
        ),
    )

    id: Mapped[RowId]
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    secret: Mapped[MaybeSealed]  # tracking digits on the receipt
    kind: Mapped[Code]
    category: Mapped[Code]
    category_by: Mapped[MaybeCode]  # who made it: machine citizen officer; None: nobody, or before this was kept
    subcategory: Mapped[MaybeCode]
    extra_categories: Mapped[DataList]
    status: Mapped[Code] = mapped_column(index=True)
    channel: Mapped[Code]
    customer_group: Mapped[MaybeCode]
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"))
    unit_code: Mapped[MaybeCode]
    account_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    conversation_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    received_at: Mapped[Moment] = mapped_column(index=True)
    counted_from: Mapped[date] = mapped_column(Date)
    standard_days: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date] = mapped_column(Date)
    extended_to: Mapped[date | None] = mapped_column(Date)
    fiscal_year: Mapped[int] = mapped_column(Integer, index=True)
    first_answer_at: Mapped[MaybeMoment]
    resolved_at: Mapped[MaybeMoment]
    closed_at: Mapped[MaybeMoment]
    conclusion_type: Mapped[MaybeCode]
    confidential: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    incomplete: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    abstained: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    merged_into_id: Mapped[int | None] = mapped_column(BigInteger)
    route: Mapped[Code] = mapped_column(server_default="general", default="general")  # general urgent multi
    order_number: Mapped[str | None] = mapped_column(String(80))  # of the order that appoints the working group
    team: Mapped[DataList] = mapped_column(default=list)  # "AGENCY:UNIT" of everybody with a share (case_tasks)
    acknowledged_at: Mapped[MaybeMoment]  # an urgent case: somebody in charge said "I know"
    waiting_since: Mapped[date | None] = mapped_column(Date)  # the clock stands still from this day: need_info
    asked_from: Mapped[MaybeCode]  # the status an answer leads back to
    closed_how: Mapped[MaybeCode]  # confirmed silence officer no_answer passed_on
    external_ref: Mapped[str | None] = mapped_column(String(80))  # the number under which somebody else sent it
    external_on: Mapped[date | None] = mapped_column(Date)
    complainant: Mapped[MaybeSealed]  # the name, where an officer wrote the case down for somebody
    text: Mapped[MaybeSealed]
    said: Mapped[MaybeSealed]  # JSON: [message row id, words] each, in order: what `text` is made of
    masked: Mapped[str | None] = mapped_column(Text)
    place: Mapped[MaybeSealed]
    place_masked: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    happened: Mapped[MaybeSealed]
    contact: Mapped[MaybeSealed]
    officer_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    verdict: Mapped[Data]  # what the machine thought, with its version: corrections are measured against it


class CaseJoin(Base):
    """Somebody else who brings the same matter: their own words beside the case's, and their own news of it.

    `said` is JSON: [message row id, words] each; `message_ids` also holds pictures, pins and files without words.
    `earlier_ids`: those of both from before they left once; kept so that they can be taken back, shown to nobody.
    """

    __tablename__ = "case_joins"
    __table_args__ = (UniqueConstraint("case_id", "account_id", name="uq_case_joins_case_account"),)

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    joined_at: Mapped[Moment]
    left_at: Mapped[MaybeMoment]
    secret: Mapped[MaybeSealed]  # tracking digits on this person's receipt
    message_ids: Mapped[DataList]
    earlier_ids: Mapped[DataList] = mapped_column(default=list)
    said: Mapped[MaybeSealed]
    masked: Mapped[str | None] = mapped_column(Text)
    place: Mapped[MaybeSealed]
    place_masked: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    happened: Mapped[MaybeSealed]
    contact: Mapped[MaybeSealed]


class StatusUpdate(Base):
    """One thing that happened to a case; appended, never edited. `status` is None where it did not change."""

    __tablename__ = "status_updates"
    __table_args__ = (
        Index("ix_status_updates_when", "status", "at", "case_id"),
        Index(
            "ix_status_updates_results",
            "agency_code",
            "id",
            postgresql_where=text("what = 'result'"),
            sqlite_where=text("what = 'result'"),
        ),
    )

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[Moment]
    status: Mapped[MaybeCode]
    before: Mapped[MaybeCode]  # the status it left, where it gave another
    what: Mapped[Code]
    by: Mapped[Code]  # citizen, system, or a role
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[MaybeSealed]
    note_masked: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[int | None] = mapped_column(BigInteger, index=True)  # row of the message it was written in
    history_id: Mapped[int | None] = mapped_column(BigInteger)  # its link in the chain
    agency_code: Mapped[MaybeCode]  # only of a result: whose it is


class HistoryEntry(Base):
    """A link of the chain: hash = H(previous hash, place in the chain, time, what, case, commitment).

    The commitment is a salted digest of the details, so a link says nothing by itself and stays true after erasing.
    """

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    what: Mapped[Code]
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    commitment: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class HistoryDetail(Base):
    """What a link commits to, and its salt: personal, so it can be erased while the chain still verifies."""

    __tablename__ = "history_details"

    history_id: Mapped[int] = mapped_column(ForeignKey("history.id"), primary_key=True)
    salt: Mapped[bytes]
    details: Mapped[Sealed]


class Sequence(Base):
    """A counter that leaves no gaps: the running number of a fiscal year, the length of the chain."""

    __tablename__ = "sequences"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
    mark: Mapped[str | None] = mapped_column(String(64))  # the chain's head hash
