"""The tables that come from registers, and the slips of the guide that cannot be made again (E-1 to E-16 of the notes
on its errors; of E-7, wording, the survey's own tests tell, and E-1 to E-3 are in test_figures)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reports.evidence.lint import POINTS
from handlers.reports.evidence.schema import registers
from handlers.reports.evidence.table import NO_DATA, criteria, rated
from storage import surveys
from storage.words import Role
from tests.evidence.scenes import answered
from tests.evidence.test_figures import cells, reckoned
from tests.registers.books import Office
from tests.world import World

EVIDENCE = Path(__file__).parent.parent.parent / "handlers" / "reports" / "evidence"


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def fills(office: Office, name: str, *lines: dict[str, Any]) -> None:
    assert office.brings(name, *lines).problems == []


def test_what_an_improvement_answers_stands_below_its_table(world: World, office: Office) -> None:
    world.officer("T1", Role.OFFICER, unit="ENG")
    code = world.citizen().says("ไฟถนนดับ ซอย 5").taps("ส่งเรื่อง").reference
    fills(
        office,
        "improvement",
        {
            "เรื่องที่ปรับปรุง": "ห้องน้ำใหม่",
            "สิ่งที่ทำ": "สร้างห้องน้ำชั้นล่าง",
            "ข้อในแบบสอบถาม": "S1.3.2, S1.3.3",
            "เลขที่เรื่อง": code.replace("-", ""),
            "วันที่ประกาศ": "5/1/70",
        },
        {"เรื่องที่ปรับปรุง": "อื่น", "สิ่งที่ทำ": "ทาสี"},
    )
    with world.db.reading() as session:
        names = {item: surveys.items(session)[item].name for item in ("S1.3.2", "S1.3.3")}
    from handlers.reports.evidence import report
    from handlers.reports.evidence.scope import Scope
    from handlers.services import Svc

    with world.db.reading() as session:
        found = report.report(Scope(Svc(session, world.now, world.tools), 2570, "DEMO"))
    notes = next(table.notes for table in found.tables if table.id == "T-17")
    assert notes == tuple(
        f"{item} {names[item]}: สร้างห้องน้ำชั้นล่าง (ประกาศ อ. 5 ม.ค. 70) เลขที่เรื่อง {code}" for item in names
    )
    fills(office, "learned", {"ข้อมูลที่ได้รับ": "อยากมีเก้าอี้", "เลขที่เรื่อง": code, "หมายเหตุ": "จากการประชุม"})
    assert cells(reckoned(world), "T-05")["1"] == [f"{code}\nจากการประชุม"]


def test_steps_before_and_after_with_their_sums(world: World, office: Office) -> None:
    with world.db.reading() as session:
        from storage import agencies

        service = agencies.services(session, "DEMO")[0].code
    before = [(1, 0), (3, 0), (1, 0), (5, 0), (1, 0)]  # the guide's own example: 11 working days
    after = [(1, 0), (2, 0), (1, 0), (1, 30)]
    lines = [
        {"งานบริการ": service, "ฉบับ": version, "ขั้นตอน": f"ขั้น {number}", "วันทำการ": days, "นาที": minutes or None}
        for version, steps in (("เดิม", before), ("ปรับปรุง", after))
        for number, (days, minutes) in enumerate(steps, 1)
    ]
    fills(office, "service_step", *lines)
    there = cells(reckoned(world, agency="DEMO"), "T-06")
    assert there[f"{service}:total"] == ["11 วันทำการ", "รวม", "5 วันทำการ 30 นาที"]
    assert there[f"{service}:5"] == ["1 วันทำการ", "", ""]
    found = office.brings("service_step", {"งานบริการ": service, "ฉบับ": "เดิม", "ขั้นตอน": "ไม่รู้"})
    assert any("ขั้นตอนต้องมีวันทำการหรือนาที" in line for line in found.problems), "E-16: no duration without its step"
    found = office.brings("service_step", lines[0], keep=False)
    assert any(f"งานบริการ {service} ยังไม่มีขั้นตอนปรับปรุง" in line for line in found.lacking)


def test_what_was_planned_and_what_was_done(world: World, office: Office) -> None:
    plan = {"รหัส": "M1", "รูปแบบ/วิธีการ": "หน่วยเคลื่อนที่", "รอบ": "ทุกเดือน", "ผู้รับผิดชอบ": "สำนักปลัด"}
    daily = {**plan, "รหัส": "M2", "รูปแบบ/วิธีการ": "เว็บไซต์", "รอบ": "ทุกวัน"}
    frequency = "ความถี่ (ถ้อยคำที่พิมพ์)"
    fills(office, "monitoring", {**plan, frequency: "1 ครั้ง/เดือน"}, {**daily, frequency: "ทุกวัน"})
    done = {"เรื่อง": "หมู่ 4", "รูปแบบ/วิธีการ (รหัสในแผน)": "M1"}
    fills(office, "occasion", {**done, "วันที่": "1/10/2569"}, {**done, "วันที่": "30/9/2570"})
    there = cells(reckoned(world), "T-09")
    assert there["M1"] == ["1 ครั้ง/เดือน\nทำแล้ว 2 ครั้ง จากแผนปีละ 12 ครั้ง", "สำนักปลัด"]
    assert there["M2"] == ["ทุกวัน", "สำนักปลัด"], "E-13: how often is what the office wrote"
    later = Office(world, 2571)
    assert later.brings("monitoring", {**plan, frequency: "เดือนละ 2 ครั้ง"}, keep=False).problems == []
    assert cells(reckoned(world, 2570), "T-09")["M1"][0].startswith("1 ครั้ง/เดือน"), "E-14: the plan before the change"
    assert cells(reckoned(world, 2571), "T-09")["M1"][0].startswith("เดือนละ 2 ครั้ง")


def test_who_is_measured_and_who_not_because(world: World, office: Office) -> None:
    fills(
        office,
        "measuring",
        {"กลุ่มผู้รับบริการ": "farmer", "วิธีการวัดความพึงพอใจ": "แบบสำรวจ", "วิธีการวัดความไม่พึงพอใจ": "สัมภาษณ์"},
        {"กลุ่มผู้รับบริการ": "business", "ไม่ได้วัดในปีนี้ เพราะ": "ยังไม่มีแบบสำรวจ"},
    )
    with_reason = {row["cells"][0] for row in reckoned(world)["tables"]["T-14"]["rows"]}
    assert with_reason == {"เกษตรกร", "ผู้ประกอบการ\nไม่ได้วัดในปีนี้ เพราะยังไม่มีแบบสำรวจ"}
    assert cells(reckoned(world), "T-14")["2"] == [NO_DATA, NO_DATA]


def test_form_23_proposes_only_what_is_there(world: World, office: Office) -> None:
    def ticks() -> dict[str, list[Any]]:
        return {key: row[:2] for key, row in cells(reckoned(world), "T-22").items()}

    assert ticks()["CS4"] == ["☐", "☑"]
    fills(
        office,
        "network",
        {
            "เครือข่าย": "ก",
            "กลุ่มผู้รับบริการ": "farmer",
            "ลักษณะรูปแบบของเครือข่าย": "กลุ่มตามอาชีพ",
            "ช่องทางการติดต่อสื่อสาร": "โทรศัพท์",
        },
    )
    assert ticks()["CS4"] == ["☐", "☑"]
    fills(office, "activity", {"เรื่อง": "ก", "กิจกรรม": "ข", "วันที่": "15/1/2570"})
    assert ticks()["CS4"] == ["☑", "☐"]
    assert cells(reckoned(world), "T-11")["1"] == ["ก: กลุ่มตามอาชีพ", "โทรศัพท์"]
    assert cells(reckoned(world, 2571), "T-22")["CS4"][:2] == ["☐", "☑"], "an activity counts in its own year only"


# --- slips of the guide ----------------------------------------------------------------------------------------------


@given(st.tuples(*[st.integers(0, 500)] * 3))
def test_e1_to_e5_every_row_is_a_hundred_or_says_that_there_is_nothing(counts: tuple[int, int, int]) -> None:
    row = rated("x", "X", dict(zip(("very_satisfied", "satisfied", "dissatisfied"), counts, strict=True)))
    if sum(counts):
        assert sum(int(cell) for cell in row.cells[1:]) == 100
        assert all(cell == 0 for cell, count in zip(row.cells[1:], counts, strict=True) if not count), "0 is not –"
    else:
        assert row.cells[1:] == (NO_DATA,) * 3
    assert row.n == sum(counts)


def test_e6_the_worst_items_are_reckoned(world: World) -> None:
    """The guide names three items as the worst that its own table does not show as such."""
    told = {"S1.1.1": (20, 70, 10), "S1.2.1": (21, 54, 25), "S1.3.2": (9, 40, 51), "S1.2.2": (11, 59, 30)}
    for item, (very, some, none) in told.items():
        answered(world, item, very_satisfied=very // 5, satisfied=some // 5, dissatisfied=none // 5)
    rows = reckoned(world)["tables"]["T-17"]["rows"]
    assert [row["key"] for row in rows[:4]] == ["S1.3.2", "S1.2.2", "S1.2.1", "S1.1.1"]
    assert all(row["cells"][1:] == [NO_DATA] * 3 for row in rows[4:])


def test_e8_no_place_is_written_into_a_form() -> None:
    for path in (EVIDENCE / "FL-2553.toml", EVIDENCE / "registers.toml"):
        for name in ("ระยอง", "พิษณุโลก"):
            assert name not in path.read_text(encoding="utf-8"), (path.name, name)
    assert "2551" not in (EVIDENCE / "FL-2553.toml").read_text(encoding="utf-8"), "years are of the report"


def test_e9_every_table_carries_its_own_point(world: World) -> None:
    of = {
        "CS1": ["T-01", "T-02"],
        "CS2": ["T-03", "T-04", "T-05", "T-06"],
        "CS3": ["T-07", "T-08", "T-09", "T-10"],
        "CS4": ["T-11", "T-12"],
        "CS5": ["T-13"],
        "CS6": ["T-14", "T-15", "T-16", "T-17"],
        "CS7": ["T-18", "T-19", "T-20", "T-21"],
    }
    assert list(of) == list(POINTS) == list(criteria()["points"])
    for point, tables in of.items():
        for table_id in tables:
            assert criteria()["tables"][table_id]["code"].startswith(f"{point}-"), table_id
    assert {cs for register in registers().values() for cs in register.cs} == set(POINTS)


def test_e10_and_e11_every_question_about_a_person_says_what_it_asks(world: World) -> None:
    with world.db.reading() as session:
        for form in surveys.forms(session).values():
            for question in form.questions:
                assert question.name.strip(), question.code
                assert len({code for code, _label in question.options}) == len(question.options)


def test_e12_two_words_for_three_points_are_two_headings_of_one_answer(world: World) -> None:
    answered(world, "S1.1.1", very_satisfied=2, satisfied=1, dissatisfied=1, channel="line")
    found = reckoned(world)
    assert found["tables"]["T-10"]["columns"][-3:] == ["สูง(%)", "กลาง(%)", "ต่ำ (%)"]
    assert found["tables"]["T-16"]["columns"][-3:] == ["พึงพอใจมาก(%)", "พึงพอใจ(%)", "ไม่พึงพอใจ(%)"]
    assert cells(found, "T-10")["line"] == cells(found, "T-16")["S1.1.1"] == [50, 25, 25]


def test_e15_every_row_of_a_result_was_asked(world: World) -> None:
    answered(world, "S2.9", satisfied=1)
    with world.db.reading() as session:
        asked = {item.code for form in surveys.forms(session).values() for item in form.items}
        aspects = set(surveys.aspects(session))
    found = reckoned(world)
    assert set(cells(found, "T-16")) == asked | aspects
    assert set(cells(found, "T-17")) == asked
