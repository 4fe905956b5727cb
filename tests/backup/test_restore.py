"""A backup brings everything back, on either engine, and work goes on there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from storage import history, migrations, runs
from storage.backup import cells, restoring, writing
from storage.backup.archive import BadBackup
from storage.db import Database
from storage.files import FileStore
from storage.tables import Attachment, Base, Case, File, Setting
from tests.acceptance.world import Printed, simulated
from tests.backup.conftest import PICTURE, Place
from tests.conftest import KEY, fresh_postgres
from tests.world import WORKING_MORNING, World

# What came after version 0007.
NEWER_TABLES = {"register_lines", "subscriptions", "push_readings", "case_holds", "consents", "reveals"}
NEWER_COLUMNS = {
    *(("outbox", "purpose"), ("outbox", "agency_code"), ("accounts", "notice_version")),
    ("status_updates", "agency_code"),
    *(("data_requests", name) for name in ("outcome", "decided_at", "person_id", "answer")),
}


def told(printed: Printed, folder: Path) -> dict[str, object]:
    """Everything that is printed of an installation."""
    return {
        **{what: printed.rows(what) for what in ("cases", "surveys", "messages")},
        "digest": printed.digest("DEMO", "2026-W46"),
        "report": {**printed.report(2570, folder), "as_of": ""},
        "verify": printed.run("verify"),
    }


def moved(printed: Printed, out: Path, url: str) -> Printed:
    """Kept in a file, and brought back elsewhere."""
    printed.run("backup", "--out", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    other = Printed({**printed.environment, "PRATU_DATABASE_URL": url, "PRATU_DATA_DIR": f"{out}.data"})
    other.run("restore", str(out))
    return other


def test_a_season_goes_to_the_other_engine_and_back(tmp_path: Path) -> None:
    name = f"pratu_season_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    first = simulated(
        tmp_path / "data", f"sqlite:///{tmp_path}/first.db", citizens=14, days=8, seed=5, end="2026-11-14"
    )
    before = told(first, tmp_path)
    assert before["cases"]
    second = moved(first, tmp_path / "first.tar", fresh_postgres(name))
    assert told(second, tmp_path) == before
    third = moved(second, tmp_path / "second.tar", f"sqlite:///{tmp_path}/third.db")
    assert told(third, tmp_path) == before
    files = [
        sorted(path.name for path in Path(f"{tmp_path}/{at}/files").rglob("*") if path.is_file())
        for at in ("data", "first.tar.data", "second.tar.data")
    ]
    assert files[0] == files[1] == files[2]
    assert files[0]


def test_work_goes_on_after_a_restore(kept: Path, place: Place) -> None:
    db = place.opened()
    done = restoring.restore(db, place.data, kept)
    assert (done.files, done.models, done.missing) == (1, 2, [])
    assert (place.data / "models" / "current").read_text() == '{"model": "own-1"}'
    world = World(db, events=1000)
    (old,) = world.cases()
    with db.reading() as session:
        (digest,) = session.scalars(select(File.digest))
        assert FileStore(place.data / "files", db.keys).get(digest) == PICTURE
        highest = {table.name: session.scalar(select(func.max(table.c.id))) for table in _numbered()}
    second = world.citizen("U2", "telegram").says("หน้าตลาดสด หมู่ 2").says("ส่งเรื่อง").hears("รหัสเรื่อง")  # from the draft
    third = world.citizen("U3").says("ถนนเป็นหลุมหน้าวัดใหม่ หมู่ 3").says("ส่งเรื่อง")
    assert [int(case.reference[3:8]) - int(old.reference[3:8]) for case in world.cases()] == [0, 1, 2]
    assert world.case(second.reference).id > old.id
    assert world.case(third.reference).id > old.id
    world.citizen("U1").says(old.reference).hears("ไฟฟ้าและไฟส่องสว่าง")
    with db.transaction() as session:
        assert history.verify(session).broken_at is None
        assert session.scalar(select(func.max(Case.id))) == highest["cases"] + 2
    db.close()


def test_every_counter_goes_on(kept: Path, place: Place) -> None:
    """No table gives a number twice, not even one whose newest rows came with the backup."""
    db = place.opened()
    restoring.restore(db, place.data, kept)
    with db.transaction() as session:
        message = session.scalar(select(func.max(Attachment.message_id)))
        for _ in range(3):
            session.add(
                Attachment(
                    message_id=message,
                    channel="line",
                    kind="image",
                    not_before=WORKING_MORNING,
                    created_at=WORKING_MORNING,
                )
            )
        session.flush()
    db.close()


def test_an_event_that_was_not_worked_on_yet_is_worked_on_there(source: Place, place: Place, tmp_path: Path) -> None:
    world = World(source.opened(), events=500)
    body = {"channel": "line", "user_id": "U9", "chat_id": "U9", "private": True, "message_id": "m", "kind": "text"}
    world.put("line", "U9", {**body, "text": "ไฟไหม้บ้าน ช่วยด้วย"}, f"waiting-{place.url[:6]}")
    writing.write(world.db, source.data, tmp_path / "kept.tar", WORKING_MORNING, "1")
    assert world.work_off() == 1
    there = World(place.opened())
    restoring.restore(there.db, place.data, tmp_path / "kept.tar")
    assert there.work_off() == 1
    there.citizen("U9").listen().hears("199")
    for db in (world.db, there.db):
        db.close()


def test_an_older_backup_is_brought_up_to_date(source: Place, place: Place, tmp_path: Path) -> None:
    db = source.opened()
    older = [_older(table) for table in Base.metadata.sorted_tables if table.name not in NEWER_TABLES]
    writing.write(db, source.data, tmp_path / "old.tar", WORKING_MORNING, "0", tables=older, version="0007")
    db.close()
    there = place.opened()
    assert restoring.restore(there, place.data, tmp_path / "old.tar").before == "0007"
    assert migrations.current(there) == migrations.newest()
    World(there, events=100).citizen("U1").says("สวัสดี").hears("สวัสดี")
    there.close()


def test_a_migrated_database_may_be_restored_into(kept: Path, place: Place) -> None:
    db = place.opened()
    migrations.migrate(db)
    with db.transaction() as session:
        session.add(Setting(name="key", value={"fingerprint": db.keys.fingerprint()}))
        runs.note(session, "reminders", WORKING_MORNING, 0.1)  # somebody started the service first
    restoring.restore(db, place.data, kept)
    with pytest.raises(restoring.NotEmpty, match="not empty"):
        restoring.restore(db, place.data.with_name("three"), kept)
    db.close()


def test_a_strange_table_is_left_alone(kept: Path, place: Place) -> None:
    db = place.opened()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE accounting (id integer)")
    with pytest.raises(restoring.NotEmpty, match="accounting"):
        restoring.restore(db, place.data, kept)
    db.close()


def test_a_backup_is_of_one_moment(place: Place, tmp_path: Path) -> None:
    """Whoever writes meanwhile does not wait, and is not in it in part."""
    db = place.opened()
    migrations.migrate(db)
    with db.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Setting)) == 0
        _write_beside(db)
        assert session.scalar(select(func.count()).select_from(Setting)) == 0
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Setting)) == 1
    db.close()


def _write_beside(db: Database) -> None:
    with db.transaction() as other:
        other.add(Setting(name="meanwhile", value={}))


def test_files_that_are_gone_are_told_and_unwanted_ones_left_out(source: Place, place: Place, tmp_path: Path) -> None:
    db = source.opened()
    store = FileStore(source.data / "files", db.keys)
    with db.transaction() as session:
        lost = store.put(session, b"lost", "image/jpeg", WORKING_MORNING)
        unwanted = store.put(session, b"unsent", "image/jpeg", WORKING_MORNING)
        store.doom(session, unwanted)
    (source.data / "files" / lost[:2] / lost[2:]).unlink()
    done = writing.write(db, source.data, tmp_path / "kept.tar", WORKING_MORNING, "1")
    assert done.missing == [lost]
    there = place.opened()
    assert restoring.restore(there, place.data, tmp_path / "kept.tar").missing == [lost]
    assert not (place.data / "files" / unwanted[:2] / unwanted[2:]).exists()
    with db.transaction() as session:
        assert store.sweep(session) == 1
        session.delete(session.get_one(File, lost))
    for one in (db, there):
        one.close()


def test_who_was_erased_since_is_erased_within_the_restore(kept: Path, place: Place) -> None:
    """What is done afterwards belongs to the restore: where it fails, nothing was restored."""
    db = place.opened()

    def fails(_session: object, _made_at: object) -> None:
        raise BadBackup("the list of the erased is not readable")

    with pytest.raises(BadBackup):
        restoring.restore(db, place.data, kept, fails)
    assert place.is_untouched()
    seen = []
    restoring.restore(
        db, place.data, kept, lambda session, at: seen.append((at, session.scalar(select(func.count(Case.id)))))
    )
    assert seen == [(WORKING_MORNING, 1)]
    db.close()


def test_a_dying_disk_leaves_nothing(kept: Path, fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit itself fails: the files that were in their place already are taken away again."""
    place: Place = fresh()
    db = place.opened()

    def full(_self: object, _connection: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(type(db.engine.dialect), "do_commit", full)
        with pytest.raises(OSError, match="No space"):
            restoring.restore(db, place.data, kept)
    assert place.is_untouched()
    db.close()


def test_nothing_of_the_person_is_readable_in_it(kept: Path) -> None:
    raw = kept.read_bytes()
    assert KEY.encode() not in raw
    assert PICTURE not in raw


def _older(table: Table) -> Table:
    kept = [(name, kind) for name, kind in cells.columns_of(table) if (table.name, name) not in NEWER_COLUMNS]
    return cells.table_of(table.name, kept)


def _numbered() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if "id" in table.columns]
