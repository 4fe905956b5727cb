"""The figures of the evidence, reckoned once more in plain Python from what `pratu export` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from handlers.actions import notices
from handlers.reports.evidence import behind, issuing, report, satisfaction
from handlers.reports.evidence.respondents import respondents
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Row, criteria, shares, table
from handlers.services import Svc
from storage import exports, surveys
from storage.tables import Case, Issue
from storage.words import Role
from tests.evidence.scenes import answered
from tests.registers.books import Office
from tests.world import BANGKOK, World, at

YEARS = (2568, 2569, 2570)
POINTS = ("very_satisfied", "satisfied", "dissatisfied")


def reckoned(world: World, year: int = 2570, agency: str | None = None) -> dict[str, Any]:
    """The report as JSON."""
    with world.db.reading() as session:
        return report.as_json(report.report(Scope(Svc(session, world.now, world.tools), year, agency)))


def exported(world: World) -> list[dict[str, Any]]:
    """What `pratu export cases` prints."""
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        overdue: Callable[[Case], bool] = lambda case: notices.is_overdue(svc, case)  # noqa: E731
        return list(exports.cases(session, BANGKOK, True, overdue, world.tools.mask))


def year_of(moment: str) -> int:
    """The fiscal year of an exported time, reckoned from its own words."""
    local = datetime.fromisoformat(moment).astimezone(BANGKOK)
    return local.year + 543 + (local.month >= 10)


def cells(found: dict[str, Any], table_id: str) -> dict[str, list[Any]]:
    """Row key → its cells without the label."""
    return {row["key"]: row["cells"][1:] for row in found["tables"][table_id]["rows"]}


def counted(rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> dict[str, list[int]]:
    per_year = [Counter(key(row) for row in rows if year_of(row["received_at"]) == year) for year in YEARS]
    keys = {name for counter in per_year for name in counter}
    return {name: [counter[name] for counter in per_year] for name in keys}


@pytest.fixture
def lived(world: World) -> World:
    """Two fiscal years of conversations, some of them at the very end and beginning of one."""
    world.now = at("2025-10-01 00:00")  # the first minute of 2569
    world.officer("T2", Role.INTAKE, unit="OFFICE")
    engineer = world.officer("T1", Role.OFFICER, unit="ENG")
    world.citizen("U1").says("ไฟถนนดับ ซอย 5").taps("ส่งเรื่อง")
    world.now = at("2026-03-03 10:00")
    world.citizen("U2", "web").says("อยากให้มีถังขยะเพิ่มที่ตลาด").taps("ส่งเรื่อง")
    world.now = at("2026-09-30 23:59")
    world.citizen("U3").says("ถนนเป็นหลุม หน้าวัดใหม่").taps("ส่งเรื่อง")
    world.now = at("2026-10-01 00:00")
    mended = world.citizen("U4", "telegram").says("ถนนเป็นหลุม ซอย 9").taps("ส่งเรื่อง").reference
    world.now = at("2026-10-02 10:00")
    engineer.says(f"/รับ {mended}")
    engineer.reports(mended, "กลบหลุมแล้วทั้งซอย").says(f"/ปิด {mended}")
    late = world.citizen("U5").says("ไฟถนนดับ ซอย 7").taps("ส่งเรื่อง").reference
    world.now = at("2026-10-05 10:00")
    engineer.says("/ใหม่ โทรศัพท์ ท่อระบายน้ำตันหน้าบ้าน หมู่ 4")
    world.citizen("U6").says("ขยะไม่มีใครมาเก็บ หน้าตลาดใหม่").taps("ส่งเรื่อง")
    world.now = at("2026-11-24 09:30")
    engineer.says(f"/รับ {late}")
    engineer.reports(late, "เปลี่ยนหลอดไฟแล้ว").says(f"/ปิด {late}")
    with world.db.transaction() as session:
        for number, case in enumerate(session.scalars(select(Case).order_by(Case.id))):
            case.customer_group = (None, "farmer", "general")[number % 3]
    return world


def test_counts_by_channel_category_and_group(lived: World) -> None:
    rows, found = exported(lived), reckoned(lived)
    assert len(rows) == 7
    columns: dict[str, Callable[[dict[str, Any]], str]] = {
        "T-04": lambda row: row["channel"],
        "T-07": lambda row: row["category"],
        "T-08": lambda row: row["group"] or "unspecified",
    }
    for table_id, key in columns.items():
        there, wanted = cells(found, table_id), counted(rows, key)
        tops = {name: row for name, row in there.items() if ":" not in name and name != "total"}
        assert set(wanted) <= set(tops)
        for name, row in tops.items():
            assert row[:3] == [NO_DATA, *wanted.get(name, [0, 0, 0])[1:]], (table_id, name)
        totals = [sum(year_of(row["received_at"]) == year for row in rows) for year in YEARS]
        assert there["total"][:3] == [NO_DATA, *totals[1:]]
        assert totals == [0, 3, 4]
        assert found["tables"][table_id]["n"] == totals[-1]
    kinds = {name: row for name, row in cells(found, "T-07").items() if ":" in name}
    wanted = counted(rows, lambda row: f"{row['category']}:{row['kind']}")
    assert {name: row[:3] for name, row in kinds.items()} == {
        name: [NO_DATA, *counts[1:]] for name, counts in wanted.items()
    }


def test_the_midnight_between_two_years(lived: World) -> None:
    rows = {row["received_at"]: year_of(row["received_at"]) for row in exported(lived)}
    assert rows[at("2025-10-01 00:00").isoformat()] == 2569
    assert rows[at("2026-09-30 23:59").isoformat()] == 2569
    assert rows[at("2026-10-01 00:00").isoformat()] == 2570
    answered(lived, "P.overall", satisfied=1, at=at("2026-09-30 23:59"))
    answered(lived, "P.overall", dissatisfied=1, at=at("2026-10-01 00:00"))
    assert cells(reckoned(lived, 2569), "T-16")["P.overall"] == [0, 100, 0]
    assert cells(reckoned(lived, 2570), "T-16")["P.overall"] == [0, 0, 100]


def test_the_indicators(lived: World) -> None:
    answered(lived, "S1.1.1", very_satisfied=3, satisfied=2, dissatisfied=2, skipped=4)
    rows = [row for row in exported(lived) if year_of(row["received_at"]) == 2570]
    ended = [row for row in rows if row["conclusion_type"]]
    in_time = [
        row
        for row in ended
        if datetime.fromisoformat(row["resolved_at"]).astimezone(BANGKOK).date() <= date.fromisoformat(row["due_on"])
    ]
    assert 0 < len(in_time) < len(ended) < len(rows), "the scene tells all three apart"
    found = {one["key"]: (one["numerator"], one["denominator"], one["percent"]) for one in reckoned(lived)["kpis"]}
    assert found["concluded"] == (2, 4, 50)
    assert found["concluded_in_time"] == (1, 4, 25)
    assert found["satisfied"] == (5, 7, 71)
    assert found["dissatisfied"] == (2, 7, 29)
    assert list(found) == list(criteria()["kpis"])


def test_one_agencys_report_counts_only_its_own(lived: World) -> None:
    whole, own = reckoned(lived), reckoned(lived, agency="DEMO")
    of_demo = [row for row in exported(lived) if row["agency"] == "DEMO"]
    assert own["tables"]["T-04"]["n"] == sum(year_of(row["received_at"]) == 2570 for row in of_demo)
    assert whole["agency"] is None
    assert own["agency"] == "DEMO"


def rounded(counts: list[int]) -> list[int]:
    """Largest remainder, reckoned with fractions on paper's way: give the missing points to the largest rests."""
    from fractions import Fraction

    exact = [Fraction(100 * count, sum(counts)) for count in counts]
    whole = [int(one) for one in exact]
    for at_ in sorted(range(3), key=lambda at_: (whole[at_] - exact[at_], at_))[: 100 - sum(whole)]:
        whole[at_] += 1
    return whole


