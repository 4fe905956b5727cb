"""Words that work at every step: stop, menu, "my matters", a human, and the ways in."""

from __future__ import annotations

from collections.abc import Callable

from handlers.access import Actor
from handlers.actions import drafts
from handlers.flows import complaint, foreign, menu, own_group, privacy, subscribing, survey, tracking
from handlers.messages import Incoming, Part
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities
from storage.words import Kind

SHORT = 45  # characters
WAYS_IN = {
    "report": Kind.COMPLAINT,
    "suggest": Kind.SUGGESTION,
    "ask": Kind.INQUIRY,
    "praise": Kind.COMPLIMENT,
    "secret_report": Kind.CORRUPTION,
}
ASIDES: dict[str, Callable[[Svc, Talk], list[Part]]] = {
    "menu": menu.show,
    "hotline": menu.hotlines,
    "human": menu.human,
    "privacy": menu.privacy,
    "why": menu.why,
    "other_ways": menu.other_ways,
    "bot_or_human": menu.bot_or_human,
    "news_on": subscribing.begin,
    "news_off": subscribing.end,
}
_IN_PASSING = frozenset({"human", "why", "bot_or_human"})  # heard inside a short sentence as well


def escape(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Words that work at every step."""
    text = incoming.text
    if incoming.kind != "text":
        return None
    draft = drafts.draft_of(talk)
    short = len(text) <= SHORT and not entities.find_references(text)
    if draft is None and (heard.means(text, "withdraw") or (short and heard.holds(text, "wants", "withdraw"))):
        return tracking.ask_withdraw(svc, talk, actor, None)
    if heard.means(text, "cancel") and "withdrawing" not in talk.state and "privacy" not in talk.state:
        talk.state.pop("secret_for", None)
        talk.state.pop("adding", None)
        if survey.is_running(svc, talk):
            return survey.stop(svc, talk, actor)
        return foreign.take(svc, talk, incoming) if foreign.is_running(talk) else complaint.cancel(svc, talk)
    aside = _aside(svc, talk, actor, incoming)
    if aside is not None:
        # Where the side step asks something itself, its answer must not be taken for the draft's.
        return aside if "privacy" in talk.state else [*aside, *complaint.kept_line(svc, talk)]
    if heard.means(text, "add_more") and draft is None:
        return tracking.ask_more(svc, talk, actor)
    if draft is None and heard.means(text, "survey", "survey_short", "survey_full"):
        return _survey(svc, talk, actor, text)
    if "maybe" not in talk.state and "again" not in talk.state and (draft is None or not draft.names_something):
        return _way_in(svc, talk, text)
    return None


def _survey(svc: Svc, talk: Talk, actor: Actor, text: str) -> list[Part]:
    """They want to say what they think of the service: a few items, a whole form, or whatever is still open."""
    if heard.means(text, "survey"):
        return survey.wish(svc, talk, actor)
    return survey.start(svc, talk, full=heard.means(text, "survey_full"))


def _aside(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A side step that leaves the draft where it is."""
    if heard.means(incoming.text, "mine"):
        return tracking.mine(svc, talk, actor)
    grouped = own_group.take(svc, actor, incoming)
    if grouped is not None:
        return grouped
    if "asked" not in talk.state or not heard.means(incoming.text, "human"):
        short = len(incoming.text) <= SHORT
        for name, aside in ASIDES.items():
            if heard.means(incoming.text, name) or (short and name in _IN_PASSING and _wants(incoming.text, name)):
                return aside(svc, talk)
    return privacy.take(svc, talk, actor, incoming)


def _wants(text: str, name: str) -> bool:
    return heard.holds(text, "wants", name)


def _way_in(svc: Svc, talk: Talk, text: str) -> list[Part] | None:
    for name, kind in WAYS_IN.items():
        if heard.means(text, name):
            talk.state.pop("detail", None)
            return complaint.start(svc, talk, kind)
    return None
