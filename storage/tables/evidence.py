"""What an agency writes down once a year for its evidence, lines of registers; and who asked for its announcements."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Data, MaybeMoment, Moment, RowId


class RegisterLine(Base):
    """One line of one register of an agency, for one fiscal year; what its cells mean is data (registers.toml)."""

    __tablename__ = "register_lines"
    __table_args__ = (
        UniqueConstraint("register", "agency_code", "fiscal_year", "code", name="uq_register_lines_code"),
    )

    id: Mapped[RowId]
    register: Mapped[Code]
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"))
    fiscal_year: Mapped[int] = mapped_column(Integer)  # Buddhist era
    code: Mapped[Code]
    position: Mapped[int] = mapped_column(Integer)
    cells: Mapped[Data]  # column code -> value; several values as a list
    changed_at: Mapped[Moment]
    person_id: Mapped[int | None] = mapped_column(BigInteger)


class Subscription(Base):
    """An account that asked for an agency's announcements; `until` None: it still wants them."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_standing", "agency_code", "until"),)

    id: Mapped[RowId]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"))
    since: Mapped[Moment]
    until: Mapped[MaybeMoment]
