"""A message that names a case, or answers to one: by its number, by a quoted bubble, or in a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers import access
from handlers.access import Actor
from handlers.actions import drafts
from handlers.flows import answers, belongs, complaint, consenting, tracking
from handlers.messages import Incoming, Part
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities
from storage import cases
from storage.words import Kind

_Concerning = Callable[[Svc, Talk, Actor, str | None], list[Part]]
_WITH_REFERENCE: dict[str, _Concerning] = {
    "fixed": answers.confirm,
    "partly": answers.partly,
    "not_fixed": answers.reopen,
    "open_again": answers.reopen,
    "understood": answers.confirm,
    "still_asks": answers.reopen,
    "no_info": answers.no_info,
    "suits_not": answers.suits_not,
    "suits": answers.suits,
    "not_same": answers.apart,
    "give_identity": consenting.taking("identity", True),
    "keep_identity": consenting.taking("identity", False),
    "give_sensitive": consenting.taking("sensitive", True),
    "hide_sensitive": consenting.taking("sensitive", False),
    "hurry": tracking.hurry,
    "add_more": tracking.ask_more,
    "withdraw": tracking.ask_withdraw,
    "cancel": tracking.ask_withdraw,
}
_WITHOUT_REFERENCE = frozenset({"hurry"})
_BARE = ("fixed", "not_fixed")  # said of whichever case waits for it


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
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
    if reference is None:
        is_bare = incoming.kind == "text" and drafts.draft_of(talk) is None and heard.means(text, *_BARE)
        return _bare_result(svc, talk, actor, incoming) if is_bare else None
    said = replace(incoming, text=words if found else text)
    answered = _answer_to(svc, talk, actor, reference, said, quoted=not found)
    if answered is not None:
        return answered
    if case is not None and (incoming.kind != "text" or svc.tools.classify(text).inside.kind != Kind.FOLLOWUP):
        return tracking.add(svc, talk, actor, case.reference, incoming)
    if found and _tells_more(svc, words):
        added = tracking.add(svc, talk, actor, reference, incoming) if _is_own(actor, svc, reference) else []
        if added:
            return [*added, *complaint.kept_line(svc, talk)]
    return [*tracking.show(svc, talk, actor, reference, text), *complaint.kept_line(svc, talk)]


def _bare_result(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """ "Mended!", "not mended!", and no word of which case."""
    mended = heard.means(incoming.text, "fixed")
    parts = answers.take(svc, talk, actor, incoming) or answers.of_joined(svc, talk, actor, mended)
    if parts is None and mended:
        parts = tracking.mended(svc, talk, actor)
    return parts or [svc.texts.bubble("track.none")]


def _answer_to(
    svc: Svc, talk: Talk, actor: Actor, reference: str, incoming: Incoming, *, quoted: bool
) -> list[Part] | None:
    """An answer with the number of its case, or to its bubble; or the number alone, where we asked which one."""
    case = cases.by_reference(svc.session, reference)
    if case is None or drafts.draft_of(talk) is not None:
        return None
    if not incoming.text.strip() and incoming.kind == "text":
        return answers.take_which(svc, talk, actor, reference)
    return answers.of_case(svc, talk, actor, case, incoming, firm=not quoted)


def _tells_more(svc: Svc, words: str) -> bool:
    """Beside the reference, is there news of the matter, not only a question about it?"""
    return len(words) >= 12 and svc.tools.classify(words).inside.kind in (Kind.COMPLAINT, Kind.SERVICE_REQUEST)


def _is_own(actor: Actor, svc: Svc, reference: str) -> bool:
    case = cases.by_reference(svc.session, reference)
    return case is not None and (
        case.account_id == actor.account_id or access.place_in(svc, actor.person_id, case) is not None
    )


def _without_digits(text: str) -> str:
    return " ".join(word for word in text.split() if not any(letter.isdigit() for letter in word))
