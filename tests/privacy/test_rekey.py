"""A new key: everything is sealed anew while people go on writing, and the old key may be forgotten."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from bot.app import WrongKey, check_key
from storage import history, presence, rekey
from storage.db import Database
from storage.files import FileStore
from storage.seal import Keyring
from storage.tables import Account, Conversation, HistoryDetail, Invite
from storage.words import Role
from tests.conftest import KEY, prepared, seeded_postgres
from tests.serving import Server
from tests.world import World

NEW = "a-newer-key-that-nobody-else-knows-of-yet"
LIGHT = "ไฟถนนดับซอย 5 ตรงเสาสีฟ้าอมม่วง"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"sqlite:///{tmp_path}/rekey.db" if request.param == "sqlite" else seeded_postgres(f"pratu_rekey_{worker}")


@pytest.fixture
def reference(url: str) -> str:
    """An installation that lived with the old key."""
    db = prepared(url)
    check_key(db)
    world = World(db)
    world.officer("T1", Role.OFFICER, unit="ENG")
    reference = world.citizen().says(LIGHT).says("ส่งเรื่อง").reference
    db.close()
    return reference


def opened(url: str, *keys: str) -> Database:
    db = Database(url, Keyring(list(keys)))
    try:
        check_key(db)
    except WrongKey:
        db.close()
        raise
    return db


def sealed_anew(db: Database) -> int:
    with db.transaction() as session:
        rekey.keep_finding(session)
    count = 0
    for table, column in rekey.columns():
        while done := rekey.reseal(db, table, column):
            count += done
    return count


def left(db: Database) -> int:
    with db.reading() as session:
        return sum(rekey.left(session, table, column) for table, column in rekey.columns())


def test_the_old_key_may_be_forgotten(url: str, reference: str, tmp_path: Path) -> None:
    both = opened(url, NEW, KEY)
    store = FileStore(tmp_path / "files", Keyring([KEY]))
    with both.transaction() as session:
        digest = store.put(session, b"a picture", "image/jpeg", World(both).now)
        salts = list(session.scalars(select(HistoryDetail.salt).order_by(HistoryDetail.history_id)))
    assert left(both) > 20
    assert sealed_anew(both) > 20
    assert left(both) == 0
    assert sealed_anew(both) == 0  # again: nothing to do
    assert rekey.reseal_files(FileStore(tmp_path / "files", both.keys)) == 1
    both.close()

    db = opened(url, NEW)
    world = World(db, events=50)
    assert FileStore(tmp_path / "files", db.keys).get(digest) == b"a picture"
    assert "สีฟ้าอมม่วง" in (world.opened(world.case(reference).text) or "")
    world.citizen().says("เรื่องของฉัน").hears(reference)  # found by the same hash
    with db.transaction() as session:
        assert history.verify(session).broken_at is None
        assert (
            list(session.scalars(select(HistoryDetail.salt).order_by(HistoryDetail.history_id)))[: len(salts)] == salts
        )
        assert len(session.scalars(select(Account.id)).all()) == 2
    db.close()
    with pytest.raises(WrongKey):
        opened(url, KEY)


def test_people_go_on_writing_meanwhile(url: str, reference: str) -> None:
    both = opened(url, NEW, KEY)
    service = opened(url, NEW, KEY)
    writing, world = both, World(service, events=50)
    tables = list(rekey.columns())
    for number, (table, column) in enumerate(tables):
        if number % 8 == 0:
            world.citizen(f"U-{number}").says("สวัสดีค่ะ")
        while rekey.reseal(writing, table, column):
            pass
    assert left(both) == 0
    world.citizen().says("เรื่องของฉัน").hears(reference)
    for db in (both, service):
        db.close()


def test_new_hashes_for_when_the_old_key_leaked(url: str, reference: str) -> None:
    both = opened(url, NEW, KEY)
    sealed_anew(both)
    with both.reading() as session:
        before = dict(session.execute(select(Account.id, Account.key)).all())  # type: ignore[arg-type]
        lanes = set(session.scalars(select(Conversation.lane)))
    with both.transaction() as session:
        found = rekey.reindex(session)
    assert found["accounts"] == 2
    both.close()
    db = opened(url, NEW)
    world = World(db, events=50)
    with db.reading() as session:
        after = dict(session.execute(select(Account.id, Account.key)).all())  # type: ignore[arg-type]
        assert all(after[number] != key for number, key in before.items())
        assert lanes.isdisjoint(session.scalars(select(Conversation.lane)))
        assert session.scalars(select(Invite.id).where(Invite.used_at.is_(None))).all() == []
    world.citizen().says("เรื่องของฉัน").hears(reference)
    db.close()


def test_hashes_wait_until_nobody_else_lives_here(
    url: str, reference: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that went on finding people by the old hashes would make everybody a stranger."""
    monkeypatch.setenv("PRATU_DATABASE_URL", url)
    monkeypatch.setenv("PRATU_SECRET_KEY", f"{NEW},{KEY}")
    service = opened(url, NEW, KEY)
    sealed_anew(service)
    with service.reading() as session:
        before = set(session.scalars(select(Account.key)))
    assert main(["rekey", "--index"]) == 2  # an idle service: it works on nothing, and has the database open
    assert "other processes live on this database" in capsys.readouterr().err
    with service.reading() as session:
        assert set(session.scalars(select(Account.key))) == before
    World(service, events=50).citizen().says("เรื่องของฉัน").hears(reference)  # nothing held it up
    service.close()
    assert main(["rekey", "--index"]) == 0
    assert json.loads(capsys.readouterr().out)["accounts"] == len(before)
    service = opened(url, NEW)
    World(service, events=90).citizen().says("เรื่องของฉัน").hears(reference)
    service.close()


