"""Which flow takes this message: danger, escape words, references, the running flow, then what it seems to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers import access, fresh, receipts
from handlers.access import Actor, actor_for
from handlers.actions import awaiting, drafts, evidence, reached, surveying, visits
from handlers.desk import commands as officer
from handlers.desk import filling, loose, recording, typed
from handlers.flows import (
    answers,
    belongs,
    complaint,
    consenting,
    editing,
    emergency,
    foreign,
    group,
    inquiry,
    joining,
    menu,
    own_group,
    privacy,
    subscribing,
    survey,
    tracking,
)
from handlers.messages import Incoming, Part, Say, from_json
from handlers.rules.draft import Draft
from handlers.rules.media import LARGEST, refusal
from handlers.services import Svc, Talk, newest_choices
from handlers.texts import heard
from handlers.views import answers_to, danger_first
from nlp import entities
from nlp.language import foreign_language
from nlp.normalize import readable
from storage import cases, outbox, people
from storage.tables import Case
from storage.words import Kind

# A draft left alone this long is offered again before anything else is asked.
_STALE_MINUTES = 30

_HAPPENINGS = frozenset({"follow", "unfollow", "return", "join", "leave", "unsend", "edit", "moved", "other"})
_MEDIA = frozenset({"image", "video", "audio", "file"})
_WAYS_IN = {
    "report": Kind.COMPLAINT,
    "suggest": Kind.SUGGESTION,
    "ask": Kind.INQUIRY,
    "praise": Kind.COMPLIMENT,
    "secret_report": Kind.CORRUPTION,
}
_ASIDES: dict[str, Callable[[Svc, Talk], list[Part]]] = {
    "menu": menu.show,
    "hotline": menu.hotlines,
    "human": menu.human,
    "privacy": menu.privacy,
    "why": menu.why,
    "other_ways": menu.other_ways,
    "bot_or_human": menu.bot_or_human,
    "news_on": subscribing.begin,
    "news_off": subscribing.end,
}
_IN_PASSING = frozenset({"human", "why", "bot_or_human"})  # heard inside a short sentence as well
_SHORT = 45  # characters
_NUMBER = 15  # characters of "ข้อที่ 2 ค่ะ"


def route(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """The answer to one message of one person."""
    actor = actor_for(svc, talk.account)
    if not talk.private:
        return _in_group(svc, talk, actor, incoming)
    if incoming.kind in _HAPPENINGS:
        return _happening(svc, talk, incoming)
    if incoming.kind == "text":
        if len(incoming.text) <= _NUMBER and _may_choose(incoming.text):
            _offered_since(svc, talk, actor)
        said = heard.chosen(incoming.text, talk.offered, numbers=not _asks_where(talk))
        incoming = replace(incoming, text=_as_meant(incoming.text) if said is None else said)
    refused = _refused(svc, incoming)
    if refused is None:
        return _answered(svc, talk, actor, incoming)
    return _without_media(svc, talk, actor, incoming, refused)


def _may_choose(text: str) -> bool:
    """Does it hold a number, and is it no command?"""
    return any(letter.isdigit() for letter in text) and heard.command(text) is None


def _offered_since(svc: Svc, talk: Talk, actor: Actor) -> None:
    """A notice with buttons that came after our last answer: a typed number means these. They are read from rows, or,
    once it was sent, from what its case waits for."""
    for put in outbox.newest_put(svc.session, talk.conversation.lane, talk.conversation.id, svc.now):
        if put.is_answer or put.once.startswith(surveying.ONCE):
            return  # what is offered now is known to the chat
        if put.parts is not None:
            talk_parts = [from_json(part) for part in put.parts]
            choices = [choice for choice in newest_choices(talk_parts) if choice.opens != "link"]
        else:
            case = None if put.case_id is None else cases.get(svc.session, put.case_id)
            own = case is not None and case.account_id == actor.account_id
            choices = list(answers_to(svc, case)) if case is not None and own else []
        if choices:
            talk.state["offered"] = [[choice.label, choice.says] for choice in choices]
            return


def _as_meant(text: str) -> str:
    """What was typed on the wrong keyboard in its own letters; a command in Latin letters stays one."""
    found = heard.command(text)
    return text if found is not None and found[0] else readable(text)


def _answered(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    before = talk.state.get(surveying.STATE)
    parts = _first(svc, talk, actor, incoming)
    if parts is None:
        parts = fresh.begin(svc, talk, actor, incoming)
    survey.left(svc, talk, before)
    return parts


def _first(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    for way in _WAYS:
        parts = way(svc, talk, actor, incoming)
        if parts is not None:
            return parts
    return None


# --- not a message of one person to us -----------------------------------------------------------------------------


def _asks_where(talk: Talk) -> bool:
    """Is the place asked for? A number typed there is part of an address."""
    return any(heard.means(label, "unsure_place") for label, _says in talk.offered)


def edited(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """After a message was put into other words: danger is told of at once, else the open question stands again."""
    actor = actor_for(svc, talk.account)
    parts = _danger(svc, talk, actor, replace(incoming, kind="text")) if talk.private else None
    draft = drafts.draft_of(talk)
    if parts is None and talk.private and draft is not None:
        return _again(svc, talk) if draft.step == "topics" else _onward(svc, talk)
    return parts or []


def _onward(svc: Svc, talk: Talk) -> list[Part]:
    """The next question of what is being told, in whichever language."""
    return foreign.again(svc, talk) if _in_other_words(talk) else complaint.onward(svc, talk)


def _again(svc: Svc, talk: Talk) -> list[Part]:
    """The open question once more, in whichever language."""
    return foreign.again(svc, talk) if _in_other_words(talk) else complaint.repeat(svc, talk)


def _in_other_words(talk: Talk) -> bool:
    return foreign.is_running(talk) and not emergency.is_running(talk)


def _happening(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Things that are not messages: somebody came, went, or something we do not know."""
    if incoming.kind in ("follow", "return"):
        people.mark_unreachable(svc.session, talk.account.id, None)
        outbox.release(svc.session, talk.conversation.lane)
    if incoming.kind == "unfollow":
        reached.gone(svc, talk.account)
    return menu.welcome(svc, talk) if incoming.kind == "follow" else []


