"""The page for everybody: numbers up to last midnight, nothing small, nothing of any case."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.pages import summary
from storage.tables import Case, StatusUpdate, Survey, SurveyAnswer
from tests.digest_looks.test_pages import filed
from tests.world import World, at

NOON = at("2026-11-24 12:00")


def read(world: World, path: str = "/summary", app: Starlette | None = None) -> httpx.Response:
    shown = app or Starlette(routes=summary.routes(world.db, world.tools, lambda: world.now))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=shown)
        async with httpx.AsyncClient(transport=transport, base_url="http://pratu.example") as client:
            return await client.get(path)

    return asyncio.run(ask())


def sections(page: str) -> list[str]:
    """Each stretch of time as it reads, without marks."""
    found = re.findall(r"<section.*?</section>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


def many(world: World, **counts: int) -> None:
    """So many cases of each category, received on 10 November and resolved four days later."""
    world.now = at("2026-10-02 09:00")
    one = filed(world, "ไฟถนนดับ ซอย 5 หน้าวัดใหม่ โทร 081-234-5678", "U-one")
    world.now = NOON
    came, done = at("2026-11-10 09:00"), at("2026-11-14 09:00")
    with world.db.transaction() as session:
        row = session.scalars(select(Case).where(Case.reference == one)).one()
        names = {column.key for column in Case.__mapper__.column_attrs} - {"id", "reference", "category"}
        same = {name: getattr(row, name) for name in names}
        same |= {"received_at": came, "resolved_at": done, "status": "resolved", "conclusion_type": "fixed"}
        codes = [category for category, n in counts.items() for _ in range(n)]
        for number, category in enumerate(codes):
            case = Case(**same, reference=f"70-8{number:04d}-0", category=category)
            session.add(case)
            session.flush()
            session.add(StatusUpdate(case_id=case.id, at=done, status="resolved", what="resolved", by="officer"))


def answered(world: World, *points: str) -> None:
    with world.db.transaction() as session:
        for point in points:
            survey = Survey(
                source="closing", form="pulse", items=[], agency_code="DEMO", channel="line", state="done",
                not_before=NOON, created_at=NOON,
            )  # fmt: skip
            session.add(survey)
            session.flush()
            session.add(
                SurveyAnswer(
                    survey_id=survey.id, item="P.overall", answer=point, answered_at=at("2026-11-15 09:00"),
                    agency_code="DEMO", channel="line",
                )
            )  # fmt: skip


def test_nothing_yet(world: World) -> None:
    answer = read(world)
    assert answer.status_code == 200
    assert [section.endswith("ยังไม่มีข้อมูล") for section in sections(answer.text)] == [True, True]
    assert "สิ้นวันที่ 23 พฤศจิกายน 2569" in answer.text  # the clock stands on the 24th
    assert "noindex" not in answer.text
    assert "x-robots-tag" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_the_numbers_of_a_month_and_a_year(world: World) -> None:
    many(world, EL=12, RD=9, WS=4, CR=1)
    answered(world, *["very_satisfied"] * 3, *["satisfied"] * 4, "dissatisfied")
    page = read(world).text
    month, year = sections(page)
    assert "รับเรื่อง 26 เรื่อง" in month
    assert "ได้ข้อยุติ 26 เรื่อง" in month
    assert "4 วัน" in month
    assert "88% จาก 8 คำตอบ" in month  # 7 of 8 is 87.5
    assert "ไฟฟ้าและไฟส่องสว่าง 12 ถนน ทางเท้า และสะพาน 9 หมวดอื่น ๆ รวมกัน 5" in month
    assert "ทุจริต" not in page  # one case: nobody may reckon whose
    assert "รับเรื่อง 27 เรื่อง" in year  # one more came on 2 October, within the fiscal year
    assert "ไฟฟ้าและไฟส่องสว่าง 13" in year
    assert not re.search(r"70-\d{5}-\d|081|ซอย", page)


def test_few_are_not_told(world: World) -> None:
    many(world, EL=3, CR=1)
    answered(world, "dissatisfied", "satisfied")
    month = sections(read(world).text)[0]
    assert "รับเรื่อง น้อยกว่า 5 เรื่อง" in month
    assert "พึงพอใจ ยังไม่มีข้อมูล คำตอบน้อยกว่า 5" in month
    assert "%" not in month
    assert "หมวด" not in month


def test_today_is_not_counted_yet(world: World) -> None:
    world.now = NOON
    filed(world, "ไฟถนนดับ ซอย 5 หน้าวัดใหม่", "U-today")
    assert sections(read(world).text)[0].endswith("ยังไม่มีข้อมูล")


@pytest.mark.parametrize("code", ["NOBODY", "demo", "'--", "x" * 200])
def test_an_agency_there_is_not(world: World, code: str) -> None:
    answer = read(world, f"/summary/{code}")
    assert (answer.status_code, "ไม่พบหน่วยงานนี้" in answer.text) == (404, True)


def test_one_agency_has_its_own_page_and_it_is_counted_every_few_minutes(world: World) -> None:
    world.now = NOON
    app = Starlette(routes=summary.routes(world.db, world.tools, lambda: world.now))
    before = read(world, "/summary/DEMO", app).text
    assert "เทศบาลตัวอย่าง" in before
    many(world, EL=7)
    assert read(world, "/summary/DEMO", app).text == before
    world.now += timedelta(minutes=5)
    assert "รับเรื่อง 7 เรื่อง" in sections(read(world, "/summary/DEMO", app).text)[0]
