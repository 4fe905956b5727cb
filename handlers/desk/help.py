"""`/ช่วย`: the few commands one needs every day; `/ช่วย ทั้งหมด`: all one may give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers import access
from handlers.access import Actor
from handlers.desk.order import example
from handlers.messages import Choice, Part, Say
from handlers.rules.case_status import HEAD, INTAKE, UNIT
from handlers.rules.duties import DUTIES, OF_ROLES, READER
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage.people import Post


def help_me(svc: Svc, _talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """What this person may type; with "ทั้งหมด" behind it, everything."""
    return [help_for(svc, actor.posts, actor.in_group, everything=heard.holds(rest, "desk", "everything"))]


def help_for(svc: Svc, posts: Sequence[Post], in_group: bool, everything: bool = False) -> Say:
    """The commands somebody of these posts may give, each with its form; nothing they may not."""
    parties = frozenset(party for post in posts for party in access.parties(post))
    forms = svc.texts.table("officer.forms")
    names: Iterable[str] = forms if everything else _everyday(svc, parties)
    lines = []
    for name in names:
        duty = DUTIES.get(name)
        if in_group and name in ("away", "survey", *OF_ROLES):  # that is said alone
            continue
        if name in OF_ROLES and not any(post.role in OF_ROLES[name] for post in posts):
            continue
        if duty is not None and (duty.by.isdisjoint(parties) or (in_group and duty.alone)):
            continue
        lines.append(f"{example(name, '')} {forms[name]}".strip())
    roles = " · ".join(dict.fromkeys(svc.texts.word(f"roles.{post.role}") for post in posts))
    key = "officer.help" if parties and parties <= {UNIT, INTAKE} else "officer.help_head"
    more = () if everything else (Choice(svc.texts.word("officer.button_help_all")),)
    return svc.texts.bubble(key, *more, roles=roles, lines="\n".join(lines))


def _everyday(svc: Svc, parties: frozenset[str]) -> list[str]:
    """The six of what this person is above all."""
    above = next((party for party in (HEAD, INTAKE, UNIT) if party in parties), READER)
    return svc.texts.words(f"officer_everyday.{above}")
