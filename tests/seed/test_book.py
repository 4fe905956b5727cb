"""The data of an installation as a workbook: written, changed with openpyxl as by hand, and taken back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from bot import __main__ as cli
from bot import seeding
from bot.seeding import NotSeeded, Seeded
from handlers.actions import people as joining
from handlers.services import Svc
from storage import agencies, migrations, people, seeded
from storage.db import Database
from storage.seal import Keyring
from storage.tables import Agency, HistoryDetail, HistoryEntry, Holiday, Invite, Unit
from storage.words import Role
from tests.conftest import KEY, SEED
from tests.registers.books import sheet
from tests.registers.test_hostile import repacked
from tests.world import World


@dataclass
class Desk:
    """Somebody who keeps the data of the sample municipality in a workbook."""

    world: World
    folder: Path

    def out(self) -> Workbook:
        with self.world.db.reading() as session:
            return load_workbook(io.BytesIO(seeding.book(session, self.world.tools, self.world.now)))

    def back(self, book: Workbook, *, dry_run: bool = False) -> Seeded:
        path = self.folder / "own.xlsx"
        book.save(path)
        return seeding.load(self.world.db, path, self.world.tools, self.world.now, dry_run=dry_run)

    def refused(self, book: Workbook) -> str:
        """Everything that is said of a workbook; nothing of it may be stored."""
        before = self.held()
        with pytest.raises(NotSeeded) as wrong:
            self.back(book)
        assert self.held() == before
        return "\n".join(wrong.value.problems)

    def held(self) -> dict[str, Any]:
        with self.world.db.reading() as session:
            return seeded.tables(session)


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, tmp_path)


@pytest.fixture
def one(sqlite_db: Database, tmp_path: Path) -> Any:
    """As `desk`, on one engine: what is read from cells does not differ."""
    with sqlite_db.rolled_back():
        yield Desk(World(sqlite_db), tmp_path)


def cell(page: Any, heading: str, row: int) -> Any:
    """The cell below a heading (of row 2)."""
    column = next(each.column for each in page[2] if str(each.value).rstrip("*") == heading)
    return page.cell(row, column)


def write(page: Any, line: dict[str, Any], row: int = 0) -> int:
    row = row or page.max_row + 1
    for heading, value in line.items():
        cell(page, heading, row).value = value
    return row


def row_of(page: Any, heading: str, value: str) -> int:
    return next(row for row in range(4, page.max_row + 1) if cell(page, heading, row).value == value)


def test_what_was_seeded_is_told_in_the_shape_of_the_seed(desk: Desk) -> None:
    with desk.world.db.transaction() as session:
        from storage import seed

        assert seed.load(session, seeded.tables(session)) == {}


def test_out_and_back_changes_nothing(desk: Desk) -> None:
    done = desk.back(desk.out())
    assert (done.changed, done.invited) == ({}, [])


def test_a_changed_cell_and_a_new_line(desk: Desk) -> None:
    book = desk.out()
    units = sheet(book, "units")
    cell(units, "ชื่อหน่วย", row_of(units, "รหัส", "ENG")).value = "สำนักช่าง"
    write(sheet(book, "holidays"), {"วันที่": "15/1/2571", "ชื่อวันหยุด": "วันหยุดพิเศษ"})
    assert desk.back(book, dry_run=True).changed == {"units": 1, "holidays": 1}
    assert desk.held()["agencies.toml"]["unit"][0]["name"] == "กองช่าง", "only said"
    assert desk.back(book).changed == {"units": 1, "holidays": 1}
    assert desk.back(book).changed == {}
    with desk.world.db.reading() as session:
        assert session.get_one(Unit, ("DEMO", "ENG")).name == "สำนักช่าง"
        assert session.scalar(select(func.count()).select_from(Holiday).where(Holiday.name == "วันหยุดพิเศษ")) == 1


def test_what_no_sheet_holds_stays(one: Desk) -> None:
    """Details of other files, columns somebody deleted, sheets somebody deleted."""
    before = one.held()
    book = one.out()
    for name in ("places", "hotlines", "limits", "officers"):
        book.remove(sheet(book, name))
    page = sheet(book, "agencies")
    page.delete_cols(cell(page, "ที่อยู่", 4).column)
    page = sheet(book, "subcategories")
    page.delete_cols(cell(page, "ชื่อภาษาอังกฤษ", 4).column)
    assert one.back(book).changed == {}
    assert one.held() == before


def test_an_emptied_cell_is_empty_afterwards(one: Desk) -> None:
    book = one.out()
    cell(sheet(book, "agencies"), "โทรศัพท์", 4).value = None
    assert one.back(book).changed == {"agencies": 1}
    with one.world.db.reading() as session:
        assert session.get_one(Agency, "DEMO").phone is None


def test_what_is_wrong_is_named_with_sheet_row_and_heading(one: Desk) -> None:
    book = one.out()
    units, holidays = sheet(book, "units"), sheet(book, "holidays")
    cell(units, "หมวดเรื่องที่รับผิดชอบ", 4).value = "RD, XX"
    cell(units, "เป็นหน่วยรับเรื่อง", 5).value = "อาจจะ"
    cell(units, "ชื่อหน่วย", 6).value = None
    cell(holidays, "วันที่", 4).value = "32/1/2570"
    write(sheet(book, "services"), {"รหัส": "NEW", "หน่วยงาน": "DEMO", "หน่วย": "TRAFFIC", "ชื่องานบริการ": "ก"})
    cell(sheet(book, "agencies"), "ละติจูด", 4).value = "เหนือ"
    last = write(units, {"หน่วยงาน": "DEMO", "รหัส": "ENG", "ชื่อหน่วย": "ช่างอีกกอง"})
    said = one.refused(book)
    for line in (
        "หน่วย units แถว 4 “หมวดเรื่องที่รับผิดชอบ”: ไม่พบ “XX”",
        "หน่วย units แถว 5 “เป็นหน่วยรับเรื่อง”: “อาจจะ” ไม่อยู่ในรายการ",
        "หน่วย units แถว 6 “ชื่อหน่วย”: ต้องกรอก",
        "วันหยุด holidays แถว 4 “วันที่”: “32/1/2570” ต้องเป็นวันที่",
        "“หน่วย”: หน่วยงาน DEMO ไม่มีหน่วย “TRAFFIC”",
        "หน่วยงาน agencies แถว 4 “ละติจูด”: “เหนือ” ต้องเป็นตัวเลข",
        f"หน่วย units แถว {last} “รหัส”: “DEMO ENG” ซ้ำกับอีกบรรทัด",
    ):
        assert line in said


def test_time_limits(one: Desk) -> None:
    book = one.out()
    page = sheet(book, "limits")
    write(page, {"ค่า": "2, 5"}, row_of(page, "รหัส", "limits.remind_after_days"))
    write(page, {"ค่า": 48}, row_of(page, "รหัส", "limits.draft_hours"))
    write(page, {"ค่า": "ไม่"}, row_of(page, "รหัส", "evidence.photo_required"))
    assert one.back(book).changed == {"settings": 2}
    with one.world.db.reading() as session:
        limits = agencies.setting(session, "limits")
        assert (limits["remind_after_days"], limits["draft_hours"]) == ([2, 5], 48)
        assert agencies.setting(session, "evidence") == {"photo_required": False}
        assert agencies.setting(session, "pushes")["warn_at"], "not in the sheet, still there"
    bad = write(page, {"ค่า": "8.30"}, row_of(page, "รหัส", "office_hours.from"))
    assert f"กำหนดเวลา limits แถว {bad} “ค่า”: “8.30” ใช้ไม่ได้ ต้องเป็น เวลา เช่น 08:30" in one.refused(book)


def test_a_new_name_is_typed_in_one_place(one: Desk) -> None:
    book = one.out()
    for name, old, new in (("agencies", "เทศบาลตัวอย่าง", "เทศบาลเมืองเก้า"), ("units", "สำนักปลัด", "สำนักปลัดเทศบาลเมือง")):
        write(sheet(book, name), {_name_of(name): new}, row_of(sheet(book, name), _name_of(name), old))
    write(sheet(book, "categories"), {"ชื่อหมวด": "ถนนหนทาง"}, row_of(sheet(book, "categories"), "รหัส", "RD"))
    services = sheet(book, "services")
    by_name = row_of(services, "รหัส", "BIN")
    write(services, {"หน่วยงาน": "เทศบาลเมืองเก้า", "หน่วย": "สำนักปลัดเทศบาลเมือง"}, by_name)
    assert one.back(book).changed == {"agencies": 1, "units": 1, "categories": 1, "services": 1}
    after = one.out()
    shown = sheet(after, "services")
    assert cell(shown, "หน่วยงาน", by_name).value == "DEMO เทศบาลเมืองเก้า"
    assert cell(shown, "หน่วย", by_name).value == "OFFICE สำนักปลัดเทศบาลเมือง"
    assert one.back(book).changed == {}, "old labels, typed names and new ones mean the same"


def _name_of(sheet_name: str) -> str:
    return "ชื่อหน่วยงาน" if sheet_name == "agencies" else "ชื่อหน่วย"


def test_a_unit_has_the_name_it_has_in_its_own_agency(one: Desk) -> None:
    book = one.out()
    services, routes = sheet(book, "services"), sheet(book, "routes")
    assert cell(services, "หน่วย", row_of(services, "รหัส", "BIRTH")).value == "OFFICE สำนักปลัด"
    lists = [[each.value for each in column] for column in book["รายการเลือก"].iter_cols()]
    for chosen in (one for one in lists if "ENG กองช่าง" in one):
        for label in ("OFFICE สำนักปลัด", "OFFICE สำนักปลัด อบต.", "OFFICE สำนักปลัดเทศบาล", "ENG กองช่าง"):
            assert chosen.count(label) == 1, label
    line = {"หมวด": "WT", "พื้นที่": "A2T2", "หน่วยงาน": "NONGSAI"}
    row = write(routes, {**line, "หน่วย": "สำนักปลัด อบต."})  # by its name alone, which is another one elsewhere
    assert one.back(book).changed == {"routes": 1}
    after = sheet(one.out(), "routes")
    (found,) = (at for at in range(4, after.max_row + 1) if cell(after, "หมวด", at).value.startswith("WT "))
    assert cell(after, "หน่วย", found).value == "OFFICE สำนักปลัด อบต."
    write(routes, {"หน่วย": "HEALTH กองสาธารณสุขและสิ่งแวดล้อม"}, row)
    assert "“หน่วย”: หน่วยงาน NONGSAI ไม่มีหน่วย “HEALTH กองสาธารณสุขและสิ่งแวดล้อม”" in one.refused(book)


def test_an_own_sentence_is_what_people_hear(one: Desk) -> None:
    book = one.out()
    page = sheet(book, "texts")
    greeting = row_of(page, "รหัส", "greet.hello")
    write(page, {"ข้อความของหน่วยงาน": "ซาหวัดดี{ค่ะ} เทศบาลยินดีรับฟัง"}, greeting)
    assert one.back(book).changed == {"agencies": 1}
    one.world.citizen().says("สวัสดีครับ").hears("ซาหวัดดีค่ะ เทศบาลยินดีรับฟัง")
    receipt = row_of(page, "รหัส", "confirm.done")
    write(page, {"ข้อความของหน่วยงาน": "รับแล้ว {code} {summary} {due} {when}"}, receipt)
    said = one.refused(book)
    assert f"ข้อความ texts แถว {receipt} “ข้อความของหน่วยงาน”: ไม่รู้จัก “{{when}}”" in said
    assert "ต้องมี “{secret}”" in said
    write(page, {"ข้อความของหน่วยงาน": None}, receipt)
    write(page, {"ข้อความของหน่วยงาน": None}, greeting)
    assert one.back(book).changed == {"agencies": 1}
    one.world.citizen("U2").says("สวัสดีครับ").hears("ที่นี่คือช่องทางรับเรื่องของ")


OWN_NOTICE = "เทศบาลตัวอย่างเก็บเรื่องของคุณ 10 ปี{abroad}\nติดต่อ {phone} พิมพ์ “ข้อมูลของฉัน” เพื่อขอดูหรือลบ{ค่ะ}"


def test_the_agencys_own_privacy_notice(desk: Desk) -> None:
    citizen = desk.world.citizen().says("ไฟถนนดับ ซอย 5").hears("ขอแจ้งก่อนเริ่ม").says("ยกเลิก")
    book = desk.out()
    page = sheet(book, "texts")
    row = row_of(page, "รหัส", "notice.short")
    assert "ขอแจ้งก่อนเริ่ม" in cell(page, "ข้อความของระบบ", row).value
    write(page, {"ข้อความของหน่วยงาน": "เราเก็บเรื่องของคุณ {ministry}"}, row)
    said = desk.refused(book)
    for fault in ("ไม่รู้จัก “{ministry}”", "{phone}", "ต้องมี “{abroad}”", "ต้องบอกให้พิมพ์ “ข้อมูลของฉัน” ได้"):
        assert fault in said
    write(page, {"ข้อความของหน่วยงาน": OWN_NOTICE}, row)
    desk.back(book, dry_run=True)
    assert told(desk) == []
    desk.back(book)
    assert desk.back(book).changed == {}
    own = ("เทศบาลตัวอย่างเก็บเรื่องของคุณ 10 ปี", "ติดต่อ 055-000-100", "ซึ่งเก็บข้อมูลอยู่ต่างประเทศ", "ขอดูหรือลบค่ะ")
    citizen.says("ไฟถนนดับ ซอย 5").hears("ฉบับใหม่", *own).hears_not("ขอแจ้งก่อนเริ่ม").says("ยกเลิก")
    citizen.says("ไฟถนนดับ ซอย 5").hears_not("10 ปี").says("ยกเลิก")
    desk.world.citizen("W1", "web").says("ไฟถนนดับ ซอย 5").hears("10 ปี").hears_not("ฉบับใหม่", "ต่างประเทศ")
    home = sheet(book, "agencies")
    write(home, {"ที่อยู่ประกาศความเป็นส่วนตัว": "https://example.go.th/privacy"}, row_of(home, "รหัส", "DEMO"))
    desk.back(book)
    whole = "อ่านประกาศฉบับเต็มที่ https://example.go.th/privacy"
    citizen.says("ไฟถนนดับ ซอย 5").hears("ฉบับใหม่", "10 ปี", whole).says("ยกเลิก")
    desk.world.citizen("U7").says("There is a big hole in the road").hears("https://example.go.th/privacy")
    assert [(each["words"], each["link"]) for each in told(desk)] == [
        (OWN_NOTICE, ""),
        (OWN_NOTICE, "https://example.go.th/privacy"),
    ], "what people were told can be found years later"
    write(page, {"ข้อความของหน่วยงาน": None}, row)
    desk.back(book)
    citizen.says("ไฟถนนดับ ซอย 5").hears("ฉบับใหม่", "ขอแจ้งก่อนเริ่ม", whole)


def told(desk: Desk) -> list[dict[str, Any]]:
    """Each notice of the agency that was put in force, oldest first."""
    with desk.world.db.reading() as session:
        links = select(HistoryEntry.id).where(HistoryEntry.what == "notice")
        rows = session.scalars(select(HistoryDetail).where(HistoryDetail.history_id.in_(links)))
        return [session.keys.open_data(row.details) for row in sorted(rows, key=lambda row: row.history_id)]


def test_officers_are_invited_once(desk: Desk) -> None:
    desk.world.officer("T1", Role.INTAKE, unit="OFFICE")
    book = desk.out()
    page = sheet(book, "officers")
    assert cell(page, "ชื่อที่แสดง", 4).value == "T1", "who is there already stands in it"
    line = {"หน่วยงาน": "DEMO", "หน่วย": "ENG กองช่าง", "หน้าที่": "หัวหน้าหน่วย", "ชื่อที่แสดง": "หัวหน้ากองช่าง"}
    write(page, line)
    assert [one.code for one in desk.back(book, dry_run=True).invited if one.name != "หัวหน้ากองช่าง"] == []
    (invited,) = desk.back(book).invited
    assert (invited.agency, invited.unit, invited.role, invited.name) == ("DEMO", "ENG", "unit_head", "หัวหน้ากองช่าง")
    assert desk.back(book).invited == [], "an open invitation waits"
    desk.world.citizen("T2", "telegram").says(f"/เข้าร่วม {invited.code}").hears("หัวหน้าหน่วย")
    assert desk.back(book).invited == [], "there now"
    with desk.world.db.reading() as session:
        posts = people.posts_held(session, "DEMO", desk.world.now.date())
        assert {(post.name, post.role, post.unit_code) for post in posts} >= {("หัวหน้ากองช่าง", "unit_head", "ENG")}
        assert session.scalar(select(func.count()).select_from(Invite)) == 2


def test_a_first_workbook_brings_none_of_the_sample_province(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/own.db", Keyring([KEY]))
    migrations.migrate(db)
    desk = Desk(World(db), tmp_path)
    book = desk.out()
    assert cell(sheet(book, "agencies"), "รหัส", 4).value == "DEMO", "an example to write over"
    for name in ("agencies", "units", "services", "steps", "places", "routes", "standards"):
        sheet(book, name).delete_rows(4, 1000)
    write(sheet(book, "agencies"), {"รหัส": "KAO", "ชื่อหน่วยงาน": "เทศบาลเก้า", "พื้นที่": "อำเภอเก้า"}, 4)
    write(sheet(book, "units"), {"หน่วยงาน": "KAO", "รหัส": "ONE", "ชื่อหน่วย": "สำนักปลัด", "เป็นหน่วยรับเรื่อง": "ใช่"}, 4)
    desk.back(book)
    held = desk.held()
    assert [row["code"] for row in held["agencies.toml"]["agency"]] == ["KAO"]
    assert held["services.toml"]["service"] == held["places.toml"]["place"] == held["routing.toml"]["route"] == []
    assert held["surveys.toml"]["item"], "what holds for everybody is there"
    desk.world.citizen().says("ไฟถนนดับ ซอย 5").taps("ส่งเรื่อง").hears("รหัสเรื่อง")
    db.close()


def test_lists_to_choose_from_help_and_no_formula(one: Desk) -> None:
    with one.world.db.transaction() as session:
        session.get_one(Unit, ("DEMO", "ENG")).name = "=1+1"
        session.known.clear()
    book = one.out()
    units = sheet(book, "units")
    name = cell(units, "ชื่อหน่วย", row_of(units, "รหัส", "ENG"))
    assert (name.value, name.data_type, name.quotePrefix) == ("=1+1", "s", True)
    for page in book.worksheets[1:-1]:
        assert page["A1"].value, page.title
        assert str(page["A3"].value).startswith("คำอธิบาย:"), page.title
    rules = {str(rule.sqref).split(":")[0][0]: rule.formula1 for rule in units.data_validations.dataValidation}
    chosen = {cell(units, heading, 4).column_letter for heading in ("หน่วยงาน", "เป็นหน่วยรับเรื่อง")}
    assert chosen <= rules.keys()


def test_what_is_typed_stays_what_was_typed(one: Desk) -> None:
    """A spreadsheet makes 55000199 of the number 055000199, and a date of the code 3/5, where it may."""
    book = one.out()
    for name, heading, kept in (
        ("units", "โทรศัพท์", "@"),
        ("services", "รหัส", "@"),
        ("limits", "ค่า", "@"),
        ("holidays", "วันที่", "yyyy-mm-dd"),
        ("categories", "วันทำการ", "General"),
    ):
        page = sheet(book, name)
        there = cell(page, heading, 4)
        assert there.number_format == kept, heading
        assert page.column_dimensions[there.column_letter].number_format == kept, "lines that are still to be typed"


def test_every_line_of_a_cell_is_seen_on_the_screen_and_on_paper(one: Desk) -> None:
    book = one.out()
    page = sheet(book, "texts")
    row = row_of(page, "รหัส", "confirm.done")
    lines = str(cell(page, "ข้อความของระบบ", row).value).count("\n") + 1
    assert lines > 3
    assert page.row_dimensions[row].height >= 15 * lines, "LibreOffice gives each row one line by itself"
    assert page.row_dimensions[row_of(page, "รหัส", "greet.thanks")].height is None
    for each in (sheet(book, name) for name in ("agencies", "texts", "officers")):
        assert each.page_setup.orientation == "landscape"
        assert each.sheet_properties.pageSetUpPr.fitToPage
        assert (each.page_setup.fitToHeight, each.print_title_cols) == (0, "$A:$A")
        assert 1 <= each.page_setup.fitToWidth <= 3


def test_formulas_and_foreign_sheets_are_refused(one: Desk) -> None:
    book = one.out()
    cell(sheet(book, "units"), "ชื่อหน่วย", 4).value = "=WEBSERVICE(1)"
    book.create_sheet("อื่น ๆ")["A1"] = "x"
    said = one.refused(book)
    assert "หน่วย units แถว 4 “ชื่อหน่วย”: “=WEBSERVICE(1)” เป็นสูตร" in said
    assert "ไม่รู้จักแผ่นงาน “อื่น ๆ”" in said
    assert said.count("ต้องกรอก") == 0, "a formula is not also missing"


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"a" * 200])
def test_what_is_no_workbook(one: Desk, content: bytes) -> None:
    path = one.folder / "bad.xlsx"
    path.write_bytes(content)
    with pytest.raises(NotSeeded) as wrong:
        seeding.load(one.world.db, path, one.world.tools, one.world.now)
    assert "เปิดแฟ้มนี้ไม่ได้" in wrong.value.problems[0]


def test_bombs_and_macros_are_not_unpacked(one: Desk) -> None:
    path = one.folder / "own.xlsx"
    one.out().save(path)
    whole = path.read_bytes()
    for name, content, said in (
        ("xl/zeros.xml", b"0" * (50 * 1024 * 1024), "คลายแล้วใหญ่ผิดปกติ"),
        ("xl/vbaProject.bin", b"x", "มาโคร"),
    ):
        path.write_bytes(repacked(whole, add={name: content}))
        with pytest.raises(NotSeeded) as wrong:
            seeding.load(one.world.db, path, one.world.tools, one.world.now)
        assert said in wrong.value.problems[0]


def test_a_spreadsheets_own_yes_and_no(one: Desk) -> None:
    book = one.out()
    page = sheet(book, "hotlines")
    row = row_of(page, "หมายเลข", "1323")
    write(page, {"ตรวจสอบแล้ว": True}, row)
    assert one.back(book).changed == {"hotlines": 1}
    assert cell(sheet(one.out(), "hotlines"), "ตรวจสอบแล้ว", row).value == "ใช่"


def test_a_folder_may_hold_officers_and_own_sentences(one: Desk) -> None:
    for path in SEED.glob("*.toml"):
        (one.folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    officers = '[[officer]]\nagency = "DEMO"\nunit = "ENG"\nrole = "officer"\nname = "ช่าง"\n'
    (one.folder / "officers.toml").write_text(officers, encoding="utf-8")
    done = seeding.load(one.world.db, one.folder, one.world.tools, one.world.now)
    assert [each.name for each in done.invited] == ["ช่าง"]
    (one.folder / "officers.toml").write_text(officers.replace("ENG", "NONE"), encoding="utf-8")
    with pytest.raises(seeding.BadSeed, match="no unit 'NONE'"):
        seeding.load(one.world.db, one.folder, one.world.tools, one.world.now)
    path = one.folder / "agencies.toml"
    own = '[agency.texts]\n"greet.hello" = "{nobody}"\n\n[[unit]]'
    path.write_text(path.read_text(encoding="utf-8").replace("[[unit]]", own, 1), encoding="utf-8")
    with pytest.raises(seeding.BadSeed, match=r"greet\.hello"):
        seeding.load(one.world.db, one.folder, one.world.tools, one.world.now)


def test_an_invitation_that_ran_out_is_made_anew(one: Desk) -> None:
    book = one.out()
    write(sheet(book, "officers"), {"หน่วยงาน": "DEMO", "หน้าที่": "หัวหน้าส่วนราชการ", "ชื่อที่แสดง": "นายก"}, 4)
    (first,) = one.back(book).invited
    one.world.passes(days=joining.INVITE_LASTS.days + 1)
    (second,) = one.back(book).invited
    assert first.code != second.code
    with one.world.db.transaction() as session:
        svc = Svc(session, one.world.now, one.world.tools)
        assert len(seeded.officers(session, svc.now, svc.today)) == 1


def test_as_an_operator_types_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "PRATU_DATABASE_URL": f"sqlite:///{tmp_path}/typed.db",
        "PRATU_DATA_DIR": str(tmp_path),
        "PRATU_SECRET_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)
    path = f"{tmp_path}/now.xlsx"
    assert cli.main(["migrate"]) == 0
    assert cli.main(["seed", str(SEED)]) == 0
    assert cli.main(["seed", "--template", path]) == 0
    assert Path(path).stat().st_mode & 0o077 == 0, "names of officers stand in it"
    assert cli.main(["seed", "--template", path]) == 2, "somebody may have typed in it for a day"
    capsys.readouterr()
    assert cli.main(["seed", path]) == 0
    assert capsys.readouterr().out == "nothing changed\n"
    book = load_workbook(path)
    line = {"หน่วยงาน": "DEMO", "หน้าที่": "หัวหน้าส่วนราชการ", "ชื่อที่แสดง": "นายกเทศมนตรี"}
    write(sheet(book, "officers"), line, 4)
    book.save(path)
    assert cli.main(["seed", path, "--dry-run"]) == 0
    assert capsys.readouterr().out == "invited: DEMO head นายกเทศมนตรี\ncode: -\n"
    assert cli.main(["seed", path]) == 0
    assert capsys.readouterr().out.startswith("invited: DEMO head นายกเทศมนตรี\ncode: ")
    cell(sheet(book, "units"), "ชื่อหน่วย", 4).value = None
    book.save(path)
    assert cli.main(["seed", path]) == 2
    told = capsys.readouterr().err
    assert "pratu: หน่วย units แถว 4 “ชื่อหน่วย”: ต้องกรอก\n" in told
    assert "1 to put right (see above); nothing was loaded" in told
    for wrong in (["seed"], ["seed", str(tmp_path)], ["seed", "none.xlsx"], ["seed", "--template", "book.ods"]):
        assert cli.main(wrong) == 2
        assert "Traceback" not in capsys.readouterr().err
