"""What is not a matter yet: hello, the menu, telephone numbers, privacy, stickers and words we do not understand."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import access
from handlers.messages import Part, Say
from handlers.rules.case_status import is_open
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage import agencies
from storage.tables import Hotline

_STICKERS_QUIET = timedelta(hours=1)
_RUDE_FORGOTTEN = timedelta(hours=1)
# Shown first to everybody; the others stand behind the button of hotlines.
FIRST_HOTLINES = ("191", "1669", "199")


def welcome(svc: Svc, _talk: Talk) -> list[Part]:
    """Somebody added the account: who we are, and whom to call in danger."""
    greeting = svc.texts.bubble("greet.follow", agency=svc.agency.name, **svc.opening())
    line = svc.texts.say("greet.emergency_line", numbers=_short_numbers(svc))
    return [Say(line), greeting]


def hello(svc: Svc, talk: Talk) -> list[Part]:
    """A greeting; those with open cases are reminded of them."""
    mine = access.cases_of(svc, access.actor_for(svc, talk.account))
    open_cases = [case for case, _joined in mine if is_open(case.status)]
    if open_cases:
        return [svc.texts.bubble("greet.return", n=len(open_cases))]
    return [svc.texts.bubble("greet.hello", agency=svc.agency.name)]


def thanks(svc: Svc, _talk: Talk) -> list[Part]:
    """Somebody says thank you."""
    return [Say(svc.texts.say("greet.thanks"))]


def show(svc: Svc, _talk: Talk) -> list[Part]:
    """The menu, in words and as buttons."""
    return [svc.texts.bubble("menu.main")]


def hotlines(svc: Svc, _talk: Talk) -> list[Part]:
    """Every telephone number worth knowing, verified ones only, and the agency's own."""
    rows = [row for row in agencies.hotlines(svc.session) if row.verified]
    return [Say(svc.texts.say("menu.hotlines", numbers=lines(rows), agency=svc.agency.name, phone=svc.phone()))]


def lines(rows: list[Hotline]) -> str:
    """Hotlines one to a line: number first, so that it is read first."""
    return "\n".join(f"{row.number} {row.name}" for row in rows)


def _short_numbers(svc: Svc) -> str:
    by_number = {row.number: row for row in agencies.hotlines(svc.session)}
    return " · ".join(f"{number} {by_number[number].name}" for number in FIRST_HOTLINES if number in by_number)


def human(svc: Svc, _talk: Talk) -> list[Part]:
    """Somebody wants a person."""
    return [svc.texts.bubble("menu.human", phone=svc.phone(), **svc.opening())]


def privacy(svc: Svc, _talk: Talk) -> list[Part]:
    """The privacy notice in full (PDPA s. 23)."""
    return [Say(svc.texts.say("menu.privacy", phone=svc.phone()))]


def why(svc: Svc, _talk: Talk) -> list[Part]:
    """Why we ask for anything at all."""
    return [Say(svc.texts.say("menu.why"))]


def sticker(svc: Svc, talk: Talk, keywords: tuple[str, ...]) -> list[Part]:
    """A sticker alone: answered once an hour, by what it says; more of them are only friendly noise."""
    last = talk.state.get("sticker_at")
    if last and svc.now - datetime.fromisoformat(last) < _STICKERS_QUIET:
        return []
    talk.state["sticker_at"] = svc.now.isoformat()
    said = heard.sticker(keywords)
    if said == "thanks":
        return thanks(svc, talk)
    if said == "hello":
        return hello(svc, talk)
    if said == "upset":
        return upset(svc, talk)
    return [svc.texts.bubble("error.sticker")]


def upset(svc: Svc, _talk: Talk) -> list[Part]:
    """Somebody is angry or sad, without a word: what can we do?"""
    return [svc.texts.bubble("error.sticker_sorry")]


def rude(svc: Svc, talk: Talk) -> list[Part]:
    """Hard words without a matter in them: stay calm, ask what helps; then a pause. Nothing is thrown away."""
    count, since = talk.state.get("rude", (0, svc.now.isoformat()))
    if svc.now - datetime.fromisoformat(since) > _RUDE_FORGOTTEN:
        count = 0
    talk.state["rude"] = [count + 1, svc.now.isoformat()]
    if count == 0:
        return [svc.texts.bubble("error.abuse")]
    if count == 1:
        return [svc.texts.bubble("error.abuse_again")]
    return [Say(svc.texts.say("error.abuse_pause"))] if count == 2 else []


def go_on(svc: Svc, _talk: Talk) -> list[Part]:
    """Somebody clears their throat: we listen."""
    return [svc.texts.bubble("greet.go_on")]


def bot_or_human(svc: Svc, _talk: Talk) -> list[Part]:
    """Asked whether we are a machine, we say so, and where the people are."""
    return [svc.texts.bubble("greet.human", phone=svc.phone(), **svc.opening())]


def picture_greeting(svc: Svc, _talk: Talk) -> list[Part]:
    """A picture that only says good morning: small talk, no evidence."""
    return [Say(svc.texts.say("greet.picture"))]


def other_ways(svc: Svc, _talk: Talk) -> list[Part]:
    """Whom else one can tell about corruption or drugs."""
    rows = [row for row in agencies.hotlines(svc.session) if {"corruption", "drugs"} & set(row.uses)]
    rows += [row for row in agencies.hotlines(svc.session) if row.number == "1567"]
    return [Say(svc.texts.say("intake.other_ways", numbers=lines(list({row.number: row for row in rows}.values()))))]


def strange(svc: Svc, _talk: Talk) -> list[Part]:
    """A kind of message nobody here can use."""
    return [svc.texts.bubble("error.strange")]


def unknown(svc: Svc, _talk: Talk) -> list[Part]:
    """Something we cannot make sense of."""
    return [svc.texts.bubble("error.unknown")]


def group(svc: Svc, _talk: Talk) -> list[Part]:
    """The bot was added to a group: what it keeps there, which is nearly nothing."""
    return [Say(svc.texts.say("error.group"))]
