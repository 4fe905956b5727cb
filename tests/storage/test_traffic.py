"""A migration while others work (PostgreSQL): nobody waits for it, and one that died is run again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storage import migrations
from storage.db import Database
from storage.seal import Keyring
from tests.conftest import KEY, fresh_postgres, prepared
from tests.world import World

BEFORE = "0010"
PATIENCE = 30.0  # seconds: whoever waits longer waits for ever
WRITES = (
    "INSERT INTO status_updates (case_id, at, what, by) SELECT id, now(), 'result', 'intake' FROM cases",
    "UPDATE outbox SET attempts = attempts + 1 WHERE state = 'queued'",
    "UPDATE cases SET urgent = NOT urgent",
    "UPDATE messages SET kind = kind",
)


@pytest.fixture(scope="module")
def crowded(worker_id: str) -> str:
    """A database of the version before, with more results than one portion, to be copied."""
    name = f"pratu_traffic_{worker_id}"
    db = prepared(fresh_postgres(name))
    World(db).citizen().says("ไฟถนนดับ ซอย 5").says("1").hears("รหัสเรื่อง")
    config = migrations._config()
    with db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
        many = "INSERT INTO status_updates (case_id, at, what, by) SELECT cases.id, now(), what, 'intake' FROM cases,"
        connection.execute(text(f"{many} unnest(array['result', 'note']) what, generate_series(1, 2500)"))
    db.close()
    return name


@pytest.fixture
def db(crowded: str) -> Iterator[Database]:
    """Such a database."""
    db = Database(fresh_postgres(f"{crowded}_copy", crowded), Keyring([KEY]))
    yield db
    db.close()


@pytest.fixture(scope="module")
def wanted(crowded: str) -> list[tuple[str, ...]]:
    """The schema as an empty database gets it."""
    fresh = Database(fresh_postgres(f"{crowded}_fresh"), Keyring([KEY]))
    migrations.migrate(fresh)
    found = schema(fresh)
    fresh.close()
    return found


def schema(db: Database) -> list[tuple[str, ...]]:
    """Every column and every index, and whether it is whole."""
    with db.reading() as session:
        columns = "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        indexes = "SELECT tablename, indexdef FROM pg_indexes"
        broken = "SELECT 'broken', indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
        asked = (f"{columns} WHERE table_schema = 'public'", f"{indexes} WHERE schemaname = 'public'", broken)
        return sorted(tuple(row) for query in asked for row in session.execute(text(query)))


@contextmanager
def open_meanwhile(db: Database, *did: str) -> Iterator[None]:
    """Somebody's transaction, which did this and is not over yet."""
    with db.engine.connect() as connection:
        for statement in did:
            connection.execute(text(statement))
        yield
        connection.rollback()


def migrating(pool: ThreadPoolExecutor, db: Database) -> Future[tuple[str | None, str]]:
    def run() -> tuple[str | None, str]:
        another = Database(db.url.render_as_string(hide_password=False), db.keys)
        try:
            return migrations.migrate(another)
        finally:
            another.close()

    return pool.submit(run)


def waiting(db: Database, statement: str) -> int:
    """The process of the database in which this statement waits for somebody, as soon as there is one."""
    asked = text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND query LIKE :like"
    )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with db.reading() as session:
            found = session.scalar(asked, {"like": f"{statement}%"})
        if found:
            return int(found)
        time.sleep(0.05)
    raise AssertionError(f"nobody waits in {statement}")


def works(db: Database) -> None:
    """A turn, a delivery, an officer: none of them waits long."""
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = '8s'"))
        for statement in WRITES:
            connection.execute(text(statement))


def unknown(db: Database) -> int:
    """Results of which nobody knows whose they are."""
    with db.reading() as session:
        asked = "SELECT count(*) FROM status_updates WHERE what = 'result' AND agency_code IS NULL"
        return session.scalar(text(asked)) or 0


