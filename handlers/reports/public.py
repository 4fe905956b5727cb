"""What the public is told of the work: numbers of the last 30 days and of the fiscal year so far, nothing of any case.

Counted are whole days up to last midnight, so that a page read twice in a day says the same. Small counts are not told
(rules/small_cells.py).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from handlers import access
from handlers.reports.counting import percent
from handlers.reports.names import Names
from handlers.reports.paper import long_date
from handlers.rules import periods
from handlers.rules.small_cells import LIMIT, alone, broken_out, whole
from handlers.services import Svc
from handlers.texts import spans
from storage import agencies, figures, surveys
from storage.standing import Scope

DAYS = 30


@dataclass(frozen=True)
class Stretch:
    """The numbers of one stretch of time; None: too few to be told. Where `empty`, there is nothing to tell."""

    name: str  # "month" or "year"
    days: str
    empty: bool
    received: int | None
    concluded: int | None
    median_days: float | None
    answers: int | None
    satisfied: int | None  # percent
    categories: tuple[tuple[str, int], ...]
    other: int | None  # categories with few together; 0: there are none


@dataclass(frozen=True)
class Public:
    """The page of one agency, or of all together (`code` ""), and of which agencies there are pages."""

    code: str
    agency: str
    as_of: str
    least: int
    stretches: tuple[Stretch, ...]
    agencies: tuple[tuple[str, str], ...]  # (code, name); () where there is only one


def public(svc: Svc, code: str = "") -> Public:
    """The numbers of an agency; of all together for "". Raises access.NotFound for an agency there is not."""
    known = {row.code: row.name for row in agencies.all_agencies(svc.session)}
    if code and code not in known:
        raise access.NotFound("agency")
    if not code and len(known) == 1:
        code = next(iter(known))
    least = int(svc.limits.get("small_cell", LIMIT))
    until = svc.today
    year = periods.holding("year", until - timedelta(days=1), svc.tools.zone)
    wanted = {"month": until - timedelta(days=DAYS), "year": year.first}
    return Public(
        code=code,
        agency=known.get(code, ""),
        as_of=long_date(svc.texts, until - timedelta(days=1)),
        least=least,
        stretches=tuple(_stretch(svc, code, name, since, until, least) for name, since in wanted.items()),
        agencies=tuple(known.items()) if len(known) > 1 else (),
    )


def _stretch(svc: Svc, code: str, name: str, since: date, until: date, least: int) -> Stretch:
    scope = Scope(code or None, _midnight(svc, since), _midnight(svc, until))
    session = svc.session
    received = figures.received(session, scope).cases
    concluded, _types = figures.concluded(session, scope)
    took = figures.took(session, scope)
    points = figures.rated_by_item(session, scope)
    rated = _rated(svc, scope)
    pleased = sum(one.get(point, 0) for one in points.values() for point in surveys.SCALE[:2])
    # Confidential cases are of no category here: whoever reads the page every day would see when a tip came.
    by_category = figures.received_openly(session, scope)
    parts = [] if code else [replace(scope, agency=one.code) for one in agencies.all_agencies(session)]
    answers = _told(rated, lambda one: _rated(svc, one), parts, least)
    if parts:
        openly = [figures.received_openly(session, one) for one in parts]
        by_category = {
            key: count
            for key, count in by_category.items()
            if whole({str(number): one.get(key, 0) for number, one in enumerate(openly)}, least) is not None
        }
    kept, rest = broken_out(by_category, least, hidden=received - sum(by_category.values()))
    return Stretch(
        name=name,
        days=spans.days(svc.texts, since, until - timedelta(days=1)),
        empty=not (received or concluded or rated),
        received=_told(received, lambda one: figures.received(session, one).cases, parts, least),
        concluded=_told(concluded, lambda one: figures.concluded(session, one)[0], parts, least),
        median_days=_median(took) if len(took) >= least else None,
        answers=answers,
        satisfied=percent(pleased, rated) if answers else None,
        categories=_named(Names(svc, code), kept),
        other=alone(rest, least),
    )


def _rated(svc: Svc, scope: Scope) -> int:
    return sum(sum(one.values()) for one in figures.rated_by_item(svc.session, scope).values())


def _told(count: int, count_of: Callable[[Scope], int], parts: list[Scope], least: int) -> int | None:
    """A count as it may be told; of all agencies together only where it does not give away what one's page leaves out:
    whoever takes the others away from the whole knows the small one."""
    if not parts:
        return alone(count, least)
    return whole({str(number): count_of(one) for number, one in enumerate(parts)}, least)


def _midnight(svc: Svc, day: date) -> datetime:
    return datetime.combine(day, time(), svc.tools.zone)


def _median(took: list[timedelta]) -> float:
    return round(statistics.median(one.total_seconds() for one in took) / timedelta(days=1).total_seconds(), 1)


def _named(names: Names, parts: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple((names.category(key), n) for key, n in parts)
