"""How much two texts say the same: shared runs of three letters, for "is this the same matter?"."""

from __future__ import annotations

from nlp.normalize import normalize


def likeness(one: str, other: str) -> float:
    """0 (nothing shared) to 1 (the same), of the shorter text's runs."""
    first, second = _runs(one), _runs(other)
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))


def _runs(text: str) -> set[str]:
    line = normalize(text).replace(" ", "")
    return {line[at : at + 3] for at in range(len(line) - 2)}
