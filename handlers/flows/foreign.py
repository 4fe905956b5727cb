"""People who do not write Thai: a short bubble in English, and a person who reads. Never refused."""

from __future__ import annotations

from handlers import receipts
from handlers.actions import drafts
from handlers.messages import Incoming, Part
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from storage.words import Kind

ENGLISH = "en"


def is_running(talk: Talk) -> bool:
    """Is this chat telling us something in another language?"""
    draft = drafts.draft_of(talk)
    return draft is not None and bool(draft.language)


def hello(svc: Svc) -> list[Part]:
    """Somebody says hello in another language."""
    return [svc.texts.foreign("hello", agency=svc.agency.name)]


def begin(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Words we cannot read: kept, and shown before they go to a person."""
    verdict = svc.tools.classify(incoming.text)
    kind = Kind.CORRUPTION if verdict.kind == Kind.CORRUPTION else Kind.COMPLAINT
    draft = Draft(kind=kind, kind_chosen=True, language=ENGLISH, may_split=False, step="review")
    draft.confidential = verdict.confidential
    drafts.absorb(svc, talk, draft, incoming)
    notice = [svc.texts.foreign("notice")] if talk.account.notice_at is None else []
    talk.account.notice_at = talk.account.notice_at or svc.now
    return [*notice, *_review(svc, talk, draft)]


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Send it, leave it, or more of it."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    said = incoming.text.strip().lower()
    if said in heard.load()["foreign"]["send"] or heard.means(incoming.text, "send", "yes"):
        draft.abstained, draft.category = True, drafts.CORRUPT if draft.kind == Kind.CORRUPTION else ""
        return receipts.file(svc, talk, draft)
    if said in heard.load()["foreign"]["cancel"]:
        drafts.drop(talk)
        return [svc.texts.foreign("cancel")]
    drafts.absorb(svc, talk, draft, incoming)
    return _review(svc, talk, draft)


def _review(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    draft.step = "review"
    drafts.keep(svc, talk, draft)
    said = svc.texts.foreign("hidden").text if draft.confidential else shortened(draft.words or "photo / location")
    return [svc.texts.foreign("review", summary=said)]
