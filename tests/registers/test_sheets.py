"""Registers as workbooks: out and in unchanged is nothing changed; every problem by sheet, row and heading; all or
nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from handlers.actions import registers as actions
from handlers.reports.evidence import cells, lint, sheets
from handlers.reports.evidence.schema import registers
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from tests.registers.books import YEAR, Office, sheet, write
from tests.world import World

NETWORK = {
    "เครือข่าย": "กลุ่มผู้ปลูกข้าว",
    "กลุ่มผู้รับบริการ": "farmer",
    "ลักษณะรูปแบบของเครือข่าย": "กลุ่มตามอาชีพ",
    "ช่องทางการติดต่อสื่อสาร": "ประชุมทุกเดือน\nโทรศัพท์",
    "จำนวนสมาชิก": 40,
}
ACTIVITY = {"เรื่อง": "พบปะ", "กิจกรรม": "ประชุมกลุ่ม", "วันที่": "15/1/2570"}


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def test_out_and_in_again_changes_nothing(office: Office) -> None:
    assert office.brings("network", NETWORK).problems == []
    assert office.brings("activity", {**ACTIVITY, "เครือข่าย (รหัส)": "1", "จำนวนคน": "๑๒"}).problems == []
    found = office.back(office.content())
    assert (found.problems, found.changes) == ([], [])


def test_what_was_typed_is_what_stands(office: Office) -> None:
    found = office.brings("network", {**NETWORK, "รหัส": "N1"})
    assert (found.problems, found.changes) == ([], ["เครือข่าย network: เพิ่ม 1 แก้ 0 ลบ 0"])
    (line,) = office.lines("network")
    assert line.code == "N1"
    assert line.cells == {
        "name": "กลุ่มผู้ปลูกข้าว",
        "group": "farmer",
        "form": "กลุ่มตามอาชีพ",
        "contact": ["ประชุมทุกเดือน", "โทรศัพท์"],
        "members": 40,
    }
    assert office.brings("network", {**NETWORK, "รหัส": "N1", "จำนวนสมาชิก": 41}, keep=False).changes == [
        "เครือข่าย network: เพิ่ม 0 แก้ 1 ลบ 0"
    ]
    assert office.brings("network", keep=False).changes == ["เครือข่าย network: เพิ่ม 0 แก้ 0 ลบ 1"]
    assert office.lines("network") == []


def test_a_dry_run_stores_nothing(office: Office) -> None:
    book = office.out()
    write(sheet(book, "network"), NETWORK)
    assert office.back(book, dry_run=True).changes == ["เครือข่าย network: เพิ่ม 1 แก้ 0 ลบ 0"]
    assert office.lines("network") == []


def test_every_sheet_explains_itself_and_offers_lists(office: Office) -> None:
    book = office.out()
    assert {page.title.split()[-1] for page in book.worksheets[1:-1]} == set(registers())
    for page in book.worksheets[1:-1]:
        register = registers()[page.title.split()[-1]]
        headings = [cell.value.rstrip("*") for cell in page[1]]
        assert len(set(headings)) == len(headings)
        assert page["A2"].value.startswith("คำอธิบาย")
        assert page["A3"].value == "ตัวอย่าง"
        lacking = [field.heading for field in register.fields if field.required and page.cell(3, 1).value is None]
        assert lacking == []
        chosen = [field for field in register.fields if field.choices]
        assert len(page.data_validations.dataValidation) >= len(chosen), page.title
    lists = [[cell.value for cell in column if cell.value] for column in book.worksheets[-1].columns]
    assert ["ก่อนดำเนินการ", "ขณะดำเนินการ", "หลังดำเนินการ"] in lists
    assert book.worksheets[-1].sheet_state == "hidden"


def test_example_lines_would_be_right_if_they_were_real(office: Office) -> None:
    book = office.out()
    for page in book.worksheets[1:-1]:
        page.cell(3, 1).value = "1"
    found = office.back(book, dry_run=True)
    # An example names no real picture.
    about = {line.split(" แถว ")[0].split()[-1] for line in found.problems}
    assert about <= {"proof"}, found.problems


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("network", {**NETWORK, "เครือข่าย": None}, "เครือข่าย network แถว 4 “เครือข่าย”: ต้องกรอก"),
        ("network", {**NETWORK, "กลุ่มผู้รับบริการ": "ชาวนา"}, "แถว 4 “กลุ่มผู้รับบริการ”: ไม่พบ “ชาวนา” ที่ใช้ได้: general"),
        ("network", {**NETWORK, "จำนวนสมาชิก": "หลายคน"}, "“จำนวนสมาชิก”: “หลายคน” ต้องเป็นจำนวนเต็ม"),
        ("network", {**NETWORK, "จำนวนสมาชิก": 2.5}, "“2.5” ต้องเป็นจำนวนเต็ม"),
        ("network", {**NETWORK, "จำนวนสมาชิก": "=1+1"}, "“=1+1” เป็นสูตร ใส่ค่าแทน"),
        ("network", {**NETWORK, "เครือข่าย": "ก" * 4001}, "ยาว 4001 ตัวอักษร ต้องไม่เกิน 4000"),
        ("network", {**NETWORK, "รหัส": "ก,ข"}, "รหัส “ก,ข” ใช้ได้เฉพาะตัวอักษรและตัวเลข"),
        ("network", {**NETWORK, "ช่องทางการติดต่อสื่อสาร": "\n".join("ก" * 51)}, "มี 51 ค่า ต้องไม่เกิน 50"),
        ("activity", {**ACTIVITY, "วันที่": "31/2/2570"}, "“31/2/2570” ต้องเป็นวันที่"),
        ("activity", {**ACTIVITY, "วันที่": "30/9/2569"}, "30/9/2569 ไม่อยู่ในปีงบประมาณ"),
        ("activity", {**ACTIVITY, "วันที่": datetime(2027, 10, 1)}, "ไม่อยู่ในปีงบประมาณ"),
        ("activity", {**ACTIVITY, "เครือข่าย (รหัส)": "N9"}, "ไม่พบ “N9”"),
        ("activity", {**ACTIVITY, "ภาพประกอบ": "photo:999999"}, "ไม่พบรูป “photo:999999”"),
        ("improvement", {"เรื่องที่ปรับปรุง": "ก", "สิ่งที่ทำ": "ข", "เลขที่เรื่อง": "70-99999-9"}, "ไม่พบ “70-99999-9”"),
        ("improvement", {"เรื่องที่ปรับปรุง": "ก", "สิ่งที่ทำ": "ข", "ข้อในแบบสอบถาม": "S9.9"}, "ไม่พบ “S9.9”"),
        ("target", {"ตัวชี้วัด": "ความสุข", "เป้าหมาย (ร้อยละ)": 80}, "“ความสุข” ไม่อยู่ในรายการ เลือก: เรื่องที่ได้ข้อยุติ"),
        ("target", {"ตัวชี้วัด": "satisfied", "เป้าหมาย (ร้อยละ)": 101}, "“101” ต้องเป็นจำนวนเต็ม 0–100"),
        ("older", {"ตาราง": "T-04", "รหัสช่องทาง/หมวด/กลุ่ม": "pigeon", "จำนวนเรื่อง": 3}, "ไม่พบ “pigeon”"),
        ("measuring", {"กลุ่มผู้รับบริการ": "farmer", "วิธีการวัดความพึงพอใจ": "แบบสำรวจ"}, "ต้องบอกวิธีวัดทั้ง"),
        ("service_step", {"งานบริการ": "?", "ฉบับ": "เดิม", "ขั้นตอน": "ก"}, "ไม่พบ “?”"),
        ("participation", {"ภารกิจหลัก/กระบวนงาน": "ก", "ช่วง": "ก่อนดำเนินการ", "ระดับ 1–5": 6}, "“6” ไม่อยู่ในรายการ"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    office: Office, name: str, line: dict[str, Any], said: str
) -> None:
    found = office.brings(name, line)
    assert any(said in problem for problem in found.problems), found.problems
    assert found.changes == []
    assert office.lines(name) == []


def test_all_problems_come_at_once(office: Office) -> None:
    book = office.out()
    write(sheet(book, "network"), {**NETWORK, "รหัส": "N1", "เครือข่าย": None})
    write(sheet(book, "network"), {**NETWORK, "รหัส": "N1"})
    write(sheet(book, "activity"), {**ACTIVITY, "วันที่": "เมื่อวาน"})
    write(sheet(book, "target"), {"ตัวชี้วัด": "satisfied", "เป้าหมาย (ร้อยละ)": 80})
    write(sheet(book, "target"), {"ตัวชี้วัด": "ความพึงพอใจ", "เป้าหมาย (ร้อยละ)": 85})
    found = office.back(book)
    assert [line.partition(":")[0] for line in found.problems] == [
        "เครือข่าย network แถว 4 “เครือข่าย”",
        "เครือข่าย network แถว 4",
        "เครือข่าย network แถว 5",
        "กิจกรรมสร้างความสัมพั… activity แถว 4 “วันที่”",
        "เป้าหมายตัวชี้วัด target แถว 5 “ตัวชี้วัด”",
    ]
    assert office.lines("target") == []


def test_what_can_wait_is_said_and_stored(office: Office) -> None:
    found = office.brings("owner", {"รหัส CS": "CS1", "ตำแหน่ง/ชื่อผู้รับผิดชอบ": "หัวหน้าสำนักปลัด"})
    assert found.problems == []
    assert "ยังไม่มีผู้รับผิดชอบ CS2" in " ".join(found.lacking)
    assert "ยังไม่มีผู้รับผิดชอบ CS1" not in " ".join(found.lacking)
    assert any("ยังไม่ได้กำหนดวิธีวัดของกลุ่ม เกษตรกร" in line for line in found.lacking)


def test_what_stands_is_copied_forward_where_it_is_changed(office: Office, world: World) -> None:
    office.brings("network", {**NETWORK, "รหัส": "N1"})
    later = Office(world, office.year + 1)
    assert [line.code for line in later.lines("network")] == ["N1"]
    assert later.back(later.content()).changes == []
    assert later.brings("network", {**NETWORK, "รหัส": "N2"}).changes == ["เครือข่าย network: เพิ่ม 1 แก้ 0 ลบ 0"]
    assert [line.code for line in later.lines("network")] == ["N1", "N2"]
    assert [line.code for line in office.lines("network")] == ["N1"], "last year says what it said"
    last = Office(world, office.year + 2)
    assert last.brings("network", keep=False).changes == ["เครือข่าย network: เพิ่ม 0 แก้ 0 ลบ 2"]
    assert last.lines("network") == []
    assert last.back(last.content()).changes == []
    assert Office(world, office.year + 3).lines("network") == []


def test_columns_may_stand_in_another_order(office: Office) -> None:
    book = office.out()
    page = sheet(book, "network")
    page.move_range("D1:D3", cols=10)
    found = write(page, NETWORK, row=4)
    assert found == 4
    assert office.back(book).problems == []
    assert office.lines("network")[0].cells["form"] == "กลุ่มตามอาชีพ"


def test_headings_are_known_lacking_or_twice(office: Office) -> None:
    book = office.out()
    page = sheet(book, "network")
    page["C1"], page["H1"], page["I1"] = None, "สีที่ชอบ", "เครือข่าย*"
    found = office.back(book).problems
    for said in ("ไม่มีหัวข้อ “สีที่ชอบ” ในทะเบียนนี้", "ไม่มีหัวข้อ “กลุ่มผู้รับบริการ”", "หัวข้อ “เครือข่าย*” มีสองคอลัมน์"):
        assert any(said in line for line in found), found


def test_a_book_of_another_agency_or_year_is_not_taken(office: Office, world: World) -> None:
    content = office.content()
    assert Office(world, office.year - 1).back(content).problems == ["แฟ้มนี้เป็นของปีงบประมาณ 2570 ไม่ใช่ 2569"]


def test_words_that_look_like_formulas_stay_words(office: Office) -> None:
    name = "=HYPERLINK(1)"
    book = office.out()
    page = sheet(book, "network")
    row = write(page, {**NETWORK, "เครือข่าย": name})
    page.cell(row, 2).data_type = "s"
    assert office.back(book).problems == []
    assert office.lines("network")[0].cells["name"] == name
    cell = sheet(office.out(), "network").cell(4, 2)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)
    assert office.back(office.content()).changes == []


_WORDS = st.text(min_size=1, max_size=60).filter(lambda words: bool(words.strip()))
_CELLS = st.one_of(st.none(), _WORDS, st.integers(), st.floats(), st.booleans(), st.datetimes(), st.times(), st.dates())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(registers())), data=st.data())
def test_whatever_stands_in_cells_is_taken_or_named(sqlite_world: World, name: str, data: st.DataObject) -> None:
    """Never an exception; what was taken comes out as it went in; of what was not, something is named."""
    row = {field.code: data.draw(_CELLS, field.code) for field in registers()[name].fields}
    with sqlite_world.db.transaction() as session:
        svc = Svc(session, sqlite_world.now, sqlite_world.tools)
        found = actions.bring_in(svc, "DEMO", YEAR, {name: [row]})
        assert found.fits != bool(lint.errors(found.problems))
        out = {sheet.register.name: sheet.rows for sheet in sheets.book(Scope(svc, YEAR, "DEMO")).sheets}
        assert len(out[name]) == found.fits
        assert actions.bring_in(svc, "DEMO", YEAR, out).changes == []
        actions.bring_in(svc, "DEMO", YEAR, {name: []})


_FITTING = {
    "text": _WORDS,
    "lines": st.lists(_WORDS, min_size=1, max_size=4).map("\n".join),
    "number": st.integers(0, 10**9) | st.integers(0, 9999).map(float),
    "percent": st.integers(0, 100),
    "day": st.dates(date(2026, 10, 1), date(2027, 9, 30)),
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["network", "activity", "project", "procedure", "participation"]), data=st.data())
def test_cells_of_their_kind_are_always_taken(sqlite_world: World, name: str, data: st.DataObject) -> None:
    row: dict[str, Any] = {}
    for field in registers()[name].fields:
        kind = field.kind.partition(":")[0]
        if field.choices:
            row[field.code] = data.draw(st.sampled_from([*field.choices, *field.choices.values()]))
        elif field.kind == "ref:group":
            row[field.code] = data.draw(st.sampled_from(["farmer", "เกษตรกร", "farmer เกษตรกร"]))
        elif kind in _FITTING:
            row[field.code] = data.draw(_FITTING[kind])
    wanted = [field.code for field in registers()[name].fields if field.required]
    assume(all(cells.bare(row[code]) for code in wanted))
    with sqlite_world.db.transaction() as session:
        svc = Svc(session, sqlite_world.now, sqlite_world.tools)
        found = actions.bring_in(svc, "DEMO", YEAR, {name: [row]}, dry_run=True)
    assert found.fits, found.problems
    assert found.changes[0].added == ("1",)


@pytest.fixture
def sqlite_world(sqlite_db: Any) -> Any:
    with sqlite_db.rolled_back():
        yield World(sqlite_db)
