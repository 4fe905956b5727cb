"""Words that were taken back, and calls for help that were none any more, in messages that are put out already."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import or_, select

from storage.db import Session
from storage.messages import Told
from storage.outbox import parts_of
from storage.tables import OutboxMessage
from storage.words import OutboxState

_CALL_OUT = "officer.danger:"  # such a fact names the message that told of the danger
_NO_WORDS = frozenset({"part", "reference", "status", "steps", "choices", "url"})


def call_outs(session: Session, message_ids: Collection[int]) -> list[int]:
    """Row ids of the calls for help that went out when one of these messages told of danger."""
    rows = session.execute(
        select(OutboxMessage.id, OutboxMessage.once, OutboxMessage.lane, OutboxMessage.state).where(
            OutboxMessage.once.like(f"{_CALL_OUT}%")
        )
    ).all()
    calls = [row for row in rows if int(row.once.split(":")[1]) in message_ids]
    folded = [_carrier(session, row.lane, row.id) for row in calls if row.state == OutboxState.FOLDED]
    return [row.id for row in calls] + [row_id for row_id in folded if row_id is not None]


def _carrier(session: Session, lane: str, folded_id: int) -> int | None:
    """The answer a held message went along with."""
    later = (OutboxMessage.lane == lane, OutboxMessage.id > folded_id, OutboxMessage.reply_event_us.is_not(None))
    return session.scalar(select(OutboxMessage.id).where(*later).order_by(OutboxMessage.id).limit(1))


def take_out(session: Session, words: Collection[str], told: Told) -> None:
    """Leave these words out of what is still to be sent, or lies here unsent for good; the rest of it stays."""
    wanted = sorted(words, key=len, reverse=True)
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.parts.is_not(None),
            or_(
                OutboxMessage.lane == told.lane,
                OutboxMessage.case_id.is_(None),
                OutboxMessage.case_id.in_(told.cases),
            ),
        )
        .order_by(OutboxMessage.id)
    ).all()
    for row in rows:
        if _repeats(session, row, wanted, told):
            session.refresh(row, with_for_update=True)  # a worker may have taken it meanwhile
            row.parts = None if row.parts is None else session.keys.seal_data(_without(parts_of(session, row), wanted))
            row.taken_back = row.state == OutboxState.SENDING
    session.flush()


def _repeats(session: Session, row: OutboxMessage, wanted: list[str], told: Told) -> bool:
    parts = parts_of(session, row)
    about = row.lane == told.lane or row.case_id in told.cases or row.id in told.outbox_ids
    shows = about or any(reference in str(parts) for reference in told.cases.values())
    return shows and bool(_without(parts, wanted) != parts)


def _without(value: Any, words: list[str]) -> Any:
    """The same parts, an ellipsis where the words stood."""
    if isinstance(value, str):
        for word in words:
            value = value.replace(word, "…")
        return value
    if isinstance(value, list):
        return [_without(each, words) for each in value]
    if isinstance(value, dict):
        return {name: each if name in _NO_WORDS else _without(each, words) for name, each in value.items()}
    return value