def test_satisfaction_by_channel_group_and_item(world: World) -> None:
    told = [
        ("S1.1.1", "line", None, (1, 1, 1)),
        ("S1.1.2", "line", "farmer", (0, 0, 3)),
        ("S1.3.2", "telegram", "farmer", (2, 5, 4)),
        ("P.speed", "paper", "general", (7, 0, 0)),
    ]
    for item, channel, group, points in told:
        counts = dict(zip(POINTS, points, strict=True))
        answered(world, item, channel=channel, group=group, skipped=2, **counts)  # type: ignore[arg-type]
    found = reckoned(world)
    with world.db.reading() as session:
        rows = list(exports.surveys(session, BANGKOK, True))
        aspect_of = {code: item.aspect for code, item in surveys.items(session).items()}
    by: dict[str, Callable[[dict[str, Any]], str]] = {
        "T-10": lambda row: row["channel"],
        "T-15": lambda row: row["group"] or "unspecified",
        "T-16": lambda row: row["item"],
    }
    for table_id, key in by.items():
        keys = {key(row) for row in rows}
        for name in keys:
            counts = [sum(key(row) == name and row["answer"] == point for row in rows) for point in POINTS]
            assert cells(found, table_id)[name] == rounded(counts), (table_id, name)
        assert found["tables"][table_id]["n"] == sum(row["answer"] is not None for row in rows) == 24
    aspect = aspect_of["S1.1.1"]
    of_aspect = [row for row in rows if aspect_of[row["item"]] == aspect]
    wanted = [sum(row["answer"] == point for row in of_aspect) for point in POINTS]
    assert cells(found, "T-16")[aspect] == rounded(wanted)
    ns = {row["key"]: row["n"] for row in found["tables"]["T-16"]["rows"]}
    assert ns["S1.3.2"] == 11
    assert cells(found, "T-15")["agency:DEMO"] == rounded([10, 6, 8])


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=6).filter(any))
def test_shares_are_always_a_hundred(counts: list[int]) -> None:
    found = shares(counts)
    assert sum(found) == 100
    for share, count in zip(found, counts, strict=True):
        assert abs(share - 100 * count / sum(counts)) < 1
        assert (count > 0) or share == 0
    assert all(one >= other for one, other in zip(*order(found, counts), strict=True))


