"""A running pratu in this process's neighbourhood: real server, real LINE SDK, LINE emulated."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KEY, SEED, fresh_postgres
from tests.line_emulator import Emulator, Platform, User
from tests.line_emulator.server import SECRET, TOKEN, running


@dataclass
class Server:
    """A `pratu serve` of its own, as an operator starts it; it can be killed like one."""

    folder: Path
    database_url: str
    emulator: Emulator
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("PRATU_")}
        return {
            **env,
            "PRATU_DATABASE_URL": self.database_url,
            "PRATU_SECRET_KEY": KEY,
            "PRATU_DATA_DIR": str(self.folder / "data"),
            "PRATU_LINE_CHANNEL_SECRET": SECRET,
            "PRATU_LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
            "PRATU_LINE_API_URL": self.emulator.url,
            "PRATU_LINE_DATA_API_URL": self.emulator.url,
            **self.extra,
        }

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One command line, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=check,
            timeout=60,
        )

    def prepare(self) -> Server:
        self.run("migrate")
        self.run("seed", str(SEED))
        return self

    def start(self) -> Server:
        self.log = (self.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--port", str(self.port)],
            cwd=self.folder,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/readyz", timeout=1)
                return self
            fine = self.process.poll() is None and time.monotonic() < end
            assert fine, (self.folder / "serve.log").read_text()[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9: no goodbye."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.log.close()

    def rows(self, what: str) -> list[dict[str, Any]]:
        """What `pratu export` prints."""
        import json

        return [json.loads(line) for line in self.run("export", what).stdout.splitlines()]


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
    url = f"sqlite:///{folder}/pratu.db" if engine == "sqlite" else fresh_postgres(name)
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
