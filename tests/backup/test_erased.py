"""Who was erased after a backup does not come back with it; who wrote again after being erased does."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from storage import scrub
from tests.backup.conftest import Place, empty, filled
from tests.backup.test_bad_files import run
from tests.conftest import postgres_url

WORDS = "ไฟกิ่งหน้าบ้านดับ"


def exported(place: Place) -> str:
    return run(place, "export", "cases")[1] + run(place, "export", "messages")[1]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_restore_brings_back_nobody_who_was_erased_since(engine: str, tmp_path: Path) -> None:
    first = Place(f"sqlite:///{tmp_path}/one.db", tmp_path / "one")
    filled(first).db.close()
    before, after = tmp_path / "before.tar", tmp_path / "after.tar"
    assert run(first, "backup", "--out", str(before))[0] == 0
    assert WORDS in exported(first)
    code, out, errors = run(first, "erase", "--account", "line:U1")
    assert code == 0, errors
    assert run(first, "backup", "--out", str(after))[0] == 0
    told = first.data / "erased.jsonl"
    assert "U1" not in told.read_text()

    for number, (kept, count) in enumerate(((before, 1), (after, 0))):
        second = empty(engine, tmp_path / f"{engine}{number}")
        second.data.mkdir(parents=True)
        (second.data / "erased.jsonl").write_text(told.read_text())
        code, out, errors = run(second, "restore", str(kept))
        assert code == 0, errors
        assert f"{count} people were erased since then" in out
        assert WORDS not in exported(second)
        assert "น้ำท่วมขัง" in exported(second), "the others came back"
        assert run(second, "verify")[0] == 0
        if engine == "sqlite":
            raw = b"".join(path.read_bytes() for path in second.data.parent.glob("*.db*"))
            assert WORDS.encode() not in raw


def test_a_restore_says_where_bytes_may_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A neighbour's database is written all the time: everything is back, and what could not be done is told."""
    first = Place(f"sqlite:///{tmp_path}/one.db", tmp_path / "one")
    filled(first).db.close()
    before = tmp_path / "before.tar"
    assert run(first, "backup", "--out", str(before))[0] == 0
    assert run(first, "erase", "--account", "line:U1")[0] == 0
    second = empty("postgres", tmp_path / "two")
    second.data.mkdir(parents=True)
    (second.data / "erased.jsonl").write_text((first.data / "erased.jsonl").read_text())
    monkeypatch.setattr(scrub, "_WAITS", 1)
    engine = create_engine(postgres_url())
    with engine.connect() as neighbour:
        neighbour.execute(text("SELECT pg_current_xact_id()"))
        code, out, errors = run(second, "restore", str(before))
    engine.dispose()
    assert code == 1
    assert "restored as of" in out
    assert "1 people were erased since then" in out
    assert "may stand in the files" in errors
    assert "--rewrite" in errors
    assert WORDS not in exported(second)


def test_a_list_nobody_can_read_stops_the_restore(kept: Path, tmp_path: Path) -> None:
    place = empty("sqlite", tmp_path)
    place.data.mkdir(parents=True)
    (place.data / "erased.jsonl").write_text('{"account": "ab"\n')
    code, _, why = run(place, "restore", str(kept))
    assert code == 1
    assert "line 1 cannot be read" in why
