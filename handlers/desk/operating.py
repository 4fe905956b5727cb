"""`/ระบบ`: what is wrong with the installation and what to do, and the link to the page that shows all of it."""

from __future__ import annotations

from handlers.access import Actor
from handlers.messages import Choice, Part, Say
from handlers.reports import operating, operators
from handlers.rules.alarms import alarms
from handlers.rules.duties import OPERATORS
from handlers.services import Svc, Talk
from storage import outbox


def system(svc: Svc, talk: Talk, actor: Actor, _rest: str) -> list[Part]:
    """For administrators, in their own chat."""
    word = svc.texts.word
    if not any(post.role in OPERATORS for post in actor.posts):
        who = " · ".join(sorted(word(f"roles.{role}") for role in OPERATORS))
        return [Say(word("operating.may_not", who=who))]
    if not talk.private:
        return [Say(svc.texts.say("officer.alone_only"))]
    address = operators.address(svc, actor.person_id)
    if not address:
        return [_now(svc), Say(word("operating.no_link"))]
    opens = Choice(word("operating.open"), address, "link")
    return [_now(svc), Say(word("operating.link", days=operators.DAYS), (opens,))]


def _now(svc: Svc) -> Say:
    work = operating.work(svc.session, svc.now, svc.tools.zone)
    found = [operators.told(svc.texts, alarm) for alarm in alarms(work.facts())]
    if not found:
        waiting = sum(work.outbox.get(state, 0) for state in outbox.OPEN)
        # The command's own message is being worked on.
        return Say(svc.texts.word("operating.fine", unread=max(0, work.unread - 1), open=waiting))
    lines = [svc.texts.word("operating.line", what=one.what, do=one.do, section=one.section) for one in found[:_MOST]]
    return Say(svc.texts.word("operating.wrong", n=len(found), lines="\n".join(lines)))


_MOST = 5  # of a bubble; the page has all
