"""Pictures that prove an activity stand in the paper itself, and an issued version is printed as it was."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from PIL import Image
from sqlalchemy import select, update

from bot.documents import draw
from bot.documents.pictures import stored_in
from handlers.reports.evidence import issuing, papers, printed
from handlers.reports.evidence.pack import Pack
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from storage.files import FileStore
from storage.register_lines import photo_name
from storage.tables import Attachment
from storage.words import AttachmentState, Role
from tests.evidence_papers.conftest import CONTENTS
from tests.papers.pdf_text import text_of
from tests.registers.books import Office
from tests.world import World

YEAR = 2570
_COLOURS = ("teal", "orange")
_IMAGE = b"/Subtype/Image"  # in a PDF


def _coloured(name: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), name).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    """A meeting with a picture, and a scan that proves a point; what the officer sent lies in this folder."""
    office, officer = Office(world), world.officer("O1", Role.COORDINATOR)
    store = FileStore(tmp_path, world.db.keys)
    for number, name in enumerate(_COLOURS):
        officer.sends_photo(f"sent-{number}")
        with world.db.transaction() as session:
            row = session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()
            assert row is not None
            digest = store.put(session, _coloured(name), "image/jpeg", world.now)
            row.file_digest, row.state = digest, AttachmentState.STORED
    with world.db.reading() as session:
        first, second = (photo_name(row) for row in session.scalars(select(Attachment.id).order_by(Attachment.id)))
    meeting = {"เรื่อง": "สานสัมพันธ์", "กิจกรรม": "ประชุมเครือข่าย", "วันที่": "10/11/2569", "ภาพประกอบ": first}
    assert office.brings("activity", meeting).problems == []
    scan = {"รหัส CS": "CS5", "คำบรรยาย": "ประชาคมหมู่ 4", "วันที่": "12/11/2569", "แฟ้ม": second}
    assert office.brings("proof", scan).problems == []
    return tmp_path


def drawn(world: World, pack: Pack, ending: str, folder: Path) -> bytes:
    return draw.pack(pack, ending, world.now, CONTENTS, stored_in(folder, world.db.keys))


def scoped(world: World, session: object) -> Scope:
    return Scope(Svc(session, world.now, world.tools), YEAR, "DEMO")  # type: ignore[arg-type]


def live(world: World) -> Pack:
    with world.db.reading() as session:
        return papers.paper(papers.TABLES, scoped(world, session))


def middle(content: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(content)) as picture:
        colour = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(colour, tuple)
    return tuple(round(each / 64) for each in colour)


SHOWN = sorted(middle(_coloured(name)) for name in _COLOURS)


def test_a_workbook_holds_the_pictures_beside_their_table(world: World, folder: Path) -> None:
    content = drawn(world, live(world), ".xlsx", folder)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        media = [packed.read(name) for name in packed.namelist() if name.startswith("xl/media/")]
    assert sorted(map(middle, media)) == SHOWN
    book = openpyxl.load_workbook(io.BytesIO(content))
    activities = next(sheet for sheet in book if sheet.title.startswith("T-12"))
    assert len(activities._images) == 1
    captions = [cell.value for row in activities.iter_rows() for cell in row if cell.value]
    assert any("ประชุมเครือข่าย" in str(words) for words in captions)


def test_a_document_and_a_pdf_hold_them_too(world: World, folder: Path) -> None:
    word = docx.Document(io.BytesIO(drawn(world, live(world), ".docx", folder)))
    parts = [part.target_part.blob for part in word.part.rels.values() if part.reltype.endswith("/image")]
    assert sorted(map(middle, parts)) == SHOWN
    pdf = drawn(world, live(world), ".pdf", folder)
    assert pdf.count(_IMAGE) == 2
    assert "CS5ประชาคมหมู่4" in text_of(pdf).replace(" ", "")


def test_a_picture_that_is_gone_leaves_its_words(
    world: World, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    nowhere = tmp_path_factory.mktemp("nowhere")
    assert _IMAGE not in drawn(world, live(world), ".pdf", nowhere)
    assert drawn(world, live(world), ".xlsx", nowhere)


def test_nobody_elses_picture_gets_on_paper(world: World, folder: Path) -> None:
    with world.db.transaction() as session:
        session.execute(update(Attachment).values(case_id=None, kind="file"))
    assert _IMAGE not in drawn(world, live(world), ".pdf", folder)


def test_an_issued_version_is_printed_as_it_was(world: World, folder: Path) -> None:
    assert live(world).as_of.endswith(" · ฉบับร่าง ยังไม่ได้ออกเป็นฉบับ")
    with world.db.transaction() as session:
        assert issuing.issue(scoped(world, session)).version == 1
    assert " · ตรงกับฉบับที่ 1 ซึ่งออกเมื่อ " in live(world).as_of
    before = live(world)
    world.passes(days=1)
    world.citizen("U7").says("ไฟถนนดับ ซอย 11").taps("ส่งเรื่อง")
    assert " · ฉบับร่าง ตัวเลขต่างจากฉบับที่ 1 " in live(world).as_of
    assert live(world).sections != before.sections
    with world.db.reading() as session:
        old = printed.issued(scoped(world, session))
        with pytest.raises(issuing.NotIssued, match="2570 version 2 was not issued"):
            printed.issued(scoped(world, session), 2)
    assert " · ฉบับที่ 1 ออกเมื่อ " in old.as_of
    assert old.sections == before.sections, "pictures, notes, parts of rows: everything"
    assert old.as_of.partition(" · ")[0] == before.as_of.partition(" · ")[0], "of the day it was reckoned"
    assert drawn(world, old, ".pdf", folder).count(_IMAGE) == 2
