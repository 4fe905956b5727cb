"""What was said: messages in and out with their masked copies, and pins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, false, func, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from storage.db import Session
from storage.tables import Attachment, Conversation, File, Message, OutboxMessage, Point
from storage.tables.base import plain

_WITH_WORDS = frozenset({"text", "image", "video", "audio", "file", "edit"})


def add_in(
    session: Session,
    conversation: Conversation,
    *,
    account_id: int | None,
    at: datetime,
    kind: str,
    text: str,
    masked: str,
    event_id: str,
    message_id: str,
    inbox_id: int,
) -> Message:
    """Write down what came in, before anybody understood it."""
    return session.write(
        Message,
        channel=conversation.channel,
        direction="in",
        conversation_id=conversation.id,
        account_id=account_id,
        inbox_id=inbox_id,
        at=at,
        kind=kind,
        text=session.keys.seal_text(text or None),
        masked=masked or None,
        event_id=event_id,
        message_id=message_id or None,
    )


def add_out(
    session: Session,
    conversation: Conversation,
    *,
    at: datetime,
    outbox_id: int,
    case_id: int | None,
    texts: list[str],
    drawn: list[dict[str, Any]],
    message_ids: list[str],
    mask: Callable[[str], str],
) -> None:
    """Write down what the platform took, one row per message of its own; of unsent words only the fact."""
    gone = session.scalar(select(OutboxMessage.taken_back).where(OutboxMessage.id == outbox_id))
    for number, text in enumerate(texts):
        session.add(
            Message(
                channel=conversation.channel,
                direction="out",
                conversation_id=conversation.id,
                account_id=conversation.account_id,
                case_id=case_id,
                outbox_id=outbox_id,
                at=at,
                kind="text",
                text=None if gone else session.keys.seal_text(text),
                masked=None if gone else mask(text),
                drawn=session.keys.seal_data(drawn[number]) if number < len(drawn) and not gone else None,
                message_id=message_ids[number] if number < len(message_ids) else None,
            )
        )
    session.flush()


def add_point(session: Session, message: Message, lat: float, lon: float) -> None:
    """Keep the pin of a message."""
    session.add(Point(message_id=message.id, lat=lat, lon=lon))


def text_of(session: Session, message: Message) -> str:
    """The words of a message, opened."""
    return session.keys.open_text(message.text) or ""


def since(session: Session, conversation_id: int, after_id: int, limit: int = 200) -> list[Message]:
    """Messages of a chat after this row id, oldest first (for channels that show their own history)."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.id > after_id)
            .order_by(Message.id)
            .limit(limit)
        )
    )


def count_in_since(session: Session, conversation_id: int, since: datetime) -> int:
    """How many messages came in this chat since then."""
    rows = select(func.count()).select_from(Message)
    return (
        session.scalar(
            rows.where(Message.conversation_id == conversation_id, Message.direction == "in", Message.at >= since)
        )
        or 0
    )


def find_by_platform_id(session: Session, conversation_id: int, message_id: str) -> Message | None:
    """The message the platform names so, within one chat; of an edited one the first version."""
    found = versions(session, conversation_id, message_id)
    return found[0] if found else None


