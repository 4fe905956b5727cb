"""`pratu registers` and `pratu report --issue/--behind` as an operator uses them: real processes, exact words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from storage.db import Database
from storage.seal import Keyring
from storage.words import Role
from tests.conftest import KEY
from tests.registers.books import sheet, write
from tests.registers.test_sheets import NETWORK
from tests.serving import Server
from tests.world import World


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("registers")
    made = Server(folder, f"sqlite:///{folder}/registers.db").prepare()
    yield made
    made.stop()


def test_out_in_and_again(server: Server, tmp_path: Path) -> None:
    path = f"{tmp_path}/r.xlsx"
    told = ("--agency", "DEMO", "--fiscal-year", "2570")
    assert server.run("registers", *told, "--out", path).stdout == ""
    assert "ไม่มีอะไรเปลี่ยน" in server.run("registers", *told, "--in", path).stdout
    book = load_workbook(path)
    row = write(sheet(book, "network"), {**NETWORK, "จำนวนสมาชิก": "มาก"})
    book.save(path)
    bad = server.run("registers", *told, "--in", path, check=False)
    assert bad.returncode == 1
    assert "เครือข่าย network แถว 4 “จำนวนสมาชิก”: “มาก” ต้องเป็นจำนวนเต็มตั้งแต่ 0" in bad.stdout.splitlines()
    write(sheet(book, "network"), {"จำนวนสมาชิก": 12}, row)
    book.save(path)
    assert "เครือข่าย network: เพิ่ม 1 แก้ 0 ลบ 0" in server.run("registers", *told, "--in", path, "--dry-run").stdout
    assert "เครือข่าย network: เพิ่ม 1 แก้ 0 ลบ 0" in server.run("registers", *told, "--in", path).stdout
    server.run("registers", *told, "--out", path)
    assert server.run("registers", *told, "--in", path).stdout.splitlines()[-1] == "ไม่มีอะไรเปลี่ยน"
    other = server.run("registers", "--agency", "DEMO", "--fiscal-year", "2569", "--in", path, check=False)
    assert "แฟ้มนี้เป็นของปีงบประมาณ 2570 ไม่ใช่ 2569" in other.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--agency", "DEMO", "--fiscal-year", "2570"], "give either --out FILE.xlsx or --in FILE.xlsx"),
        (["--agency", "NONE", "--fiscal-year", "2570", "--out", "a.xlsx"], "no agency 'NONE'"),
        (["--agency", "DEMO", "--fiscal-year", "2027", "--out", "a.xlsx"], "a year of the Buddhist era"),
        (["--agency", "DEMO", "--fiscal-year", "2570", "--in", "a.xlsm"], "must end in .xlsx"),
        (["--agency", "DEMO", "--fiscal-year", "2570", "--in", "none.xlsx"], "No such file"),
    ],
)
def test_what_an_operator_did_wrong_is_one_line(server: Server, arguments: list[str], said: str) -> None:
    done = server.run("registers", *arguments, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_issued_and_what_stands_behind(server: Server) -> None:
    db = Database(server.database_url, Keyring([KEY]))
    world = World(db)
    world.officer("T1", Role.INTAKE, unit="OFFICE")
    code = world.citizen().says("ไฟถนนดับ ซอย 5").taps("ส่งเรื่อง").reference
    db.close()
    assert server.run("report", "--issue", "--fiscal-year", "2570").stdout.startswith("2570 version 1: issued")
    again = server.run("report", "--issue", "--fiscal-year", "2570").stdout
    assert again.startswith("2570 version 1: nothing moved since")
    assert server.run("report", "--behind", "T-04:line:2570").stdout.split() == [code]
    assert server.run("report", "--behind", "T-07:EL:complaint:2570", "--agency", "DEMO").stdout.split() == [code]
    assert server.run("report", "--behind", "T-04:line:2569").stdout == ""
    for arguments, said in (
        (["--behind", "T-04"], "TABLE:ROW:YEAR"),
        (["--behind", "T-01:1:2570"], "T-01: answers are counted in T-10"),
        (["--issue"], "--issue needs --fiscal-year"),
        ([], "--fiscal-year and --out are needed"),
    ):
        done = server.run("report", *arguments, check=False)
        assert done.returncode == 2
        assert said in done.stderr
