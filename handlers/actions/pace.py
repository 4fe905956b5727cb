"""How fast one chat is answered: nobody's flood costs others anything, and nothing that was stored is dropped.

Of words that a flood adds to one draft only the last ones are answered: the answers before them would ask the same
question again, of a draft that is longer by now.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from handlers.messages import Incoming
from handlers.services import Talk
from storage import inbox, messages
from storage.db import Session
from storage.inbox import Unread
from storage.tables import Conversation

BACKLOG = 20  # unread events of one chat: more than anybody types while an answer is on its way
MOST_A_MINUTE = 60
AGAIN = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_FLOOD = "flood"  # in the chat's memory until it is worked off
_OF_THE_DRAFT = frozenset({"draft", "offered", _FLOOD})


def is_flood(conversation: Conversation, unread: Unread) -> bool:
    """Does this chat send faster than anybody types? An officers' group is many people."""
    return conversation.agency_code is None and unread.backlog


def must_wait(session: Session, conversation: Conversation, now: datetime) -> bool:
    """A flood is worked off one a second."""
    return messages.count_in_since(session, conversation.id, now - _MINUTE) >= MOST_A_MINUTE


def before(talk: Talk, flood: bool) -> dict[str, Any] | None:
    """What the chat remembered before this event; None where it is no part of a flood."""
    if flood and talk.private:
        talk.state[_FLOOD] = True
    return dict(talk.state) if _FLOOD in talk.state else None


def goes_along(session: Session, talk: Talk, known: dict[str, Any], read: Callable[[Unread], Incoming]) -> bool:
    """Is this event answered together with the next one? Its words went into the open draft, and nothing else came of
    them; the same question is asked behind the next words, which wait already. `known`: what `before` gave."""
    waiting = inbox.unread_of(session, talk.conversation.lane, 2)[1:]  # behind this one
    if not waiting:
        talk.state.pop(_FLOOD, None)
    old, new = known.get("draft"), talk.state.get("draft")
    if not waiting or waiting[0].body is None or talk.in_danger or not old or not new:
        return False
    if new["step"] != old["step"] or len(new["texts"]) <= len(old["texts"]) or _rest(known) != _rest(talk.state):
        return False
    follows = read(waiting[0])
    return follows.kind == "text" and follows.private


def _rest(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in _OF_THE_DRAFT}
