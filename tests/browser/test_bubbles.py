"""The bubbles of a case's whole way, as a citizen and an officer see them on a small phone, drawn by a real browser.

Pictures for people to judge: var/screenshots/bubbles-citizen.png and bubbles-officers.png.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest

from handlers.messages import Card, Say
from storage import agencies
from storage.db import Database
from storage.words import Role
from tests.world import Dialogue, World

pytestmark = pytest.mark.browser

FONTS = Path(__file__).parent.parent.parent / "bot" / "fonts"
STYLE = """
body { margin: 0; padding: 10px; background: #dfe7ee; font: 16px/1.5 L, T; }
p { background: #fff; border-radius: 14px; padding: 8px 12px; margin: 6px 0; max-width: 300px; white-space: pre-line; }
p.own { background: #b6e3a8; margin-left: auto; width: fit-content; }
span { display: inline-block; border: 1px solid #456; border-radius: 16px; padding: 3px 10px; margin: 2px; }
"""


def faces() -> str:
    return "".join(
        f"@font-face{{font-family:{name};src:url('file://{FONTS}/{file}.ttf')}}"
        for name, file in (("T", "NotoSansThai-Regular"), ("L", "NotoSans-Regular"))
    )


class Log:
    """What a person said and heard, in order, as a page."""

    def __init__(self, person: Dialogue) -> None:
        self.person = person
        self.rows: list[str] = []

    def does(self, text: str) -> Log:
        self.rows.append(f"<p class=own>{html.escape(text)}</p>")
        self.person.says(text)
        return self.hears()

    def hears(self) -> Log:
        self.person.parts += []
        for part in self.person.parts:
            if isinstance(part, (Say, Card)):
                buttons = "".join(f"<span>{html.escape(choice.label)}</span>" for choice in part.choices)
                self.rows.append(f"<p>{html.escape(part.text)}</p>{buttons}")
        self.person.parts = []
        return self

    def listens(self) -> Log:
        self.person.parts = []
        self.person.listen()
        return self.hears()

    def page(self) -> str:
        return f"<meta charset=utf-8><style>{faces()}{STYLE}</style>{''.join(self.rows)}"


@pytest.fixture
def world(sqlite_db: Database) -> Any:
    with sqlite_db.rolled_back():
        yield World(sqlite_db)


def test_the_whole_way_in_bubbles(world: World, browser: Any, shots: Path, tmp_path: Path) -> None:
    with world.db.transaction() as session:
        agencies.put_setting(session, "decisions", {"kinds": ["complaint"]})
    citizen = Log(world.citizen("U1", "telegram"))
    officer, intake = (
        Log(world.officer("T1", Role.OFFICER, unit="ENG")),
        Log(world.officer("T2", Role.INTAKE, unit="OFFICE")),
    )
    head = Log(world.officer("T3", Role.HEAD))
    citizen.does("ไฟถนนหน้าตลาดสด ซอย 5 ดับมาสามคืนแล้วค่ะ").does("ส่งเรื่อง")
    code = world.cases()[0].reference
    for person in (officer, intake, head):
        person.listens()
    officer.does(f"/รับ {code}").does(f"/ถาม {code} เสาหมายเลขอะไรครับ")
    citizen.listens().does("เสา 14 หน้าร้านซ่อมรถ")
    officer.listens().does(f"/นัด {code} พรุ่งนี้ 14.30").does(f"/เลื่อน {code} 21 ธ.ค. รออะไหล่โคมไฟจากผู้ผลิต")
    intake.does(f"/ด่วน {code}")
    head.listens().does(f"/รับทราบ {code}")
    officer.does(f"/แจ้ง {code} ช่างเข้าพรุ่งนี้บ่ายสองครึ่ง").does(f"/ผล {code} เปลี่ยนโคมไฟสามดวงแล้ว").does(f"/เสนอ {code}")
    officer.person.reports(code, "เปลี่ยนโคมไฟสามดวงและสายที่ขาดแล้ว")
    officer.hears().does(f"/เสนอ {code} เห็นควรแจ้งผล")
    head.listens().does("/ช่วย").does(f"/อนุมัติ {code}")
    citizen.listens().does(f"ยังไม่แก้ {code}").does("เรื่องของฉัน")
    officer.listens().does("/คิว").does(f"/ดู {code}").does("/ช่วย").does(f"/ส่งต่อ {code} POLICE เป็นไฟสัญญาณจราจร")
    citizen.listens()
    for name, logs in (("citizen", [citizen]), ("officers", [officer, intake, head])):
        page = browser.new_page(viewport={"width": 360, "height": 640})
        path = tmp_path / f"{name}.html"
        path.write_text("".join(log.page() for log in logs), encoding="utf-8")
        page.goto(path.as_uri())
        page.screenshot(path=shots / f"bubbles-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, "nothing is wider than the phone"
        assert page.locator("p").count() > 12
