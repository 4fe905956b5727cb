"""Move a case along its way: accept, tell, report, conclude, confirm, reopen. Each records, then tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.actions import notices, surveying
from handlers.actions.telling import Told, first_answer, tell
from handlers.rules.case_status import CITIZEN, HEAD, MoveNotAllowed, check_move
from handlers.services import Svc
from handlers.texts.replies import without_photo_reason
from storage import cases, handling, history, riding
from storage.people import Post
from storage.tables import Case, StatusUpdate
from storage.words import ENDED, IDEAS, Conclusion, Kind, Status

# What ends a case, or tells its result, makes older news of it old.
_TOLD_ANEW = frozenset({*ENDED, Status.RESOLVED, Status.REOPENED})


def move(
    svc: Svc,
    case: Case,
    to: Status,
    what: str,
    *,
    acting: Sequence[str],
    post: Post | None = None,
    note: str | None = None,
) -> StatusUpdate:
    """Take an allowed step and record it. Raises MoveNotAllowed when none of `acting` may take it."""
    before = Status(case.status)
    by = _first_allowed(before, to, acting)
    update = record(svc, case, what, by=post.role if post else by, status=to, post=post, note=note)
    if before == Status.NEED_INFO:
        _clock_goes_on(svc, case)
    return update


def _clock_goes_on(svc: Svc, case: Case) -> None:
    """We wait for the complainant no more, whatever ended it: the working days we did are added to the case's date."""
    waited = 0 if case.waiting_since is None else svc.hours.working_days_between(case.waiting_since, svc.today)
    if waited:
        case.extended_to = svc.hours.add_working_days(case.extended_to or case.due_on, waited)
    case.waiting_since = case.asked_from = None


def _first_allowed(now: Status, to: Status, acting: Sequence[str]) -> str:
    for by in acting:
        try:
            check_move(now, to, by)
        except MoveNotAllowed:
            continue
        return by
    raise MoveNotAllowed(now, to)


def record(
    svc: Svc,
    case: Case,
    what: str,
    *,
    by: str,
    status: Status | None = None,
    post: Post | None = None,
    note: str | None = None,
) -> StatusUpdate:
    """Append what happened, and link it into the chain."""
    update = cases.add_update(
        svc.session,
        case,
        at=svc.now,
        what=what,
        by=by,
        status=status,
        person_id=post.person_id if post else None,
        note=note,
        masked=svc.tools.mask(note) if note else None,
        message_id=svc.message_id,
    )
    details = {"reference": case.reference, "status": status, "by": by, "note": note, "update": update.id}
    history.append(svc.session, what, case.id, details, svc.now, update)
    if status in _TOLD_ANEW:
        riding.end_news(svc.session, case.id)
    return update


def accept(svc: Svc, case: Case, post: Post, acting: Sequence[str]) -> Told:
    """A unit's officer takes the case on. The complainant hears of it with the next free answer."""
    update = move(svc, case, Status.IN_PROGRESS, "accepted", acting=acting, post=post)
    case.officer_id = post.person_id
    case.acknowledged_at = case.acknowledged_at or svc.now
    due = svc.texts.day(case.extended_to or case.due_on)
    return tell(svc, case, update, "status.accepted", {"unit": notices.unit_name(svc, case), "due": due}, pace="plain")


def tell_words(svc: Svc, case: Case, post: Post, words: str) -> Told:
    """An officer's words to the complainant, and to nobody who joined."""
    update = record(svc, case, "told", by=post.role, post=post, note=words)
    first_answer(svc, case)
    return tell(svc, case, update, "status.told", {"unit": notices.unit_name(svc, case), "note": words}, alone=True)


def report(svc: Svc, case: Case, post: Post, acting: Sequence[str], words: str) -> None:
    """The unit reports its result; the complainant is not told before it is concluded."""
    move(svc, case, Status.REPORTED, "result", acting=acting, post=post, note=words)


# What became of an idea, to whoever told it and to everybody who joined.
_OF_IDEAS: dict[str, str] = {
    Conclusion.USED: "status.used",
    Conclusion.PLANNED: "status.idea_planned",
    Conclusion.NOTED: "status.idea_noted",
}
# What the complainant is asked: is it mended, or is the answer understood?
_ASKS_MENDED = frozenset({Conclusion.FIXED, Conclusion.PARTLY})
_UNDERSTOOD = ("track.button_understood", "track.button_still_asks")


def usual_conclusion(case: Case) -> Conclusion:
    """How a case of this kind ends where nobody says otherwise."""
    if case.kind in IDEAS | {Kind.COMPLIMENT}:
        return Conclusion.NOTED
    return Conclusion.EXPLAINED if case.kind == Kind.INQUIRY else Conclusion.FIXED


