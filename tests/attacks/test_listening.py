"""Attempts on what listens: digests, the public page, registers, surveys. Each was possible once."""

from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from bot.pages import registers, survey
from handlers.reports import survey_links
from handlers.reports.evidence import address, written
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from storage import people
from storage.tables import Agency, Case, Message, OutboxMessage
from storage.words import Role
from tests.conftest import prepared
from tests.digest_looks.test_pages import MONDAY, figures, filed, tell
from tests.digest_looks.test_summary import many, read, sections
from tests.flows.test_surveys import FAIR, POOR, asked
from tests.flows.test_surveys import Office as Works
from tests.registers.books import Office
from tests.registers.test_hostile import only, repacked
from tests.surveys.browser import Browser
from tests.surveys.conftest import Town, town
from tests.world import World, at, hears_now

__all__ = ["town"]


# --- digests ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tip(world: World) -> str:
    """A confidential case of week 47, in a unit's hands."""
    world.now = MONDAY
    reference = filed(world, "ไฟถนนดับ ซอย 9 หน้าวัดเก่า", "U-tip")
    with world.db.transaction() as session:
        values = {"received_at": at("2026-11-18 10:00"), "confidential": True, "category": "CR", "unit_code": "ENG"}
        session.execute(update(Case).where(Case.reference == reference).values(**values))
    return reference


QUERIES = ["what=by_category&key=CR", "what=by_unit&key=ENG", "what=by_kind&key=complaint", "what=received"]


@pytest.mark.parametrize("query", QUERIES)
def test_who_may_not_see_a_tip_cannot_find_it_by_its_category_or_unit(world: World, tip: str, query: str) -> None:
    for role in (Role.COORDINATOR, Role.ADMIN):
        page = tell(world, world.officer(f"X-{role}", role), figures()).cases(query)
        assert ("1 เรื่อง" in page, "เรื่องลับ" in page, tip in page) == (True, True, False), role
    assert tip in tell(world, world.officer("T3", Role.HEAD), figures()).cases(query), "who decides may find it"


def test_a_governor_reads_figures_and_no_case(world: World) -> None:
    world.now = MONDAY
    reference = filed(world, "ไฟถนนดับ ซอย 5 หน้าวัดใหม่", "U-lamp")
    waits = {"reference": reference, "why": "overdue", "days": 2, "category": "EL", "unit": "ENG"}
    told = figures(decide=[{**waits, "confidential": False}], to_decide={"overdue": 1})
    page = tell(world, world.officer("G1", Role.GOVERNOR), told).page()
    assert not re.search(r"\d{2}-\d{5}-\d", page)
    assert "/เร่ง" not in page
    assert ("ต้องตัดสินใจ 1 เรื่อง" in page, "ซอยวัดใหม่" in page) == (True, True)


@pytest.mark.parametrize("what", ["by_category", "by_kind", "by_channel", "by_unit", "by_unit_overdue"])
def test_a_key_no_database_can_hold(world: World, what: str) -> None:
    world.now = MONDAY
    desk = tell(world, world.officer("T3", Role.HEAD), figures())
    for key in ("%00", "EL%00", "a%0Ab"):
        assert desk.get(f"/digest/TOKEN/cases?what={what}&key={key}").status_code == 404


def test_the_public_page_does_not_tell_when_a_tip_came(world: World) -> None:
    many(world, EL=12, RD=9, CR=7)
    with world.db.transaction() as session:
        session.execute(update(Case).where(Case.category == "CR").values(confidential=True))
    month = sections(read(world).text)[0]
    assert "ทุจริต" not in month
    assert "หมวดอื่น ๆ รวมกัน 7" in month
    with world.db.transaction() as session:  # few of them: what is left is not small
        tips = session.scalars(select(Case.id).where(Case.category == "CR").limit(6)).all()
        session.execute(update(Case).where(Case.id.in_(tips)).values(received_at=at("2026-09-10 09:00")))
    month = sections(read(world).text)[0]
    assert "ไฟฟ้าและไฟส่องสว่าง 12 หมวดอื่น ๆ รวมกัน 10" in month


# --- registers -------------------------------------------------------------------------------------------------------


def test_entities_in_wide_letters_and_in_parts_of_another_name(world: World) -> None:
    office = Office(world)
    grows = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'
    for code in ("utf-16-le", "utf-16-be"):
        wide = f'<?xml version="1.0" encoding="{code[:6]}"?>{grows}'.encode(code)  # without the mark that tells of it
        assert "เปิดแฟ้มนี้ไม่ได้" in only(office, repacked(office.content(), replace={"xl/workbook.xml": wide}))
    renamed = {"xl/worksheets/sheet3.dat": f'\ufeff <?xml version="1.0"?>{grows}'.encode()}
    assert "เปิดแฟ้มนี้ไม่ได้" in only(office, repacked(office.content(), add=renamed))


