"""Which way takes this message: danger, words of all times, references, the running flow, then what it seems to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers import fresh
from handlers.access import Actor, actor_for
from handlers.actions import drafts, reached, surveying
from handlers.desk import filling, typed
from handlers.flows import complaint, menu, privacy, survey
from handlers.messages import Incoming, Part, Say, from_json
from handlers.rules.media import LARGEST, refusal
from handlers.services import Svc, Talk, newest_choices
from handlers.texts import heard
from handlers.views import answers_to
from handlers.ways import danger, groups, officers, references, running, words
from nlp.normalize import readable
from storage import cases, outbox, people, riding

_NUMBER = 15  # characters of "ข้อที่ 2 ค่ะ"


def route(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """The answer to one message of one person."""
    actor = actor_for(svc, talk.account)
    if not talk.private:
        return groups.take(svc, talk, actor, incoming)
    if incoming.kind in groups.HAPPENINGS:
        return _happening(svc, talk, incoming)
    if incoming.kind == "text":
        if len(incoming.text) <= _NUMBER and _may_choose(incoming.text):
            _offered_since(svc, talk, actor)
        said = heard.chosen(incoming.text, talk.offered, numbers=not _asks_where(talk))
        incoming = replace(incoming, text=_as_meant(incoming.text) if said is None else said)
    refused = _refused(svc, incoming)
    if refused is None:
        return _answered(svc, talk, actor, incoming)
    return _without_media(svc, talk, actor, incoming, refused)


def _may_choose(text: str) -> bool:
    """Does it hold a number, and is it no command?"""
    return any(letter.isdigit() for letter in text) and heard.command(text) is None


def _offered_since(svc: Svc, talk: Talk, actor: Actor) -> None:
    """A notice with buttons that came after our last answer: a typed number means these. They are read from rows, or,
    once it was sent, from what its case waits for."""
    for put in outbox.newest_put(svc.session, talk.conversation.lane, talk.conversation.id, svc.now):
        if put.is_answer or put.once.startswith(surveying.ONCE):
            return  # what is offered now is known to the chat
        if put.parts is not None:
            talk_parts = [from_json(part) for part in put.parts]
            choices = [choice for choice in newest_choices(talk_parts) if choice.opens != "link"]
        else:
            case = None if put.case_id is None else cases.get(svc.session, put.case_id)
            own = case is not None and case.account_id == actor.account_id
            choices = list(answers_to(svc, case)) if case is not None and own else []
        if choices:
            talk.state["offered"] = [[choice.label, choice.says] for choice in choices]
            return


def _as_meant(text: str) -> str:
    """What was typed on the wrong keyboard in its own letters; a command in Latin letters stays one."""
    found = heard.command(text)
    return text if found is not None and found[0] else readable(text)


def _asks_where(talk: Talk) -> bool:
    """Is the place asked for? A number typed there is part of an address."""
    return any(heard.means(label, "unsure_place") for label, _says in talk.offered)


def _answered(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    before = talk.state.get(surveying.STATE)
    parts = _first(svc, talk, actor, incoming)
    if parts is None:
        parts = fresh.begin(svc, talk, actor, incoming)
    survey.left(svc, talk, before)
    return parts


def _first(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    for way in _WAYS:
        parts = way(svc, talk, actor, incoming)
        if parts is not None:
            return parts
    return None


def edited(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """After a message was put into other words: danger is told of at once, else the open question stands again."""
    actor = actor_for(svc, talk.account)
    parts = danger.begins(svc, talk, actor, replace(incoming, kind="text")) if talk.private else None
    draft = drafts.draft_of(talk)
    if parts is None and talk.private and draft is not None:
        return running.again(svc, talk) if draft.step == "topics" else running.onward(svc, talk)
    return parts or []


def _happening(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Things that are not messages: somebody came, went, or something we do not know."""
    if incoming.kind in ("follow", "return"):
        people.mark_unreachable(svc.session, talk.account.id, None)
        riding.release(svc.session, talk.conversation.lane)
    if incoming.kind == "unfollow":
        reached.gone(svc, talk.account)
    return menu.welcome(svc, talk) if incoming.kind == "follow" else []


def _refused(svc: Svc, incoming: Incoming) -> Say | None:
    """What to say of pictures and files that we do not take; None where we take them all."""
    items = (incoming, *incoming.more)
    why = next((why for why in map(_why_not, items) if why), "")
    if not why:
        return None
    kept = svc.texts.say("error.words_kept") if any(item.text.strip() for item in items) else ""
    return Say(svc.texts.say(f"error.{why}", kept="\n" + kept if kept else "", most=LARGEST // 1024 // 1024))


def _why_not(item: Incoming) -> str:
    return refusal(item.kind, item.media.name, item.media.size) if item.media is not None else ""


def _without_media(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming, refused: Say) -> list[Part]:
    """Said politely what we cannot take; the words that came with it, and the rest of a set, are served."""
    items = [replace(item, kind="text", media=None) if _why_not(item) else item for item in (incoming, *incoming.more)]
    left = replace(items[0], more=tuple(items[1:]))
    if any(item.media is not None or item.text.strip() for item in items):
        return [refused, *_answered(svc, talk, actor, left)]
    draft = drafts.draft_of(talk)
    return [refused] if draft is None else [refused, *running.again(svc, talk)]


def _survey_tap(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A button below a survey's question: it says which, so that nothing else can be meant."""
    parts = survey.tap(svc, talk, actor, incoming)
    return None if parts is None else [*parts, *complaint.kept_line(svc, talk)]


def _contact(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A contact card while nothing is being told."""
    if incoming.kind != "contact" or drafts.draft_of(talk) is not None:
        return None
    return privacy.take_contact(svc, actor, incoming)


_WAYS: tuple[Callable[[Svc, Talk, Actor, Incoming], list[Part] | None], ...] = (
    *(_survey_tap, typed.answer, officers.records, filling.take, officers.command),
    *(danger.begins, danger.goes_on, officers.proof, words.escape, _contact),
    *(references.take, officers.says_of_it, running.take),
)