def versions(session: Session, conversation_id: int, message_id: str) -> list[Message]:
    """Every version of one platform message, oldest first."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.message_id == message_id)
            .order_by(Message.id)
        )
    )


def said_by_button(session: Session, conversation_id: int, message_id: str, number: int) -> str | None:
    """What the button of this number below one of our messages says; None when we do not know that message."""
    message = find_by_platform_id(session, conversation_id, message_id)
    drawn = session.keys.open_data(message.drawn) if message is not None and message.drawn is not None else {}
    says = drawn.get("says", [])
    return says[number] if 0 <= number < len(says) else None


def last_in(session: Session, conversation_id: int) -> Message | None:
    """The newest message that came in."""
    return session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.direction == "in")
        .order_by(Message.id.desc())
        .limit(1)
    ).first()


def last_at(session: Session, conversation_id: int) -> datetime | None:
    """When anything was last said in a chat, by either side."""
    found: datetime | None = session.ask(_LAST_AT, {"chat": conversation_id}).scalar()
    return found


_LAST_AT = (
    select(plain(Message).c.at)
    .where(plain(Message).c.conversation_id == bindparam("chat"))
    .order_by(plain(Message).c.id.desc())
    .limit(1)
)


def was_taken(session: Session, conversation_id: int, message_id: str) -> bool:
    """Did somebody unsend this message, perhaps before it reached us?"""
    asked = {"chat": conversation_id, "name": message_id}
    return bool(message_id) and session.ask(_TAKEN, asked).first() is not None


_SAID = plain(Message).c
_TAKEN = (
    select(_SAID.id).where(_SAID.conversation_id == bindparam("chat"), _SAID.takes_back == bindparam("name")).limit(1)
)


def words_of(session: Session, message_ids: Collection[int]) -> list[tuple[int, str]]:
    """(row id, words) of these messages, oldest first; of an edited one only the newest version."""
    return _words(session, session.find(_WORDS_OF, {"rows": message_ids}))


def words_of_case(session: Session, case_id: int, account_id: int | None) -> list[tuple[int, str]]:
    """(row id, words) of what the complainant (`account_id`) still says in a case, as `words_of`."""
    if account_id is None:
        return _words(session, session.find(_WORDS_OF_NOBODY, {"case": case_id}))
    return _words(session, session.find(_WORDS_IN_CASE, {"case": case_id, "account": account_id}))


_WORDS = select(Message).where(Message.direction == "in", Message.text.is_not(None)).order_by(Message.id)
_WORDS_OF = _WORDS.where(Message.id.in_(bindparam("rows", expanding=True)))
_OF_THE_CASE = _WORDS.where(Message.case_id == bindparam("case"))
_WORDS_OF_NOBODY = _OF_THE_CASE.where(Message.account_id.is_(None))
_WORDS_IN_CASE = _OF_THE_CASE.where(Message.account_id == bindparam("account"))


def _words(session: Session, rows: Iterable[Message]) -> list[tuple[int, str]]:
    said: dict[tuple[int, str], tuple[int, str]] = {}
    for row in rows:
        if row.kind in _WITH_WORDS:
            said[(row.conversation_id, row.message_id or f"row {row.id}")] = (row.id, text_of(session, row))
    return list(said.values())


def ids_of_case(session: Session, case_id: int, account_id: int | None) -> list[int]:
    """Row ids of what one person sent for a case, oldest first."""
    query = select(Message.id).where(
        Message.case_id == case_id, Message.account_id == account_id, Message.direction == "in"
    )
    return list(session.scalars(query.order_by(Message.id)))


def ids_since(session: Session, conversation_id: int, message_id: int) -> set[int]:
    """Row ids of everything said in a chat from this row on."""
    return set(
        session.scalars(
            select(Message.id).where(
                Message.conversation_id == conversation_id, Message.id >= message_id, Message.direction == "in"
            )
        )
    )


def case_ids(session: Session, message_ids: Collection[int]) -> set[int]:
    """The cases these messages are tied to."""
    found = session.scalars(select(Message.case_id).where(Message.id.in_(message_ids), Message.case_id.is_not(None)))
    return {case_id for case_id in found if case_id is not None}


def pins(session: Session, message_ids: Collection[int]) -> set[tuple[float, float]]:
    """Where these messages point to."""
    rows = session.scalars(select(Point).where(Point.message_id.in_(message_ids)))
    return {(row.lat, row.lon) for row in rows}


def pins_of_case(
    session: Session, case_id: int, account_id: int | None, but: Collection[int]
) -> set[tuple[float, float]]:
    """Where the complainant's messages of a case point to, but for these messages."""
    rows = session.scalars(
        select(Point)
        .join(Message, Message.id == Point.message_id)
        .where(Message.case_id == case_id, Message.account_id == account_id, Message.id.not_in(but))
    )
    return {(row.lat, row.lon) for row in rows}


