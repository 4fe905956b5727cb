"""A group: greeted when we are added, then answered only when addressed."""

from __future__ import annotations

from handlers.access import Actor
from handlers.desk import commands as officer
from handlers.desk import typed
from handlers.flows import group, menu
from handlers.messages import Incoming, Part, Say
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.ways import officers

HAPPENINGS = frozenset({"follow", "unfollow", "return", "join", "leave", "unsend", "edit", "moved", "other"})


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """A group: greeted when we are added, then answered only when addressed."""
    if incoming.kind == "join":
        return menu.group(svc, talk)
    if incoming.kind in HAPPENINGS:
        return []
    acting = group.actor(svc, talk)
    proof = None if acting is None else officers.proof(svc, talk, acting, incoming)
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
    if officers.is_passed_on(acting, incoming, name):
        return [Say(svc.texts.say("officer.passed_on"))]
    return officer.obey(svc, talk, acting, "help" if name == "start" else name, rest, incoming.text)


def _not_an_officers(svc: Svc, talk: Talk, actor: Actor, name: str) -> list[Part]:
    """A command in a group of citizens, or by somebody who is no officer of this one."""
    if name != "start" and talk.conversation.agency_code is not None:
        return [Say(svc.texts.say("officer.group_join_first"))]
    if name == "start" or not actor.works_here:
        return menu.group(svc, talk)
    return [Say(svc.texts.say("officer.group_unknown"))]
