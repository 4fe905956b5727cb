"""The answer to a consent asked for one case: by its button at any time, or in bare words right after the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from handlers.access import Actor
from handlers.actions import consenting, drafts
from handlers.messages import Incoming, Part, Say
from handlers.receipts import CONSENT
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage import cases

_Concerning = Callable[[Svc, Talk, Actor, str | None], list[Part]]


def taking(purpose: str, given: bool) -> _Concerning:
    """What takes a button with a case's reference."""

    def take_one(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
        return _answered(svc, talk, actor, reference or "", purpose, given)

    return take_one


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Right after we asked about sensitive data. None: they talk of something else, which is no."""
    reference, until = talk.state.pop(CONSENT)
    if drafts.draft_of(talk) is not None:
        return None  # another matter was begun, with questions of its own
    allows, refuses = heard.means(incoming.text, "allow"), heard.means(incoming.text, "refuse", "no")
    if svc.now >= datetime.fromisoformat(until) or not (allows or refuses):
        return None
    return _answered(svc, talk, actor, reference, "sensitive", allows)


def _answered(svc: Svc, talk: Talk, actor: Actor, reference: str, purpose: str, given: bool) -> list[Part]:
    case = cases.by_reference(svc.session, reference)
    if case is None or case.account_id != actor.account_id:
        return [svc.texts.bubble("track.notfound", code=reference)]
    talk.state.pop(CONSENT, None)
    consenting.answer(svc, case, purpose, given)
    key = f"consent.{purpose}_{'given' if given else 'refused'}"
    return [Say(svc.texts.say(key, code=case.reference))]
