"""What a person told so far, in the conversation row: keep it, drop it, fill it from whatever comes in."""

from __future__ import annotations

from handlers.actions import cases as filing
from handlers.messages import Incoming
from handlers.rules.draft import OPEN_KINDS, Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities
from storage import agencies
from storage.words import Kind

_WITH_WORDS = frozenset({"text", "image", "video", "audio", "file"})


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
    """Take whatever this message holds, in whatever order it comes; of a set of pictures every one, with its words."""
    for row, one in zip((talk.message, *talk.others), (incoming, *incoming.more), strict=False):
        draft.message_ids.append(row.id)
        _take_in(draft, one)
        if one.kind in _WITH_WORDS and one.text.strip():
            absorb_text(svc, draft, row.id, heard.stands_for(one.text), reclassify=reclassify)


def _take_in(draft: Draft, incoming: Incoming) -> None:
    if incoming.place is not None:
        draft.lat, draft.lon = incoming.place.lat, incoming.place.lon
        draft.place = incoming.place.text or draft.place
    if incoming.kind == "contact":
        draft.contact = entities.find_phone(incoming.text) or draft.contact
    if incoming.media is None:
        return
    if incoming.kind == "image":
        draft.photos += 1
    elif incoming.kind == "audio":
        draft.voices += 1
    else:
        draft.files += 1


def absorb_text(svc: Svc, draft: Draft, message_id: int, text: str, *, reclassify: bool = True) -> None:
    """More words of the matter, and the facts in them."""
    draft.texts.append([message_id, text])
    _facts(draft, text)
    if reclassify and not (draft.category_chosen and draft.kind_chosen):
        understand(svc, draft)
    if draft.lat is None and not draft.is_at_a_spot:
        draft.place = ""


def _facts(draft: Draft, text: str) -> None:
    draft.place = draft.place or (entities.find_place(text) or "")
    draft.happened = draft.happened or (entities.find_when(text) or "")
    draft.contact = draft.contact or (entities.find_phone(text) or "")


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
    secret = verdict.confidential and draft.kind not in OPEN_KINDS
    draft.confidential = draft.confidential or secret or draft.kind == Kind.CORRUPTION
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


# --- taken back, or said better --------------------------------------------------------------------------------------


def forget(svc: Svc, talk: Talk, message_ids: list[int], words: list[str]) -> None:
    """Take an unsent message out of the draft and of what waits beside it; a draft with nothing left is gone."""
    _forget_waiting(talk, message_ids)
    draft = draft_of(talk)
    if draft is None or not set(message_ids) & set(draft.message_ids):
        return
    draft.message_ids = [kept for kept in draft.message_ids if kept not in message_ids]
    draft.texts = [pair for pair in draft.texts if pair[0] not in message_ids]
    for slot in ("place", "happened", "contact"):
        if any(filing.came_from(getattr(draft, slot), said) for said in words):
            setattr(draft, slot, "")
    if not draft.message_ids:
        drop(talk)
        return
    if draft.texts:
        understand(svc, draft)
    keep(svc, talk, draft)


def _forget_waiting(talk: Talk, message_ids: list[int]) -> None:
    topics = [pair for pair in talk.state.get("topics", []) if pair[0] not in message_ids]
    if topics:
        talk.state["topics"] = topics
    else:
        talk.state.pop("topics", None)
    for name in ("maybe", "asked"):
        if (talk.state.get(name) or {}).get("message_id") in message_ids:
            talk.state.pop(name)
            if name == "maybe":
                talk.conversation.draft_at = None


def reword(svc: Svc, talk: Talk, message_ids: list[int], old: str, text: str) -> bool:
    """A message of the draft was edited: its new words take the place of the old. False when it is not in the draft."""
    draft = draft_of(talk)
    if draft is None or not any(pair[0] in message_ids for pair in draft.texts):
        return False
    draft.texts = [[talk.message.id, text] if pair[0] in message_ids else pair for pair in draft.texts]
    draft.message_ids.append(talk.message.id)
    for slot in ("place", "happened", "contact"):
        if filing.came_from(getattr(draft, slot), old):
            setattr(draft, slot, "")
    _facts(draft, text)
    understand(svc, draft)
    keep(svc, talk, draft)
    return True
