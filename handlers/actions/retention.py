"""What is kept, and until when: an agency's periods, legal holds, and what goes by age."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.actions import status
from handlers.services import Svc
from storage import agencies, cases, history, holds, results, retention
from storage.people import Post
from storage.tables import Case

# Days, where the seed's retention.toml does not say otherwise; reasons stand there (domain: personal data, 6).
PERIODS = {
    "raw_bodies": 30,
    "done_events": 90,
    "unsent": 30,
    "answers": 90,
    "notices": 3653,
    "states": 30,
    "chats": 90,
    "surveys": 365,
    "requests": 1095,
    "cases": 3653,
    "cases_confidential": 7305,
    "orphans": 1,
}
_PORTION = 200
_MANY = {"done_events": 1000, "answers": 1000, "notices": 1000}  # whole rows of the queues, which go at once
_OF_CASES = frozenset({"cases", "cases_confidential"})


def before(svc: Svc, name: str) -> datetime:
    """What is older than this goes."""
    days = {**PERIODS, **agencies.setting(svc.session, "retention")}[name]
    return svc.now - timedelta(days=days)


def due(svc: Svc) -> dict[str, int]:
    """How many rows of each class are too old."""
    return {name: retention.count(svc.session, name, before(svc, name)) for name in PERIODS}


def take(svc: Svc, name: str) -> int:
    """Let a portion of one class go; how many rows. The chain keeps how many, and of which cases."""
    rows = retention.take(svc.session, name, before(svc, name), _MANY.get(name, _PORTION))
    if name in _OF_CASES:
        for case_id in rows:
            status.record(svc, cases.get(svc.session, case_id), "expired", by="system")
    if rows:
        details = {"class": name, "rows": len(rows), "before": before(svc, name).isoformat()}
        history.append(svc.session, "expired", None, details, svc.now)
    return len(rows)


def complete(svc: Svc) -> int:
    """A portion of what an older program did not write yet: whose a result is. How many rows."""
    return results.complete(svc.session)


def hold(svc: Svc, case: Case, post: Post, reason: str) -> bool:
    """Nothing of a case is erased or goes by age from now on (PDPA s. 33 (4)); False where that is so already."""
    if not holds.put(svc.session, case.id, post.person_id, reason, svc.now):
        return False
    status.record(svc, case, "held", by=post.role, post=post, note=reason)
    return True


def release(svc: Svc, case: Case, post: Post, reason: str) -> bool:
    """The hold ends; what it kept of somebody erased meanwhile goes now. False where there was none."""
    held, erase = holds.lift(svc.session, case.id, svc.now)
    if not held:
        return False
    status.record(svc, case, "hold_ended", by=post.role, post=post, note=reason)
    if erase:
        retention.forget_cases(svc.session, [case.id], case.account_id)
        status.record(svc, case, "erased", by="system")
    return True
