"""A few faults of each kind, small; all of them: `python -m tests.faults`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.cell import WINDOW, Lab, excuses, laboratory
from tests.faults.points import EVERY, FEW, KILLS, Fault

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("faults")
    with laboratory(folder, os.environ.get("PYTEST_XDIST_WORKER", "main")) as found:
        yield found


@pytest.mark.parametrize(
    ("fault", "engine"),
    [(fault, engine) for fault in FEW for engine in fault.engines],
    ids=lambda one: one.name if isinstance(one, Fault) else one,
)
def test_nothing_is_lost_and_nothing_doubled(fault: Fault, engine: str, lab: Lab) -> None:
    found = lab.run(fault, engine, 20)
    assert found.survived, found
    assert found.acknowledged == found.sent == found.answered + found.parked
    assert lab.line.violations == []
    assert lab.telegram.violations == []


@pytest.mark.parametrize(
    ("first", "second", "deaths", "excused"),
    [
        (100.0, 103.0, [100.2], True),
        (100.0, 100.1 + WINDOW, [100.0 + WINDOW], True),
        (100.0, 109.0, [100.1 + WINDOW], False),  # long since answered, and written down
        (100.0, 103.0, [99.8], True),  # on its way when the process died
        (100.0, 103.0, [99.0], False),
        (100.0, 103.0, [104.0], False),  # the second copy came before anybody died
        (100.0, 103.0, [], False),
        (100.0, 120.0, [90.0, 101.0], True),
    ],
)
def test_a_second_copy_is_excused_within_the_window_alone(
    first: float, second: float, deaths: list[float], excused: bool
) -> None:
    assert excuses(first, second, deaths) is excused


def test_there_are_many_faults() -> None:
    assert len(KILLS) >= 40
    assert len({fault.name for fault in EVERY}) == len(EVERY)
    assert len(FEW) == 5
