"""`/คำขอ`: what people ask about their own data (PDPA), one by one, carried out or refused with a reason."""

from __future__ import annotations

import re

from handlers.access import Actor
from handlers.actions import requests as deciding
from handlers.desk.order import example
from handlers.messages import Choice, Part, Say
from handlers.rules.duties import DATA_KEEPERS
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from nlp.digits import arabic
from storage import cases, data_requests, holds, people
from storage.people import Post
from storage.tables import DataRequest

_NUMBER = re.compile(r"[Dd]\s?(\d{2})\s?-?\s?(\d{4,6})")
_BUTTONS = 8


def requests(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """What waits; with a number what is asked, with words behind it the decision."""
    own = (post for post in actor.posts if post.role in DATA_KEEPERS and post.agency_code == svc.agency.code)
    post = next(own, None)
    if post is None:
        who = sorted(svc.texts.word(f"roles.{role}") for role in DATA_KEEPERS)
        return [Say(svc.texts.say("officer.requests_may_not", who=" · ".join(who)))]
    if not talk.private:
        return [Say(svc.texts.say("officer.alone_only"))]
    line = arabic(rest).strip()
    found = _NUMBER.match(line)
    if found is None:
        return [_waiting(svc)]
    number = f"D{found.group(1)}-{found.group(2)}"
    request = data_requests.by_number(svc.session, number)
    if request is None:
        return [Say(svc.texts.say("officer.request_unknown", number=number))]
    words = rest.strip()[found.end() :].strip()
    return [_decided(svc, request, post, words) if words else _shown(svc, request)]


def _waiting(svc: Svc) -> Say:
    rows = data_requests.waiting(svc.session)
    if not rows:
        return Say(svc.texts.say("officer.requests_none"))
    lines = [
        svc.texts.say("officer.request_line", number=row.number, what=_what(svc, row), due=svc.texts.day(row.due_on))
        for row in rows
    ]
    buttons = tuple(Choice(example("requests", row.number)) for row in rows[:_BUTTONS])
    return Say(svc.texts.say("officer.requests", lines="\n".join(lines)), buttons)


def _what(svc: Svc, request: DataRequest) -> str:
    return svc.texts.word(f"requests.{request.what}")


def _shown(svc: Svc, request: DataRequest) -> Say:
    account = people.account(svc.session, request.account_id)
    own = cases.of_account(svc.session, request.account_id, limit=100)
    text = svc.texts.say(
        "officer.request",
        number=request.number,
        what=_what(svc, request),
        asked=svc.texts.day(request.asked_at.astimezone(svc.tools.zone).date()),
        due=svc.texts.day(request.due_on),
        channel=svc.texts.word_or(f"platforms.{account.channel}", account.channel) if account else "-",
        cases=" ".join(case.reference for case in own) or "-",
        words=shortened(svc.session.keys.open_text(request.words) or "-", 300),
    )
    held = holds.standing(svc.session, [case.id for case in own]) if request.what == "erase" else set()
    if request.what == "erase":
        text += "\n" + svc.texts.say("officer.request_every_word", number=request.number)
    if held:
        named = " ".join(case.reference for case in own if case.id in held)
        text += "\n" + svc.texts.say("officer.request_held", cases=named)
    done = heard.load()["deciding"]["done"][0]
    open_ = request.done_at is None and request.outcome is None
    return Say(text, (Choice(example("requests", f"{request.number} {done}")),) if open_ else ())


def _decided(svc: Svc, request: DataRequest, post: Post, words: str) -> Say:
    said, number = heard.load()["deciding"], request.number
    verb = next((word for way in said.values() for word in way if words.startswith(word)), "")
    if not verb:
        return _shown(svc, request)
    if request.done_at is not None or request.outcome is not None:
        return Say(svc.texts.say("officer.request_ended", number=number))
    why = words.removeprefix(verb).strip()
    if verb in said["refuse"]:
        if not why:
            return Say(svc.texts.say("officer.request_why", number=number))
        deciding.refuse(svc, request, post, why)
        return Say(svc.texts.say("officer.request_refused", number=number))
    deciding.carry_out(svc, request, post, why, every_word=verb in said["every_word"])
    key = "officer.request_approved" if request.what == "erase" else "officer.request_done"
    return Say(svc.texts.say(key, number=number))
