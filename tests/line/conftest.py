"""A running pratu in this process's neighbourhood: real server, real LINE SDK, LINE emulated."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import seeded_postgres
from tests.line_emulator import Emulator, Platform, User
from tests.line_emulator.server import running
from tests.serving import Server


@dataclass
class Line:
    """Everything a LINE test needs: the emulator, the platform that calls us, and the server."""

    emulator: Emulator
    platform: Platform
    server: Server
    users: int = 0

    def user(self) -> User:
        self.users += 1
        return User(self.platform, f"U{self.users:032x}")


@contextlib.contextmanager
def served(engine: str, folder: Path, name: str, extra: dict[str, str] | None = None) -> Iterator[Line]:
    """A prepared and running installation on this engine."""
    url = f"sqlite:///{folder}/pratu.db" if engine == "sqlite" else seeded_postgres(name)
    with running() as emulator:
        server = Server(folder, url, emulator, extra=extra or {}).prepare().start()
        platform = Platform(emulator, f"{server.url}/webhooks/line")
        try:
            yield Line(emulator, platform, server)
        finally:
            platform.close()
            server.stop()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """One installation per engine and file: starting one takes a second or two."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with served(request.param, tmp_path_factory.mktemp("line"), f"pratu_line_{worker}") as started:
        yield started
        assert started.emulator.violations == [], "LINE would have refused something"
