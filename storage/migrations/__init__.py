"""The database's versions. Migrations change tables; data is seed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.db import Database

_BETWEEN_LOOKS = 0.2  # seconds


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def migrate(db: Database) -> tuple[str | None, str]:
    """Bring the database to the newest version; returns (version before, version now). One process at a time.

    On PostgreSQL others go on working meanwhile. A version that died half-way is gone on with at the next try.
    """
    with _turn(db) as connection:
        with connection.begin():
            before = MigrationContext.configure(connection).get_current_revision()
        # SQLite has one writer, and nobody works on an empty database: all of it or nothing.
        with connection.begin() if db.sqlite or before is None else nullcontext():
            upgrade(connection)
    return before, newest()


@contextmanager
def alone(db: Database) -> Iterator[Connection]:
    """A transaction in which nobody else changes tables: several processes may start at once, the others wait."""
    with _turn(db) as connection, connection.begin():
        yield connection


@contextmanager
def _turn(db: Database) -> Iterator[Connection]:
    """A connection, no transaction open yet, for as long as it is our turn; of SQLite its transaction is the turn."""
    with db.writing(), db.engine.connect() as connection:
        if db.sqlite:
            yield connection
            return
        try:
            while not _is_ours(connection):
                time.sleep(_BETWEEN_LOOKS)
            yield connection
        finally:
            connection.invalidate()  # never back into the pool: the lock lives in this connection, and ends with it


def _is_ours(connection: Connection) -> bool:
    """Who waits does so without a transaction: an index that is being built waits for every one that is open."""
    with connection.begin():
        return bool(connection.exec_driver_sql("SELECT pg_try_advisory_lock(727472)").scalar())


def upgrade(connection: Connection, version: str = "head") -> None:
    """Bring the tables to this version: in one piece within the transaction that is open, in steps where none is."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


@cache
def is_known(version: str) -> bool:
    """Does this program know how to make this version?"""
    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def serves(version: str | None) -> bool:
    """Can this program work on a database of this version: its own, or a newer one, which it does not know?"""
    return version is not None and (version == newest() or not is_known(version))


@cache
def newest() -> str:
    """The version this program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(db: Database) -> str | None:
    """The version the database is at; None when it is empty."""
    with db.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()
