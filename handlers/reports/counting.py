"""Counting the figures of a period, and holding totals against the sums of their parts."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from handlers.rules import pushing
from handlers.rules.periods import Period
from handlers.services import Svc
from nlp import similar
from storage import closings, figures, history, issues, pushes, spots, surveys, verdicts
from storage.figures import Moments
from storage.standing import Scope, Standing, Turnover, bent, standing, turnover
from storage.words import Kind, Status

EVERY = "*"  # all agencies of the installation
Figures = dict[str, Any]
FIRST_ANSWER = timedelta(days=15)  # Good Governance Decree B.E. 2546, s. 38; limits["first_answer_days"]
_WEEKS = 4  # a week is compared with
_SHOWN = 5  # references beside a number, and spots
_LOOKED_AT = 50  # spots, those with most cases
SPOTS_FOR = timedelta(days=28)  # a spot's cases of so long count at least; our choice


class DoesNotReconcile(Exception):
    """Totals that are not the sum of their parts: `places` names each, with both numbers. Nothing wrong is told."""

    def __init__(self, places: Sequence[str]) -> None:
        super().__init__("; ".join(places))
        self.places = tuple(places)


def percent(part: int, whole: int) -> int | None:
    """Whole percent, half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def share(part: int, whole: int) -> dict[str, int | None]:
    """A percentage with its n."""
    return {"n": whole, "percent": percent(part, whole)}


def scope_of(agency_code: str, period: Period) -> Scope:
    """Whose figures, and of when, for the queries."""
    return Scope(None if agency_code == EVERY else agency_code, period.since, period.until)


@dataclass(frozen=True)
class Course:
    """How open cases went through the periods up to this one: the last of each list is this one."""

    begins: tuple[Period, ...]
    counts: list[tuple[int, int]]  # received, resolved
    turnover: list[Turnover]
    open: list[int]  # at each one's end


def count(svc: Svc, agency_code: str, period: Period) -> Figures:
    """Every figure of the period but what waits for decisions. Raises DoesNotReconcile."""
    scope, session = scope_of(agency_code, period), svc.session
    came = figures.received(session, scope)
    by = {f"by_{what}": figures.received_by(session, scope, what) for what in ("kind", "category", "channel")}
    units = standing(session, scope, period.end, "agency" if agency_code == EVERY else "unit")
    at_start = standing(session, Scope(scope.agency, scope.since, scope.since), period.first, "agency")
    start, end = _sum(at_start), _sum(units)
    earlier = _told_before(svc, agency_code, period)
    course = _course(svc, scope, period, start, end, back=_WEEKS if period.what == "week" and not earlier else 1)
    concluded, by_type = figures.concluded(session, scope)
    found = {
        "received": came.cases,
        "urgent": came.urgent,
        "resolved": _only(figures.cases_with(session, scope, Status.RESOLVED)),
        "reopened": _only(figures.cases_with(session, scope, Status.REOPENED)),
        "open": end.open,
        "overdue": end.overdue,
        **by,
        "by_agency" if agency_code == EVERY else "by_unit": {
            key: {"open": one.open, "overdue": one.overdue} for key, one in units.items()
        },
        "several_units": came.several_units,
        "counted": {
            "events": figures.messages_in(session, scope),
            "cases": came.cases,
            "people": came.people,
            "co_complainants": figures.joined(session, scope),
        },
        "concluded": {"n": concluded, "by_type": by_type},
        **_times(svc, scope),
        **_closings(svc, scope),
        **_opinions(svc, scope),
        "compliments": _of_kind(svc, scope, Kind.COMPLIMENT, by["by_kind"]),
        "suggestions": {
            "n": by["by_kind"].get(Kind.SUGGESTION, 0),
            "used": figures.ideas_used(session, scope),
        },
        "of_received": {"n": came.cases, "concluded": figures.concluded_of_received(session, scope)},
        "spots": [] if scope.agency is None else _spots(svc, scope.agency, period),
        "unreachable": figures.unreachable(session, scope),
        "before": _before(svc, scope, period, start, course),
        "four_weeks": (earlier or _weeks(course)) if period.what == "week" else [],
    }
    check(svc, scope, found, start, course)
    return found


def _only(counts: Mapping[str, int]) -> int:
    return sum(counts.values())


def _sum(found: Mapping[str, Standing]) -> Standing:
    return sum(found.values(), Standing(0, 0))