def test_it_gives_way_while_somebody_reads_for_long(db: Database) -> None:
    with ThreadPoolExecutor() as pool:
        with open_meanwhile(db, "SELECT 1 FROM status_updates"):
            done = migrating(pool, db)
            waiting(db, "ALTER TABLE status_updates")
            works(db)
        assert done.result(PATIENCE) == (BEFORE, migrations.newest())


def test_indexes_are_built_while_others_write(db: Database, wanted: list[tuple[str, ...]]) -> None:
    with ThreadPoolExecutor() as pool:
        with open_meanwhile(db, "UPDATE outbox SET attempts = attempts WHERE state != 'queued'"):
            done = migrating(pool, db)
            waiting(db, "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_outbox")
            works(db)
        assert done.result(PATIENCE) == (BEFORE, migrations.newest())
    assert schema(db) == wanted
    assert unknown(db) == 0
    with db.reading() as session:
        others = session.scalar(text("SELECT count(*) FROM status_updates WHERE what != 'result' AND agency_code > ''"))
    assert others == 0


def test_two_at_once_do_not_wait_for_each_other_for_ever(db: Database, wanted: list[tuple[str, ...]]) -> None:
    with ThreadPoolExecutor() as pool:
        with open_meanwhile(db, "UPDATE outbox SET attempts = attempts"):
            both = [migrating(pool, db), migrating(pool, db)]
            waiting(db, "CREATE INDEX CONCURRENTLY")
            time.sleep(1.5)  # longer than PostgreSQL waits before it looks for a deadlock
        assert {one.result(PATIENCE)[1] for one in both} == {migrations.newest()}
    assert sorted(str(one.result()[0]) for one in both) == [BEFORE, migrations.newest()], "one did it, one came later"
    assert schema(db) == wanted


def test_what_died_half_way_is_run_again(db: Database, wanted: list[tuple[str, ...]]) -> None:
    with ThreadPoolExecutor() as pool, open_meanwhile(db, "UPDATE outbox SET attempts = attempts"):
        done = migrating(pool, db)
        pid = waiting(db, "CREATE INDEX CONCURRENTLY")
        with db.transaction() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(SQLAlchemyError):
            done.result(PATIENCE)
    assert ("broken", "ix_outbox_later") in schema(db)
    assert migrations.current(db) == BEFORE, "the program before goes on"
    works(db)
    assert migrations.migrate(db) == (BEFORE, migrations.newest())
    assert schema(db) == wanted
    assert unknown(db) == 0


@pytest.mark.parametrize(
    "left",
    [
        ("CREATE INDEX ix_outbox_undo_new ON outbox (undo) WHERE undo IS NOT NULL",),
        ("DROP INDEX ix_outbox_undo", "CREATE INDEX ix_outbox_undo_new ON outbox (undo) WHERE undo IS NOT NULL"),
        ("DROP INDEX ix_outbox_undo", "CREATE INDEX ix_outbox_undo ON outbox (undo) WHERE undo IS NOT NULL"),
    ],
)
def test_wherever_the_exchange_of_an_index_died(
    db: Database, wanted: list[tuple[str, ...]], left: tuple[str, ...]
) -> None:
    with db.engine.begin() as connection:
        for statement in left:
            connection.execute(text(statement))
    migrations.migrate(db)
    assert schema(db) == wanted


def test_a_restore_waits_without_being_waited_for(db: Database) -> None:
    """Who holds the turn builds indexes; who waits for it must not have a transaction open."""
    begun = threading.Event()

    def alone() -> None:
        begun.set()
        with migrations.alone(db):
            pass

    with ThreadPoolExecutor() as pool:
        with open_meanwhile(db, "UPDATE outbox SET attempts = attempts"):
            done = migrating(pool, db)
            waiting(db, "CREATE INDEX CONCURRENTLY")
            other = pool.submit(alone)
            begun.wait()
        assert done.result(PATIENCE)[1] == migrations.newest()
        other.result(PATIENCE)
