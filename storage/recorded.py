"""What was said in chats of a period, and what became of it: for a rehearsal of the same with other data."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage.db import Session
from storage.people import Post
from storage.tables import Account, Attachment, Case, Conversation, Membership, Message, Point, StatusUpdate
from storage.words import Status

_KINDS = ("text", "image", "video", "audio", "file", "place", "sticker", "contact", "edit", "follow")
_WORDLESS = frozenset({"image", "video", "audio", "file", "place", "sticker", "follow"})


@dataclass(frozen=True)
class Said:
    """One message somebody sent in a chat of their own. `who` names the account here and nowhere else; `reference`: of
    the case that was filed by it, else of the one it belongs to, "" for none."""

    channel: str
    who: str
    at: datetime
    kind: str
    text: str
    event_id: str
    message_id: str
    reference: str
    lat: float | None = None
    lon: float | None = None
    file: str = ""  # its name, where it is one

    @property
    def plays(self) -> bool:
        """Is anything left of it? Words that were taken back or erased are gone."""
        return bool(self.text) or self.kind in _WORDLESS


@dataclass(frozen=True)
class Filed:
    """What became of a case, without a word of it. `category` is the machine's where it had an opinion."""

    reference: str
    kind: str
    category: str
    agency: str
    unit: str
    urgent: bool
    abstained: bool | None  # None where nothing is known of it


def said(session: Session, since: datetime, until: datetime) -> Iterator[Said]:
    """Messages of people's own chats (no group), in the order of their times; from `since` to before `until`."""
    rows = session.execute(
        select(Message, Case.reference, Point.lat, Point.lon)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(Case, Case.id == Message.case_id)
        .outerjoin(Point, Point.message_id == Message.id)
        .where(Message.direction == "in", Message.at >= since, Message.at < until, Message.kind.in_(_KINDS))
        .where(Message.account_id.is_not(None), Message.account_id == Conversation.account_id)
        .order_by(Message.at, Message.id)
        .execution_options(yield_per=500)
    )
    names = _file_names(session, since, until)
    for message, reference, lat, lon in rows:
        yield Said(
            message.channel,
            str(message.account_id),
            message.at,
            message.kind,
            session.keys.open_text(message.text) or "",
            message.event_id or "",
            message.message_id or "",
            reference or "",
            lat,
            lon,
            names.get(message.id, ""),
        )


def filings(session: Session, since: datetime, until: datetime) -> list[tuple[str, frozenset[str], datetime]]:
    """(reference, the accounts of who told it or wrote it down, when) of every case filed in a period, in order."""
    accounts: dict[int, set[str]] = {}
    for account, person in session.execute(select(Account.id, Account.person_id)):
        accounts.setdefault(person, set()).add(str(account))
    rows = session.execute(
        select(Case.reference, Case.account_id, StatusUpdate.person_id, StatusUpdate.at)
        .join(Case, Case.id == StatusUpdate.case_id)
        .where(StatusUpdate.status == Status.RECEIVED, StatusUpdate.at >= since, StatusUpdate.at < until)
        .order_by(StatusUpdate.at, StatusUpdate.id)
    )
    return [
        (reference, frozenset([str(account)] if account is not None else accounts.get(person or 0, ())), at)
        for reference, account, person, at in rows
    ]


def _file_names(session: Session, since: datetime, until: datetime) -> dict[int, str]:
    """Message row → the name of its file."""
    rows = session.execute(
        select(Attachment.message_id, Attachment.name)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.at >= since, Message.at < until, Attachment.name.is_not(None))
    )
    return {row: session.keys.open_text(name) or "" for row, name in rows}


def officers(session: Session) -> dict[str, list[Post]]:
    """Account → everything its person ever was for an agency."""
    found: dict[str, list[Post]] = {}
    rows = session.execute(select(Account.id, Membership).join(Membership, Membership.person_id == Account.person_id))
    for account, row in rows:
        name = session.keys.open_text(row.display_name) or ""
        post = Post(row.person_id, row.agency_code, row.unit_code, row.role, name, since=row.since, until=row.until)
        found.setdefault(str(account), []).append(post)
    return found


def told(session: Session, since: datetime, until: datetime, but: Collection[str]) -> Iterator[str]:
    """What was answered in people's own chats, but to these accounts."""
    rows = session.execute(
        select(Message.text, Message.account_id)
        .where(Message.direction == "out", Message.at >= since, Message.at < until, Message.text.is_not(None))
        .execution_options(yield_per=500)
    )
    for text, account in rows:
        if account is not None and str(account) not in but:
            yield session.keys.open_text(text) or ""


def filed(session: Session, since: datetime | None = None, until: datetime | None = None) -> dict[str, Filed]:
    """Reference → what became of it, of the cases received in a period (of all where none is given)."""
    query = select(Case).execution_options(yield_per=500)
    if since is not None and until is not None:
        query = query.where(Case.received_at >= since, Case.received_at < until)
    return {row.reference: _filed(row) for row in session.scalars(query)}


def _filed(row: Case) -> Filed:
    verdict: dict[str, Any] = row.verdict
    return Filed(
        row.reference,
        row.kind,
        str(verdict.get("category") or row.category),
        row.agency_code,
        row.unit_code or "",
        row.urgent,
        bool(verdict.get("abstained", row.abstained)),
    )