def _told_before(svc: Svc, agency_code: str, period: Period) -> list[dict[str, Any]]:
    """The four weeks before as they were told, where the last one was."""
    row = issues.find(svc.session, "week", agency_code, period.before().name) if period.what == "week" else None
    if row is None:
        return []
    told = row.figures
    return [*told["four_weeks"][1:], {name: told[name] for name in ("period", "received", "resolved", "open")}]


def _course(svc: Svc, scope: Scope, period: Period, start: Standing, end: Standing, back: int) -> Course:
    periods = [period]
    for _ in range(back):
        periods.insert(0, periods[0].before())
    begins = [one.since for one in periods]
    counts, moved = figures.per_stretch(svc.session, scope, begins), turnover(svc.session, scope, begins)
    open_at = [end.open, start.open]  # backwards: before a period there were those that did not come in it
    for (came, _resolved), turned in zip(counts[-2:0:-1], moved[-2:0:-1], strict=True):
        open_at.append(open_at[-1] - came - turned.came_back + turned.ended)
    return Course(tuple(periods), counts, moved, open_at[::-1])


def _weeks(course: Course) -> list[dict[str, Any]]:
    rows = zip(course.begins, course.counts, course.open, strict=True)
    return [
        {"period": period.name, "received": came, "resolved": resolved, "open": open_}
        for period, (came, resolved), open_ in rows
    ][:-1]


def _before(svc: Svc, scope: Scope, period: Period, start: Standing, course: Course) -> dict[str, Any]:
    came, resolved = course.counts[-2]
    earlier = period.before()
    answers = figures.rated_by_item(svc.session, Scope(scope.agency, earlier.since, earlier.until))
    return {
        "received": came,
        "resolved": resolved,
        "open": start.open,
        "overdue": start.overdue,
        "satisfaction": _satisfaction(answers),
    }


# --- times -----------------------------------------------------------------------------------------------------------


def _times(svc: Svc, scope: Scope) -> dict[str, Any]:
    limit = timedelta(days=svc.limits.get("first_answer_days", FIRST_ANSWER.days))
    owed = figures.answers_owed(svc.session, Scope(scope.agency, scope.since - limit, scope.until - limit))
    results = figures.results(svc.session, scope)
    on_time = sum(at.astimezone(svc.tools.zone).date() <= due for at, due in results)
    return {
        "first_answer": _median(figures.first_answers(svc.session, scope)),
        "answered_in_15_days": share(sum(_within(one, limit) for one in owed), len(owed)),
        "on_time": share(on_time, len(results)),
    }


def _within(one: tuple[datetime, datetime | None], limit: timedelta) -> bool:
    came, answered = one
    return answered is not None and answered - came <= limit


def _median(found: Moments) -> dict[str, Any]:
    hours = [(answered - came).total_seconds() / 3600 for came, answered in found if answered is not None]
    return {"n": len(hours), "median_hours": round(statistics.median(hours), 1) if hours else None}


def _closings(svc: Svc, scope: Scope) -> dict[str, Any]:
    """How cases were closed; the share is of those somebody could confirm: praise is not asked about."""
    closed, by = figures.closed(svc.session, scope)
    confirmed, silence, praise = (by.get(how, 0) for how in ("confirmed", "silence", "passed_on"))
    other = sum(by.values()) - confirmed - silence - praise
    parts = {"confirmed": confirmed, "silence": silence, "passed_on": praise, "other": other}
    return {"confirmed": {"closed": closed, **parts, **share(confirmed, closings.confirmable(by))}}


# --- opinions --------------------------------------------------------------------------------------------------------


def _opinions(svc: Svc, scope: Scope) -> dict[str, Any]:
    answers = figures.rated_by_item(svc.session, scope)
    satisfaction = _satisfaction(answers)
    unhappy = None if satisfaction["percent"] is None else 100 - satisfaction["percent"]  # the two make 100 (guide)
    why = figures.dissatisfied_because(svc.session, scope)
    return {
        "satisfaction": satisfaction,
        "dissatisfied": {"n": satisfaction["n"], "percent": unhappy, "why": why},
        "lowest": _lowest(svc, answers),
    }


def _satisfaction(answers: Mapping[str, Mapping[str, int]]) -> dict[str, int | None]:
    good = sum(points.get(point, 0) for points in answers.values() for point in surveys.SCALE[:2])
    return share(good, sum(sum(points.values()) for points in answers.values()))


