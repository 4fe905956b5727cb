"""How fast one chat is answered: nobody's flood costs others anything, and nothing that was stored is dropped."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import inbox, messages
from storage.db import Session
from storage.tables import Conversation

BACKLOG = 20  # unread events of one chat: more than anybody types while an answer is on its way
MOST_A_MINUTE = 60
AGAIN = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


def must_wait(session: Session, conversation: Conversation, now: datetime) -> bool:
    """Does this chat send faster than anybody types? Then it is worked off one a second; an officers' group is many."""
    if conversation.agency_code is not None or not inbox.has_backlog(session, conversation.lane, BACKLOG):
        return False
    return messages.count_in_since(session, conversation.id, now - _MINUTE) >= MOST_A_MINUTE
