"""What counts too few is not told, and nothing that is told gives it away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.small_cells import alone, broken_out


@pytest.mark.parametrize(("n", "told"), [(0, 0), (1, None), (4, None), (5, 5), (212, 212)])
def test_a_count_is_told_from_five_on(n: int, told: int | None) -> None:
    assert alone(n) == told


@pytest.mark.parametrize(
    ("counts", "kept", "rest"),
    [
        ({"EL": 12, "RD": 9, "WS": 4, "CR": 1}, [("EL", 12), ("RD", 9)], 5),
        ({"EL": 12, "RD": 9, "CR": 1}, [("EL", 12)], 10),  # 22 in all less 21 told would be the one
        ({"EL": 6, "RD": 3, "WS": 1}, [], 10),
        ({"EL": 6, "RD": 5}, [("EL", 6), ("RD", 5)], 0),
        ({"EL": 3}, [], 3),
        ({"EL": 0}, [], 0),
        ({}, [], 0),
    ],
)
def test_small_parts_stand_together(counts: dict[str, int], kept: list[tuple[str, int]], rest: int) -> None:
    assert broken_out(counts) == (kept, rest)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 30), max_size=8))
def test_nothing_small_can_be_reckoned(counts: dict[str, int]) -> None:
    kept, rest = broken_out(counts)
    assert sum(n for _key, n in kept) + rest == sum(counts.values())
    assert all(n >= 5 for _key, n in kept)
    assert rest == 0 or rest >= 5 or not kept