def _in_group(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """A group: greeted when we are added, then answered only when addressed."""
    if incoming.kind == "join":
        return menu.group(svc, talk)
    if incoming.kind in _HAPPENINGS:
        return []
    acting = group.actor(svc, talk)
    proof = None if acting is None else _proof(svc, talk, acting, incoming)
    if proof is not None or not incoming.text.strip():
        return proof or []
    found = heard.command(incoming.text)
    asks = found is None and acting is not None and not incoming.forwarded
    meant = typed.in_group(svc, incoming.text) if asks else None
    if meant is not None:
        return meant
    if found is None:
        return group.report(svc, talk, incoming)
    name, rest = found
    if name == "join":
        return group.join(svc, talk, rest)
    if acting is None:
        return _not_an_officers(svc, talk, actor, name)
    if _is_passed_on(acting, incoming, name):
        return [Say(svc.texts.say("officer.passed_on"))]
    return officer.obey(svc, talk, acting, "help" if name == "start" else name, rest, incoming.text)


def _not_an_officers(svc: Svc, talk: Talk, actor: Actor, name: str) -> list[Part]:
    """A command in a group of citizens, or by somebody who is no officer of this one."""
    if name != "start" and talk.conversation.agency_code is not None:
        return [Say(svc.texts.say("officer.group_join_first"))]
    if name == "start" or not actor.works_here:
        return menu.group(svc, talk)
    return [Say(svc.texts.say("officer.group_unknown"))]


# --- pictures and files we do not take -----------------------------------------------------------------------------


def _refused(svc: Svc, incoming: Incoming) -> Say | None:
    """What to say of pictures and files that we do not take; None where we take them all."""
    items = (incoming, *incoming.more)
    why = next((why for why in map(_why_not, items) if why), "")
    if not why:
        return None
    kept = svc.texts.say("error.words_kept") if any(item.text.strip() for item in items) else ""
    return Say(svc.texts.say(f"error.{why}", kept="\n" + kept if kept else "", most=LARGEST // 1024 // 1024))


def _why_not(item: Incoming) -> str:
    return refusal(item.kind, item.media.name, item.media.size) if item.media is not None else ""


def _without_media(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming, refused: Say) -> list[Part]:
    """Said politely what we cannot take; the words that came with it, and the rest of a set, are served."""
    items = [replace(item, kind="text", media=None) if _why_not(item) else item for item in (incoming, *incoming.more)]
    left = replace(items[0], more=tuple(items[1:]))
    if any(item.media is not None or item.text.strip() for item in items):
        return [refused, *_answered(svc, talk, actor, left)]
    draft = drafts.draft_of(talk)
    return [refused] if draft is None else [refused, *_again(svc, talk)]


# --- the ways, in order --------------------------------------------------------------------------------------------


def _survey_tap(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A button below a survey's question: it says which, so that nothing else can be meant."""
    parts = survey.tap(svc, talk, actor, incoming)
    return None if parts is None else [*parts, *complaint.kept_line(svc, talk)]


def _waiting(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The words of an officer's command that came without them."""
    return typed.answer(svc, talk, actor, incoming)


def _recording(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer is writing a matter down for somebody; what they themselves were telling as a citizen waits."""
    parts = recording.take(svc, talk, actor, incoming)
    if parts is None or "recording" in talk.state:
        return parts
    return [*parts, *complaint.kept_line(svc, talk)]


def _filling(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer is writing a line of a register."""
    return filling.take(svc, talk, actor, incoming)


def _command(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    below = incoming.kind in _MEDIA and actor.works_here  # a picture's caption: "/ผล 482 ..."
    found = heard.command(incoming.text) if incoming.kind == "text" or below else None
    if found is None:
        return None if incoming.forwarded else typed.command(svc, talk, actor, incoming)
    name, rest = found
    if _is_passed_on(actor, incoming, name):
        return [Say(svc.texts.say("officer.passed_on"))]
    if name == "start":
        return officer.join(svc, talk, rest) if rest else menu.welcome(svc, talk)
    if name == "join":
        return officer.join(svc, talk, rest)
    if name == "cancel":
        return complaint.cancel(svc, talk)
    if name == "report" and rest.strip() and actor.works_here:  # "/report 2570"; alone it is the citizens' word
        return officer.obey(svc, talk, actor, "evidence", rest, incoming.text)
    if name == "report":
        return complaint.start(svc, talk, Kind.COMPLAINT)
    if name == "track":
        return tracking.mine(svc, talk, actor)
    if name == "help" and not actor.works_here:
        return menu.show(svc, talk)
    return officer.obey(svc, talk, actor, name, rest, incoming.text)


def _is_passed_on(actor: Actor, incoming: Incoming, name: str) -> bool:
    """Somebody else's words that would be an order if this officer had typed them: a citizen could send them such a
    text. A code is passed on to whom it is for, and makes nobody but them an officer."""
    return incoming.forwarded and actor.works_here and name not in ("join", "start")


def _proof(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer's picture or pin that belongs to a case they work on."""
    parts = evidence.take_photo(svc, talk, actor, incoming)
    return visits.take_pin(svc, talk, actor, incoming) if parts is None else parts


def _loose(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer's picture without a word, and what they say of it."""
    parts = loose.ask(svc, talk, actor, incoming)
    if parts is None and loose.is_own(svc, talk, incoming) and loose.says_own(incoming):
        return complaint.onward(svc, talk)
    return parts


def _danger(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Danger comes before everything else, also in the middle of a draft, and in the words under a picture."""
    if not incoming.text.strip() or incoming.kind not in ("text", *_MEDIA) or emergency.is_running(talk):
        return None
    if heard.means(incoming.text, "not_emergency", "called", "hotline"):
        return None
    verdict = svc.tools.classify(incoming.text)
    if _is_talking(svc, talk):
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


def _is_talking(svc: Svc, talk: Talk) -> bool:
    """Is something asked, told, or only just filed, so that a few words are likely to belong to it?"""
    asked = any(talk.state.get(name) for name in _STEPS if name != surveying.STATE)  # that one may be days old
    return asked or drafts.draft_of(talk) is not None or receipts.just_filed(svc, talk) is not None


def _emergency(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
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
    return [*emergency.none(svc, talk), *_onward(svc, talk)]


def _of_the_danger(told: Case, incoming: Incoming) -> bool:
    """Just told of danger: pins, pictures and words belong to it, but not thanks, buttons or another matter."""
    if incoming.kind in (*_MEDIA, "place"):
        return True
    if any(reference != told.reference for reference in entities.find_references(incoming.text)):
        return False
    if incoming.kind != "text" or not any(letter.isalpha() for letter in incoming.text):
        return False
    if heard.means(incoming.text, "not_emergency"):
        return True
    known = [*_ASIDES, *_WAYS_IN, "mine", "cancel", "withdraw", "add_more", "thanks", "keep_case", "my_data"]
    return not heard.means(incoming.text, *known) and not heard.holds(incoming.text, "belongs", "other")


def _escape(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """Words that work at every step."""
    text = incoming.text
    if incoming.kind != "text":
        return None
    draft = drafts.draft_of(talk)
    short = len(text) <= _SHORT and not entities.find_references(text)
    if draft is None and (heard.means(text, "withdraw") or (short and heard.holds(text, "wants", "withdraw"))):
        return tracking.ask_withdraw(svc, talk, actor, None)
    if heard.means(text, "cancel") and "withdrawing" not in talk.state and "privacy" not in talk.state:
        talk.state.pop("secret_for", None)
        talk.state.pop("adding", None)
        if survey.is_running(svc, talk):
            return survey.stop(svc, talk, actor)
        return foreign.take(svc, talk, incoming) if foreign.is_running(talk) else complaint.cancel(svc, talk)
    aside = _aside(svc, talk, actor, incoming)
    if aside is not None:
        # Where the side step asks something itself, its answer must not be taken for the draft's.
        return aside if "privacy" in talk.state else [*aside, *complaint.kept_line(svc, talk)]
    if heard.means(text, "add_more") and draft is None:
        return tracking.ask_more(svc, talk, actor)
    if draft is None and heard.means(text, "survey", "survey_short", "survey_full"):
        return _survey(svc, talk, actor, text)
    if "maybe" not in talk.state and "again" not in talk.state and (draft is None or not draft.names_something):
        return _way_in(svc, talk, text)
    return None


def _survey(svc: Svc, talk: Talk, actor: Actor, text: str) -> list[Part]:
    """They want to say what they think of the service: a few items, a whole form, or whatever is still open."""
    if heard.means(text, "survey"):
        return survey.wish(svc, talk, actor)
    return survey.start(svc, talk, full=heard.means(text, "survey_full"))


def _aside(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A side step that leaves the draft where it is."""
    if heard.means(incoming.text, "mine"):
        return tracking.mine(svc, talk, actor)
    grouped = own_group.take(svc, actor, incoming)
    if grouped is not None:
        return grouped
    if "asked" not in talk.state or not heard.means(incoming.text, "human"):
        short = len(incoming.text) <= _SHORT
        for name, aside in _ASIDES.items():
            if heard.means(incoming.text, name) or (short and name in _IN_PASSING and _wants(incoming.text, name)):
                return aside(svc, talk)
    return privacy.take(svc, talk, actor, incoming)


def _wants(text: str, name: str) -> bool:
    return heard.holds(text, "wants", name)


def _way_in(svc: Svc, talk: Talk, text: str) -> list[Part] | None:
    for name, kind in _WAYS_IN.items():
        if heard.means(text, name):
            talk.state.pop("detail", None)
            return complaint.start(svc, talk, kind)
    return None


def _contact(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A contact card while nothing is being told."""
    if incoming.kind != "contact" or drafts.draft_of(talk) is not None:
        return None
    return privacy.take_contact(svc, actor, incoming)


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


def _reference(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
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


def _running(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The flow this chat is in the middle of."""
    for name, step in _STEPS.items():
        if talk.state.get(name):
            parts = step(svc, talk, actor, incoming)
            if parts is not None:
                return parts
    draft = drafts.draft_of(talk)
    return None if draft is None else _telling(svc, talk, draft, incoming)


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


_ASKED_OPENLY = frozenset({"place", "review", "similar", "category", "unclear"})


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
        and len(incoming.text) <= _SHORT
        and svc.tools.classify(incoming.text).abstained
    ):
        talk.state["secret_again"] = True
        return [svc.texts.bubble("track.secret", code=talk.state["secret_for"])]
    talk.state.pop("secret_for")  # they talk of something else now
    return None


_NAMED = ("new_case", "report", "no", "same_case", "yes")


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


_STEPS: dict[str, Callable[[Svc, Talk, Actor, Incoming], list[Part] | None]] = {
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


_WAYS: tuple[Callable[[Svc, Talk, Actor, Incoming], list[Part] | None], ...] = (
    *(_survey_tap, _waiting, _recording, _filling, _command, _danger, _emergency),
    *(_proof, _escape, _contact, _reference, _loose, _running),
)


def _greets_after_a_while(svc: Svc, talk: Talk, incoming: Incoming) -> bool:
    draft, since = drafts.draft_of(talk), talk.conversation.draft_at
    if draft is None or since is None or not draft.names_something or incoming.kind != "text":
        return False
    away = (svc.now - since).total_seconds() / 60
    return away >= _STALE_MINUTES and svc.tools.classify(incoming.text).inside.kind == Kind.SMALLTALK
