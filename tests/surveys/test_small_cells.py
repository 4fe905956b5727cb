"""Nobody can reckon a small group: checked by listing every table a reader could think of."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.rules.small_cells import FEW, WITHHELD, Shown, shown, whole


def thinkable(told: Shown, limit: int) -> list[dict[str, int]]:
    """Every set of hidden counts that fits what is printed, by trying them all."""
    hidden = [key for key, cell in told.cells.items() if isinstance(cell, str)]
    assert told.total is not None
    left = told.total - sum(cell for cell in told.cells.values() if isinstance(cell, int))
    ranges = [range(1, limit) if told.cells[key] == FEW else range(limit, left + 1) for key in hidden]
    return [dict(zip(hidden, found, strict=True)) for found in product(*ranges) if sum(found) == left]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(2, 5))
def test_no_hidden_cell_can_be_reckoned(numbers: list[int], limit: int) -> None:
    counts = {f"g{at}": number for at, number in enumerate(numbers)}
    told = shown(counts, limit)
    for key, number in counts.items():
        if 0 < number < limit:
            assert told.cells[key] == FEW
        else:
            assert told.cells[key] in (number, WITHHELD)
    hidden = [key for key, cell in told.cells.items() if isinstance(cell, str)]
    if told.total is None or not hidden:
        return
    assert told.total == sum(numbers)
    worlds = thinkable(told, limit)
    for key in hidden:
        assert len({world[key] for world in worlds}) > 1, f"{key} of {counts} is known from {told}"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.integers(2, 4))
def test_not_even_by_somebody_who_knows_the_rule(numbers: list[int], limit: int) -> None:
    """Who knows that the smallest was withheld first may leave out the worlds in which it was not."""
    counts = {f"g{at}": number for at, number in enumerate(numbers)}
    told = shown(counts, limit)
    hidden = [key for key, cell in told.cells.items() if isinstance(cell, str)]
    if told.total is None or not hidden:
        return
    seen = [cell for cell in told.cells.values() if isinstance(cell, int) and cell]
    most = min(seen, default=told.total)
    worlds = [
        world
        for world in thinkable(told, limit)
        if all(number <= most for key, number in world.items() if told.cells[key] == WITHHELD)
    ]
    for key in hidden:
        assert len({world[key] for world in worlds}) > 1, f"{key} of {counts} is known from {told}"


@pytest.mark.parametrize(
    ("counts", "hidden", "total"),
    [
        ({"a": 12, "b": 30}, set(), 42),
        ({"a": 0, "b": 30}, set(), 30),
        ({"a": 3, "b": 12, "c": 30}, {"a", "b"}, 45),  # 45 - 42 would be 3
        ({"a": 2, "b": 3, "c": 30}, {"a", "b"}, 35),  # 1+4, 2+3, 3+2 or 4+1
        ({"a": 1, "b": 1, "c": 30, "d": 40}, {"a", "b", "c"}, 72),  # two that are two together are one each
        ({"a": 3}, {"a"}, None),
        ({"a": 3, "b": 0}, {"a"}, None),
    ],
)
def test_what_is_left_out(counts: dict[str, int], hidden: set[str], total: int | None) -> None:
    told = shown(counts)
    assert {key for key in counts if told.count(key) is None} == hidden
    assert told.total == total


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(2, 5))
def test_a_whole_gives_no_part_away(numbers: list[int], limit: int) -> None:
    """Each part's page tells its number where it is not small; the whole's page tells the total, or nothing."""
    counts = {f"a{at}": number for at, number in enumerate(numbers)}
    total = whole(counts, limit)
    small = [key for key, number in counts.items() if 0 < number < limit]
    if total is None or not small:
        return
    told = Shown({key: FEW if key in small else number for key, number in counts.items()}, total)
    worlds = thinkable(told, limit)
    for key in small:
        assert len({world[key] for world in worlds}) > 1, f"{key} of {counts} is known from the whole {total}"


def test_one_small_agency_hides_the_whole_and_none_does_not() -> None:
    assert whole({"a": 100, "b": 3}) is None
    assert whole({"a": 100, "b": 0}) == 100
    assert whole({"a": 100, "b": 7}) == 107
    assert whole({"a": 2, "b": 1}) is None
