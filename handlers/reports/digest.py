"""The figures of one agency and one period: counted, checked against each other, told once, and the cases behind them.

An agency "*" is all agencies of the installation together. Figures are JSON data; `KEYS` are the contract's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.reports import counting, decide
from handlers.reports.counting import EVERY, DoesNotReconcile, Figures
from handlers.reports.digest_words import board, lines
from handlers.rules import periods
from handlers.rules.periods import Period
from handlers.services import Svc
from storage import agencies, history, issues, standing
from storage import figures as counts
from storage.tables import Case, Issue

__all__ = [
    "EVERY",
    "KEYS",
    "DoesNotReconcile",
    "NoSuchFigure",
    "Row",
    "behind",
    "board",
    "contract",
    "figures",
    "issue",
    "lines",
    "told",
]

VERSION = 1
KEYS = (
    *("agency", "week", "from", "to", "received", "resolved", "reopened", "open", "overdue", "urgent"),
    *("by_category", "by_channel", "satisfaction"),
)
LONGEST = 500  # cases shown behind one figure


class NoSuchFigure(KeyError):
    """No figure of this name counts cases."""


@dataclass(frozen=True)
class Row:
    """One case behind a figure. `words` are masked; of a confidential case there are none, no category and no unit."""

    reference: str
    status: str
    category: str | None
    received_on: date
    words: str | None  # None: hidden
    unit: str | None = None


def figures(svc: Svc, agency_code: str, period: Period) -> Figures:
    """The figures of a period as they stand now. Raises DoesNotReconcile."""
    try:
        found = counting.count(svc, agency_code, period)
    except DoesNotReconcile:  # somebody may have moved a case while we counted: then it fits the second time
        found = counting.count(svc, agency_code, period)
    asks = period.what == "week" and agency_code != EVERY
    waits, to_decide = decide.waiting(svc, agency_code) if asks else ([], {})
    return {
        **_head(svc, agency_code, period),
        **found,
        **counting.beside(svc, agency_code, period),
        "decide": waits,
        "to_decide": to_decide,
    }


def _head(svc: Svc, agency_code: str, period: Period) -> Figures:
    agency = agencies.agency(svc.session, agency_code)
    return {
        "version": VERSION,
        "agency": agency_code,
        "agency_name": agency.name if agency else "",
        "what": period.what,
        "period": period.name,
        "week": period.name if period.what == "week" else None,
        "from": period.first.isoformat(),
        "to": period.end.isoformat(),
        "fiscal_year": period.fiscal_year,
        "fiscal_week": period.fiscal_week,
        "as_of": svc.now.astimezone(svc.tools.zone).isoformat(),
        "first": not counts.ever_before(svc.session, counting.scope_of(agency_code, period).agency, period.since),
    }


def told(svc: Svc, agency_code: str, period: Period) -> Figures:
    """The figures as they were told, where they were; else as they stand now. Raises DoesNotReconcile."""
    row = issues.find(svc.session, period.what, agency_code, period.name)
    return figures(svc, agency_code, period) if row is None else dict(row.figures)


def issue(svc: Svc, agency_code: str, period: Period) -> Issue:
    """The figures as they are told: computed the first time, the same ever after; its row stays locked.

    Raises DoesNotReconcile.
    """
    row = issues.find(svc.session, period.what, agency_code, period.name, lock=True)
    if row is not None:
        return row
    found = figures(svc, agency_code, period)
    new = issues.put(
        svc.session,
        what=period.what,
        agency_code=agency_code,
        period=period.name,
        since=period.since,
        until=period.until,
        now=svc.now,
        figures=found,
        chain_head=found["chain"]["head"],
    )
    if new:
        details = {"what": period.what, "agency": agency_code, "period": period.name, "figures": fingerprint(found)}
        history.append(svc.session, "issued", None, details, svc.now)
    row = issues.find(svc.session, period.what, agency_code, period.name, lock=True)
    assert row is not None
    return row


def fingerprint(found: Mapping[str, Any]) -> str:
    """What the chain keeps of figures: they cannot be changed afterwards without it showing."""
    plain = json.dumps(found, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def contract(found: Mapping[str, Any], period: Period) -> Figures:
    """What `pratu digest --format json` prints: from midnight to midnight, of other periods under their own name."""
    moments = {"week": period.name, "from": period.since.isoformat(), "to": period.until.isoformat()}
    chosen = {key: moments.get(key, found[key]) for key in KEYS}
    if period.what == "week":
        return chosen
    return {period.what if key == "week" else key: value for key, value in chosen.items()}


def behind(svc: Svc, agency_code: str, period: Period, name: str, key: str = "") -> list[Row]:
    """The cases behind one figure as they stand now, the newest first, LONGEST at most.

    `name`: received urgent resolved reopened closed open overdue by_kind by_category by_channel by_unit
    by_unit_overdue; `key` within the last five ("RD"; "" is no unit). Raises NoSuchFigure.
    """
    scope = counting.scope_of(agency_code, period)
    try:
        found = standing.cases_behind(svc.session, scope, period.end, name, key, LONGEST)
    except KeyError as unknown:
        raise NoSuchFigure(name) from unknown
    return [_behind(svc, case) for case in found]


def _behind(svc: Svc, case: Case) -> Row:
    day = case.received_at.astimezone(svc.tools.zone).date()
    if case.confidential:
        return Row(case.reference, case.status, None, day, None)
    return Row(case.reference, case.status, case.category, day, case.masked or "", case.unit_code)


def period_of(svc: Svc, row: Issue) -> Period:
    """The period an issue tells of."""
    return periods.named(row.what, row.period, svc.tools.zone)  # type: ignore[arg-type]