def conclude(
    svc: Svc, case: Case, post: Post, acting: Sequence[str], conclusion: str = "", what: str = "resolved"
) -> Told:
    """Give the reported result to the complainant, and ask whether it is really so. Raises MoveNotAllowed."""
    update = move(svc, case, Status.RESOLVED, what, acting=acting, post=post)
    case.resolved_at = svc.now
    case.conclusion_type = conclusion or case.conclusion_type or usual_conclusion(case)
    first_answer(svc, case)
    mended = case.conclusion_type in _ASKS_MENDED
    result, masked = _result(svc, case)
    values = {"date": svc.texts.day(svc.today), "unit": notices.unit_name(svc, case)}
    if case.kind in IDEAS and case.conclusion_type in _OF_IDEAS:
        idea = {"result": result, "kind": svc.texts.word(f"kinds.{case.kind}"), "unit": values["unit"]}
        return tell(svc, case, update, _OF_IDEAS[case.conclusion_type], idea, choices=_UNDERSTOOD)
    key = "status.resolved" if mended else "status.explained"
    buttons = ("track.button_fixed", "track.button_partly", "track.button_not_fixed")
    asks = buttons if mended else _UNDERSTOOD
    told = tell(svc, case, update, key, {"result": result, **values}, choices=asks, alone=True)
    _tell_joined(svc, case, "status.resolved_joined", f"update:{update.id}", result=masked, **values)
    return told


def _tell_joined(svc: Svc, case: Case, key: str, once: str, **values: str) -> None:
    """News for those who joined, a status or a masked result: nothing that was written to the complainant alone."""
    if case.confidential:
        key, values = "status.told_confidential", {}
    notices.tell_joined(svc, case, [svc.texts.bubble(key, code=case.reference, **values)], once)


def _result(svc: Svc, case: Case) -> tuple[str, str]:
    """(for the complainant, for those who joined): masked to whoever it was not written to."""
    note = cases.last_note(svc.session, case, "result")
    if note is None:
        return "", ""
    words = without_photo_reason(note.words)
    masked = svc.tools.mask(words)
    return masked if note.to_another else words, masked


def close(svc: Svc, case: Case, post: Post, acting: Sequence[str]) -> Told:
    """An officer closes a case whose result the complainant has. Raises MoveNotAllowed."""
    update = move(svc, case, Status.CLOSED, "closed", acting=acting, post=post)
    case.closed_at, case.closed_how = svc.now, "officer"
    surveying.want(svc, case)
    return tell(svc, case, update, "status.closed", {})


def confirm(svc: Svc, case: Case) -> None:
    """The complainant says it is mended: closed, and counted as confirmed."""
    update = move(svc, case, Status.CLOSED, "confirmed", acting=(CITIZEN,))
    case.closed_at, case.closed_how = svc.now, "confirmed"
    surveying.want(svc, case)
    notices.tell_unit(svc, case, "officer.closed", once=f"confirmed:{case.id}:{case.closed_at.isoformat()}")
    _tell_joined(svc, case, "status.closed", f"update:{update.id}")


def word_by(svc: Svc) -> date:
    """By when whoever had a case opened again hears of it."""
    return svc.hours.add_working_days(svc.today, svc.limits["reopened_days"])


def reopen(svc: Svc, case: Case, words: str = "", post: Post | None = None) -> None:
    """The complainant says in these words that it is not mended, or the head (`post`) saw it: open again, and the unit
    and its head are told. Raises MoveNotAllowed."""
    acting = (CITIZEN,) if post is None else (HEAD,)
    what = "reopened" if post is None else "reopened_head"
    update = move(svc, case, Status.REOPENED, what, acting=acting, post=post, note=words if post else None)
    case.resolved_at = case.closed_at = None
    case.conclusion_type = case.closed_how = None
    handling.wanted_no_more(svc.session, case.id)
    once, said = f"update:{update.id}", {"words": svc.tools.mask(words)} if words else {}
    notices.tell_unit(svc, case, "reply.reopened" if said else "officer.reopened", once=once, **said)
    values = {"unit": notices.unit_name(svc, case), "date": svc.texts.day(word_by(svc))}
    _tell_joined(svc, case, "track.not_fixed", once, **values)
    if post is not None:
        tell(svc, case, update, "status.reopened_head", values, alone=True)


@dataclass(frozen=True)
class Hurry:
    """A wish for speed: was it passed on, the how-manieth it is, and from when one may ask again."""

    passed_on: bool
    count: int
    again_on: date


def hurry(svc: Svc, case: Case) -> Hurry:
    """The complainant asks us to hurry: the unit is told, at most once in so many working days."""
    days = svc.limits["hurry_days"]
    before = [row for row in cases.updates(svc.session, [case.id]) if row.what == "hurried"]
    if before:
        again_on = svc.hours.add_working_days(before[-1].at.astimezone(svc.tools.zone).date(), days)
        if svc.today < again_on:
            return Hurry(False, len(before), again_on)
    update = record(svc, case, "hurried", by=CITIZEN)
    notices.tell_unit(svc, case, "officer.hurried", once=f"update:{update.id}")
    return Hurry(True, len(before) + 1, svc.hours.add_working_days(svc.today, days))


def withdraw(svc: Svc, case: Case) -> None:
    """The complainant takes the case back. Raises MoveNotAllowed once it has a result."""
    move(svc, case, Status.WITHDRAWN, "withdrawn", acting=(CITIZEN,))
    case.conclusion_type = "withdrawn"
    notices.tell_unit(svc, case, "officer.withdrawn", once=f"withdrawn:{case.id}")
