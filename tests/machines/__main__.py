"""`python -m tests.machines`: three web, three worker and two jobs processes in a bad night, and what was left of it;
then what the same people's messages cost one web and one worker, and three and three. Needs PRATU_TEST_DATABASE_URL."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.cell import still_to_do
from tests.machines.crowd import Crowd, until_quiet
from tests.machines.night import PATIENCE, Installation, Night, Tally, installed

MANY = {"web": 3, "worker": 3, "jobs": 2}
ONE = {"web": 1, "worker": 1, "jobs": 1}
_COLUMNS = ("sent", "acknowledged", "answered", "parked", "lost", "doubled", "excused", "uncertain")
_EVENTS = ("kills", "restarts", "migrations", "leader_changes", "cut", "heard_again")


def main() -> int:
    """1 where anything did not survive."""
    parser = argparse.ArgumentParser(prog="python -m tests.machines")
    parser.add_argument("--citizens", type=int, default=10_000)
    parser.add_argument(
        "--rounds", type=int, default=0, help="rounds of trouble (default: as many as suit the citizens)"
    )
    parser.add_argument(
        "--compared", type=int, default=-1, help="citizens of the comparison (default: a tenth; 0: none)"
    )
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pratu-machines-"))
    rounds = chosen.rounds or max(6, chosen.citizens // 250)
    with installed(_made(folder / "night"), _name("night"), MANY) as place:
        crowd = Crowd(place.line, place.telegram, chosen.citizens)
        tally = Night(place, crowd).passes(rounds)
        heard = place.fleet.said("the connection that hears of other processes' work was lost; polling goes on")
    _print(tally, heard)
    compared = chosen.citizens // 10 if chosen.compared < 0 else chosen.compared
    if compared:
        _compare(folder, compared)
    return int(bool(tally.wrong or tally.lost or tally.doubled))


def _print(tally: Tally, heard: int) -> None:
    print("".join(f"{name:>13}" for name in _COLUMNS))
    print("".join(f"{getattr(tally, name):>13}" for name in _COLUMNS))
    print("".join(f"{name:>15}" for name in _EVENTS))
    print("".join(f"{getattr(tally, name):>15}" for name in _EVENTS))
    print(f"a new leader after {_span(tally.leader_seconds)}; all hear again after {_span(tally.hearing_seconds)};")
    print(f"processes that noted such a loss: {heard}")
    turns = sum(tally.processor.values()) * 1000 / max(1, tally.sent)
    print(f"{tally.sent / tally.seconds:.1f} messages a second for {tally.seconds:.0f} s, deaths and all;")
    print(f"{turns:.1f} ms of processor time a message, starts of processes included")
    print("rows: " + ", ".join(f"{name} {number:,}" for name, number in tally.rows.items()), end="; ")
    print(f"database {tally.bytes / 1e6:.0f} MB")
    for what in tally.wrong:
        print(f"NO: {what}")
    print("survived" if not (tally.wrong or tally.lost or tally.doubled) else "DID NOT SURVIVE", flush=True)


def _span(seconds: list[float]) -> str:
    return f"{min(seconds):.1f} to {max(seconds):.1f} s" if seconds else "(never)"


@dataclass
class Pace:
    """How fast the same messages were answered, without trouble."""

    rate: float
    milliseconds: dict[str, float]  # of processor time a message, by role; and of the database

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {spent:.1f}" for name, spent in self.milliseconds.items())
        return f"{self.rate:>8.1f} messages/s, {sum(self.milliseconds.values()):.1f} ms a message ({parts})"


def _compare(folder: Path, citizens: int) -> None:
    """LINE only: Telegram lets a bot speak thirty times a second, whatever stands behind it."""
    print(f"\nthe same messages of {citizens} citizens on LINE, without trouble ({os.cpu_count()} processors):")
    found = []
    for name, counts in (("one web, one worker", ONE), ("three web, three workers", MANY)):
        with installed(_made(folder / name.replace(" ", "-")), _name("pace"), counts) as place:
            _paced(place, max(20, citizens // 4), base=1_000_000)  # warm
            pace = _paced(place, citizens, base=2_000_000)
        found.append(pace)
        print(f"  {name:<26}{pace}", flush=True)
    print(f"  ratio {found[1].rate / found[0].rate:.2f}; the senders and both platforms share these processors")


def _paced(place: Installation, citizens: int, base: int) -> Pace:
    crowd = Crowd(place.line, None, citizens, base)
    before = _spent(place)
    began = time.monotonic()
    crowd.talk()
    until_quiet(lambda: still_to_do(place.db) + crowd.waiting(), PATIENCE)
    seconds = time.monotonic() - began - 0.6  # three calm looks
    return Pace(
        crowd.sent / seconds, {name: (at - before[name]) * 1000 / crowd.sent for name, at in _spent(place).items()}
    )


def _spent(place: Installation) -> dict[str, float]:
    return {**{role: place.fleet.spent(role) for role in MANY}, "database": place.wires.spent()}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _name(what: str) -> str:
    return f"pratu_machines_{what}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


if __name__ == "__main__":
    sys.exit(main())
