"""Which flow takes this message: escape words, danger, references, the running flow, then what it seems to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers.access import Actor, actor_for
from handlers.actions import drafts
from handlers.flows import complaint, menu, officer, tracking
from handlers.messages import Incoming, Part
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities
from nlp.verdict import Verdict
from storage import people
from storage.words import Kind

# A draft left alone this long is offered again before anything else is asked.
_STALE_MINUTES = 30

_WAYS_IN = {
    "report": Kind.COMPLAINT,
    "suggest": Kind.SUGGESTION,
    "ask": Kind.INQUIRY,
    "praise": Kind.COMPLIMENT,
    "secret_report": Kind.CORRUPTION,
}
_ASIDES: dict[str, Callable[[Svc, Talk], list[Part]]] = {
    "menu": menu.show,
    "hotline": menu.hotlines,
    "human": menu.human,
    "privacy": menu.privacy,
    "why": menu.why,
}


def route(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """The answer to one message of one person."""
    actor = actor_for(svc, talk.account)
    if incoming.kind in ("follow", "unfollow", "join", "leave", "unsend", "edit", "other"):
        return _happening(svc, talk, incoming)
    said = heard.chosen(incoming.text, talk.offered) if incoming.kind == "text" else None
    if said is not None:
        incoming = _with_text(incoming, said)
    for way in (_command, _danger, _escape, _reference, _running):
        parts = way(svc, talk, actor, incoming)
        if parts is not None:
            return parts
    return _fresh(svc, talk, actor, incoming)


def _with_text(incoming: Incoming, text: str) -> Incoming:
    return replace(incoming, text=text)


def _happening(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Things that are not messages: somebody came, went, or something we do not know."""
    if incoming.kind == "follow":
        people.mark_unreachable(svc.session, talk.account.id, None)
        return menu.welcome(svc, talk)
    if incoming.kind == "unfollow":
        people.mark_unreachable(svc.session, talk.account.id, svc.now)
    if incoming.kind == "join":
        return menu.group(svc, talk)
    return []


def _command(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    found = heard.command(incoming.text) if incoming.kind == "text" else None
    if found is None:
        return None
    name, rest = found
    if name == "start":
        return menu.welcome(svc, talk)
    if name == "join":
        return officer.join(svc, talk, rest)
    return officer.obey(svc, talk, actor, name, rest, incoming.text)


def _danger(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Danger comes before everything else, also in the middle of a draft."""
    if incoming.kind != "text" or not incoming.text.strip():
        return None
    if heard.means(incoming.text, "not_emergency", "called", "hotline"):
        return None
    draft = drafts.draft_of(talk)
    if draft is not None and draft.kind == Kind.EMERGENCY:
        return None
    verdict = svc.tools.classify(incoming.text)
    if verdict.kind == Kind.EMERGENCY and verdict.danger:
        return complaint.begin_emergency(svc, talk, incoming, verdict.danger)
    return None


def _escape(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Words that work at every step."""
    text = incoming.text
    if incoming.kind != "text":
        return None
    draft = drafts.draft_of(talk)
    if heard.means(text, "cancel"):
        talk.state.pop("secret_for", None)
        talk.state.pop("adding", None)
        return complaint.cancel(svc, talk)
    if heard.means(text, "mine"):
        return [*tracking.mine(svc, talk, actor), *complaint.kept_line(svc, talk)]
    for name, aside in _ASIDES.items():
        if heard.means(text, name):
            return [*aside(svc, talk), *complaint.kept_line(svc, talk)]
    if heard.means(text, "add_more") and draft is None:
        return tracking.ask_more(svc, talk, actor)
    if draft is None or not draft.names_something:
        return _way_in(svc, talk, text)
    return None


def _way_in(svc: Svc, talk: Talk, text: str) -> list[Part] | None:
    for name, kind in _WAYS_IN.items():
        if heard.means(text, name):
            talk.state.pop("adding", None)
            return complaint.start(svc, talk, kind)
    return None


def _reference(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A case reference in any form; "แก้แล้ว 70-00482-5" concludes it."""
    text = incoming.text
    if incoming.kind != "text":
        return None
    found = entities.find_references(text)
    if talk.state.get("secret_for") and tracking.secret_in(text):
        return None  # the answer to "which secret?" comes before any other reading of eight digits
    words = _without_digits(text)
    if heard.means(words, "fixed") and (found or drafts.draft_of(talk) is None):
        return tracking.confirm(svc, talk, actor, found[0] if found else None)
    if heard.means(words, "not_fixed") and (found or drafts.draft_of(talk) is None):
        return tracking.reopen(svc, talk, actor, found[0] if found else None)
    if not found:
        return None
    return [*tracking.show(svc, talk, actor, found[0], text), *complaint.kept_line(svc, talk)]


def _without_digits(text: str) -> str:
    return " ".join(word for word in text.split() if not any(letter.isdigit() for letter in word))


def _running(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The flow this chat is in the middle of."""
    if talk.state.get("secret_for"):
        parts = _secret(svc, talk, actor, incoming)
        if parts is not None:
            return parts
    if talk.state.get("adding"):
        return tracking.take_more(svc, talk, actor, incoming)
    draft = drafts.draft_of(talk)
    if draft is None:
        return None
    if incoming.kind == "sticker":
        return complaint.repeat(svc, talk)
    if _greets_after_a_while(svc, talk, incoming):
        return complaint.resume(svc, talk)
    return complaint.take(svc, talk, incoming)


def _secret(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    if heard.means(incoming.text, "no_secret", "skip", "no"):
        return tracking.no_secret(svc, talk)
    given = tracking.secret_in(incoming.text)
    if given:
        return tracking.take_secret(svc, talk, actor, given)
    talk.state.pop("secret_for")  # they talk of something else now
    return None


def _greets_after_a_while(svc: Svc, talk: Talk, incoming: Incoming) -> bool:
    draft, since = drafts.draft_of(talk), talk.conversation.draft_at
    if draft is None or since is None or not draft.names_something or incoming.kind != "text":
        return False
    away = (svc.now - since).total_seconds() / 60
    return away >= _STALE_MINUTES and svc.tools.classify(incoming.text).kind == Kind.SMALLTALK


def _fresh(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """Nothing is running: what does this seem to be?"""
    if incoming.kind == "sticker":
        return menu.sticker(svc, talk)
    reference = tracking.just_filed(svc, talk)
    if reference is not None and incoming.kind in ("image", "place"):
        return tracking.add_to_just_filed(svc, talk, actor, reference, incoming)
    if incoming.kind != "text":
        return complaint.begin(svc, talk, incoming)
    return _by_verdict(svc, talk, actor, incoming, svc.tools.classify(incoming.text))


def _by_verdict(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming, verdict: Verdict) -> list[Part]:
    text = incoming.text
    if heard.means(text, "thanks", "notice_seen"):
        return menu.thanks(svc, talk)
    if heard.means(text, "send", "resume", "back", "edit"):
        return complaint.cancel(svc, talk)  # says that nothing is pending
    if verdict.kind == Kind.SMALLTALK or heard.means(text, "yes", "no", "skip", "enough", "called"):
        return menu.hello(svc, talk)
    if verdict.kind == Kind.FOLLOWUP:
        return tracking.mine(svc, talk, actor)
    if verdict.kind == Kind.ABUSE:
        return menu.rude(svc, talk)
    if verdict.kind == Kind.DATA_RIGHT:
        return menu.privacy(svc, talk)
    if not any(letter.isalnum() for letter in text):
        return menu.unknown(svc, talk)
    return complaint.begin(svc, talk, incoming)
