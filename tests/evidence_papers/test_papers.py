"""DOCX and PDF of every paper of the pack: what stands on them, for a year that was lived and for an empty one."""

from __future__ import annotations

import io
import re

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from bot import papers as commands
from handlers.reports.evidence.papers import PAPERS
from handlers.reports.evidence.table import criteria
from tests.evidence_papers.conftest import Office
from tests.evidence_papers.year import HOSTILE
from tests.papers.pdf_text import text_of

AS_OF = "ข้อมูล ณ วันที่ 24 พฤศจิกายน 2569 เวลา 09:30 น."
SOLID = re.compile(r"[\s\u200b\u00a0]+")


def solid(text: str) -> str:
    """Without spaces: where a line ends is the program's matter."""
    return SOLID.sub("", text)


def pdf(office: Office, name: str) -> str:
    content = office.file(name, ".pdf")
    assert content.startswith(b"%PDF-")
    return solid(text_of(content))


def words(office: Office, name: str) -> str:
    """Everything a DOCX says, tables and headers with it."""
    document = docx.Document(io.BytesIO(office.file(name, ".docx")))
    body = "".join(node.text or "" if node.tag == qn("w:t") else "-" for node in document.element.body.iter(
        qn("w:t"), qn("w:noBreakHyphen")))  # fmt: skip
    heads = "".join(line.text for section in document.sections for line in section.header.paragraphs)
    feet = "".join(line.text for section in document.sections for line in section.footer.paragraphs)
    return solid(body + heads + feet)


def test_the_command_line_knows_every_paper() -> None:
    assert tuple(PAPERS) == commands.PAPERS


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_is_drawn_of_an_empty_installation(empty: Office, name: str) -> None:
    paper = empty.paper(name)
    told = words(empty, name)
    for section in paper.sections:
        assert solid(section.heading) in told
        assert not section.code or section.code in told
    assert solid(AS_OF) in told
    assert solid(AS_OF) in pdf(empty, name)


@pytest.mark.parametrize("name", PAPERS)
def test_both_forms_say_the_same_of_a_lived_year(office: Office, name: str) -> None:
    paper, in_word, in_pdf = office.paper(name), words(office, name), pdf(office, name)
    for section in paper.sections:
        assert solid(section.heading) in in_word
        for block in section.blocks:
            if block.kind == "grid":
                for heading in block.leaves:
                    assert solid(heading) in in_word
                    assert solid(heading) in in_pdf
                for line in block.lines:
                    assert solid(str(line.cells[0])) in in_word
    assert paper.agency in in_pdf


def test_tables_carry_the_guides_headings_and_codes(office: Office) -> None:
    document = docx.Document(io.BytesIO(office.file("tables", ".docx")))
    corners = [section.header.paragraphs[0].runs[-1].text.strip() for section in document.sections]
    codes = [given["code"] for table, given in criteria()["tables"].items() if table.startswith("T-")]
    assert corners[1:] == [*codes, "CS3-I"], "the first page lists the tables"
    table = next(table for table in document.tables if table.cell(0, 0).text == "ช่องทาง")
    assert [cell.text for cell in table.rows[1].cells] == ["ช่องทาง", "2568", "2569", "2570", "หมายเหตุ"]
    assert table.cell(0, 1).text == "จำนวนเรื่อง เปรียบเทียบปี 2568-2570"
    assert table.cell(0, 1)._tc is table.cell(0, 3)._tc
    for row in table.rows[:2]:
        assert row._tr.trPr.find(qn("w:tblHeader")) is not None, "headings come again on every page"
    assert table.rows[2]._tr.trPr.find(qn("w:tblHeader")) is None


def test_wide_tables_lie_on_their_side(office: Office) -> None:
    document = docx.Document(io.BytesIO(office.file("tables", ".docx")))
    wide = [section.orientation == WD_ORIENT.LANDSCAPE for section in document.sections[1:]]
    assert wide[1]  # T-02, seven columns
    assert wide[20]  # T-21, nine
    assert not wide[3]  # T-04
    assert not wide[21]  # form 2.3


