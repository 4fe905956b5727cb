"""What a made-up world puts out reaches its made-up people at once: nothing of it is ever sent by anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, select, update

from storage import agencies
from storage.db import Session
from storage.tables import Attachment, Case, Conversation, Message, OutboxMessage, Survey, SurveyAnswer
from storage.tables.base import among, plain
from storage.words import AttachmentState, OutboxState, SurveyState

SCALE = ("very_satisfied", "satisfied", "dissatisfied")  # as storage/surveys.py has it
_WAITING = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.FAILED)  # in the order of their index


@dataclass(frozen=True)
class Arrived:
    """One message that reached its chat, and what it said; `at`: when."""

    outbox_id: int
    channel: str
    conversation_id: int
    account_id: int | None
    case_id: int | None
    at: datetime
    texts: tuple[str, ...]


def last_case(session: Session) -> int:
    """Row id of the newest case; 0 where there is none."""
    return session.scalar(select(func.max(Case.id))) or 0


def is_made_up(session: Session) -> bool:
    """Was this database filled with a made-up world before?"""
    return bool(agencies.setting(session, _MARK))


def mark(session: Session) -> None:
    """From now on this database holds a made-up world: nobody takes it for a real one."""
    agencies.put_setting(session, _MARK, {"made_up": True})


_MARK = "made_up"


def arrive(session: Session, now: datetime, *, everything: bool = False) -> list[Arrived]:
    """Everything that waits to be sent is taken for sent, at the moment it was put out; what was said is returned, to
    be written down by `write_down`. `everything`: also what waited for a free answer or a later hour; as of `now`."""
    ways = _ARRIVING[everything]
    rows = sorted(row for way in ways for row in session.ask(way, {"now": now}))
    if rows:
        session.ask(_SENT, [{"row": row.id, "at": now if everything else row.created_at} for row in rows])
    return [_arrived(session, row, now) for row in rows]


_OUT = plain(OutboxMessage).c


def _arriving(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns = (_OUT.channel, _OUT.account_id, _OUT.case_id, _OUT.state, _OUT.created_at, _OUT.parts)
    chats = plain(Conversation)
    found = select(_OUT.id, chats.c.id.label("chat"), *columns).join(chats, chats.c.lane == _OUT.lane)
    return found.where(*which)


_GOES = _arriving(among(_OUT.state, *_WAITING))
_HELD = among(_OUT.state, OutboxState.HELD)
_ARRIVING = {
    False: (_GOES, _arriving(_HELD, _OUT.not_before <= bindparam("now"))),
    True: (_GOES, _arriving(_HELD)),
}
_SENT = (
    update(plain(OutboxMessage))
    .where(_OUT.id == bindparam("row"))
    .values(state=OutboxState.SENT, parts=None, error=None, sent_at=bindparam("at"))
)


def _arrived(session: Session, row: Any, now: datetime) -> Arrived:
    parts: list[dict[str, Any]] = [] if row.parts is None else session.keys.open_data(row.parts)
    texts = tuple(str(part.get("text") or part.get("alt") or "") for part in parts)
    at = now if row.state == OutboxState.HELD else row.created_at
    return Arrived(row.id, row.channel, row.chat, row.account_id, row.case_id, at, texts)


def write_down(session: Session, arrived: Sequence[Arrived], masked: Sequence[Sequence[str]]) -> None:
    """What was said, a row for each bubble; `masked` holds the masked texts of each message, in the same order."""
    seal = session.keys.seal_text
    rows = [
        {
            "channel": one.channel,
            "direction": "out",
            "conversation_id": one.conversation_id,
            "account_id": one.account_id,
            "case_id": one.case_id,
            "outbox_id": one.outbox_id,
            "at": one.at,
            "kind": "text",
            "text": seal(text),
            "masked": plain,
        }
        for one, hidden in zip(arrived, masked, strict=True)
        for text, plain in zip(one.texts, hidden, strict=True)
    ]
    if rows:
        session.ask(_SAID, rows)


_SAID = insert(plain(Message))


def pictures(session: Session, limit: int = 500) -> list[int]:
    """Row ids of pictures whose bytes no platform keeps, as nobody ever took them."""
    waiting = Attachment.state.in_((AttachmentState.WANTED, AttachmentState.WAITING))
    return list(session.scalars(select(Attachment.id).where(waiting).order_by(Attachment.id).limit(limit)))


def show(session: Session, digests: Sequence[tuple[int, str]]) -> None:
    """These pictures are these stored files."""
    rows = [{"id": row, "state": AttachmentState.STORED, "file_digest": digest} for row, digest in digests]
    session.execute(update(Attachment), rows)


def asked_at(session: Session, moment: datetime) -> list[int]:
    """Row ids of the chats that were asked at this very moment what they think."""
    return list(session.ask(_ASKED_AT, {"moment": moment}).scalars())


_WHO = plain(Survey).c
_ASKED_AT = (
    select(_WHO.conversation_id)
    .where(_WHO.asked_at == bindparam("moment"), _WHO.state == SurveyState.ASKED, _WHO.conversation_id.is_not(None))
    .order_by(_WHO.id)
)


def count_surveys(session: Session) -> dict[str, int]:
    """How many surveys stand in each state."""
    rows = session.execute(select(Survey.state, func.count()).group_by(Survey.state).order_by(Survey.state)).all()
    return {state: count for state, count in rows}


def satisfied(session: Session) -> tuple[int, int]:
    """(answers on the scale, those that are satisfied or more)."""
    rows = session.execute(
        select(SurveyAnswer.answer, func.count()).where(SurveyAnswer.answer.is_not(None)).group_by(SurveyAnswer.answer)
    ).all()
    given = {answer: count for answer, count in rows}
    return sum(given.values()), sum(count for answer, count in given.items() if answer != SCALE[-1])


def counts(session: Session) -> dict[str, dict[str, int]]:
    """How many cases stand in each status, came by each channel, are of each kind."""
    found = {}
    for name, column in (("status", Case.status), ("channel", Case.channel), ("kind", Case.kind)):
        rows = session.execute(select(column, func.count()).group_by(column).order_by(column)).all()
        found[name] = {value: count for value, count in rows}
    return found


def count_messages(session: Session) -> int:
    """Messages in and out."""
    return session.scalar(select(func.count()).select_from(Message)) or 0