def _lowest(svc: Svc, answers: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The items people were least satisfied with, where somebody was not; small cells are left out."""
    least = svc.limits["small_cell"]
    names = surveys.items(svc.session) if answers else {}
    found = []
    for item, points in answers.items():
        told = _satisfaction({item: points})
        if (told["n"] or 0) >= least and points.get("dissatisfied", 0):
            found.append({"item": item, "name": names[item].name if item in names else item, **told})
    return sorted(found, key=lambda one: (one["percent"], one["item"]))[:3]


def _of_kind(svc: Svc, scope: Scope, kind: Kind, by_kind: Mapping[str, int]) -> dict[str, Any]:
    return {"n": by_kind.get(kind, 0), "references": figures.references(svc.session, scope, kind, _SHOWN)}


def _spots(svc: Svc, agency_code: str, period: Period) -> list[dict[str, Any]]:
    """Where one category was a case again in this period, counting four weeks at least: those with most first."""
    since = min(period.since, period.until - SPOTS_FOR)
    name = cache(similar.place_key)  # the same words come again and again
    again = spots.repeat_spots(svc.session, agency_code, since, period.until, name)[:_LOOKED_AT]
    new = figures.received_since(svc.session, [spot.references[-1] for spot in again], period.since)
    return [
        {
            "category": spot.category,
            "place": spot.place or spot.spot,
            "times": spot.times,
            "references": list(spot.references[-_SHOWN:]),
        }
        for spot in again
        if spot.references[-1] in new
    ][:_SHOWN]


# --- beside the cases ------------------------------------------------------------------------------------------------


def beside(svc: Svc, agency_code: str, period: Period) -> Figures:
    """What stands beside the counts: the machine, LINE's quota, the chain."""
    links, head = history.head(svc.session)
    return {
        "quota": quota(svc),
        "model": _model(svc, agency_code, period),
        "chain": {"head": head, "links": links},
    }


def quota(svc: Svc) -> dict[str, Any]:
    """This month's pushes on LINE: how many went, how many will have at its end if it goes on like this."""
    local = svc.now.astimezone(svc.tools.zone)
    stands = pushes.standing(svc.session, pushing.COSTS, pushing.month_of(local))
    return {
        "known": stands.most is not None,
        "used": stands.used,
        "limit": stands.most,
        "forecast": pushing.forecast(stands.used, local),
        "held": figures.held_for_quota(svc.session),
    }


def _model(svc: Svc, agency_code: str, period: Period) -> dict[str, Any]:
    found = verdicts.Counts(agency_code)
    mine = None if agency_code == EVERY else agency_code
    for _stretch, one in verdicts.counts(svc.session, [period.since], period.until, mine):
        found = found + one
    return {
        "version": figures.engine_version(svc.session, scope_of(agency_code, period)),
        "cases": found.cases,
        "confirmed": found.confirmed,
        "right_percent": percent(found.confirmed_right, found.confirmed),
        "abstained_percent": percent(found.abstained, found.cases),
    }


# --- do they agree? --------------------------------------------------------------------------------------------------


def check(svc: Svc, scope: Scope, found: Figures, start: Standing, course: Course) -> None:
    """Hold every total against its parts, and how cases stood against what the events say. Raises DoesNotReconcile."""
    turned, (came, resolved) = course.turnover[-1], course.counts[-1]
    units = found.get("by_unit") or found.get("by_agency") or {}
    by_events = start.open + found["received"] + turned.came_back - turned.ended
    shut = found["confirmed"]
    rated = figures.rated(svc.session, scope)
    sums = {
        **{f"received by {name}": (found["received"], _only(found[f"by_{name}"])) for name in _PARTS},
        "received by stretch": (found["received"], came),
        "resolved by stretch": (found["resolved"], resolved),
        "open by unit": (found["open"], sum(one["open"] for one in units.values())),
        "overdue by unit": (found["overdue"], sum(one["overdue"] for one in units.values())),
        "open by the events of the period": (found["open"], by_events),
        "concluded by type": (found["concluded"]["n"], _only(found["concluded"]["by_type"])),
        "closed by how": (shut["closed"], sum(shut[how] for how in ("confirmed", "silence", "passed_on", "other"))),
        "satisfaction by item": (found["satisfaction"]["n"], rated),
    }
    places = [f"{name}: {total} is not {parts}" for name, (total, parts) in sums.items() if total != parts]
    places += [f"status of {reference} is not its last event's" for reference in bent(svc.session, scope)]
    if places:
        raise DoesNotReconcile(places)


_PARTS = ("kind", "category", "channel")