def test_thai_is_complex_script_everywhere(office: Office) -> None:
    document = docx.Document(io.BytesIO(office.file("tables", ".docx")))
    for run in document.element.body.iter(qn("w:r")):
        if run.find(qn("w:t")) is not None:
            fonts = run.rPr.find(qn("w:rFonts"))
            assert fonts.get(qn("w:cs")) == "TH Sarabun New"
            assert run.rPr.find(qn("w:szCs")) is not None


def test_what_people_wrote_is_words_on_paper(office: Office) -> None:
    assert solid(HOSTILE) in words(office, "tables")
    assert solid("ประชาชนต้องการให้เก็บขยะวันเสาร์") in pdf(office, "tables")


def test_the_pdf_repeats_headings_on_the_next_page(office: Office) -> None:
    """Forty-seven items do not fit one page: the two tables of items print their heading twice each."""
    told = pdf(office, "tables")
    assert told.count(solid("ไม่พึงพอใจ(%)")) >= 5  # T-15 once, T-16 and T-17 twice each


# --- the charts -------------------------------------------------------------------------------------------------------


def test_the_flow_chart_counts_every_branch(office: Office) -> None:
    chart = next(block for block in office.paper("flow").sections[0].blocks if block.kind == "chart")
    told = {box.id: (box.count, box.who) for box in chart.boxes}
    assert told["general"][0] == "4 เรื่อง (ร้อยละ 100)"
    assert told["in_own"][0] == "4 เรื่อง (ร้อยละ 100)"
    assert told["in_ministry"][0] == "0 เรื่อง (ร้อยละ 0)"
    assert told["record3"] == ("1 เรื่อง", "สำนักปลัด")
    assert told["complete"][0] == "1 เรื่อง"
    assert told["do_general"][1] == "กองช่าง, กองสาธารณสุขและสิ่งแวดล้อม, สำนักปลัด"
    assert told["head"][1] == "นายกเทศมนตรี"
    ids = {box.id for box in chart.boxes}
    assert {one for arrow in chart.arrows for one in arrow} == ids, "every box is reached, every arrow ends in a box"
    said = pdf(office, "flow")
    for words_ in ("กรณีเป็นเรื่องเร่งด่วนสำคัญ", "หัวหน้าฝ่ายอำนวยการ", "n = 4 เรื่อง", "(3) บันทึกข้อมูล"):
        assert solid(words_) in said


def test_the_flow_chart_of_a_document_is_a_picture_with_its_words(office: Office) -> None:
    document = docx.Document(io.BytesIO(office.file("flow", ".docx")))
    (shape,) = document.inline_shapes
    said = shape._inline.docPr.get("descr")
    assert "แต่งตั้งผู้เกี่ยวข้องเป็นคณะทำงานรับผิดชอบดำเนินการ/รายงาน" in said
    picture = document.part.related_parts[shape._inline.graphic.graphicData.pic.blipFill.blip.embed].blob
    assert picture.startswith(b"\x89PNG")


def test_plan_and_done_stand_side_by_side(office: Office) -> None:
    """Two visits of a monthly plan; 24 November is in the second month, so one month has passed."""
    (grid,) = office.paper("quality").sections[1].blocks
    monthly, daily = (line.cells for line in grid.lines)
    assert monthly[1:] == ("1 ครั้ง/เดือน", 12, 1, 2, 200, "–", "สำนักปลัด")
    assert daily[1:] == ("ทุกวัน", 365, 31 + 24, 0, 0, 3, "กองช่าง")


def test_without_a_plan_the_guides_is_a_sample(empty: Office) -> None:
    said = pdf(empty, "quality")
    assert solid("รายการในกรอบเป็นตัวอย่าง") in said
    assert solid("หน่วยรับเรื่องร้องทุกข์ – 1 ครั้ง/เดือน") in said


# --- the manuals ------------------------------------------------------------------------------------------------------