def order(found: list[int], counts: list[int]) -> tuple[list[int], list[int]]:
    """Neighbours by count: who has more never gets less."""
    by_count = [share for _count, share in sorted(zip(counts, found, strict=True), reverse=True)]
    return by_count[:-1], by_count[1:]


# --- behind the figures ----------------------------------------------------------------------------------------------


def test_behind_every_count_stand_as_many_cases(lived: World) -> None:
    found = reckoned(lived)
    with lived.db.reading() as session:
        svc = Svc(session, lived.now, lived.tools)
        for table_id in ("T-04", "T-07", "T-08"):
            for row in found["tables"][table_id]["rows"]:
                for year, cell in zip(YEARS, row["cells"][1:4], strict=True):
                    references = behind.references(Scope(svc, year), table_id, row["key"])
                    assert len(references) == len(set(references)) == (0 if cell == NO_DATA else cell)
    rows = {row["reference"] for row in exported(lived) if year_of(row["received_at"]) == 2570}
    with lived.db.reading() as session:
        scope = Scope(Svc(session, lived.now, lived.tools), 2570)
        assert set(behind.references(scope, "T-04", "total")) == rows


def test_behind_a_percentage_stand_its_answers_and_nobody(world: World) -> None:
    answered(world, "S1.1.1", satisfied=2, dissatisfied=1, skipped=1, group="farmer")
    answered(world, "S1.1.2", satisfied=1)
    with world.db.reading() as session:
        scope = Scope(Svc(session, world.now, world.tools), 2570)
        rows = {row.key: row for row in satisfaction.by_item(scope).rows}
        for key in ("S1.1.1", "S1.1.2", *(row.key for row in satisfaction.by_item(scope).rows if not row.level)):
            assert len(behind.answers(scope, "T-16", key)) == rows[key].n
        assert sorted(behind.answers(scope, "T-16", "S1.1.1")) == [
            ("2026-11-24", "S1.1.1", "dissatisfied"),
            ("2026-11-24", "S1.1.1", "satisfied"),
            ("2026-11-24", "S1.1.1", "satisfied"),
        ]
        assert len(behind.answers(scope, "T-15", "farmer")) == 3
        assert len(behind.answers(scope, "T-15", "unspecified")) == 1
        assert len(behind.answers(scope, "T-10", "line")) == 4
        with pytest.raises(behind.NoSuchCell):
            behind.references(scope, "T-16", "S1.1.1")
        listed = respondents(scope)
        groups = ["เกษตรกร", "เกษตรกร", "เกษตรกร", "ไม่ระบุ"]
        assert [row.cells[:4] for row in listed.rows] == [
            (number, "อ. 24 พ.ย. 69", group, "LINE") for number, group in enumerate(groups, 1)
        ]
        assert listed.id == "R-01"
        assert "R-01" not in reckoned(world)["tables"]


