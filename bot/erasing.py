"""`pratu erase`: a person goes, from every table, the disk and the free pages, while the service runs."""

from __future__ import annotations

import argparse
import json
import sys

from bot import clock, erased, forgetting, settings
from bot.commands import current_database
from storage import scrub
from storage.files import FileStore


def erase(arguments: argparse.Namespace) -> int:
    """Erase one account; prints how many rows of what, as JSON. 1: nobody of this name, or bytes may be left."""
    from bot.app import tools

    channel, _, user_id = arguments.account.partition(":")
    config = settings.read()
    with current_database() as db:
        store = FileStore(config.data_dir / "files", db.keys)
        counts = forgetting.take_out(db, tools(config), channel, user_id.strip(), clock.now())
        if counts is None:
            print(f"pratu: no account of this name on channel {channel!r} (CHANNEL:USERID)", file=sys.stderr)
        else:
            erased.note(db, config.data_dir, channel, user_id.strip(), clock.now())
        found = dict(counts or {}) | {"files_off_disk": forgetting.sweep(db, store)}
        try:
            scrub.scrub(db, full=arguments.rewrite)
        except scrub.CannotScrub as busy:
            print(f"pratu: {busy}; run it again to overwrite free pages", file=sys.stderr)
            return 1
    if counts is None:
        return 1
    print(json.dumps(found))
    return 0
