"""No byte of what was erased stays in the files of the database."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

from sqlalchemy import Connection, text

from storage.db import Database

# Tables whose rows lose words when a person is erased or a row grows too old.
TOUCHED = (
    *("accounts", "attachments", "case_holds", "case_joins", "case_tasks", "case_visits", "case_words", "cases"),
    *("conversations", "data_requests", "files", "history_details", "inbox", "invites", "issues", "memberships"),
    *(
        "messages",
        "outbox",
        "people",
        "points",
        "register_lines",
        "reveals",
        "status_updates",
        "subscriptions",
        "surveys",
    ),
)
_TRIES = 5  # each waits for readers and writers as long as the connection's busy_timeout


class CannotScrub(Exception):
    """Somebody used the database without a pause: free pages may still hold what was erased; try again."""


def scrub(db: Database, *, full: bool = False) -> None:
    """Rewrite what rows left behind, while the service goes on. Raises CannotScrub.

    SQLite: deleted bytes are overwritten at once (`secure_delete`); what page moves and the write-ahead log may still
    hold goes by VACUUM and a checkpoint that cuts the log to nothing. Writers wait meanwhile, one to three seconds for
    each 100 MB (a database of many GB is better erased at night); readers do not. Copies made by the file system
    (snapshots, an SSD's spare blocks) are out of our reach: let the disk be encrypted.

    PostgreSQL: VACUUM of the tables frees the old versions of rows, which are overwritten as pages are used again;
    `full` rewrites the tables (VACUUM FULL), so that nothing is left in their files, and locks each one meanwhile. What
    the planner noted of columns (pg_statistic) is made anew; for that our role must own the database. The
    write-ahead log and its archive keep old versions until they are recycled, replicas follow by themselves.

    Backups, of either engine, still hold the person until they rotate, after 90 days at most (domain: s. 3.4); after
    a restore every erasure since the backup is done again.
    """
    if db.bound:
        return
    if db.sqlite:
        with db.writing():
            _sqlite(db)
    else:
        _postgres(db, full)


def cut_log(db: Database) -> None:
    """SQLite's write-ahead log is emptied, quickly: what was deleted is overwritten in the file itself already."""
    if db.sqlite and not db.bound:
        with db.writing():
            _sqlite(db, vacuum=False)


def _sqlite(db: Database, *, vacuum: bool = True) -> None:
    raw = db.engine.raw_connection()
    try:
        run = raw.cursor().execute
        if vacuum:
            _patiently(run, "VACUUM")
        for _ in range(_TRIES):
            busy = run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                return
        raise CannotScrub("the write-ahead log is in use")
    finally:
        raw.close()


def _patiently(run: Any, statement: str) -> None:
    for _ in range(_TRIES):
        with contextlib.suppress(sqlite3.OperationalError):
            run(statement)
            return
    raise CannotScrub(f"{statement}: the database is in use")


# Who keeps old versions of rows: whoever reads by an older view in this database (between two statements a writer has a
# number and no view; the server's own launcher has no database), and whoever has written in *any* database of this
# server and is not done, where VACUUM is FULL: it looks by a view of its own, which begins with the oldest of those.
_OLDER = text(
    "SELECT (:full AND pg_snapshot_xmin(pg_current_snapshot()) <= CAST(:now AS xid8)) OR EXISTS ("
    "SELECT 1 FROM pg_stat_activity WHERE coalesce(datname, current_database()) = current_database()"
    " AND pid <> pg_backend_pid()"
    " AND greatest(age(backend_xmin), age(backend_xid)) > age(CAST(CAST(:now AS xid8) AS xid)))"
)
_WAITS = 600  # of a fifth of a second: so long a transaction that began before may still keep old versions of rows


def _postgres(db: Database, full: bool) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        gone = _now(connection)
        for table in TOUCHED:
            # Each time anew: whoever begins to read while an old one is still open sees as far back as that one.
            _wait_for_older(connection, gone, full)
            connection.exec_driver_sql(f"VACUUM ({'FULL, ' if full else ''}ANALYZE) {table}")
        # The planner keeps values of columns, so words, for its statistics: ANALYZE has put others in their place.
        _wait_for_older(connection, _now(connection), full)
        connection.exec_driver_sql(f"VACUUM {'(FULL) ' if full else ''}pg_catalog.pg_statistic")


def _now(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT CAST(pg_current_xact_id() AS text)")))


def _wait_for_older(connection: Connection, now: str, full: bool) -> None:
    """Until nobody can see versions of rows that were gone then. Raises CannotScrub."""
    for _ in range(_WAITS):
        if not connection.scalar(_OLDER, {"now": now, "full": full}):
            return
        connection.execute(text("SELECT pg_sleep(0.2)"))
    raise CannotScrub("a transaction that began before is still open, and keeps old versions of rows")
