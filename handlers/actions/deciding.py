"""Is the result complete, does the head decide, and who is told at the end: the guide's third record and notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.actions import evidence as proof
from handlers.actions import notices, ways
from handlers.actions.status import conclude, move, record
from handlers.actions.telling import Told
from handlers.messages import Say
from handlers.rules.case_status import SYSTEM
from handlers.rules.evidence import NO_PHOTO, blocks
from handlers.services import Svc
from storage import agencies, cases, handling, people
from storage.people import Post
from storage.tables import Case
from storage.words import Role, Status

# Which cases a head decides, where neither the installation nor the agency says otherwise.
DECISIONS: dict[str, Any] = {"kinds": ["corruption"], "routes": ["multi"], "categories": [], "at_once": False}
RECIPIENTS = ("unit", "governor", "ministry", "complainant")
_FROM_ABOVE = frozenset({"ministry", "1111", "damrongdham"})


def decisions(svc: Svc, case: Case) -> dict[str, Any]:
    """What this agency's head decides."""
    agency = agencies.agency(svc.session, case.agency_code)
    own = agency.settings.get("decisions", {}) if agency else {}
    return {**DECISIONS, **agencies.setting(svc.session, "decisions"), **own}


def head_decides(svc: Svc, case: Case) -> bool:
    """Must the head see this result before the complainant does?"""
    rules = decisions(svc, case)
    return case.kind in rules["kinds"] or case.route in rules["routes"] or case.category in rules["categories"]


def missing(svc: Svc, case: Case, conclusion: str) -> list[str]:
    """What the result still lacks, in words; empty where it is complete."""
    shares = ways.missing_shares(svc, case)
    lacking = [svc.texts.word("faults.shares", units=" ".join(shares))] if shares else []
    faults = proof.faults(svc, case, last_result(svc, case), conclusion)
    if not agencies.setting(svc.session, "evidence").get("photo_required", True):
        faults = [fault for fault in faults if fault != NO_PHOTO]
    return [*lacking, *(proof.spoken(svc, [fault]) for fault in faults if blocks(fault))]


def propose(svc: Svc, case: Case, post: Post | None, acting: Sequence[str], opinion: str = "") -> int:
    """Put the result before the head, with the unit's opinion; returns how many can decide. Raises MoveNotAllowed."""
    update = move(svc, case, Status.HEAD_REVIEW, "proposed_head", acting=acting, post=post, note=opinion or None)
    deciders = notices.deciders(svc, case)
    values = {
        "result": svc.tools.mask(last_result(svc, case)),
        "evidence": evidence(svc, case),
        "opinion": "\n" + svc.texts.say("officer.opinion", unit=notices.unit_name(svc, case), opinion=opinion)
        if opinion
        else "",
    }
    for one in deciders:
        notices.tell_post(svc, one, case, "officer.head", f"update:{update.id}", **values)
    return len(deciders)


def is_by(svc: Svc, case: Case, person_id: int) -> bool:
    """Did this person report the result that waits, or put it before the head?"""
    said: dict[str, int | None] = {}
    for row in cases.updates(svc.session, [case.id]):
        if row.what in ("result", "proposed_head"):
            said[row.what] = row.person_id
    return person_id in said.values()


def evidence(svc: Svc, case: Case) -> str:
    """One line on what proves the result."""
    return proof.summary(svc, case)


def propose_at_once(svc: Svc, case: Case) -> bool:
    """Where the agency says so, a complete result goes to the head by itself."""
    if not decisions(svc, case)["at_once"] or not head_decides(svc, case) or missing(svc, case, ""):
        return False
    propose(svc, case, None, (SYSTEM,))
    return True


def send_back(svc: Svc, case: Case, post: Post | None, acting: Sequence[str], reason: str) -> None:
    """Not complete, or not good enough: back to the unit, with the reason. Raises MoveNotAllowed."""
    update = move(svc, case, Status.RETURNED_INCOMPLETE, "sent_back", acting=acting, post=post, note=reason)
    for row in handling.tasks(svc.session, case.id):
        row.done_at = None
    notices.tell_unit(svc, case, "officer.sent_back", once=f"update:{update.id}", reason=svc.tools.mask(reason))


def finish(svc: Svc, case: Case, post: Post, acting: Sequence[str], conclusion: str, what: str = "resolved") -> Told:
    """Tell the result, and write down who is to be told of it. Raises MoveNotAllowed."""
    told = conclude(svc, case, post, acting, conclusion, what)
    now, session = svc.now, svc.session
    unit = handling.want_notice(session, case.id, "unit", now)
    handling.tick(session, unit, now, "chat", person_id=post.person_id)
    complainant = handling.want_notice(session, case.id, "complainant", now)
    if told.reached:
        handling.tick(session, complainant, now, "chat", person_id=post.person_id)
    _tell_above(svc, case, post)
    if what == "approved":
        notices.tell_unit(svc, case, "officer.approved", once=f"approved:{case.id}:{now.isoformat()}")
    return told


def _tell_above(svc: Svc, case: Case, post: Post) -> None:
    """The governor and a ministry hear of what they sent, and the governor of what the agency's settings name."""
    rules = decisions(svc, case)
    if case.channel in _FROM_ABOVE or case.external_ref:
        handling.want_notice(svc.session, case.id, "ministry", svc.now)
    if case.kind not in rules.get("governor_kinds", ()) and case.route not in rules.get("governor_routes", ()):
        return
    row = handling.want_notice(svc.session, case.id, "governor", svc.now)
    governors = people.posts_in(svc.session, case.agency_code, svc.today)
    told = 0
    for one in governors:
        if one.role == Role.GOVERNOR:
            text = svc.texts.say("officer.governor", code=case.reference, unit=notices.unit_name(svc, case))
            notices.tell_person(svc, one, [Say(text)], case, f"governor:{case.id}:{svc.now.isoformat()}")
            told += 1
    if told:
        handling.tick(svc.session, row, svc.now, "chat", person_id=post.person_id)


def tick(svc: Svc, case: Case, post: Post, recipient: str, number: str) -> None:
    """An officer told one of the four by letter or telephone."""
    row = handling.want_notice(svc.session, case.id, recipient, svc.now)
    handling.tick(
        svc.session, row, svc.now, "letter" if number else "phone", number=number or None, person_id=post.person_id
    )
    record(svc, case, f"notified_{recipient}", by=post.role, post=post, note=number or None)


def owed(svc: Svc, case: Case) -> list[str]:
    """Recipients who are still to be told."""
    return [row.recipient for row in handling.notices(svc.session, case.id) if row.done_at is None]


def last_result(svc: Svc, case: Case) -> str:
    """What the unit reported last."""
    note = cases.last_note(svc.session, case, "result")
    return note.words if note is not None else ""
