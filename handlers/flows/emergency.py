"""Danger: numbers to call in the very first bubble, people told at once, then the one question that matters."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.actions import danger, drafts, filing, privacy
from handlers.messages import Incoming, Part, Say
from handlers.receipts import file
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import ENGLISH, heard, shortened
from handlers.views import danger_first, hotline_numbers
from nlp import entities
from nlp.language import foreign_language
from storage import cases
from storage.tables import Case
from storage.words import Kind

# So long everything that person sends belongs to the same danger.
_LASTS = timedelta(minutes=30)
_OWN_WORDS = 3
_ASKS = {"distress": "emergency.distress_ask", "violence": "emergency.violence_ask"}
_NO_PLACE = ("called", "skip", "unsure_place", "send", "yes", "no", "cannot_type", "human", "picker", "thanks")


def is_running(talk: Talk) -> bool:
    """Is this chat in the middle of an emergency?"""
    draft = drafts.draft_of(talk)
    return draft is not None and draft.kind == Kind.EMERGENCY


def begin(svc: Svc, talk: Talk, incoming: Incoming, what: str) -> list[Part]:
    """Words of danger, also in the middle of something else. The privacy notice waits for another matter: no reading
    before help."""
    talk.in_danger = True
    draft = drafts.draft_of(talk) or Draft()
    drafts.absorb(svc, talk, draft, incoming)
    draft.language = foreign_language(incoming.text) or draft.language
    danger.mark(draft, what)
    danger.call_out(svc, talk, draft)
    first = danger_first(svc, what, draft.language)
    if draft.has_place:
        return [first, *_file(svc, talk, draft)]
    draft.step = "place"
    draft.asked.append("place")
    drafts.keep(svc, talk, draft)
    return [first, *ask(svc, talk)]


def ask(svc: Svc, talk: Talk) -> list[Part]:
    """Where? Gently, where the danger is at home or in a heart."""
    draft = drafts.draft_of(talk)
    asked = svc.texts.bubble(_ASKS.get(draft.danger if draft else "", "emergency.place"))
    return [svc.texts.beside(asked, "where", draft.language if draft else "")]


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part] | None:
    """Whatever comes after the numbers is taken as it is: no form, no review. None: it is no emergency after all."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    talk.in_danger = True
    if heard.means(incoming.text, "not_emergency"):
        danger.call_off(svc, talk, draft)
        draft.language = _goes_on_in(draft)
        drafts.keep(svc, talk, draft)
        return None
    if heard.means(incoming.text, "picker"):
        return ask(svc, talk)
    draft.place = draft.place or _place_in(incoming)
    drafts.absorb(svc, talk, draft, incoming, reclassify=False)
    return _file(svc, talk, draft)


def none(svc: Svc, talk: Talk) -> list[Part]:
    """It goes on as any other matter: now there is time for the privacy notice."""
    draft = drafts.draft_of(talk)
    said = Say(svc.texts.say("emergency.not"))
    return [said, *privacy.shown(svc, talk, draft.language if draft else "")]


def _goes_on_in(draft: Draft) -> str:
    """The language of what is no emergency after all; a word or two of English ("help!") Thais cry as well."""
    few = draft.language == ENGLISH and len(draft.words.split()) < _OWN_WORDS
    return "" if few else draft.language


def _file(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """File it at once; what is said in the next half hour joins it, the place first of all."""
    parts = file(svc, talk, draft)
    talk.state["danger"] = {
        "reference": talk.state["filed"]["reference"],
        "what": draft.danger,
        "until": (svc.now + _LASTS).isoformat(),
        "place": draft.has_place,
        "language": draft.language,
    }
    if draft.has_place or draft.danger in danger.QUIET:
        return parts
    return [*parts, _place_again(svc, draft.language)]


def _place_again(svc: Svc, language: str) -> Say:
    return svc.texts.beside(svc.texts.bubble("emergency.place_again"), "where", language)


def _place_in(incoming: Incoming) -> str:
    """The place a typed answer names; "" for a cry such as "come quickly", which is no place."""
    text = incoming.text
    if incoming.kind != "text" or heard.means(text, *_NO_PLACE):
        return ""
    found = entities.find_place(text)
    if found is None and (any(letter.isdigit() for letter in text) or heard.holds(text, "wants", "spot")):
        found = text
    return shortened(found or "", 200)


# --- after it was filed ----------------------------------------------------------------------------------------------


def open_case(svc: Svc, talk: Talk) -> Case | None:
    """The emergency this chat told of in the last half hour."""
    found = talk.state.get("danger")
    if not found or svc.now >= datetime.fromisoformat(found["until"]):
        talk.state.pop("danger", None)
        return None
    return cases.by_reference(svc.session, found["reference"])


def more(svc: Svc, talk: Talk, case: Case, incoming: Incoming) -> list[Part]:
    """More of the same danger: to the same case, and pushed on."""
    known = talk.state["danger"]
    place = incoming.place
    spot = "" if known["place"] else _place_in(incoming)
    if spot or place is not None:
        known["place"] = True
    if spot:
        danger.set_place(svc, case, spot)
    rows = [row.id for row in (talk.message, *talk.others)]
    text = incoming.text if incoming.kind not in ("place", "sticker", "contact") else ""
    filing.add_to_case(svc, case, rows, text, place.lat if place else None, place.lon if place else None)
    numbers = " ".join(line.split(" ", 1)[0] for line in hotline_numbers(svc, known["what"]).splitlines())
    language = known["language"] = foreign_language(text) or known.get("language", "")
    if known["what"] in danger.QUIET:
        return [svc.texts.beside(Say(svc.texts.say("confirm.added_quiet", numbers=numbers)), "quiet", language)]
    said = Say(svc.texts.say("confirm.added_urgent", code=case.reference, numbers=numbers))
    said = svc.texts.beside(said, "urgent", language, code=case.reference)
    return [said] if known["place"] else [said, _place_again(svc, language)]


def over(svc: Svc, talk: Talk, case: Case) -> list[Part]:
    """No danger after all, said after it was filed."""
    talk.state.pop("danger", None)
    danger.calm(svc, case)
    return [svc.texts.bubble("emergency.calmed", code=case.reference)]
