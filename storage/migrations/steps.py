"""Steps of a migration while the service works (PostgreSQL): nobody waits long for one; what died is run again.

Each step is kept by itself and finds out whether it was done before. Where a transaction is open around the migration
(SQLite, an empty database, a restore) nobody else is there, and a migration is written as one piece: see `in_traffic`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import OperationalError

log = logging.getLogger("pratu.migrations")

_LOCK_SECONDS = (
    2  # everybody else queues behind who waits for a table's lock; longer than PostgreSQL lets autovacuum be
)
_PAUSE = 1.0  # seconds in which those who queued go on
_TAKEN = "55P03"  # PostgreSQL: the lock was not to be had in that time
_PORTION = 1000


def in_traffic() -> bool:
    """Do others work on this database meanwhile?"""
    return bool(op.get_context().opts.get("in_traffic"))


@contextmanager
def apart() -> Iterator[None]:
    """Each statement within is a transaction of its own; what the migration did before is kept."""
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")  # an index takes as long as it takes, whatever the role's habit is
        op.execute("SET lock_timeout = 0")
        yield


def add_column(table: str, column: sa.Column[str]) -> None:
    """An empty column. Its lock is had at once or given up again, until nobody holds the table."""
    op.execute(f"SET lock_timeout = '{_LOCK_SECONDS}s'")
    while not _added(table, column):
        log.warning("somebody holds %s for long; trying again", table)
        time.sleep(_PAUSE)
    op.execute("SET lock_timeout = 0")


def _added(table: str, column: sa.Column[str]) -> bool:
    try:
        op.add_column(table, column, if_not_exists=True)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _TAKEN:
            raise
        return False
    return True


def build_index(name: str, table: str, columns: Sequence[str], only: sa.TextClause) -> None:
    """A partial index, while others write. It waits for every transaction that is open when it begins."""
    if _stands(name) is False:
        _drop_index(name)
    op.create_index(name, table, columns, postgresql_where=only, postgresql_concurrently=True, if_not_exists=True)


def replace_index(name: str, table: str, columns: Sequence[str], only: sa.TextClause) -> None:
    """A partial index in the place of a full one of the same name, which serves until then."""
    new = f"{name}_new"
    if not _stands(name, partial=True):
        build_index(new, table, columns, only)
        _drop_index(name)
        op.execute(f"ALTER INDEX {new} RENAME TO {name}")


def fill(update: str) -> None:
    """An update of the first `:portion` rows beyond `:after`, which returns their ids, until it finds none."""
    after, statement = 0, sa.text(update)
    while found := op.get_bind().scalars(statement, {"after": after, "portion": _PORTION}).all():
        after = max(found)


def _drop_index(name: str) -> None:
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _stands(name: str, *, partial: bool = False) -> bool | None:
    """Is the index whole (and a partial one)? What died while it was built is there and is not; None: no such index."""
    found = op.get_bind().execute(_INDEX, {"name": name}).first()
    return None if found is None else bool(found.indisvalid and (found.partial or not partial))


_INDEX = sa.text(
    "SELECT indisvalid, indpred IS NOT NULL AS partial FROM pg_index WHERE indexrelid = to_regclass(:name)"
)
