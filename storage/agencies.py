"""What differs between agencies, read as plain values: agencies, units, routes, categories, days, numbers.

Each is read once in a transaction (`Session.once`): a turn asks for the same few rows again and again."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from storage.db import Session
from storage.tables import (
    Agency,
    Category,
    Holiday,
    Hotline,
    PlaceName,
    RegisterRow,
    Route,
    Service,
    Setting,
    Unit,
)
from storage.tables.base import plain

_AGENCIES = select(Agency).order_by(Agency.position)
_UNITS = select(Unit).order_by(Unit.position)
_CATEGORIES = select(Category).order_by(Category.position)
_ROUTES = select(Route).order_by(Route.id)
_PLACES = select(PlaceName).order_by(PlaceName.code)
_HOLIDAYS = select(plain(Holiday).c.on)
_HOTLINES = select(Hotline).order_by(Hotline.position)
_SERVICES = select(Service).order_by(Service.code)
_REGISTER = select(RegisterRow).where(RegisterRow.register == bindparam("name")).order_by(RegisterRow.position)


def first(session: Session) -> Agency | None:
    """The installation's own agency: the first of the seed."""
    found = all_agencies(session)
    return found[0] if found else None


def agency(session: Session, code: str) -> Agency | None:
    """The agency of this code."""
    return next((row for row in all_agencies(session) if row.code == code), None)


def all_agencies(session: Session) -> list[Agency]:
    """Every agency, in the seed's order."""
    return session.once(("agencies",), lambda: session.find(_AGENCIES).all())


def units(session: Session, agency_code: str) -> list[Unit]:
    """An agency's units, in the seed's order."""
    every = session.once(("units",), lambda: session.find(_UNITS).all())
    return [row for row in every if row.agency_code == agency_code]


def unit(session: Session, agency_code: str, code: str | None) -> Unit | None:
    """The unit of this code."""
    return next((row for row in units(session, agency_code) if row.code == code), None)


def intake_unit(session: Session, agency_code: str) -> str | None:
    """The unit of an agency that looks first."""
    return next((row.code for row in units(session, agency_code) if row.intake), None)


def category(session: Session, code: str) -> Category | None:
    """The category of this code."""
    return session.once(("category", code), lambda: session.get(Category, code))


def categories(session: Session) -> list[Category]:
    """Every category, in the seed's order."""
    return session.once(("categories",), lambda: session.find(_CATEGORIES).all())


def routes(session: Session) -> list[Route]:
    """Every routing rule."""
    return session.once(("routes",), lambda: session.find(_ROUTES).all())


def places(session: Session) -> list[PlaceName]:
    """Every named place."""
    return session.once(("places",), lambda: session.find(_PLACES).all())


def holidays(session: Session, since: date, until: date) -> frozenset[date]:
    """Days on which offices are closed, both ends included."""
    every = session.once(("holidays",), lambda: frozenset(session.ask(_HOLIDAYS).scalars()))
    return frozenset(day for day in every if since <= day <= until)


def hotlines(session: Session) -> list[Hotline]:
    """Every hotline, the most important first."""
    return session.once(("hotlines",), lambda: session.find(_HOTLINES).all())


def services(session: Session, agency_code: str | None = None) -> list[Service]:
    """Service standards, of one agency where given."""
    every = session.once(("services",), lambda: session.find(_SERVICES).all())
    return [row for row in every if agency_code in (None, row.agency_code)]


def register(session: Session, name: str) -> list[RegisterRow]:
    """The rows of a small register."""
    return session.once(("register", name), lambda: session.find(_REGISTER, {"name": name}).all())


def setting(session: Session, name: str) -> dict[str, Any]:
    """A value of the installation; {} when it was never set."""
    row = session.once(("setting", name), lambda: session.get(Setting, name))
    return {} if row is None else row.value


def put_setting(session: Session, name: str, value: dict[str, Any]) -> None:
    """Set a value of the installation."""
    row = session.get(Setting, name)
    if row is None:
        session.add(Setting(name=name, value=value))
    else:
        row.value = value
    session.known.pop(("setting", name), None)
    session.flush()
