"""The survey form in a real browser: by keyboard alone, on a small phone and on a desk, readable, printable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.reports import links, survey_links
from handlers.services import Svc
from storage import people, surveys
from storage.words import Role
from tests.serving import Server

pytestmark = pytest.mark.browser

SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 900}}
# Every text has at least 4.5 : 1 against what is behind it (WCAG 2.2 AA, 1.4.3), borders of fields 3 : 1 (1.4.11).
CONTRAST = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0.99) return c; }
    return [255, 255, 255]; };
  const ratio = (one, two) => { const [a, b] = [light(one), light(two)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05); };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const style = getComputedStyle(e);
    if (own && e.offsetParent && ratio(rgb(style.color), behind(e)) < 4.5)
      found.push(`${e.tagName} ${e.textContent.slice(0, 20)}`);
    if (e.matches('select, textarea, input[type=text], .point')
      && ratio(rgb(style.borderTopColor), behind(e.parentElement)) < 3) found.push(`border of ${e.tagName}`);
  }
  return found; }"""
SMALL = """() => [...document.querySelectorAll('.point, select, textarea, input[type=text], button, main a')]
  .filter(e => { const r = e.getBoundingClientRect(); return r.height < 43.9 || r.width < 43.9; })
  .map(e => `${e.tagName} ${e.textContent.slice(0, 20)}`)"""
TINY = """() => [...document.querySelectorAll('body *')].filter(e => e.offsetParent
  && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
  && parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.textContent.slice(0, 20))"""
UNNAMED = """() => {
  const says = (e) => !!e && e.textContent.trim() !== '';
  const named = (e) => [...(e.labels || [])].some(says) || (e.tagName === 'BUTTON' && says(e))
    || says(document.getElementById(e.getAttribute('aria-labelledby')));
  return [...document.querySelectorAll('input, select, textarea, button, [role=radiogroup]')]
    .filter(e => e.type !== 'hidden' && !named(e)).map(e => e.name || e.id); }"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path, f"sqlite:///{tmp_path}/survey.db").prepare().start()
    yield started
    started.stop()


def svc_of(server: Server, session: Any) -> Svc:
    return Svc(session, datetime.now(UTC), server.world.tools)


def asked(server: Server, form: str) -> tuple[int, str]:
    """Somebody was asked: the survey's row, and the address of their form."""
    with server.world.db.transaction() as session:
        svc = svc_of(server, session)
        codes = [item.code for item in surveys.forms(session)[form].items]
        row = surveys.add(
            session, source="wish", form=form, codes=codes, agency_code="DEMO", channel="web", now=svc.now
        )
        token = links.sign(svc, survey_links.SURVEY, (row.id,), svc.now + timedelta(days=1))
    return row.id, f"{server.url}/survey/{token}"


def paper(server: Server) -> str:
    server.enrol("telegram", "T1", Role.OFFICER, "OFFICE", "เจ้าหน้าที่ธุรการ")
    with server.world.db.reading() as session:
        svc = svc_of(server, session)
        person_id = people.posts_in(session, "DEMO", svc.today)[0].person_id
        token = links.sign(svc, survey_links.PAPER, (person_id, "DEMO", "S1"), svc.now + timedelta(days=1))
    return f"{server.url}/survey/{token}"


@contextmanager
def opened(browser: Any, size: str, address: str, **options: Any) -> Iterator[Any]:
    """A page without scripts; what it complains of fails the test."""
    context = browser.new_context(viewport=SIZES[size], java_script_enabled=False, **options)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    told = "the server responded with a status of 422"  # a form to be put right is no error of the page
    assert page.goto(address).status == 200
    yield page
    assert [error for error in errors if told not in error] == []
    context.close()


