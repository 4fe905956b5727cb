"""Somebody else has told of this already: join that case, or go on with one's own. Asked once, before the review."""

from __future__ import annotations

from handlers import access, receipts
from handlers.access import Actor
from handlers.actions import drafts, joins
from handlers.messages import Incoming, Part, Say
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.views import case_card
from storage import cases, spots


def is_answer(draft: Draft, incoming: Incoming) -> bool:
    """Is this a yes or a no to "join?", which is open?"""
    return draft.step == "similar" and heard.means(incoming.text, *_JOIN, *_APART)


def take(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part] | None:
    """Joined, or filed where that case ended meanwhile. None: it is another matter, and goes on to the review."""
    drafts.take_beside(svc, talk, draft, incoming)
    reference, draft.similar, draft.may_join = draft.similar, "", False
    if heard.means(incoming.text, *_APART):
        drafts.keep(svc, talk, draft)
        return None
    try:
        joined = joins.join(svc, talk.conversation, talk.account, reference, draft)
    except joins.Ended:
        return [Say(svc.texts.say("join.ended")), *receipts.file(svc, talk, draft)]
    drafts.drop(talk)
    talk.state["filed"] = {"reference": reference, "at": svc.now.isoformat()}
    return _receipt(svc, reference, joined)


def _receipt(svc: Svc, reference: str, joined: joins.Joined) -> list[Part]:
    case = cases.get(svc.session, joined.row.case_id)
    count = spots.joined_count(svc.session, case.id)
    say = svc.texts.bubble("confirm.joined", code=reference, n=count, secret=joined.secret)
    return [say, case_card(svc, case, secret=joined.secret, joined=joined.row)]


def again(svc: Svc, talk: Talk, actor: Actor) -> list[Part] | None:
    """The button once more: still joined, once. None: there is nothing to join."""
    reference = receipts.just_filed(svc, talk)
    case = None if reference is None else cases.by_reference(svc.session, reference)
    if case is None or access.place_in(svc, actor.person_id, case) is None:
        return None
    return [svc.texts.bubble("confirm.joined_again", code=case.reference)]


_JOIN = ("join", "yes", "same_case")
_APART = ("not_same", "new_case", "no")
