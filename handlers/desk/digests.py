"""`/สรุป สัปดาห์`, `/สรุป 2026-W47`, `/สรุป ทุก อังคาร 09:00`: the last digest again, and when it is wanted."""

from __future__ import annotations

from datetime import timedelta

from handlers.access import Actor
from handlers.actions import digesting
from handlers.desk import looking
from handlers.desk.order import hour_in
from handlers.messages import Part, Say
from handlers.reports import digest
from handlers.reports.digest import DoesNotReconcile
from handlers.rules import periods, telling
from handlers.rules.periods import BadPeriod, Period
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage import figures, issues
from storage.people import Post
from storage.words import Role

_WISHES = frozenset({Role.HEAD, Role.DELEGATE})
_READS = _WISHES | {Role.GOVERNOR, Role.COORDINATOR, Role.ADMIN}  # as the page behind the digest's link


def summary(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """The live figures; with words behind it a digest that was told, or a wish when to be told."""
    words = heard.arabic(rest).strip()
    if not words:
        return looking.summary(svc, actor)
    if not talk.private:
        return [Say(svc.texts.say("officer.alone_only"))]
    every = next((word for word in heard.load()["digests"]["every"] if words.startswith(word)), "")
    if every:
        return _wish(svc, actor, words.removeprefix(every).strip())
    return _again(svc, talk, actor, words)


def _post(actor: Actor, roles: frozenset[Role]) -> Post | None:
    return next((post for post in actor.posts if post.role in roles), None)


def _wish(svc: Svc, actor: Actor, words: str) -> list[Part]:
    """A weekday and an hour, for every agency this person decides for; without an hour the usual one."""
    mine = [post for post in actor.posts if post.role in _WISHES]
    if not mine:
        return [Say(svc.texts.word("digest.heads_only"))]
    found = _weekday(words)
    hour = _hour(found[1]) if found else None
    if found is None or hour is None:
        return [Say(svc.texts.word("digest.how"))]
    weekday = found[0]
    for code in dict.fromkeys(post.agency_code for post in mine):
        issues.wish(svc.session, actor.person_id, code, weekday, hour)
    name = svc.texts.words("digest_words.weekdays")[weekday - 1]
    return [Say(svc.texts.word("digest.chosen", weekday=name, hour=hour))]


def _weekday(words: str) -> tuple[int, str] | None:
    """(the weekday these words begin with, Monday is 1; what stands behind it)."""
    known = heard.load()["digests"]
    for word in known["day"]:
        words = words.removeprefix(word).strip()
    said = [(name, number) for number, names in enumerate(known["weekdays"], 1) for name in names]
    for name, number in sorted(said, key=lambda one: -len(one[0])):
        if words.lower().startswith(name):
            return number, words[len(name) :].strip()
    return None


def _hour(words: str) -> str | None:
    """ "09:00" as it is kept; None for words that are no hour of the day."""
    if not words:
        return telling.HOUR
    found = hour_in(words)
    if found is None or found[0] >= timedelta(days=1):
        return None
    minutes = int(found[0].total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _again(svc: Svc, talk: Talk, actor: Actor, words: str) -> list[Part]:
    post = _post(actor, _READS)
    if post is None:
        return [Say(svc.texts.word("digest.heads_only"))]
    last = any(words == word for word in heard.load()["digests"]["week"])
    try:
        week = digesting.last_week(svc) if last else periods.week(words.upper(), svc.tools.zone)
    except BadPeriod:
        return [Say(svc.texts.word("digest.how"))]
    row = issues.newest(svc.session, "week", post.agency_code) if last else None
    row = row or issues.find(svc.session, "week", post.agency_code, week.name)
    if row is not None:
        return digesting.parts(svc, row, post, talk.conversation.channel)
    return _untold(svc, post, week)


def _untold(svc: Svc, post: Post, week: Period) -> list[Part]:
    """A week that is over and was never told: as it stands now."""
    if week.until > svc.now or not figures.ever_before(svc.session, post.agency_code, week.until):
        return [Say(svc.texts.word("digest.not_yet"))]
    try:
        return [digest.board(svc, digest.figures(svc, post.agency_code, week), post)]
    except DoesNotReconcile:
        return [Say(svc.texts.word("digest.not_yet"))]
