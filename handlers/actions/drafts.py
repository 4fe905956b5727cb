"""What a person told so far, in the conversation row: keep it, drop it, fill it from whatever comes in."""

from __future__ import annotations

from handlers.messages import Incoming
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities
from storage import agencies
from storage.words import Kind


def draft_of(talk: Talk) -> Draft | None:
    """The draft this chat is in the middle of."""
    data = talk.state.get("draft")
    return Draft.from_json(data) if data else None


def keep(svc: Svc, talk: Talk, draft: Draft) -> None:
    """Remember the draft; the clock of its silence starts again."""
    talk.state["draft"] = draft.to_json()
    talk.conversation.flow, talk.conversation.step = "complaint", draft.step
    talk.conversation.draft_at = svc.now
    talk.conversation.draft_urgent = draft.urgent and draft.kind == Kind.EMERGENCY


def drop(talk: Talk) -> None:
    """Forget the draft."""
    talk.state.pop("draft", None)
    talk.conversation.flow = talk.conversation.step = talk.conversation.draft_at = None
    talk.conversation.draft_urgent = False


def absorb(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming, *, reclassify: bool = True) -> None:
    """Take whatever this message holds, in whatever order it comes."""
    draft.message_ids.append(talk.message.id)
    if incoming.place is not None:
        draft.lat, draft.lon = incoming.place.lat, incoming.place.lon
        draft.place = incoming.place.text or draft.place
    if incoming.kind == "image":
        draft.photos += 1
    elif incoming.kind == "audio":
        draft.voices += 1
    elif incoming.media is not None:
        draft.files += 1
    if incoming.kind == "text" and incoming.text.strip():
        _absorb_text(svc, talk, draft, heard.stands_for(incoming.text), reclassify)


def _absorb_text(svc: Svc, talk: Talk, draft: Draft, text: str, reclassify: bool) -> None:
    draft.texts.append([talk.message.id, text])
    draft.place = draft.place or (entities.find_place(text) or "")
    draft.happened = draft.happened or (entities.find_when(text) or "")
    draft.contact = draft.contact or (entities.find_phone(text) or "")
    if reclassify and not (draft.category_chosen and draft.kind_chosen):
        understand(svc, draft)


def understand(svc: Svc, draft: Draft) -> None:
    """Kind, category and urgency of everything told so far: three decisions (design 9)."""
    verdict = svc.tools.classify(draft.words)
    if not draft.kind_chosen:
        draft.kind = verdict.kind if verdict.kind in _CASE_KINDS else Kind.COMPLAINT
    if not draft.category_chosen:
        draft.category, draft.subcategory = verdict.category, verdict.subcategory
        draft.extra_categories = [label for label in verdict.labels if label != verdict.category][:2]
        draft.guesses = [verdict.category, *(guess.category for guess in verdict.alternatives)][:3]
        draft.abstained = verdict.abstained
    draft.urgent = draft.urgent or verdict.urgent  # raised by machines, lowered only by people
    draft.confidential = draft.confidential or verdict.confidential or draft.kind == Kind.CORRUPTION
    draft.verdict = {
        "engine": verdict.engine,
        "kind": verdict.kind,
        "category": verdict.category,
        "confidence": round(verdict.confidence, 4),
        "words": list(verdict.words),
    }
    category = agencies.category(svc.session, draft.category)
    draft.physical = category.physical if category and not draft.abstained else True


_CASE_KINDS = frozenset(
    {
        Kind.COMPLAINT,
        Kind.SUGGESTION,
        Kind.OPINION,
        Kind.COMPLIMENT,
        Kind.INQUIRY,
        Kind.CORRUPTION,
        Kind.EMERGENCY,
        Kind.SERVICE_REQUEST,
    }
)


def choose_category(svc: Svc, draft: Draft, code: str) -> None:
    """The person picked the category: later words do not change it."""
    draft.category, draft.subcategory, draft.category_chosen, draft.abstained = code, None, True, False
    row = agencies.category(svc.session, code)
    draft.physical = bool(row and row.physical)


def other_guesses(svc: Svc, draft: Draft) -> None:
    """Make sure there are three categories to choose from."""
    if len(draft.guesses) < 3:
        known = [row.code for row in agencies.categories(svc.session)]
        draft.guesses = list(dict.fromkeys([*draft.guesses, *known]))[:3]
