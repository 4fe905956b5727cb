"""`pratu rekey`: everything sealed is sealed with the newest key, so that older ones can be left out."""

from __future__ import annotations

import argparse
import json
import sys

from bot import settings
from bot.commands import Refused, current_database
from storage import presence, rekey
from storage.db import Database
from storage.files import FileStore

_OTHERS = (
    "rekey --index: other processes live on this database; stop every pratu process (serve, jobs, commands; "
    "a psql of the same role too) and run it again. Nothing was changed."
)


def run(arguments: argparse.Namespace) -> int:
    """Seal anew; prints how many values of which column, as JSON. 1 while values of older keys are left.

    First PRATU_SECRET_KEY=NEW,OLD and a restart of every process; then this, while the service runs; then, once nobody
    needs a link or web chat that the old key signed any more, PRATU_SECRET_KEY=NEW and a restart. Backups made before
    still need the old key. No key is ever printed. `--index` needs the service stopped, and refuses while any other
    process lives on this database: one that finds people by the old hashes would make everybody a stranger.
    """
    config = settings.read()
    with current_database() as db:
        if arguments.index:
            print(json.dumps(_index(db)))
            return 0
        counts: dict[str, int] = {}
        with db.transaction() as session:
            rekey.keep_finding(session)
        for table, column in rekey.columns():
            name = f"{table.name}.{column.name}"
            while done := rekey.reseal(db, table, column):
                counts[name] = counts.get(name, 0) + done
        counts["files"] = rekey.reseal_files(FileStore(config.data_dir / "files", db.keys))
        counts["left"] = _left(db)
    print(json.dumps(counts))
    if counts["left"]:
        print("pratu: some rows were in use; run it again", file=sys.stderr)
    return 1 if counts["left"] else 0


def _left(db: Database) -> int:
    with db.reading() as session:
        return sum(rekey.left(session, table, column) for table, column in rekey.columns())


def _index(db: Database) -> dict[str, int]:
    try:
        with presence.alone(db) as session:
            return rekey.reindex(session)
    except rekey.NotNow as wait:
        raise Refused(str(wait)) from wait
    except presence.NotAlone as others:
        raise Refused(_OTHERS) from others