# --- issued ----------------------------------------------------------------------------------------------------------


def test_what_was_issued_never_moves_again(lived: World) -> None:
    def issue() -> issuing.Issued:
        with lived.db.transaction() as session:
            return issuing.issue(Scope(Svc(session, lived.now, lived.tools), 2570, "DEMO"))

    first = issue()
    assert (first.version, first.is_new) == (1, True)
    assert first.found == reckoned(lived, agency="DEMO")
    lived.passes(minutes=5)
    again = issue()
    assert (again.version, again.is_new) == (1, False), "nothing moved"
    lived.citizen("U7").says("ไฟถนนดับ ซอย 11").taps("ส่งเรื่อง")
    second = issue()
    assert (second.version, second.is_new) == (2, True)
    with lived.db.reading() as session:
        scope = Scope(Svc(session, lived.now, lived.tools), 2570, "DEMO")
        one, two = issuing.versions(scope)
        assert one.found == first.found
        assert two.found["tables"]["T-04"]["n"] == one.found["tables"]["T-04"]["n"] + 1
        assert issuing.newest(scope) == two
        assert issuing.newest(Scope(scope.svc, 2569, "DEMO")) is None
        periods = {(row.what, row.agency_code, row.period) for row in session.scalars(select(Issue))}
        assert periods == {("evidence", "DEMO", "2570"), ("evidence", "DEMO", "2570#2")}
        assert all(row.chain_head for row in session.scalars(select(Issue)))


# --- what does not reconcile is not printed --------------------------------------------------------------------------


def test_a_report_that_does_not_reconcile_says_where() -> None:
    rows = [
        Row("a", ("A", NO_DATA, 1, 2, "")),
        Row("b", ("B", NO_DATA, 0, 3, "")),
        Row("total", ("T", NO_DATA, 1, 6, "")),
    ]
    assert report._sums([table("T-04", YEARS, rows)]) == ["T-04: 2570: total is not the sum of its rows"]
    parts = [
        Row("a", ("A", 1, 1, 2, "")),
        Row("a:complaint", ("K", 1, 1, 1, ""), level=1),
        Row("total", ("T", 1, 1, 2, "")),
    ]
    assert report._sums([table("T-07", YEARS, parts)]) == ["T-07: 2570: a is not the sum of its parts"]
    for row in (Row("x", ("X", 5, 25, 75), n=20), Row("x", ("X", 5, 43, 12), n=20), Row("x", ("X", 0, 0, 0), n=0)):
        assert report._hundreds([table("T-16", YEARS, [row])]), "E-1 to E-3 of the guide"


