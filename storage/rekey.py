"""A new key: every sealed value is sealed anew with it, in portions, while the service runs."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, delete, func, select, update

from storage import agencies, ids
from storage.db import Database, Session
from storage.files import FileStore
from storage.inbox import lane_of
from storage.seal import Keyring
from storage.tables import Account, Base, Conversation, InboxEvent, Invite, OutboxMessage, WrongGuess
from storage.words import InboxState

_PLAIN = frozenset({("history_details", "salt")})  # bytes that are no sealed value
_PORTION = 500


class NotNow(Exception):
    """Hashes cannot be made anew now; the message says what to do first."""


def columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Every sealed column there is, whoever added it."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and (table.name, column.name) not in _PLAIN:
                yield table, column


def reseal(db: Database, table: Table, column: Column[Any]) -> int:
    """A portion of one column that older keys sealed; how many values. A row somebody works on is left for later."""
    keys, primary = db.keys, list(table.primary_key.columns)
    older = (column.is_not(None), func.substr(column, 1, len(keys.prefix)) != keys.prefix)
    with db.transaction() as session:
        query = select(*primary, column).where(*older).limit(_PORTION).with_for_update(skip_locked=True)
        rows = session.execute(query).all()
        for *key, sealed in rows:
            same = [part == value for part, value in zip(primary, key, strict=True)]
            session.execute(update(table).where(*same).values({column.name: keys.seal(keys.open(sealed))}))
    return len(rows)


def left(session: Session, table: Table, column: Column[Any]) -> int:
    """How many values of a column older keys still hold."""
    prefix = session.keys.prefix
    older = (column.is_not(None), func.substr(column, 1, len(prefix)) != prefix)
    return session.scalar(select(func.count()).select_from(table).where(*older)) or 0


def reseal_files(store: FileStore) -> int:
    """Files on disk that older keys sealed, each replaced at once; how many."""
    count = 0
    for path in sorted(store.folder.glob("??/*")):
        if path.suffix or not path.is_file():
            continue
        sealed = path.read_bytes()
        if sealed.startswith(store.keys.prefix):
            continue
        part = path.with_suffix(".rekey")
        with open(part, "wb") as out:
            out.write(store.keys.seal(store.keys.open(sealed)))
            out.flush()
            os.fsync(out.fileno())
        if path.exists():  # not swept meanwhile
            part.replace(path)
            count += 1
        else:
            part.unlink()
    return count


# --- hashes ----------------------------------------------------------------------------------------------------------


def keep_finding(session: Session) -> None:
    """What rows are found by stays findable when the last key leaves PRATU_SECRET_KEY: kept sealed by the newest."""
    known = agencies.setting(session, "key")
    sealed = base64.b64encode(session.keys.finding()).decode()
    agencies.put_setting(session, "key", {**known, "fingerprint": session.keys.fingerprint(), "find": sealed})


def find_as_before(keys: Keyring, known: dict[str, Any]) -> None:
    """Find rows by what the database says, where it says so. Raises CannotOpen."""
    if "find" in known:
        keys.find_by(base64.b64decode(known["find"]))


def reindex(session: Session) -> dict[str, int]:
    """New hashes for accounts and chats, by fresh chance: for when an old key became known to others. The service must
    stand still. Invitations not used yet are void afterwards. Raises NotNow while events wait to be worked on."""
    waiting = select(InboxEvent.id).where(InboxEvent.state == InboxState.RECEIVED).limit(1)
    if session.scalar(waiting) is not None:
        raise NotNow("events wait to be worked on: let the service work them off, then stop it")
    session.keys.find_by(session.keys.seal(ids.salt() + ids.salt()))
    keys, opened = session.keys, session.keys.open_text
    accounts = chats = 0
    for account in session.scalars(select(Account).where(Account.user_id.is_not(None))):
        account.key = keys.find_key("account", account.channel, opened(account.user_id) or "")
        accounts += 1
    for chat in session.scalars(select(Conversation).where(Conversation.chat_id.is_not(None))):
        lane = lane_of(keys, chat.channel, opened(chat.chat_id) or "")
        for table in (InboxEvent, OutboxMessage):
            session.execute(update(table).where(table.lane == chat.lane).values(lane=lane))
        chat.lane = lane
        chats += 1
    void = session.execute(delete(Invite).where(Invite.used_at.is_(None)).returning(Invite.id)).all()
    session.execute(delete(WrongGuess))
    session.flush()
    keep_finding(session)
    return {"accounts": accounts, "chats": chats, "invitations_void": len(void)}
