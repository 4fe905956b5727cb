"""T-01, T-02 and T-03: missions, customer groups and their needs, and who is heard through which channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Row, Table, table
from handlers.reports.evidence.written import lines
from storage import agencies


def missions(scope: Scope) -> Table:
    """T-01: whom each mission serves, whom it touches, and what they need."""
    rows = [
        Row(
            row.code,
            (row.name, *(_listed(row.details.get(name, ())) for name in ("clients", "stakeholders", "needs"))),
        )
        for row in _missions(scope)
    ]
    return table("T-01", scope.years, rows, len(rows))


@dataclass(frozen=True)
class _Mission:
    code: str
    name: str
    details: Mapping[str, Any]


def _missions(scope: Scope) -> list[_Mission]:
    """The agency's own register; where it has none, the installation's."""
    own = [_Mission(line.code, line.cells["name"], line.cells) for line in lines(scope, "mission")]
    return own or [_Mission(row.code, row.name, row.details) for row in agencies.register(scope.svc.session, "mission")]


def links(scope: Scope) -> Table:
    """T-02: from the province's mission to the agency's, and whether it drives it directly."""
    tick = scope.svc.texts.word("evidence.tick")
    rows = []
    for row in _missions(scope):
        given = row.details
        drives = given.get("drives", "")
        cells = (
            row.name,
            _listed(given.get("strategies", ())),
            given.get("agency_mission") or NO_DATA,
            tick if drives == "direct" else "",
            tick if drives == "indirect" else "",
            _listed(given.get("clients", ())),
            _listed(given.get("stakeholders", ())),
        )
        rows.append(Row(row.code, cells))
    return table("T-02", scope.years, rows, len(rows))


def channels(scope: Scope) -> Table:
    """T-03: the channels through which each customer group is heard."""
    session = scope.svc.session
    known = agencies.register(session, "channel")
    rows = []
    for group in agencies.register(session, "group"):
        served = [row.name for row in known if {"*", group.code} & set(row.details.get("groups", ()))]
        rows.append(Row(group.code, (group.name, ", ".join(served) or NO_DATA)))
    return table("T-03", scope.years, rows, len(rows))


def _listed(values: Sequence[str]) -> str:
    return "\n".join(f"{number}. {value}" for number, value in enumerate(values, 1)) or NO_DATA
