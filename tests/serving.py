"""A `pratu serve` of its own for tests that need the whole program: started, killed and asked like an operator's."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from handlers.actions import people as joining
from handlers.services import Svc
from storage import people
from storage.db import Database
from storage.seal import Keyring
from storage.words import Role
from tests import line_emulator, telegram_emulator
from tests.conftest import KEY, prepared
from tests.line_emulator.server import SECRET, TOKEN
from tests.nursery import Life, nursery
from tests.world import World


def line_environ(emulator: line_emulator.Emulator) -> dict[str, str]:
    """The settings that point pratu at LINE's emulator."""
    return {
        "PRATU_LINE_CHANNEL_SECRET": SECRET,
        "PRATU_LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "PRATU_LINE_API_URL": emulator.url,
        "PRATU_LINE_DATA_API_URL": emulator.url,
    }


def telegram_environ(emulator: telegram_emulator.Emulator, *, webhook: bool = True) -> dict[str, str]:
    """The settings that point pratu at Telegram's emulator; without a webhook it asks for updates."""
    return {
        "PRATU_TELEGRAM_TOKEN": telegram_emulator.TOKEN,
        "PRATU_TELEGRAM_SECRET_TOKEN": telegram_emulator.SECRET if webhook else "",
        "PRATU_TELEGRAM_API_URL": emulator.url,
    }


@dataclass
class Server:
    """A `pratu serve` of its own, as an operator starts it; it can be killed like one."""

    folder: Path
    database_url: str
    emulator: line_emulator.Emulator | None = None
    port: int = 0
    process: Life | None = None
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
            "PRATU_UNDO_SECONDS": "0",
            "PRATU_DATA_DIR": str(self.folder / "data"),
            **(line_environ(self.emulator) if self.emulator is not None else {}),
            **self.extra,
        }

    @cached_property
    def world(self) -> World:
        """Its database from inside: what no chat shows, without the cost of a command line."""
        return World(Database(self.database_url, Keyring([KEY])), now=datetime.now(UTC))

    def enrol(self, channel: str, user: str, role: Role, unit: str | None = None, name: str = "") -> None:
        """Somebody who works here already; how people join is told elsewhere."""
        world = self.world
        with world.db.transaction() as session:
            svc = Svc(session, datetime.now(UTC), world.tools)
            code = joining.invite(svc, "DEMO", unit, role, name or role)
            joining.join(svc, people.account_for(session, channel, user, svc.now), code)

    def run(
        self, *arguments: str, check: bool = True, given: str = "", timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """One command line, to its end."""
        how = {"env": self.environment, "folder": self.folder, "given": given, "timeout": timeout}
        done = nursery().run(list(arguments), **how)
        if check:
            done.check_returncode()
        return done

    def prepare(self) -> Server:
        """Its database migrated and seeded; how the operator's commands do that is told in tests/bot."""
        prepared(self.database_url).close()
        return self

    def start(self) -> Server:
        log = self.folder / "serve.log"
        self.process = nursery().bear(
            ["serve", "--port", str(self.port)], env=self.environment, folder=self.folder, out=log, err=log
        )
        end = time.monotonic() + 60
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

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        if "world" in self.__dict__:
            self.world.db.close()

    def rows(self, what: str) -> list[dict[str, Any]]:
        """What `pratu export` prints."""
        return [json.loads(line) for line in self.run("export", what).stdout.splitlines()]
