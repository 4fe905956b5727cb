"""`python -m tests.acceptance FOLDER CITIZENS DAYS SEED END`: the same checks on a world as large as one likes."""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from pathlib import Path

from tests.acceptance import checks
from tests.acceptance.world import simulated, weeks


def main() -> None:
    """Simulate, export, reckon again, and say how much agreed."""
    folder, citizens, days, seed, end = Path(sys.argv[1]), *map(int, sys.argv[2:5]), date.fromisoformat(sys.argv[5])
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    url = f"sqlite:///{folder}/world.db"
    printed = simulated(folder, url, citizens=citizens, days=days, seed=seed, end=end.isoformat())
    print(f"simulated in {time.monotonic() - began:.0f} s", flush=True)
    world = checks.exported(printed, folder)
    checks.variety(world)
    checks.lossless(world)
    first = (end - timedelta(days=days)).isocalendar()
    last = end.isocalendar()
    every = weeks(f"{first.year}-W{first.week:02d}", f"{last.year}-W{last.week:02d}")
    print(f"{checks.digests(world, every)} figures of digests agree", flush=True)
    years = sorted({case["fiscal_year"] for case in world.cases})
    cells = sum(checks.evidence(world, year, agency) for year in years for agency in (None, *world.agencies))
    sheets = sum(checks.workbook(world, year, agency) for year in years for agency in (None, *world.agencies))
    print(f"{sheets} cells of workbooks are those of the JSON")
    print(f"{cells} cells of the evidence agree; {len(world.cases)} cases, {len(world.answers)} answers")


if __name__ == "__main__":
    main()