def test_the_citizens_manual_tells_what_its_preface_promises(office: Office) -> None:
    said = pdf(office, "citizens_manual")
    for words_ in (
        "เรื่อง ย้ายทะเบียนบ้าน",
        "สำนักงานเทศบาล ชั้น 1 จุดรับเรื่อง",
        "สำเนาทะเบียนบ้านฉบับเจ้าบ้าน",
        "ไม่เสียค่าธรรมเนียม (ย้ายปลายทาง 20 บาท)",
        "แจ้งภายใน 15 วันนับแต่วันย้าย",
        "055-000-103",
        "1 ตุลาคม 2568",
        "หัวหน้าฝ่ายทะเบียน",
        "(ให้หน่วยงานเติม)",
    ):
        assert solid(words_) in said, words_
    assert "ว่าเมื่อท่านมาติดต่อ" not in said, "the guide's slip is not copied"
    assert "พิษณุโลก" not in said


def test_the_staff_manual_has_the_fifteen_headings(office: Office) -> None:
    titles = [section.heading for section in office.paper("staff_manual").sections]
    assert [int(title.split(".")[0]) for title in titles] == list(range(1, 16))
    last = office.paper("staff_manual").sections[-1]
    assert last.blocks[0].lines == ("รวมไว้กับข้อ 9 แล้ว",)
    ninth = office.paper("staff_manual").sections[8]
    assert ninth.blocks[0].lines == ("1. พระราชบัญญัติการทะเบียนราษฎร",)


def test_a_project_has_ten_headings(office: Office) -> None:
    (section,) = office.paper("projects").sections
    names = [name for name, _value in section.blocks[0].rows]
    assert [int(name.split(".")[0]) for name in names] == list(range(1, 11))
    assert section.blocks[0].rows[2][1] == "เพิ่มรายได้ของชุมชน\nให้ประชาชนร่วมคิดร่วมทำ"
    assert section.blocks[0].rows[9][1] == "–"


def test_who_answered_is_listed_without_names(office: Office) -> None:
    (section,) = office.paper("respondents").sections
    assert section.heading.startswith("R-01 ")
    (grid,) = section.blocks
    assert len(grid.lines) == 17, "one to each form that was answered"
    assert grid.lines[0].cells[1:4] == ("อ. 24 พ.ย. 69", "ประชาชนทั่วไป", "LINE")


# --- yearly and half-yearly -------------------------------------------------------------------------------------------


def test_the_governor_reads_groups_channels_and_endings(office: Office) -> None:
    sections = office.paper("governor").sections
    groups = sections[0].blocks[1]
    assert groups.lines[-1].cells == ("รวม", 3, 0, 0, 0, 1, 4)
    assert groups.lines[-2].cells == ("ไม่ระบุ", 3, 0, 0, 0, 1, 4)
    channels = sections[1].blocks[0]
    assert [line.cells for line in channels.lines] == [(1, "LINE", 3, 75), (2, "Telegram", 1, 25)]
    endings = sections[2].blocks[0]
    assert [line.cells for line in endings.lines] == [("แก้ไขแล้ว", 1, 25), ("รอข้อยุติ", 3, 75), ("รวม", 4, 100)]
    assert "ทุจริต" not in "".join(str(line.cells) for line in groups.lines)


def test_corruption_stands_apart_and_small_numbers_are_not_shown(office: Office) -> None:
    general, corruption, _about = (section.blocks[0] for section in office.paper("ita").sections)
    assert [line.cells[1:] for line in general.lines] == [(3, 1, 2, 33), ("–", "–", "–", "–"), (3, 1, 2, 33)]
    assert [line.cells[1:] for line in corruption.lines] == [("*",) * 4, ("–",) * 4, ("*",) * 4]


def test_the_public_summary_has_no_small_numbers_and_no_words(office: Office) -> None:
    (section,) = office.paper("summary").sections
    said = pdf(office, "summary")
    for private in ("70-0000", "ซอย5", "วัดใหม่", "เรียกรับเงิน"):
        assert private not in said
    headlines, kinds = section.blocks[0], section.blocks[1]
    assert headlines.lines[0].cells[1] == "*"
    assert headlines.lines[3].cells[1] == "10 จาก 17 (ร้อยละ 59)"
    assert all(line.cells[1] == "*" for line in kinds.lines)


def test_every_agency_together(office: Office) -> None:
    everybody = Office(office.world, agency=None)
    said = pdf(everybody, "governor")
    assert solid("หน่วยงาน: ทุกหน่วยงาน") in said
    assert everybody.paper("flow").agency == "เทศบาลตัวอย่าง", "a chart is of one agency"
