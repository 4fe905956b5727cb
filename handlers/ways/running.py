"""The flow a chat is in the middle of: what was asked last, or the matter that is being told."""

from __future__ import annotations

from collections.abc import Callable

from handlers import receipts
from handlers.access import Actor
from handlers.actions import drafts, surveying
from handlers.flows import (
    answers,
    belongs,
    complaint,
    consenting,
    editing,
    emergency,
    foreign,
    inquiry,
    joining,
    menu,
    privacy,
    survey,
    tracking,
)
from handlers.messages import Incoming, Part, Say
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.ways import words
from storage.words import Kind

# A draft left alone this long is offered again before anything else is asked.
_STALE_MINUTES = 30
_ASKED_OPENLY = frozenset({"place", "review", "similar", "category", "unclear"})
_NAMED = ("new_case", "report", "no", "same_case", "yes")


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The flow this chat is in the middle of."""
    for name, step in STEPS.items():
        if talk.state.get(name):
            parts = step(svc, talk, actor, incoming)
            if parts is not None:
                return parts
    draft = drafts.draft_of(talk)
    return None if draft is None else _telling(svc, talk, draft, incoming)


def is_talking(svc: Svc, talk: Talk) -> bool:
    """Is something asked, told, or only just filed, so that a few words are likely to belong to it?"""
    asked = any(talk.state.get(name) for name in STEPS if name != surveying.STATE)  # that one may be days old
    return asked or drafts.draft_of(talk) is not None or receipts.just_filed(svc, talk) is not None


def again(svc: Svc, talk: Talk) -> list[Part]:
    """The open question once more, in whichever language."""
    return foreign.again(svc, talk) if _in_other_words(talk) else complaint.repeat(svc, talk)


def onward(svc: Svc, talk: Talk) -> list[Part]:
    """The next question of what is being told, in whichever language."""
    return foreign.again(svc, talk) if _in_other_words(talk) else complaint.onward(svc, talk)


def _in_other_words(talk: Talk) -> bool:
    return foreign.is_running(talk) and not emergency.is_running(talk)


def _telling(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    """In the middle of telling a matter."""
    if foreign.is_running(talk):
        return foreign.take(svc, talk, incoming)
    if incoming.kind in ("sticker", "strange"):
        if heard.sticker(incoming.keywords) == "yes" and draft.step == "review":
            return complaint.send(svc, talk)
        return editing.ask(svc, talk) if editing.is_running(talk) else complaint.repeat(svc, talk)
    if draft.kind == Kind.INQUIRY and not draft.texts and incoming.kind == "text":
        drafts.drop(talk)
        return inquiry.answer(svc, talk, incoming)
    if _greets_after_a_while(svc, talk, incoming):
        return complaint.resume(svc, talk)
    if editing.is_running(talk) and not heard.means(incoming.text, "send"):
        return editing.take(svc, talk, incoming) or complaint.onward(svc, talk)
    if joining.is_answer(draft, incoming):
        joined = joining.take(svc, talk, draft, incoming)
        return complaint.onward(svc, talk) if joined is None else [*joined, *complaint.next_matter(svc, talk, draft)]
    return _beside(svc, talk, incoming) or complaint.take(svc, talk, incoming)


def _greets_after_a_while(svc: Svc, talk: Talk, incoming: Incoming) -> bool:
    draft, since = drafts.draft_of(talk), talk.conversation.draft_at
    if draft is None or since is None or not draft.names_something or incoming.kind != "text":
        return False
    away = (svc.now - since).total_seconds() / 60
    return away >= _STALE_MINUTES and svc.tools.classify(incoming.text).inside.kind == Kind.SMALLTALK


def _beside(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part] | None:
    """Words that are no part of the matter: answered, kept with it, and the open question asked again."""
    draft, text = drafts.draft_of(talk), incoming.text
    if draft is None or not draft.names_something or draft.step not in _ASKED_OPENLY:
        return None
    if incoming.kind != "text" or not drafts.is_no_news(svc, text) or complaint.answers(draft, text):
        return None
    draft.message_ids.append(talk.message.id)
    drafts.keep(svc, talk, draft)
    kind = svc.tools.classify(text).inside.kind
    if kind == Kind.ABUSE:
        return [*_bare(menu.rude(svc, talk)), *complaint.repeat(svc, talk)]
    if kind in (Kind.INQUIRY, Kind.FOLLOWUP):
        return [Say(svc.texts.say("review.asked")), *complaint.repeat(svc, talk)]
    return complaint.repeat(svc, talk)


def _bare(parts: list[Part]) -> list[Part]:
    """Without their buttons: the open question's stand below."""
    return [Say(part.text) for part in parts if isinstance(part, Say)]


def _secret(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The secret, a word about it (asked once more), or something else."""
    if heard.means(incoming.text, "no_secret", "skip", "no"):
        return tracking.no_secret(svc, talk)
    given = tracking.secret_in(incoming.text)
    if given:
        return tracking.take_secret(svc, talk, actor, given)
    if (
        not talk.state.get("secret_again")
        and len(incoming.text) <= words.SHORT
        and svc.tools.classify(incoming.text).abstained
    ):
        talk.state["secret_again"] = True
        return [svc.texts.bubble("track.secret", code=talk.state["secret_for"])]
    talk.state.pop("secret_for")  # they talk of something else now
    return None


def _same_or_new(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    parts, kept = belongs.take(svc, talk, incoming)
    if parts is not None:
        return parts
    told = [(kept["message_id"], kept["text"])]
    answered = incoming.kind in ("sticker", "strange") or heard.means(incoming.text, *_NAMED)
    return complaint.begin_with(svc, talk, told, None if answered else incoming)


def _asked(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    return inquiry.take(svc, talk, incoming)


def _open_again(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Open that case again, or begin anew? None: they talk of something else."""
    own = talk.state["again"]["cases"]
    if incoming.kind == "text" and len(own) == 1 and heard.means(incoming.text, "yes", "open_again", "same_case"):
        return answers.reopen(svc, talk, actor, own[0])
    row, text = answers.take_again(talk)
    if not heard.means(incoming.text, "new_case", "report", "no"):
        return None
    return complaint.begin_with(svc, talk, [(row, text)], None) if text else complaint.start(svc, talk, Kind.COMPLAINT)


def _not_which(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """We asked which case was meant, and they talk of something else."""
    talk.state.pop("which")
    return None


STEPS: dict[str, Callable[[Svc, Talk, Actor, Incoming], list[Part] | None]] = {
    "which": _not_which,
    "again": _open_again,
    "secret_for": _secret,
    "privacy": privacy.answer,
    "withdrawing": tracking.take_withdraw,
    "maybe": _same_or_new,
    "asked": _asked,
    "detail": tracking.take_detail,
    "adding": tracking.take_more,
    surveying.STATE: survey.take,
    receipts.CONSENT: consenting.take,  # last: whatever was asked since comes first
}
