"""`make bench`: acknowledged webhooks a second, turns a second, time to the reply, time to ready and memory;
how long the figures of a week take and the evidence of a year, what old rows cost the queues, and what a turn of a
made-up year costs as it grows (alone: `python -m tests.bench digest`, `… evidence`, `… queues`, `… year`)."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import digest, evidence, load, queues, year
from tests.faults.cell import worked

SENDERS = (1, 16, 64)
FAST, SLOW, ONE = 6_000, 900, 900  # requests: group commit, a commit each, a single sender
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def server(
    kind: str, database_url: str, api_url: str = "http://127.0.0.1:9"
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """One of the compared servers in a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.servers", kind, str(port), database_url, api_url])
    # The floor stores nothing, and so is never ready; only who does everything is worth the question.
    path = {"sink": "/times", "all": "/readyz"}.get(kind, "/healthz")
    try:
        _up(f"http://127.0.0.1:{port}{path}")
        yield port, process
    finally:
        process.kill()
        process.wait()


def _up(address: str) -> None:
    """Wait until it answers. Raises TimeoutError."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except urllib.error.HTTPError as answered:
            if answered.code == 404:  # the usual server has no such page
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"{address} does not answer")


def databases() -> dict[str, object]:
    """Engine → maker of a fresh database address. PostgreSQL only where PRATU_TEST_DATABASE_URL names one."""
    makers: dict[str, object] = {"SQLite": lambda: f"sqlite:///{tempfile.mkdtemp()}/bench.db"}
    if os.environ.get("PRATU_TEST_DATABASE_URL"):
        from tests.conftest import fresh_postgres

        makers["PostgreSQL"] = lambda: fresh_postgres("pratu_bench")
    else:
        print("PostgreSQL left out: PRATU_TEST_DATABASE_URL is not set")
    return makers


def acknowledged(kind: str, make: object, senders: int) -> tuple[float, float, float]:
    """Median of the rounds: (acknowledged a second, p50 ms, p99 ms)."""
    count = ONE if senders == 1 else SLOW if kind == "usual" else FAST
    found = []
    for number in range(ROUNDS):
        with server(kind, make()) as (port, _process):  # type: ignore[operator]
            load.send(port, load.requests(200, 100, f"w{number}"), senders)  # warm
            result = load.send(port, load.requests(count, 500, f"r{number}"), senders)
            assert result.bad == 0, f"{kind}: {result.bad} answers were not 200"
            found.append((result.rate, result.at(0.5), result.at(0.99)))
    return tuple(statistics.median(column) for column in zip(*found, strict=True))  # type: ignore[return-value]


def intake(makers: dict[str, object]) -> None:
    names = {
        "usual": "(a) FastAPI + SDK parser, commit per event",
        "floor": "(b) floor: signature only, nothing stored",
        "intake": "pratu, intake alone",
        "all": "pratu, intake with turns in the same process",
    }
    for engine, make in makers.items():
        print(f"\n{engine}: acknowledged webhooks a second (p50 / p99 ms), median of {ROUNDS}")
        base: dict[int, float] = {}
        floor: dict[int, float] = {}
        for kind, name in names.items():
            cells = []
            for senders in SENDERS:
                rate, p50, p99 = acknowledged(kind, make, senders)
                if kind == "usual":
                    base[senders] = rate
                if kind == "floor":
                    floor[senders] = rate
                ratio = f"{rate / base[senders]:.1f}x (a)"
                share = f", {rate / floor[senders]:.2f} of floor" if senders in floor and kind != "floor" else ""
                cells.append(f"{senders:>2} senders: {rate:>7,.0f}/s ({p50:.1f} / {p99:.1f}) = {ratio}{share}")
            print(f"  {name}\n    " + "\n    ".join(cells), flush=True)


def durable(makers: dict[str, object]) -> None:
    """kill -9 right after the last 200, then count."""
    from storage.db import Database
    from storage.seal import Keyring

    for engine, make in makers.items():
        url = make()  # type: ignore[operator]
        with server("intake", url) as (port, process):
            load.send(port, load.requests(3000, 500, "k"), 64)
            process.send_signal(signal.SIGKILL)
            process.wait()
        db = Database(url, Keyring(["x"]))
        with db.engine.connect() as connection:
            stored = connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar()
        db.close()
        print(f"{engine}: kill -9 after 3,000 acknowledged: {stored:,} stored, {3000 - int(stored or 0)} lost")


def turns(makers: dict[str, object]) -> None:
    """Turns a second end to end, time from webhook to reply, time to ready, memory."""
    for engine, make in makers.items():
        with server("sink", "-") as (sink_port, _sink):
            began = time.monotonic()
            with server("all", make(), f"http://127.0.0.1:{sink_port}") as (port, process):  # type: ignore[operator]
                ready = time.monotonic() - began
                load.send(port, load.requests(20, 20, "x", "เมนู"), 4)
                time.sleep(2)
                waits, sent = _steady(port, sink_port)
                rate = _rate(port, sink_port)
                memory = _memory(process.pid)
                idle = _idle(process.pid)
        print(
            f"{engine}: {rate:,.0f} turns a second end to end (webhook to reply sent)\n"
            f"  webhook to reply at 10/s: p50 {waits[len(waits) // 2] * 1000:.0f} ms, "
            f"p95 {waits[int(len(waits) * 0.95)] * 1000:.0f} ms ({len(waits)} of {sent} replied)\n"
            f"  ready after {ready:.1f} s (migration and seed included), resident {memory:.0f} MB\n"
            f"  while nobody writes: {idle:.1%} of one processor",
            flush=True,
        )


def _steady(port: int, sink_port: int) -> tuple[list[float], int]:
    sent = load.steady(port, load.requests(60, 60, "s", "เมนู"), 10)
    time.sleep(1.5)
    arrived = dict(_times(sink_port))
    return sorted(arrived[f"s-{n}"] - at for n, at in enumerate(sent) if f"s-{n}" in arrived), len(sent)


def _rate(port: int, sink_port: int, count: int = 600) -> float:
    started = time.monotonic()
    load.send(port, load.requests(count, 200, "t"), 64)
    while sum(token.startswith("t-") for token, _at in _times(sink_port)) < count:
        time.sleep(0.1)
        assert time.monotonic() - started < 120, "replies are missing"
    return count / (time.monotonic() - started)


def _times(port: int) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/times"))
    return found


def _memory(pid: int) -> float:
    with open(f"/proc/{pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


IDLE_SECONDS = 10


def _idle(pid: int) -> float:
    """The share of a processor it needs while nothing happens."""
    time.sleep(2)
    before = worked(pid)
    time.sleep(IDLE_SECONDS)
    return (worked(pid) - before) / IDLE_SECONDS


def main() -> None:
    makers = databases()
    alone = {"digest": digest.figures, "evidence": evidence.evidence, "queues": queues.figures, "year": year.figures}
    if len(sys.argv) > 1:
        alone[sys.argv[1]](makers)
        return
    intake(makers)
    print()
    durable(makers)
    print()
    turns(makers)
    print()
    digest.figures(makers)
    evidence.evidence(makers)
    queues.figures(makers)
    year.figures(makers)


if __name__ == "__main__":
    main()
