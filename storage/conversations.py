"""One chat's row: lock it, read it after the lock, write it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.db import Session
from storage.tables import Conversation
from storage.tables.base import plain


def lock(session: Session, lane: str, channel: str) -> Conversation | None:
    """The chat's row with its lock held, made if it is new; None when somebody else works on this chat."""
    found = _locked(session, lane)
    if found is not None:
        return found
    session.ask(_NEW[session.get_bind().dialect.name], {"lane": lane, "channel": channel})
    return _locked(session, lane)


_NEW = {
    name: new(plain(Conversation)).on_conflict_do_nothing(index_elements=["lane"])
    for name, new in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}


def _locked(session: Session, lane: str) -> Conversation | None:
    found = session.find(_LOCKED, {"lane": lane}).first()
    if found is not None:
        session.known[_CHAT, lane] = found
    return found


_CHAT = "chat"  # its row is looked for once in a transaction: a chat that is there stays
_LOCKED = (
    select(Conversation)
    .where(Conversation.lane == bindparam("lane"))
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)


def lock_by_id(session: Session, conversation_id: int) -> Conversation | None:
    """The chat's row with its lock held; None when somebody else holds it."""
    return session.find(_LOCKED_BY_ID, {"row": conversation_id}).first()


_LOCKED_BY_ID = (
    select(Conversation)
    .where(Conversation.id == bindparam("row"))
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)


def by_id(session: Session, conversation_id: int) -> Conversation | None:
    """The chat's row, without its lock."""
    return session.get(Conversation, conversation_id)


def by_lane(session: Session, lane: str) -> Conversation | None:
    """The chat of this lane, without its lock."""
    known: Conversation | None = session.known.get((_CHAT, lane))
    if known is None:
        known = session.find(_BY_LANE, {"lane": lane}).first()
    if known is not None:
        session.known[_CHAT, lane] = known
    return known


_BY_LANE = select(Conversation).where(Conversation.lane == bindparam("lane"))


def of_chat(session: Session, channel: str, lane: str, chat_id: str) -> Conversation:
    """The chat's row, made with its address where we only know whom to write to. Without its lock."""
    found = by_lane(session, lane)
    if found is None:
        found = session.write(Conversation, lane=lane, channel=channel, chat_id=session.keys.seal_text(chat_id))
        session.known[_CHAT, lane] = found
    return found


def groups_of(session: Session, agency_code: str) -> list[Conversation]:
    """The officers' groups that joined this agency."""
    return list(session.find(_GROUPS, {"agency": agency_code}))


_GROUPS = select(Conversation).where(Conversation.agency_code == bindparam("agency")).order_by(Conversation.id)


def move(session: Session, old: Conversation, new: Conversation) -> None:
    """A group got another address: what it was for an agency goes with it. Told twice, it has nothing left to give."""
    if old.agency_code is None:
        return
    new.agency_code, new.unit_code, new.role = old.agency_code, old.unit_code, old.role
    old.agency_code = old.unit_code = old.role = None
    session.flush()


def read_state(session: Session, conversation: Conversation) -> dict[str, Any]:
    """What the chat remembers: the draft and the answers one may tap."""
    if conversation.state is None:
        return {}
    state: dict[str, Any] = session.keys.open_data(conversation.state)
    return state


def write_state(session: Session, conversation: Conversation, state: dict[str, Any]) -> None:
    """Remember it, sealed: drafts hold the person's words."""
    conversation.state = session.keys.seal_data(state) if state else None


def silent_drafts(session: Session, before: datetime, urgent_before: datetime, limit: int = 200) -> list[int]:
    """Ids of chats whose draft heard no word since `before` (urgent ones since `urgent_before`)."""
    asked = {"before": before, "urgent_before": urgent_before, "most": limit}
    return list(session.ask(_SILENT, asked).scalars())


_CHAT_ROW = plain(Conversation).c
_SILENT = (
    select(_CHAT_ROW.id)
    .where(
        _CHAT_ROW.draft_at.is_not(None),
        (_CHAT_ROW.draft_at <= bindparam("before"))
        | (_CHAT_ROW.draft_urgent.is_(True) & (_CHAT_ROW.draft_at <= bindparam("urgent_before"))),
    )
    .order_by(_CHAT_ROW.draft_at)
    .limit(bindparam("most"))
)
