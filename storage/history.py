"""The chain: every fact about a case is a link; a changed or missing link breaks all later ones.

A link commits to its details by a salted digest. Erasing a person removes salt and details; the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from storage import ids, sequences
from storage.db import Session
from storage.tables import HistoryDetail, HistoryEntry, Sequence, StatusUpdate
from storage.tables.base import plain

CHAIN = "history"
GENESIS = "0" * 64


@dataclass(frozen=True)
class Verified:
    """How far the chain holds: links checked, the head, and the number of the first broken link (or None)."""

    links: int
    head: str
    broken_at: int | None
    why: str = ""


def append(
    session: Session,
    what: str,
    case_id: int | None,
    details: dict[str, Any],
    now: datetime,
    of: StatusUpdate | None = None,
) -> None:
    """Add a link, right before the transaction ends: everybody waits for the chain's lock, so it is held for a moment,
    and nothing else is waited for meanwhile. `of`: the update it stands for learns its number."""

    if not session.facts:
        session.late.append(lambda: _link_all(session))
    session.facts.append(_Fact(what, case_id, details, now, of))


@dataclass(frozen=True)
class _Fact:
    """A link to be: what `append` was given."""

    what: str
    case_id: int | None
    details: dict[str, Any]
    at: datetime
    of: StatusUpdate | None


def _link_all(session: Session) -> None:
    """Every fact of this transaction, in the order it was told, in two statements."""
    facts: list[_Fact] = session.facts
    head = sequences.locked(session, CHAIN)
    number, previous = head.value, head.mark or GENESIS
    entries, details = [], []
    for fact in facts:
        number += 1
        salt = ids.salt()
        commitment = _commit(salt, fact.details)
        own = _link(previous, number, fact.at, fact.what, fact.case_id, commitment)
        entries.append(
            {
                "id": number,
                "at": fact.at,
                "what": fact.what,
                "case_id": fact.case_id,
                "commitment": commitment,
                "previous": previous,
                "hash": own,
            }
        )
        details.append({"history_id": number, "salt": salt, "details": session.keys.seal_data(fact.details)})
        if fact.of is not None:
            fact.of.history_id = number
        previous = own
    facts.clear()
    session.ask(_LINKS, entries)
    session.ask(_DETAILS, details)
    head.value, head.mark = number, previous
    session.flush()


_LINKS, _DETAILS = insert(plain(HistoryEntry)), insert(plain(HistoryDetail))


def head(session: Session) -> tuple[int, str]:
    """(how many links, the hash of the last one) as they stand; waits for nobody."""
    found = session.execute(select(Sequence.value, Sequence.mark).where(Sequence.name == CHAIN)).first()
    return (0, GENESIS) if found is None else (found.value, found.mark or GENESIS)


def hold(session: Session) -> None:
    """Nobody else adds a link before this transaction ends: let it be soon."""
    sequences.locked(session, CHAIN)


def newest(session: Session, what: str) -> dict[str, Any]:
    """The details of the newest link of this kind, of those that are about no case; none where there is no such link.

    Links of no case are few, and found by that. (Asked for the last one, PostgreSQL might walk the whole chain.)
    """
    about = select(HistoryEntry.id).where(HistoryEntry.case_id.is_(None), HistoryEntry.what == what)
    detail = session.get(HistoryDetail, max(session.scalars(about), default=0))
    return {} if detail is None else session.keys.open_data(detail.details)


def forget(session: Session, numbers: Collection[int]) -> None:
    """What these links commit to is taken back: salt and details go, the chain still verifies."""
    session.execute(delete(HistoryDetail).where(HistoryDetail.history_id.in_(numbers)))


def verify(session: Session) -> Verified:
    """Walk the whole chain and check every link, and every commitment whose details are still there.

    In a snapshot, or where nobody else writes: what is linked meanwhile would be missed at the end.
    """
    session.finish()
    previous, count = GENESIS, 0
    rows = session.execute(
        select(HistoryEntry, HistoryDetail)
        .outerjoin(HistoryDetail, HistoryDetail.history_id == HistoryEntry.id)
        .order_by(HistoryEntry.id)
        .execution_options(yield_per=1000)
    )
    with closing(rows):
        for entry, detail in rows:
            count += 1
            why = _fault(session, entry, detail, previous, count)
            if why:
                return Verified(count - 1, previous, entry.id, why)
            previous = entry.hash
    if head(session) != (count, previous):
        return Verified(count, previous, count + 1, "links are missing at the end")
    return Verified(count, previous, None)


def _fault(session: Session, entry: HistoryEntry, detail: HistoryDetail | None, previous: str, number: int) -> str:
    if entry.id != number:
        return f"link {number} is missing"
    if entry.previous != previous:
        return "does not follow the link before it"
    if entry.hash != _link(previous, entry.id, entry.at, entry.what, entry.case_id, entry.commitment):
        return "its content was changed"
    if detail is not None and entry.commitment != _commit(detail.salt, session.keys.open_data(detail.details)):
        return "its details were changed"
    return ""


def _commit(salt: bytes, details: dict[str, Any]) -> str:
    plain = json.dumps(details, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(salt + plain).hexdigest()


def _link(previous: str, number: int, at: datetime, what: str, case_id: int | None, commitment: str) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    line = "\x1f".join((previous, str(number), moment, what, str(case_id or ""), commitment))
    return hashlib.sha256(line.encode()).hexdigest()
