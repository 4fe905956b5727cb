"""`pratu simulate`, as an operator types it. One world is made in a process of its own; everything else is asked here,
where the words are loaded already."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from storage import migrations
from storage.db import Database
from storage.seal import Keyring
from storage.tables import Setting
from tests.conftest import KEY, SEED, prepared
from tests.serving import Server

SMALL = ("--citizens", "5", "--days", "6", "--seed", "5", "--end", "2026-12-20")


@dataclass
class Desk:
    """An operator before one database: what a command says, and how it ends."""

    server: Server
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        for name, value in self.server.environment.items():
            if name.startswith("PRATU_"):
                self.monkeypatch.setenv(name, value)
        self.capsys.readouterr()
        code = main(arguments)
        return code, *self.capsys.readouterr()

    def says(self, *arguments: str) -> str:
        code, said, complained = self.run(*arguments)
        assert code == 0, complained
        return said

    def refuses(self, *arguments: str) -> str:
        code, _said, complained = self.run(*arguments)
        assert code == 2
        return complained

    def told(self) -> list[list[Any]]:
        """What was told: the same in the same world."""
        rows = [json.loads(line) for line in self.says("export", "cases").splitlines()]
        return [[row["reference"], row["category"], row["text"]] for row in rows]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded database, to be copied."""
    path = tmp_path_factory.mktemp("seeded") / "made.db"
    prepared(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def desks(
    seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[list[Desk]]:
    """Two of them, each with a database of its own."""
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.copy(seeded, tmp_path / name / "made.db")
        server = Server(tmp_path / name, f"sqlite:///{tmp_path / name}/made.db", extra={"PYTHONHASHSEED": "2"})
        made.append(Desk(server, monkeypatch, capsys))
    yield made
    for desk in made:
        desk.server.stop()


def test_the_same_seed_makes_the_same_world_in_another_process(desks: list[Desk]) -> None:
    desk, other = desks
    code, said, progress = desk.run("simulate", *SMALL)
    assert code == 0
    assert "pratu: 2026-12:" in progress, "a line for each month"
    first, second = json.loads(said), json.loads(other.server.run("simulate", *SMALL).stdout)
    assert first["cases"] > 0
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert desk.told() == other.told()
    assert "links hold" in desk.says("verify")
    assert "holds cases already" in desk.refuses("simulate", *SMALL)
    assert json.loads(desk.says("simulate", *SMALL, "--add"))["cases"] > first["cases"]
    with desk.server.world.db.transaction() as session:  # as if people had told these
        session.delete(session.get_one(Setting, "made_up"))
    assert "not made up" in desk.refuses("simulate", *SMALL, "--add")


def test_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(Server(tmp_path, f"sqlite:///{tmp_path}/bare.db"), monkeypatch, capsys)
    assert "pratu migrate" in desk.refuses("simulate", *SMALL)
    db = Database(desk.server.database_url, Keyring([KEY]))
    migrations.migrate(db)
    db.close()
    assert "pratu seed" in desk.refuses("simulate", *SMALL)
    desk.says("seed", str(SEED))
    wrong = desk.refuses("simulate", "--citizens", "0", "--days", "1", "--seed", "1")
    assert "begin at 1" in wrong
