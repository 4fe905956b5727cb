"""What people think of the service, and the figures that were told to those in charge."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import (
    Base,
    Code,
    Data,
    DataList,
    Key,
    MaybeCode,
    MaybeMoment,
    MaybeSealed,
    Moment,
    RowId,
)


class Survey(Base):
    """One person asked about the service: after a closing, by their own wish, on paper, or by an institute.

    Nothing in it says who they are beside `account_id`, which goes when they are erased.
    """

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("once", name="uq_surveys_once"),
        Index("ix_surveys_open", "state", "not_before"),
    )

    id: Mapped[RowId]
    once: Mapped[str | None] = mapped_column(String(120))  # the closing it asks about; never asked twice
    source: Mapped[Code]  # closing wish paper import
    form: Mapped[Code]  # pulse S1 S2; a matrix asks some items of S1 or S2
    items: Mapped[DataList]  # codes, in the order they are asked
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"))
    channel: Mapped[Code]  # of the case; of the chat, paper or import where there is none
    customer_group: Mapped[MaybeCode]
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    conversation_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[Code]  # wanted asked reminded answering done declined expired
    not_before: Mapped[Moment]  # when it may be asked, reminded of or let go
    created_at: Mapped[Moment]
    asked_at: Mapped[MaybeMoment]
    reminded_at: Mapped[MaybeMoment]  # once; somebody who answers in part is reminded of the rest
    ended_at: Mapped[MaybeMoment]
    why: Mapped[MaybeCode]  # of dissatisfaction: slow not_told not_fixed manner other
    best_channel: Mapped[MaybeCode]
    words: Mapped[MaybeSealed]  # JSON: [question code, words] each
    masked: Mapped[str | None] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(BigInteger)  # the officer who typed a paper form in
    batch: Mapped[str | None] = mapped_column(String(120))  # the file an institute's results came in


class SurveyAnswer(Base):
    """One question that was put, and its answer: a point of the scale, or None where it was skipped.

    The survey's agency, channel and group stand here too: the reports count answers, by tens of thousands.
    """

    __tablename__ = "survey_answers"
    __table_args__ = (
        UniqueConstraint("survey_id", "item", name="uq_survey_answers_item"),
        Index("ix_survey_answers_when", "agency_code", "answered_at"),
    )

    id: Mapped[RowId]
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    item: Mapped[Code]
    answer: Mapped[MaybeCode]
    answered_at: Mapped[MaybeMoment]  # None: put, and nobody answered yet
    agency_code: Mapped[Code]
    channel: Mapped[Code]
    customer_group: Mapped[MaybeCode]


class SurveyPerson(Base):
    """Who somebody is who answered, as they said: kept without a link to their answers, their case or their chat."""

    __tablename__ = "survey_people"

    id: Mapped[RowId]
    agency_code: Mapped[Code] = mapped_column(index=True)
    form: Mapped[Code]
    month: Mapped[date] = mapped_column(Date)  # its first day: a finer date would lead to the answers
    said: Mapped[Data]  # question code -> option code


class Issue(Base):
    """Figures as they were told once: a digest or summary of one agency for one period. They never move again."""

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("what", "agency_code", "period", name="uq_issues_period"),)

    id: Mapped[RowId]
    what: Mapped[Code]  # week month quarter year
    agency_code: Mapped[Code]  # "*": every agency, for the governor
    period: Mapped[Key]  # 2026-W47, 2026-11, 2570-Q1, 2570
    since: Mapped[Moment]
    until: Mapped[Moment]
    issued_at: Mapped[Moment]
    figures: Mapped[Data]
    chain_head: Mapped[str | None] = mapped_column(String(64))


class DigestWish(Base):
    """When a head wants the weekly digest of an agency: weekday (Monday is 1) and hour ("08:30")."""

    __tablename__ = "digest_wishes"
    __table_args__ = (UniqueConstraint("person_id", "agency_code", name="uq_digest_wishes_person"),)

    id: Mapped[RowId]
    person_id: Mapped[int] = mapped_column(BigInteger)
    agency_code: Mapped[Code]
    weekday: Mapped[int] = mapped_column(Integer)
    hour: Mapped[str] = mapped_column(String(5))
