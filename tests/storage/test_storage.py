"""Rows: sealed columns, unique events, the chain, sequences, seeds. On both engines."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from bot.intake import CannotStore, Intake
from storage import files, history, inbox, migrations, seed, sequences
from storage.db import Database
from storage.inbox import NewEvent
from storage.seal import CannotOpen, Keyring
from storage.tables import Base, Case, HistoryDetail, HistoryEntry, InboxEvent
from tests.conftest import KEY, SEED, prepared
from tests.world import World

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_sealed_values_open_with_any_key_of_the_set(value: bytes, new: str, old: str) -> None:
    sealed = Keyring([old]).seal(value)
    assert Keyring([new, old]).open(sealed) == value
    assert value not in sealed or len(value) < 4
    renewed = Keyring([new, old]).renewed(sealed)
    assert Keyring([new]).open(renewed) == value, "the old key may go"
    assert Keyring([new]).renewed(renewed) is renewed
    assert Keyring([new, old]).find_key("a") == Keyring([old]).find_key("a"), "accounts stay findable"


def test_changed_or_foreign_values_do_not_open() -> None:
    sealed = Keyring(["a" * 40]).seal(b"secret")
    with pytest.raises(CannotOpen):
        Keyring(["a" * 40]).open(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(CannotOpen):
        Keyring(["b" * 40]).open(sealed)


def test_one_event_is_stored_once(db: Database) -> None:
    event = NewEvent("line", "e1", "U1", 1, 2, b"{}")
    inbox.put(db, [event, event])
    inbox.put(db, [event._replace(body=b'{"other":1}')])
    with db.reading() as session:
        (row,) = session.scalars(select(InboxEvent)).all()
        assert session.keys.open(row.body) == b"{}"
    assert b"{}" not in row.body


def test_personal_words_are_nowhere_in_the_open(world: World) -> None:
    world.citizen("U-someone").says("ไฟถนนดับ ซอย 5 โทร 081-234-5678 บ้านสีชมพู").says("1")
    with world.db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                shown = " ".join(str(value) for value in row if not isinstance(value, bytes))
                assert "234-5678" not in shown, table.name
                assert "0812345678" not in shown, table.name
                assert "U-someone" not in shown, table.name


def test_chain_holds_and_notices_every_change(world: World) -> None:
    world.citizen().says("ไฟถนนดับ ซอย 5").says("1")
    with world.db.transaction() as session:
        assert history.verify(session).broken_at is None
        assert history.verify(session).links == 2
        session.execute(update(HistoryEntry).where(HistoryEntry.id == 1).values(what="changed"))
        session.flush()
        assert history.verify(session).broken_at == 1


def test_chain_still_verifies_when_details_are_erased(world: World) -> None:
    world.citizen().says("ไฟถนนดับ ซอย 5").says("1")
    with world.db.transaction() as session:
        session.execute(text("DELETE FROM history_details"))
        assert history.verify(session).broken_at is None


def test_chain_notices_a_missing_end(world: World) -> None:
    world.citizen().says("ไฟถนนดับ ซอย 5").says("1")
    with world.db.transaction() as session:
        session.execute(text("DELETE FROM history_details"))
        session.execute(text("DELETE FROM history WHERE id = 2"))
        assert history.verify(session).broken_at == 2


def test_changed_details_are_noticed(world: World) -> None:
    world.citizen().says("ไฟถนนดับ ซอย 5").says("1")
    with world.db.transaction() as session:
        detail = session.get_one(HistoryDetail, 1)
        detail.details = session.keys.seal_data({"reference": "other"})
        session.flush()
        assert history.verify(session).why == "its details were changed"


def test_numbers_have_no_gaps(db: Database) -> None:
    with db.transaction() as session:
        assert [sequences.next_value(session, "n") for _ in range(3)] == [1, 2, 3]


def test_seed_twice_changes_nothing(db: Database) -> None:
    with db.transaction() as session:
        assert seed.load(session, SEED) == {}


def test_bad_seed_says_where(db: Database, tmp_path: Path) -> None:
    with db.transaction() as session, pytest.raises(seed.BadSeed, match="no agencies"):
        seed.load(session, tmp_path)
    (tmp_path / "agencies.toml").write_text('[[agency]]\nname = "x"\n')
    with db.transaction() as session, pytest.raises(seed.BadSeed, match="a row is not complete"):
        seed.load(session, tmp_path)


def test_tables_and_migrations_agree(db: Database) -> None:
    """A column that only the tables know would break the first real installation."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    assert migrations.current(db) == migrations.newest()
    with db.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = [change for change in compare_metadata(context, Base.metadata) if change[0] != "remove_index"]
    assert found == []


