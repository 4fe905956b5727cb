"""The contract's figures of a week, counted in plain Python from what `pratu export cases` gives and from answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from storage import exports
from storage.db import Session
from storage.tables import SurveyAnswer
from tests.world import BANGKOK

SETTLED = {"resolved", "closed", "transferred", "not_accepted", "withdrawn", "merged"}
Row = dict[str, Any]


def rows(session: Session) -> list[Row]:
    """Every exported case."""
    return [row for row in exports.cases(session, BANGKOK, True, lambda _case: False, str) if row["status"] != "draft"]


def moment(day: date) -> datetime:
    return datetime.combine(day, time(), BANGKOK)


def status_before(row: Row, end: datetime) -> str | None:
    """The status of a case's last event before a moment."""
    stood = [one["status"] for one in row["events"] if one["status"] and datetime.fromisoformat(one["at"]) < end]
    return stood[-1] if stood else None


def is_open(row: Row, end: datetime) -> bool:
    return datetime.fromisoformat(row["received_at"]) < end and status_before(row, end) not in SETTLED


def is_overdue(row: Row, monday: date) -> bool:
    due = date.fromisoformat(row["extended_to"] or row["due_on"])
    return is_open(row, moment(monday)) and status_before(row, moment(monday)) != "need_info" and due < monday


def with_event(found: Iterable[Row], status: str, since: datetime, until: datetime) -> int:
    """Cases with an event of this status in [since, until)."""
    return sum(
        any(one["status"] == status and since <= datetime.fromisoformat(one["at"]) < until for one in row["events"])
        for row in found
    )


def satisfaction(session: Session, agency: str | None, since: datetime, until: datetime) -> dict[str, int | None]:
    answers = [
        one.answer
        for one in session.scalars(select(SurveyAnswer))
        if agency in (None, one.agency_code) and one.answer and one.answered_at and since <= one.answered_at < until
    ]
    good = sum(one in ("very_satisfied", "satisfied") for one in answers)
    return {"n": len(answers), "percent": int(good * 100 / len(answers) + 0.5) if answers else None}


def figures(session: Session, agency: str | None, first: date, end: date) -> dict[str, Any]:
    """The contract's figures from one day up to another, which is not in it."""
    since, until = moment(first), moment(end)
    mine = [row for row in rows(session) if agency in (None, row["agency"])]
    came = [row for row in mine if since <= datetime.fromisoformat(row["received_at"]) < until]
    return {
        "received": len(came),
        "resolved": with_event(mine, "resolved", since, until),
        "reopened": with_event(mine, "reopened", since, until),
        "open": sum(is_open(row, until) for row in mine),
        "overdue": sum(is_overdue(row, end) for row in mine),
        "urgent": sum(row["urgent"] for row in came),
        "by_category": dict(Counter(row["category"] for row in came)),
        "by_channel": dict(Counter(row["channel"] for row in came)),
        "satisfaction": satisfaction(session, agency, since, until),
    }


def week(session: Session, agency: str, monday: date) -> dict[str, Any]:
    """The same of the ISO week that begins on this Monday."""
    return figures(session, agency, monday, monday + timedelta(days=7))
