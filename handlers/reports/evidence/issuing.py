"""The report as it was handed on: kept whole when it is issued, so that later figures never change what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.reports.digest import fingerprint
from handlers.reports.evidence.report import Report, as_json, from_json, report
from handlers.reports.evidence.scope import Scope
from storage import history, issues
from storage.tables import Issue

EVIDENCE = "evidence"
_ALL = "*"  # every agency of the installation
_MOVES = "as_of"  # the moment of reckoning: no figure


class NotIssued(LookupError):
    """There is no such version of the year's report."""


@dataclass(frozen=True)
class Issued:
    """One version of a year's report. `found`: the report's JSON as it was (contract: `report --out x.json`)."""

    version: int
    issued_at: datetime
    found: dict[str, Any]
    is_new: bool = False


def issue(scope: Scope) -> Issued:
    """Keep the report of the scope's year as its next version; where no figure moved since the last one, that stands.

    Raises report.DoesNotReconcile.
    """
    found = as_json(report(scope))
    last = newest(scope)
    if last is not None and _figures(last.found) == _figures(found):
        return last
    svc, version = scope.svc, last.version + 1 if last else 1
    is_new = issues.put(
        svc.session,
        what=EVIDENCE,
        agency_code=scope.agency_code or _ALL,
        period=str(scope.year) if version == 1 else f"{scope.year}#{version}",
        since=scope.span.since,
        until=scope.span.until,
        now=svc.now,
        figures=found,
        chain_head=history.head(svc.session)[1],
    )
    if is_new:
        kept = {"agency": scope.agency_code, "year": scope.year, "version": version, "figures": fingerprint(found)}
        history.append(svc.session, "evidence_issued", None, kept, svc.now)
    return _issued(_rows(scope)[-1], is_new=is_new)


def newest(scope: Scope) -> Issued | None:
    """The version issued last; None where the year was never issued."""
    found = versions(scope)
    return found[-1] if found else None


def version(scope: Scope, number: int) -> Issued:
    """The version of this number; the newest for 0. Raises NotIssued."""
    found = {one.version: one for one in versions(scope)}
    if not found or (number and number not in found):
        raise NotIssued(f"{scope.year} version {number or 1} was not issued")
    return found[number or max(found)]


def as_it_was(scope: Scope, issued: Issued) -> Report:
    """The report a version was made of."""
    return from_json(issued.found, scope.years)


def standing(scope: Scope, found: Report) -> tuple[Issued | None, bool]:
    """The newest version of the year, and whether a report says the same as it."""
    last = newest(scope)
    return last, last is not None and _figures(last.found) == _figures(as_json(found))


def versions(scope: Scope) -> list[Issued]:
    """Every version of the year, oldest first."""
    return [_issued(row) for row in _rows(scope)]


def _rows(scope: Scope) -> list[Issue]:
    return issues.versions(scope.svc.session, EVIDENCE, scope.agency_code or _ALL, str(scope.year))


def _issued(row: Issue, *, is_new: bool = False) -> Issued:
    return Issued(issues.version_of(row), row.issued_at, dict(row.figures), is_new)


def _figures(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != _MOVES}
