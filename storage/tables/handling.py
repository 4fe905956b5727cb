"""What officers do with a case: photos, visits, sub-tasks, notices, letters, reminders; and who stands in for whom."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, Float, ForeignKey, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Data, Key, MaybeCode, MaybeMoment, MaybeSealed, Moment, Name, RowId


class CasePhoto(Base):
    """A picture that proves something: before, visit or after. Its looks and time are the file's (`files`)."""

    __tablename__ = "case_photos"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    stage: Mapped[Code]
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[Moment]


class CaseVisit(Base):
    """A visit to the spot: planned, then made, by whom and what was found."""

    __tablename__ = "case_visits"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    planned_for: Mapped[MaybeMoment]
    made_at: Mapped[MaybeMoment]
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    present: Mapped[MaybeSealed]  # names of those who were there
    found: Mapped[MaybeSealed]
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)


class CaseTask(Base):
    """One unit's share in a case of several units; the case is reported when every share is."""

    __tablename__ = "case_tasks"
    __table_args__ = (UniqueConstraint("case_id", "agency_code", "unit_code", name="uq_case_tasks_unit"),)

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    agency_code: Mapped[Code]
    unit_code: Mapped[Code]
    due_on: Mapped[date] = mapped_column(Date)
    done_at: Mapped[MaybeMoment]
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[MaybeSealed]
    result_masked: Mapped[str | None] = mapped_column(Text)


class CaseNotice(Base):
    """One of the four notices at the end of a case: unit, governor, ministry, complainant; ticked and dated."""

    __tablename__ = "case_notices"
    __table_args__ = (UniqueConstraint("case_id", "recipient", name="uq_case_notices_recipient"),)

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    recipient: Mapped[Code]
    wanted_at: Mapped[Moment]
    done_at: Mapped[MaybeMoment]
    how: Mapped[MaybeCode]  # chat letter phone
    number: Mapped[str | None] = mapped_column(String(80))  # of the letter
    person_id: Mapped[int | None] = mapped_column(BigInteger)


class CaseReferral(Base):
    """A case sent on to somebody outside the unit's reach: to whom, under which letter, whom to call."""

    __tablename__ = "case_referrals"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[Moment]
    agency_code: Mapped[MaybeCode]
    agency_name: Mapped[Name]
    phone: Mapped[str | None] = mapped_column(String(60))
    number: Mapped[str | None] = mapped_column(String(80))
    new_reference: Mapped[str | None] = mapped_column(String(20))


class Letter(Base):
    """The register of outgoing letters: number, kind, addressee; the letter itself is drawn anew from the rows."""

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("agency_code", "number", name="uq_letters_number"),)

    id: Mapped[RowId]
    agency_code: Mapped[Code]
    number: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[Code]
    at: Mapped[Moment]
    details: Mapped[Data]  # nothing personal: addressee's unit, level of the reminder


class Reminder(Base):
    """What the clock has told already: of one case, one thing, for one date; never twice."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("case_id", "what", "for_on", name="uq_reminders_fact"),)

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    what: Mapped[Code]
    for_on: Mapped[date] = mapped_column(Date)
    at: Mapped[Moment]
    times: Mapped[int] = mapped_column(Integer, server_default="1")


class CaseDeed(Base):
    """What an officer just did that a citizen is about to be told, and how the case stood before: to take it back."""

    __tablename__ = "case_deeds"

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(String(40), unique=True)  # outbox rows that tell of it carry it
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Moment]
    until: Mapped[Moment]
    command: Mapped[Code]
    before: Mapped[Data]  # column -> value; nothing personal
    update_id: Mapped[int] = mapped_column(BigInteger)  # the case's newest update when the deed was done
    undone_at: Mapped[MaybeMoment]


class CaseWord(Base):
    """A word of a case's masked text, for search. Goes with the words it was made of."""

    __tablename__ = "case_words"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class Absence(Base):
    """A person away from an agency, from day to day, and who acts for them (รักษาราชการแทน)."""

    __tablename__ = "absences"

    id: Mapped[RowId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    agency_code: Mapped[Code]
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    stand_in_id: Mapped[int | None] = mapped_column(BigInteger, index=True)


class CaseHold(Base):
    """A legal hold: while it stands (`until` None) nothing of a case is erased or goes by age (PDPA s. 33 (4))."""

    __tablename__ = "case_holds"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    since: Mapped[Moment]
    until: Mapped[MaybeMoment]
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[MaybeSealed]
    erase_after: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # its person was erased


class Reveal(Base):
    """Somebody asks to see who is behind a confidential case, why, and whether a second person agreed, until when."""

    __tablename__ = "reveals"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[MaybeSealed]
    asked_at: Mapped[Moment]
    until: Mapped[Moment]  # of the question; once somebody agreed, of the view
    agreed_by: Mapped[int | None] = mapped_column(BigInteger)
    agreed_at: Mapped[MaybeMoment]
