"""The workbook an officer opens: a sheet to each table, the guide's headings, the JSON's cells, n, and no formula."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents import sheets
from handlers.reports.evidence.table import criteria
from tests.evidence_papers.conftest import Office, no_pictures
from tests.evidence_papers.year import HOSTILE, YEAR

TABLES = [f"T-{number:02d}" for number in range(1, 23)]
RATED = ("T-10", "T-15", "T-16", "T-17")
AS_OF = "ข้อมูล ณ วันที่ 24 พฤศจิกายน 2569 เวลา 09:30 น."
DRAFT = f"{AS_OF} · ฉบับร่าง ยังไม่ได้ออกเป็นฉบับ"


def book(office: Office, name: str = "tables") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(office.file(name, ".xlsx")))


def sheet_of(found: openpyxl.Workbook, table: str) -> Worksheet:
    (name,) = [name for name in found.sheetnames if name.startswith(f"{table} ")]
    return found[name]


def expected(table: str) -> tuple[list[tuple[str, int]], list[str]]:
    """The guide's headings, read from the criteria set by hand: (heading, leaves below it) …, and every leaf."""
    tops: list[tuple[str, int]] = []
    leaves: list[str] = []
    years = [str(YEAR - 2), str(YEAR - 1), str(YEAR)]
    for column in criteria()["tables"][table]["columns"]:
        if isinstance(column, str):
            tops.append((column, 0))
            leaves.append(column)
        elif isinstance(column, list):
            tops.append((column[0], len(column) - 1))
            leaves += column[1:]
        else:
            tops.append((column["years"].replace("{first}", years[0]).replace("{last}", years[2]), 3))
            leaves += years
    return tops, leaves


def head_row(sheet: Worksheet, first: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == first)


def test_a_sheet_to_each_table(office: Office) -> None:
    names = book(office).sheetnames
    assert [name[:4] for name in names if name.startswith("T-")] == TABLES
    assert (names[0], names[-1].split()[-1]) == ("สารบัญ", "ตัวชี้วัดและเป้าหมาย")
    for name in names:
        assert len(name) <= 31
        assert not set(name) & set("[]:*?/\\")


def test_headings_are_the_guides_and_merged(office: Office) -> None:
    found = book(office)
    for table in TABLES:
        sheet = sheet_of(found, table)
        tops, leaves = expected(table)
        row = head_row(sheet, tops[0][0])
        merged = {str(area) for area in sheet.merged_cells.ranges}
        deep = any(count for _name, count in tops)
        at = 1
        for name, count in tops:
            assert sheet.cell(row, at).value == name, table
            first = sheet.cell(row, at).coordinate
            last = sheet.cell(row + (1 if deep and not count else 0), at + max(count, 1) - 1).coordinate
            assert first == last or f"{first}:{last}" in merged, f"{table}: {name}"
            at += max(count, 1)
        upper, lower = ([cell.value for cell in sheet[row + down][: len(leaves)]] for down in (0, 1))
        assert [(deep and low) or high for high, low in zip(upper, lower, strict=True)] == leaves
        assert (sheet.cell(row, at).value == "n") is (table in RATED)


def body(sheet: Worksheet, table: str) -> list[list[Any]]:
    """What stands below the headings, as far as the JSON has rows; the column of n with it."""
    tops, leaves = expected(table)
    row = head_row(sheet, tops[0][0]) + (2 if any(count for _name, count in tops) else 1)
    wide = len(leaves) + (1 if table in RATED else 0)
    return [[sheet.cell(at, column).value for column in range(1, wide + 1)] for at in range(row, sheet.max_row + 1)]


def test_cells_are_the_json_s_and_n_stands_beside_percentages(office: Office) -> None:
    found, told = book(office), office.json()["tables"]
    for table in TABLES:
        rows = told[table]["rows"]
        wanted = [[*row["cells"], *([row["n"]] if table in RATED else [])] for row in rows]
        shown = body(sheet_of(found, table), table)[: len(rows)]
        assert [[cell if cell is not None else "" for cell in row] for row in shown] == wanted, table
    percentages = body(sheet_of(found, "T-16"), "T-16")
    speed = next(row for row in percentages if row[4] == 7 and row[3] == 72)
    assert sum(speed[1:4]) == 100


def test_every_sheet_says_of_what_day_and_of_whom(office: Office) -> None:
    found = book(office)
    for name in found.sheetnames:
        words = [cell.value for row in found[name].iter_rows(max_row=6) for cell in row]
        assert DRAFT in words, name
        assert "เทศบาลตัวอย่าง" in words
        (query,) = [word for word in words if word and str(word).startswith("ปีงบประมาณ พ.ศ. 2570 (1 ตุลาคม 2569")]
        assert query.endswith("30 กันยายน 2570)  หน่วยงาน: เทศบาลตัวอย่าง  ชุดเกณฑ์: FL-2553")


