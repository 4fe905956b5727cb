"""`pratu simulate`, as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from storage.tables import Setting
from tests.conftest import SEED
from tests.serving import Server

SMALL = ("--citizens", "5", "--days", "6", "--seed", "5", "--end", "2026-12-20")


def made(folder: Path, hashes: str) -> tuple[Server, dict[str, Any]]:
    """A world in a database of its own, and what was printed."""
    folder.mkdir()
    server = Server(folder, f"sqlite:///{folder}/made.db", extra={"PYTHONHASHSEED": hashes})
    server.run("migrate")
    server.run("seed", str(SEED))
    done = server.run("simulate", *SMALL)
    assert "pratu: 2026-12:" in done.stderr, "a line for each month"
    return server, json.loads(done.stdout)


def test_the_same_seed_makes_the_same_world_in_another_process(tmp_path: Path) -> None:
    server, first = made(tmp_path / "one", "1")
    other, second = made(tmp_path / "two", "2")
    assert first["cases"] > 0
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    told = [[row["reference"], row["category"], row["text"]] for row in exported(server)]
    assert told == [[row["reference"], row["category"], row["text"]] for row in exported(other)]
    assert "links hold" in server.run("verify").stdout
    refused = server.run("simulate", *SMALL, check=False)
    assert refused.returncode == 2
    assert "holds cases already" in refused.stderr
    more = json.loads(server.run("simulate", *SMALL, "--add").stdout)
    assert more["cases"] > first["cases"]
    with server.world.db.transaction() as session:  # as if people had told these
        session.delete(session.get_one(Setting, "made_up"))
    refused = server.run("simulate", *SMALL, "--add", check=False)
    assert refused.returncode == 2
    assert "not made up" in refused.stderr


def exported(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.run("export", "cases").stdout.splitlines()]


def test_it_says_what_is_missing(tmp_path: Path) -> None:
    server = Server(tmp_path, f"sqlite:///{tmp_path}/bare.db")
    assert "pratu migrate" in server.run("simulate", *SMALL, check=False).stderr
    server.run("migrate")
    assert "pratu seed" in server.run("simulate", *SMALL, check=False).stderr
    wrong = server.run("simulate", "--citizens", "0", "--days", "1", "--seed", "1", check=False)
    assert wrong.returncode == 2
    assert "begin at 1" in wrong.stderr
