"""People who do not write Thai: a short bubble in their language and in English, and a person who reads. Never refused.

Which language it is may be guessed wrong (nlp/language.py), so English stands below every other one.
"""

from __future__ import annotations

from handlers import receipts
from handlers.actions import drafts, privacy
from handlers.messages import Incoming, Part
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import ENGLISH, heard, shortened
from nlp.language import foreign_language
from storage.words import Kind


def is_running(talk: Talk) -> bool:
    """Is this chat telling us something in another language?"""
    draft = drafts.draft_of(talk)
    return draft is not None and bool(draft.language)


def hello(svc: Svc, language: str) -> list[Part]:
    """Somebody says hello in another language."""
    return [svc.texts.foreign("hello", language, agency=svc.agency.name)]


def begin(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Words we cannot read: kept, and shown before they go to a person."""
    verdict = svc.tools.classify(incoming.text)
    kind = Kind.CORRUPTION if verdict.kind == Kind.CORRUPTION else Kind.COMPLAINT
    language = foreign_language(incoming.text) or ENGLISH
    draft = Draft(kind=kind, kind_chosen=True, language=language, may_split=False, step="review")
    draft.confidential = verdict.confidential
    drafts.absorb(svc, talk, draft, incoming)
    return [*privacy.shown(svc, talk, language), *_review(svc, talk, draft)]


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Send it, leave it, or more of it."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    if heard.foreign(incoming.text, "send") or heard.means(incoming.text, "send", "yes"):
        draft.abstained, draft.category = True, drafts.CORRUPT if draft.kind == Kind.CORRUPTION else ""
        return receipts.file(svc, talk, draft)
    if heard.foreign(incoming.text, "cancel") or heard.means(incoming.text, "cancel"):
        drafts.drop(talk)
        return [svc.texts.foreign("cancel", draft.language)]
    if heard.means(incoming.text, "resume"):
        return _review(svc, talk, draft)
    found = foreign_language(incoming.text)
    if draft.language == ENGLISH and found:
        draft.language = found  # "hello, please" came before the matter itself
    drafts.absorb(svc, talk, draft, incoming)
    return _review(svc, talk, draft)


def again(svc: Svc, talk: Talk) -> list[Part]:
    """What was told so far, once more."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    return _review(svc, talk, draft)


def _review(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    draft.step = "review"
    drafts.keep(svc, talk, draft)
    words = "" if draft.confidential else shortened(draft.words)
    said = words or svc.texts.foreign_word("hidden" if draft.confidential else "nothing", draft.language)
    return [svc.texts.foreign("review", draft.language, summary=said)]
