"""A simulated season over a fiscal year's end: figures and evidence, reckoned again from the exported rows alone."""

from __future__ import annotations

import pytest

from tests.acceptance import checks
from tests.acceptance.checks import World
from tests.acceptance.world import simulated, weeks

CITIZENS, DAYS, SEED_NUMBER, END = 140, 70, 7, "2026-11-08"
FIRST, LAST = "2026-W35", "2026-W45"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("simulated")
    url = f"sqlite:///{folder}/world.db"
    printed = simulated(folder, url, citizens=CITIZENS, days=DAYS, seed=SEED_NUMBER, end=END)
    return checks.exported(printed, folder)


def test_the_world_is_one(world: World) -> None:
    assert len(world.cases) > CITIZENS / 2
    assert {case["fiscal_year"] for case in world.cases} == {2569, 2570}
    checks.variety(world)
    checks.lossless(world)


def test_every_digest(world: World) -> None:
    assert checks.digests(world, weeks(FIRST, LAST)) > 500


@pytest.mark.parametrize("year", [2569, 2570])
@pytest.mark.parametrize("agency", [None, "DEMO"])
def test_every_counted_cell_of_the_evidence(world: World, year: int, agency: str | None) -> None:
    assert checks.evidence(world, year, agency) > 500


def test_a_workbook_says_what_the_json_says(world: World) -> None:
    assert checks.workbook(world, 2570, "DEMO") > 500
