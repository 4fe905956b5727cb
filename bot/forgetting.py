"""People are forgotten while the service runs: by an operator's command, or by the clock once an officer agreed."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from datetime import datetime
from pathlib import Path

from bot import erased
from handlers.actions import erasing
from handlers.actions.requests import TOLD_FIRST
from handlers.services import Svc, Tools
from storage import data_requests, people, scrub, traces
from storage import erasing as rows
from storage.db import Database
from storage.files import FileStore

log = logging.getLogger("pratu.forgetting")


def take_out(
    db: Database, tools: Tools, channel: str, user_id: str, now: datetime, *, keep: bool = False
) -> Counter[str] | None:
    """Every row of a person; None where there is nobody. `keep`: their cases stay, without a name.

    Others' rows are looked through in portions beforehand, so that nobody waits long for the transaction in which the
    person's own go.
    """
    with db.transaction() as session:
        svc = Svc(session, now, tools)
        who = erasing.find(svc, channel, user_id, keep=keep)
        if who is None:
            return None
        found = erasing.traces(svc, who)
    after, counts = (0, 0), Counter[str]()
    while True:
        with db.reading() as session:
            repeated = traces.repeated(session, who, found, after)
        if not repeated.more:
            break
        with db.transaction() as session:
            counts += rows.blank_repeated(session, repeated)
        after = repeated.upto
    with db.transaction() as session:
        svc = Svc(session, now, tools)
        who = erasing.find(svc, channel, user_id, keep=keep)
        return None if who is None else counts + erasing.erase(svc, who, erasing.traces(svc, who), after)


def carry_out(db: Database, tools: Tools, now: datetime, data_dir: Path | None, dry_run: bool) -> dict[str, int]:
    """Erase those whose request an officer approved, once the answer to it has had time to leave. `data_dir`: where it
    is noted, so that no backup brings them back. Counts: `approved` requests that are due, people `erased`."""
    with db.reading() as session:
        due = data_requests.approved(session, now - TOLD_FIRST)
        found = [(people.account(session, row.account_id), row.outcome != data_requests.APPROVED_ALL) for row in due]
        opened = session.keys.open_text
        names = [(one.channel, opened(one.user_id) or "", keep) for one, keep in found if one is not None]
    count = 0
    for channel, user_id, keep in [] if dry_run else names:
        gone = take_out(db, tools, channel, user_id, now, keep=keep) is not None
        if gone and data_dir is not None:
            erased.note(db, data_dir, channel, user_id, now, keep=keep)
        count += gone
    if count:
        _scrub(db)
    return {"approved": len(due), "erased": count}


def cut_log(db: Database) -> None:
    """What rows held before they were emptied leaves the write-ahead log (SQLite); nothing to do where it is in use."""
    with contextlib.suppress(scrub.CannotScrub):
        scrub.cut_log(db)


def _scrub(db: Database) -> None:
    try:
        scrub.scrub(db)
    except scrub.CannotScrub:
        log.warning("free pages were not overwritten: the database is in use; the nightly job tries again")


def sweep(db: Database, store: FileStore) -> int:
    """Take doomed files off the disk; how many. A running service does so too."""
    count = 0
    while True:
        with db.transaction() as session:
            gone = store.sweep(session)
        count += gone
        if not gone:
            return count
