"""The same matter, the same spot: cases that may be one, how many people joined one, places told of again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, func, or_, select

from storage.db import Session
from storage.tables import Case, CaseJoin
from storage.tables.base import plain
from storage.words import Kind, Status

# Kinds that stand at a spot; what was withdrawn or merged is no case of its own there.
_AT_A_SPOT = (Kind.COMPLAINT, Kind.EMERGENCY, Kind.SERVICE_REQUEST)
_NO_CASE = (Status.DRAFT, Status.WITHDRAWN, Status.MERGED)
_CASE = plain(Case).c


@dataclass(frozen=True)
class Alike:
    """What tells whether a case is the same as a newcomer's: where it is, and its masked words."""

    id: int
    reference: str
    urgent: bool
    lat: float | None
    lon: float | None
    place_masked: str | None
    masked: str | None


def alike(
    session: Session,
    *,
    agency_code: str,
    category: str,
    statuses: Collection[str],
    since: datetime,
    but: Collection[int],
    limit: int = 200,
) -> list[Alike]:
    """Open complaints a newcomer's may be the same as, newest first: of one agency and category, nothing confidential,
    brought by none of the accounts `but`, nor joined by them."""
    values = {"agency": agency_code, "category": category, "statuses": statuses, "since": since, "but": but}
    return [Alike(*row) for row in session.ask(_ALIKE, {**values, "most": limit})]


_BUT: BindParameter[Any] = bindparam("but", expanding=True)
_JOIN = plain(CaseJoin).c
_ALIKE = (
    select(*(_CASE.id, _CASE.reference, _CASE.urgent, _CASE.lat, _CASE.lon, _CASE.place_masked, _CASE.masked))
    .where(
        _CASE.agency_code == bindparam("agency"),
        _CASE.category == bindparam("category"),
        _CASE.received_at >= bindparam("since"),
        _CASE.status.in_(bindparam("statuses", expanding=True)),
        _CASE.kind == Kind.COMPLAINT,
        _CASE.confidential.is_(False),
        or_(_CASE.account_id.is_(None), _CASE.account_id.not_in(_BUT)),
        ~exists().where(_JOIN.case_id == _CASE.id, _JOIN.account_id.in_(_BUT), _JOIN.left_at.is_(None)),
    )
    .order_by(_CASE.received_at.desc(), _CASE.id.desc())
    .limit(bindparam("most"))
)


def joined_count(session: Session, case_id: int) -> int:
    """How many people joined a case and did not leave; the complainant is not one of them."""
    return session.ask(_JOINED, {"row": case_id}).scalar() or 0


_JOINED = select(func.count(_JOIN.id)).where(_JOIN.case_id == bindparam("row"), _JOIN.left_at.is_(None))


@dataclass(frozen=True)
class RepeatSpot:
    """A spot where one category was a case again and again. `references`: those cases, oldest first."""

    category: str
    spot: str  # its key: "lat,lon" rounded to about 100 m, or a name made of its words
    place: str  # masked words of the newest case that has any
    references: tuple[str, ...]

    @property
    def times(self) -> int:
        """The how-manieth case the newest one is."""
        return len(self.references)


SpotName = Callable[[str], str]


def plain_spot(place: str) -> str:
    """A spot's name from its words alone: the same words, whatever the spaces."""
    return "".join(place.lower().split())


def repeat_spots(
    session: Session, agency_code: str, since: datetime, until: datetime, name: SpotName = plain_spot
) -> list[RepeatSpot]:
    """Spots with at least two cases of one category received in [since, until), those with most first.

    People who joined count in no spot: a spot is counted in cases. `name` makes one name of masked place words
    ("" is no spot): handlers give nlp.similar.place_key.
    """
    rows = session.ask(_AT_SPOTS, {"agency": agency_code, "since": since, "until": until})
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for category, lat, lon, place, reference in rows:
        spot = _spot(lat, lon, place, name)
        if spot:
            found.setdefault((category, spot), []).append((reference, place or ""))
    spots = [
        RepeatSpot(
            category,
            spot,
            next((place for _reference, place in reversed(told) if place), ""),
            tuple(reference for reference, _place in told),
        )
        for (category, spot), told in found.items()
        if len(told) > 1
    ]
    return sorted(spots, key=lambda spot: (-spot.times, spot.category, spot.spot))


_AT_SPOTS = (
    select(_CASE.category, _CASE.lat, _CASE.lon, _CASE.place_masked, _CASE.reference)
    .where(
        _CASE.agency_code == bindparam("agency"),
        _CASE.received_at >= bindparam("since"),
        _CASE.received_at < bindparam("until"),
        ~_CASE.confidential,
        _CASE.kind.in_(_AT_A_SPOT),
        _CASE.status.not_in(_NO_CASE),
    )
    .order_by(_CASE.received_at, _CASE.id)
)


def before_at_spot(session: Session, case: Case, since: datetime, name: SpotName = plain_spot) -> list[str]:
    """References of the cases (also ended ones) of this category at this case's spot before it, oldest first; spots as
    in `repeat_spots`. Looks at the newest 1,000 of them at most."""
    spot = _spot(case.lat, case.lon, case.place_masked, name)
    if not spot or case.confidential:
        return []
    rows = session.execute(
        select(Case.reference, Case.lat, Case.lon, Case.place_masked)
        .where(
            *_at_spots(case.agency_code),
            Case.category == case.category,
            Case.received_at >= since,
            or_(Case.received_at < case.received_at, (Case.received_at == case.received_at) & (Case.id < case.id)),
        )
        .order_by(Case.received_at.desc(), Case.id.desc())
        .limit(1000)
    ).all()
    return [reference for reference, lat, lon, place in reversed(rows) if _spot(lat, lon, place, name) == spot]


def _at_spots(agency_code: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Case.agency_code == agency_code,
        Case.confidential.is_(False),
        Case.kind.in_(_AT_A_SPOT),
        Case.status.not_in(_NO_CASE),
    )


def _spot(lat: float | None, lon: float | None, place: str | None, name: SpotName) -> str:
    """A pin to three decimals (about 100 m); where there is none, the name of the words."""
    if lat is not None and lon is not None:
        return f"{lat:.3f},{lon:.3f}"
    return name(place or "")
