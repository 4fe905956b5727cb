"""Messages to be sent, each with a visible life and an end. Rows above, network never."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from storage import ids
from storage.db import Session
from storage.inbox import microseconds
from storage.messages import Told
from storage.tables import Message, OutboxMessage
from storage.tables.base import among, plain
from storage.words import OutboxState

OPEN = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.FAILED)
DOUBTFUL = (OutboxState.UNCERTAIN, OutboxState.GIVEN_UP)  # a person should look
QUOTA, BLOCKED = "quota", "blocked"  # why a message is held, if the platform surely never took it
RIDES = "rides"  # news that can wait for the person's next free answer
GOOD = "good"  # plain news that stays new when its case ends: praise for an officer
UNDO = "undo"  # an officer may still take it back; it goes by itself a moment later
_UNCLEAR = ", unclear"  # a try may have been taken: from then on only its own key may repeat it
_RECOVERED = "recovered"
_OUT = plain(OutboxMessage).c
LONG = timedelta(days=3650)  # held until the person writes
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)  # not `now`: a job may be run with another clock than the sender's


@dataclass
class Claimed:
    """A message taken to be sent, opened."""

    id: int
    key: str
    channel: str
    lane: str
    account_id: int | None
    case_id: int | None
    chat_id: str
    parts: list[dict[str, Any]]
    reply_token: str | None
    reply_event_us: int | None
    calls_done: int
    attempts: int
    tried_reply: bool
    recovered: bool  # a process died while sending it
    held: bool  # it waited without keeping others back
    quota: bool  # because the month's push quota was used up
    unclear: bool  # a try of it may have been taken
    created_us: int
    purpose: str  # what it is for; "" for an answer
    agency_code: str


def _is_open(row: type[OutboxMessage]) -> ColumnElement[bool]:
    """Waits or is on its way. Written out, not bound: only then SQLite knows its index for these rows."""
    return row.state.in_(bindparam("open", list(OPEN), expanding=True, literal_execute=True))


_IS_HELD = among(OutboxMessage.state, OutboxState.HELD)  # written out for the same reason


def put(
    session: Session,
    *,
    channel: str,
    lane: str,
    chat_id: str | bytes,
    parts: list[dict[str, Any]],
    now: datetime,
    account_id: int | None = None,
    case_id: int | None = None,
    once: str | None = None,
    reply_token: str = "",
    reply_event_at: datetime | None = None,
    held: str = "",
    undo: str = "",
    undo_until: datetime | None = None,
    news: str = "",
    purpose: str = "",
    agency_code: str = "",
) -> int | None:
    """Put a message out. With `once`, a fact already put out is not put out again (returns None). `chat_id`: as the
    platform names the chat; bytes are sealed already.

    `held`: why it is not sent by itself; it goes along with the person's next answer (see `fold`). `undo`: the deed it
    tells of; with `undo_until` it waits so long, keeping nothing behind it back. `news`: promise or plain, of a case.
    `purpose`, `agency_code`: what it is for and whose push it is, where pushes cost; no purpose: an answer.
    """
    if not held and undo_until is not None:
        held = UNDO
    values = {
        "key": ids.new_key(),
        "channel": channel,
        "lane": lane,
        "account_id": account_id,
        "case_id": case_id,
        "once": once,
        "chat_id": session.keys.seal_text(chat_id) if isinstance(chat_id, str) else chat_id,
        "parts": session.keys.seal_data(parts),
        "reply_token": reply_token or None,
        "reply_event_us": microseconds(reply_event_at) if reply_event_at else None,
        "state": OutboxState.HELD if held else OutboxState.QUEUED,
        "error": held or None,
        "not_before": _held_until(now, held, undo_until),
        "undo": undo or None,
        "news": news or None,
        "purpose": purpose or None,
        "agency_code": agency_code or None,
        "created_at": now,
    }
    put_in = _PUT[session.get_bind().dialect.name]
    row_id: int | None = session.ask(put_in, values).scalar()  # what it tells of was written before it
    if row_id is not None:
        session.put_out.append(row_id)
        session.wake("outbox")
    return row_id


_PUT = {
    name: new(plain(OutboxMessage)).on_conflict_do_nothing(index_elements=["once"]).returning(OutboxMessage.id)
    for name, new in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}


def is_put(session: Session, once: str) -> bool:
    """Was this fact put out already?"""
    return bool(session.scalar(select(exists().where(OutboxMessage.once == once))))


def _held_until(now: datetime, held: str, undo_until: datetime | None) -> datetime:
    if held == UNDO and undo_until is not None:
        return undo_until
    return now + LONG if held else AT_ONCE


def take_back(session: Session, undo: str) -> bool:
    """Keep what tells of this deed from being sent; False, and nothing is kept, once any of it is on its way."""
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.undo == undo).with_for_update()).all()
    if any(row.state != OutboxState.HELD for row in rows):
        return False
    for row in rows:
        row.state, row.parts, row.once = OutboxState.TAKEN_BACK, None, None
    session.flush()
    return True


def _blocked() -> ColumnElement[bool]:
    """Does an earlier message of the same chat still wait?"""
    earlier = aliased(OutboxMessage)
    return exists().where(and_(earlier.lane == OutboxMessage.lane, earlier.id < OutboxMessage.id, _is_open(earlier)))


def claim(
    session: Session, worker: str, now: datetime, limit: int = 32, without: Collection[str] = ()
) -> list[Claimed]:
    """Take messages that may be sent now, the oldest of each chat only, so that order is kept.

    `without`: channels that another worker speaks on.
    """
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.id.in_(_waiting(OutboxMessage.id)),
            # Once more, for rows that somebody else took meanwhile.
            or_(
                and_(_is_open(OutboxMessage), OutboxMessage.state != OutboxState.SENDING, ~_blocked()),
                _IS_HELD,
            ),
            OutboxMessage.not_before <= now,
            OutboxMessage.channel.not_in(without),
        )
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = []
    for row in rows:
        recovered = row.claimed_at is not None and row.error == _RECOVERED
        held = row.state == OutboxState.HELD
        row.state, row.claimed_by, row.claimed_at = OutboxState.SENDING, worker, now
        row.attempts += 1
        taken.append(_open(session, row, recovered, held))
    return taken


def _open(session: Session, row: OutboxMessage, recovered: bool, held: bool) -> Claimed:
    keys, error = session.keys, row.error or ""
    return Claimed(
        id=row.id,
        key=row.key,
        channel=row.channel,
        lane=row.lane,
        account_id=row.account_id,
        case_id=row.case_id,
        chat_id=keys.open_text(row.chat_id) or "",
        parts=keys.open_data(row.parts) if row.parts is not None else [],
        reply_token=row.reply_token,
        reply_event_us=row.reply_event_us,
        calls_done=row.calls_done,
        attempts=row.attempts,
        tried_reply=row.tried_reply,
        recovered=recovered,
        held=held,
        quota=error.startswith(QUOTA),
        unclear=recovered or error.endswith(_UNCLEAR),
        created_us=microseconds(row.created_at),
        purpose=row.purpose or "",
        agency_code=row.agency_code or "",
    )


def settle(
    session: Session,
    message_id: int,
    state: OutboxState,
    now: datetime,
    *,
    error: str | None = None,
    again_at: datetime | None = None,
    calls_done: int | None = None,
    tried_reply: bool | None = None,
    request_id: str | None = None,
) -> None:
    """Write down how a try ended."""
    values: dict[str, Any] = {"state": state, "error": error}
    if state == OutboxState.SENT:
        values |= {"sent_at": now, "parts": None}  # what was said is in `messages`; once is enough
    else:  # whoever it was for was erased meanwhile: there is nothing left to send
        values["state"] = case((OutboxMessage.parts.is_(None), OutboxState.TAKEN_BACK), else_=state)
    if again_at is not None:
        values["not_before"] = again_at
    if calls_done is not None:
        values["calls_done"] = calls_done
    if tried_reply is not None:
        values["tried_reply"] = tried_reply
    if request_id:
        values["request_id"] = request_id
    session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(**values))


def why_not_sent(error: str, *, quota: bool, unclear: bool) -> str:
    """The `error` of a message that waits; that a try may have been taken is never forgotten."""
    return (QUOTA if quota else error) + (_UNCLEAR if unclear else "")


def workers_sending(session: Session) -> list[str]:
    """The workers that hold messages right now."""
    rows = session.scalars(
        select(OutboxMessage.claimed_by)
        .where(_is_open(OutboxMessage), OutboxMessage.state == OutboxState.SENDING)
        .distinct()
    )
    return [worker for worker in rows if worker is not None]


def recover(session: Session, worker: str, now: datetime) -> int:
    """Give back what a dead worker left in `sending`; returns how many messages."""
    given_back = session.execute(
        update(OutboxMessage)
        .where(_is_open(OutboxMessage), OutboxMessage.state == OutboxState.SENDING, OutboxMessage.claimed_by == worker)
        .values(
            state=OutboxState.FAILED,
            not_before=now,
            error=case((OutboxMessage.error.startswith(QUOTA), QUOTA + _UNCLEAR), else_=_RECOVERED),
        )
        .returning(OutboxMessage.id)
    ).all()
    if given_back:
        session.wake("outbox")
    return len(given_back)


def fold(session: Session, lane: str, room: int, size: Callable[[dict[str, Any]], int]) -> list[dict[str, Any]]:
    """The parts of held messages of a chat that fit, oldest first, to go along with an answer that is put out now.

    Only what the platform surely never took: anything else keeps its own retry key, and goes by itself.
    """
    if room <= 0 or session.ask(_RIDING, {"lane": lane}).first() is None:
        return []
    rows = session.find(_FOLDED, {"lane": lane, "room": room}).all()
    parts: list[dict[str, Any]] = []
    for row in rows:
        found = _parts(session, row)
        room -= sum(size(part) for part in found)
        if room < 0:
            break
        parts += found
        row.state, row.parts = OutboxState.FOLDED, None
    return parts


_rides = (
    _OUT.lane == bindparam("lane"),
    among(_OUT.state, OutboxState.HELD),
    among(_OUT.error, QUOTA, BLOCKED, RIDES),
    _OUT.calls_done == 0,
    ~_OUT.tried_reply,
)
_RIDING = select(_OUT.id).where(*_rides).limit(1)
_FOLDED = (
    select(OutboxMessage)
    .where(*_rides)
    .order_by(OutboxMessage.id)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True)
class Put:
    """A message of ours in a chat: an answer, or a notice of a case; `parts` is None once it was sent."""

    id: int
    is_answer: bool
    case_id: int | None
    once: str
    parts: list[dict[str, Any]] | None


def newest_put(session: Session, lane: str, conversation_id: int, now: datetime, limit: int = 6) -> list[Put]:
    """What a chat was told last, newest first: sent, on its way or about to go; not what waits for a free answer."""
    told = {"chat": conversation_id, "lane": lane, "now": now, "most": limit}
    sent = session.ask(_SENT, told).scalars().all()
    rows: dict[int, Any] = {}
    for query in (_PUT_SENT, _PUT_OPEN, _PUT_UNDONE):
        if sent or query is not _PUT_SENT:
            rows |= {row.id: row for row in session.ask(query, {**told, "sent": sent})}
    return [
        Put(
            row.id,
            row.reply_event_us is not None,
            row.case_id,
            row.once or "",
            None if row.parts is None else _parts(session, row),
        )
        for row in sorted(rows.values(), key=lambda row: -row.id)[:limit]
    ]


def _newest(*where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    query = select(_OUT.id, _OUT.reply_event_us, _OUT.case_id, _OUT.once, _OUT.parts)
    of_chat = query.where(_OUT.lane == bindparam("lane"), *where)
    return of_chat.order_by(_OUT.id.desc()).limit(bindparam("most"))


_SAID = plain(Message).c
_SENT = (
    select(_SAID.outbox_id)
    .where(_SAID.conversation_id == bindparam("chat"), _SAID.direction == "out", _SAID.outbox_id.is_not(None))
    .order_by(_SAID.id.desc())
    .limit(bindparam("most"))
)
_PUT_SENT = _newest(_OUT.id.in_(bindparam("sent", expanding=True)))
_PUT_OPEN = _newest(among(_OUT.state, *OPEN))
_PUT_UNDONE = _newest(among(_OUT.state, OutboxState.HELD), among(_OUT.error, UNDO), _OUT.not_before <= bindparam("now"))


def on_its_way(session: Session, lane: str) -> list[dict[str, Any]]:
    """The parts that will reach a chat by themselves: waiting, being sent, or kept for a moment to be taken back."""
    rows = [row for query in (_GOING, _KEPT) for row in session.ask(query, {"lane": lane})]
    return [part for row in rows for part in _parts(session, row)]


_going = select(_OUT.parts).where(_OUT.lane == bindparam("lane"), _OUT.parts.is_not(None)).order_by(_OUT.id)
_GOING = _going.where(among(_OUT.state, *OPEN))
_KEPT = _going.where(among(_OUT.state, OutboxState.HELD), among(_OUT.error, UNDO))


def drop_riding(session: Session, lane: str, case_id: int, text: str) -> None:
    """News of a case that waits for a free answer and says only this: told otherwise, it has nothing more to say."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.lane == lane,
            OutboxMessage.case_id == case_id,
            OutboxMessage.state == OutboxState.HELD,
            OutboxMessage.error.in_((QUOTA, BLOCKED, RIDES)),
            OutboxMessage.calls_done == 0,
            ~OutboxMessage.tried_reply,
        )
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        if [part.get("text") for part in _parts(session, row)] == [text]:
            row.state, row.parts = OutboxState.FOLDED, None
    session.flush()


