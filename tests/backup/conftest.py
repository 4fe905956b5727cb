"""A small installation to be kept, and places to bring it back to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import inspect

from storage import migrations, seed
from storage.backup import writing
from storage.db import Database
from storage.files import FileStore
from storage.seal import Keyring
from storage.tables import Attachment
from tests.conftest import KEY, SEED, fresh_postgres
from tests.world import WORKING_MORNING, World

PICTURE = b"\xff\xd8\xff\xe0 a street lamp that is dark"


@dataclass
class Place:
    """A database and a data folder."""

    url: str
    data: Path
    key: str = KEY

    def opened(self) -> Database:
        return Database(self.url, Keyring([self.key]))

    def is_untouched(self) -> bool:
        """No table and no file: as if nobody had tried."""
        db = self.opened()
        try:
            tables = inspect(db.engine).get_table_names()
        finally:
            db.close()
        return not tables and not (self.data.exists() and any(self.data.iterdir()))


def filled(place: Place) -> World:
    """A case with a picture, an unfinished draft, an unsent message."""
    db = place.opened()
    migrations.migrate(db)
    with db.transaction() as session:
        seed.load(session, SEED)
    world = World(db)
    world.citizen("U1").sends_photo().says("ไฟกิ่งหน้าบ้านดับ มืดมาก").says("เสาที่ 12 หมู่ 3").says("ส่งเรื่อง").hears("รหัสเรื่อง")
    world.citizen("U2", "telegram").says("น้ำท่วมขัง ท่อตัน \U0001f64f")
    with db.transaction() as session:
        digest = FileStore(place.data / "files", db.keys).put(session, PICTURE, "image/jpeg", world.now)
        for picture in session.query(Attachment):
            picture.state, picture.file_digest = "stored", digest
    models = place.data / "models"
    models.mkdir()
    (models / "current").write_text('{"model": "own-1"}')
    (models / "own-1.model").write_bytes(b"weights")
    return world


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("source")
    place = Place(f"sqlite:///{folder}/one.db", folder / "data")
    world = filled(place)
    yield place
    world.db.close()


@pytest.fixture(scope="module")
def kept(source: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    out = tmp_path_factory.mktemp("kept") / "kept.tar"
    db = source.opened()
    writing.write(db, source.data, out, WORKING_MORNING, "1")
    db.close()
    return out


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Somewhere empty, on either engine."""
    return empty(request.param, tmp_path)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], Place]:
    """Somewhere empty on SQLite, as often as wanted."""
    count = iter(range(10_000))
    return lambda: empty("sqlite", tmp_path / f"fresh-{next(count)}")


def empty(engine: str, folder: Path) -> Place:
    if engine == "sqlite":
        return Place(f"sqlite:///{folder}/two.db", folder / "two")
    return Place(fresh_postgres(f"pratu_restore_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"), folder / "two")
