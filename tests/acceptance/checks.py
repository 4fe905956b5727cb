"""What a simulated world must fulfil: every digest and every counted cell, reckoned again from the exported rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from tests.acceptance import recount
from tests.acceptance.world import Printed, Row


@dataclass(frozen=True)
class World:
    """An installation and everything it exports."""

    printed: Printed
    cases: list[Row]
    answers: list[Row]
    folder: Path

    @property
    def agencies(self) -> list[str]:
        """Those that have cases."""
        return sorted({case["agency"] for case in self.cases})


def exported(printed: Printed, folder: Path) -> World:
    """A world with its rows."""
    return World(printed, printed.rows("cases"), printed.rows("surveys"), folder)


def variety(world: World) -> None:
    """Something of everything is there; else agreeing figures would prove little."""
    kinds = Counter(case["kind"] for case in world.cases)
    assert {"complaint", "suggestion", "inquiry"} <= kinds.keys(), kinds
    assert len({case["channel"] for case in world.cases}) >= 4
    assert len(world.agencies) >= 3
    ends = Counter(case["conclusion_type"] for case in world.cases)
    assert len(ends) >= 4, ends
    assert any(event["status"] == "reopened" for case in world.cases for event in case["events"])
    rated = [row for row in world.answers if row["answer"]]
    assert {row["answer"] for row in rated} == {"very_satisfied", "satisfied", "dissatisfied"}


def digests(world: World, weeks: Iterable[str]) -> int:
    """Every digest of every agency; returns how many figures were compared."""
    compared = 0
    for week in weeks:
        for agency in world.agencies:
            said = world.printed.digest(agency, week)
            wanted = recount.digest(world.cases, world.answers, agency, recount.week_of(week))
            assert {name: said[name] for name in wanted} == wanted, (agency, week)
            compared += sum(len(value) if isinstance(value, dict) else 1 for value in wanted.values())
    return compared


def evidence(world: World, year: int, agency: str | None) -> int:
    """Every cell of the counted tables and every KPI; returns how many were compared."""
    found = world.printed.report(year, world.folder, agency)
    own = [case for case in world.cases if agency in (None, case["agency"])]
    answers = [row for row in world.answers if agency in (None, row["agency"])]
    compared = 0
    for table, wanted in recount.counts(own, year).items():
        printed = {row["key"]: row["cells"][1:4] for row in found["tables"][table]["rows"]}
        told = {key: cells for key, cells in printed.items() if any(cell not in (0, "–") for cell in cells)}
        assert told == wanted, (table, agency)
        compared += 3 * len(printed)
    for table, wanted_shares in recount.shares(answers, year).items():
        rows = {row["key"]: (row["cells"][1:4], row["n"]) for row in found["tables"][table]["rows"]}
        for key, (counts, n) in wanted_shares.items():
            cells, printed_n = rows[key]
            assert printed_n == n, (table, key)
            assert sum(cells) == 100, (table, key)
            assert all(abs(cell - 100 * count / n) < 1 for cell, count in zip(cells, counts, strict=True)), (table, key)
        assert all(cells == ["–"] * 3 for key, (cells, n) in rows.items() if key not in wanted_shares), table
        compared += 4 * len(rows)
    kpis = {kpi["key"]: (kpi["numerator"], kpi["denominator"]) for kpi in found["kpis"]}
    for key, pair in recount.kpis(own, answers, year).items():
        assert kpis[key] == pair, (key, agency)
        compared += 2
    return compared


def workbook(world: World, year: int, agency: str | None) -> int:
    """Every row of every table stands in the workbook's sheet as the JSON has it; returns how many cells."""
    found = world.printed.report(year, world.folder, agency)
    path = world.folder / f"{agency or 'all'}-{year}.xlsx"
    named = ("--agency", agency) if agency else ()
    world.printed.run("report", "--fiscal-year", str(year), *named, "--out", str(path))
    book = openpyxl.load_workbook(path)
    compared = 0
    for table_id, table in found["tables"].items():
        (sheet,) = [sheet for sheet in book if sheet.title.startswith(table_id)]
        shown = [[cell if cell is not None else "" for cell in row] for row in sheet.iter_rows(values_only=True)]
        for row in table["rows"]:
            wanted = [*row["cells"], *([row["n"]] if "n" in row else [])]
            assert wanted in [line[: len(wanted)] for line in shown], (table_id, row["key"])
            compared += len(wanted)
    return compared


def lossless(world: World) -> None:
    """What `export messages` lists: every event once, every row with its case where it has one."""
    rows = world.printed.rows("messages")
    events = [row["event_id"] for row in rows if row["direction"] == "in" and row["event_id"]]
    assert len(events) == len(set(events))
    references = {case["reference"] for case in world.cases}
    assert {row["reference"] for row in rows} - {None} <= references
