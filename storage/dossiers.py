"""Everything the rows hold about one case that proves how it was handled, read for its dossier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from storage import messages
from storage.db import Session
from storage.tables import (
    Account,
    Attachment,
    Case,
    CasePhoto,
    File,
    HistoryEntry,
    Message,
    OutboxMessage,
    Person,
    Sequence,
)

BEFORE = "before"
_CHAIN = "history"


@dataclass(frozen=True)
class Said:
    """A message of the complainant."""

    at: datetime
    words: str


@dataclass(frozen=True)
class Sent:
    """A message to the complainant: when, its words (once delivered), and how far it got (words.OutboxState)."""

    at: datetime
    words: str
    masked: str
    state: str
    error: str
    sent_at: datetime | None


@dataclass(frozen=True)
class Picture:
    """A stored picture of a case; `digest` is what the file store knows it by."""

    stage: str
    at: datetime
    taken_at: datetime | None
    digest: str


@dataclass(frozen=True)
class Link:
    """A link of the history chain."""

    number: int
    at: datetime
    what: str
    hash: str


@dataclass(frozen=True)
class Chain:
    """The chain as a whole, to compare with what `pratu verify` says: how many links, and the hash of the last."""

    links: int
    head: str


def said(session: Session, case: Case) -> list[Said]:
    """What the complainant wrote, oldest first; of an edited message the newest words, of an unsent one nothing."""
    found = messages.words_of_case(session, case.id, case.account_id)
    rows = session.execute(select(Message.id, Message.at).where(Message.id.in_([row_id for row_id, _words in found])))
    times = {row_id: at for row_id, at in rows}
    return [Said(times[row_id], words) for row_id, words in found]


def sent(session: Session, case: Case) -> list[Sent]:
    """What was put out for the complainant about this case, oldest first."""
    if case.account_id is None:
        return []
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.case_id == case.id, OutboxMessage.account_id == case.account_id)
        .order_by(OutboxMessage.id)
    ).all()
    told: dict[int, list[Message]] = {}
    written = select(Message).where(Message.outbox_id.in_([row.id for row in rows])).order_by(Message.id)
    for message in session.scalars(written):
        told.setdefault(message.outbox_id or 0, []).append(message)
    return [
        Sent(
            at=row.created_at,
            words=" ".join(messages.text_of(session, message) for message in told.get(row.id, ())),
            masked=" ".join(message.masked or "" for message in told.get(row.id, ())),
            state=row.state,
            error=row.error or "",
            sent_at=row.sent_at,
        )
        for row in rows
    ]


def pictures(session: Session, case: Case) -> list[Picture]:
    """Stored pictures that prove something, and those the complainant sent ("before"), oldest first."""
    rows = session.execute(
        select(CasePhoto, Attachment, File)
        .select_from(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .join(File, File.digest == Attachment.file_digest)
        .outerjoin(CasePhoto, and_(CasePhoto.attachment_id == Attachment.id, CasePhoto.case_id == case.id))
        .where(
            Attachment.kind == "image",
            Attachment.state == "stored",
            File.doomed.is_(False),
            or_(
                CasePhoto.attachment_id.is_not(None),
                and_(Attachment.case_id == case.id, Message.account_id == case.account_id),
            ),
        )
        .order_by(Attachment.id)
    )
    return [
        Picture(
            stage=photo.stage if photo is not None else BEFORE,
            at=photo.at if photo is not None else attachment.created_at,
            taken_at=file.taken_at,
            digest=file.digest,
        )
        for photo, attachment, file in rows
    ]


def complainant_name(session: Session, case: Case) -> str:
    """The name of who brought a case: as an officer wrote it down, else as that person gave it; "" when unknown."""
    if case.complainant is not None:
        return session.keys.open_text(case.complainant) or ""
    if case.account_id is None:
        return ""
    query = select(Person.name).join(Account, Account.person_id == Person.id).where(Account.id == case.account_id)
    return session.keys.open_text(session.scalar(query)) or ""


def links(session: Session, case_id: int) -> list[Link]:
    """A case's links of the history chain, oldest first."""
    rows = session.scalars(select(HistoryEntry).where(HistoryEntry.case_id == case_id).order_by(HistoryEntry.id))
    return [Link(row.id, row.at, row.what, row.hash) for row in rows]


def chain(session: Session) -> Chain:
    """The chain's length and head now; its lock is not taken."""
    row = session.get(Sequence, _CHAIN, populate_existing=True)
    return Chain(0, "") if row is None else Chain(row.value, row.mark or "")
