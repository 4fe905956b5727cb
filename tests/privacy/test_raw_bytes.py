"""The proof: a planted person is erased while the service runs, and no byte of them is left anywhere one can look."""

from __future__ import annotations

import contextlib
import io
import json
import os
import urllib.request
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from bot.__main__ import main
from tests.flows.test_taken_back import places
from tests.telegram.conftest import Telegram, served
from tests.telegram.test_conversation import reference_in
from tests.telegram_emulator import Person
from tests.telegram_emulator.updates import JPEG

PHONE, SPACED = "0891237654", "089-123-7654"
SAID = ("กระถินณรงค์", "สีฟ้าอมม่วง", "ลูกเป็ดขี้เหร่", "Zyxwoodpecker", "ไก่ชนตัวลาย")
WEB = ("มะขามเทศหวาน", "Quokkaburra")
CAMERA = b"Exif\x00\x00Camera-Of-Planted-Person-4711"


def forms(word: str) -> set[bytes]:
    """How a word may lie in a file: UTF-8, UTF-16, and escaped in JSON."""
    escaped = json.dumps(word)[1:-1]
    return {
        word.encode(),
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        escaped.encode(),
        escaped.upper().encode(),
    }


def found_in(content: bytes, words: tuple[str, ...]) -> list[str]:
    return [word for word in words if any(form in content for form in forms(word))]


