"""The guide's flow charts F-1 and F-2 with this year's numbers at their boxes, and those responsible (CS3)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from handlers.reports.evidence.pack import Box, Chart, Grid, Pack, Section, Words, made, plain
from handlers.reports.evidence.people import Responsible, one_agency
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Cell, percent, shares
from handlers.reports.evidence.written import lines
from handlers.reports.paper import local_date
from handlers.rules.plans import planned
from storage import agencies, statistics
from storage.tables import RegisterLine


@cache
def _charts() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "charts.toml").read_text(encoding="utf-8"))


def flow(scope: Scope) -> Pack:
    """F-1: how complaints are gathered and handled, with numbers at every branch."""
    return made(one_agency(scope), "flow", [flow_section(scope)])


def flow_section(scope: Scope) -> Section:
    """The same as one section of another paper."""
    scope = one_agency(scope)
    given, people = _charts()["F-1"], Responsible(scope)
    counts = _flow_counts(scope)
    received = counts["received"]
    word = scope.svc.texts.word

    def told(source: str) -> str:
        if not source:
            return ""
        if not received:
            return word("pack.count", n=NO_DATA)
        share = counts.get(f"share:{source}")
        n = counts.get(source, 0)
        return word("pack.count", n=n) if share is None else word("pack.count_share", n=n, percent=share)

    blocks = (_chart(given, people, told), Words((word("pack.n_cases", n=received),), quiet=True), _responsible(people))
    return Section("F-1", given["code"], given["title"], blocks)


def _chart(given: Mapping[str, Any], people: Responsible, told: Callable[[str], str]) -> Chart:
    boxes = given["box"]

    def box(name: str) -> Box:
        one = boxes[name]
        who = people.named(one.get("who", ""))
        return Box(name, one["text"], tuple(one.get("points", ())), who, told(one.get("count", "")))

    rows = tuple(tuple(box(name) for name in row) for row in given["rows"])
    return Chart(rows, tuple((since, to) for since, to in given["arrows"]), alt=given["title"])


def _flow_counts(scope: Scope) -> dict[str, int]:
    """Cases received in the year, at each point of the chart; "share:…" of those that divide all of them."""
    session, code, span = scope.svc.session, scope.agency_code, scope.span
    channels = {key[0]: n for key, (n,) in statistics.cases_by(session, code, [span], "channel").items()}
    routes = {key[0]: n for key, (n,) in statistics.cases_by(session, code, [span], "route").items()}
    inlet_of = {channel: inlet for inlet, codes in _charts()["F-1"]["inlets"].items() for channel in codes}
    inlets = dict.fromkeys(("own", "letter", "person", "ministry"), 0)
    for channel, n in channels.items():
        inlets[inlet_of.get(channel, "own")] += n
    ways = {way: routes.get(way, 0) for way in ("general", "urgent", "multi")}
    found = {
        "received": sum(channels.values()),
        "concluded": statistics.concluded(session, code, span, scope.svc.tools.zone).concluded,
        **{f"passed:{status}": n for status, n in statistics.passed(session, code, span).items()},
        **{f"notice:{recipient}": n for recipient, n in statistics.notices(session, code, span).items()},
    }
    for kind, parts in (("inlet", inlets), ("route", ways)):
        found |= {f"{kind}:{name}": n for name, n in parts.items()}
        if sum(parts.values()):
            whole = zip(parts, shares(list(parts.values())), strict=True)
            found |= {f"share:{kind}:{name}": share for name, share in whole}
    return found


def _responsible(people: Responsible) -> Grid:
    """Who it is that the boxes name: units with their telephones, and people as the register of owners has them."""
    word = people.scope.svc.texts.word
    rows: list[tuple[Cell, ...]] = [(people.named("head"), people.agency.name, people.agency.phone or NO_DATA)]
    for unit in people.units:
        does = word("pack.does_intake") if unit.intake else word("pack.does_work")
        rows.append((does, unit.name, unit.phone or NO_DATA))
    rows += [(owner.name, owner.unit, owner.phone) for owner in people.owners("CS3")]
    names = [word(f"pack.responsible.{name}") for name in ("who", "unit", "phone")]
    return plain(names, rows, lead=word("pack.responsible.title"))


def quality(scope: Scope) -> Pack:
    """F-2: how the quality of service is followed: the chain, and what was planned beside what was done."""
    scope = one_agency(scope)
    given, people = _charts()["F-2"], Responsible(scope)
    plan = lines(scope, "monitoring")
    done = _done(scope)
    word = scope.svc.texts.word
    counted = {
        "targets": (len(lines(scope, "target")), "pack.count_targets"),
        "occasions": (sum(done.values()), "pack.count_occasions"),
        "improvements": (len(lines(scope, "improvement")), "pack.count_improvements"),
    }

    def told(source: str) -> str:
        if source not in counted:
            return ""
        n, key = counted[source]
        return word(key, n=n or NO_DATA)

    methods = [(line.cells["name"], line.cells["frequency"]) for line in plan] or given["sample"]["lines"]
    listed = [word("pack.method", name=name, frequency=frequency) for name, frequency in methods]
    filled = {**given["box"], "channels": {**given["box"]["channels"], "points": listed}}
    chart = _chart({**given, "box": filled}, people, told)
    notes = () if plan else (Words((word("pack.sample_plan"),), quiet=True),)
    section = Section("F-2", given["code"], given["title"], (chart, *notes))
    table = Section("F-2", given["code"], word("pack.plan.title"), (_plan(scope, plan, done),))
    return made(scope, "quality", [section, table])


def _done(scope: Scope) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines(scope, "occasion"):
        found[line.cells["monitoring"]] = found.get(line.cells["monitoring"], 0) + 1
    return found


def _plan(scope: Scope, plan: list[RegisterLine], done: dict[str, int]) -> Grid:
    """Planned times of the year and up to today, what was done of it, and the matters that came by that channel."""
    svc, word = scope.svc, scope.svc.texts.word
    begins, ends = (local_date(svc, moment) for moment in scope.bounds)
    today = min(max(svc.today + timedelta(days=1), begins), ends)
    holidays = agencies.holidays(svc.session, begins, ends)
    found = statistics.cases_by(svc.session, scope.agency_code, [scope.span], "channel")
    rows = []
    for line in plan:
        cells = line.cells
        times = _times(cells["per"], begins, ends, today, holidays)
        actual: Cell = done.get(line.code, 0) if done else NO_DATA
        reached = percent(done.get(line.code, 0), times[1]) if done and isinstance(times[1], int) else None
        came = found.get((cells.get("channel", ""),))
        rows.append(
            (
                cells["name"],
                cells["frequency"],
                *times,
                actual,
                NO_DATA if reached is None else reached,
                NO_DATA if came is None else came[0],
                cells["responsible"],
            )
        )
    names = ("method", "frequency", "year", "until_now", "done", "percent", "cases", "who")
    return plain(
        [word(f"pack.plan.{name}") for name in names],
        rows,
        nothing=word("pack.nothing"),
        notes=(word("pack.plan.note"),),
    )


def _times(per: str, begins: date, ends: date, today: date, holidays: frozenset[date]) -> tuple[Cell, Cell]:
    whole, so_far = planned(per, begins, ends, holidays), planned(per, begins, today, holidays)
    return NO_DATA if whole is None else whole, NO_DATA if so_far is None else so_far
