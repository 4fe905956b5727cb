"""Which agency and unit a case is proposed to: the most specific route wins; nobody's go to the intake unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ANY = "*"


@dataclass(frozen=True)
class Rule:
    """One routing row: category and area, or "*"; `unit` None leaves the choice to the agency's own units."""

    category: str
    area: str
    agency: str
    unit: str | None


@dataclass(frozen=True)
class Owner:
    """A unit and the categories it owns."""

    agency: str
    unit: str
    categories: tuple[str, ...]
    intake: bool


@dataclass(frozen=True)
class Area:
    """A named area with its middle point and reach."""

    code: str
    parent: str | None
    lat: float | None
    lon: float | None
    radius_km: float | None


@dataclass(frozen=True)
class Routed:
    """Where a case goes. `owned` is False when nobody owns the category and people must look first."""

    agency: str
    unit: str
    owned: bool


def route(category: str, areas: Sequence[str], rules: Iterable[Rule], owners: Sequence[Owner], default: str) -> Routed:
    """The agency and unit for a category in these areas (the smallest first). `default` is an agency's code."""
    order = {area: index for index, area in enumerate([*areas, ANY])}
    fitting = [rule for rule in rules if rule.category in (category, ANY) and rule.area in order]
    fitting.sort(key=lambda rule: (order[rule.area], rule.category == ANY))
    agency = fitting[0].agency if fitting else default
    unit = fitting[0].unit if fitting else None
    return _unit_in(agency, unit, category, owners)


def _unit_in(agency: str, unit: str | None, category: str, owners: Sequence[Owner]) -> Routed:
    here = [owner for owner in owners if owner.agency == agency]
    if unit is not None:
        return Routed(agency, unit, True)
    for owner in here:
        if category in owner.categories:
            return Routed(agency, owner.unit, True)
    intake = next((owner.unit for owner in here if owner.intake), here[0].unit if here else "")
    return Routed(agency, intake, False)


def intake_unit(agency: str, owners: Sequence[Owner]) -> str:
    """The unit that screens for this agency."""
    return _unit_in(agency, None, "", owners).unit


LEAST_NAME = 7  # letters of a unit's name that say which one is meant: people leave off the end of long names


def unit_named(words: str, names: Mapping[str, str]) -> str:
    """The code of the one unit whose name stands in these words, or as much of its beginning as of no other; "" where
    none is named, or several alike. `names`: code → name."""
    line = "".join(words.split())
    found = {code: _beginning_in(line, "".join(name.split())) for code, name in names.items()}
    most = max(found.values(), default=0)
    best = [code for code, letters in found.items() if letters == most]
    return best[0] if most >= LEAST_NAME and len(best) == 1 else ""


def _beginning_in(line: str, name: str) -> int:
    return next((letters for letters in range(len(name), LEAST_NAME - 1, -1) if name[:letters] in line), 0)


def areas_of(named: Sequence[str], lat: float | None, lon: float | None, areas: Sequence[Area]) -> list[str]:
    """Codes of the areas a place lies in, the smallest first: by its point, else by what its words name.

    Where the words could name several areas, it is what holds all of them.
    """
    by_code = {area.code: area for area in areas}
    found = _around(lat, lon, areas)
    if found is not None:
        return _chain(found.code, by_code)
    chains = [_chain(code, by_code) for code in named]
    return [code for code in chains[0] if all(code in chain for chain in chains)] if chains else []


def _around(lat: float | None, lon: float | None, areas: Sequence[Area]) -> Area | None:
    if lat is None or lon is None:
        return None
    near = [(distance_km(lat, lon, area), area) for area in areas if area.radius_km]
    near = [(far, area) for far, area in near if far <= (area.radius_km or 0)]
    # The nearest middle among the areas that reach this far; ties go to the smaller one.
    return min(near, key=lambda pair: (pair[1].radius_km or 0, pair[0]))[1] if near else None


def _chain(code: str, by_code: dict[str, Area]) -> list[str]:
    codes: list[str] = []
    while code in by_code and code not in codes:
        codes.append(code)
        code = by_code[code].parent or ""
    return codes


def distance_km(lat: float, lon: float, area: Area) -> float:
    """Kilometres to an area's middle (equirectangular: good to a few metres within a province)."""
    if area.lat is None or area.lon is None:
        return math.inf
    x = math.radians(lon - area.lon) * math.cos(math.radians((lat + area.lat) / 2))
    y = math.radians(lat - area.lat)
    return math.hypot(x, y) * 6371.0
