"""`python -m tests.attacks`: tries every attack of table.toml, prints what came of it, ends with 1 where one worked."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

import pytest

from tests.attacks.rows import STRIDE, TESTS, Row, rows


class Outcomes:
    """What became of each test, whatever its parameters."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.nodeid.partition("[")[0]][report.outcome] += 1

    def of(self, row: Row) -> tuple[str, int]:
        """(in a word, how many tries)."""
        counts = self.counts.get(f"tests/{row.test}", Counter())
        tries = sum(counts.values())
        if counts["failed"]:
            return "BROKEN", tries
        return ("held" if counts["passed"] else "skipped" if tries else "not run"), tries


def main() -> int:
    """Run and print."""
    wanted, outcomes = rows(), Outcomes()
    names = dict.fromkeys(f"{TESTS}/{row.test}" for row in wanted)
    quiet = ["-q", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", f"--rootdir={TESTS.parent}"]
    pytest.main([*quiet, *names], plugins=[outcomes])
    found = [(row, *outcomes.of(row)) for row in wanted]
    width = max(len(row.attack) for row in wanted)
    print(f"\n{'entry':<18} {'attack':<{width}} {'STRIDE':<6} {'result':<8} {'tries':>5}  test")
    for row, result, tries in found:
        print(f"{row.entry:<18} {row.attack:<{width}} {row.stride:<6} {result:<8} {tries:>5}  {row.test}")
    held = sum(result == "held" for _row, result, _tries in found)
    classes = Counter(row.stride for row in wanted)
    print(f"\n{held} of {len(found)} attacks held, {sum(tries for *_, tries in found)} tries")
    print(", ".join(f"{name} {classes[letter]}" for letter, name in STRIDE.items()))
    return 0 if held == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
