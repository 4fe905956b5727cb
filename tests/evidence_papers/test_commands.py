"""`pratu report` as an operator uses it: real processes, files that open, one line where something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.papers.pdf_text import text_of
from tests.serving import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("report")
    made = Server(folder, f"sqlite:///{folder}/report.db").prepare()
    yield made
    made.stop()


def test_the_same_report_in_four_forms(server: Server, tmp_path: Path) -> None:
    for ending in ("xlsx", "docx", "pdf", "json"):
        server.run("report", "--fiscal-year", "2570", "--agency", "DEMO", "--out", f"{tmp_path}/r.{ending}")
    assert "T-22" in " ".join(openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames)
    assert any("T-22" in line.text for line in docx.Document(str(tmp_path / "r.docx")).paragraphs)
    assert "T-22" in text_of((tmp_path / "r.pdf").read_bytes())
    assert "T-22" in json.loads((tmp_path / "r.json").read_bytes())["tables"]


def test_another_paper_by_name_of_every_agency(server: Server, tmp_path: Path) -> None:
    server.run("report", "--fiscal-year", "2570", "--what", "governor", "--out", f"{tmp_path}/g.pdf")
    assert "ผู้ว่าราชการจังหวัด" in text_of((tmp_path / "g.pdf").read_bytes()).replace(" ", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "x.txt"], "pratu: --out 'x.txt': the name must end in .xlsx or .docx or .pdf or .json\n"),
        (["--out", "x.pdf", "--agency", "NONE"], "pratu: no agency 'NONE'\n"),
        (["--out", "x.json", "--what", "flow"], "pratu: --out 'x.json': only the tables are given as JSON\n"),
        (["--out", "x.pdf", "--fiscal-year", "2027"], "pratu: --fiscal-year 2027: the year is Buddhist era, as 2570\n"),
    ],
)
def test_troubles_are_one_line(server: Server, arguments: list[str], said: str) -> None:
    refused = server.run("report", "--fiscal-year", "2570", *arguments, check=False)
    assert (refused.returncode, refused.stderr, refused.stdout) == (2, said, "")
    assert not list(server.folder.glob("x.*"))


def test_what_serves_loads_neither_spreadsheets_nor_pdf() -> None:
    code = "import sys, bot.app, bot.web, bot.jobs; print(sorted({'openpyxl', 'typst'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
