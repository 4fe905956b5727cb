"""`python -m tests.faults`: every fault on both engines, side by side, and what was left of it."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.faults.cell import Result, laboratory
from tests.faults.points import EVERY

_COLUMNS = ("injected", "sent", "acknowledged", "answered", "parked", "doubled", "excused", "uncertain", "lost")
_ENGINES = ("sqlite", "postgres")
_PREPARING = threading.Lock()  # migrations of two databases at once get in each other's way


def main() -> int:
    """1 where anything did not survive."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--events", type=int, default=68, help="events in each cell")
    parser.add_argument("--only", default="", help="faults in whose name this regular expression is found")
    parser.add_argument("--engine", choices=_ENGINES, help="one engine only")
    chosen = parser.parse_args()
    began = time.monotonic()
    results: list[Result] = []
    broken: list[str] = []
    print(_line("fault", "engine", *_COLUMNS, "work s", "seconds", "survived"), flush=True)
    engines = [chosen.engine] if chosen.engine else _ENGINES
    works = [threading.Thread(target=_work, args=(one, chosen, results, broken)) for one in engines]
    for work in works:
        work.start()
    for work in works:
        work.join()
    total = [sum(getattr(one, name) for one in results) for name in _COLUMNS]
    survived = sum(one.survived for one in results)
    work, seconds = round(sum(one.work for one in results)), round(time.monotonic() - began)
    print(_line(f"{len(results)} cells", "", *total, work, seconds, f"{survived}/{len(results)}"))
    for what in broken:
        print(f"a platform's rule was broken: {what}")
    return int(bool(broken) or survived < len(results))


def _work(engine: str, chosen: argparse.Namespace, results: list[Result], broken: list[str]) -> None:
    """Every fault on one engine, with platforms of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"pratu-faults-{engine}-"))
    with contextlib.ExitStack() as stack:
        with _PREPARING:
            name = f"{engine}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
            lab = stack.enter_context(laboratory(folder, name))
        for fault in EVERY:
            if engine in fault.engines and re.search(chosen.only, fault.name):
                one = lab.run(fault, engine, chosen.events)
                results.append(one)
                print(_row(one), flush=True)
        broken += [*lab.line.violations, *lab.telegram.violations]


def _row(one: Result) -> str:
    counts = [getattr(one, name) for name in _COLUMNS]
    verdict = "yes" if one.survived else "NO " + "; ".join(one.wrong)
    return _line(one.fault, one.engine, *counts, f"{one.work:.1f}", f"{one.seconds:.1f}", verdict)


def _line(fault: str, engine: str, *rest: object) -> str:
    return f"{fault:<42} {engine:<9}" + " ".join(f"{value!s:>10}" for value in rest)


if __name__ == "__main__":
    sys.exit(main())
