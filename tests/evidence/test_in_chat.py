"""The yearly evidence and a case's dossier in the chats of those who read them, and the papers behind their links."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy import update
from starlette.applications import Starlette

from bot.pages import files, papers
from handlers.messages import Document
from handlers.reports.evidence import report
from storage.tables import Agency, Case, Membership
from storage.words import Role
from tests.evidence.scenes import answered
from tests.evidence_papers.conftest import no_pictures
from tests.papers.pdf_text import text_of
from tests.papers.test_links import GONE, Browser
from tests.registers.books import Office
from tests.world import Dialogue, World

ADDRESS = "https://pratu.example"


@pytest.fixture
def year(world: World) -> World:
    """Two matters of the year, one of them concluded in time; four answers, one of them dissatisfied."""
    world.tools = replace(
        world.tools, page_link=lambda path: f"{ADDRESS}{path}", file_link=lambda token: f"{ADDRESS}/files/{token}"
    )
    engineer = world.officer("T1", Role.OFFICER, unit="ENG")
    reference = world.citizen("U1").says("ไฟถนนดับ ซอย 5 เบอร์ 0812345678").taps("ส่งเรื่อง").reference
    engineer.says(f"/รับ {reference}")
    engineer.reports(reference, "เปลี่ยนหลอดไฟสามดวง").says(f"/ปิด {reference}")
    world.citizen("U2").says("ถนนเป็นหลุม หน้าวัดใหม่").taps("ส่งเรื่อง")
    answered(world, "S1.1.1", satisfied=3, dissatisfied=1)
    Office(world).brings("target", {"ตัวชี้วัด": "ความพึงพอใจ", "เป้าหมาย (ร้อยละ)": "80"})
    return world


@pytest.fixture
def browser(year: World) -> Browser:
    here = (year.db, year.tools, lambda: year.now)
    return Browser(Starlette(routes=[*papers.routes(*here, no_pictures), *files.routes(*here, Path("no-pictures"))]))


def link(person: Dialogue, label: str) -> str:
    """The path behind a button."""
    found = next(choice for choice in person.choices if choice.label == label)
    assert found.opens == "link"
    return str(found.says).removeprefix(ADDRESS)


def test_a_head_reads_the_figures_and_opens_the_pack(year: World, browser: Browser) -> None:
    head = year.officer("H1", Role.HEAD, channel="line").says("/รายงาน")
    head.hears(
        "หลักฐานหมวด 3 ปีงบประมาณ 2570", "เทศบาล", ": 1/2 = ร้อยละ 50", ": 3/4 = ร้อยละ 75 (เป้าหมาย 80)", ": 1/4 = ร้อยละ 25"
    )
    head.hears("แบบฟอร์ม 2.3 ยังขาด", "CS4: เครือข่าย 0 เครือข่าย (T-11)", "ใช้ได้ 7 วัน")
    assert not [part for part in head.parts if isinstance(part, Document)], "LINE takes no files"
    pdf = browser.get(link(head, "เปิด PDF"))
    assert pdf.headers["content-type"] == "application/pdf"
    assert "แบบฟอร์ม" in text_of(pdf.content)
    book = load_workbook(io.BytesIO(browser.get(link(head, "เปิด XLSX")).content))
    kpis = [[cell.value for cell in row] for row in next(sheet for sheet in book if "KPI" in sheet.title).iter_rows()]
    assert [3, 4, 75, 80] in [row[1:5] for row in kpis]
    word = browser.get(link(head, "เปิด DOCX"))
    assert '"pmqa3-DEMO-2570.docx"' in word.headers["content-disposition"]
    assert len(docx.Document(io.BytesIO(word.content)).tables) > 20
    head.says("/report ๒๕๖๙").hears("ปีงบประมาณ 2569", "ยังไม่มีข้อมูล")


def test_the_command_and_its_year(year: World) -> None:
    coordinator = year.officer("C1", Role.COORDINATOR)
    for line in ("/รายงาน ปีงบ 2570", "/evidence 2570", "/รายงาน2570", "รายงาน", "/report 2570"):
        coordinator.says(line).hears("ปีงบประมาณ 2570", "1/2 = ร้อยละ 50")
    for line in ("/รายงาน 2571", "/รายงาน 70", "/รายงาน ปีหน้า", "/รายงาน 482 เปลี่ยนหลอดแล้ว", "/รายงาน 2499"):
        coordinator.says(line).hears("พิมพ์ปีงบประมาณ", "/รายงาน 2570", "/ผล 482")
    coordinator.says("/report").hears_not("หลักฐาน").says("/ยกเลิก")  # the citizens' word for telling of a trouble
    coordinator.says("/ช่วย ทั้งหมด").hears("/รายงาน ปีงบ", "/แฟ้ม รหัส")


def test_on_telegram_it_comes_as_a_file(year: World) -> None:
    coordinator = year.officer("C1", Role.COORDINATOR).says("/รายงาน")
    (paper,) = [part for part in coordinator.parts if isinstance(part, Document)]
    assert (paper.name, paper.link) == ("pmqa3-2570.pdf", f"{ADDRESS}/report/{paper.token}")
    drawn = papers.drawer(year.db, year.tools, lambda: year.now, no_pictures)(paper.token)
    assert drawn is not None
    assert "2570" in text_of(drawn)
    assert papers.drawer(year.db, year.tools, lambda: year.now, no_pictures)(paper.token + "0") is None


def test_a_governor_reads_the_figures_of_every_agency(year: World, browser: Browser) -> None:
    with year.db.transaction() as session:
        session.add(Agency(code="PAO", position=99, name="อบจ.", area="65", settings={}))
    answered(year, "S1.1.1", satisfied=5, agency="PAO")
    governor = year.officer("G1", Role.GOVERNOR).says("/รายงาน").hears("ทุกหน่วยงาน", ": 8/9 = ร้อยละ 89")
    assert '"pmqa3-all-2570.pdf"' in browser.get(link(governor, "เปิด PDF")).headers["content-disposition"]
    reference = year.cases()[0].reference
    governor.says(f"/แฟ้ม {reference}").hears("ไม่พบ")
    governor.says("/ช่วย ทั้งหมด").hears("/รายงาน").hears_not("/ทะเบียน")
    governor.says("/ทะเบียน").hears_not("เครือข่าย 0")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD, Role.INTAKE])
def test_others_do_not_read_it(year: World, role: Role) -> None:
    officer = year.officer("T9", role, unit="ENG").says("/รายงาน").hears("หลักฐานรายปีสำหรับ", "หัวหน้าส่วนราชการ", "/ผล")
    assert not officer.choices
    officer.says(f"/แฟ้ม {year.cases()[0].reference}")
    assert not [choice for choice in officer.choices if choice.opens == "link"]
    officer.says("/ช่วย ทั้งหมด").hears_not("/รายงาน", "/แฟ้ม")


def test_a_link_is_good_for_a_week_and_while_one_holds_the_post(year: World, browser: Browser) -> None:
    head = year.officer("H1", Role.HEAD).says("/รายงาน")
    evidence = link(head, "เปิด PDF")
    head.says(f"/แฟ้ม {year.cases()[0].reference}")
    dossier = link(head, "เปิด PDF")
    token = evidence.partition("?")[0].removeprefix("/report/")
    assert browser.get(f"/files/{token}").status_code == 404, "of another purpose"
    assert browser.get(f"/report/{token.replace('2570', '2569')}").status_code == 404
    year.passes(days=7, seconds=-1)
    assert [browser.get(one).status_code for one in (evidence, dossier)] == [200, 200]
    yesterday = (year.now - timedelta(days=1)).date()
    with year.db.transaction() as session:
        session.execute(update(Membership).where(Membership.role == Role.HEAD).values(until=yesterday))
    assert [browser.get(one).status_code for one in (evidence, dossier)] == [404, 404]
    with year.db.transaction() as session:
        session.execute(update(Membership).where(Membership.role == Role.HEAD).values(until=None))
    year.passes(seconds=1)
    assert [browser.get(one).status_code for one in (evidence, dossier)] == [404, 404]
    assert GONE in browser.get(evidence).text


def test_figures_that_disagree_are_not_printed(year: World, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    head = year.officer("H1", Role.HEAD).says("/รายงาน")
    monkeypatch.setattr(report, "_sums", lambda _tables: ["T-04: 2570: total is not the sum of its rows"])
    answer = browser.get(link(head, "เปิด PDF"))
    assert answer.status_code == 409
    assert "T-04: 2570" in answer.text
    token = link(head, "เปิด PDF").partition("?")[0].removeprefix("/report/")
    assert papers.drawer(year.db, year.tools, lambda: year.now, no_pictures)(token) is None


def test_a_dossier_masked(year: World, browser: Browser) -> None:
    reference = year.cases()[0].reference
    coordinator = year.officer("C1", Role.COORDINATOR).says(f"/แฟ้ม {reference}")
    coordinator.hears(reference, "แฟ้มหลักฐานรายเรื่อง", "ปิดข้อมูลส่วนบุคคลแล้ว")
    answer = browser.get(link(coordinator, "เปิด PDF"))
    assert f"{reference}-dossier.pdf" in answer.headers["content-disposition"]
    text = text_of(answer.content)
    assert reference in text
    assert "0812345678" not in text
    word = docx.Document(io.BytesIO(browser.get(link(coordinator, "เปิด DOCX")).content))
    assert reference in "\n".join(line.text for line in word.paragraphs)
    coordinator.says("/dossier 70-99999-9").hears("ไม่พบ")
    path = link(coordinator.says(f"/dossier {reference}"), "เปิด DOCX")
    with year.db.transaction() as session:
        session.execute(update(Case).where(Case.reference == reference).values(confidential=True))
    coordinator.says(f"/แฟ้ม {reference}").hears("ไม่พบ")
    assert browser.get(path).status_code == 404


def test_without_a_public_address_it_says_how(world: World) -> None:
    head = world.officer("H1", Role.HEAD).says("/รายงาน").hears("pratu report --fiscal-year 2570")
    reference = world.citizen("U1").says("ไฟถนนดับ ซอย 5").taps("ส่งเรื่อง").reference
    head.says(f"/แฟ้ม {reference}").hears(f"pratu dossier {reference}")
