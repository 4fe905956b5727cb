"""What is not said to the public because it counts too few: one could tell who is meant. Pure.

The usual rule of statistics offices: cells below a least number are not shown, and nothing shown gives them away.
"""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 5


def shown(n: int, least: int = LEAST) -> int | None:
    """A count as it may be shown; None for "fewer than `least`". Nothing at all is told as 0."""
    return n if n == 0 or n >= least else None


def broken_out(counts: Mapping[str, int], least: int = LEAST) -> tuple[list[tuple[str, int]], int]:
    """(parts that may be shown, most first; the others together).

    The others are `least` at least where there are any: whoever takes the parts from the total learns nothing smaller.
    """
    parts = sorted(((key, n) for key, n in counts.items() if n), key=lambda part: (-part[1], part[0]))
    rest = sum(n for _key, n in parts if n < least)
    kept = [part for part in parts if part[1] >= least]
    while 0 < rest < least and kept:
        rest += kept.pop()[1]
    return kept, rest
