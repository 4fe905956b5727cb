"""What may follow: which commands would work on a case now, for this person, and why another does not."""

from __future__ import annotations

from handlers import access
from handlers.actions import deciding, hurrying, notices
from handlers.desk.order import Order, button
from handlers.messages import Choice, Say
from handlers.rules.case_status import UNIT, may_move
from handlers.rules.duties import DUTIES, may
from handlers.rules.escalation import PRAISE
from handlers.services import Svc
from storage import cases, people
from storage.people import Post
from storage.tables import Case
from storage.words import ENDED, IDEAS, Kind, Status

S = Status

# What one does next, the likeliest first.
_NEXT: dict[Status, tuple[str, ...]] = {
    S.SCREENING: ("category",),
    S.ASSIGNED: ("accept",),
    S.REOPENED: ("accept",),
    S.NEED_INFO: ("accept",),
    S.IN_PROGRESS: ("result", "defer"),
    S.RETURNED_INCOMPLETE: ("result", "defer"),
    S.REPORTED: ("propose", "close"),
    S.HEAD_REVIEW: ("approve", "back"),
    S.RESOLVED: ("close",),
}
# Where a command takes a case; one that is not here leaves it where it is.
_LEADS_TO: dict[str, tuple[Status, ...]] = {
    "accept": (S.IN_PROGRESS,),
    "return": (S.SCREENING,),
    "ask": (S.NEED_INFO,),
    "result": (S.REPORTED,),
    "propose": (S.HEAD_REVIEW,),
    "approve": (S.RESOLVED,),
    "back": (S.RETURNED_INCOMPLETE, S.REOPENED),
    "close": (S.RESOLVED, S.CLOSED),
    "assign": (S.ASSIGNED,),
    "forward": (S.TRANSFERRED,),
    "reject": (S.NOT_ACCEPTED,),
    "merge": (S.MERGED,),
}


def works(name: str, case: Case, post: Post) -> bool:
    """Would the table of statuses let this person do it now?"""
    if name not in DUTIES or not may(name, access.parties(post, case)):
        return False
    leads = None if name == "result" and access.is_member(post, case) else _LEADS_TO.get(name)  # a share moves nothing
    return leads is None or any(
        may_move(Status(case.status), to, by) for to in leads for by in access.acts_as(post, case)
    )


def takes_up(case: Case, post: Post) -> bool:
    """Does this person do a unit's work on it?"""
    return UNIT in access.acts_as(post, case)


def buttons(svc: Svc, order: Order) -> tuple[Choice, ...]:
    """What this person can do now with one tap; where words are needed, the tap asks for them."""
    case, post = order.case, order.post
    if case.kind == Kind.COMPLIMENT and case.status in PRAISE and takes_up(case, post):
        return (notices.thanks(svc, case),)
    names = [name for name in _NEXT.get(Status(case.status), ()) if works(name, case, post)]
    if case.status == S.REPORTED and len(names) == len(_NEXT[S.REPORTED]):
        names.remove("close" if deciding.head_decides(svc, case) else "propose")
    if order.actor.in_group:
        names = [name for name in names if name not in ("approve", "back")]
    if case.urgent and case.acknowledged_at is None and case.status not in ENDED:
        names.insert(0, "acknowledge")
    if case.kind in IDEAS and case.status == S.IN_PROGRESS and takes_up(case, post):
        names.append("close")  # it asks what became of the idea
    if not order.actor.in_group and hurrying.may_hurry(case) and works("hurry", case, post):
        names.append("hurry")
    return tuple(_button(name, case) for name in names)


def _button(name: str, case: Case) -> Choice:
    """Naming the category that was guessed takes a case out of screening."""
    return button(name, case.reference, case.category if name == "category" else "")


def not_now(svc: Svc, order: Order) -> Say:
    """It cannot be done now: how the case stands, who was faster, and what would work."""
    case, texts = order.case, svc.texts
    lines = [texts.say("officer.not_now", code=case.reference, status=texts.status(case.status))]
    if order.name == "accept" and case.status == S.IN_PROGRESS:
        lines = [_taken(svc, order)]
    choices = buttons(svc, order)
    if case.status == S.SCREENING and any(choice.says == _button("category", case).says for choice in choices):
        lines.append(texts.say("officer.category_first", code=case.reference))
    view = button("view", case.reference)
    return Say("\n".join(lines), (*choices, view))


def _taken(svc: Svc, order: Order) -> str:
    """Who took it, and when."""
    case = order.case
    rows = [row for row in cases.updates(svc.session, [case.id]) if row.what == "accepted"]
    if not rows:
        return svc.texts.say("officer.not_now", code=case.reference, status=svc.texts.status(case.status))
    time = svc.texts.moment(rows[-1].at)
    if rows[-1].person_id == order.post.person_id:
        return svc.texts.say("officer.taken_by_you", code=case.reference, time=time)
    name = name_of(svc, case.agency_code, rows[-1].person_id)
    return svc.texts.say("officer.taken", code=case.reference, name=name, time=time)


def name_of(svc: Svc, agency_code: str, person_id: int | None) -> str:
    """A colleague's name, or a word for one who has none with us (a member of a group without a post)."""
    posts = people.posts_in(svc.session, agency_code, svc.today)
    found = next((post.name for post in posts if post.person_id == person_id and post.name), "")
    return found or svc.texts.word("officer.somebody")
