"""Small groups are not shown: three people's answers are no secret to the four who know them.

A count below the limit is left out. Where a total is printed beside it, others must go too, or it could be reckoned.
What a reader is taken to know: the total, every cell that is shown, that a cell marked `FEW` lies below the limit, that
one marked `WITHHELD` does not, and that the smallest of those not small was withheld first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LIMIT = 5
FEW, WITHHELD = "few", "withheld"  # too small; left out so that a small one cannot be reckoned


@dataclass(frozen=True)
class Shown:
    """Counts as they may be printed: for each key a number, FEW or WITHHELD; `total` is None where it would tell."""

    cells: Mapping[str, int | str]
    total: int | None

    def count(self, key: str) -> int | None:
        """The number of one cell; None where it is not shown."""
        found = self.cells[key]
        return found if isinstance(found, int) else None


def shown(counts: Mapping[str, int], limit: int = LIMIT) -> Shown:
    """Counts of one breakdown (of people or answers, by group, item or option), with their total.

    Nobody at all (0) is shown: it says nothing of anybody. Cells of a breakdown are one person's each at most; where
    rows and columns both have totals, call it for each and leave out what either leaves out.
    """
    few = {key for key, count in counts.items() if 0 < count < limit}
    rest = sorted((key for key, count in counts.items() if count >= limit), key=lambda key: (counts[key], key))
    withheld: set[str] = set()
    while few and _known(counts, few, withheld, limit):
        if not rest:
            return Shown(_marked(counts, few, withheld), None)
        withheld.add(rest.pop(0))
    return Shown(_marked(counts, few, withheld), sum(counts.values()))


def _marked(counts: Mapping[str, int], few: set[str], withheld: set[str]) -> dict[str, int | str]:
    return {key: FEW if key in few else WITHHELD if key in withheld else count for key, count in counts.items()}


def _known(counts: Mapping[str, int], few: set[str], withheld: set[str], limit: int) -> bool:
    """Can a reader tell the number of any cell that is left out?"""
    hidden = few | withheld
    total = sum(counts[key] for key in hidden)
    shown_ones = [count for key, count in counts.items() if key not in hidden and count]
    most = min(shown_ones, default=total)  # what was withheld is no larger than what is shown
    bounds = [(1, limit - 1)] * len(few) + [(limit, max(most, limit))] * len(withheld)
    least, largest = sum(low for low, _high in bounds), sum(high for _low, high in bounds)
    return any(max(low, total - (largest - high)) == min(high, total - (least - low)) for low, high in bounds)


def alone(count: int, limit: int = LIMIT) -> int | None:
    """A count that stands by itself, as it may be printed; None where it is too small."""
    return count if count == 0 or count >= limit else None


def broken_out(counts: Mapping[str, int], limit: int = LIMIT, hidden: int = 0) -> tuple[list[tuple[str, int]], int]:
    """(parts that may be printed, most first; all others together), for whoever is not to know even which others.
    `hidden`: how many more there are that are of no part to be named, however many they be.

    The others are `limit` at least where anything is printed beside them: what is left of the total is not small.
    """
    parts = sorted(((key, count) for key, count in counts.items() if count), key=lambda part: (-part[1], part[0]))
    rest = hidden + sum(count for _key, count in parts if count < limit)
    kept = [part for part in parts if part[1] >= limit]
    while 0 < rest < limit and kept:
        rest += kept.pop()[1]
    return kept, rest


def whole(counts: Mapping[str, int], limit: int = LIMIT) -> int | None:
    """The total of parts that are each told on a page of their own, where they are not small; None where it would tell
    what a page left out."""
    few = {key for key, count in counts.items() if 0 < count < limit}
    total = sum(counts.values())
    return None if (few and _known(counts, few, set(), limit)) else alone(total, limit)
