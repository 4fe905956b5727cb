"""A person's own data: see what we have, get a copy, take a telephone number or a consent back, ask for a change, for
erasure, for less use of them (PDPA)."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import people as persons
from handlers.actions import requests
from handlers.messages import Choice, Incoming, Part, Say
from handlers.reports import own_data
from handlers.rules.case_status import is_open
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.views import phone_hint
from nlp import entities
from storage import cases, consents, data_requests, joins, subscriptions

_PATIENCE = timedelta(minutes=30)  # then a question about data is forgotten
_SENTENCE, _ONLY = 45, 8  # characters of a short wish, of the words beside a lone number
_REQUESTS = {"data_copy": "copy", "data_consent": "consent", "data_restrict": "restrict", "data_object": "object"}


def show(svc: Svc, talk: Talk, actor: Actor) -> list[Part]:
    """What we have of this person, in one bubble."""
    own = cases.of_account(svc.session, actor.account_id, limit=1000)
    contacts = [case.contact for case in own]
    contacts += [joined.contact for joined in joins.all_of_account(svc.session, actor.account_id)]
    phones = {phone for contact in contacts if (phone := svc.session.keys.open_text(contact))}
    shown = " ".join(phone_hint(phone) for phone in sorted(phones)) or svc.texts.say("privacy.no_phone")
    n = len(access.cases_of(svc, actor, limit=1000))
    asked = [row.number for row in data_requests.of_account(svc.session, actor.account_id) if row.done_at is None]
    waiting = " ".join(asked) or svc.texts.say("privacy.no_phone")
    return [svc.texts.bubble("privacy.show", n=n, phone=shown, consents=_agreed(svc, actor), requests=waiting)]


def _agreed(svc: Svc, actor: Actor) -> str:
    given = _given(svc, actor)
    names = [svc.texts.word(f"consents.{purpose}") for purpose in consents.PURPOSES if purpose in given]
    if subscriptions.reads(svc.session, actor.account_id):
        names.append(svc.texts.word("consents.news"))
    return " · ".join(names) or svc.texts.say("privacy.no_phone")


def _given(svc: Svc, actor: Actor) -> set[str]:
    """The purposes they agree to, for all cases or for some: each is taken back as a whole."""
    by_case = {one for one in consents.FOR_A_CASE if consents.cases_given(svc.session, actor.account_id, one)}
    return consents.given(svc.session, actor.account_id) | by_case


def _for_which(svc: Svc, actor: Actor, purpose: str) -> str:
    if purpose in consents.given(svc.session, actor.account_id):
        return ""
    codes = [case.reference for case in consents.cases_given(svc.session, actor.account_id, purpose)]
    return f" ({svc.texts.word('consents.cases', codes=' '.join(codes))})" if codes else ""


def show_consents(svc: Svc, actor: Actor) -> list[Part]:
    """What they agreed to, each purpose by itself; giving and taking back are one tap both (PDPA s. 19)."""
    given, words = _given(svc, actor), heard.load()["consents"]
    news = subscriptions.reads(svc.session, actor.account_id)
    state = {purpose: purpose in given for purpose in consents.PURPOSES} | {"news": news}
    lines = [
        f"{'✓' if agreed else '–'} {svc.texts.word(f'consents.{name}')}{_for_which(svc, actor, name)}"
        for name, agreed in state.items()
    ]
    taps = [words[f"{name}_{'off' if agreed else 'on'}"][0] for name, agreed in state.items()]
    say = svc.texts.bubble("privacy.consents", *map(Choice, taps), lines="\n".join(lines))
    return [say]


def _consent(svc: Svc, talk: Talk, actor: Actor, text: str) -> list[Part] | None:
    """A consent given or taken back by its own words. None: it is none."""
    words = heard.load()["consents"]
    for purpose in consents.PURPOSES:
        for way, given in (("on", True), ("off", False)):
            if heard.plain(text) in map(heard.plain, words[f"{purpose}_{way}"]):
                requests.consent(svc, talk.account, purpose, given)
                name = svc.texts.word(f"consents.{purpose}")
                key = "privacy.consent_given" if given else "privacy.consent_withdrawn"
                return [svc.texts.bubble(key, name=name)]
    return show_consents(svc, actor) if heard.means(text, "data_consents") else None


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A wish about one's own data, by button or by its words. None: it is none."""
    text = incoming.text
    if heard.means(text, "my_data"):
        return show(svc, talk, actor)
    phone = entities.find_phone(text)
    if phone is not None and heard.holds(text, "data", "phone"):
        return take_phone(svc, actor, text)
    if heard.means(text, "data_no_phone") or _short(text, "no_phone"):
        persons.set_phone(svc, actor.account_id, None)
        return [Say(svc.texts.say("privacy.phone_gone"))]
    if heard.means(text, "data_phone") or _short(text, "phone"):
        _waits(svc, talk, "phone")
        return [svc.texts.bubble("privacy.phone_new")]
    if heard.means(text, "data_erase") or _short(text, "erase"):
        _waits(svc, talk, "erase")
        return [svc.texts.bubble("privacy.erase")]
    if heard.means(text, "data_correct"):
        _waits(svc, talk, "correct")
        return [svc.texts.bubble("privacy.correct")]
    agreed = _consent(svc, talk, actor, text)
    if agreed is not None:
        return agreed
    for name, what in _REQUESTS.items():
        if heard.means(text, name) or (what == "consent" and _short(text, "consent")):
            return _asked(svc, talk, what, text)
    return None


