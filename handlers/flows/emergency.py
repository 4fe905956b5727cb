"""Danger: numbers to call in the very first bubble, people told at once, then the one question that matters."""

from __future__ import annotations

from handlers.actions import cases as filing
from handlers.actions import drafts, notices
from handlers.messages import Incoming, Part, Say
from handlers.receipts import file
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from handlers.views import hotline_numbers
from storage.words import Kind

# Danger we ask about discreetly: nothing of it is repeated, not even to those who are called out.
_QUIET = frozenset({"violence", "distress"})
_WITH_ADVICE = frozenset({"wire", "distress", "violence"})
_ASKS = {"distress": "emergency.distress_ask", "violence": "emergency.violence_ask"}
_NO_PLACE = ("called", "skip", "unsure_place", "send", "yes", "cannot_type", "human", "picker")


def is_running(talk: Talk) -> bool:
    """Is this chat in the middle of an emergency?"""
    draft = drafts.draft_of(talk)
    return draft is not None and draft.kind == Kind.EMERGENCY


def begin(svc: Svc, talk: Talk, incoming: Incoming, danger: str) -> list[Part]:
    """Words of danger, also in the middle of something else."""
    draft = drafts.draft_of(talk) or Draft()
    drafts.absorb(svc, talk, draft, incoming)
    draft.kind, draft.kind_chosen, draft.urgent, draft.danger = Kind.EMERGENCY, True, True, danger
    draft.confidential = draft.confidential or danger in _QUIET
    talk.account.notice_at = talk.account.notice_at or svc.now  # no reading matter before help
    _call_out(svc, talk, draft, "officer.danger_quiet" if danger in _QUIET else "officer.danger")
    first = _first(svc, danger)
    if draft.has_place:
        return [first, *file(svc, talk, draft)]
    draft.step = "place"
    draft.asked.append("place")
    drafts.keep(svc, talk, draft)
    return [first, *ask(svc, talk)]


def _first(svc: Svc, danger: str) -> Say:
    numbers = svc.texts.say("emergency.first", numbers=hotline_numbers(svc, danger))
    if danger not in _WITH_ADVICE:
        return Say(numbers)
    advice = svc.texts.say(f"emergency.{danger}")
    return Say(f"{advice}\n{numbers}" if danger == "distress" else f"{numbers}\n{advice}")


def ask(svc: Svc, talk: Talk) -> list[Part]:
    """Where? Gently, where the danger is at home or in a heart."""
    draft = drafts.draft_of(talk)
    return [svc.texts.bubble(_ASKS.get(draft.danger if draft else "", "emergency.place"))]


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part] | None:
    """Whatever comes after the numbers is taken as it is: no form, no review. None: it is no emergency after all."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    if heard.means(incoming.text, "not_emergency"):
        draft.kind, draft.urgent, draft.danger, draft.kind_chosen = Kind.COMPLAINT, False, "", True
        drafts.keep(svc, talk, draft)
        _call_out(svc, talk, draft, "officer.danger_over")
        return None
    if heard.means(incoming.text, "picker"):
        return ask(svc, talk)
    if incoming.kind == "text" and not heard.means(incoming.text, *_NO_PLACE):
        draft.place = draft.place or shortened(incoming.text, 200)
    drafts.absorb(svc, talk, draft, incoming, reclassify=False)
    return file(svc, talk, draft)


def _call_out(svc: Svc, talk: Talk, draft: Draft, key: str) -> None:
    """Everybody who could send help hears of it before there is a case; masked, and quietly where it must be."""
    routed = filing.routed_to(svc, draft)
    summary = shortened(svc.tools.mask(draft.words), 200)
    say = Say(svc.texts.say(key, summary=summary, time=svc.texts.clock(talk.message.at)))
    unit = None if draft.confidential else routed.unit
    notices.tell_duty(svc, routed.agency, unit, say, once=f"{key}:{talk.message.id}")