def looked_at(page: Any, name: str, shots: Path) -> None:
    """What holds of every state of the page."""
    page.screenshot(path=shots / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.lang") == "th"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate(TINY) == []
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.querySelectorAll('h1').length") == 1


def tab_to(page: Any, name: str, most: int = 80) -> None:
    """Go on with the tab key until this field has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the tab key never reaches {name}")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("form", ["S1", "S2"])
def test_a_form_is_filled_in_by_keyboard_alone(server: Server, browser: Any, shots: Path, size: str, form: str) -> None:
    row, address = asked(server, form)
    codes = {"S1": ["S1.1.1", "S1.1.2", "S1.5.4"], "S2": ["S2.1", "S2.2", "S2.27"]}[form]
    with opened(browser, size, address) as page:
        looked_at(page, f"survey-{form}-{size}", shots)
        tab_to(page, codes[0])
        page.keyboard.press("Space")
        assert page.evaluate("getComputedStyle(document.activeElement.parentElement).outlineStyle") == "solid"
        tab_to(page, codes[1])
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        tab_to(page, codes[2])
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        tab_to(page, "age")
        page.keyboard.press("Space")
        tab_to(page, "suggestion")
        page.keyboard.type("ขอให้มีที่นั่งรอเพิ่ม")
        page.screenshot(path=shots / f"survey-{form}-{size}-filled.png", full_page=True)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="ขอขอบคุณอย่างสูง").wait_for()
        looked_at(page, f"survey-{form}-{size}-thanks", shots)
    with server.world.db.reading() as session:
        known = {item: one.answer for item, one in surveys.answers(session, row).items() if one.answer}
        found = surveys.get(session, row)
        assert found is not None
        assert surveys.words_of(session, found) == [("suggestion", "ขอให้มีที่นั่งรอเพิ่ม")]
    assert known == dict(zip(codes, ["very_satisfied", "dissatisfied", "satisfied"], strict=True))


def test_errors_are_told_in_words_and_lead_to_the_field(server: Server, browser: Any, shots: Path) -> None:
    with opened(browser, "phone", paper(server)) as page:
        looked_at(page, "survey-paper-phone", shots)
        page.get_by_label("วันที่กรอกแบบ").fill("31/2/2569")
        page.get_by_role("button", name="บันทึกฉบับนี้").click()
        alert = page.get_by_role("alert")
        alert.wait_for()
        page.screenshot(path=shots / "survey-paper-phone-wrong.png", full_page=True)
        assert page.title().startswith("ยังส่งไม่ได้")
        alert.get_by_role("link", name="วันที่กรอกแบบ").click()
        assert page.evaluate("location.hash") == "#on"
        assert page.evaluate("document.querySelector(':target').getAttribute('aria-invalid')") == "true"
    with opened(browser, "desk", paper(server)) as page:
        page.get_by_role("radiogroup", name="1. สะดวกเข้าใจง่าย").get_by_label("ไม่พึงพอใจ").check()
        page.get_by_role("button", name="บันทึกฉบับนี้").click()
        page.get_by_role("status").get_by_text("บันทึกแล้ว 1 ฉบับ").wait_for()
        looked_at(page, "survey-paper-desk-saved", shots)
        assert not page.get_by_role("radiogroup", name="1. สะดวกเข้าใจง่าย").get_by_label("ไม่พึงพอใจ").is_checked()


def test_it_is_readable_in_the_dark_and_on_paper(server: Server, browser: Any, shots: Path) -> None:
    _row, address = asked(server, "S1")
    with opened(browser, "phone", address, color_scheme="dark") as page:
        looked_at(page, "survey-dark-phone", shots)
    with opened(browser, "desk", address) as page:
        page.emulate_media(media="print")
        page.screenshot(path=shots / "survey-print.png", full_page=True)
        assert not page.get_by_role("button", name="ส่งคำตอบ").is_visible()
        assert page.get_by_label("พึงพอใจมาก").first.is_visible()


def test_nothing_comes_from_elsewhere(server: Server, browser: Any) -> None:
    _row, address = asked(server, "S1")
    page = browser.new_page()
    wanted: list[str] = []
    page.on("request", lambda request: wanted.append(request.url))
    page.goto(address)
    assert all(url.startswith((server.url, "data:")) for url in wanted)
    assert any(url.endswith("/static/survey.css") for url in wanted)
