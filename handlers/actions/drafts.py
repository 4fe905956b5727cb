"""What a person told so far, in the conversation row: keep it, drop it, fill it from whatever comes in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from handlers.actions import awaiting, correcting
from handlers.actions.correcting import Old
from handlers.messages import Incoming, Part
from handlers.rules import minors
from handlers.rules.draft import OPEN_KINDS, Draft
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from nlp import entities, kinds, topics
from nlp.digits import arabic
from nlp.normalize import normalize
from nlp.verdict import Guess, Verdict
from storage import agencies, attached, messages
from storage.words import Kind

CORRUPT, UNKNOWN = "CR", "OT"
_PASSING, _ADDRESS = 60, 80  # characters of a question in passing, of an address
_NO_ADDRESS = frozenset({Kind.CORRUPTION, Kind.SUGGESTION, Kind.COMPLIMENT, Kind.INQUIRY, Kind.EMERGENCY})
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


def take_beside(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> Incoming:
    """Pictures, a voice or a pin whose caption answers our question belong to the matter; returns the bare answer."""
    if incoming.kind == "text":
        return incoming
    place = incoming.place
    if place is not None and place.text == incoming.text:
        place = replace(place, text="")
    absorb(svc, talk, draft, replace(incoming, text="", place=place))
    keep(svc, talk, draft)
    return replace(incoming, kind="text", place=None, media=None, more=())


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
    """More words of the matter, and the facts in them; a message stands in the draft once, in its newest words."""
    draft.texts = [pair for pair in draft.texts if pair[0] != message_id]
    draft.texts.append([message_id, text])
    _facts(draft, text)
    if reclassify and draft.category_chosen and draft.kind_chosen:
        draft.verdict = noted(svc.tools.classify(draft.words))  # nothing to decide, but to be measured against
    elif reclassify:
        understand(svc, draft)
    draft.minor = draft.minor or minors.is_minor(arabic(text), heard.load()["minor"])
    # What a child tells of people is nobody else's business; a broken lamp is everybody's.
    draft.confidential = draft.confidential or (draft.minor and not draft.physical and draft.kind not in OPEN_KINDS)
    if draft.lat is None and not draft.is_at_a_spot:
        draft.place = ""


def _facts(draft: Draft, text: str) -> None:
    draft.place = draft.place or (entities.find_place(text) or "")
    draft.happened = draft.happened or (entities.find_when(text) or "")
    draft.contact = draft.contact or (entities.find_phone(text) or "")


def ask_same(svc: Svc, talk: Talk, reference: str, text: str) -> list[Part]:
    """Is this more of that case, or a new matter? Asked, and kept until it is answered."""
    talk.state["maybe"] = {"reference": reference, "message_id": talk.message.id, "text": text}
    talk.conversation.draft_at = svc.now  # a person who falls silent here has still told us something
    return [svc.texts.bubble("belongs.ask", code=reference, summary=shortened(text, 60))]


def understand(svc: Svc, draft: Draft) -> None:
    """Kind, category and urgency of everything told so far: three decisions (design 9)."""
    verdict = svc.tools.classify(draft.words)
    if len(draft.texts) > 1 or verdict.kind == Kind.EMERGENCY:
        verdict = verdict.inside  # danger is heard elsewhere, before anything is drafted
    if verdict.kind == Kind.EMERGENCY and not awaiting.alarms(verdict, draft.words):
        verdict = replace(verdict, kind=verdict.said, danger="")
    if not draft.kind_chosen:
        found = verdict.kind if verdict.kind in _CASE_KINDS else Kind.COMPLAINT
        # A question or a thank you after the trouble does not make the trouble one.
        if len(draft.texts) < 2 or draft.abstained or found in _GROWS_TO:
            draft.kind = found
    if not draft.category_chosen:
        draft.category, draft.subcategory = verdict.category, verdict.subcategory
        draft.extra_categories = [label for label in verdict.labels if label != verdict.category][:2]
        told = [Guess(verdict.category, verdict.confidence), *verdict.alternatives]
        worth = [guess.category for guess in told if guess.confidence >= WORTH_OFFERING and guess.category != UNKNOWN]
        draft.guesses = worth[:3]
        draft.abstained = verdict.abstained
    if draft.kind == Kind.CORRUPTION and not draft.category_chosen:
        draft.category, draft.subcategory, draft.extra_categories, draft.abstained = CORRUPT, None, [], False
    draft.urgent = draft.urgent or verdict.urgent  # raised by machines, lowered only by people
    secret = verdict.confidential and draft.kind not in OPEN_KINDS
    draft.confidential = draft.confidential or secret or draft.kind == Kind.CORRUPTION
    draft.verdict = noted(verdict)
    category = agencies.category(svc.session, draft.category)
    draft.physical = category.physical if category and not draft.abstained else True


def noted(verdict: Verdict) -> dict[str, Any]:
    """What is kept of a verdict beside its case: who said what, how surely, and what else it thought of."""
    told = [Guess(verdict.category, verdict.confidence), *verdict.alternatives][:_KEPT_GUESSES]
    return {
        "engine": verdict.engine,
        "kind": verdict.kind,
        "category": verdict.category,
        "confidence": round(verdict.confidence, 4),
        "guesses": [{"category": guess.category, "confidence": round(guess.confidence, 4)} for guess in told],
        "abstained": verdict.abstained,
        "urgent": verdict.urgent,
        "words": list(verdict.words),
    }


_KEPT_GUESSES = 3
WORTH_OFFERING = 0.15  # a guess below is no hint at all
_GROWS_TO = frozenset({Kind.COMPLAINT, Kind.CORRUPTION})
_CASE_KINDS = frozenset(
    {
        Kind.COMPLAINT,
        Kind.SUGGESTION,
        Kind.OPINION,
        Kind.COMPLIMENT,
        Kind.INQUIRY,
        Kind.CORRUPTION,
        Kind.SERVICE_REQUEST,
    }
)


def is_no_news(svc: Svc, text: str) -> bool:
    """Small talk, a question or a curse that tells nothing of the matter itself: no place, no time, no number."""
    if entities.find_place(text) or entities.find_phone(text) or entities.find_when(text):
        return False
    verdict = svc.tools.classify(text).inside
    if verdict.kind in (Kind.INQUIRY, Kind.FOLLOWUP):
        asks = heard.holds(text, "wants", "question") or verdict.kind == Kind.FOLLOWUP
        return asks and len(text) <= _PASSING and not kinds.names_problem(normalize(text))
    return verdict.kind in (Kind.SMALLTALK, Kind.ABUSE) or not any(letter.isalnum() for letter in text)


def names_trouble(draft: Draft) -> bool:
    """Do the words name something that is wrong, whatever it is about?"""
    return kinds.names_problem(normalize(draft.words))


def is_story(svc: Svc, text: str) -> bool:
    """In answer to "where?": more of the matter, not an address."""
    if entities.find_place(text):
        return False
    verdict = svc.tools.classify(text).inside
    tells = kinds.names_problem(normalize(text)) or not verdict.abstained
    return len(text) > _ADDRESS or verdict.kind in _NO_ADDRESS or tells


def correct_place(draft: Draft, text: str) -> None:
    """ "ไม่ใช่ ซอย 6 ต่างหาก": the newer place wins."""
    found = entities.find_place(text)
    if found and heard.holds(text, "wants", "correct"):
        draft.place, draft.lat, draft.lon = found, None, None


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


def forget(svc: Svc, talk: Talk, old: Old) -> None:
    """Take an unsent message out of the draft and of what waits beside it; a draft with nothing left is gone."""
    _forget_waiting(talk, old)
    draft = draft_of(talk)
    gone = {} if draft is None else lost(svc, draft, old)
    if draft is None or not (gone or old.rows & set(draft.message_ids)):
        return
    _uncount(svc, draft, old)
    draft.message_ids = [row for row in draft.message_ids if row not in old.rows]
    draft.texts = [pair for pair in draft.texts if pair[0] not in old.rows]
    if not draft.message_ids:
        drop(talk)
        return
    _read_again(svc, draft, gone)
    if draft.step == "topics" and "topics" not in talk.state:
        draft.step = _after_topics(draft)
    keep(svc, talk, draft)


def lost(svc: Svc, draft: Draft, old: Old) -> dict[str, str]:
    """What was read out of this message and out of none of the others: slot → what stands there."""
    others = [row for row in draft.message_ids if row not in old.rows]
    said = [*draft.texts, *messages.words_of(svc.session, others)]
    rest = [str(words) for row, words in said if row not in old.rows]
    slots = {"place": draft.place, "happened": draft.happened, "contact": draft.contact}
    return correcting.not_held(slots, (draft.lat, draft.lon), old, rest, messages.pins(svc.session, others))


def _uncount(svc: Svc, draft: Draft, old: Old) -> None:
    came = attached.count_media(svc.session, old.rows & set(draft.message_ids))
    images, voices = came.pop("image", 0), came.pop("audio", 0)
    draft.photos = max(0, draft.photos - images)
    draft.voices = max(0, draft.voices - voices)
    draft.files = max(0, draft.files - sum(came.values()))


def _read_again(svc: Svc, draft: Draft, gone: Collection[str]) -> None:
    """What was lost is looked for in the words there are now, and what it is about is judged anew."""
    if "pin" in gone:
        draft.lat = draft.lon = None
    for slot in set(gone) - {"pin"}:
        setattr(draft, slot, "")
    for _row, words in draft.texts:
        _facts(draft, words)
    if draft.texts:
        understand(svc, draft)
    else:
        _unlearn(draft)
    if draft.lat is None and not draft.is_at_a_spot:
        draft.place = ""


def _unlearn(draft: Draft) -> None:
    """Without words there is nothing a machine could have understood."""
    draft.verdict = {}
    if not draft.kind_chosen:
        draft.kind = Kind.COMPLAINT
    if not draft.category_chosen:
        draft.category, draft.subcategory, draft.extra_categories, draft.guesses = "", None, [], []
        draft.abstained = True


def _after_topics(draft: Draft) -> str:
    """The step of a draft that turned out not to hold several matters."""
    return "review" if draft.texts else "what"


def _forget_waiting(talk: Talk, old: Old) -> None:
    _put_topics(talk, [pair for pair in talk.state.get("topics", []) if pair[0] not in old.rows])
    for name in _WAITING:
        if (talk.state.get(name) or {}).get("message_id") in old.rows:
            talk.state.pop(name)
            if name == "maybe":
                talk.conversation.draft_at = None


_WAITING = ("maybe", "asked")  # words kept until the person has said what they are


def _put_topics(talk: Talk, found: list[list[Any]]) -> None:
    if found:
        talk.state["topics"] = found
    else:
        talk.state.pop("topics", None)


def reword(svc: Svc, talk: Talk, old: Old, text: str, fits: Callable[[str], str]) -> bool:
    """A message that is not filed yet was edited: its new words take the place of the old. False when it is not here.

    `fits`: which part of the new words takes the place of old ones, where they told of several matters.
    """
    waited = _reword_waiting(talk, old, text, fits)
    draft = draft_of(talk)
    gone = {} if draft is None else lost(svc, draft, old)
    if draft is None or not (gone or old.rows & set(draft.message_ids)):
        return waited
    row = talk.message.id
    whole = draft.step == "topics"
    if any(pair[0] in old.rows for pair in draft.texts):
        draft.texts = [[row, text if whole else fits(pair[1])] if pair[0] in old.rows else pair for pair in draft.texts]
    elif "place" in gone:
        draft.place = shortened(text, 200)  # it was the answer to "where?"
        gone.pop("place")
    elif not old.words:
        draft.texts.append([row, text])  # words below a picture that had none
    draft.message_ids.append(row)
    kind = draft.kind
    _read_again(svc, draft, gone)
    _facts(draft, text)
    if draft.kind == Kind.EMERGENCY:
        draft.kind = kind  # danger begins with hotlines, in its own flow
    if whole:
        _put_topics(talk, [[row, piece] for piece in topics.split(text)])
        draft.step = draft.step if "topics" in talk.state else _after_topics(draft)
    keep(svc, talk, draft)
    return True


def _reword_waiting(talk: Talk, old: Old, text: str, fits: Callable[[str], str]) -> bool:
    row = talk.message.id
    kept = talk.state.get("topics", [])
    _put_topics(talk, [[row, fits(pair[1])] if pair[0] in old.rows else pair for pair in kept])
    found = any(pair[0] in old.rows for pair in kept)
    for name in _WAITING:
        waiting = talk.state.get(name) or {}
        if waiting.get("message_id") in old.rows:
            waiting.update(message_id=row, text=text)
            found = True
    return found
