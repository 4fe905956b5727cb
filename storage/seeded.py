"""What the database holds of a seed, in the shape of the seed's own files: loading it again changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from storage import agencies, people, seed_limits
from storage.db import Session
from storage.people import Post
from storage.seed import REGISTERS, STANDARDS
from storage.tables import Agency, Category, Holiday, Invite, PlaceName, Service, Unit

Row = dict[str, Any]


def tables(session: Session) -> dict[str, Row]:
    """Name of a file → its tables, as in TOML. Values that were left out are left out."""
    homes = agencies.all_agencies(session)
    found: dict[str, Row] = {
        "agencies.toml": {
            "agency": [_agency(row) for row in homes],
            "unit": [_unit(row) for row in sorted(_units(session, homes), key=lambda row: row.position)],
        },
        "places.toml": {"place": [_place(row) for row in agencies.places(session)]},
        "categories.toml": {"category": [_category(row) for row in agencies.categories(session)]},
        "routing.toml": {"route": _routes(session)},
        "services.toml": {"service": [_service(row) for row in agencies.services(session)]},
        "holidays.toml": {"holiday": _holidays(session)},
        "hotlines.toml": {"hotline": _hotlines(session)},
    }
    for name, registers in REGISTERS.items():
        found[name] = {register: _register(session, register) for register in registers}
    return {**found, **_settings(session)}


def _units(session: Session, homes: list[Agency]) -> list[Unit]:
    return [row for home in homes for row in agencies.units(session, home.code)]


def _said(**values: Any) -> Row:
    """Without what was left out."""
    return {name: value for name, value in values.items() if value is not None}


def _agency(row: Agency) -> Row:
    plain = ("code", "name", "area", "lat", "lon", "radius_km", "phone", "particle", "requires_screening")
    return {**_said(**{name: getattr(row, name) for name in plain}), **row.settings}


def _unit(row: Unit) -> Row:
    return _said(
        code=row.code,
        agency=row.agency_code,
        name=row.name,
        phone=row.phone,
        categories=list(row.categories),
        intake=row.intake,
    )


def _place(row: PlaceName) -> Row:
    plain = ("code", "name", "kind", "parent", "lat", "lon", "radius_km")
    return {**_said(**{name: getattr(row, name) for name in plain}), "names": list(row.names)}


def _category(row: Category) -> Row:
    plain = ("code", "name", "english", "days", "urgent", "confidential", "physical")
    subs = [dict(sub) for sub in row.subcategories]
    return {**{name: getattr(row, name) for name in plain}, "sub": subs, "maps": dict(row.maps)}


def _routes(session: Session) -> list[Row]:
    return [
        _said(category=row.category, area=row.area, agency=row.agency_code, unit=row.unit_code)
        for row in agencies.routes(session)
    ]


def _service(row: Service) -> Row:
    return {**_said(code=row.code, agency=row.agency_code, unit=row.unit_code, name=row.name), **row.details}


def _holidays(session: Session) -> list[Row]:
    rows = session.scalars(select(Holiday).order_by(Holiday.on))
    return [_said(on=row.on.isoformat(), name=row.name, note=row.note) for row in rows]


def _hotlines(session: Session) -> list[Row]:
    return [
        {"number": row.number, "name": row.name, "for": list(row.uses), "verified": row.verified, "order": row.position}
        for row in agencies.hotlines(session)
    ]


def _register(session: Session, register: str) -> list[Row]:
    return [
        {"code": row.code, "name": row.name, "order": row.position, **row.details}
        for row in agencies.register(session, register)
    ]


def _settings(session: Session) -> dict[str, Row]:
    limits: Row = {name: dict(value) for name in seed_limits.TABLES if (value := agencies.setting(session, name))}
    limits["standard"] = [
        {"agency": agency, "category": category, "days": days}
        for key, days in agencies.setting(session, "standards").items()
        for agency, category in [key.split(":", 1)]
    ]
    kept = limits.pop("retention", None)
    return {STANDARDS: limits, "retention.toml": {"retention": kept} if kept else {}}


def officers(session: Session, now: datetime, today: date) -> list[Row]:
    """Who is something for an agency today or later, and whom an open invitation waits for; each once, if named."""
    posts = [post for home in agencies.all_agencies(session) for post in people.posts_held(session, home.code, today)]
    waiting = select(Invite).where(Invite.used_at.is_(None), Invite.expires_at > now).order_by(Invite.id)
    found = [_said(agency=p.agency_code, unit=p.unit_code, role=p.role, name=p.name, **_days(p)) for p in posts]
    for row in session.scalars(waiting):
        name = people.invite_name(session, row)
        found.append(_said(agency=row.agency_code, unit=row.unit_code, role=row.role, name=name, **_days(row)))
    return list(
        {(row["agency"], row.get("unit"), row["role"], row["name"]): row for row in found if row["name"]}.values()
    )


def _days(row: Post | Invite) -> Row:
    return {name: day.isoformat() for name in ("since", "until") if (day := getattr(row, name)) is not None}
