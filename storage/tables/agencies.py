"""What differs between agencies, all of it data: agencies, units, routes, places, categories, services, days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, Date, Float, ForeignKey, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Data, DataList, MaybeCode, Name, RowId


class Agency(Base):
    """A government agency behind the door. `settings` holds its own wording and limits."""

    __tablename__ = "agencies"

    code: Mapped[Code] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[Name]
    area: Mapped[Name]
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    radius_km: Mapped[float | None] = mapped_column(Float)
    phone: Mapped[str | None] = mapped_column(String(60))
    particle: Mapped[Code] = mapped_column(server_default="female")
    requires_screening: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    settings: Mapped[Data]


class Unit(Base):
    """A unit of an agency and the categories it owns; one of them is the intake unit."""

    __tablename__ = "units"

    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[Name]
    phone: Mapped[str | None] = mapped_column(String(60))
    categories: Mapped[DataList]
    intake: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class Route(Base):
    """Which agency and unit a (category, area) goes to; "*" is any. The most specific row wins."""

    __tablename__ = "routes"
    __table_args__ = (UniqueConstraint("category", "area", name="uq_routes_rule"),)

    id: Mapped[RowId]
    category: Mapped[Code]
    area: Mapped[Code]
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"))
    unit_code: Mapped[MaybeCode]


class PlaceName(Base):
    """A province, amphoe or tambon with its middle point."""

    __tablename__ = "places"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    kind: Mapped[Code]
    parent: Mapped[MaybeCode]
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    radius_km: Mapped[float | None] = mapped_column(Float)
    names: Mapped[DataList]


class Category(Base):
    """One of the twenty categories, with its sub-categories and starting values."""

    __tablename__ = "categories"

    code: Mapped[Code] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[Name]
    english: Mapped[Name]
    days: Mapped[int] = mapped_column(Integer)
    urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    confidential: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    physical: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    subcategories: Mapped[DataList] = mapped_column(JSON)
    maps: Mapped[Data]


class Holiday(Base):
    """A day on which government offices are closed. The table decides; a library may only propose."""

    __tablename__ = "holidays"

    on: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[Name]
    note: Mapped[str | None] = mapped_column(Text)


class Hotline(Base):
    """A telephone number for danger or advice. Unverified ones are marked until an agency has checked them."""

    __tablename__ = "hotlines"

    number: Mapped[Code] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[Name]
    uses: Mapped[DataList]
    verified: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class Service(Base):
    """A service standard: where to start, documents, steps, duration, fee, who (CS7)."""

    __tablename__ = "services"

    code: Mapped[Code] = mapped_column(primary_key=True)
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agencies.code"))
    unit_code: Mapped[MaybeCode]
    name: Mapped[Name]
    details: Mapped[Data]


class RegisterRow(Base):
    """A row of a small register that only reports read: missions, customer groups, channels."""

    __tablename__ = "registers"

    register: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[Name]
    details: Mapped[Data]


class Setting(Base):
    """A value of the installation: the key's fingerprint, time limits from the seed."""

    __tablename__ = "settings"

    name: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[Data]