def tie_to_case(session: Session, message_ids: Collection[int], case_id: int) -> None:
    """The messages a case was filed from, every version of them, and their pictures belong to it.

    One that tells of several matters stays with the first; `Case.said` knows what each of them holds.
    """
    versions = session.ask(_VERSIONS, {"rows": message_ids}).scalars()
    tied = session.ask(_FREE, {"rows": sorted({*message_ids, *versions})}).scalars().all()
    if not tied:
        return
    session.ask(_TIE, [{"tied": row, "to": case_id} for row in tied])
    _learn(session, Message, tied, case_id)
    files = session.ask(_FILES_OF, {"rows": tied}).scalars().all()
    if files:
        session.ask(_TIE_FILE, [{"tied": row, "to": case_id} for row in files])
        _learn(session, Attachment, files, case_id)


_VERSION = plain(Message).alias()
_VERSIONS = (
    select(_VERSION.c.id)
    .join(
        plain(Message),
        and_(_SAID.conversation_id == _VERSION.c.conversation_id, _SAID.message_id == _VERSION.c.message_id),
    )
    .where(_SAID.id.in_(bindparam("rows", expanding=True)), _SAID.message_id != "")
)
_FREE = (
    select(_SAID.id)
    .where(_SAID.id.in_(bindparam("rows", expanding=True)), _SAID.direction == "in", _SAID.case_id.is_(None))
    .with_for_update()
)
_TIE = update(plain(Message)).where(_SAID.id == bindparam("tied")).values(case_id=bindparam("to"))
_FILE = plain(Attachment).c
_FILES_OF = select(_FILE.id).where(_FILE.message_id.in_(bindparam("rows", expanding=True)))
_TIE_FILE = update(plain(Attachment)).where(_FILE.id == bindparam("tied")).values(case_id=bindparam("to"))


def _learn(session: Session, what: type[Message | Attachment], rows: Collection[int], case_id: int) -> None:
    """Rows that were read before know their case too."""
    for row in rows:
        known = session.identity_map.get(identity_key(what, row))
        if known is not None:
            set_committed_value(known, "case_id", case_id)


def blank(session: Session, message: Message) -> int:
    """Take the words, the pin, the pictures and their names of a message away (unsent, erased); how many files."""
    message.text = message.masked = message.drawn = None
    point = session.get(Point, message.id)
    if point is not None:
        session.delete(point)
    digests = session.scalars(
        select(Attachment.file_digest).where(Attachment.message_id == message.id, Attachment.file_digest.is_not(None))
    ).all()
    session.execute(
        update(Attachment)
        .where(Attachment.message_id == message.id)
        .values(state="gone", ref=None, name=None, file_digest=None, error="unsent")
    )
    session.flush()
    _doom(session, [digest for digest in digests if digest])
    return len(digests)


def _doom(session: Session, digests: list[str]) -> None:
    """Files nothing points to any more: their bytes go (see FileStore.sweep)."""
    still = exists().where(Attachment.file_digest == File.digest)
    session.execute(update(File).where(File.digest.in_(digests), ~still).values(doomed=True))
    session.wake("media")


@dataclass(frozen=True)
class Told:
    """Where words may have been repeated: their chat since then, notices of cases and call-outs, views of a case."""

    conversation_id: int
    lane: str
    since_id: int
    cases: dict[int, str]  # row id → reference, which stands in whatever an officer or a helper was shown
    outbox_ids: Collection[int]


def blank_echoes(session: Session, words: Collection[str], told: Told) -> None:
    """Our own answers that repeated somebody's words lose them; the whole answer, for a long one was cut anywhere."""
    since = (Message.direction == "out", Message.text.is_not(None), Message.id > told.since_id)
    shown = [Message.masked.contains(reference, autoescape=True) for reference in told.cases.values()]
    where = or_(
        Message.conversation_id == told.conversation_id,
        Message.case_id.in_(told.cases),
        Message.outbox_id.in_(told.outbox_ids),
        Message.outbox_id.in_(select(Message.outbox_id).where(*since, or_(false(), *shown))),
    )
    rows = session.scalars(select(Message).where(*since, where)).all()
    hit = {row.outbox_id for row in rows if any(word in text_of(session, row) for word in words)}
    for row in rows:
        if row.outbox_id in hit:
            row.text = row.masked = row.drawn = None
    session.flush()
