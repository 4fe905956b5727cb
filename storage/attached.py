"""What came with messages: pictures, clips, voice notes and files, and the way of their bytes to us."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, update

from storage.db import Session
from storage.tables import Attachment, CaseJoin, CasePhoto, File, Message
from storage.tables.base import among, plain


@dataclass(frozen=True)
class WantedFile:
    """An attachment whose bytes are still with the platform."""

    id: int
    channel: str
    kind: str
    ref: str
    name: str
    attempts: int


def add_attachment(session: Session, message: Message, *, kind: str, ref: str, name: str, now: datetime) -> Attachment:
    """Want the bytes of a picture or file; they are fetched by a job of their own."""
    row = session.write(
        Attachment,
        message_id=message.id,
        channel=message.channel,
        kind=kind,
        ref=session.keys.seal_text(ref),
        name=session.keys.seal_text(name or None),
        not_before=now,
        created_at=now,
    )
    session.wake("media")
    return row


def count_media(session: Session, message_ids: Collection[int]) -> dict[str, int]:
    """How many pictures and files of each kind came with these messages."""
    rows = session.execute(
        select(Attachment.kind, func.count()).where(Attachment.message_id.in_(message_ids)).group_by(Attachment.kind)
    )
    return {kind: count for kind, count in rows}


def count_photos(session: Session, case_id: int) -> int:
    """How many pictures people sent of a case (see `OF_PEOPLE`)."""
    return session.ask(_COUNT_PHOTOS, {"row": case_id, **not_of(session, case_id)}).scalar() or 0


_FILE, _SAID = plain(Attachment).c, plain(Message).c
# Which attachments are the complainant's pictures of a case, and those of people who joined it: not an officer's
# (`case_photos`), not what is gone or refused, nor what people who left it took with them (`not_of`).
OF_PEOPLE = (
    _FILE.case_id == bindparam("row"),
    _FILE.kind == "image",
    among(_FILE.state, "wanted", "stored"),
    ~exists().where(plain(CasePhoto).c.attachment_id == _FILE.id),
    or_(_SAID.account_id.is_(None), _SAID.account_id.not_in(bindparam("gone", expanding=True))),
    _SAID.id.not_in(bindparam("earlier", expanding=True)),
)
_COUNT_PHOTOS = (
    select(func.count()).select_from(plain(Attachment)).join(plain(Message), _SAID.id == _FILE.message_id)
).where(*OF_PEOPLE)
_JOIN = plain(CaseJoin).c
_LEFT = select(_JOIN.account_id, _JOIN.left_at, _JOIN.earlier_ids).where(_JOIN.case_id == bindparam("row"))


def not_of(session: Session, case_id: int) -> dict[str, list[int]]:
    """Whose pictures, and which messages', are not a case's any more: parameters of `OF_PEOPLE`."""
    joined = session.ask(_LEFT, {"row": case_id}).all()
    return {
        "gone": [row.account_id for row in joined if row.left_at is not None],
        "earlier": [message_id for row in joined for message_id in row.earlier_ids],
    }


def any_file_wanted(session: Session, now: datetime) -> bool:
    """Is there an attachment to fetch now? Looking costs no write lock."""
    query = select(Attachment.id).where(Attachment.state == "wanted", Attachment.not_before <= now).limit(1)
    return session.scalar(query) is not None


def files_wanted(session: Session, now: datetime, limit: int = 8) -> list[WantedFile]:
    """Attachments to fetch now. The caller pushes `not_before` on as its claim."""
    rows = session.scalars(
        select(Attachment)
        .where(Attachment.state == "wanted", Attachment.not_before <= now)
        .order_by(Attachment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    keys = session.keys
    return [
        WantedFile(
            row.id,
            row.channel,
            row.kind,
            keys.open_text(row.ref) or "",
            keys.open_text(row.name) or "",
            row.attempts,
        )
        for row in rows
    ]


def settle_file(
    session: Session,
    attachment_id: int,
    *,
    state: str | None = None,
    digest: str | None = None,
    error: str | None = None,
    again_at: datetime | None = None,
) -> bool:
    """Write down how a try to fetch ended; without `state` it stays wanted until `again_at`.

    False when it is not wanted any more (taken back meanwhile): then nothing is changed.
    """
    values: dict[str, Any] = {"attempts": Attachment.attempts + 1, "error": error}
    if state is not None:
        values["state"] = state
    if digest is not None:
        values["file_digest"] = digest
    if again_at is not None:
        values["not_before"] = again_at
    wanted = update(Attachment).where(Attachment.id == attachment_id, Attachment.state == "wanted")
    return session.execute(wanted.values(**values).returning(Attachment.id)).first() is not None


def message_of_file(session: Session, attachment_id: int) -> Message:
    """The message an attachment came with."""
    return session.get_one(Message, session.get_one(Attachment, attachment_id).message_id)


def any_file_doomed(session: Session) -> bool:
    """Is there a file whose bytes must go? Looking costs no write lock."""
    return session.scalar(select(File.digest).where(File.doomed).limit(1)) is not None