class Web:
    """Somebody on the agency's website."""

    def __init__(self, url: str) -> None:
        self.url, self.count = url, 0
        self.token = json.loads(self._post("/chat/session", b""))["token"]
        self.chat = self.token.partition(".")[0]

    def _post(self, path: str, body: bytes, **headers: str) -> bytes:
        headers |= {"authorization": f"Bearer {self.token}"} if self.count else {}
        request = urllib.request.Request(self.url + path, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.count += 1
            return bytes(answer.read())

    def _sends(self, **message: Any) -> None:
        self._post("/chat/messages", json.dumps({"id": f"message-{self.count}", **message}).encode())

    def says(self, words: str) -> None:
        self._sends(kind="text", text=words)

    def sends_photo(self, content: bytes) -> None:
        name = b'Content-Disposition: form-data; name="file"; filename="a.jpg"'
        body = b"--cut\r\n" + name + b"\r\nContent-Type: image/jpeg\r\n\r\n" + content + b"\r\n--cut--\r\n"
        kept = json.loads(self._post("/chat/files", body, **{"content-type": "multipart/form-data; boundary=cut"}))
        self._sends(kind="file", file=kept["file"], name=kept["name"])


@pytest.fixture(params=["sqlite", "postgres"])
def telegram(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with served(request.param, tmp_path_factory.mktemp("raw"), f"pratu_raw_{worker}") as started:
        yield started


def tells(telegram: Telegram, officer: Person) -> tuple[Person, str]:
    """A person, by everything Telegram lets them send."""
    person = telegram.person().says("ไฟถนนดับ หน้าบ้านกระถินณรงค์ ซอย 5 เสาสีฟ้าอมม่วง").hears("ตรวจอีกครั้ง")
    person.taps("ส่งเรื่อง").hears("รหัสเรื่อง")
    reference = reference_in(person.text)
    person.says(f"โทร {SPACED} นะคะ").hears("เปลี่ยนเบอร์ติดต่อกลับ")
    person.says("เพิ่มข้อมูล").hears("ได้เลย")
    person.says("คนทำคือลูกเป็ดขี้เหร่").hears("เพิ่มในเรื่อง")
    person.edits(person.said[-1]["message_id"], "คนทำคือ Zyxwoodpecker").hears("แก้ข้อความในเรื่อง")
    person.sends_photo(JPEG + CAMERA, caption="รูปไก่ชนตัวลาย").hears("เพิ่มในเรื่อง")
    officer.says(f"/ดู {reference}").hears("Zyxwoodpecker")
    officer.says(f"/รับ {reference}").hears("รับแล้ว")
    officer.says(f"/บันทึก {reference} ผู้แจ้งคือลูกเป็ดขี้เหร่ โทร {PHONE}").hears("บันทึกแล้ว")
    return person, reference


def test_no_byte_is_left(telegram: Telegram) -> None:
    server = telegram.server
    officer = telegram.officer("officer", "ENG")
    person, reference = tells(telegram, officer)
    web = Web(server.url)
    web.says("ขยะล้นหน้าร้านมะขามเทศหวาน ซอย 9 Quokkaburra")
    web.sends_photo(JPEG + CAMERA + b"web")
    web.says("ส่งเรื่อง")
    telegram.emulator.wait(lambda: len(server.world.cases()) == 2)
    telegram.emulator.wait(lambda: len(list(kept_files(telegram))) >= 2, timeout=20)
    words = (*SAID, PHONE, SPACED, str(person.id), web.chat, *WEB)
    assert set(found_in(everything_printed(telegram, reference), words)) >= {
        *SAID[:2],
        "Zyxwoodpecker",
        PHONE,
        web.chat,
    }
    assert found_in(stored(telegram), words), "nothing was planted: the test would prove nothing"
    noted_by_the_planner(telegram)
    before = figures(telegram)

    for account in (f"telegram:{person.id}", f"web:{web.chat}"):
        # It waits up to two minutes for every writer of the database's server, other tests' too.
        counts = json.loads(server.run("erase", "--account", account, "--rewrite", timeout=300).stdout)
        assert counts["cases"] == 1, counts
        assert counts["files_off_disk"] + len(list(kept_files(telegram))) <= 2
    assert list(kept_files(telegram)) == []
    assert found_in(stored(telegram), words) == []
    assert CAMERA not in stored(telegram)
    assert found_in(everything_printed(telegram, reference), words) == []
    assert found_in((server.folder / "serve.log").read_bytes(), words) == []
    for word in words:
        assert places(server.world, word) == [], word
    assert figures(telegram) == before
    assert "links hold" in server.run("verify").stdout
    again = server.run("erase", "--account", f"telegram:{person.id}", check=False)
    assert (again.returncode, "no account" in again.stderr, str(person.id) in again.stderr) == (1, True, False)
    officer.says(f"/ดู {reference}").hears("ลบข้อมูลของผู้แจ้ง")


def noted_by_the_planner(telegram: Telegram) -> None:
    """PostgreSQL by itself keeps values of columns for its plans, now and then: here surely."""
    db = telegram.server.world.db
    if not db.sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def kept_files(telegram: Telegram) -> Iterator[Any]:
    folder = telegram.server.folder / "data" / "files"
    return (path for path in folder.rglob("*") if path.is_file())


def stored(telegram: Telegram) -> bytes:
    """Every byte of the database and of the data folder."""
    folder = telegram.server.folder
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".log")
    db = telegram.server.world.db
    if db.sqlite:
        assert b"SQLite format 3" in content
        return content
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        paths = connection.scalars(
            text(
                "SELECT pg_relation_filepath(oid) FROM pg_class"
                " WHERE relkind IN ('r', 'i', 't', 'm') AND pg_relation_filepath(oid) IS NOT NULL"
            )
        ).all()
        for path in paths:
            read = connection.scalar(text("SELECT pg_read_binary_file(CAST(:path AS text))"), {"path": path})
            content += bytes(read or b"")
    return content


def run(telegram: Telegram, *arguments: str) -> str:
    """A command as an operator runs it, without a process of its own: there are many."""
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        for name, value in telegram.server.environment.items():
            patch.setenv(name, value)
        assert main(arguments) == 0, arguments
    printed.seek(0)
    return printed.read()


def everything_printed(telegram: Telegram, reference: str) -> bytes:
    """Every export, digest, report and dossier."""
    folder, printed = telegram.server.folder, ""
    for what in ("cases", "surveys", "messages"):
        for form in ("csv", "jsonl"):
            printed += run(telegram, "export", what, "--format", form)
            printed += run(telegram, "export", what, "--format", form, "--masked")
    for form in ("json", "html", "text"):
        printed += run(telegram, "digest", "--agency", "DEMO", "--week", this_week(telegram), "--format", form)
    run(telegram, "dossier", reference, "--out", str(folder / "out.docx"), "--open")
    with zipfile.ZipFile(io.BytesIO((folder / "out.docx").read_bytes())) as file:
        inside = b"".join(file.read(name) for name in file.namelist())
    (folder / "out.docx").unlink()
    return printed.encode() + inside + json.dumps(report(telegram)).encode()


def this_week(telegram: Telegram) -> str:
    year, week, _day = telegram.server.world.now.astimezone().isocalendar()
    return f"{year}-W{week:02}"


def report(telegram: Telegram) -> Any:
    out = telegram.server.folder / "report.json"
    run(telegram, "report", "--fiscal-year", "2570", "--out", str(out))
    found = json.loads(out.read_text())
    out.unlink()
    return found


def figures(telegram: Telegram) -> tuple[Any, Any]:
    """What must not move: the week's figures, and the table of cases by channel."""
    week = run(telegram, "digest", "--agency", "DEMO", "--week", this_week(telegram), "--format", "json")
    return json.loads(week), report(telegram)["tables"]["T-04"]["rows"]
