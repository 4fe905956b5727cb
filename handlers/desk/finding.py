"""Cases by words, by place or by a part of the reference; and those past their date. Only what one may see."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import access
from handlers.access import Actor
from handlers.actions import finding, news, notices
from handlers.desk.looking import queue_line
from handlers.desk.order import example
from handlers.messages import Choice, Part, Say
from handlers.rules.case_status import HEAD
from handlers.services import Svc, Talk
from handlers.texts import shortened
from storage import cases
from storage.tables import Case
from storage.words import Status

MOST = 8  # lines in a bubble
_NEVER_LATE = (Status.NEED_INFO, Status.RESOLVED)  # narrows the query; notices.is_overdue decides


def find(svc: Svc, _talk: Talk, actor: Actor, query: str) -> list[Part]:
    """Cases that hold these words in their masked text or place, or whose reference ends so."""
    if not query.strip():
        return [Say(svc.texts.say("officer.find_what", example=example("find", svc.texts.word("officer.find_words"))))]
    found = finding.find(svc, actor, query)
    shown = shortened(svc.tools.mask(query), 40)
    if not found:
        return [Say(svc.texts.say("officer.find_none", text=shown))]
    lines = [queue_line(svc, case) for case in found[:MOST]]
    text = svc.texts.say("officer.found", text=shown, n=len(found), lines="\n".join(lines))
    return [Say(text + _more(svc, found), _views(svc, found))]


def late(svc: Svc, actor: Actor) -> list[Part]:
    """Cases past their date, the oldest date first; for a head by units, with how many each has."""
    agencies = {post.agency_code for post in actor.posts}
    found = [
        case
        for case in cases.overdue(svc.session, agencies, svc.today, _NEVER_LATE)
        if notices.is_overdue(svc, case) and access.sees(actor, case)
    ]
    if not found:
        return [Say(svc.texts.say("officer.late_none"))]
    is_head = any(HEAD in access.acts_as(post) for post in actor.posts)
    lines = _by_unit(svc, found) if is_head else [_late_line(svc, case) for case in found[:MOST]]
    text = svc.texts.say("officer.late", n=len(found), lines="\n".join(lines))
    return [Say(text + _more(svc, found), _views(svc, found))]


def unreached(svc: Svc, actor: Actor) -> list[Part]:
    """Cases whose complainant no message reaches, and which other way there is: no number stands here."""
    found = [case for case in news.unreached(svc) if access.sees(actor, case)]
    if not found:
        return [Say(svc.texts.say("officer.unreached_none"))]
    return [Say(news.listing(svc, found).text, _views(svc, found))]


def _by_unit(svc: Svc, found: Sequence[Case]) -> list[str]:
    """Each unit with its count, and below it those of its cases that are among the oldest of all."""
    units: dict[str, list[Case]] = {}
    for case in found:
        units.setdefault(notices.unit_name(svc, case), []).append(case)
    oldest = {case.id for case in found[:MOST]}
    lines: list[str] = []
    for name, theirs in units.items():
        lines.append(svc.texts.say("officer.late_unit", unit=name, n=len(theirs)))
        lines += [_late_line(svc, case) for case in theirs if case.id in oldest]
    return lines


def _late_line(svc: Svc, case: Case) -> str:
    due = case.extended_to or case.due_on
    return svc.texts.say(
        "officer.late_line",
        code=case.reference,
        days=svc.hours.working_days_between(due, svc.today),
        due=svc.texts.day(due),
        unit=notices.unit_name(svc, case),
        status=svc.texts.status(case.status),
        summary=svc.texts.say("track.hidden") if case.confidential else shortened(case.masked or "", 60),
    )


def _more(svc: Svc, found: Sequence[Case]) -> str:
    rest = len(found) - MOST
    return "\n" + svc.texts.say("officer.more", n=rest) if rest > 0 else ""


def _views(svc: Svc, found: Sequence[Case]) -> tuple[Choice, ...]:
    return tuple(Choice(svc.texts.word("officer.button_view", code=case.reference)) for case in found[:MOST])
