"""The demo of a made-up morning, served from this process: its clock stands still until told otherwise."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from bot import settings
from bot.app import ROLES, App, ready_database
from bot.jobs import JOBS, JobContext
from handlers.actions import people as joining
from handlers.services import Svc
from storage import agencies, ids, seed
from storage.words import Role
from tests.conftest import KEY, SEED
from tests.world import WORKING_MORNING, World

CHANCE = 2569  # the same secrets on every run
PUBLIC = "https://pratu.example.go.th"
_FEWEST, _MOST = "0123", "0123456789"


class Stage:
    """A served installation with a clock in our hand."""

    def __init__(self, folder: Path, now: datetime, *, undo_seconds: int = 0, demo: bool = False) -> None:
        self.now = now
        environment = {
            "PRATU_DATA_DIR": str(folder),
            "PRATU_DATABASE_URL": f"sqlite:///{folder}/stage.db",
            "PRATU_SECRET_KEY": KEY,
            "PRATU_UNDO_SECONDS": str(undo_seconds),
            "PRATU_PUBLIC_URL": "" if demo else PUBLIC,
        }
        config = settings.read(environment)
        db = ready_database(config)
        with db.transaction() as session:
            seed.load(session, SEED)
            limits = agencies.setting(session, "limits")
            agencies.put_setting(session, "limits", {**limits, "survey_silence_minutes": 0})
        self.app = App(config, ROLES["all"] - {"jobs"}, db, clock=lambda: self.now, demo=demo)
        self.world = World(db, now)
        self.world.tools = self.app.tools
        served = uvicorn.Config(self.app.web, port=0, log_config=None, access_log=False, loop="asyncio", lifespan="on")
        self._server = uvicorn.Server(served)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def code(self, role: Role, unit: str | None, name: str) -> str:
        """An invitation, as `pratu invite` prints it."""
        with self.world.db.transaction() as session:
            return joining.invite(Svc(session, self.now, self.app.tools), "DEMO", unit, role, name)

    def job(self, name: str) -> None:
        """What the timetable would do now."""
        JOBS[name](JobContext(self.world.db, self.app.tools, lambda: self.now, self.app.files.folder), False)

    def passes(self, **spell: float) -> Stage:
        """Let time pass."""
        return self.set(self.now + timedelta(**spell))

    def set(self, now: datetime) -> Stage:
        """Put the clock."""
        self.now = self.world.now = now
        return self

    def start(self) -> Stage:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)
        (listener,) = self._server.servers[0].sockets
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        while not self._ready():
            time.sleep(0.05)
        return self

    def _ready(self) -> bool:
        try:
            return bool(urllib.request.urlopen(f"{self.url}/readyz", timeout=1).status == 200)
        except OSError:
            return False

    def here(self, address: str) -> str:
        """Where a link of ours leads to on this machine."""
        return address.replace(PUBLIC, self.url)

    def stop(self) -> None:
        self.app.stop_soon()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(20)


@contextmanager
def staged(folder: Path, now: datetime = WORKING_MORNING, **more: Any) -> Iterator[Stage]:
    """A stage that is not served yet; taken down at the end."""
    folder.mkdir(parents=True)
    stage = Stage(folder, now, **more)
    try:
        yield stage
    finally:
        stage.stop()


@contextmanager
def repeatable() -> Iterator[None]:
    """Secrets of receipts and codes of invitations that are the same on every run. For pictures only."""
    secrets, codes = ids.chance(CHANCE), ids.chance(CHANCE)  # drawn apart: three panes join in any order
    kept = ids.tracking_secret, ids.code
    ids.tracking_secret = lambda: secrets.choice(_FEWEST) + "".join(secrets.choices(_MOST, k=7))
    ids.code = lambda count=10: "".join(codes.choices(ids.CODE_LETTERS, k=count))
    try:
        yield
    finally:
        ids.tracking_secret, ids.code = kept
