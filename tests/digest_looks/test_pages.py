"""The digest as a page, chart and paper: for whom its link was made, while they have a post that reads it."""

from __future__ import annotations

import asyncio
import io
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select, update
from starlette.applications import Starlette

from bot.pages import digest, papers
from handlers.reports import links
from handlers.rules import periods
from handlers.services import Svc
from storage import issues, people
from storage.tables import Case, Membership
from storage.words import Role
from tests.digest_looks.sample import FIGURES
from tests.evidence_papers.conftest import no_pictures
from tests.papers.pdf_text import text_of
from tests.world import BANGKOK, Dialogue, World, at

GONE = "ไม่พบสรุปนี้"
MONDAY = at("2026-11-23 08:30")


@dataclass
class Desk:
    """A digest that was told, and a browser."""

    world: World
    token: str
    person_id: int

    def get(self, path: str, token: str = "") -> httpx.Response:
        world = self.world
        here = (world.db, world.tools, lambda: world.now)
        app = Starlette(routes=[*digest.routes(*here), *papers.routes(*here, no_pictures)])

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://pratu.example") as client:
                return await client.get(path.replace("TOKEN", token or self.token))

        return asyncio.run(ask())

    def page(self) -> str:
        answer = self.get("/digest/TOKEN")
        assert answer.status_code == 200
        return answer.text

    def cases(self, query: str) -> str:
        answer = self.get(f"/digest/TOKEN/cases?{query}")
        assert answer.status_code == 200, query
        return answer.text


def tell(
    world: World, reader: Dialogue, figures: dict[str, Any], agency: str = "DEMO", purpose: str = "digest"
) -> Desk:
    """The figures are told as those of week 47, and the reader has a link."""
    week = periods.week("2026-W47", BANGKOK)
    with world.db.transaction() as session:
        issues.put(
            session,
            what="week",
            agency_code=agency,
            period="2026-W47",
            since=week.since,
            until=week.until,
            now=world.now,
            figures=figures,
            chain_head="9f2c",
        )
        row = issues.find(session, "week", agency, "2026-W47")
        assert row is not None
        person_id = people.account_for(session, reader.channel, reader.name, world.now).person_id
        token = links.sign(Svc(session, world.now, world.tools), purpose, (row.id, person_id), world.now + timedelta(7))
    return Desk(world, token, person_id)


def filed(world: World, text: str, name: str) -> str:
    citizen = world.citizen(name, "telegram").says(text)
    if any(choice.label == "ส่งเรื่อง" for choice in citizen.choices):
        citizen.taps("ส่งเรื่อง")
    return citizen.reference


@pytest.fixture
def world(world: World) -> World:
    world.now = MONDAY
    return world


def figures(**changed: Any) -> dict[str, Any]:
    return {**deepcopy(FIGURES), **changed}


def test_the_page_says_every_figure_and_leads_to_its_cases(world: World) -> None:
    page = tell(world, world.officer("H1", Role.HEAD), figures()).page()
    for words in ("เทศบาลตัวอย่าง", "16–22 พฤศจิกายน 2569", "ข้อมูล ณ วันที่ 23 พฤศจิกายน 2569 เวลา 08:30 น."):
        assert words in page
    linked = dict(re.findall(r'cases\?([^"]+)" aria-label="[^"]+">(\d+)</a>', page.replace("&amp;", "&")))
    assert linked["what=received"] == "42"
    assert linked["what=by_category&key=EL"] == "12"
    assert linked["what=by_unit&key=ENG"] == "21"
    assert linked["what=by_unit_overdue&key=ENG"] == "4"
    assert "what=by_unit_overdue&key=OFFICE" not in linked  # nothing is overdue there: nothing to show
    assert "มากกว่าสัปดาห์ก่อน 9" in page  # 42 after 33
    assert "น้อยกว่าสัปดาห์ก่อน 2" in page
    assert "มากกว่าสัปดาห์ก่อน 3 จุด" in page  # 84 after 81
    assert "ความรวดเร็วในการให้บริการ 71%" in page
    assert page.index("ตัวเลขสำคัญ") > page.index("ไม่มีเรื่องรอการตัดสินใจ")


