"""Which flow takes this message: danger, escape words, references, the running flow, then what it seems to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers import receipts
from handlers.access import Actor, actor_for
from handlers.actions import drafts, reached
from handlers.flows import (
    belongs,
    complaint,
    editing,
    emergency,
    foreign,
    group,
    inquiry,
    menu,
    officer,
    privacy,
    tracking,
)
from handlers.messages import Incoming, Part, Say
from handlers.rules.media import LARGEST, refusal
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities, kinds
from nlp.language import is_foreign
from nlp.normalize import normalize, readable
from nlp.verdict import Verdict
from storage import cases, people
from storage.words import Kind

# A draft left alone this long is offered again before anything else is asked.
_STALE_MINUTES = 30

_HAPPENINGS = frozenset({"follow", "unfollow", "return", "join", "leave", "unsend", "edit", "moved", "other"})
_MEDIA = frozenset({"image", "video", "audio", "file"})
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
    "other_ways": menu.other_ways,
}


def route(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """The answer to one message of one person."""
    actor = actor_for(svc, talk.account)
    if not talk.private:
        return _in_group(svc, talk, actor, incoming)
    if incoming.kind in _HAPPENINGS:
        return _happening(svc, talk, incoming)
    if incoming.kind == "text":
        said = heard.chosen(incoming.text, talk.offered)
        incoming = replace(incoming, text=readable(incoming.text) if said is None else said)
    refused = _refused(svc, talk, incoming)
    if refused is not None:
        return _without_media(svc, talk, incoming, refused)
    for way in (_command, _danger, _emergency, _escape, _reference, _running):
        parts = way(svc, talk, actor, incoming)
        if parts is not None:
            return parts
    return _fresh(svc, talk, actor, incoming)


# --- not a message of one person to us -----------------------------------------------------------------------------


def _happening(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Things that are not messages: somebody came, went, or something we do not know."""
    if incoming.kind in ("follow", "return"):
        people.mark_unreachable(svc.session, talk.account.id, None)
    if incoming.kind == "unfollow":
        reached.gone(svc, talk.account)
    return menu.welcome(svc, talk) if incoming.kind == "follow" else []


