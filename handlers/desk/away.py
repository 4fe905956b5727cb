"""`/ลา วัน [ถึง วัน] [แทน ชื่อ]` and `/กลับ`: who is away, and who acts for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from handlers.access import Actor
from handlers.actions import away
from handlers.actions.people import called
from handlers.desk.order import example
from handlers.messages import Choice, Part, Say
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from nlp import when
from storage import people
from storage.people import Post

_LONGEST = 366  # days: who is away longer has another post
_BETWEEN = re.compile(r"[-–—]")
_MOST = 8  # people offered
_LABEL = 20  # letters of a button


def leave(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """Away from this day to that one; "แทน" names who acts meanwhile."""
    if not talk.private:
        return [Say(svc.texts.say("officer.alone_only"))]
    if not people.own_posts(svc.session, actor.person_id, svc.today):
        return [Say(svc.texts.say("officer.away_none"))]
    days, name = _parted(rest, "instead")
    dates = _dates(svc, days)
    if dates is None:
        line = example("away", svc.texts.word("officer.away_words"))
        return [Say(svc.texts.say("officer.away_when", example=line))]
    since, until = dates
    if until < svc.today or until < since or (until - since).days > _LONGEST:
        return [Say(svc.texts.say("officer.away_wrong", **_shown(svc, since, until)))]
    colleagues = away.colleagues(svc, actor)
    found = called(name, colleagues) if name else []
    if name and len(found) != 1:
        return [_whom(svc, days, name, found or colleagues)]
    stand_in = found[0] if found else None
    away.go(svc, actor, since, until, stand_in)
    key = "officer.away_alone" if stand_in is None else "officer.away"
    who = stand_in.name if stand_in else ""
    return [svc.texts.bubble(key, name=who, **_shown(svc, since, until))]


def come_back(svc: Svc, _talk: Talk, actor: Actor, _rest: str) -> list[Part]:
    """Back at work: the stand-in acts no longer."""
    ended = away.come_back(svc, actor)
    return [Say(svc.texts.say("officer.back" if ended else "officer.not_away"))]


def _parted(rest: str, name: str) -> tuple[str, str]:
    """What stands before and behind one of these words."""
    for word in heard.load()["away"][name]:
        before, found, behind = rest.partition(word)
        if found:
            return before.strip(), behind.strip()
    return rest.strip(), ""


def _dates(svc: Svc, days: str) -> tuple[date, date] | None:
    """The first and the last day; None where no day is named."""
    first, last = _parted(days, "till")
    if not last and len(pieces := _BETWEEN.split(days)) == 2:
        first, last = map(str.strip, pieces)
    if last and first.strip().isdecimal():  # 25-27 ธ.ค.
        first = re.sub(r"^\s*\d+", first, last)
    since = _day(svc, first)
    until = _day(svc, last) if last else since
    if since is None or until is None:
        return None
    return since[0], until[1]


def _day(svc: Svc, words: str) -> tuple[date, date] | None:
    """The first and the last day of these words: "สัปดาห์หน้า" is a week."""
    found = when.coming(words, svc.now.astimezone(svc.tools.zone))
    if found is None:
        return None
    return found[0].date(), (found[1] - timedelta(seconds=1)).date()


def _whom(svc: Svc, days: str, name: str, people_there: Sequence[Post]) -> Say:
    """Nobody or several are called so: names to choose from."""
    names = list(dict.fromkeys(post.name for post in people_there if post.name))[:_MOST]
    word = heard.load()["away"]["instead"][0]
    choices = tuple(Choice(shortened(each, _LABEL - 1), example("away", f"{days} {word} {each}")) for each in names)
    return Say(svc.texts.say("officer.away_whom", name=shortened(name, 40), names="\n".join(names)), choices)


def _shown(svc: Svc, since: date, until: date) -> dict[str, str]:
    return {"since": svc.texts.day(since), "until": svc.texts.day(until)}
