"""`pratu serve --role …` as real processes on one database, started, killed and started anew."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.faults.cell import ROOT, Nursery, alive, free_port, wait, worked

ROLES = ("web", "worker", "jobs")


@dataclass
class Member:
    """One place in the fleet: a port where one process after the other lives."""

    role: str
    number: int
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None  # None: a nursery bore it
    pid: int = 0
    spent: float = 0.0  # processor seconds of lives that ended

    @property
    def name(self) -> str:
        return f"{self.role}-{self.number}"

    @property
    def alive(self) -> bool:
        return bool(self.pid) and alive(self.pid)

    @property
    def worked(self) -> float:
        """Processor seconds of all its lives."""
        return self.spent + (worked(self.pid) if self.alive else 0.0)

    def send(self, number: signal.Signals, patience: float) -> bool:
        """A signal; did it end within so many seconds?"""
        self.spent = self.worked
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        ended = wait(lambda: not self.alive, patience)
        if ended:
            self.pid = 0
            if self.process is not None:
                self.process.wait()
        return ended


class Fleet:
    """All processes of one installation."""

    def __init__(
        self, folder: Path, environ: dict[str, str], counts: dict[str, int], nursery: Nursery | None = None
    ) -> None:
        self.folder, self._pratu, self._nursery = folder, environ, nursery
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PRATU_")},
            "PYTHONPATH": str(ROOT),
            "OPENBLAS_NUM_THREADS": "1",
            **environ,
        }
        self.members = [Member(role, number) for role in ROLES for number in range(1, counts[role] + 1)]
        self.log = folder / "serve.log"
        self.kills: list[tuple[float, str]] = []  # (when, role)
        self.restarts = 0
        self.hurt: list[str] = []

    def of(self, role: str) -> list[Member]:
        return [member for member in self.members if member.role == role]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command line on the same database."""
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self._environ, capture_output=True, text=True, timeout=300, check=False
        )

    def start(self, members: Iterable[Member] = ()) -> None:
        """Start these (or all), and wait until each is ready."""
        chosen = list(members) or self.members
        for member in chosen:
            self._bear(member)
        for member in chosen:
            if not wait(lambda member=member: is_ready(member.port) or not member.alive, 120) or not member.alive:  # type: ignore[misc]
                self.hurt.append(f"{member.name} did not start")

    def _bear(self, member: Member) -> None:
        if self._nursery is not None:
            life = {"env": self._pratu, "folder": str(self.folder), "log": str(self.log), "patches": []}
            member.pid = self._nursery.bear({**life, "role": member.role, "port": member.port})
            return
        command = [sys.executable, "-m", "bot", "serve", "--role", member.role, "--port", str(member.port)]
        with self.log.open("ab") as log:
            member.process = subprocess.Popen(command, cwd=self.folder, env=self._environ, stdout=log, stderr=log)
        member.pid = member.process.pid

    def kill(self, member: Member) -> None:
        """kill -9: no goodbye."""
        self.kills.append((time.time(), member.role))
        member.send(signal.SIGKILL, 10)

    def end(self, member: Member) -> None:
        """Asked to end, as an operator does; it must end by itself."""
        if member.alive and not member.send(signal.SIGTERM, 60):
            self.hurt.append(f"{member.name} did not end when asked")
            member.send(signal.SIGKILL, 10)

    def rolling_restart(self, most: int) -> None:
        """One process after the other, web, worker, jobs: what upgrade.md says; so many of each role."""
        for member in [one for one in self.members if one.number <= most]:
            self.end(member)
            self.start([member])
            self.restarts += 1

    def stop(self) -> None:
        """All at once; afterwards each has told what it worked."""
        for member in self.members:
            if member.alive:
                member.send(signal.SIGTERM, 0)
        for member in self.members:
            if member.alive and not wait(lambda member=member: not member.alive, 30):  # type: ignore[misc]
                member.send(signal.SIGKILL, 10)
            if member.process is not None:
                member.process.wait()

    def spent(self, role: str) -> float:
        return sum(member.worked for member in self.of(role))

    def said(self, what: str) -> int:
        """How often the log of all processes says this."""
        lines = self.log.read_text(errors="replace").splitlines()
        return sum(json.loads(line).get("what", "") == what for line in lines if line.startswith("{"))

    def pick(self, role: str, chance: random.Random) -> Member | None:
        alive = [member for member in self.of(role) if member.alive]
        return chance.choice(alive) if alive else None


def is_ready(port: int) -> bool:
    """Does it say it can work?"""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
        return True
    return False


def gauge(port: int, name: str) -> float:
    """One of its figures; 0 where it does not answer."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        for line in page.read().decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
    return 0.0


class Wires:
    """The database's side of the connections: who leads, who listens, and an end to it."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)

    def leader(self, key: int) -> int | None:
        """The backend that holds this lock."""
        held = (
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND ((classid::bigint << 32) | objid::bigint) = :key"
        )
        with self._engine.connect() as connection:
            return connection.execute(text(held), {"key": key}).scalar()

    def listeners(self) -> set[int]:
        """The backends that wait for NOTIFY."""
        waits = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pratu bell'"
        )
        with self._engine.connect() as connection:
            return set(connection.execute(text(waits)).scalars())

    def spent(self) -> float:
        """Processor seconds of the backends there are now, where they are on this machine."""
        with self._engine.connect() as connection:
            pids = connection.execute(
                text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            )
            return sum(worked(pid) for pid in pids.scalars())

    def cut(self, pid: int) -> None:
        """What a firewall, a restart of the server or an operator does."""
        with self._engine.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    def number(self, question: str) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(text(question)).scalar() or 0)

    def close(self) -> None:
        self._engine.dispose()
