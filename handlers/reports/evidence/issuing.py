"""The report as it was handed on: kept whole when it is issued, so that later figures never change what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.reports.evidence.report import as_json, report
from handlers.reports.evidence.scope import Scope
from storage import evidence_issues, history
from storage.tables import Issue

_MOVES = "as_of"  # the moment of reckoning: no figure


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
    session, now = scope.svc.session, scope.svc.now
    row = evidence_issues.add(session, scope.agency_code, scope.year, scope.span, found, now)
    kept = {"agency": scope.agency_code, "year": scope.year, "version": evidence_issues.version_of(row)}
    history.append(session, "evidence_issued", None, kept, now)
    return _issued(row, is_new=True)


def newest(scope: Scope) -> Issued | None:
    """The version issued last; None where the year was never issued."""
    found = evidence_issues.versions(scope.svc.session, scope.agency_code, scope.year)
    return _issued(found[-1]) if found else None


def versions(scope: Scope) -> list[Issued]:
    """Every version of the year, oldest first."""
    return [_issued(row) for row in evidence_issues.versions(scope.svc.session, scope.agency_code, scope.year)]


def _issued(row: Issue, *, is_new: bool = False) -> Issued:
    return Issued(evidence_issues.version_of(row), row.issued_at, dict(row.figures), is_new)


def _figures(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != _MOVES}
