"""Which numbers a paper for everybody must not print: of so few people that one could tell who they are."""

from __future__ import annotations

from collections.abc import Sequence

SMALL = 5  # fewer than so many are not shown; 0 is (nobody is nobody)


def hidden(parts: Sequence[int], small: int = SMALL) -> list[bool]:
    """Of the parts of one printed sum: which must not be shown.

    Every small one; and where the sum and the others would give it away, the next smallest with it.
    """
    hide = [0 < part < small for part in parts]
    if not any(hide):
        return hide
    others = sorted((at for at, part in enumerate(parts) if part >= small), key=lambda at: parts[at])
    while others and (sum(hide) < 2 or sum(part for part, gone in zip(parts, hide, strict=True) if gone) < small):
        hide[others.pop(0)] = True
    return hide


def is_small(number: int, small: int = SMALL) -> bool:
    """May a number that stands alone not be shown?"""
    return 0 < number < small
