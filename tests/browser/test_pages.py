"""The pages for citizens on a small phone and in print: tracking and the public summary.

Pictures for people to judge: var/screenshots/track-*.png and summary-*.png.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from bot.pages import static, summary, track
from storage.db import Database
from storage.words import Role
from tests.browser.looking import POOR_CONTRAST, SMALL_TARGETS
from tests.browser.serving import ADDRESS, serve
from tests.digest_looks.test_summary import answered, many
from tests.world import World

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def world(sqlite_db: Database) -> Iterator[World]:
    with sqlite_db.rolled_back():
        yield World(sqlite_db)


def look(browser: Any, world: World, path: str, picture: Path) -> Any:
    """A page on a small phone and in print, looked over and kept."""
    found = (world.db, world.tools, lambda: world.now)
    page = browser.new_page(viewport=PHONE)
    serve(page, Starlette(routes=[*track.routes(*found), *summary.routes(*found), *static.routes(demo=False)]))
    page.goto(f"{ADDRESS}{path}")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert page.evaluate(SMALL_TARGETS, "a, button, input") == []
    page.screenshot(path=picture, full_page=True)
    for media, dark in (("screen", "dark"), ("print", "light"), ("screen", "light")):
        page.emulate_media(media=media, color_scheme=dark)
        assert page.evaluate(POOR_CONTRAST) == [], f"{media} {dark}"
        if media == "print":
            page.screenshot(path=picture.with_stem(f"{picture.stem}-print"), full_page=True)
    return page


def test_tracking(world: World, browser: Any, shots: Path) -> None:
    citizen = world.citizen("U-track", "telegram").says("ไฟถนนดับ ซอย 5 หน้าวัดใหม่").taps("ส่งเรื่อง")
    secret = re.search(r"\b[0-3]\d{7}\b", citizen.text)
    assert secret is not None
    officer = world.officer("T9", Role.OFFICER, unit="ENG")
    officer.says(f"/รับ {citizen.reference}")
    officer.says(f"/นัด {citizen.reference} พรุ่งนี้ 10:00")
    page = look(browser, world, f"/track/{citizen.reference}?s={secret.group()}", shots / "track-case.png")
    assert page.get_by_role("listitem").count() == 5
    look(browser, world, f"/track/{citizen.reference}", shots / "track-ask.png")


def test_the_public_summary(world: World, browser: Any, shots: Path) -> None:
    many(world, EL=12, RD=9, EN=7, WS=4, CR=1)
    answered(world, *["very_satisfied"] * 3, *["satisfied"] * 4, "dissatisfied")
    page = look(browser, world, "/summary/DEMO", shots / "summary-agency.png")
    assert page.get_by_role("heading", level=1).count() == 1
    look(browser, world, "/summary", shots / "summary-all.png")
