"""Who is behind a confidential case is seen by two people's will: one asks with a reason, another one agrees.

Where an agency has nobody else who may agree, one is enough; that is in the chain like everything else.
"""

from __future__ import annotations

from datetime import timedelta

from handlers import access
from handlers.actions import notices, status
from handlers.messages import Choice, Say
from handlers.rules.duties import may
from handlers.services import Svc
from storage import holds, people, reveals
from storage.people import Post
from storage.tables import Case

_ASKED_FOR, _SEEN_FOR = timedelta(hours=24), timedelta(hours=1)


def may_look(svc: Svc, case: Case, post: Post, reason: str) -> bool:
    """May this officer look now? If not, those who may agree are asked."""
    others = _others(svc, case, post)
    if not others or reveals.is_agreed(svc.session, case.id, post.person_id, svc.now):
        return True
    if reveals.put(svc.session, case.id, post.person_id, reason, svc.now, svc.now + _ASKED_FOR):
        update = status.record(svc, case, "reveal_asked", by=post.role, post=post, note=reason)
        values = {"code": case.reference, "name": post.name or svc.texts.word(f"roles.{post.role}"), "reason": reason}
        button = Choice(svc.texts.word("officer.button_allow", code=case.reference))
        say = Say(svc.texts.say("officer.reveal_asked", **values), (button,))
        for other in others:
            notices.tell_person(svc, other, [say], case, once=f"reveal:{update.id}")
    return False


def _others(svc: Svc, case: Case, post: Post) -> list[Post]:
    """Everybody else who may reveal this case: each person once."""
    found: dict[int, Post] = {}
    for one in people.posts_in(svc.session, case.agency_code, svc.today):
        fits = access.may_see(one, case) and may("reveal", access.parties(one, case))
        if fits and one.person_id != post.person_id and case.account_id not in access.own_accounts(svc, one.person_id):
            found.setdefault(one.person_id, one)
    return list(found.values())


def agree(svc: Svc, case: Case, post: Post) -> bool:
    """A second person agrees to what others asked; False where nobody else did."""
    asked_by = reveals.agree(svc.session, case.id, post.person_id, svc.now, svc.now + _SEEN_FOR)
    if not asked_by:
        return False
    update = status.record(svc, case, "reveal_agreed", by=post.role, post=post)
    say = Say(svc.texts.say("officer.reveal_granted", code=case.reference))
    for one in people.posts_in(svc.session, case.agency_code, svc.today):
        if one.person_id in asked_by:
            notices.tell_person(svc, one, [say], case, once=f"reveal:{update.id}")
    return True


def write_down(svc: Svc, case: Case, post: Post, reason: str) -> None:
    """It was looked at: in the chain, and told to whoever brought a confidential case with their next free answer;
    not while a hold stands, for an inquiry must not be given away."""
    update = status.record(svc, case, "revealed", by=post.role, post=post, note=reason)
    if case.confidential and not holds.standing(svc.session, [case.id]):
        values = {"code": case.reference, "at": svc.texts.moment(svc.now), "phone": svc.phone()}
        say = Say(svc.texts.say("privacy.revealed", **values))
        notices.tell_complainant(svc, case, [say], once=f"revealed:{update.id}", news="plain")
