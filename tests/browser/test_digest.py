"""A digest everywhere it is read, drawn by a real browser: phone, desk, print, LINE, Telegram, web chat and paper.

Pictures for people to judge: var/screenshots/digest-*.png.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from bot.documents import breaks, chart, pdf
from bot.line.draw import calls as on_line
from bot.pages import digest, static
from bot.telegram import draw as telegram
from handlers.reports.sheet import Sheet
from handlers.reports.sheet_words import sheet
from handlers.services import Svc
from storage.db import Database
from storage.words import Role
from tests.browser import phones
from tests.browser.looking import POOR_CONTRAST, SMALL_TARGETS
from tests.browser.serving import ADDRESS, serve
from tests.digest_looks.sample import BOARD, FIGURES
from tests.digest_looks.test_pages import MONDAY, figures, filed, tell
from tests.line import looks
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def world(sqlite_db: Database) -> Iterator[World]:
    with sqlite_db.rolled_back():
        yield World(sqlite_db, MONDAY)


@pytest.fixture
def drawn(world: World) -> Sheet:
    with world.db.reading() as session:
        return sheet(Svc(session, world.now, world.tools), FIGURES)


@pytest.mark.parametrize(("name", "width"), [("phone", 360), ("desk", 1200)])
def test_the_page_on_a_phone_and_on_a_desk(world: World, browser: Any, shots: Path, name: str, width: int) -> None:
    world.passes(days=-5)
    head = world.officer("T3", Role.HEAD)
    filed(world, "ขยะล้นถัง ซอย 7 เหม็นมาก", "U-loud")
    world.passes(days=5)
    desk = tell(world, head, figures())
    routes = [*digest.routes(world.db, world.tools, lambda: world.now), *static.routes(demo=False)]
    page = browser.new_page(viewport={"width": width, "height": 800})
    serve(page, Starlette(routes=routes))
    for path, picture in ((f"/digest/{desk.token}", "page"), (f"/digest/{desk.token}/cases?what=open", "cases")):
        page.goto(f"{ADDRESS}{path}")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=shots / f"digest-{picture}-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        assert page.evaluate(POOR_CONTRAST) == []
        assert page.evaluate(SMALL_TARGETS, "a, summary") == []
    page.goto(f"{ADDRESS}/digest/{desk.token}")
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth && image.alt)")
    page.get_by_role("link", name="คงค้าง 57", exact=True).click()
    page.get_by_text("ขยะล้นถัง").wait_for()


def test_the_page_in_print_is_grey_and_whole(drawn: Sheet, browser: Any, tmp_path: Path, shots: Path) -> None:
    path = tmp_path / "digest.html"
    path.write_text(digest.alone(drawn), encoding="utf-8")
    page = browser.new_page(viewport={"width": 760, "height": 1000})
    page.emulate_media(media="print")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{path}")
    page.screenshot(path=shots / "digest-print.png", full_page=True)
    assert all(url.startswith(("file://", "data:")) for url in asked), "one file that needs nothing else"
    assert page.evaluate(POOR_CONTRAST) == []


def test_the_charts_and_the_paper(drawn: Sheet, shots: Path) -> None:
    import typst

    (shots / "digest-chart.png").write_bytes(chart.png(drawn, 360))
    assert chart.svg(drawn).startswith(b"<svg")
    folder = Path(pdf.__file__).parent
    pages = typst.compile(
        str(folder / "digest.typ"),
        format="png",
        ppi=90,
        font_paths=[str(folder.parent / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({"sheet": breaks.marked(asdict(drawn))})},
    )
    assert len(pages) == 2
    for number, content in enumerate(pages, 1):
        (shots / f"digest-paper-{number}.png").write_bytes(content)


def test_on_line_and_telegram(drawn: Sheet, browser: Any, tmp_path: Path, shots: Path) -> None:
    (tmp_path / "chart.png").write_bytes(chart.png(drawn))
    (call,) = on_line([BOARD], str.split)
    bubbles = call.messages[0]["contents"]["contents"]
    bubbles[-1]["hero"]["url"] = f"file://{tmp_path}/chart.png"
    told = [call.messages[0] for call in telegram.calls([BOARD], str.split)]
    pages = {
        "line": (looks.page(*bubbles), 1600),
        "telegram": (phones.page("telegram", "Telegram", "".join(map(phones.telegram, told))), phones.WIDTH),
    }
    for name, (text, width) in pages.items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 700})
        page.goto(f"file://{path}")
        page.screenshot(path=shots / f"digest-{name}.png", full_page=True)
        assert page.evaluate(POOR_CONTRAST) == []


def test_in_the_web_chat_each_decision_has_its_buttons(demo: str, browser: Any, shots: Path) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{demo}/chat")
    page.get_by_role("log").wait_for()
    page.evaluate(
        """async (data) => { const { theirs } = await import("/static/draw.js"); window.tapped = [];
        document.querySelector(".log").append(theirs(data, (choice) => tapped.push(choice.send || choice.label))); }""",
        {"type": "board", **asdict(BOARD)},
    )
    page.locator(".log").evaluate("log => { log.style.overflow = 'visible'; log.style.height = 'auto'; }")
    page.screenshot(path=shots / "digest-web.png", full_page=True)
    board = page.get_by_role("article", name="สรุปประจำสัปดาห์ เทศบาลตัวอย่าง")
    board.get_by_role("button", name="อนุมัติ 70-00298-5").click()
    board.get_by_role("button", name="ดูเรื่อง 70-00305-8").click()
    assert page.evaluate("tapped") == ["/อนุมัติ 70-00298-5", "/ดู 70-00305-8"]
    assert page.get_by_role("link", name="ดูทั้งหมด").get_attribute("href") == BOARD.choices[0].send
    assert page.evaluate(POOR_CONTRAST) == []
    assert page.evaluate(SMALL_TARGETS, ".board button") == []