def test_the_code_stands_in_the_corner(office: Office) -> None:
    found = book(office)
    for table in TABLES:
        sheet = sheet_of(found, table)
        codes = [cell for cell in sheet[1] if cell.value == criteria()["tables"][table]["code"]]
        assert len(codes) == 1
        assert codes[0].border.left.style == "thin"
        assert all(cell.value is None for cell in sheet[1][codes[0].column :]), "nothing to the right of the corner"


def test_sums_are_bold_and_parts_are_set_in(office: Office) -> None:
    sheet = sheet_of(book(office), "T-07")
    total = next(row for row in sheet.iter_rows() if row[0].value == "รวม")
    assert all(cell.font.b for cell in total[:4])
    assert [cell.value for cell in total[1:4]] == ["–", "–", 4]
    part = next(row[0] for row in sheet.iter_rows() if row[0].value == "แจ้งเบาะแสทุจริต")
    assert (part.alignment.indent, part.alignment.horizontal, part.font.b) == (2, "left", False)


def test_a_workbook_is_ready_for_the_printer(office: Office) -> None:
    found = book(office)
    wide = sheet_of(found, "T-21")
    assert (wide.page_setup.orientation, int(wide.page_setup.paperSize)) == ("landscape", 9)
    assert (wide.page_setup.fitToWidth, wide.page_setup.fitToHeight) == (1, 0), "as wide as the paper, as long as it is"
    sheet = sheet_of(found, "T-04")
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    row = head_row(sheet, "ช่องทาง")
    assert sheet.freeze_panes == f"A{row + 2}"
    assert sheet.print_title_rows == f"${row}:${row + 1}"


def test_nothing_is_a_formula_however_it_begins(office: Office) -> None:
    content = office.file("tables", ".xlsx")
    found = openpyxl.load_workbook(io.BytesIO(content))
    kinds = {cell.data_type for name in found.sheetnames for row in found[name].iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
    (cell,) = [cell for row in sheet_of(found, "T-05").iter_rows() for cell in row if cell.value == HOSTILE]
    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in parts.read(name)
        assert not [name for name in parts.namelist() if "externalLink" in name or name.endswith(".bin")]


def test_letters_that_xml_cannot_hold_do_not_stop_it(office: Office) -> None:
    paper = office.paper("flow")
    dirty = replace(paper, agency="เทศบาล\x00&\ud800\x0bตัวอย่าง")
    found = openpyxl.load_workbook(io.BytesIO(sheets.workbook(dirty, office.world.now, "", no_pictures)))
    words = [cell.value for row in found.worksheets[0].iter_rows(max_row=6) for cell in row]
    assert "เทศบาล&ตัวอย่าง" in words


def test_kpis_have_their_numbers_and_what_is_aimed_at(office: Office) -> None:
    found = book(office)
    sheet = found[found.sheetnames[-1]]
    row = head_row(sheet, "ตัวชี้วัด")
    rows = [[cell.value for cell in line[:6]] for line in sheet.iter_rows(min_row=row + 1, max_row=row + 5)]
    by_name = {str(line[0]): line[1:] for line in rows}
    concluded = by_name["ระดับความสำเร็จของการดำเนินการเกี่ยวกับเรื่องร้องเรียนจากประชาชนให้ได้ข้อยุติ"]
    assert concluded == [1, 4, 25, 80, "ยังไม่บรรลุ"]
    assert by_name["ร้อยละของระดับความไม่พึงพอใจของผู้รับบริการ"] == [7, 17, 41, 20, "ยังไม่บรรลุ"]
    assert by_name["ร้อยละของระดับความพึงพอใจของผู้รับบริการ"] == [10, 17, 59, "–", "–"]


def test_what_was_improved_stands_below_the_worst_items(office: Office) -> None:
    words = [str(row[0].value) for row in sheet_of(book(office), "T-17").iter_rows()]
    assert any(line.startswith("P.speed ความรวดเร็วในการดำเนินการ: ตรวจสอบเอกสาร") for line in words)


def test_an_empty_year_prints_that_nothing_is_there(empty: Office) -> None:
    found = book(empty)
    assert [name[:4] for name in found.sheetnames if name.startswith("T-")] == TABLES
    words = [cell.value for row in sheet_of(found, "T-05").iter_rows() for cell in row]
    assert "ยังไม่มีข้อมูลในปีงบประมาณนี้" in words
    total = next(row for row in sheet_of(found, "T-04").iter_rows() if row[0].value == "รวม")
    assert [cell.value for cell in total[1:4]] == ["–", "–", "–"]


@pytest.mark.parametrize(
    "name", ["flow", "quality", "citizens_manual", "staff_manual", "governor", "ita", "summary", "projects"]
)
def test_the_other_papers_are_workbooks_too(office: Office, name: str) -> None:
    found = book(office, name)
    assert len(set(found.sheetnames)) == len(found.sheetnames) >= 1
