"""What a turn of a made-up year costs, of few people and of many: it must not grow with what lies there already."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile

FEW, MANY = 1_000, 4_000
DAYS, END = 90, "2026-11-22"


def figures(_makers: object) -> None:
    """Milliseconds of processor time a turn, in both processes, and how much more a turn of many people costs."""
    print(f"\nA made-up year (SQLite, {DAYS} days), processor time")
    costs = []
    for citizens in (FEW, MANY):
        turns, seconds = _made(citizens)
        costs.append(seconds / turns)
        print(f"  {citizens:,} citizens: {turns:,} turns, {1000 * seconds / turns:.2f} ms a turn", flush=True)
    print(f"  a turn of {MANY:,} is {costs[1] / costs[0]:.2f} of one of {FEW:,}")


def _made(citizens: int) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        given = {**os.environ, "PRATU_DATABASE_URL": f"sqlite:///{folder}/pratu.db", "PRATU_DATA_DIR": folder}

        def pratu(*words: str) -> str:
            run = [sys.executable, "-m", "bot", *words]
            return subprocess.run(run, env=given, check=True, capture_output=True, text=True).stdout

        pratu("migrate")
        pratu("seed", "deploy/seed")
        before = _worked()
        made = pratu("simulate", "--citizens", str(citizens), "--days", str(DAYS), "--seed", "7", "--end", END)
        return json.loads(made)["turns"], _worked() - before


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
