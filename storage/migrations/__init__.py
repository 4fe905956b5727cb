"""The database's versions. Migrations change tables; data is seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.db import Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def migrate(db: Database) -> tuple[str | None, str]:
    """Bring the database to the newest version; returns (version before, version now). One process at a time."""
    with alone(db) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        upgrade(connection)
    return before, newest()


@contextmanager
def alone(db: Database) -> Iterator[Connection]:
    """A transaction in which nobody else changes tables: several processes may start at once, the others wait."""
    with db.writing(), db.engine.begin() as connection:
        if not db.sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(727472)")
        yield connection


def upgrade(connection: Connection, version: str = "head") -> None:
    """Bring the tables to this version, within the transaction that is open."""
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
