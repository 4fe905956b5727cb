"""A simulated year: every digest and every evidence table, reckoned again from the exported rows alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance import recount
from tests.acceptance.world import Printed, Row, simulated, weeks

CITIZENS, DAYS, SEED_NUMBER, END = 300, 400, 7, "2026-11-22"
FIRST, LAST = "2025-W42", "2026-W47"  # over 400 days, a turn of the calendar year and one of the fiscal year
YEARS = (2569, 2570)


@dataclass(frozen=True)
class World:
    printed: Printed
    cases: list[Row]
    answers: list[Row]
    folder: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("simulated")
    printed = simulated(folder, f"sqlite:///{folder}/world.db", citizens=CITIZENS, days=DAYS, seed=SEED_NUMBER, end=END)
    return World(printed, printed.rows("cases"), printed.rows("surveys"), folder)


def test_the_world_is_one(world: World) -> None:
    """Something of everything is there; else agreeing figures would prove little."""
    assert len(world.cases) > CITIZENS / 2
    kinds = Counter(case["kind"] for case in world.cases)
    assert {"complaint", "suggestion", "compliment", "corruption"} <= kinds.keys(), kinds
    assert len({case["channel"] for case in world.cases}) >= 4
    ends = Counter(case["conclusion_type"] for case in world.cases)
    assert len(ends) >= 5, ends
    assert any(event["status"] == "reopened" for case in world.cases for event in case["events"])
    rated = [row for row in world.answers if row["answer"]]
    assert {row["answer"] for row in rated} == {"very_satisfied", "satisfied", "dissatisfied"}
    assert {case["fiscal_year"] for case in world.cases} == set(YEARS)


def test_every_digest(world: World) -> None:
    agencies = sorted({case["agency"] for case in world.cases})
    compared = 0
    for agency in agencies:
        for week in weeks(FIRST, LAST):
            said = world.printed.digest(agency, week)
            span = recount.week_of(week)
            wanted = recount.digest(world.cases, world.answers, agency, span)
            assert {name: said[name] for name in wanted} == wanted, (agency, week)
            compared += len(wanted)
    assert compared > 500


@pytest.mark.parametrize("year", YEARS)
def test_every_cell_of_the_evidence(world: World, year: int) -> None:
    for agency in (None, "DEMO"):
        found = world.printed.report(year, world.folder, agency)
        own = [case for case in world.cases if agency in (None, case["agency"])]
        answers = [row for row in world.answers if agency in (None, row["agency"])]
        for table, wanted in recount.counts(own, year).items():
            printed = {row["key"]: row["cells"][1:4] for row in found["tables"][table]["rows"]}
            assert {key: cells for key, cells in printed.items() if any(cell not in (0, "–") for cell in cells)} == {
                key: cells for key, cells in wanted.items()
            }, (table, agency)
        for table, shares in recount.shares(answers, year).items():
            printed = {row["key"]: (row["cells"][1:4], row["n"]) for row in found["tables"][table]["rows"]}
            for key, (counts, n) in shares.items():
                cells, printed_n = printed[key]
                assert printed_n == n, (table, key)
                assert sum(cells) == 100, (table, key)
                assert all(abs(cell - 100 * count / n) < 1 for cell, count in zip(cells, counts, strict=True))
            assert all(cells == ["–"] * 3 for key, (cells, n) in printed.items() if key not in shares), table
        kpis = {kpi["key"]: (kpi["numerator"], kpi["denominator"]) for kpi in found["kpis"]}
        for key, pair in recount.kpis(own, answers, year).items():
            assert kpis[key] == pair, (key, agency)
