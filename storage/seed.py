"""Agencies, units, categories, holidays and other data of an installation, from TOML files. Idempotent.

What the files no longer name stays in the database: cases may point to it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from storage import agencies
from storage.db import Session
from storage.seed_limits import BadSeed, check
from storage.tables import (
    Agency,
    Base,
    Category,
    Holiday,
    Hotline,
    PlaceName,
    RegisterRow,
    Route,
    Service,
    Unit,
)
from storage.words import HOTLINE_USES

Row = dict[str, Any]
Tables = Mapping[str, Row]  # name of a file → its tables, as in TOML
# A file's own keys that become columns; everything else of the row is kept as details.
REGISTERS = {
    "missions.toml": ("mission",),
    "customer_groups.toml": ("group",),
    "channels.toml": ("channel",),
    "not_accepted.toml": ("not_accepted",),
    "surveys.toml": ("aspect", "form", "question", "item"),
}


def load(session: Session, given: Path | Tables) -> dict[str, int]:
    """Put every table of a folder (or of what was read from elsewhere) into the database; returns how many rows each
    table gained or changed. Raises BadSeed."""
    tables = folder(given) if isinstance(given, Path) else given
    changed: dict[str, int] = {}
    for rows in _rows_of(tables):
        for row in rows:
            if _put(session, row):
                table = row.__tablename__
                changed[table] = changed.get(table, 0) + 1
        session.flush()
    changed["settings"] = _settings(session, tables)
    session.known.clear()
    return {table: count for table, count in changed.items() if count}


def folder(path: Path) -> dict[str, Row]:
    """Every seed file of a folder. Raises BadSeed."""
    if not (path / "agencies.toml").is_file():
        raise BadSeed(f"{path} holds no agencies.toml")
    return {name: read(path / name) for name in FILES}


def _rows_of(tables: Tables) -> Iterator[list[Base]]:
    for name, reader in _READERS.items():
        try:
            yield reader(tables.get(name, {}))
        except (KeyError, TypeError, ValueError) as wrong:
            raise BadSeed(f"{name}: a row is not complete: {wrong!r}") from wrong
    for name, keys in REGISTERS.items():
        for key in keys:
            yield _register(key, tables.get(name, {}).get(key, []))


def read(path: Path) -> Row:
    """A seed file's tables; {} where there is no such file. Raises BadSeed."""
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise BadSeed(f"{path}: {wrong}") from wrong


def _put(session: Session, row: Base) -> bool:
    """Add the row, or change the one of the same key; says whether anything changed."""
    mapper = inspect(type(row))
    key = mapper.primary_key_from_instance(row)
    known = _route_like(session, row) if isinstance(row, Route) else session.get(type(row), tuple(key))
    if known is None:
        session.add(row)
        return True
    changed = False
    for column in mapper.column_attrs:
        if column.key == "id":
            continue
        wanted = getattr(row, column.key)
        if getattr(known, column.key) != wanted:
            setattr(known, column.key, wanted)
            changed = True
    return changed


def _route_like(session: Session, row: Route) -> Route | None:
    return session.scalars(select(Route).where(Route.category == row.category, Route.area == row.area)).first()


def _agencies(data: Row) -> list[Base]:
    rows: list[Base] = []
    for position, row in enumerate(data["agency"]):
        plain = {"code", "name", "area", "lat", "lon", "radius_km", "phone", "particle", "requires_screening"}
        rows.append(
            Agency(
                code=row["code"],
                position=position,
                name=row["name"],
                area=row["area"],
                lat=row.get("lat"),
                lon=row.get("lon"),
                radius_km=row.get("radius_km"),
                phone=row.get("phone"),
                particle=row.get("particle", "female"),
                requires_screening=row.get("requires_screening", False),
                settings=_rest(row, plain),
            )
        )
    for position, row in enumerate(data.get("unit", [])):
        rows.append(
            Unit(
                agency_code=row["agency"],
                code=row["code"],
                position=position,
                name=row["name"],
                phone=row.get("phone"),
                categories=list(row.get("categories", [])),
                intake=row.get("intake", False),
            )
        )
    return rows


def _rest(row: Row, plain: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in plain}