def _in_group(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """A group: greeted when we are added, then answered only when addressed."""
    if incoming.kind == "join":
        return menu.group(svc, talk)
    if incoming.kind in _HAPPENINGS or not incoming.text.strip():
        return []
    found = heard.command(incoming.text)
    if found is None:
        return group.report(svc, talk, incoming)
    name, rest = found
    if name == "join":
        return group.join(svc, talk, rest)
    acting = group.actor(svc, talk)
    if name == "start" or (acting is None and not actor.works_here):
        return menu.group(svc, talk)
    if acting is None:
        return [Say(svc.texts.say("officer.group_unknown"))]
    return officer.obey(svc, talk, acting, name, rest, incoming.text)


# --- pictures and files we do not take -----------------------------------------------------------------------------


def _refused(svc: Svc, talk: Talk, incoming: Incoming) -> Say | None:
    if incoming.kind not in _MEDIA or incoming.media is None:
        return None
    why = refusal(incoming.kind, incoming.media.name, incoming.media.size)
    if not why:
        return None
    kept = svc.texts.say("error.words_kept") if incoming.text.strip() else ""
    return Say(svc.texts.say(f"error.{why}", kept="\n" + kept if kept else "", most=LARGEST // 1024 // 1024))


def _without_media(svc: Svc, talk: Talk, incoming: Incoming, refused: Say) -> list[Part]:
    """Said politely what we cannot take; the words that came with it are served like any others."""
    if incoming.text.strip():
        return [refused, *route(svc, talk, replace(incoming, kind="text", media=None))]
    draft = drafts.draft_of(talk)
    return [refused] if draft is None else [refused, *complaint.repeat(svc, talk)]


# --- the ways, in order --------------------------------------------------------------------------------------------


def _command(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    found = heard.command(incoming.text) if incoming.kind == "text" else None
    if found is None:
        return None
    name, rest = found
    if name == "start":
        return officer.join(svc, talk, rest) if rest else menu.welcome(svc, talk)
    if name == "join":
        return officer.join(svc, talk, rest)
    if name == "report":
        return complaint.start(svc, talk, Kind.COMPLAINT)
    if name == "track":
        return tracking.mine(svc, talk, actor)
    if name == "help" and not actor.works_here:
        return menu.show(svc, talk)
    return officer.obey(svc, talk, actor, name, rest, incoming.text)


def _danger(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Danger comes before everything else, also in the middle of a draft, and in the words under a picture."""
    if not incoming.text.strip() or incoming.kind not in ("text", *_MEDIA) or emergency.is_running(talk):
        return None
    if heard.means(incoming.text, "not_emergency", "called", "hotline"):
        return None
    verdict = svc.tools.classify(incoming.text)
    if verdict.kind == Kind.EMERGENCY and verdict.danger:
        return emergency.begin(svc, talk, incoming, verdict.danger)
    return None


def _emergency(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    if not emergency.is_running(talk) or heard.means(incoming.text, "cancel", "menu", "hotline"):
        return None
    if incoming.kind == "sticker":
        return emergency.ask(svc, talk)
    parts = emergency.take(svc, talk, incoming)
    if parts is not None:
        return parts
    return [Say(svc.texts.say("emergency.not")), *complaint.onward(svc, talk)]


def _escape(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Words that work at every step."""
    text = incoming.text
    if incoming.kind != "text":
        return None
    draft = drafts.draft_of(talk)
    if draft is None and heard.means(text, "withdraw"):
        return tracking.ask_withdraw(svc, talk, actor, None)
    if heard.means(text, "cancel") and "withdrawing" not in talk.state and "privacy" not in talk.state:
        talk.state.pop("secret_for", None)
        talk.state.pop("adding", None)
        return foreign.take(svc, talk, incoming) if foreign.is_running(talk) else complaint.cancel(svc, talk)
    aside = _aside(svc, talk, actor, incoming)
    if aside is not None:
        return [*aside, *complaint.kept_line(svc, talk)]
    if heard.means(text, "add_more") and draft is None:
        return tracking.ask_more(svc, talk, actor)
    if "maybe" not in talk.state and (draft is None or not draft.names_something):
        return _way_in(svc, talk, text)
    return None


def _aside(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A side step that leaves the draft where it is."""
    if heard.means(incoming.text, "mine"):
        return tracking.mine(svc, talk, actor)
    if "asked" not in talk.state or not heard.means(incoming.text, "human"):
        for name, aside in _ASIDES.items():
            if heard.means(incoming.text, name):
                return aside(svc, talk)
    return privacy.take(svc, talk, actor, incoming)


def _way_in(svc: Svc, talk: Talk, text: str) -> list[Part] | None:
    for name, kind in _WAYS_IN.items():
        if heard.means(text, name):
            talk.state.pop("detail", None)
            return complaint.start(svc, talk, kind)
    return None


_Concerning = Callable[[Svc, Talk, Actor, str | None], list[Part]]
_WITH_REFERENCE: dict[str, _Concerning] = {
    "fixed": tracking.confirm,
    "not_fixed": tracking.reopen,
    "open_again": tracking.reopen,
    "hurry": tracking.hurry,
    "add_more": tracking.ask_more,
    "withdraw": tracking.ask_withdraw,
    "cancel": tracking.ask_withdraw,
}
_WITHOUT_REFERENCE = frozenset({"fixed", "not_fixed", "hurry"})


def _reference(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A case reference in any form, or a quoted bubble of a case; "แก้แล้ว 70-00482-5" concludes it."""
    text = incoming.text
    if talk.state.get("secret_for") and tracking.secret_in(text):
        return None  # the answer to "which secret?" comes before any other reading of eight digits
    found = entities.find_references(text) if incoming.kind == "text" else []
    case = None if found else belongs.quoted(svc, talk, actor, incoming)
    reference = found[0] if found else (case.reference if case is not None else None)
    words = _without_digits(text)
    for name, concerning in _WITH_REFERENCE.items():
        named = reference is not None or (name in _WITHOUT_REFERENCE and drafts.draft_of(talk) is None)
        if incoming.kind == "text" and named and heard.means(words, name):
            return concerning(svc, talk, actor, reference)
    if case is not None and (incoming.kind != "text" or svc.tools.classify(text).kind != Kind.FOLLOWUP):
        return tracking.add(svc, talk, actor, case.reference, incoming)
    if reference is None:
        return None
    if found and _tells_more(svc, words):
        added = tracking.add(svc, talk, actor, reference, incoming) if _is_own(actor, svc, reference) else []
        if added:
            return [*added, *complaint.kept_line(svc, talk)]
    return [*tracking.show(svc, talk, actor, reference, text), *complaint.kept_line(svc, talk)]


def _tells_more(svc: Svc, words: str) -> bool:
    """Beside the reference, is there news of the matter, not only a question about it?"""
    return len(words) >= 12 and svc.tools.classify(words).kind in (Kind.COMPLAINT, Kind.SERVICE_REQUEST)


def _is_own(actor: Actor, svc: Svc, reference: str) -> bool:
    case = cases.by_reference(svc.session, reference)
    return case is not None and case.account_id == actor.account_id


def _without_digits(text: str) -> str:
    return " ".join(word for word in text.split() if not any(letter.isdigit() for letter in word))


def _running(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The flow this chat is in the middle of."""
    for name, step in _STEPS.items():
        if talk.state.get(name):
            parts = step(svc, talk, actor, incoming)
            if parts is not None:
                return parts
    draft = drafts.draft_of(talk)
    if draft is None:
        return None
    if foreign.is_running(talk):
        return foreign.take(svc, talk, incoming)
    if incoming.kind in ("sticker", "strange"):
        return editing.ask(svc, talk) if editing.is_running(talk) else complaint.repeat(svc, talk)
    if _greets_after_a_while(svc, talk, incoming):
        return complaint.resume(svc, talk)
    if editing.is_running(talk) and not heard.means(incoming.text, "send"):
        return editing.take(svc, talk, incoming) or complaint.onward(svc, talk)
    return complaint.take(svc, talk, incoming)


def _secret(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    if heard.means(incoming.text, "no_secret", "skip", "no"):
        return tracking.no_secret(svc, talk)
    given = tracking.secret_in(incoming.text)
    if given:
        return tracking.take_secret(svc, talk, actor, given)
    talk.state.pop("secret_for")  # they talk of something else now
    return None


def _same_or_new(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    parts, kept = belongs.take(svc, talk, incoming)
    if parts is not None:
        return parts
    texts: list[tuple[object, object]] = [(kept["message_id"], kept["text"])]
    if incoming.kind == "text" and not heard.means(incoming.text, "new_case", "report", "no"):
        texts.append((talk.message.id, incoming.text))
    return complaint.begin_with(svc, talk, texts)


def _asked(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    return inquiry.take(svc, talk, incoming)


_STEPS: dict[str, Callable[[Svc, Talk, Actor, Incoming], list[Part] | None]] = {
    "secret_for": _secret,
    "privacy": privacy.answer,
    "withdrawing": tracking.take_withdraw,
    "maybe": _same_or_new,
    "asked": _asked,
    "detail": tracking.take_detail,
    "adding": tracking.take_more,
}


def _greets_after_a_while(svc: Svc, talk: Talk, incoming: Incoming) -> bool:
    draft, since = drafts.draft_of(talk), talk.conversation.draft_at
    if draft is None or since is None or not draft.names_something or incoming.kind != "text":
        return False
    away = (svc.now - since).total_seconds() / 60
    return away >= _STALE_MINUTES and svc.tools.classify(incoming.text).kind == Kind.SMALLTALK


# --- nothing is running --------------------------------------------------------------------------------------------


def _fresh(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """Nothing is running: what does this seem to be?"""
    if incoming.kind == "sticker":
        return menu.sticker(svc, talk, incoming.keywords)
    if incoming.kind == "strange":
        return menu.strange(svc, talk)
    if incoming.kind == "image" and heard.holds(incoming.text, "greeting_picture", "words"):
        return menu.picture_greeting(svc, talk)
    reference = receipts.just_filed(svc, talk)
    if reference is not None and incoming.kind in ("image", "video", "place", "file", "audio"):
        return tracking.add(svc, talk, actor, reference, incoming)
    if incoming.kind != "text":
        return complaint.begin(svc, talk, incoming)
    return _by_words(svc, talk, actor, incoming) or _by_verdict(svc, talk, actor, incoming)


def _by_words(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Short answers to nothing, and what needs no verdict."""
    text = incoming.text
    if heard.means(text, "thanks", "notice_seen", "answered", "keep_case"):
        return menu.thanks(svc, talk)
    if heard.means(text, "is_problem"):
        return tracking.is_problem(svc, talk, actor)
    if heard.means(text, "send", "resume", "back", "edit"):
        return complaint.cancel(svc, talk)  # says that nothing is pending
    if heard.means(text, "bot_or_human"):
        return menu.bot_or_human(svc, talk)
    if heard.means(text, "opener"):
        return menu.go_on(svc, talk)
    if text.strip().lower().rstrip("!. ") in heard.load()["foreign"]["hello"] and not heard.means(text, "yes"):
        return [*foreign.hello(svc), *menu.hello(svc, talk)]
    if is_foreign(text):
        return foreign.begin(svc, talk, incoming)
    return None


def _is_news(svc: Svc, actor: Actor, text: str, verdict: Verdict) -> bool:
    """It sounds like asking after a case, but there is none here, and it tells a trouble: taken as one."""
    tells = not verdict.abstained or kinds.names_problem(normalize(text))
    return tells and len(text) > 30 and not cases.of_account(svc.session, actor.account_id, limit=1)


def _by_verdict(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    text = incoming.text
    verdict: Verdict = svc.tools.classify(text)
    if verdict.kind == Kind.SMALLTALK or heard.means(text, "yes", "no", "skip", "enough", "called", "that_is_all"):
        return menu.hello(svc, talk)
    if verdict.kind == Kind.FOLLOWUP and not _is_news(svc, actor, text, verdict):
        return tracking.follow(
            svc, talk, actor, verdict.category, verdict.rude or heard.holds(text, "belongs", "angry")
        )
    if verdict.kind == Kind.DATA_RIGHT:
        return privacy.wish(svc, talk, actor, incoming)
    if verdict.kind == Kind.ABUSE:
        return menu.rude(svc, talk)
    if not any(letter.isalnum() for letter in text):
        return menu.unknown(svc, talk)
    same = belongs.decide(svc, talk, actor, incoming, verdict)
    if same is not None:
        return same
    if verdict.kind == Kind.INQUIRY:
        return inquiry.answer(svc, talk, incoming)
    return complaint.begin(svc, talk, incoming)
