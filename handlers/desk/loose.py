"""A picture an officer sends without a word: of which of their cases is it, or of a matter of their own?"""

from __future__ import annotations

from handlers import access
from handlers.access import Actor
from handlers.actions import drafts
from handlers.desk.order import button
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage import cases
from storage.words import Status

_MOST = 3  # cases offered
_KEY = "loose"
_AT_WORK = (Status.IN_PROGRESS, Status.RETURNED_INCOMPLETE, Status.REPORTED)
# What the person is in the middle of: a picture belongs to that.
_ASKED = frozenset(
    {"adding", "detail", "maybe", "asked", "privacy", "withdrawing", "secret_for", "recording", "filling", "order"}
)


def ask(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Ask whose it is. None where it is clear, or this officer has no case in hand."""
    every = (incoming, *incoming.more)
    alone = all(one.kind == "image" and not one.text.strip() for one in every) and not incoming.quoted_id
    if not (alone and talk.private and actor.works_here) or _ASKED & set(talk.state):
        return None
    if drafts.draft_of(talk) is not None:
        return None
    held = [case for case in cases.held_by(svc.session, actor.person_id, _AT_WORK) if access.sees(actor, case)]
    if not held:
        return None
    talk.state[_KEY] = [*talk.state.get(_KEY, ()), talk.message.id, *(row.id for row in talk.others)]
    choices = (*(button("photo", case.reference) for case in held[:_MOST]), *_own(svc))
    return [Say(svc.texts.say("officer.whose_photo"), choices)]


def _own(svc: Svc) -> tuple[Choice, ...]:
    return (Choice(svc.texts.word("officer.button_own_matter")),)


def is_own(svc: Svc, talk: Talk, incoming: Incoming) -> bool:
    """Do they say, or go on to tell, that it is a matter of their own? Then the pictures begin it."""
    rows = talk.state.get(_KEY)
    if not rows or (incoming.kind == "text" and not says_own(incoming) and heard.knows(incoming.text)):
        return False
    del talk.state[_KEY]
    drafts.keep(svc, talk, Draft(message_ids=list(rows), photos=len(rows)))
    return True


def says_own(incoming: Incoming) -> bool:
    """Was the button "a matter of my own" tapped, or typed?"""
    return incoming.kind == "text" and heard.plain(incoming.text) in heard.load()["desk"]["own_matter"]


def taken(talk: Talk) -> list[int]:
    """Row ids of the pictures that wait for an answer; they wait no longer."""
    return list(talk.state.pop(_KEY, ()))
