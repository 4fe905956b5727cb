"""Files that mean harm, or are no workbook: refused with a word, nothing stored, never an exception."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.documents import register_sheets
from bot.documents.register_sheets import NotTaken
from tests.registers.books import Office, saved, sheet
from tests.world import World


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def repacked(content: bytes, *, replace: dict[str, bytes] | None = None, add: dict[str, bytes] | None = None) -> bytes:
    """The same workbook with other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, (replace or {}).get(part.filename, old.read(part)))
        for name, body in (add or {}).items():
            new.writestr(name, body)
    return out.getvalue()


def only(office: Office, content: bytes) -> str:
    """The one thing that is said of a file."""
    found = office.back(content)
    assert len(found.problems) == 1, found.problems
    assert not found.changes
    return found.problems[0]


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b"\x00" * 100, b"PK\x03\x04" + b"a" * 200])
def test_what_is_no_workbook(office: Office, content: bytes) -> None:
    assert "เปิดแฟ้มนี้ไม่ได้" in only(office, content)


def test_a_bomb(office: Office) -> None:
    zeros = b"0" * (50 * 1024 * 1024)
    assert "คลายแล้วใหญ่ผิดปกติ" in only(office, repacked(office.content(), add={"xl/zeros.xml": zeros}))
    many = {f"xl/part{number}.xml": b"<a/>" for number in range(600)}
    assert "คลายแล้วใหญ่ผิดปกติ" in only(office, repacked(office.content(), add=many))


def test_a_part_larger_than_it_says(office: Office) -> None:
    """The directory lies about a size; the part itself does not."""
    content = repacked(office.content(), add={"xl/liar.bin": b"a" * 5_000_000})
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        size = packed.getinfo("xl/liar.bin").file_size
    lie = content.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert office.back(lie).problems
    assert not office.back(lie).changes


def test_macros(office: Office) -> None:
    assert "มาโคร" in only(office, repacked(office.content(), add={"xl/vbaProject.bin": b"x"}))
    with zipfile.ZipFile(io.BytesIO(office.content())) as packed:
        types = packed.read("[Content_Types].xml")
    enabled = types.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    if enabled == types:
        enabled = types.replace(b"</Types>", b"<!-- macroEnabled --></Types>")
    assert "มาโคร" in only(office, repacked(office.content(), replace={"[Content_Types].xml": enabled}))


def test_entities_that_grow(office: Office) -> None:
    body = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'
    assert "เปิดแฟ้มนี้ไม่ได้" in only(office, repacked(office.content(), replace={"xl/workbook.xml": body}))
    wide = body.decode().encode("utf-16")
    assert "เปิดแฟ้มนี้ไม่ได้" in only(office, repacked(office.content(), replace={"xl/workbook.xml": wide}))


def test_too_large_and_too_long(office: Office) -> None:
    assert "ต้องไม่เกิน 4 MB" in only(office, b"a" * (register_sheets.LARGEST + 1))
    book = office.out()
    page = sheet(book, "network")
    page.cell(1_000_000, 2).value = "far away"
    assert "มีบรรทัดมากเกินไป" in only(office, saved(book))
    book = office.out()
    page = sheet(book, "learned")
    for row in range(4, 4 + register_sheets.ROWS + 1):
        page.cell(row, 2).value = "ก"
    assert "มีบรรทัดมากเกินไป" in only(office, saved(book))


def test_a_size_that_is_a_lie(office: Office) -> None:
    """A sheet that says it is one cell large is read to its end."""
    book = office.out()
    page = sheet(book, "learned")
    page["B4"] = "ก"
    content = saved(book)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        name = next(one for one in packed.namelist() if "sheet4.xml" in one)
        said = packed.read(name)
    lie = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', said)
    assert lie != said
    office.back(repacked(content, replace={name: lie}))
    assert [line.cells["name"] for line in office.lines("learned")] == ["ก"]


def test_formulas_errors_and_foreign_sheets(office: Office) -> None:
    book = office.out()
    page = sheet(book, "learned")
    page["B4"], page["B5"] = "=WEBSERVICE(1)", "#REF!"
    page["B5"].data_type = "e"
    book.create_sheet("อื่น ๆ")["A1"] = "x"
    said = " ".join(office.back(book).problems)
    assert "แถว 4 “ข้อมูลที่ได้รับ”: “=WEBSERVICE(1)” เป็นสูตร" in said
    assert "แถว 5 “ข้อมูลที่ได้รับ”: “#REF!” เป็นข้อผิดพลาด" in said
    assert "ไม่รู้จักแผ่นงาน “อื่น ๆ”" in said
    assert said.count("ต้องกรอก") == 0, "a formula is not also missing"
    assert office.lines("learned") == []


def test_a_book_without_registers(office: Office) -> None:
    book = office.out()
    for page in book.worksheets[1:]:
        book.remove(page)
    assert "ไม่พบแผ่นงานทะเบียน" in only(office, saved(book))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_a_broken_byte_is_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    with suppress(NotTaken):
        register_sheets.check(broken)


@pytest.fixture
def whole(sqlite_db: object) -> bytes:
    with sqlite_db.rolled_back():  # type: ignore[attr-defined]
        return Office(World(sqlite_db)).content()  # type: ignore[arg-type]
