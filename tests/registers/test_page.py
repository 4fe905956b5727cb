"""/registers/TOKEN: the workbook out and in on a page, for a day, for whoever keeps the registers."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from starlette.applications import Starlette

from bot.documents.register_sheets import LARGEST
from bot.pages import registers
from handlers.reports.evidence import address
from handlers.services import Svc
from storage.tables import Membership
from storage.words import Role
from tests.registers.books import Office, saved, sheet, write
from tests.registers.test_sheets import NETWORK
from tests.world import World

GONE = "ไม่พบหน้านี้"


@dataclass
class Page:
    """A keeper's link, and a browser."""

    world: World
    token: str

    def ask(self, method: str, path: str = "", **how: object) -> httpx.Response:
        app = Starlette(routes=registers.routes(self.world.db, self.world.tools, lambda: self.world.now))

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://pratu.example") as client:
                return await client.request(method, f"/registers/{self.token}{path}", **how)  # type: ignore[arg-type]

        return asyncio.run(ask())

    def send(self, content: bytes, *, dry: bool = False) -> httpx.Response:
        return self.ask("POST", files={"file": ("a.xlsx", content)}, data={"dry": "1"} if dry else {})


@pytest.fixture
def page(world: World) -> Page:
    world.officer("C1", Role.COORDINATOR)
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        person = session.scalars(select(Membership.person_id)).one()
        return Page(world, address.token(svc, "DEMO", 2570, person))


def filled(page: Page, **line: object) -> bytes:
    book = load_workbook(io.BytesIO(page.ask("GET", "?as=xlsx").content))
    write(sheet(book, "network"), {**NETWORK, **line})
    return saved(book)


def test_out_changed_and_in_again(page: Page) -> None:
    shown = page.ask("GET")
    assert shown.status_code == 200
    assert "เทศบาลตัวอย่าง ปีงบประมาณ 2570" in shown.text
    assert "form-action 'self'" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    content = filled(page)
    looked_at = page.send(content, dry=True)
    assert "ตรวจแล้ว ถูกต้องทั้งหมด ยังไม่ได้บันทึก" in looked_at.text
    assert Office(page.world).lines("network") == []
    stored = page.send(content)
    assert (stored.status_code, "เครือข่าย network: เพิ่ม 1" in stored.text) == (200, True)
    assert "ยังขาด" in stored.text
    again = page.ask("GET", "?as=xlsx").content
    assert "ไม่มีอะไรเปลี่ยน" in page.send(again).text


def test_what_is_wrong_is_shown_and_escaped(page: Page) -> None:
    answer = page.send(filled(page, กลุ่มผู้รับบริการ="<script>alert(1)</script>"))
    assert answer.status_code == 422
    assert "ยังไม่ได้บันทึก ต้องแก้ 1 ข้อ" in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("content", [b"", b"x" * (LARGEST + 1), b"x" * (LARGEST + 100_000), b"no workbook"])
def test_odd_files_are_answered_on_the_page(page: Page, content: bytes) -> None:
    answer = page.send(content)
    assert answer.status_code == 422
    assert "ยังไม่ได้บันทึก" in answer.text


def test_odd_requests_are_answered_too(page: Page) -> None:
    assert page.ask("POST", content=b"abc").status_code == 422
    assert page.ask("POST", content=b"abc", headers={"content-type": "multipart/form-data"}).status_code == 422
    assert page.ask("POST", data={"dry": "1"}).status_code == 422


def test_a_link_is_good_for_a_day_for_this_purpose_and_this_person(page: Page) -> None:
    for token in ("", "x", "DEMO.2570.1.2", page.token[:-1] + "x", page.token.replace("2570", "2571"), "é" * 9):
        other = Page(page.world, token)
        assert other.ask("GET").status_code == 404
        assert other.ask("POST", files={"file": ("a.xlsx", b"x")}).status_code == 404
    with page.world.db.transaction() as session:
        session.execute(update(Membership).values(role=Role.OFFICER))
    assert page.ask("GET").status_code == 404, "keeps the registers no more"
    with page.world.db.transaction() as session:
        session.execute(update(Membership).values(role=Role.HEAD))
    assert page.ask("GET").status_code == 200
    with page.world.db.transaction() as session:
        session.execute(update(Membership).values(until=page.world.now.date() - timedelta(days=1)))
    assert GONE in page.ask("GET", "?as=xlsx").text
    with page.world.db.transaction() as session:
        session.execute(update(Membership).values(until=None))
    page.world.passes(hours=24)
    assert GONE in page.ask("GET").text
