"""What waits for a decision of those in charge, each case once, the most pressing first."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from handlers.rules import escalation
from handlers.rules.escalation import CHASED, SCREENED
from handlers.services import Svc
from storage import agencies, cases, decisions
from storage.decisions import Waiting
from storage.words import Status

# In this order; a case that waits for two reasons is told for the first.
REASONS = ("urgent", "head_review", "reopened", "overdue", "unassigned")
KEPT = 50  # of each reason so many are kept with the figures; all are counted
QUIET = timedelta(days=7)  # overdue without a deed of an officer for so long; our choice


def waiting(svc: Svc, agency_code: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """(cases that wait, as the figures list them; how many for each reason)."""
    session, chased = svc.session, _names(CHASED)
    seen: set[int] = set()
    found: dict[str, tuple[list[Waiting], int]] = {}
    for why, rows in (
        ("urgent", decisions.unacknowledged(session, agency_code, chased)),
        ("head_review", decisions.before_the_head(session, agency_code)),
        ("reopened", decisions.reopened_again(session, agency_code)),
    ):
        new = [row for row in rows if row.case_id not in seen]
        seen |= {row.case_id for row in new}
        found[why] = new[:KEPT], len(new)
    quiet = svc.now - QUIET
    found["overdue"] = decisions.overdue_and_quiet(session, agency_code, _names(_HAD), svc.today, quiet, seen, KEPT)
    found["unassigned"] = decisions.unassigned(session, agency_code, _names(SCREENED), _screened_by(svc), seen, KEPT)
    listed = [_row(svc, why, row) for why in REASONS for row in found[why][0]]
    return listed, {why: found[why][1] for why in REASONS}


_HAD = CHASED - SCREENED - {Status.HEAD_REVIEW}  # some unit has them


def _names(statuses: frozenset[Status]) -> list[str]:
    return sorted(status.value for status in statuses)


def _screened_by(svc: Svc) -> datetime:
    """What was received before that should have a unit by now."""
    days = escalation.Limits.read(agencies.setting(svc.session, "limits")).screening
    day = escalation.latest(svc.hours, svc.today, days)
    return datetime.combine(day + timedelta(days=1), time(), svc.tools.zone)


def _row(svc: Svc, why: str, row: Waiting) -> dict[str, Any]:
    since = row.since.astimezone(svc.tools.zone).date()
    late = svc.hours.working_days_between(row.due, svc.today)
    return {
        "reference": row.reference,
        "why": why,
        "days": late if why == "overdue" else (svc.today - since).days,
        "category": None if row.confidential else row.category,
        "unit": None if row.confidential else row.unit_code,
        "confidential": row.confidential,
    }


def still_waits(svc: Svc, one: dict[str, Any]) -> bool:
    """Does a case of an earlier list still wait for what it waited for then?"""
    case = cases.by_reference(svc.session, one["reference"])
    if case is None:
        return False
    standing = {
        "urgent": case.status in CHASED and case.acknowledged_at is None,
        "head_review": case.status == Status.HEAD_REVIEW,
        "reopened": case.status == Status.REOPENED,
        "overdue": case.status in CHASED and (case.extended_to or case.due_on) < svc.today,
        "unassigned": case.status in SCREENED,
    }
    return standing[one["why"]]
