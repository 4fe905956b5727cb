"""The tracking page: a case's way and its dates, for whoever has the receipt; not a word of what it is about."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette

from bot.pages import track
from storage.words import Role
from tests.world import Dialogue, World

WORDS = "ไฟถนนดับ ซอย 5 หน้าวัดใหม่ โทร 081-234-5678"


@dataclass
class Receipt:
    """A case and its secret."""

    world: World
    citizen: Dialogue
    reference: str
    secret: str

    def page(self, secret: str = "") -> httpx.Response:
        world = self.world
        app = Starlette(routes=track.routes(world.db, world.tools, lambda: world.now))

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://pratu.example") as client:
                return await client.get(f"/track/{self.reference}", params={"s": secret or self.secret})

        return asyncio.run(ask())

    def rows(self) -> dict[str, str]:
        """What stands on the page, by name."""
        found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", self.page().text)
        return dict(found)


@pytest.fixture
def receipt(world: World) -> Receipt:
    citizen = world.citizen("U-track", "telegram").says(WORDS).taps("ส่งเรื่อง")
    secret = re.search(r"\b[0-3]\d{7}\b", citizen.text)
    assert secret is not None
    return Receipt(world, citizen, citizen.reference, secret.group())


def test_where_it_stands_and_what_comes_next(world: World, receipt: Receipt) -> None:
    officer = world.officer("T9", Role.OFFICER, unit="ENG")
    due = receipt.rows()["กำหนด"]
    assert receipt.rows() == {"ผู้รับผิดชอบ": "กองช่าง", "รับเรื่อง": "อ. 24 พ.ย. 69", "กำหนด": due}
    officer.says(f"/รับ {receipt.reference}")
    officer.says(f"/นัด {receipt.reference} พรุ่งนี้ 10:00")
    rows = receipt.rows()
    assert (rows["นัดลงพื้นที่"], rows["กำหนด"]) == ("พ. 25 พ.ย. 69 10:00", due)
    page = receipt.page().text
    assert 'aria-hidden="true">●' in page
    assert "ถึงขั้นนี้แล้ว" in page
    assert not re.search("ไฟถนน|ซอย|วัดใหม่|081|U-track", page), "a word of what it is about, or of whom"
    world.passes(days=2)
    assert "นัดลงพื้นที่" not in receipt.rows(), "a day that has passed is no next day"


def test_a_told_result_promises_no_date_any_more(world: World, receipt: Receipt) -> None:
    officer = world.officer("T9", Role.OFFICER, unit="ENG")
    officer.says(f"/รับ {receipt.reference}")
    world.passes(days=1)
    officer.reports(receipt.reference, "เปลี่ยนหลอดไฟใหม่ทั้งสามต้น")
    officer.says(f"/ปิด {receipt.reference}")
    assert receipt.rows() == {"ผู้รับผิดชอบ": "กองช่าง", "รับเรื่อง": "อ. 24 พ.ย. 69", "แจ้งผล": "พ. 25 พ.ย. 69"}
    world.passes(days=1)
    receipt.citizen.says(f"แก้แล้ว {receipt.reference}")
    assert receipt.rows()["ปิดเรื่อง"] == "พฤ. 26 พ.ย. 69"
    assert "หลอดไฟ" not in receipt.page().text


def test_a_wrong_secret_shows_nothing(receipt: Receipt) -> None:
    wrong = f"{(int(receipt.secret) + 1) % 30_000_000:08d}"
    answer = receipt.page(wrong)
    assert (answer.status_code, "กองช่าง" in answer.text) == (404, False)
