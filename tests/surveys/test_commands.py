"""On the command line: seed refuses what cannot be rated, check warns of it, a file comes in once, surveys go out."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, update

from bot import __main__ as cli
from storage.tables import RegisterRow, Survey, SurveyAnswer
from tests.conftest import SEED
from tests.serving import Server
from tests.world import at

HEADER = "answered_on,channel,group,S1.1.1,S1.2.4,S1.5.2\n"
ROWS = "2026-10-01,walkin,elderly,3,พึงพอใจ,\n1/10/2569,อำเภอเคลื่อนที่,,very_satisfied,1,๓\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("cli")
    made = Server(folder, f"sqlite:///{folder}/cli.db").prepare()
    yield made
    made.stop()


def counted(server: Server) -> int:
    with server.world.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Survey)) or 0


@dataclass
class Line:
    """The command line inside this process: many a command, and no start of the program for each."""

    server: Server
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        told = self.capsys.readouterr()
        return code, told.out, told.err

    def brings(self, name: str, content: bytes, *more: str) -> tuple[int, str, str]:
        (self.server.folder / name).write_bytes(content)
        return self.run("survey", "import", name, "--agency", "DEMO", "--form", "S1", *more)


@pytest.fixture
def line(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Line:
    for name, value in server.environment.items():
        if name.startswith("PRATU_"):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(server.folder)
    return Line(server, capsys)


def test_an_institutes_file_comes_in_once(server: Server, line: Line) -> None:
    content = ("\ufeff" + HEADER + ROWS).encode()
    code, out, _err = line.brings("poll.csv", content, "--dry-run")
    assert (code, counted(server)) == (0, 0)
    assert "2 respondents with 5 answers would be stored" in out
    assert "3 = very_satisfied, 2 = satisfied, 1 = dissatisfied" in out
    assert line.brings("poll.csv", content)[0] == 0
    with server.world.db.reading() as session:
        rows = session.scalars(select(Survey).order_by(Survey.id)).all()
        answers = session.scalars(select(SurveyAnswer).order_by(SurveyAnswer.id)).all()
    assert [(row.source, row.channel, row.customer_group, row.state) for row in rows] == [
        ("import", "walkin", "elderly", "done"),
        ("import", "mobile_unit", None, "done"),
    ]
    assert {row.batch for row in rows} == {rows[0].batch}
    assert [(answer.item, answer.answer) for answer in answers] == [
        ("S1.1.1", "very_satisfied"),
        ("S1.2.4", "satisfied"),
        ("S1.5.2", None),
        ("S1.1.1", "very_satisfied"),
        ("S1.2.4", "dissatisfied"),
        ("S1.5.2", "very_satisfied"),
    ]
    for name in ("poll.csv", "copy.csv"):
        code, _out, err = line.brings(name, content)
        assert (code, "stored before" in err) == (2, True)
    assert counted(server) == 2
    out = line.run("export", "surveys", "--format", "jsonl")[1]
    exported = [json.loads(line) for line in out.splitlines()]
    assert len(exported) == 6
    assert exported[0]["answered_at"] == "2026-10-01T12:00:00+07:00"
    assert (exported[0]["reference"], exported[0]["aspect"]) == (None, "process")
    assert exported[2]["answer"] is None
    table = list(csv.DictReader(io.StringIO(line.run("export", "surveys", "--format", "csv", "--masked")[1])))
    assert [row["item"] for row in table] == [row["item"] for row in exported]
    assert table[2]["answer"] == ""


def test_nothing_is_stored_unless_all_is_right(server: Server, line: Line) -> None:
    before = counted(server)
    wrong = HEADER + ROWS + "2999-01-01,train,,5,,\n"
    code, _out, err = line.brings("wrong.csv", wrong.encode())
    assert code == 2
    for fault in ("row 4, answered_on", "row 4, channel: 'train'", "row 4, S1.1.1: '5'", "nothing was stored"):
        assert fault in err
    assert counted(server) == before
    assert line.brings("right.csv", (HEADER + ROWS + "2026-10-01,walkin,,2,,\n").encode())[0] == 0


def test_what_thai_spreadsheets_save(server: Server, line: Line) -> None:
    before = counted(server)
    text = (HEADER + "1/10/2569,เข้าพบด้วยตนเอง,ผู้สูงอายุ,พึงพอใจมาก,ไม่พึงพอใจ,\n").replace(",", ";")
    assert line.brings("thai.csv", text.encode("cp874"))[0] == 0
    assert counted(server) == before + 1


def test_a_spreadsheet_says_the_same_as_its_csv(server: Server, line: Line) -> None:
    before = counted(server)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["answered_on", "channel", "group", "S1.1.1", "S1.2.4"])
    sheet.append([datetime(2026, 9, 30), "walkin", "elderly", 3, "ไม่พึงพอใจ"])
    sheet.append(["30/9/2569", "walkin", None, 2.0, None])
    sheet.append([None, None])
    book.create_sheet("notes").append(["other things"])
    book.save(server.folder / "poll.xlsx")
    content = (server.folder / "poll.xlsx").read_bytes()
    assert "2 respondents with 3 answers stored" in line.brings("poll.xlsx", content)[1]
    assert counted(server) == before + 2
    with server.world.db.reading() as session:
        rows = session.scalars(select(SurveyAnswer).order_by(SurveyAnswer.id.desc()).limit(4)).all()
    assert [row.answer for row in reversed(rows)] == ["very_satisfied", "dissatisfied", "satisfied", None]
    assert {row.answered_at for row in rows} == {at("2026-09-30 12:00")}
    sheet.cell(row=3, column=4).value = 7
    book.save(server.folder / "poll.xlsx")
    code, _out, err = line.brings("poll.xlsx", (server.folder / "poll.xlsx").read_bytes())
    assert (code, "row 3, S1.1.1: '7'" in err) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("poll.xls", b"PK\x03\x04", "must end in .csv or .xlsx"),
        ("poll.xlsx", b"PK\x03\x04", "no spreadsheet"),
        ("none.csv", b"", "the file is empty"),
        ("odd.csv", b"\xff\xfe\xfc\xfd\xff\xdb", "neither UTF-8 nor Thai"),
        ("quote.csv", b'answered_on,"channel\n', "no CSV"),
    ],
)
def test_files_that_cannot_be_read(server: Server, line: Line, name: str, content: bytes, why: str) -> None:
    code, _out, err = line.brings(name, content)
    assert (code, why in err) == (2, True), err


def test_a_spreadsheet_that_unfolds_without_end(server: Server, line: Line) -> None:
    """Fifty KB that become fifty MB: no such file is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"0" * (50 * 1024 * 1024))
    code, _out, err = line.brings("poll.xlsx", out.getvalue())
    assert (code, "no spreadsheet that can be read: bomb" in err) == (2, True), err


