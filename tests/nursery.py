"""Command lines as processes of their own, forked from one that has loaded the program (`tests/lives.py`)."""

from __future__ import annotations

import functools
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


class Life:
    """A process of the program, with what `subprocess.Popen` offers of it."""

    def __init__(self, pid: int, code: Path) -> None:
        self.pid, self._code = pid, code
        try:
            self._ended: int | None = os.pidfd_open(pid)
        except ProcessLookupError:  # it has ended and the kernel has buried it
            self._ended = None
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code once it has ended; -9 where a signal took it before it could say."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended; `subprocess.TimeoutExpired` when that takes longer."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("pratu", timeout or 0.0)
        return code

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and self._gone(timeout):
            self.returncode = int(self._code.read_text()) if self._code.exists() else -signal.SIGKILL
        return self.returncode

    def _gone(self, timeout: float | None) -> bool:
        if self._ended is None:
            return True
        if not select.select([self._ended], [], [], timeout)[0]:
            return False
        os.close(self._ended)
        self._ended = None
        return True

    def send_signal(self, number: int) -> None:
        """A signal, if it still lives."""
        if self.poll() is None and self._ended is not None:
            signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        """The polite end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9: no goodbye."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that has loaded the program."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="pratu-lives-")
        self.folder = Path(self._folder.name)
        self._born = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.lives"],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._heard() == "ready"

    def _heard(self) -> str:
        assert self._process.stdout is not None
        found = self._process.stdout.readline().strip()
        assert found, "the process that forks lives has died"
        return found

    def bear(
        self, arguments: list[str], *, env: dict[str, str], folder: Path, out: Path, err: Path, given: str = os.devnull
    ) -> Life:
        """`pratu ARGUMENTS` with this environment in this folder; what it prints is added to `out` and `err`."""
        self._born += 1
        code = self.folder / f"{self._born}.code"
        streams = {"given": given, "out": str(out), "err": str(err)}
        life = {"arguments": arguments, "env": env, "folder": str(folder), "code": str(code), **streams}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(life) + "\n")
        self._process.stdin.flush()
        return Life(int(self._heard()), code)

    def run(
        self, arguments: list[str], *, env: dict[str, str], folder: Path, given: str = "", timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """One command line, to its end; `given` is its standard input."""
        out, err, stdin = (self.folder / f"{self._born}.{name}" for name in ("out", "err", "in"))
        stdin.write_text(given, encoding="utf-8")
        life = self.bear(arguments, env=env, folder=folder, out=out, err=err, given=str(stdin))
        try:
            code = life.wait(timeout)
        except subprocess.TimeoutExpired:
            life.kill()
            raise
        said = (out.read_text(), err.read_text())
        for stream in (out, err, stdin):
            stream.unlink()
        return subprocess.CompletedProcess(["pratu", *arguments], code, *said)


@functools.cache
def nursery() -> Nursery:
    """The one of this process, made at first use."""
    return Nursery()
