"""Danger: it comes before everything else, and what follows belongs to it."""

from __future__ import annotations

from handlers.access import Actor
from handlers.actions import awaiting, drafts
from handlers.flows import answers, emergency, survey
from handlers.messages import Incoming, Part
from handlers.rules.media import KINDS
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.views import danger_first
from handlers.ways import running, words
from nlp import entities
from nlp.language import foreign_language
from storage.tables import Case
from storage.words import Kind


def begins(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Danger comes before everything else, also in the middle of a draft, and in the words under a picture."""
    if not incoming.text.strip() or incoming.kind not in ("text", *KINDS) or emergency.is_running(talk):
        return None
    if heard.means(incoming.text, "not_emergency", "called", "hotline"):
        return None
    verdict = svc.tools.classify(incoming.text)
    if running.is_talking(svc, talk):
        verdict = verdict.inside
    if verdict.kind != Kind.EMERGENCY or (heard.knows(incoming.text) and not verdict.foreseen):
        return None
    asked = answers.just_answered(svc, talk) or awaiting.is_asked(svc, actor) or survey.is_running(svc, talk)
    if asked and not awaiting.alarms(verdict, incoming.text):
        return None  # an answer of a few words
    told = emergency.open_case(svc, talk) if drafts.draft_of(talk) is None else None
    if told is not None:
        talk.in_danger = True
        first = danger_first(svc, verdict.danger, foreign_language(incoming.text))
        return [first, *emergency.more(svc, talk, told, incoming)]
    return emergency.begin(svc, talk, incoming, verdict.danger)


def goes_on(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    told = emergency.open_case(svc, talk)
    if told is not None and drafts.draft_of(talk) is None and _of_the_danger(told, incoming):
        if heard.means(incoming.text, "not_emergency"):
            return emergency.over(svc, talk, told)
        return emergency.more(svc, talk, told, incoming)
    if not emergency.is_running(talk) or heard.means(incoming.text, "cancel", "menu", "hotline"):
        return None
    if incoming.kind == "sticker":
        return emergency.ask(svc, talk)
    parts = emergency.take(svc, talk, incoming)
    if parts is not None:
        return parts
    return [*emergency.none(svc, talk), *running.onward(svc, talk)]


def _of_the_danger(told: Case, incoming: Incoming) -> bool:
    """Just told of danger: pins, pictures and words belong to it, but not thanks, buttons or another matter."""
    if incoming.kind in (*KINDS, "place"):
        return True
    if any(reference != told.reference for reference in entities.find_references(incoming.text)):
        return False
    if incoming.kind != "text" or not any(letter.isalpha() for letter in incoming.text):
        return False
    if heard.means(incoming.text, "not_emergency"):
        return True
    known = [*words.ASIDES, *words.WAYS_IN, "mine", "cancel", "withdraw", "add_more", "thanks", "keep_case", "my_data"]
    return not heard.means(incoming.text, *known) and not heard.holds(incoming.text, "belongs", "other")