def _short(text: str, name: str) -> bool:
    return len(text) <= _SENTENCE and heard.holds(text, "data", name)


def _waits(svc: Svc, talk: Talk, what: str) -> None:
    talk.state["privacy"] = [what, (svc.now + _PATIENCE).isoformat()]


def is_phone_alone(text: str) -> bool:
    """A telephone number, and hardly a word beside it."""
    if entities.find_phone(text) is None:
        return False
    rest = heard.plain(text)
    for word in heard.load()["data"]["contact"]:
        rest = rest.replace(word, "")
    return sum(letter.isalpha() for letter in rest) <= _ONLY


def take_phone(svc: Svc, actor: Actor, text: str) -> list[Part]:
    """The number to call back, in every open case of this person; without one there is nowhere to keep it."""
    phone = entities.find_phone(text)
    assert phone is not None
    if not persons.set_phone(svc, actor.account_id, phone):
        return [svc.texts.bubble("privacy.phone_nowhere")]
    return [Say(svc.texts.say("privacy.phone_set", phone=phone_hint(phone)))]


def take_contact(svc: Svc, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A person's own contact card while nothing is being told: the number for their cases. None: there are none."""
    known = access.cases_of(svc, actor, limit=1)
    if not incoming.own or entities.find_phone(incoming.text) is None or not known or not is_open(known[0][0].status):
        return None
    return take_phone(svc, actor, incoming.text)


def answer(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The answer to our question about their data. None: they talk of something else now."""
    (waiting, until), text = talk.state.pop("privacy"), incoming.text
    if svc.now >= datetime.fromisoformat(until):
        return None
    if waiting == "erase":
        if heard.means(text, "data_erase_yes", "yes"):
            return _asked(svc, talk, "erase", text)
        return [Say(svc.texts.say("privacy.kept"))] if heard.means(text, "data_erase_no", "no", "cancel") else None
    if waiting == "correct":
        kept = heard.means(text, "no_change", "cancel", "no")
        return [Say(svc.texts.say("privacy.not_corrected"))] if kept else _asked(svc, talk, "correct", text)
    if heard.means(text, "no_change", "cancel", "no"):
        return [Say(svc.texts.say("privacy.phone_kept"))]
    if is_phone_alone(text):
        return take_phone(svc, actor, text)
    if sum(letter.isalpha() for letter in text) <= _ONLY and any(letter.isdigit() for letter in text):
        _waits(svc, talk, waiting)
        return [svc.texts.bubble("privacy.phone_bad")]
    return None


def wish(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """Free words about one's data that no button covers: shown what we have, and what one may ask."""
    return take(svc, talk, actor, incoming) or show(svc, talk, actor)


def _asked(svc: Svc, talk: Talk, what: str, words: str) -> list[Part]:
    request, new = requests.ask(svc, talk.account.id, what, words)
    day = svc.texts.day(request.due_on)
    if what == "copy" and (talk.conversation.channel in _HANDED or svc.tools.page_link("/")):
        requests.by_machine(svc, request)
        return [*own_data.documents(svc, talk.account.id, request.number)]
    if new:
        requests.hand_on(svc, request)
    key = "privacy.done" if new else "privacy.again"
    return [Say(svc.texts.say(key, number=request.number, due=day, phone=svc.phone()))]


_HANDED = frozenset({"telegram", "web"})  # hand a file over, or open its page, without a public address