def test_no_such_file_agency_or_form(server: Server, line: Line) -> None:
    (server.folder / "there.csv").write_text(HEADER + ROWS)
    for arguments, why in (
        (("missing.csv", "--agency", "DEMO", "--form", "S1"), "No such file"),
        (("there.csv", "--agency", "NOWHERE", "--form", "S1"), "DEMO"),
        (("there.csv", "--agency", "DEMO", "--form", "S7"), "S1, S2"),
    ):
        code, _out, err = line.run("survey", "import", *arguments)
        assert (code, why in err) == (2, True), err


def test_seed_refuses_what_cannot_be_rated_and_names_every_item(server: Server, line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "seed"
    shutil.copytree(SEED, folder)
    path = folder / "surveys.toml"
    shipped = path.read_text(encoding="utf-8")
    changed = shipped.replace('"ตรงต่อเวลา"', '"สายโทรศัพท์ไม่ว่าง"').replace('"มีที่นั่งพักคอย"', '"ไม่มีที่จอดรถยนต์"')
    path.write_text(changed.replace('code = "S1.5.4"', 'code = "S1.5.3"'), encoding="utf-8")
    code, _out, err = line.run("seed", str(folder))
    assert code == 2
    for fault in ("S1.2.1: names a failing", "S1.3.3: names a failing", "S1.5.3: this code stands there twice"):
        assert fault in err
    assert "nothing was loaded" in err
    assert "S1.1.1" not in err
    own = '[[form]]\ncode = "OWN"\nname = "ของเรา"\nquestions = []\n\n[[item]]\ncode = "OWN.1"\nform = "OWN"\n'
    path.write_text(shipped + f'\n{own}aspect = "staff"\nname = "ความสุภาพและความรวดเร็ว"\n', encoding="utf-8")
    code, out, err = line.run("seed", str(folder))
    assert code == 0
    assert "OWN.1: asks two things in one" in err
    assert "registers: 2 new or changed" in out
    assert line.run("seed", str(SEED))[2] == ""


def test_check_warns_of_what_stands_in_the_database(server: Server, line: Line) -> None:
    assert "names a failing" not in line.run("check")[1]
    with server.world.db.transaction() as session:
        session.execute(
            update(RegisterRow)
            .where(RegisterRow.register == "item", RegisterRow.code == "S1.2.1")
            .values(name="เจ้าหน้าที่ไม่ค่อยรับโทรศัพท์")
        )
    assert "survey item S1.2.1 names a failing" in line.run("check")[1]
    line.run("seed", str(SEED))
