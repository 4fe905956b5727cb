"""Letters and dossiers: their figures come from rows, nothing personal stands on them unasked, and they can be read."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image

from bot.documents import breaks, draw, pictures
from handlers.actions import letters
from handlers.reports import dossier as dossiers
from handlers.reports import letters as reports
from handlers.reports.dossier import Dossier
from handlers.reports.paper import Paper
from storage import cases, history
from storage import letters as register
from storage.files import FileStore
from storage.words import Status
from tests.papers import scenes
from tests.papers.pdf_text import text_of
from tests.papers.scenes import CITIZEN_ID, NAME, PERSONAL, PHONE, Scene
from tests.world import World

HEADINGS = (
    "รับข้อร้องเรียนจากผู้มาร้องด้วยตัวเอง",
    "บันทึก วิเคราะห์ สรุป ข้อร้องเรียน และทำหนังสือแจ้งผู้เกี่ยวข้องให้พิจารณาดำเนินการ",
    "ออกตรวจสถานที่จริงร่วมกับเจ้าหน้าที่ที่เกี่ยวข้อง/พบปะประชาชนผู้ได้รับความเดือดร้อนในพื้นที่",
    "นำข้อมูล ข้อเท็จจริงจากการตรวจสอบสถานที่จริงเสนอผู้บริหาร",
    "แจ้งผู้ร้องเรียน",
    "หนังสือแจ้งเตือน/ติดตามหน่วยงานที่รับผิดชอบให้เร่งดำเนินการ",
    "บันทึก/จัดเก็บข้อมูลเกี่ยวกับเรื่องร้องเรียน ร้องทุกข์อย่างเป็นหมวดหมู่ ง่ายต่อการค้นหา/ตรวจสอบ/ติดตาม",
)


@pytest.fixture
def files(world: World, tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", world.db.keys)


@pytest.fixture
def scene(world: World, files: FileStore) -> Scene:
    return scenes.handled(world, files)


def paper_of(scene: Scene, kind: str, *, open_: bool = False, thai_digits: bool = False) -> Paper:
    with scene.world.db.reading() as session:
        svc, case = scene.svc(session), scene.case(session)
        row = register.newest(session, case.id, kind)
        assert row is not None
        return reports.paper(svc, case, row, open_=open_, thai_digits=thai_digits)


def dossier_of(scene: Scene, *, open_: bool = False) -> Dossier:
    with scene.world.db.reading() as session:
        return dossiers.dossier(scene.svc(session), scene.case(session), open_=open_)


def words_in(content: bytes, ending: str) -> str:
    """Every word on a paper, foot and tables too."""
    if ending == ".pdf":
        return text_of(content)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        raw = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    return re.sub("<[^>]+>", "", re.sub("<w:noBreakHyphen/>", "-", raw))


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


# --- the register -----------------------------------------------------------------------------------------------------


def test_numbers_run_without_gaps_by_agency_and_calendar_year(world: World) -> None:
    scene = scenes.told(world)
    numbers = []
    for kind in ("notify_unit", "chase_1"):
        with world.db.transaction() as session:
            numbers.append(letters.issue(scene.svc(session), scene.case(session), kind).number)

    def fails() -> None:
        with world.db.transaction() as session:
            letters.issue(scene.svc(session), scene.case(session), "chase_2")
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fails()
    with world.db.transaction() as session:
        numbers.append(letters.issue(scene.svc(session), scene.case(session), "chase_2").number)
    world.passes(days=60)
    with world.db.transaction() as session:
        numbers.append(letters.issue(scene.svc(session), scene.case(session), "chase_3").number)
    assert numbers == ["ทต.ตัวอย่าง 1/2569", "ทต.ตัวอย่าง 2/2569", "ทต.ตัวอย่าง 3/2569", "ทต.ตัวอย่าง 1/2570"]


def test_a_letter_is_a_fact_of_the_case(scene: Scene) -> None:
    with scene.world.db.transaction() as session:
        case = scene.case(session)
        facts = [row for row in cases.updates(session, [case.id]) if row.what == "letter"]
        assert len(facts) == len(register.of_case(session, case.id)) == len(reports.KINDS)
        assert facts[0].note_masked == "หนังสือแจ้งหน่วยงานพิจารณาดำเนินการ ที่ ทต.ตัวอย่าง 1/2569"
        assert case.order_number == register.newest(session, case.id, "order_team").number  # type: ignore[union-attr]
        assert history.verify(session).broken_at is None


def test_an_unknown_kind_names_those_there_are(world: World) -> None:
    scene = scenes.told(world)
    with world.db.transaction() as session, pytest.raises(letters.NoSuchKind, match="chase_3"):
        letters.issue(scene.svc(session), scene.case(session), "postcard")


# --- what letters say -------------------------------------------------------------------------------------------------


def test_a_unit_of_ones_own_gets_a_memo(scene: Scene) -> None:
    paper = paper_of(scene, "notify_unit")
    heads = dict(paper.heads)
    assert (paper.form, paper.title, paper.date) == ("memo", "บันทึกข้อความ", "วันที่  24 พฤศจิกายน 2569")
    assert heads["เรียน"] == "ผู้อำนวยการกองช่าง"
    assert heads["เรื่อง"].endswith(scene.reference)
    assert heads["สิ่งที่ส่งมาด้วย"] == "ภาพถ่าย จำนวน 1 ภาพ"
    assert "ภายในวันที่ 3 ธันวาคม 2569" in paper.body[1]


def test_the_complainant_gets_a_letter_with_the_result(scene: Scene) -> None:
    paper = paper_of(scene, "tell_complainant", open_=True)
    heads = dict(paper.heads)
    assert (paper.form, paper.regards, heads["เรียน"]) == ("external", "ขอแสดงความนับถือ", NAME)
    assert paper.sender[0] == "เทศบาลตัวอย่าง"
    assert heads["อ้างถึง"].startswith("เรื่องที่ท่านแจ้งผ่านช่องทาง LINE เมื่อวันที่ 24 พฤศจิกายน 2569")
    assert scenes.RESULT in paper.body[1]
    assert "แล้วเสร็จเมื่อวันที่ 13 ธันวาคม 2569" in paper.body[1]
    assert "30 วัน" in paper.body[2]


def test_a_letter_says_how_things_stood_on_its_day(scene: Scene) -> None:
    """The first chase was written before the date and before the result; drawn later it still says so."""
    assert "ใกล้ครบกำหนด" in paper_of(scene, "chase_1").body[1]
    second = paper_of(scene, "chase_2")
    assert "เกินกำหนดมาแล้ว 2 วันทำการ" in second.body[1]  # 10 December is a holiday
    assert "1/2569" in dict(second.heads)["อ้างถึง"]
    assert second.speed == "ด่วนมาก"
    assert paper_of(scene, "chase_3").foot == ("สำเนาเรียน  นายกเทศมนตรี",)
    assert "อยู่ระหว่าง" not in paper_of(scene, "governor").body[1]


def test_before_the_head_decided_the_complainant_hears_of_no_result(world: World) -> None:
    scene = scenes.told(world)
    with world.db.transaction() as session:
        letters.issue(scene.svc(session), scene.case(session), "tell_complainant")
    paper = paper_of(scene, "tell_complainant")
    assert "อยู่ระหว่างการดำเนินการของกองช่าง" in paper.body[1]


def test_an_order_appoints_the_units_and_intake_keeps_the_papers(scene: Scene) -> None:
    paper = paper_of(scene, "order_team")
    assert (paper.form, paper.title) == ("order", "คำสั่งเทศบาลตัวอย่าง")
    assert re.fullmatch(r"ที่  \d+/2569", paper.number)
    assert paper.members == (
        ("ผู้อำนวยการกองช่าง", "หัวหน้าคณะทำงาน"),
        ("หัวหน้าสำนักปลัด", "คณะทำงานและเลขานุการ"),
    )
    assert paper.signature[0] == "สั่ง ณ วันที่ 13 ธันวาคม พ.ศ. 2569"


def test_an_order_that_has_its_number_keeps_it(world: World) -> None:
    scene = scenes.told(world)
    with world.db.transaction() as session:
        case = scene.case(session)
        case.order_number = "7/2570"
        letters.issue(scene.svc(session), case, "order_team")
        assert case.order_number == "7/2570"
    assert paper_of(scene, "order_team").number == "ที่  7/2570"


def test_thai_digits_are_a_switch(scene: Scene) -> None:
    paper = paper_of(scene, "governor", thai_digits=True)
    assert paper.date == "๑๓ ธันวาคม ๒๕๖๙"
    assert not re.search("[0-9]", " ".join((paper.number, *paper.body)))
    assert paper.reference == scene.reference


def test_a_confidential_letter_shows_no_word(scene: Scene) -> None:
    with scene.world.db.transaction() as session:
        scene.case(session).confidential = True
    for kind in reports.KINDS:
        paper = paper_of(scene, kind)
        assert paper.secrecy == "ลับ"
        assert "ไฟส่องสว่างทางเข้า" not in repr(paper)
        assert "หลอดไฟ" not in repr(paper)
    assert "ไฟส่องสว่างทางเข้า" in repr(paper_of(scene, "governor", open_=True))


# --- the dossier ------------------------------------------------------------------------------------------------------


def test_seven_steps_with_the_guides_headings_and_dates(scene: Scene) -> None:
    found = dossier_of(scene)
    assert tuple(step.title for step in found.steps) == HEADINGS
    assert found.steps[0].date == "(วันที่ 24 เดือน พฤศจิกายน พ.ศ. 2569)"
    assert found.steps[2].date == "(วันที่ 25 เดือน พฤศจิกายน พ.ศ. 2569)"
    assert [bool(step.date) for step in found.steps] == [True] * 5 + [False] * 2
    assert not any(step.nothing for step in found.steps)
    assert len(found.letters) == len(reports.KINDS)


def test_each_step_holds_its_evidence(scene: Scene) -> None:
    intake, analysis, visit, decision, told, chased, kept = dossier_of(scene).steps
    facts = {row.name: row.value for step in (intake, analysis, told, kept) for row in step.rows}
    assert facts["ช่องทาง"] == "LINE"
    assert facts["หมวดเรื่อง"] == "ไฟฟ้าและไฟส่องสว่าง (EL)"
    assert "มั่นใจร้อยละ" in facts["ผลของระบบจำแนก"]
    assert [photo.caption.split()[0] for photo in intake.photos] == ["ก่อนดำเนินการ"]
    assert [photo.caption.split()[0] for photo in visit.photos] == ["ออกตรวจสถานที่จริง", "หลังดำเนินการ"]
    assert "พบหลอดไฟชำรุด" in visit.events[0].what
    assert any("เห็นชอบ" in event.what and event.aside == "หัวหน้าส่วนราชการ" for event in decision.events)
    assert any("เสร็จแล้ว" in event.what and event.aside == "ส่งถึงแล้ว" for event in told.events)
    assert facts["ภาพที่ผู้แจ้งส่งมา"] == "1 ภาพ"
    assert facts["แจ้งผู้ร้องเรียน"].startswith("13 ธันวาคม 2569")
    assert facts["แจ้งผู้ว่าราชการจังหวัด"] == "ยังไม่ได้แจ้ง"
    assert sum("ติดตามเร่งรัด" in event.what for event in chased.events) == 3
    with scene.world.db.transaction() as session:
        verified = history.verify(session)
        links = session.get_one(history.HistoryEntry, verified.links)
    assert facts["ค่าแฮชท้ายประวัติ"] == verified.head
    assert kept.events[-1].aside.endswith(links.hash[:12])


def test_a_new_case_says_where_nothing_was_recorded(world: World) -> None:
    found = dossier_of(scenes.told(world))
    assert [step.number for step in found.steps if step.nothing] == [3, 4, 6]
    assert found.annex == ""


def test_the_receipts_secret_is_on_no_paper(scene: Scene) -> None:
    with scene.world.db.reading() as session:
        secret = session.keys.open_text(scene.case(session).secret)
    assert secret
    for open_ in (False, True):
        assert secret not in repr(dossier_of(scene, open_=open_))


def test_what_was_unsent_is_on_no_paper(world: World) -> None:
    citizen = world.citizen()
    citizen.says("ไฟกิ่งหน้าบ้านดับมา 3 คืนแล้ว มืดมากค่ะ").says("ซอย 5 หมู่ 3").says("1")
    scene = Scene(world, citizen.reference)
    assert "มืดมาก" in repr(dossier_of(scene))
    citizen.unsends(0)
    assert "มืดมาก" not in repr(dossier_of(scene, open_=True))


# --- as files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(scene: Scene, files: FileStore) -> dict[tuple[str, bool], str]:
    """The words of the dossier, with every letter behind it: by ending, masked or open."""
    load = pictures.stored_in(files.folder, scene.world.db.keys)
    now = scene.world.now
    return {
        (ending, open_): words_in(draw.dossier(dossier_of(scene, open_=open_), ending, now, load), ending)
        for ending in draw.MIMES
        for open_ in (False, True)
    }


def test_nothing_personal_stands_on_a_file_unasked(drawn: dict[tuple[str, bool], str], scene: Scene) -> None:
    for (ending, open_), text in drawn.items():
        assert scene.reference in text, ending
        there = [one for one in PERSONAL if bare(one) in bare(text)]
        if open_:  # the same look finds them there, so it would find them here
            assert {NAME, PHONE, CITIZEN_ID} <= set(there), ending
        else:
            assert there == [], ending


def test_a_docx_is_set_for_thai(scene: Scene) -> None:
    content = draw.letter(paper_of(scene, "memo_head"), ".docx", scene.world.now)
    document = docx.Document(io.BytesIO(content))
    runs = [run for line in document.paragraphs for run in line.runs if run.text.strip()]
    assert any(scene.reference in line.text for line in document.paragraphs)
    assert runs
    for run in runs:
        properties = run._r.rPr
        assert properties.find(qn("w:rFonts")).get(qn("w:cs")) == "TH Sarabun New"
        assert properties.find(qn("w:szCs")).get(qn("w:val")) == properties.find(qn("w:sz")).get(qn("w:val"))
        assert properties.find(qn("w:lang")).get(qn("w:bidi")) == "th-TH"
    sizes = {run.font.size.pt for run in runs if run.font.size}
    assert 16 in sizes
    page = document.sections[0]
    assert (page.page_width, page.left_margin) == (pytest.approx(Mm(210), abs=500), pytest.approx(Mm(30), abs=500))


def test_every_letter_is_a_pdf_and_a_docx(scene: Scene) -> None:
    for kind in reports.KINDS:
        paper = paper_of(scene, kind)
        pdf = draw.letter(paper, ".pdf", scene.world.now)
        assert pdf.startswith(b"%PDF")
        for content, ending in ((pdf, ".pdf"), (draw.letter(paper, ".docx", scene.world.now), ".docx")):
            text = bare(words_in(content, ending))
            for line in (*paper.body, *paper.signature, *(value for _name, value in paper.heads)):
                assert bare(line) in text, (kind, ending, line)


def test_lines_break_between_thai_words_only() -> None:
    text = "เมื่อวันที่ 24 พฤศจิกายน 2569 ผู้แจ้งได้รับความเดือดร้อน อื่น ๆ"
    marked: str = breaks.marked(text)
    assert marked.replace(breaks.MARK, "").replace("\u00a0", " ") == text
    pieces = re.split(f"[{breaks.MARK} ]", marked)
    assert "พฤศจิกายน" in pieces
    assert "ผู้แจ้ง" in pieces
    assert "อื่น\u00a0ๆ" in pieces
    assert breaks.MARK in breaks.marked("ก" * 200)
    assert "\u200b" in breaks.marked("f" * 64)


def test_pictures_are_small_and_forget_the_camera() -> None:
    content = pictures.small(scenes.picture("peru", 4000, 3000))
    assert content is not None
    with Image.open(io.BytesIO(content)) as picture:
        assert max(picture.size) == pictures.SIDE
        assert not picture.getexif()
    assert b"SECRET-CAMERA" not in content
    assert pictures.small(b"no picture") is None
    assert pictures.small(None) is None


def test_pictures_are_in_the_file_and_a_lost_one_leaves_its_caption(scene: Scene, files: FileStore) -> None:
    load = pictures.stored_in(files.folder, scene.world.db.keys)
    found = dossier_of(scene)
    with zipfile.ZipFile(io.BytesIO(draw.dossier(found, ".docx", scene.world.now, load))) as parts:
        media = [parts.read(name) for name in parts.namelist() if name.startswith("word/media/")]
    assert len(media) == 3
    assert not any(b"SECRET-CAMERA" in one for one in media)
    assert draw.dossier(found, ".pdf", scene.world.now, load).count(b"/Subtype/Image") == 3
    for ending in draw.MIMES:
        lost = draw.dossier(found, ending, scene.world.now, lambda _digest: None)
        assert "หลังดำเนินการ" in words_in(lost, ending)


def test_a_confidential_dossier_shows_no_picture_unasked(scene: Scene) -> None:
    with scene.world.db.transaction() as session:
        scene.case(session).confidential = True
    masked, opened = dossier_of(scene), dossier_of(scene, open_=True)
    assert masked.secrecy == "ลับ"
    assert not any(step.photos for step in masked.steps)
    assert "ไฟส่องสว่างทางเข้า" not in repr(masked)
    assert sum(len(step.photos) for step in opened.steps) == 3


def test_only_what_was_handed_to_the_next_complainant_is_theirs(scene: Scene) -> None:
    """A result written to somebody who left stands masked in the letter to whoever has the case now."""
    with scene.world.db.transaction() as session:
        svc, case = scene.svc(session), scene.case(session)
        cases.add_update(session, case, at=svc.now, what="handed_over", by="citizen")
        svc.now += timedelta(minutes=1)
        case.status = Status.RESOLVED
        letters.issue(svc, case, "tell_complainant")
    scene.world.passes(minutes=1)
    assert PHONE not in paper_of(scene, "tell_complainant", open_=True).body[1]
