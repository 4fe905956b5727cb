"""Somebody is away and another acts for them (รักษาราชการแทน), from day to day; the return ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.access import Actor
from handlers.actions import notices
from handlers.messages import Say
from handlers.services import Svc
from storage import history, people
from storage.people import Post
from storage.tables import Absence


def colleagues(svc: Svc, actor: Actor) -> list[Post]:
    """The people of this person's agencies, without themselves and without those who only stand in."""
    own = {post.agency_code for post in actor.posts}
    there = [post for code in sorted(own) for post in people.posts_in(svc.session, code, svc.today)]
    return [post for post in there if post.person_id != actor.person_id and not post.instead_of]


def go(svc: Svc, actor: Actor, since: date, until: date, stand_in: Post | None) -> None:
    """This person is away, both days included; the stand-in holds their posts meanwhile, and is told so."""
    own = people.own_posts(svc.session, actor.person_id, svc.today)
    there = set() if stand_in is None else _agencies_of(svc, stand_in)
    for code in sorted({post.agency_code for post in own}):
        acting = stand_in.person_id if stand_in is not None and code in there else None
        people.go_away(svc.session, actor.person_id, code, since, until, acting)
        details = {"agency": code, "person": actor.person_id, "since": str(since), "until": str(until), "for": acting}
        history.append(svc.session, "away", None, details, svc.now)
    if stand_in is not None:
        say = svc.texts.say("officer.stands_in", name=_name(svc, own), **_dates(svc, since, until))
        _tell(svc, stand_in.person_id, Say(say), f"away:{actor.person_id}:{since}:{until}:{svc.now.isoformat()}")


def come_back(svc: Svc, actor: Actor) -> list[Absence]:
    """The absence of today ends; where there is none, those planned never were. Returns what ended."""
    known = people.absences(svc.session, actor.person_id, svc.today)
    ended = [absence for absence in known if absence.since <= svc.today] or known
    own = people.own_posts(svc.session, actor.person_id, svc.today)
    for absence in ended:
        acting = absence.stand_in_id
        people.come_back(svc.session, absence, svc.today)
        details = {"agency": absence.agency_code, "person": actor.person_id}
        history.append(svc.session, "back", None, details, svc.now)
        if acting is not None:
            say = Say(svc.texts.say("officer.stood_in", name=_name(svc, own)))
            _tell(svc, acting, say, f"back:{actor.person_id}:{svc.now.isoformat()}")
    return ended


def _agencies_of(svc: Svc, post: Post) -> set[str]:
    return {each.agency_code for each in people.own_posts(svc.session, post.person_id, svc.today)}


def _name(svc: Svc, own: Sequence[Post]) -> str:
    return next((post.name for post in own if post.name), "") or svc.texts.word("officer.somebody")


def _dates(svc: Svc, since: date, until: date) -> dict[str, str]:
    return {"since": svc.texts.day(since), "until": svc.texts.day(until)}


def _tell(svc: Svc, person_id: int, say: Say, once: str) -> None:
    for account in people.accounts_of(svc.session, person_id):
        notices.tell_account(svc, account, [say], None, once)
