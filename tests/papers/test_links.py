"""Links to letters: for whom they were made, for a week, while that person may see the case; else they look alike."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import docx
import httpx
import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from bot.pages import files
from handlers import access
from handlers.actions import letters
from handlers.reports import links
from storage import letters as register
from storage import people
from storage.tables import Membership
from storage.words import Role
from tests.papers import scenes
from tests.papers.pdf_text import text_of
from tests.papers.scenes import NAME, Scene
from tests.world import World

GONE = "ไม่พบเอกสารนี้"


@dataclass
class Browser:
    """Asks the routes, without a server between."""

    app: Starlette

    def get(self, path: str, params: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://pratu.example") as client:
                return await client.get(path, params=params)

        return asyncio.run(ask())


@dataclass
class Desk:
    """An officer's link, and a browser."""

    scene: Scene
    browser: Browser
    person_id: int

    def link(self, kind: str = "tell_complainant", *, open_: bool = False) -> str:
        with self.scene.world.db.transaction() as session:
            svc, case = self.scene.svc(session), self.scene.case(session)
            svc.tools = replace(svc.tools, file_link=lambda token: f"/files/{token}")
            row = register.newest(session, case.id, kind) or letters.issue(svc, case, kind)
            post = people.posts_of(session, self.person_id, svc.today)[0]
            return letters.link(svc, row, post, open_=open_)


@pytest.fixture
def desk(world: World) -> Desk:
    scene = scenes.told(world)
    world.officer("ช่าง", Role.OFFICER, unit="ENG")
    with world.db.reading() as session:
        person_id = people.posts_in(session, "DEMO", date(2026, 11, 24))[0].person_id
    routes = files.routes(world.db, world.tools, lambda: world.now, Path("no-pictures"))
    return Desk(scene, Browser(Starlette(routes=routes)), person_id)


def test_the_link_gives_the_letter_masked(desk: Desk) -> None:
    link = desk.link()
    answer = desk.browser.get(link)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert f"{desk.scene.reference}-tell_complainant.docx" in answer.headers["content-disposition"]
    text = "\n".join(line.text for line in docx.Document(io.BytesIO(answer.content)).paragraphs)
    assert desk.scene.reference in text
    assert NAME not in text
    pdf = desk.browser.get(link, params={"as": "pdf"})
    assert pdf.content.startswith(b"%PDF")
    assert desk.scene.reference in text_of(pdf.content)


def test_an_open_link_shows_the_name(desk: Desk) -> None:
    answer = desk.browser.get(desk.link(open_=True))
    assert NAME in "\n".join(line.text for line in docx.Document(io.BytesIO(answer.content)).paragraphs)


def test_a_link_cannot_be_opened_up_or_bent(desk: Desk) -> None:
    token = desk.link().removeprefix("/files/")
    letter, person, open_, until, mark = token.split(".")
    assert open_ == "0"
    bent = [
        f"{letter}.{person}.1.{until}.{mark}",
        f"{letter}.{person}.0.{int(until) + 1}.{mark}",
        f"{letter}.{int(person) + 1}.0.{until}.{mark}",
        f"{int(letter) + 1}.{person}.0.{until}.{mark}",
        token[:-1],
        f"{token}0",
        mark,
        f".{mark}",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "%ff%fe",
        "๑.๑.๑.๑.๑",
        "1" * 4000,
    ]
    for one in bent:
        answer = desk.browser.get(f"/files/{one}")
        assert answer.status_code == 404, one
    assert GONE in desk.browser.get(f"/files/{bent[0]}").text


def test_a_link_ends_after_a_week(desk: Desk) -> None:
    link = desk.link()
    desk.scene.world.passes(days=links.DAYS, seconds=-1)
    assert desk.browser.get(link).status_code == 200
    desk.scene.world.passes(seconds=1)
    assert desk.browser.get(link).status_code == 404


def test_a_former_officer_and_another_unit_see_nothing(desk: Desk) -> None:
    link = desk.link()
    yesterday = (desk.scene.world.now - timedelta(days=1)).date()
    with desk.scene.world.db.transaction() as session:
        desk.scene.case(session).unit_code = "HEALTH"
    assert desk.browser.get(link).status_code == 404
    with desk.scene.world.db.transaction() as session:
        desk.scene.case(session).unit_code = "ENG"
    assert desk.browser.get(link).status_code == 200
    with desk.scene.world.db.transaction() as session:
        session.execute(update(Membership).where(Membership.person_id == desk.person_id).values(until=yesterday))
    answer = desk.browser.get(link)
    assert (answer.status_code, GONE in answer.text) == (404, True)


def test_a_confidential_case_is_hidden_from_the_unit(desk: Desk) -> None:
    link = desk.link()
    with desk.scene.world.db.transaction() as session:
        desk.scene.case(session).confidential = True
    assert desk.browser.get(link).status_code == 404


def test_a_link_of_another_installation_is_none_of_ours(desk: Desk) -> None:
    from storage.seal import Keyring

    token = desk.link().removeprefix("/files/")
    value = token.rpartition(".")[0]
    other = f"{value}.{Keyring(['another-key-of-another-town-of-forty']).signature('letter', value)}"
    with desk.scene.world.db.reading() as session, pytest.raises(access.NotFound):
        links.letter_of(desk.scene.svc(session), other)
