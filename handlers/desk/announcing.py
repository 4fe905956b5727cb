"""`/ประกาศ ข้อความ`: shown first as people will read it, with how many they are; a tap sends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.access import Actor
from handlers.actions import announcing
from handlers.actions.announcing import FROM, MOST, UNTIL, Refused
from handlers.desk.order import example
from handlers.messages import Choice, Part, Say
from handlers.rules.duties import ANNOUNCERS
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage import agencies
from storage.people import Post

_LASTS = timedelta(minutes=30)
_KEY = "announcing"


def announce(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """A preview of these words; with "ส่งเลย" what was shown goes out, with "ยกเลิก" it is forgotten."""
    post = next((post for post in actor.posts if post.role in ANNOUNCERS), None)
    if post is None:
        who = sorted(svc.texts.word(f"roles.{role}") for role in ANNOUNCERS)
        return [Say(svc.texts.say("officer.announce_may_not", who=" · ".join(who)))]
    if not talk.private:
        return [Say(svc.texts.say("officer.alone_only"))]
    words = rest.strip()
    shown = talk.state.pop(_KEY, None)
    said = heard.load()["announcing"]
    if not words:
        return [Say(svc.texts.say("officer.announce_how", example=example("announce", "…"), most=MOST))]
    if words in said["cancel"]:
        return [Say(svc.texts.say("officer.announce_cancelled"))]
    try:
        if words in said["send"]:
            return [_sent(svc, post, shown)]
        announcing.check(svc, post.agency_code, words)
    except Refused as refused:
        return [_refused(svc, refused)]
    return _preview(svc, talk, post, words)


def _preview(svc: Svc, talk: Talk, post: Post, words: str) -> list[Part]:
    talk.state[_KEY] = {"words": words, "agency": post.agency_code, "at": svc.now.isoformat()}
    agency = agencies.agency(svc.session, post.agency_code)
    said = heard.load()["announcing"]
    choices = tuple(
        Choice(svc.texts.word(f"officer.button_announce_{name}"), example("announce", said[name][0]))
        for name in ("send", "cancel")
    )
    as_read = svc.texts.say("news.announcement", agency=agency.name if agency else post.agency_code, words=words)
    n = announcing.readers(svc, post.agency_code)
    return [Say(as_read), Say(svc.texts.say("officer.announce_preview", n=n), choices)]


def _sent(svc: Svc, post: Post, shown: dict[str, str] | None) -> Say:
    if shown is None or shown["agency"] != post.agency_code or svc.now - datetime.fromisoformat(shown["at"]) > _LASTS:
        return Say(svc.texts.say("officer.announce_how", example=example("announce", "…"), most=MOST))
    n = announcing.announce(svc, post, shown["words"])
    return Say(svc.texts.say("officer.announced", n=n))


def _refused(svc: Svc, refused: Refused) -> Say:
    return Say(svc.texts.say(f"officer.announce_{refused.why}", most=MOST, since=FROM, until=UNTIL))