def test_words_added_before_they_could_be_taken_back_are_no_longer_kept_twice(tmp_path: Path) -> None:
    from alembic import command

    db = prepared(f"sqlite:///{tmp_path}/m.db")
    World(db).citizen().says("ไฟถนนดับ ซอย 5").says("1")
    with db.transaction() as session:
        history.append(session, "added", 1, {"note": "บ้านสีชมพู"}, NOW)
    config = migrations._config()
    with db.writing(), db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        connection.execute(text("UPDATE status_updates SET what = 'added', note = 'x', note_masked = 'x' WHERE id = 1"))
    assert migrations.migrate(db) == ("0002", migrations.newest())
    with db.transaction() as session:
        assert session.execute(text("SELECT note, note_masked FROM status_updates WHERE id = 1")).one() == (None, None)
        assert session.scalars(select(HistoryDetail.history_id)).all() == [1, 2]
        assert history.verify(session).broken_at is None
    db.close()


def test_files_are_sealed_and_come_back(db: Database, tmp_path: Path) -> None:
    store = files.FileStore(tmp_path, db.keys)
    with db.transaction() as session:
        digest = store.put(session, b"a picture of a house", "image/jpeg", NOW)
    assert store.get(digest) == b"a picture of a house"
    assert all(b"picture" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for odd in ("../../etc/passwd", "a" * 63 + "/", ""):
        with pytest.raises(FileNotFoundError):
            store.get(odd)


def test_concurrent_webhooks_share_commits_and_a_broken_store_says_no(tmp_path: Path) -> None:
    db = prepared(f"sqlite:///{tmp_path}/i.db")

    async def run() -> None:
        intake = Intake(db)
        intake.start()
        many = [intake.store([NewEvent("line", f"e{n}", "U", n, n, b"{}")]) for n in range(500)]
        await asyncio.gather(*many)
        with db.reading() as session:
            assert len(session.scalars(select(InboxEvent.id)).all()) == 500
            session.rollback()
        with db.transaction() as session:
            session.execute(text("ALTER TABLE inbox RENAME TO away"))
        with pytest.raises(CannotStore):
            await intake.store([NewEvent("line", "late", "U", 1, 1, b"{}")])
        with db.transaction() as session:
            session.execute(text("ALTER TABLE away RENAME TO inbox"))
        await intake.store([NewEvent("line", "again", "U", 1, 1, b"{}")])
        await asyncio.to_thread(intake.stop)

    asyncio.run(run())
    db.close()


def test_another_key_is_refused(tmp_path: Path) -> None:
    from bot import app

    db = prepared(f"sqlite:///{tmp_path}/k.db")
    app.check_key(db)
    other = Database(f"sqlite:///{tmp_path}/k.db", Keyring(["another-key-that-is-long-enough-too"]))
    with pytest.raises(app.WrongKey):
        app.check_key(other)
    rotated = Database(f"sqlite:///{tmp_path}/k.db", Keyring(["a-new-key-that-is-long-enough-for-one", KEY]))
    app.check_key(rotated)
    for each in (db, other, rotated):
        each.close()


def test_case_numbers_begin_anew_each_fiscal_year(world: World) -> None:
    from tests.world import at

    world.now = at("2027-09-30 15:00")
    first = world.citizen().says("ไฟถนนดับ ซอย 5").says("1").reference
    world.now = at("2027-10-01 09:00")
    second = world.citizen("U2").says("ไฟถนนดับ ซอย 6").says("1").reference
    assert (first[:8], second[:8]) == ("70-00001", "71-00001")
    with world.db.reading() as session:
        assert session.scalars(select(Case.fiscal_year).order_by(Case.id)).all() == [2570, 2571]


def test_a_case_is_received_when_it_was_sent_not_when_we_got_round_to_it(world: World) -> None:
    """Sent at 23:59 on the last day of the fiscal year, worked on after midnight: it belongs to the old year."""
    from tests.world import at

    world.now = at("2027-09-30 23:59")
    citizen = world.citizen().says("ไฟถนนดับ ซอย 5")
    citizen.does(work=False, kind="text", text="1")
    world.now = at("2027-10-01 00:02")
    world.work_off()
    case = world.case(citizen.listen().reference)
    assert case.received_at == at("2027-09-30 23:59")
    assert (case.reference[:3], case.fiscal_year, case.counted_from.isoformat()) == ("70-", 2570, "2027-10-01")
