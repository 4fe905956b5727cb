"""Does everything that came in lead somewhere? Each check finds the rows that say no; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from storage.db import Session
from storage.inbox import lane_of, microseconds
from storage.tables import (
    Attachment,
    Case,
    Conversation,
    File,
    HistoryEntry,
    InboxEvent,
    Message,
    OutboxMessage,
    Sequence,
    StatusUpdate,
)
from storage.words import AttachmentState, InboxState, OutboxState, Status

MOST = 20  # rows named of each kind; all of them are counted
BACK = timedelta(days=10)  # how far back answers are looked for: older rows may have been taken away by age
WORKED_OFF = timedelta(hours=1)  # longer than any wait for another try
SENT = timedelta(days=2)  # no retry goes on longer
HELD = timedelta(days=45)  # a new month of pushes comes before that
FETCHED = timedelta(days=3)
FILED = timedelta(days=2)  # a silent draft is filed after one
_SAID = ("text", "image", "video", "audio", "file", "place", "contact")
_BY_ITSELF = (OutboxState.QUEUED, OutboxState.FAILED)


@dataclass
class Places:
    """Rows that are not as they must be: how many, and the names of the first of them."""

    count: int
    names: list[str]


def events(session: Session) -> dict[str, int]:
    """How many events were received, and how many of them are worked off, open and parked."""
    rows = session.execute(select(InboxEvent.state, func.count()).group_by(InboxEvent.state)).all()
    by_state = {state: count for state, count in rows}
    return {
        "received": sum(by_state.values()),
        "answered": by_state.get(InboxState.DONE, 0),
        "open": by_state.get(InboxState.RECEIVED, 0),
        "parked": by_state.get(InboxState.PARKED, 0),
    }


def checks(session: Session, now: datetime) -> Iterator[tuple[str, Places]]:
    """(name of the check, what it found) of every check of rows."""
    for name, query in _QUERIES.items():
        yield name, _found(session, query(now))
    yield "event_without_trace", _without_trace(session, now)
    yield "number_beyond_its_counter", _beyond(session)


def _found(session: Session, query: Select[str] | Select[int]) -> Places:
    names = [str(name) for name in session.scalars(query.limit(MOST))]
    count = len(names)
    if count == MOST:
        count = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or count
    return Places(count, names)


def files(session: Session, folder: Path, now: datetime) -> Iterator[tuple[str, Places]]:
    """Rows of files without bytes, and bytes that no row knows (the newest ones are left alone: theirs is coming)."""
    known: set[str] = set()
    lost: list[str] = []
    for digest, doomed in session.execute(select(File.digest, File.doomed).execution_options(yield_per=1000)):
        known.add(digest)
        if not doomed and not (folder / digest[:2] / digest[2:]).is_file():
            lost.append(digest)
    yield "file_without_bytes", Places(len(lost), lost[:MOST])
    fresh = (now - WORKED_OFF).timestamp()
    strays = [
        f"{path.parent.name}{path.name}"
        for path in (sorted(folder.glob("??/*")) if folder.is_dir() else [])
        if f"{path.parent.name}{path.name}" not in known and path.stat().st_mtime < fresh
    ]
    yield "bytes_without_file", Places(len(strays), strays[:MOST])


# --- events and answers ----------------------------------------------------------------------------------------------


def _unread(now: datetime) -> Select[str]:
    """Nobody worked on it for an hour."""
    late = InboxEvent.received_us < microseconds(now - WORKED_OFF)
    return _events(InboxEvent.state == InboxState.RECEIVED, late)


def _no_state(_now: datetime) -> Select[str]:
    return _events(InboxEvent.state.not_in([state.value for state in InboxState]))


def _no_answer(now: datetime) -> Select[str]:
    """Somebody said something in a chat of their own, it was worked on, and nothing was put out for them since.

    An answer is put out in the transaction, and so at the moment, in which its event is done.
    """
    newest = (
        select(OutboxMessage.lane, func.max(OutboxMessage.created_at).label("at"))
        .where(OutboxMessage.created_at > now - BACK)
        .group_by(OutboxMessage.lane)
        .subquery()
    )
    said = exists().where(
        Message.inbox_id == InboxEvent.id,
        Message.kind.in_(_SAID),
        Message.text.is_not(None),
        Conversation.id == Message.conversation_id,
        Conversation.account_id.is_not(None),
    )
    done = _events(InboxEvent.state == InboxState.DONE, InboxEvent.done_at > now - BACK, said)
    return done.outerjoin(newest, newest.c.lane == InboxEvent.lane).where(
        or_(newest.c.at.is_(None), newest.c.at < InboxEvent.done_at)
    )


def _without_trace(session: Session, now: datetime) -> Places:
    """Worked on, its body still there, and no message was written down: but for what no chat sent."""
    written = exists().where(Message.inbox_id == InboxEvent.id)
    rows = session.execute(
        select(InboxEvent.event_id, InboxEvent.channel, InboxEvent.lane)
        .where(InboxEvent.state == InboxState.DONE, InboxEvent.done_at > now - BACK)
        .where(InboxEvent.body.is_not(None), ~written)
        .order_by(InboxEvent.id)
    )
    keys = session.keys
    names = [name for name, channel, lane in rows if lane != lane_of(keys, channel, f"event:{name}")]
    return Places(len(names), names[:MOST])


def _events(*where: ColumnElement[bool]) -> Select[str]:
    return select(InboxEvent.event_id).where(*where).order_by(InboxEvent.id)


# --- messages to be sent ---------------------------------------------------------------------------------------------


def _not_sent(now: datetime) -> Select[str]:
    """A message has no end: it should have been sent, given up or held long ago."""
    return _messages(
        or_(
            and_(OutboxMessage.state.in_(_BY_ITSELF), OutboxMessage.created_at < now - SENT),
            and_(OutboxMessage.state == OutboxState.SENDING, _since() < now - WORKED_OFF),
            and_(OutboxMessage.state == OutboxState.HELD, OutboxMessage.not_before < now - WORKED_OFF),
            and_(OutboxMessage.state == OutboxState.HELD, _of_quota(), OutboxMessage.created_at < now - HELD),
            OutboxMessage.state.not_in([state.value for state in OutboxState]),
        )
    )


def _since() -> ColumnElement[datetime]:
    """When somebody began to send it."""
    return func.coalesce(OutboxMessage.claimed_at, OutboxMessage.created_at)


def _of_quota() -> ColumnElement[bool]:
    return OutboxMessage.error.startswith("quota")


def _not_written(now: datetime) -> Select[str]:
    """It was sent, and the chat does not show it."""
    written = exists().where(Message.outbox_id == OutboxMessage.id)
    taken_back = OutboxMessage.taken_back.is_(True)
    return _messages(
        OutboxMessage.state == OutboxState.SENT, OutboxMessage.created_at > now - BACK, ~taken_back, ~written
    )


def _messages(*where: ColumnElement[bool]) -> Select[str]:
    return select(OutboxMessage.key).where(*where).order_by(OutboxMessage.id)


# --- cases -----------------------------------------------------------------------------------------------------------


def _not_heard(now: datetime) -> Select[str]:
    """Who brought a case by chat was never told of it."""
    told = exists().where(
        OutboxMessage.case_id == Case.id,
        OutboxMessage.account_id == Case.account_id,
        OutboxMessage.state != OutboxState.TAKEN_BACK,
    )
    by_chat = (Case.account_id.is_not(None), Case.conversation_id.is_not(None), Case.status != Status.DRAFT)
    return _cases(*by_chat, Case.received_at > now - BACK, ~told)


def _bent(_now: datetime) -> Select[str]:
    """A case stands as none of its events says, or has no event at all."""
    newest = (
        select(StatusUpdate.case_id, func.max(StatusUpdate.id).label("id"))
        .where(StatusUpdate.status.is_not(None))
        .group_by(StatusUpdate.case_id)
        .subquery()
    )
    agrees = exists().where(
        newest.c.case_id == Case.id, StatusUpdate.id == newest.c.id, StatusUpdate.status == Case.status
    )
    return _cases(~agrees)


def _not_linked(_now: datetime) -> Select[str]:
    """The chain knows nothing of it."""
    return _cases(~exists().where(HistoryEntry.case_id == Case.id))


def _beyond(session: Session) -> Places:
    """More numbers of a year were given than its counter says: the next ones would be given twice."""
    given = session.execute(select(Case.fiscal_year, func.count()).group_by(Case.fiscal_year)).all()
    wrong = []
    for year, count in given:
        counter = session.get(Sequence, f"case:{year}")
        if counter is None or counter.value < count:
            wrong.append(f"case:{year}")
    return Places(len(wrong), wrong)


def _cases(*where: ColumnElement[bool]) -> Select[str]:
    return select(Case.reference).where(*where).order_by(Case.id)


# --- drafts and pictures ---------------------------------------------------------------------------------------------


def _not_filed(now: datetime) -> Select[int]:
    return select(Conversation.id).where(Conversation.draft_at < now - FILED).order_by(Conversation.id)


def _not_fetched(now: datetime) -> Select[int]:
    waits = Attachment.state.in_((AttachmentState.WANTED, AttachmentState.WAITING))
    return select(Attachment.id).where(waits, Attachment.created_at < now - FETCHED).order_by(Attachment.id)


def _no_file(_now: datetime) -> Select[int]:
    stored = exists().where(File.digest == Attachment.file_digest)
    return select(Attachment.id).where(Attachment.state == AttachmentState.STORED, ~stored).order_by(Attachment.id)


_QUERIES: dict[str, Callable[[datetime], Select[str] | Select[int]]] = {
    "event_not_worked_on": _unread,
    "event_of_no_state": _no_state,
    "event_without_answer": _no_answer,
    "message_without_end": _not_sent,
    "message_not_written_down": _not_written,
    "case_not_told_of": _not_heard,
    "case_not_as_its_events": _bent,
    "case_not_in_the_chain": _not_linked,
    "draft_not_filed": _not_filed,
    "picture_not_fetched": _not_fetched,
    "picture_without_file": _no_file,
}