@pytest.mark.parametrize(("hours", "told"), [(5.5, "5.5 ชั่วโมง (n = 40)"), (158.1, "6.6 วัน (n = 40)")])
def test_long_waits_are_told_in_days(world: World, hours: float, told: str) -> None:
    found = figures(first_answer={"n": 40, "median_hours": hours})
    page = tell(world, world.officer("H1", Role.HEAD), found).page()
    assert "เวลาตอบครั้งแรก (ค่ากลาง)" in page
    assert told in page.replace("\N{NO-BREAK SPACE}", " ")


def test_decisions_come_first_and_go_when_they_are_made(world: World) -> None:
    officer, head = world.officer("T1", Role.OFFICER, unit="ENG"), world.officer("T3", Role.HEAD)
    reference = filed(world, "ไฟถนนดับ ซอย 5 หน้าวัดใหม่", "U-lamp")
    officer.says(f"/รับ {reference}")
    officer.reports(reference, "เปลี่ยนหลอดไฟและตรวจสายไฟแล้ว")
    officer.says(f"/เสนอ {reference}")
    waits = {"reference": reference, "why": "head_review", "days": 2, "category": "EL", "unit": "ENG"}
    told = figures(decide=[{**waits, "confidential": False}], to_decide={"head_review": 1})
    desk = tell(world, head, told)
    page = desk.page()
    assert page.index("ต้องตัดสินใจ 1 เรื่อง") < page.index("ตัวเลขสำคัญ")
    assert f"<code>/อนุมัติ {reference}</code>" in page
    head.says(f"/อนุมัติ {reference}")
    page = desk.page()
    assert "ไม่มีเรื่องรอการตัดสินใจ" in page
    assert reference not in page
    assert reference in text_of(desk.get("/report/TOKEN").content)  # the paper says what was told


def test_of_a_confidential_case_only_its_number(world: World) -> None:
    head = world.officer("T3", Role.HEAD)
    quiet = filed(world, "ไฟถนนดับ ซอย 9 หน้าวัดเก่า", "U-quiet")
    loud = filed(world, "ขยะล้นถัง ซอย 7 เหม็นมาก โทร 081-234-5678", "U-loud")
    with world.db.transaction() as session:
        session.execute(update(Case).values(received_at=at("2026-11-18 10:00")))
        session.execute(update(Case).where(Case.reference == quiet).values(confidential=True))
    desk = tell(world, head, figures())
    page = desk.cases("what=received")
    rows = re.findall(r"<tr><th.*?</tr>", page)
    assert (quiet in page, loud in page, "2 เรื่อง" in page) == (True, True, True)
    secret = next(row for row in rows if quiet in row)
    assert "เรื่องลับ" in secret
    assert re.sub(r"<[^>]*>", "", secret).replace(quiet, "").strip() == "เรื่องลับ"
    assert "ขยะล้นถัง" in page
    assert "081-234-5678" not in page
    assert "พ. 18 พ.ย. 69" in page


def test_long_lists_come_in_pages(world: World) -> None:
    head = world.officer("T3", Role.HEAD)
    first = filed(world, "ไฟถนนดับ ซอย 5 หน้าวัดใหม่", "U-many")  # itself received after the week
    with world.db.transaction() as session:
        row = session.scalars(select(Case).where(Case.reference == first)).one()
        names = {column.key for column in Case.__mapper__.column_attrs} - {"id", "reference"}
        same = {name: getattr(row, name) for name in names}
        same["received_at"] = at("2026-11-18 10:00")
        session.add_all(Case(**same, reference=f"70-9{number:04d}-0") for number in range(120))
    desk = tell(world, head, figures())
    seen = [re.findall(r"70-9\d{4}-0", desk.cases(f"what=received&page={page}")) for page in (1, 2, 3)]
    assert [len(set(page)) for page in seen] == [50, 50, 20]
    assert len({reference for page in seen for reference in page}) == 120
    assert set(re.findall(r"70-9\d{4}-0", desk.cases("what=received&page=99"))) == set(seen[2])


