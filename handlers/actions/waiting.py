"""Ask the complainant and wait: the clock stands still until the answer; and a date put off with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.actions import notices
from handlers.actions.status import move, record
from handlers.actions.telling import Told, first_answer, tell
from handlers.rules.case_status import CITIZEN
from handlers.services import Svc
from storage import agencies
from storage.people import Post
from storage.tables import Case
from storage.words import Status

_QUESTION_BUTTONS = ("track.button_no_info",)


def answer_by(svc: Svc) -> date:
    """Until when an answer is waited for."""
    return svc.today + timedelta(days=svc.limits["need_info_close_days"])


def ask(svc: Svc, case: Case, post: Post, acting: Sequence[str], question: str) -> Told:
    """A question to the complainant alone. From now on we wait for them, not they for us. Raises MoveNotAllowed."""
    before = Status(case.status)
    update = move(svc, case, Status.NEED_INFO, "asked", acting=acting, post=post, note=question)
    case.asked_from = Status.SCREENING if before == Status.SCREENING else Status.IN_PROGRESS
    case.waiting_since = svc.today
    first_answer(svc, case)
    values = {"question": question, "due": svc.texts.day(answer_by(svc))}
    return tell(svc, case, update, "status.need_info", values, choices=_QUESTION_BUTTONS, alone=True)


def answered(svc: Svc, case: Case) -> None:
    """The complainant said more: the case goes on where it was; the working days we waited are added to its date."""
    back = Status(case.asked_from or Status.IN_PROGRESS)
    update = move(svc, case, back, "answered", acting=(CITIZEN,))
    notices.tell_unit(svc, case, "officer.answered", once=f"update:{update.id}")


def heard_from(svc: Svc, case: Case) -> bool:
    """The complainant said more: that answers an open question, and brings back what was not accepted for want of
    facts. False where it does neither."""
    if case.status == Status.NEED_INFO:
        answered(svc, case)
        return True
    if case.status != Status.NOT_ACCEPTED:
        return False
    update = move(svc, case, Status.SCREENING, "new_facts", acting=(CITIZEN,))
    case.conclusion_type = None
    case.unit_code = agencies.intake_unit(svc.session, case.agency_code)
    notices.tell_unit(svc, case, "officer.new_facts", once=f"update:{update.id}")
    return True


def go_on(svc: Svc, case: Case, post: Post, acting: Sequence[str]) -> None:
    """An officer goes on without the answer, where the case was asked from. Raises MoveNotAllowed."""
    move(svc, case, Status(case.asked_from or Status.IN_PROGRESS), "went_on", acting=acting, post=post)


def defer(svc: Svc, case: Case, post: Post, to: date, reason: str) -> Told:
    """A new date with a reason; the first promise stays written down (contract: `due_on` never moves)."""
    case.extended_to = to
    update = record(svc, case, "deferred", by=post.role, post=post, note=reason)
    first_answer(svc, case)
    values = {"reason": reason, "due": svc.texts.day(to), "unit": notices.unit_name(svc, case)}
    return tell(svc, case, update, "status.deferred", values, pace="promise")