def test_who_starts_meanwhile_waits(url: str, reference: str) -> None:
    """A process that read the old way of finding would go by it for as long as it lives."""
    db = opened(url, NEW, KEY)
    sealed_anew(db)
    found: list[set[str]] = []

    def start() -> None:
        service = opened(url, NEW, KEY)
        with service.reading() as session:
            found.append(set(session.scalars(select(Account.key))))
        service.close()

    with presence.alone(db) as session:
        late = threading.Thread(target=start)
        late.start()
        late.join(timeout=0.3)
        assert late.is_alive()
        assert not found
        rekey.reindex(session)
        after = set(session.scalars(select(Account.key)))
    late.join()
    assert found == [after]
    db.close()


def test_hashes_wait_for_events_nobody_has_worked_on(url: str, reference: str) -> None:
    db = opened(url, NEW, KEY)
    World(db, events=50).citizen("U9").does(kind="text", text="สวัสดีค่ะ", work=False)
    with pytest.raises(rekey.NotNow, match="work them off"), db.transaction() as session:
        rekey.reindex(session)
    db.close()


def test_the_command_prints_counts_and_no_key(tmp_path: Path) -> None:
    server = Server(tmp_path, f"sqlite:///{tmp_path}/cli.db").prepare()
    server.enrol("telegram", "T1", Role.OFFICER, "ENG")
    server.extra = {"PRATU_SECRET_KEY": f"{NEW},{KEY}"}
    done = server.run("rekey")
    assert json.loads(done.stdout)["accounts.user_id"] == 1
    assert json.loads(done.stdout)["left"] == 0
    assert NEW not in done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr
    server.extra = {"PRATU_SECRET_KEY": NEW}
    assert "links hold" in server.run("verify").stdout
    server.run("backup", "--out", str(tmp_path / "after.pratu"))
    (tmp_path / "other").mkdir()
    other = Server(tmp_path / "other", f"sqlite:///{tmp_path}/other.db", extra={"PRATU_SECRET_KEY": NEW})
    other.run("restore", str(tmp_path / "after.pratu"))
    assert "links hold" in other.run("verify").stdout
    server.extra = {"PRATU_SECRET_KEY": KEY}
    refused = server.run("verify", check=False)
    assert "a newer PRATU_SECRET_KEY" in refused.stderr
    server.stop()
