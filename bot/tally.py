"""What this process counts of its own work, for /metrics: few names, few labels, nothing of anybody."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds


class Seconds:
    """How long pieces of work took, as a histogram that Prometheus reads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._counts = [0] * (len(BOUNDS) + 1)
        self._sum = 0.0
        self._gate = threading.Lock()

    def note(self, seconds: float) -> None:
        """One more."""
        with self._gate:
            self._counts[bisect_left(BOUNDS, seconds)] += 1
            self._sum += seconds

    def told(self) -> dict[str, float]:
        """Its lines, by name and label."""
        with self._gate:
            counts, total = list(self._counts), self._sum
        lines: dict[str, float] = {}
        passed = 0
        for bound, count in zip((*BOUNDS, "+Inf"), counts, strict=True):
            passed += count
            lines[f'{self._name}_bucket{{le="{bound}"}}'] = passed
        return {**lines, f"{self._name}_sum": total, f"{self._name}_count": passed}


class Tries:
    """How often something ended how: a counter with two labels."""

    def __init__(self, name: str, *labels: str) -> None:
        self._name, self._labels = name, labels
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._gate = threading.Lock()

    def note(self, *values: str) -> None:
        """One more; a value for each label."""
        with self._gate:
            self._counts[values] += 1

    def told(self) -> Mapping[str, float]:
        """Its lines, by name and labels."""
        with self._gate:
            counts = dict(self._counts)
        return {f"{self._name}{{{self._shown(values)}}}": count for values, count in counts.items()}

    def _shown(self, values: tuple[str, ...]) -> str:
        return ",".join(f'{label}="{value}"' for label, value in zip(self._labels, values, strict=True))