def was_told(session: Session, case_id: int, account_id: int | None) -> bool:
    """Did the newest thing told of a case reach this person?"""
    newest = (
        select(OutboxMessage.state)
        .where(
            OutboxMessage.case_id == case_id,
            OutboxMessage.account_id == account_id,
            OutboxMessage.once.like("update:%"),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return session.scalar(newest) in (OutboxState.SENT, OutboxState.FOLDED)


def outdate(session: Session, lane: str, case_id: int) -> None:
    """Something newer of this case is told: what was plain news and still waits for a free answer is old."""
    session.ask(_OUTDATE, {"in_lane": lane, "of_case": case_id})


def end_news(session: Session, case_id: int) -> None:
    """The case ended or has its result: whatever news of it still waits for a free answer is old. Praise is not."""
    session.ask(_END_NEWS, {"of_case": case_id})


_FOLD_NEWS = (
    update(plain(OutboxMessage))
    .where(_OUT.case_id == bindparam("of_case"), among(_OUT.state, OutboxState.HELD), among(_OUT.error, RIDES))
    .values(state=OutboxState.FOLDED, parts=None)
)
_OUTDATE = _FOLD_NEWS.where(_OUT.lane == bindparam("in_lane"), among(_OUT.news, "plain"))
_END_NEWS = _FOLD_NEWS.where(or_(_OUT.news.is_(None), _OUT.news != GOOD))


def hide_news(session: Session, case_id: int, parts: list[dict[str, Any]]) -> None:
    """The case became confidential: what waits to be told of it says no more than these parts."""
    held = and_(OutboxMessage.state == OutboxState.HELD, OutboxMessage.case_id == case_id)
    rows = session.scalars(select(OutboxMessage).where(held, OutboxMessage.parts.is_not(None)).with_for_update())
    for row in rows.all():
        row.parts = session.keys.seal_data(parts)
    session.flush()


def drop_held(session: Session, once: str) -> None:
    """What tells this fact, to the complainant and to those who joined, and still waits is never told."""
    session.execute(
        update(OutboxMessage)
        .where(
            or_(OutboxMessage.once == once, OutboxMessage.once.like(f"{once}:j%")),
            OutboxMessage.state == OutboxState.HELD,
            OutboxMessage.error.in_([RIDES, UNDO]),
        )
        .values(state=OutboxState.FOLDED, parts=None)
    )


def release(session: Session, lane: str) -> None:
    """The person took us back: what waited for that goes now."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.lane == lane, OutboxMessage.state == OutboxState.HELD, OutboxMessage.error == BLOCKED)
        .values(state=OutboxState.QUEUED, error=None, not_before=AT_ONCE)
    )
    session.wake("outbox")


def is_sending(session: Session, lane: str) -> bool:
    """Is something on its way to this chat, not yet written down as arrived?"""
    query = select(OutboxMessage.id).where(
        OutboxMessage.lane == lane, _is_open(OutboxMessage), OutboxMessage.state == OutboxState.SENDING
    )
    return session.scalar(query.limit(1)) is not None


def readdress(session: Session, lane: str, new_lane: str, chat_id: str) -> None:
    """A chat got another address (a Telegram group became a supergroup): what waits goes there."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.lane == lane, OutboxMessage.state.in_((*OPEN, OutboxState.HELD)))
        .values(lane=new_lane, chat_id=session.keys.seal_text(chat_id))
    )


def next_due(session: Session) -> datetime | None:
    """When the next waiting message may be sent, if any waits."""
    waiting = _waiting(OutboxMessage.not_before).subquery()
    found: datetime | None = session.scalar(select(func.min(waiting.c[0])))
    return found


def _waiting(column: Any) -> CompoundSelect[Any]:
    """Of rows that wait or are held. Each half has an index; with "or" SQLite would look at every old row."""
    still = select(column).where(_is_open(OutboxMessage), OutboxMessage.state != OutboxState.SENDING)
    return union_all(still, select(column).where(_IS_HELD))


def due_since(session: Session, now: datetime, without: Collection[str] = ()) -> datetime | None:
    """Since when the longest-waiting message that may go right now could have gone; None where none waits. `without`:
    channels that another worker speaks on."""
    rows = session.execute(
        select(OutboxMessage.created_at, OutboxMessage.not_before)
        .where(_is_open(OutboxMessage), OutboxMessage.state != OutboxState.SENDING, ~_blocked())
        .where(OutboxMessage.not_before <= now, OutboxMessage.channel.not_in(without))
        .order_by(OutboxMessage.id)
        .limit(_LOOKED_AT)
    ).all()
    return min((max(created, not_before) for created, not_before in rows), default=None)


_LOOKED_AT = 50  # oldest messages


def oldest_open(session: Session) -> datetime | None:
    """When the oldest message that waits to go, or is on its way, was put out; not what is held."""
    return session.scalar(select(func.min(OutboxMessage.created_at)).where(_is_open(OutboxMessage)))


def depth(session: Session) -> dict[str, int]:
    """How many messages are not over, or ended badly, by state. What waits for the person's next word is nobody's
    trouble and stands apart: news as "rides", what people who blocked us missed as "blocked". What ended well is not
    counted: it is most of the table."""
    return dict(session.ask(_DEPTH).all())


_STATE = case(
    (and_(_IS_HELD, OutboxMessage.error == RIDES), RIDES),
    (and_(_IS_HELD, OutboxMessage.error.startswith(BLOCKED)), BLOCKED),
    else_=OutboxMessage.state,
).label("state")
_UNENDED = (among(OutboxMessage.state, *OPEN), _IS_HELD, among(OutboxMessage.state, *DOUBTFUL))
_UNENDED_ROWS = union_all(*(select(_STATE).where(rows) for rows in _UNENDED)).subquery()
_DEPTH = select(_UNENDED_ROWS.c.state, func.count()).group_by(_UNENDED_ROWS.c.state)


def doubts(session: Session, since: datetime) -> int:
    """How many messages came into doubt since then. They stay in doubt for ever, which is no news."""
    return session.ask(_DOUBTS, {"since": since}).scalar() or 0


_DOUBTS = select(func.count()).where(
    among(_OUT.state, *DOUBTFUL),  # as its index has it
    among(_OUT.state, OutboxState.UNCERTAIN),
    func.coalesce(_OUT.claimed_at, _OUT.created_at) >= bindparam("since"),
)


def troubled(session: Session, limit: int = 50) -> list[OutboxMessage]:
    """Messages a person should look at: given up or uncertain, newest first."""
    return list(
        session.scalars(
            select(OutboxMessage)
            .where(among(OutboxMessage.state, *DOUBTFUL))
            .order_by(OutboxMessage.id.desc())
            .limit(limit)
        )
    )


# --- unsent words in what is not sent yet --------------------------------------------------------------------------

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
            row.parts = None if row.parts is None else session.keys.seal_data(_without(_parts(session, row), wanted))
            row.taken_back = row.state == OutboxState.SENDING
    session.flush()


def _parts(session: Session, row: Any) -> Any:
    return [] if row.parts is None else session.keys.open_data(row.parts)


def _repeats(session: Session, row: OutboxMessage, wanted: list[str], told: Told) -> bool:
    parts = _parts(session, row)
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
