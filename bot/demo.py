"""The demo's three people: an officer and a head of the sample agency, made on this machine for one visitor."""

from __future__ import annotations

from datetime import datetime

from handlers.actions import people as joining
from handlers.services import Svc, Tools
from storage import agencies, conversations, people
from storage.db import Database
from storage.inbox import lane_of
from storage.words import Role

_ROLES = {"officer": (Role.INTAKE, Role.OFFICER), "head": (Role.HEAD,)}


def enroll(db: Database, tools: Tools, now: datetime, chat_id: str, pane: str) -> None:
    """Give the account behind this web chat what its pane needs; the citizen's pane needs nothing.

    The way is the one every officer goes: an invitation, and a code used up.
    """
    with db.transaction() as session:
        svc = Svc(session, now, tools)
        account = people.account_for(session, "web", chat_id, now)
        lane = lane_of(session.keys, "web", chat_id)
        conversation = conversations.lock(session, lane, "web")
        if conversation is not None and conversation.chat_id is None:
            conversation.chat_id = session.keys.seal_text(chat_id)
            conversation.account_id = account.id
        home = svc.agency
        for role in _ROLES.get(pane, ()):
            unit = next((row.code for row in agencies.units(session, home.code) if row.intake), None)
            code = joining.invite(svc, home.code, unit if role == Role.OFFICER else None, role, tools_name(svc, role))
            joining.join(svc, account, code)


def tools_name(svc: Svc, role: Role) -> str:
    """A sample person is a role, never a name."""
    return svc.texts.word(f"roles.{role}")
