"""Then beside now: counts and references, never a word of anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from storage.recorded import Filed

_WHAT: Mapping[str, Callable[[Filed], str]] = {
    "kind": lambda one: one.kind,
    "category": lambda one: one.category,
    "unit": lambda one: f"{one.agency}:{one.unit}" if one.unit else one.agency,
    "urgent": lambda one: "yes" if one.urgent else "no",
    "abstained": lambda one: {True: "yes", False: "no", None: "unknown"}[one.abstained],
}


def compare(then: Mapping[str, Filed | None], now: Mapping[str, Filed], most: int) -> dict[str, Any]:
    """Cases of both sides, and for each thing that is decided: how often each value then and now, how many of the cases
    that are on both sides changed, and the references of the first `most` of them. None: nothing is known of a case but
    that it was."""
    both = [reference for reference in then if reference in now]
    gone = [reference for reference in then if reference not in now]
    cases = {"then": len(then), "now": len(now), "both": len(both), "new": len(now) - len(both), "gone": len(gone)}
    found: dict[str, Any] = {"cases": {**cases, "gone_references": gone[:most]}}
    known = {reference: one for reference, one in then.items() if one is not None}
    for name, of in _WHAT.items():
        changed = [one for one in both if one in known and _differ(of(known[one]), of(now[one]))]
        before, after = (Counter(map(of, side.values())) for side in (known, now))
        found[name] = {
            "values": {value: {"then": before[value], "now": after[value]} for value in sorted(before | after)},
            "changed": len(changed),
            "references": changed[:most],
        }
    return found


def _differ(before: str, after: str) -> bool:
    return before != after and "unknown" not in (before, after)