def test_kpis_that_rest_on_other_cases_than_the_tables_are_not_said(lived: World) -> None:
    with lived.db.reading() as session:
        scope = Scope(Svc(session, lived.now, lived.tools), 2570, "DEMO")
        told = report.checked_kpis(scope)
        assert report._apart(scope, told) == []
        more = [replace(kpi, denominator=kpi.denominator + 1) for kpi in told]
        assert [place.partition(":")[0] for place in report._apart(scope, more)] == [
            *("KPI concluded", "KPI concluded_in_time", "KPI satisfied", "KPI dissatisfied")
        ]
        too_many = [replace(kpi, numerator=kpi.denominator + 1) for kpi in told]
        assert len(report._apart(scope, too_many)) == len(told)


def test_an_offices_years_before_the_system(lived: World) -> None:
    office = Office(lived, 2568)
    line = {"ตาราง": "T-04", "รหัสช่องทาง/หมวด/กลุ่ม": "phone", "จำนวนเรื่อง": 12, "หมายเหตุ": "สมุดทะเบียน"}
    assert office.brings("older", line, {**line, "รหัสช่องทาง/หมวด/กลุ่ม": "letter", "จำนวนเรื่อง": 0}).problems == []
    of_category = {"ตาราง": "หมวด", "รหัสช่องทาง/หมวด/กลุ่ม": "RD", "จำนวนเรื่อง": 9}
    assert office.brings("older", of_category).problems == []
    before, after = exported(lived), reckoned(lived)
    there = cells(after, "T-04")
    assert there["phone"] == [12, 0, 1, "2568: รวมยอดก่อนใช้ระบบ 12 สมุดทะเบียน"]
    assert there["letter"][0] == 0
    assert there["line"][0] == 0, "the year is recorded now"
    assert there["total"][:3] == [12, 3, 4]
    roads = cells(after, "T-07")
    assert roads["RD"][0] == 9
    assert roads["RD"][3] == "2568: รวมยอดก่อนใช้ระบบ 9"
    assert roads["RD:older"][:3] == [9, NO_DATA, NO_DATA]
    assert roads["RD:complaint"][0] == NO_DATA, "nobody knows of which kind they were"
    assert roads["total"][0] == 9
    assert cells(after, "T-08")["total"][0] == NO_DATA
    assert len(before) == 7
    refused = Office(lived, 2569).brings("older", {**line, "รหัสช่องทาง/หมวด/กลุ่ม": "line"})
    assert any("ปีนี้ระบบนับ line ไว้แล้ว 2 เรื่อง" in problem for problem in refused.problems)


def test_targets_and_whether_they_were_reached(lived: World) -> None:
    answered(lived, "S1.1.1", satisfied=7, dissatisfied=3)
    lines = [("satisfied", 70), ("dissatisfied", 29), ("concluded", 51), ("concluded_in_time", 0)]
    told = [{"ตัวชี้วัด": key, "เป้าหมาย (ร้อยละ)": percent} for key, percent in lines]
    assert Office(lived).brings("target", *told).problems == []
    found = {one["key"]: (one.get("target"), one.get("reached")) for one in reckoned(lived, agency="DEMO")["kpis"]}
    assert found == {
        "satisfied": (70, True),
        "dissatisfied": (29, False),
        "concluded": (51, False),
        "concluded_in_time": (0, True),
        "improved_services": (None, None),
    }


def test_drafts_are_no_cases(world: World) -> None:
    world.citizen("U1").says("ไฟถนนดับ ซอย 5")
    assert reckoned(world)["tables"]["T-04"]["n"] == 0
    assert cells(reckoned(world), "T-04")["total"][:3] == [NO_DATA] * 3
    world.citizen("U2").says("ไฟถนนดับ ซอย 6").taps("ส่งเรื่อง")
    with world.db.transaction() as session:
        session.execute(update(Case).values(status="withdrawn"))
    assert reckoned(world)["tables"]["T-04"]["n"] == 1, "withdrawn ones were received"