def _places(data: Row) -> list[Base]:
    return [
        PlaceName(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            parent=row.get("parent") or None,
            lat=row.get("lat"),
            lon=row.get("lon"),
            radius_km=row.get("radius_km"),
            names=list(row.get("names", [])),
        )
        for row in data.get("place", [])
    ]


def _categories(data: Row) -> list[Base]:
    return [
        Category(
            code=row["code"],
            position=position,
            name=row["name"],
            english=row["english"],
            days=row["days"],
            urgent=row.get("urgent", False),
            confidential=row.get("confidential", False),
            physical=row.get("physical", False),
            subcategories=[dict(sub) for sub in row.get("sub", [])],
            maps=dict(row.get("maps", {})),
        )
        for position, row in enumerate(data.get("category", []))
    ]


def _routes(data: Row) -> list[Base]:
    return [
        Route(
            category=row.get("category", "*"),
            area=row.get("area", "*"),
            agency_code=row["agency"],
            unit_code=row.get("unit") or None,
        )
        for row in data.get("route", [])
    ]


def _services(data: Row) -> list[Base]:
    plain = {"code", "agency", "unit", "name"}
    return [
        Service(
            code=row["code"],
            agency_code=row["agency"],
            unit_code=row.get("unit") or None,
            name=row["name"],
            details=_plain_json(_rest(row, plain)),
        )
        for row in data.get("service", [])
    ]


def _holidays(data: Row) -> list[Base]:
    return [
        Holiday(on=_day(row["on"]), name=row["name"], note=row.get("note") or None)
        for row in data.get("holiday", [])
        if row.get("included", True)
    ]


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _hotlines(data: Row) -> list[Base]:
    for row in data.get("hotline", []):
        unknown = ", ".join(sorted(set(row.get("for", [])) - HOTLINE_USES))
        if unknown:
            raise BadSeed(
                f"hotlines.toml: {row['number']} is for {unknown}; there are: {', '.join(sorted(HOTLINE_USES))}"
            )
    return [
        Hotline(
            number=row["number"],
            position=row.get("order", position),
            name=row["name"],
            uses=list(row.get("for", [])),
            verified=row.get("verified", False),
        )
        for position, row in enumerate(data.get("hotline", []))
    ]


def _register(register: str, rows: list[Row]) -> list[Base]:
    return [
        RegisterRow(
            register=register,
            code=str(row.get("code", row.get("no"))),
            position=row.get("order", position),
            name=row["name"],
            details=_plain_json(_rest(row, {"code", "no", "name", "order"})),
        )
        for position, row in enumerate(rows)
    ]


def _plain_json(value: Any) -> Any:
    """TOML dates as ISO text: the column is JSON."""
    if isinstance(value, dict):
        return {name: _plain_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _own_standards(rows: list[Row]) -> Row:
    """ "AGENCY:CATEGORY" → working days, where an agency promises others than categories.toml."""
    try:
        return {f"{row['agency']}:{row['category']}": int(row["days"]) for row in rows if row["agency"] != "*"}
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadSeed(f"{STANDARDS}: a [[standard]] is not complete: {wrong!r}") from wrong


def _settings(session: Session, tables: Tables) -> int:
    changed = 0
    for file in (STANDARDS, "retention.toml"):  # without the latter ours stand
        for name, value in tables.get(file, {}).items():
            if name == "standard":
                name, value = "standards", _own_standards(value)
            elif isinstance(value, dict):
                check(file, name, value)
            if isinstance(value, dict) and agencies.setting(session, name) != value:
                agencies.put_setting(session, name, value)
                changed += 1
    return changed


_READERS: dict[str, Callable[[Row], list[Base]]] = {
    "agencies.toml": _agencies,
    "places.toml": _places,
    "categories.toml": _categories,
    "routing.toml": _routes,
    "services.toml": _services,
    "holidays.toml": _holidays,
    "hotlines.toml": _hotlines,
}
STANDARDS = "service_standards.toml"
__all__ = ["FILES", "REGISTERS", "STANDARDS", "BadSeed", "folder", "load", "read"]
FILES = (*_READERS, *REGISTERS, STANDARDS, "retention.toml")
