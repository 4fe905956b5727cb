"""After a try to send: write down what the person was given, or that they could not be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.actions import status
from handlers.services import Svc, Tools
from storage import cases, conversations, messages, people
from storage.db import Session
from storage.outbox import Claimed
from storage.words import OutboxState


@dataclass(frozen=True)
class Taken:
    """One call the platform took: what each message says, how it was drawn, and the platform's ids."""

    texts: list[str]
    drawn: list[dict[str, Any]]
    message_ids: list[str]


def note(
    session: Session,
    tools: Tools,
    message: Claimed,
    state: OutboxState,
    taken: list[Taken],
    unreachable: bool,
    now: datetime,
) -> None:
    """Keep what was said; a message that was given up is visible on its case, so that people can telephone."""
    conversation = conversations.by_lane(session, message.lane)
    if conversation is None:
        return
    for call in taken:
        messages.add_out(
            session,
            conversation,
            at=now,
            outbox_id=message.id,
            case_id=message.case_id,
            texts=call.texts,
            drawn=call.drawn,
            message_ids=call.message_ids,
            mask=tools.mask,
        )
    if unreachable and message.account_id is not None:
        people.mark_unreachable(session, message.account_id, now)
    if state == OutboxState.GIVEN_UP and message.case_id is not None:
        status.record(Svc(session, now, tools), cases.get(session, message.case_id), "unreachable", by="system")
