"""Nothing is running in this chat: what does this message seem to be?"""

from __future__ import annotations

from dataclasses import replace

from handlers import access, receipts
from handlers.access import Actor
from handlers.flows import answers, belongs, complaint, foreign, inquiry, joining, menu, privacy, tracking
from handlers.messages import Incoming, Part
from handlers.rules.case_status import is_open
from handlers.rules.media import KINDS
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import kinds
from nlp.language import foreign_language
from nlp.normalize import normalize
from nlp.verdict import Verdict
from storage import cases
from storage.words import Kind

_SHORT = 45  # characters


def begin(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """Nothing is running: what does this seem to be?"""
    if incoming.kind == "sticker":
        return menu.sticker(svc, talk, incoming.keywords)
    if incoming.kind == "strange":
        return menu.strange(svc, talk)
    if incoming.kind == "image" and heard.holds(incoming.text, "greeting_picture", "words"):
        return menu.picture_greeting(svc, talk)
    shows = incoming.kind in {*KINDS, "place"}
    ways = [_more_of_it, _answer] if shows else [_answer]
    for way in reversed(ways) if answers.just_answered(svc, talk) else ways:
        parts = way(svc, talk, actor, incoming)
        if parts is not None:
            return parts
    if incoming.kind in KINDS and foreign_language(incoming.text):
        return foreign.begin(svc, talk, incoming)
    if incoming.kind != "text":
        return complaint.begin(svc, talk, incoming)
    return _by_words(svc, talk, actor, incoming) or _by_verdict(svc, talk, actor, incoming)


def _more_of_it(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A picture or a pin of the case filed or answered a moment ago."""
    reference = _just_filed(svc, talk, actor)
    return None if reference is None else tracking.add(svc, talk, actor, reference, incoming)


def _answer(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """What a case of theirs waits for."""
    return answers.take(svc, talk, actor, incoming, inquiry.knows(svc, incoming.text))


def _just_filed(svc: Svc, talk: Talk, actor: Actor) -> str | None:
    """The case filed or joined a moment ago, if it is still open and still this person's."""
    reference = receipts.just_filed(svc, talk)
    try:
        case, _joined = access.case_for_citizen(svc, actor, reference or "")
    except (access.NotFound, access.SecretNeeded):
        return None
    return case.reference if is_open(case.status) else None


def _by_words(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Short answers to nothing, and what needs no verdict."""
    text = incoming.text
    if heard.means(text, "thanks", "notice_seen", "answered", "keep_case"):
        return menu.thanks(svc, talk)
    if heard.means(text, "yes", "enough", "that_is_all") and receipts.just_filed(svc, talk):
        return menu.thanks(svc, talk)
    if tracking.looks_like_reference(text):
        return tracking.mistyped(svc, text)
    if privacy.is_phone_alone(text):
        return privacy.take_phone(svc, actor, text)
    if heard.means(text, "is_problem"):
        return tracking.is_problem(svc, talk, actor)
    if heard.means(text, "send", "resume", "back", "edit", "join", "not_same", "same_case"):
        joined = joining.again(svc, talk, actor) if heard.means(text, "join") else None
        return joined or complaint.cancel(svc, talk)  # says that nothing is pending
    if heard.means(text, "opener"):
        return menu.go_on(svc, talk)
    greeted = heard.foreign_hello(text)
    if greeted and not heard.means(text, "yes"):
        return [*foreign.hello(svc, greeted), *menu.hello(svc, talk)]
    if foreign_language(text):
        return foreign.begin(svc, talk, incoming)
    return None


def _is_news(svc: Svc, actor: Actor, text: str, verdict: Verdict) -> bool:
    """It sounds like asking after a case, but there is none here, and it tells a trouble: taken as one."""
    tells = not verdict.abstained or kinds.names_problem(normalize(text))
    return tells and len(text) > 30 and not access.cases_of(svc, actor)


def _small_talk(svc: Svc, talk: Talk, text: str) -> list[Part]:
    if heard.holds(text, "wants", "thanks"):
        return menu.thanks(svc, talk)
    letters = any(letter.isalnum() for letter in text)
    said = heard.sticker(tuple(text.strip())) if not letters else ""
    if said == "upset":
        return menu.upset(svc, talk)
    return menu.hello(svc, talk) if letters or said else menu.unknown(svc, talk)


def _says_mended(text: str) -> bool:
    return len(text) <= _SHORT and heard.holds(text, "wants", "mended")


def _by_verdict(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    verdict: Verdict = svc.tools.classify(incoming.text)
    if verdict.kind == Kind.EMERGENCY:
        verdict = verdict.inside  # looked at before, and found to be none here
    if _asks_after_it(svc, actor, incoming.text, verdict):
        verdict = replace(verdict, kind=Kind.FOLLOWUP)
    more = heard.holds(incoming.text, "belongs", "more")
    same = belongs.decide(svc, talk, actor, incoming, verdict) if more else None
    return same or _by_kind(svc, talk, actor, incoming, verdict)


def _asks_after_it(svc: Svc, actor: Actor, text: str, verdict: Verdict) -> bool:
    """A few words of impatience ("why so long?") where something of theirs is open."""
    impatient = verdict.said == Kind.FOLLOWUP or heard.holds(text, "belongs", "angry")
    return (
        impatient
        and verdict.kind == Kind.COMPLAINT
        and verdict.abstained
        and len(text) <= _SHORT
        and any(is_open(case.status) for case, _ in access.cases_of(svc, actor))
    )


def _by_kind(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming, verdict: Verdict) -> list[Part]:
    text = incoming.text
    mended = tracking.mended(svc, talk, actor, verdict.category) if _says_mended(text) else None
    if mended is not None:
        return mended
    if verdict.kind == Kind.SMALLTALK or heard.means(text, "yes", "no", "skip", "enough", "called", "that_is_all"):
        return _small_talk(svc, talk, text)
    if verdict.kind == Kind.FOLLOWUP and verdict.said != Kind.FOLLOWUP:
        same = belongs.decide(svc, talk, actor, incoming, verdict)  # it may tell more, or be another matter: asked
        if same is not None or not cases.of_account(svc.session, actor.account_id, limit=1):
            return same or complaint.begin(svc, talk, incoming)
    if verdict.kind == Kind.FOLLOWUP and not _is_news(svc, actor, text, verdict):
        return tracking.follow(
            svc, talk, actor, verdict.category, verdict.rude or heard.holds(text, "belongs", "angry")
        )
    if verdict.kind == Kind.DATA_RIGHT:
        return privacy.wish(svc, talk, actor, incoming)
    if verdict.kind == Kind.ABUSE:
        return menu.rude(svc, talk)
    same = belongs.decide(svc, talk, actor, incoming, verdict)
    if same is not None:
        return same
    if verdict.kind == Kind.INQUIRY:
        return inquiry.answer(svc, talk, incoming)
    return complaint.begin(svc, talk, incoming)