@pytest.mark.parametrize("query", ["what=secrets", "", "what=decide", "what=received'--", "what=by_agency&key=DEMO"])
def test_what_is_no_figure_is_not_found(world: World, query: str) -> None:
    desk = tell(world, world.officer("T3", Role.HEAD), figures())
    assert GONE in desk.get(f"/digest/TOKEN/cases?{query}").text
    assert desk.get(f"/digest/TOKEN/cases?what=received&page={query or '-1'}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/digest/TOKEN", "/digest/TOKEN/cases?what=open", "/digest/TOKEN/chart.png", "/report/TOKEN"]
)
def test_a_link_ends_with_the_post_and_with_the_week(world: World, path: str) -> None:
    head = world.officer("T3", Role.HEAD)
    desk = tell(world, head, figures())
    assert desk.get(path).status_code == 200
    for wrong in (desk.token[:-1] + "x", "1.1.1.x", "nonsense", "ย" * 9, desk.token + "0"):
        assert desk.get(path, wrong).status_code == 404
    other = tell(world, head, figures(), purpose="letter")
    assert desk.get(path, other.token).status_code == 404
    world.passes(days=8)
    assert desk.get(path).status_code == 404
    world.passes(days=-8)
    with world.db.transaction() as session:
        session.execute(update(Membership).values(until=world.now.date() - timedelta(1)))
    answer = desk.get(path)
    gone = GONE if path.startswith("/digest") else "ไม่พบเอกสารนี้"
    assert (answer.status_code, gone in answer.text) == (404, True)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("role", "page", "cases"),
    [
        (Role.HEAD, 200, 200),
        (Role.DELEGATE, 200, 200),
        (Role.COORDINATOR, 200, 200),
        (Role.ADMIN, 200, 200),
        (Role.GOVERNOR, 200, 404),  # reads figures; cases are the agency's own
        (Role.OFFICER, 404, 404),
        (Role.UNIT_HEAD, 404, 404),
        (Role.INTAKE, 404, 404),
    ],
)
def test_who_reads_it(world: World, role: Role, page: int, cases: int) -> None:
    unit = "ENG" if role in (Role.OFFICER, Role.UNIT_HEAD) else None
    desk = tell(world, world.officer("X1", role, unit=unit), figures())
    assert desk.get("/digest/TOKEN").status_code == page
    assert desk.get("/digest/TOKEN/cases?what=open").status_code == cases
    assert ("/cases?" in desk.get("/digest/TOKEN").text) == (cases == 200)


def test_figures_of_all_agencies_lead_to_nobodys_cases(world: World) -> None:
    every = figures(agency="*", agency_name="", by_unit={}, by_agency={"DEMO": {"open": 57, "overdue": 5}}, decide=[])
    desk = tell(world, world.officer("G1", Role.GOVERNOR), every, agency="*")
    page = desk.page()
    assert "ทุกหน่วยงาน" in page
    assert ("ตามหน่วยงาน" in page, "/cases?" in page) == (True, False)
    assert desk.get("/digest/TOKEN/cases?what=open").status_code == 404
    assert desk.get("/report/TOKEN").headers["content-disposition"].endswith('"digest-all-2026-W47.pdf"')


def test_the_chart_is_a_picture_of_its_shape(world: World) -> None:
    answer = tell(world, world.officer("T3", Role.HEAD), figures()).get("/digest/TOKEN/chart.png")
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (1080, 1512)  # 5:7, as the bubble on LINE is told
    assert answer.headers["cache-control"].startswith("private")


def test_the_paper_says_the_same(world: World) -> None:
    desk = tell(world, world.officer("T3", Role.HEAD), figures())
    answer = desk.get("/report/TOKEN")
    assert answer.headers["content-type"] == "application/pdf"
    text = text_of(answer.content)
    said = ("สรุปประจำสัปดาห์", "16–22 พฤศจิกายน 2569", "70-00298-5", "เรื่องลับ", "ไฟฟ้าและไฟส่องสว่าง", "หัวหน้าส่วนราชการ")
    for words in said:
        assert words in text
    drawn = papers.drawer(world.db, world.tools, lambda: world.now, no_pictures)
    assert drawn(desk.token) == answer.content
    assert drawn("1.2.3.x") is None
