"""A running pratu with Telegram emulated: by webhook, and by asking."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import seeded_postgres
from tests.serving import Server, telegram_environ
from tests.telegram_emulator import Emulator, Person, Platform
from tests.telegram_emulator.server import running


@dataclass
class Telegram:
    """Everything a Telegram test needs: the emulator, the platform that calls us, and the server."""

    emulator: Emulator
    platform: Platform
    server: Server
    people: int = 0

    def person(self) -> Person:
        self.people += 1
        return Person(self.platform, 7_000_000_000 + self.people)  # ids need more than 32 bits

    def officer(self, role: str, unit: str = "") -> Person:
        """Somebody who joined the way everybody joins: through the link of an invitation."""
        found = self.person()
        return found.starts(self.code(role, unit)).hears("ยินดีต้อนรับ")

    def code(self, role: str, unit: str = "") -> str:
        """A one-time code, as the operator gets it."""
        unit_part = ["--unit", unit] if unit else []
        told = self.server.run("invite", "--agency", "DEMO", "--role", role, *unit_part, "--name", role).stdout
        return told.split("code: ")[1].split()[0]


@contextlib.contextmanager
def served(
    engine: str, folder: Path, name: str, *, webhook: bool = True, extra: dict[str, str] | None = None
) -> Iterator[Telegram]:
    """A prepared and running installation on this engine."""
    url = f"sqlite:///{folder}/pratu.db" if engine == "sqlite" else seeded_postgres(name)
    with running() as emulator:
        settings = telegram_environ(emulator, webhook=webhook) | (extra or {})
        server = Server(folder, url, extra=settings).prepare().start()
        platform = Platform(emulator, f"{server.url}/webhooks/telegram" if webhook else "", scale=0.05)
        try:
            yield Telegram(emulator, platform, server)
        finally:
            platform.close()
            server.stop()


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def telegram(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    """One installation per engine and file."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with served(request.param, tmp_path_factory.mktemp("telegram"), f"pratu_telegram_{worker}") as started:
        yield started
        assert started.emulator.violations == [], "Telegram would have refused something"
        assert started.emulator.rate_violations == [], "Telegram would have told us to slow down"
