"""Visits to the spot: planned, then made, by whom, what was found and where the officer stood."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import drafts, status
from handlers.messages import Incoming, Part, Say
from handlers.services import Svc, Talk
from storage import cases, messages, riding, visits
from storage.people import Post
from storage.tables import Case, CaseVisit, StatusUpdate


def plan(svc: Svc, case: Case, post: Post, when: datetime, words: str = "") -> StatusUpdate:
    """A visit is planned; a later plan stands for an earlier one. Whoever gives the command tells people."""
    earlier = [row.id for row in cases.updates(svc.session, [case.id]) if row.what == "visit_planned"]
    for update_id in earlier:
        riding.drop_held(svc.session, f"update:{update_id}")  # nobody is to read of a day that is none any more
    visits.add(svc.session, case.id, post.person_id, when)
    return status.record(svc, case, "visit_planned", by=post.role, post=post, note=words or None)


def made(svc: Svc, case: Case, post: Post, found: str, present: str = "") -> CaseVisit:
    """The spot was visited, planned or not. `present`: names of those who were there; they stand in no record else."""
    visit = visits.planned(svc.session, case.id) or visits.add(svc.session, case.id, post.person_id)
    keys = svc.session.keys
    visit.made_at, visit.person_id = svc.now, post.person_id
    visit.found, visit.present = keys.seal_text(found or None), keys.seal_text(present or None)
    status.record(svc, case, "visited", by=post.role, post=post, note=found or None)
    return visit


def answers_plan(svc: Svc, talk: Talk, case: Case, incoming: Incoming) -> bool:
    """Does this answer the bubble that asked for what is seen on the visit, before that was written down?"""
    bubble = messages.find_by_platform_id(svc.session, talk.conversation.id, incoming.quoted_id)
    begins = svc.texts.say("officer.visit_planned", code=case.reference, when="\n").partition("\n")[0]
    asked = bubble is not None and messages.text_of(svc.session, bubble).startswith(begins)
    return asked and visits.planned(svc.session, case.id) is not None


def under_way(svc: Svc, talk: Talk, actor: Actor) -> CaseVisit | None:
    """The visit this person is on now: planned for the day of the message, not over when it was sent; of several the
    last whose hour has come. None while they tell a matter of their own in this chat."""
    if drafts.draft_of(talk) is not None:
        return None
    at = talk.message.at
    midnight = datetime.combine(at.astimezone(svc.tools.zone).date(), time(), svc.tools.zone)
    today = visits.of_person(svc.session, actor.person_id, midnight, midnight + timedelta(days=1), at)
    begun = [visit for visit in today if visit.planned_for is not None and visit.planned_for <= at]
    return begun[-1] if begun else next(iter(today), None)


def take_pin(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Where the officer stands: the pin of a visit that is planned, when it answers a bubble of its case, or alone on
    the day of the visit (LINE's pins can answer nothing). None: it is no such pin."""
    place = incoming.place
    if incoming.kind != "place" or place is None or place.lat is None or not actor.works_here:
        return None
    try:
        quoted = access.quoted_by_officer(svc, actor, talk.conversation, incoming.quoted_id)
    except access.NotFound as missing:
        return [Say(svc.texts.say("officer.not_found", code=missing))]
    if quoted is not None:
        visit = visits.planned(svc.session, quoted[0].id)
    else:
        visit = under_way(svc, talk, actor) if talk.private and not incoming.quoted_id else None
    case = None if visit is None else _seen(svc, actor, visit)
    if visit is None or case is None:
        return None
    visit.lat, visit.lon = place.lat, place.lon
    return [Say(svc.texts.say("officer.visit_pin", code=case.reference))]


def _seen(svc: Svc, actor: Actor, visit: CaseVisit) -> Case | None:
    try:
        return access.case_for_officer(svc, actor, cases.get(svc.session, visit.case_id).reference)[0]
    except access.NotFound:
        return None
