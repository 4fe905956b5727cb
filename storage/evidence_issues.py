"""Yearly evidence as it was issued: each version as a row that never moves again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from storage.db import Session
from storage.statistics import Span
from storage.tables import HistoryEntry, Issue

EVIDENCE = "evidence"
ALL = "*"  # every agency of the installation


def period_of(year: int, version: int) -> str:
    """ "2570", and from the second version on "2570#2"."""
    return str(year) if version == 1 else f"{year}#{version}"


def version_of(issue: Issue) -> int:
    """Which version of its year an issue is, from 1."""
    return int(issue.period.partition("#")[2] or 1)


def versions(session: Session, agency_code: str | None, year: int) -> list[Issue]:
    """What was issued for a fiscal year, oldest first. `agency_code` None: for every agency together."""
    found = session.scalars(
        select(Issue).where(
            Issue.what == EVIDENCE,
            Issue.agency_code == (agency_code or ALL),
            or_(Issue.period == str(year), Issue.period.startswith(f"{year}#")),
        )
    )
    return sorted(found, key=version_of)


def add(
    session: Session, agency_code: str | None, year: int, span: Span, figures: dict[str, Any], now: datetime
) -> Issue:
    """Keep a new version; the chain's head as it stands now says up to where the history counts."""
    version = len(versions(session, agency_code, year)) + 1
    head = select(HistoryEntry.hash).where(HistoryEntry.id == select(func.max(HistoryEntry.id)).scalar_subquery())
    issue = Issue(
        what=EVIDENCE,
        agency_code=agency_code or ALL,
        period=period_of(year, version),
        since=span.since,
        until=span.until,
        issued_at=now,
        figures=figures,
        chain_head=session.scalar(head),
    )
    session.add(issue)
    session.flush()
    return issue
