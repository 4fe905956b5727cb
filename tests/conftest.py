"""A seeded database for each engine, once per run; every test works in a transaction that is undone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from storage import migrations, seed
from storage.db import Database
from storage.seal import Keyring
from tests.world import Moments, World

SEED = Path(__file__).parent.parent / "deploy" / "seed"
KEY = "a-test-key-that-is-long-enough-to-be-one"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With --dist loadfile: see tests/sharing.py."""
    from tests.sharing import ByFileAndEngine

    return ByFileAndEngine(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits longest begins."""
    from tests.sharing import longest_first

    longest_first(items)


def missing(what: str) -> None:
    """A tool that is not there: skipped by name on a laptop, a failure in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI=true")
    pytest.skip(f"{what} is missing")


def postgres_url() -> str:
    """The test server's address, from PRATU_TEST_DATABASE_URL."""
    url = os.environ.get("PRATU_TEST_DATABASE_URL", "")
    if not url:
        missing("PRATU_TEST_DATABASE_URL (a PostgreSQL server for tests)")
    return url


def fresh_postgres(name: str, like: str = "template1") -> str:
    """A database of this name on the test server: empty, or a copy of one that nobody is connected to. It does not wait
    for the disk: nobody pulls the server's plug."""
    url = make_url(postgres_url())
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'))
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit TO off'))
    admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def seeded_postgres(name: str) -> str:
    """A migrated and seeded database of this name on the test server."""
    return fresh_postgres(name, _seeded_template())


def prepared(url: str) -> Database:
    """A migrated and seeded database; one of SQLite, or from `seeded_postgres`, is a copy of one made before."""
    db = Database(url, Keyring([KEY]))
    if db.sqlite:
        Path(db.url.database or "").write_bytes(_seeded_file())
    elif not inspect(db.engine).get_table_names():
        _fill(db)
    return db


def _fill(db: Database) -> None:
    migrations.migrate(db)
    with db.transaction() as session:
        seed.load(session, SEED)


@cache
def _seeded_template() -> str:
    name = f"pratu_template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    prepared(fresh_postgres(name)).close()
    return name


@cache
def _seeded_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "seeded.db"
        db = Database(f"sqlite:///{path}", Keyring([KEY]))
        _fill(db)
        db.close()
        return path.read_bytes()


@pytest.fixture(scope="session")
def sqlite_db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = prepared(f"sqlite:///{tmp_path_factory.mktemp('db')}/test.db")
    yield db
    db.close()


@pytest.fixture(scope="session")
def postgres_db(worker_id: str) -> Iterator[Database]:
    db = prepared(seeded_postgres(f"pratu_test_{worker_id}"))
    yield db
    db.close()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="module")
def walked() -> Iterator[dict[str, Moments]]:
    """The moments of a file, by engine."""
    found: dict[str, Moments] = {}
    yield found
    for moments in found.values():
        moments.close()


@pytest.fixture(params=["sqlite", "postgres"])
def moments(request: pytest.FixtureRequest, walked: dict[str, Moments]) -> Moments:
    """Where several tests begin, on both engines."""
    return walked.setdefault(request.param, Moments(request.getfixturevalue(f"{request.param}_db")))


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, walked: dict[str, Moments]) -> Iterator[Database]:
    """The same tests on both engines."""
    database: Database = request.getfixturevalue(f"{request.param}_db")
    if request.param in walked:
        walked[request.param].close()
    with database.rolled_back():
        yield database


@pytest.fixture
def world(db: Database) -> World:
    """The sample province on a working morning."""
    return World(db)


@pytest.fixture
def specs() -> Path:
    """The official schemas, from PRATU_SPECS_DIR."""
    folder = os.environ.get("PRATU_SPECS_DIR", "")
    if not folder or not Path(folder).is_dir():
        missing("PRATU_SPECS_DIR (official LINE and Telegram schemas)")
    return Path(folder)


@pytest.fixture(scope="session")
def chromium() -> str:
    """A real browser on PATH."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing("chromium")
    assert found is not None
    return found
