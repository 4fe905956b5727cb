"""What was erased leaves the files of PostgreSQL, whatever else goes on there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from storage import scrub
from storage.db import Database
from tests.conftest import fresh_postgres, postgres_url, prepared

WORD = "quokkaburra"


@pytest.fixture
def db() -> Iterator[Database]:
    found = prepared(fresh_postgres(f"pratu_scrub_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"))
    yield found
    found.close()


@pytest.fixture
def neighbour() -> Iterator[Connection]:
    """Somebody else's database on the same server, in the middle of writing."""
    engine = create_engine(postgres_url())
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))
        yield connection
    engine.dispose()


def erased(db: Database) -> None:
    """A word was written, and is gone for whoever asks."""
    with db.transaction() as session:
        session.execute(text(f"INSERT INTO conversations (lane, channel) VALUES ('{WORD}', 'web')"))
    with db.transaction() as session:
        session.execute(text(f"DELETE FROM conversations WHERE lane = '{WORD}'"))


def left(db: Database) -> bool:
    """Is it in the table's file?"""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        path = "pg_read_binary_file(pg_relation_filepath('conversations'))"
        return WORD.encode() in bytes(connection.scalar(text(f"SELECT {path}")))


def test_a_neighbour_who_writes_is_waited_for(neighbour: Connection, db: Database) -> None:
    erased(db)
    assert left(db)
    working = threading.Thread(target=scrub.scrub, args=(db,), kwargs={"full": True})
    working.start()
    working.join(1.0)
    assert working.is_alive(), "it did not wait"
    neighbour.rollback()
    working.join(130.0)
    assert not working.is_alive()
    assert not left(db)


def test_a_neighbour_who_never_ends_is_told_of(
    neighbour: Connection, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased(db)
    monkeypatch.setattr(scrub, "_WAITS", 2)
    with pytest.raises(scrub.CannotScrub, match="still open"):
        scrub.scrub(db, full=True)
    scrub.scrub(db)  # pages are overwritten as they are used again: nobody else is in its way