def test_nobody_waits_while_a_workbook_is_read(tmp_path: Path) -> None:
    """To unpack some MB takes long; what people write is stored meanwhile. Here somebody else is writing, without end,
    and a file is read and refused all the same."""
    db = prepared(f"sqlite:///{tmp_path}/busy.db")
    world = World(db)
    world.now = MONDAY
    world.officer("T2", Role.INTAKE, unit="OFFICE")
    with db.transaction() as session:
        person = people.account_for(session, "telegram", "T2", world.now).person_id
        token = address.token(Svc(session, world.now, world.tools), "DEMO", 2570, person)
    page = Starlette(routes=registers.routes(db, world.tools, lambda: world.now))
    writes, goes_on, answers = threading.Event(), threading.Event(), list[int]()

    def writing() -> None:
        with db.transaction():
            writes.set()
            goes_on.wait(60)

    async def ask() -> None:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=page), base_url="http://pratu.example"
        ) as client:
            files = {"file": ("a.xlsx", b"no workbook")}
            answers.append((await client.post(f"/registers/{token}", files=files)).status_code)

    threads = [threading.Thread(target=writing), threading.Thread(target=lambda: asyncio.run(ask()))]
    threads[0].start()
    writes.wait(30)
    threads[1].start()
    threads[1].join(30)
    said = list(answers)
    goes_on.set()
    for thread in threads:
        thread.join()
    db.close()
    assert said == [422]


def test_words_too_long_for_a_workbook_are_refused_in_the_chat_too(world: World) -> None:
    world.now = MONDAY
    reference = filed(world, "ไฟถนนดับ ซอย 5 หน้าวัดใหม่", "U-lamp")
    intake = world.officer("T2", Role.INTAKE, unit="OFFICE")
    intake.says(f"/ปรับปรุง {reference} " + "=ก" * 2400).hears("4000")
    assert Office(world).lines("improvement") == []


def test_a_case_that_became_confidential_is_not_printed_as_a_source(world: World) -> None:
    world.now = MONDAY
    open_, hidden = (filed(world, f"ไฟถนนดับ ซอย {soi} หน้าวัดใหม่", f"U-{soi}") for soi in ("5", "7"))
    office = Office(world)
    found = office.brings("learned", {"ข้อมูลที่ได้รับ": "ไฟซอย", "เลขที่เรื่อง": f"{open_}, {hidden}"})
    assert found.changes, found.problems
    with world.db.transaction() as session:
        session.execute(update(Case).where(Case.reference == hidden).values(confidential=True))
    with world.db.reading() as session:
        table = written.learned(Scope(Svc(session, world.now, world.tools), 2570, "DEMO"))
    said = str(table.rows)
    assert (open_ in said, hidden in said) == (True, False)


# --- surveys ---------------------------------------------------------------------------------------------------------


def test_one_connection_is_one_voter_whatever_address_it_takes(town: Town) -> None:
    path, app = town.poll(), town.browser.app
    votes = []
    for number in range(survey.POLLS_AN_HOUR + 5):
        browser = Browser(app, host=f"2001:db8:1:2::{number:x}")
        page = browser.opens(path)
        item = next(name for name, options in page.form.fields.items() if "very_satisfied" in options)
        votes.append(browser.sends(path, {item: "very_satisfied", "number": page.form.values["number"]}).status)
    assert votes.count(429) == 5
    other = Browser(app, host="2001:db8:1:3::1")
    page = other.opens(path)
    item = next(name for name, options in page.form.fields.items() if "very_satisfied" in options)
    assert other.sends(path, {item: "satisfied", "number": page.form.values["number"]}).status == 200


def test_an_agency_with_a_dot_in_its_code_has_a_form(town: Town) -> None:
    with town.world.db.transaction() as session:
        session.add(Agency(code="A.B", name="อำเภอตัวอย่าง", area="", position=9, settings={}))
        session.flush()
        path = survey_links.poll_address(town.svc(session), "A.B", "S1", "walkin")
    page = town.browser.opens(path)
    assert (page.status, "อำเภอตัวอย่าง" in page.text) == (200, True)


def test_unhappy_words_that_were_unsent_reach_no_officer(world: World) -> None:
    works = Works(world)
    citizen, _reference = asked(world, works)
    citizen.taps(POOR).taps(FAIR).taps(FAIR).says("ช่างชื่อสมปองพูดไม่ดีเลย")
    citizen.unsends()
    with world.db.reading() as session:
        parts = [session.keys.open_text(row.parts) or "" for row in session.scalars(select(OutboxMessage)) if row.parts]
        said = [session.keys.open_text(row.text) or "" for row in session.scalars(select(Message)) if row.text]
    assert not [one for one in (*parts, *said) if "สมปอง" in one or "\\u0e2a\\u0e21\\u0e1b\\u0e2d\\u0e07" in one]
    hears_now(works.officer).hears_not("สมปอง")
