"""`pratu erase`: a person goes, from every table, the disk and the free pages, while the service runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import datetime

from bot import clock, erased, settings
from bot.commands import current_database
from bot.settings import Settings
from handlers.actions import erasing
from handlers.services import Svc, Tools
from storage import erasing as rows
from storage import scrub, traces
from storage.db import Database
from storage.files import FileStore


def erase(arguments: argparse.Namespace) -> int:
    """Erase one account; prints how many rows of what, as JSON. 1: nobody of this name, or bytes may be left."""
    from bot.app import tools

    channel, _, user_id = arguments.account.partition(":")
    config = settings.read()
    with current_database() as db:
        counts = take_out(db, tools(config), channel, user_id.strip(), clock.now())
        if counts is None:
            print(f"pratu: no account of this name on channel {channel!r} (CHANNEL:USERID)", file=sys.stderr)
        else:
            erased.note(db, config.data_dir, channel, user_id.strip(), clock.now())
        found = dict(counts or {}) | {"files_off_disk": sweep(db, config)}
        try:
            scrub.scrub(db, full=arguments.rewrite)
        except scrub.CannotScrub as busy:
            print(f"pratu: {busy}; run it again to overwrite free pages", file=sys.stderr)
            return 1
    if counts is None:
        return 1
    print(json.dumps(found))
    return 0


def take_out(db: Database, tools: Tools, channel: str, user_id: str, now: datetime) -> Counter[str] | None:
    """Every row of a person; None where there is nobody. Others' rows are looked through in portions beforehand, so
    that nobody waits long for the transaction in which the person's own go."""
    with db.transaction() as session:
        svc = Svc(session, now, tools)
        who = erasing.find(svc, channel, user_id)
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
        who = erasing.find(svc, channel, user_id)
        return None if who is None else counts + erasing.erase(svc, who, erasing.traces(svc, who), after)


def sweep(db: Database, config: Settings) -> int:
    """Take doomed files off the disk; how many. A running service does so too."""
    store, count = FileStore(config.data_dir / "files", db.keys), 0
    while True:
        with db.transaction() as session:
            gone = store.sweep(session)
        count += gone
        if not gone:
            return count
