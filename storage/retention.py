"""What is too old goes, class by class, in portions; what is counted stays. Periods: deploy/seed/retention.toml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update

from storage import erasing, messages, register_lines
from storage.db import Session
from storage.inbox import microseconds
from storage.tables import (
    Attachment,
    Case,
    CaseHold,
    CaseJoin,
    CasePhoto,
    Conversation,
    DataRequest,
    File,
    InboxEvent,
    Message,
    OutboxMessage,
    StatusUpdate,
    Survey,
)
from storage.words import ENDED, InboxState, OutboxState

_AT_REST = (OutboxState.SENT, OutboxState.FOLDED, OutboxState.UNCERTAIN, OutboxState.GIVEN_UP, OutboxState.TAKEN_BACK)


def count(session: Session, name: str, before: datetime) -> int:
    """How many rows of a class are older than this moment and still hold something."""
    found = _CLASSES[name][0](session, before).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def take(session: Session, name: str, before: datetime, limit: int) -> list[int]:
    """Let a portion of a class go; the row ids of what went (of cases: theirs), none when nothing is left."""
    query, forget = _CLASSES[name]
    rows = list(session.scalars(query(session, before).limit(limit)))
    if rows:
        forget(session, rows)
        session.flush()
    return rows


# --- what is too old -------------------------------------------------------------------------------------------------


def _raw_bodies(_session: Session, before: datetime) -> Select[Any]:
    answered = (InboxEvent.state == InboxState.DONE, InboxEvent.received_us < microseconds(before))
    return select(InboxEvent.id).where(InboxEvent.body.is_not(None), *answered).order_by(InboxEvent.id)


def _done_events(_session: Session, before: datetime) -> Select[Any]:
    """Those a message tells of: `export messages` lists every event, and has the others from their rows alone. Never
    the newest row: SQLite would give its number to the next one."""
    old = (InboxEvent.state == InboxState.DONE, InboxEvent.received_us < microseconds(before))
    told = exists().where(Message.inbox_id == InboxEvent.id)
    newest = select(func.max(InboxEvent.id)).scalar_subquery()
    return select(InboxEvent.id).where(*old, told, InboxEvent.id < newest).order_by(InboxEvent.id)


def _answers(_session: Session, before: datetime) -> Select[Any]:
    return _ended_messages(before).where(OutboxMessage.case_id.is_(None), OutboxMessage.once.is_(None))


def _notices(_session: Session, before: datetime) -> Select[Any]:
    """What was told of a case is evidence of it for as long as there is anything in the case."""
    kept = exists().where(Case.id == OutboxMessage.case_id, _full())
    told = or_(OutboxMessage.case_id.is_not(None), OutboxMessage.once.is_not(None))
    return _ended_messages(before).where(told, ~kept)


def _ended_messages(before: datetime) -> Select[Any]:
    """As above, never the newest."""
    newest = select(func.max(OutboxMessage.id)).scalar_subquery()
    old = (OutboxMessage.state.in_(_AT_REST), OutboxMessage.created_at < before, OutboxMessage.id < newest)
    return select(OutboxMessage.id).where(*old).order_by(OutboxMessage.id)


def _unsent(_session: Session, before: datetime) -> Select[Any]:
    holds = or_(OutboxMessage.parts.is_not(None), OutboxMessage.chat_id.is_not(None))
    old = (OutboxMessage.state.in_(_AT_REST), OutboxMessage.created_at < before)
    return select(OutboxMessage.id).where(holds, *old).order_by(OutboxMessage.id)


def _states(_session: Session, before: datetime) -> Select[Any]:
    silent = (Conversation.state.is_not(None), Conversation.last_in_at < before)
    return select(Conversation.id).where(*silent, Conversation.draft_at.is_(None)).order_by(Conversation.id)


def _chats(session: Session, before: datetime) -> Select[Any]:
    numbers, digests = register_lines.pictures_shown(session)
    proves = exists().where(CasePhoto.attachment_id == Attachment.id)
    kept = or_(Attachment.id.in_(numbers), Attachment.file_digest.in_(digests), Attachment.case_id.is_not(None), proves)
    has_file = exists().where(Attachment.message_id == Message.id, Attachment.state != "gone")
    shown = exists().where(Attachment.message_id == Message.id, kept)
    loose = (Message.case_id.is_(None), Message.at < before, ~shown)
    return select(Message.id).where(or_(Message.text.is_not(None), has_file), *loose).order_by(Message.id)


def _surveys(_session: Session, before: datetime) -> Select[Any]:
    known = or_(Survey.account_id.is_not(None), Survey.words.is_not(None))
    return select(Survey.id).where(known, Survey.ended_at < before).order_by(Survey.id)


def _requests(_session: Session, before: datetime) -> Select[Any]:
    words = or_(DataRequest.words.is_not(None), DataRequest.answer.is_not(None))
    return select(DataRequest.id).where(words, DataRequest.done_at < before).order_by(DataRequest.id)


def _cases(_session: Session, before: datetime) -> Select[Any]:
    return _ended(before).where(Case.confidential.is_(False))


def _cases_confidential(_session: Session, before: datetime) -> Select[Any]:
    return _ended(before).where(Case.confidential.is_(True))


def _ended(before: datetime) -> Select[Any]:
    """Cases whose last event is that old, that ended, and that no hold keeps."""
    later = exists().where(StatusUpdate.case_id == Case.id, StatusUpdate.at >= before)
    held = exists().where(CaseHold.case_id == Case.id, CaseHold.until.is_(None))
    ended = Case.status.in_([status.value for status in ENDED])
    return select(Case.id).where(ended, Case.received_at < before, _full(), ~later, ~held).order_by(Case.id)


def _full() -> ColumnElement[bool]:
    """Is there anything personal in a case?"""
    return or_(Case.masked.is_not(None), Case.text.is_not(None), Case.contact.is_not(None), Case.secret.is_not(None))


def _orphans(_session: Session, before: datetime) -> Select[Any]:
    wanted = exists().where(Attachment.file_digest == File.digest)
    return select(File.digest).where(File.stored_at < before, ~wanted, File.doomed.is_(False)).order_by(File.digest)


# --- how it goes -----------------------------------------------------------------------------------------------------


def _set(table: Any, **values: Any) -> Callable[[Session, Sequence[int]], None]:
    def forget(session: Session, rows: Sequence[int]) -> None:
        session.execute(update(table).where(table.id.in_(rows)).values(**values))

    return forget


def _gone(table: Any) -> Callable[[Session, Sequence[int]], None]:
    """The whole row."""

    def forget(session: Session, rows: Sequence[int]) -> None:
        session.execute(delete(table).where(table.id.in_(rows)))

    return forget


def _forget_chats(session: Session, rows: Sequence[int]) -> None:
    for message in session.scalars(select(Message).where(Message.id.in_(rows))):
        messages.blank(session, message)


def forget_cases(session: Session, rows: Sequence[int], account_id: int | None = None) -> None:
    """Every word and file of these cases goes, of one person only where one is named; those who joined still count."""
    of_cases: ColumnElement[bool] = Message.case_id.in_(rows)
    if account_id is not None:
        of_cases = and_(of_cases, or_(Message.account_id == account_id, Message.direction == "out"))
    for message in session.scalars(select(Message).where(of_cases)):
        messages.blank(session, message)
    for case in session.scalars(select(Case).where(Case.id.in_(rows)).with_for_update()):
        erasing.empty(session, case)
    if account_id is None:
        for joined in session.scalars(select(CaseJoin).where(CaseJoin.case_id.in_(rows))):
            erasing.empty_joined(joined)


def _forget_files(session: Session, rows: Sequence[Any]) -> None:
    session.execute(update(File).where(File.digest.in_(rows)).values(doomed=True))
    session.wake("media")


_Query = Callable[[Session, datetime], Select[Any]]
_CLASSES: dict[str, tuple[_Query, Callable[[Session, Sequence[int]], None]]] = {
    "raw_bodies": (_raw_bodies, _set(InboxEvent, body=None, error=None)),
    "done_events": (_done_events, _gone(InboxEvent)),
    "unsent": (_unsent, _set(OutboxMessage, parts=None, chat_id=None, reply_token=None, error=None)),
    "answers": (_answers, _gone(OutboxMessage)),
    "notices": (_notices, _gone(OutboxMessage)),
    "states": (_states, _set(Conversation, state=None)),
    "chats": (_chats, _forget_chats),
    "surveys": (_surveys, _set(Survey, account_id=None, conversation_id=None, words=None)),
    "requests": (_requests, _set(DataRequest, words=None, answer=None)),
    "cases": (_cases, forget_cases),
    "cases_confidential": (_cases_confidential, forget_cases),
    "orphans": (_orphans, _forget_files),
}
CLASSES = tuple(_CLASSES)
