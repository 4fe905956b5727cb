"""Somebody in charge orders a unit to hurry ("ติดตามเร่งรัด" of the guide): written down, and told at once."""

from __future__ import annotations

from handlers.actions import status
from handlers.actions.reminding import ACTS, GOES_ON, Office, of_case, roles_of
from handlers.rules.escalation import CHASED, PRAISE, Group
from handlers.services import Svc
from storage import cases
from storage.people import Post
from storage.reminders import HURRIED
from storage.tables import Case
from storage.words import Kind, Status


class AgainToday(Exception):
    """This person gave this order today: once a day is enough."""


def may_hurry(case: Case) -> bool:
    """Does a unit, or intake, owe the next deed? What waits for the head or the complainant nobody else can hurry, and
    praise is no work."""
    praise = case.kind == Kind.COMPLIMENT and case.status in PRAISE
    return Status(case.status) in CHASED - {Status.HEAD_REVIEW} and not praise


def order(svc: Svc, case: Case, post: Post, words: str) -> int:
    """The unit's officers and its head hear it on every channel, with these words masked; returns how many people.

    Nobody outside is told: it is no news of the matter. Raises AgainToday.
    """
    if _ordered_today(svc, case, post):
        raise AgainToday(case.reference)
    update = status.record(svc, case, HURRIED, by=post.role, post=post, note=words or None)
    office = Office(svc, case)
    (leads, nobody), (works, _empty) = office.of(Group.UNIT_HEAD), office.of(Group.UNIT)
    told = works if nobody else [*leads, *works]  # instead of a unit's head nobody above is told of it
    found = {one.person_id: one for one in told}
    found.pop(post.person_id, None)
    said = svc.tools.mask(words) if words and not case.confidential else ""
    say = of_case(
        svc,
        case,
        "officer.hurry",
        *ACTS.get(Status(case.status), GOES_ON),
        who=roles_of(svc, [post]),
        words=svc.texts.word("officer.hurry_words", words=said) if said else "",
    )
    once = f"update:{update.id}"
    office.tell(found.values(), say, once, push=True, urgent=True)
    office.tell_groups(say, once, news="")
    return len(found)


def _ordered_today(svc: Svc, case: Case, post: Post) -> bool:
    return any(
        row.what == HURRIED
        and row.person_id == post.person_id
        and row.at.astimezone(svc.tools.zone).date() == svc.today
        for row in cases.updates(svc.session, [case.id])
    )
