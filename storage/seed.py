"""Agencies, units, categories, holidays and other data of an installation, from TOML files. Idempotent.

What the files no longer name stays in the database: cases may point to it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from storage import agencies
from storage.db import Session
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
from storage.words import RETAINED


class BadSeed(Exception):
    """A seed file is missing, is not TOML, or a row lacks something; the message says where."""


Row = dict[str, Any]
# A file's own keys that become columns; everything else of the row is kept as details.
_REGISTERS = {
    "missions.toml": ("mission",),
    "customer_groups.toml": ("group",),
    "channels.toml": ("channel",),
    "not_accepted.toml": ("not_accepted",),
    "surveys.toml": ("aspect", "form", "question", "item"),
}


def load(session: Session, folder: Path) -> dict[str, int]:
    """Put every file of the folder into the database; returns how many rows each table gained or changed."""
    if not (folder / "agencies.toml").is_file():
        raise BadSeed(f"{folder} holds no agencies.toml")
    changed: dict[str, int] = {}
    for _name, rows in _rows_of(folder):
        for row in rows:
            if _put(session, row):
                table = row.__tablename__
                changed[table] = changed.get(table, 0) + 1
        session.flush()
    changed["settings"] = _settings(session, folder)
    session.known.clear()
    return {table: count for table, count in changed.items() if count}


def _rows_of(folder: Path) -> Iterator[tuple[str, list[Base]]]:
    readers: dict[str, Callable[[Row], list[Base]]] = {
        "agencies.toml": _agencies,
        "places.toml": _places,
        "categories.toml": _categories,
        "routing.toml": _routes,
        "services.toml": _services,
        "holidays.toml": _holidays,
        "hotlines.toml": _hotlines,
    }
    for name, reader in readers.items():
        data = read(folder / name)
        try:
            yield name, reader(data)
        except (KeyError, TypeError, ValueError) as wrong:
            raise BadSeed(f"{folder / name}: a row is not complete: {wrong!r}") from wrong
    for name, keys in _REGISTERS.items():
        data = read(folder / name)
        for key in keys:
            yield name, _register(key, data.get(key, []))


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
        for position, row in enumerate(data["category"])
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


_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Fits = Callable[[Any], bool]


def _is_hour(value: Any) -> bool:
    return isinstance(value, str) and _HOUR.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_rising(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(map(_is_number, value)) and value == sorted(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_counts(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= _PURPOSES and all(map(_is_number, value.values()))


def _is_budgets(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_counts, value.values()))


_PURPOSES = frozenset({"urgent", "result", "question", "notice", "survey", "announcement", "digest"})
_NUMBERS = (
    *(
        "draft_hours",
        "emergency_draft_minutes",
        "urgent_repeat_minutes",
        "screening_days",
        "accept_days",
        "first_answer_days",
    ),
    *("progress_every_days", "progress_overdue_every_days", "remind_before_days", "need_info_close_days"),
    *("close_after_days", "reopen_days", "reopened_days", "hurry_days", "data_request_days"),
    *("survey_silence_minutes", "survey_remind_days", "survey_end_days", "surveys_a_month", "small_cell"),
)
# What each table of service_standards.toml may hold; a slip of the pen must not stop the clock later.
_STANDARDS: dict[str, dict[str, tuple[Fits, str]]] = {
    "office_hours": {
        "from": (_is_hour, 'an hour like "08:30"'),
        "to": (_is_hour, 'an hour like "16:30"'),
        "weekdays": (_is_rising, "numbers of weekdays, Monday is 1"),
    },
    "limits": {
        **{name: (_is_number, "a whole number") for name in _NUMBERS},
        **{name: (_is_hour, 'an hour like "07:00"') for name in ("urgent_repeat_from", "urgent_repeat_to")},
        **{
            name: (_is_rising, "rising whole numbers like [3, 7]")
            for name in ("silence_days", "remind_after_days", "need_info_remind_days")
        },
    },
    "pushes": {
        "held_from": (_is_counts, "numbers by purpose like { survey = 70 }"),
        "warn_at": (_is_rising, "rising whole numbers like [70, 90, 100]"),
        "agencies": (_is_budgets, "numbers by agency and purpose like { DEMO = { survey = 50 } }"),
    },
    "retention": {name: (_is_number, "a whole number of days") for name in RETAINED},
    "evidence": {"photo_required": (_is_flag, "true or false")},
    "decisions": {
        **{
            name: (_is_words, "a list of words")
            for name in ("kinds", "routes", "categories", "governor_kinds", "governor_routes")
        },
        "at_once": (_is_flag, "true or false"),
    },
}


def _check_standards(path: Path, name: str, value: Row) -> None:
    """Raises BadSeed for a key nobody reads, or a value of the wrong kind."""
    for key, found in value.items():
        if key not in _STANDARDS.get(name, {}):
            known = ", ".join(_STANDARDS.get(name, {})) or "no such table"
            raise BadSeed(f"{path}: [{name}] {key}: unknown; there are: {known}")
        fits, wanted = _STANDARDS[name][key]
        if not fits(found):
            raise BadSeed(f"{path}: [{name}] {key} = {found!r} must be {wanted}")


def _own_standards(path: Path, rows: list[Row]) -> Row:
    """ "AGENCY:CATEGORY" → working days, where an agency promises others than categories.toml."""
    try:
        return {f"{row['agency']}:{row['category']}": int(row["days"]) for row in rows if row["agency"] != "*"}
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadSeed(f"{path}: a [[standard]] is not complete: {wrong!r}") from wrong


def _settings(session: Session, folder: Path) -> int:
    changed = 0
    path = folder / "service_standards.toml"
    periods = folder / "retention.toml"  # without it ours stand
    for name, value in {**read(path), **(read(periods) if periods.is_file() else {})}.items():
        if name == "standard":
            name, value = "standards", _own_standards(path, value)
        elif isinstance(value, dict):
            _check_standards(path, name, value)
        if isinstance(value, dict) and agencies.setting(session, name) != value:
            agencies.put_setting(session, name, value)
            changed += 1
    return changed
