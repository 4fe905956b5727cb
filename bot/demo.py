"""The demo's three people: an officer and a head of the sample agency, made on this machine for one visitor."""

from __future__ import annotations

from datetime import datetime

from handlers.actions import people as joining
from handlers.services import Svc, Tools
from storage import agencies, conversations, people
from storage.db import Database
from storage.inbox import lane_of
from storage.words import Role


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
        units = [row.code for row in agencies.units(session, home.code)]
        posts: dict[str, list[tuple[Role, str | None]]] = {
            "officer": [(Role.INTAKE, None), *((Role.OFFICER, unit) for unit in units)],  # one visitor, every unit
            "head": [(Role.HEAD, None)],
        }
        for role, unit in posts.get(pane, []):
            name = svc.texts.word(f"roles.{role}")  # a sample person is a role, never a name
            joining.join(svc, account, joining.invite(svc, home.code, unit, role, name))
