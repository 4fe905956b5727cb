"""Praise reaches whom it is for as good news, and ends by itself: with a unit's thanks, or after some quiet days."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.actions import notices
from handlers.actions.status import accept, move, report
from handlers.actions.telling import Told, first_answer, tell
from handlers.rules.case_status import SYSTEM
from handlers.services import Svc
from storage.people import Post
from storage.tables import Case
from storage.words import Conclusion, Status

PASSED_ON = "passed_on"
_UNHEARD = (Status.ASSIGNED, Status.REOPENED)


def thank(svc: Svc, case: Case, post: Post, acting: Sequence[str]) -> Told:
    """The unit heard it: every step of the way in one, for there is nothing to do and nothing to confirm.

    Who praised reads it with their next free answer. Raises MoveNotAllowed.
    """
    unit = notices.unit_name(svc, case)
    if case.status in _UNHEARD:
        accept(svc, case, post, acting)
    if case.status != Status.REPORTED:
        report(svc, case, post, acting, svc.texts.word("officer.praise_result", unit=unit))
    move(svc, case, Status.RESOLVED, "resolved", acting=acting, post=post)
    update = move(svc, case, Status.CLOSED, PASSED_ON, acting=acting, post=post)
    first_answer(svc, case)
    _end(svc, case)
    return tell(svc, case, update, "status.praise", {"unit": unit}, pace="plain")


def pass_on(svc: Svc, case: Case) -> None:
    """By the clock: the unit had it for some days, and nobody needs to say more. Raises MoveNotAllowed."""
    move(svc, case, Status.CLOSED, PASSED_ON, acting=(SYSTEM,))
    _end(svc, case)


def _end(svc: Svc, case: Case) -> None:
    case.conclusion_type, case.closed_how = Conclusion.NOTED, PASSED_ON
    case.resolved_at = case.closed_at = svc.now
