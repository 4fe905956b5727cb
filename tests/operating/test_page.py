"""The administrator's command and page: what waits and what to do, on a phone at night; nothing of anybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from bot.jobs import TIMETABLE, JobContext, Timetable
from bot.pages import operator, static
from handlers.actions import people as joining
from handlers.reports import operating, operators
from handlers.rules import alarms as rules
from handlers.rules.alarms import Alarm, Facts, alarms
from handlers.services import Svc
from handlers.texts import Texts, load
from storage import agencies, pushes, runs
from storage.db import Database
from storage.tables import InboxEvent, OutboxMessage
from storage.words import InboxState, Role
from tests.attacks.test_pages import ask
from tests.browser.conftest import browser, shots  # noqa: F401
from tests.browser.looking import POOR_CONTRAST, SMALL_TARGETS
from tests.browser.serving import ADDRESS, serve
from tests.deploy.test_files import rules as prometheus
from tests.world import BANGKOK, Dialogue, World


def app_of(world: World, disk: Callable[[], float] = lambda: 63.0) -> Starlette:
    found = (world.db, world.tools, lambda: world.now)
    installed = operator.Installed("0.1.0", lambda: "nb-20261101", disk)
    return Starlette(routes=[*operator.routes(*found, installed), *static.routes(demo=False)])


def link_of(person: Dialogue) -> str:
    (choice,) = [choice for choice in person.choices if choice.opens == "link"]
    return choice.says


@pytest.fixture
def world(world: World) -> World:
    from dataclasses import replace

    world.tools = replace(world.tools, page_link=lambda path: path)
    return world


@pytest.fixture
def admin(world: World) -> Dialogue:
    person = world.officer("T-admin", Role.ADMIN)
    world.delivers()
    return person


def well(world: World) -> None:
    """Everything ran just now."""
    timetable = Timetable(JobContext(world.db, world.tools, lambda: world.now))
    for name in (*TIMETABLE, "retention"):
        assert timetable.run(name)
    timetable.stop_leading()
    with world.db.transaction() as session:
        runs.note(session, "reconcile", world.now - timedelta(hours=6), 3.2)
        runs.note(session, runs.BACKUP, world.now - timedelta(hours=7), 41.0, {"rows": 48211, "files": 903})
        pushes.note_reading(session, "line", world.now, 500, 210)
    world.delivers()


def badly(world: World) -> None:
    """Somebody waits, one event is parked, a job fails, no backup for days, the quota runs out."""
    citizen = world.citizen("U-secret").says("ไฟถนนดับ ซอย 5 ชื่อสมหญิง โทร 081-234-5678").taps("ส่งเรื่อง")
    assert citizen.reference
    world.delivers()
    world.citizen("U-parked").does(kind="text", text="น้ำท่วมบ้านสมชาย", work=False)
    with world.db.transaction() as session:
        rows = update(InboxEvent).where(InboxEvent.state == InboxState.RECEIVED)
        session.execute(rows.values(state=InboxState.PARKED, error="KeyError", attempts=5))
        runs.note(session, runs.BACKUP, world.now - timedelta(days=3), 41.0)
        runs.note_failure(session, "quota", world.now, "SendFailed")
        pushes.note_reading(session, "line", world.now, 500, 480)
        agencies.put_setting(session, "unrelated", {})
    world.citizen("U-waits").does(kind="text", text="สวัสดี", work=False)
    world.passes(minutes=4)


# --- the command -----------------------------------------------------------------------------------------------------


def test_an_administrator_asks_how_it_goes(world: World, admin: Dialogue) -> None:
    well(world)
    admin.says("/ระบบ").hears("ระบบทำงานปกติ", "รอคำตอบ 0")
    assert link_of(admin).startswith("/operator/")
    admin.says("/status").hears("ระบบทำงานปกติ")


def test_what_is_wrong_is_said_with_what_to_do(world: World, admin: Dialogue) -> None:
    well(world)
    badly(world)
    admin.says("/ระบบ").hears("พักไว้", "1 ข้อความ", "คู่มือข้อ 3", "ไม่มีสำรองใหม่ ครั้งล่าสุดเมื่อ 3 วันก่อน", "480 จาก 500")
    admin.hears("อ่านโควตา LINE (SendFailed)").hears_not("สมหญิง", "081-234")


def test_nobody_else_is_told(world: World, admin: Dialogue) -> None:
    for person in (world.officer("T-head", Role.HEAD), world.officer("T-eng", Role.OFFICER, unit="ENG")):
        person.says("/ระบบ").hears("ผู้ดูแลระบบ").hears_not("operator", "ข้อความ")
        person.says("/ช่วย ทั้งหมด").hears_not("/ระบบ")
    admin.says("/ช่วย ทั้งหมด").hears("/ระบบ")
    citizen = world.citizen("U-any", "telegram").says("/ระบบ")
    assert "/operator/" not in str(citizen.parts)


def test_without_an_address_it_is_said_all_the_same(world: World, admin: Dialogue) -> None:
    from dataclasses import replace

    world.tools = replace(world.tools, page_link=lambda _path: "")
    admin.says("/ระบบ").hears("PRATU_PUBLIC_URL", "pratu check")


# --- alarms ----------------------------------------------------------------------------------------------------------


def every_alarm() -> dict[str, Alarm]:
    """All there are, by name."""
    bad = Facts(
        oldest_seconds=rules.WAITED + 1,
        parked=1,
        unsent_seconds=rules.UNSENT + 1,
        outbox={"failed": rules.FAILED + 1, "uncertain": 1, "held": rules.HELD + 1},
        doubts=1,
        ages={"reminders": 5.0, "quota": 90_000.0},
        failing={"surveys": "KeyError"},
        pushes_used=90,
        pushes_most=100,
        drifting=("DEMO",),
        disk=rules.DISK - 1,
    )
    return {alarm.name: alarm for alarm in (*alarms(bad), *alarms(Facts()))}


def test_alarms_are_prometheus_ones_and_name_the_same_section() -> None:
    known = {rule["alert"]: re.findall(r"ข้อ (\d+)", rule["annotations"]["action"])[0] for rule in prometheus()}
    texts = Texts("female", BANGKOK)
    found = every_alarm()
    worded = {key.removeprefix("alarms.") for key in load() if key.startswith("alarms.")}
    assert found.keys() == worded, "each that has words can ring"
    for name, alarm in found.items():
        told = operators.told(texts, alarm)
        assert told.section == known[name], name
        assert told.what
        assert told.do


def test_their_limits_are_prometheus_limits() -> None:
    rules_of = {rule["alert"]: rule["expr"] for rule in prometheus()}
    limits = {
        "PratuMessagesWait": rules.WAITED,
        "PratuUnsent": rules.UNSENT,
        "PratuSendsFail": rules.FAILED,
        "PratuHeld": rules.HELD,
        "PratuBackupOld": rules.BACKUP,
        "PratuDiskFull": rules.DISK,
    }
    for name, limit in limits.items():
        assert re.search(rf"[<>] {limit:g}\b", rules_of[name]), name
    assert f"{rules.QUOTA / 100:g} *" in rules_of["PratuQuota"]


def test_nothing_rings_on_a_good_day() -> None:
    states, ages = {"sent": 900, "held": 3, "uncertain": 40}, {"reminders": 20.0, "retention": 80_000.0}
    good = Facts(outbox=states, ages=ages, backup=3600.0)
    assert alarms(good) == []


def test_what_never_happened_is_not_said_to_have_stopped() -> None:
    texts = Texts("female", BANGKOK)
    told = {alarm.name: operators.told(texts, alarm).what for alarm in alarms(Facts())}
    assert told["PratuNoLeader"] == "งานตามเวลา (เตือน เร่งรัด แบบสอบถาม สรุป) ยังไม่เคยทำเลย"
    assert told["PratuBackupOld"] == "ยังไม่เคยสำรองข้อมูล"
    stopped = {alarm.name: operators.told(texts, alarm).what for alarm in alarms(Facts(ages={"quota": 7200.0}))}
    assert stopped["PratuNoLeader"] == "งานตามเวลาหยุดทุกงาน ทำครั้งล่าสุดเมื่อ 2 ชั่วโมงก่อน"


# --- the page --------------------------------------------------------------------------------------------------------


def opened(world: World, admin: Dialogue, **more: Any) -> httpx.Response:
    return ask(app_of(world, **more), "GET", link_of(admin.says("/ระบบ")))


def test_a_good_day_on_the_page(world: World, admin: Dialogue) -> None:
    well(world)
    page = opened(world, admin)
    assert page.status_code == 200
    assert "✓ ทุกส่วนทำงานปกติ" in page.text
    for words in ("48,211 แถว 903 ไฟล์", "7 ชั่วโมงก่อน", "210 จาก 500", "63%", "nb-20261101", "ตรวจว่าไม่มีเรื่องหาย"):
        assert words in page.text
    assert "ต้องทำตอนนี้" not in page.text


def test_a_bad_night_on_the_page(world: World, admin: Dialogue) -> None:
    well(world)
    badly(world)
    page = opened(world, admin, disk=lambda: 4.0)
    text = re.sub(r"<[^>]+>", " ", page.text)
    for words in (
        "ต้องทำตอนนี้",
        "KeyError",
        "ลองแล้ว 5 ครั้ง",
        "ดิสก์เหลือ 4%",
        "อ่านโควตา LINE",
        "SendFailed",
        "คู่มือกลางคืน ข้อ 12",
    ):
        assert words in text, words
    with world.db.reading() as session:
        (event,) = session.scalars(select(InboxEvent.event_id).where(InboxEvent.state == InboxState.PARKED))
    assert f"pratu replay {event}" in text
    for secret in ("สมหญิง", "สมชาย", "081-234", "U-secret", "U-parked", "ไฟถนน", "น้ำท่วม", "70-0"):
        assert secret not in page.text, secret


def test_an_events_id_is_a_word_of_the_command_and_of_the_page(world: World, admin: Dialogue) -> None:
    world.put("line", "U9", {"channel": "line", "kind": "text"}, event_id="x';rm<b>-rf")
    with world.db.transaction() as session:
        session.execute(update(InboxEvent).where(InboxEvent.event_id.like("x%")).values(state=InboxState.PARKED))
    page = opened(world, admin)
    assert "<b>" not in page.text
    assert "pratu replay &#x27;x&#x27;&quot;&#x27;&quot;&#x27;;rm&lt;b&gt;-rf&#x27;" in page.text


def test_a_link_is_a_days_and_an_administrators(world: World, admin: Dialogue) -> None:
    path = link_of(admin.says("/ระบบ"))
    assert ask(app_of(world), "GET", path).status_code == 200
    world.passes(hours=25)
    assert ask(app_of(world), "GET", path).status_code == 404
    path = link_of(admin.says("/ระบบ"))
    with world.db.transaction() as session:
        joining.leave(Svc(session, world.now, world.tools), "DEMO", "T-admin", None)
    assert ask(app_of(world), "GET", path).status_code == 404, "who left reads nothing"


def test_a_page_without_a_database_says_so(world: World, admin: Dialogue, tmp_path: Path) -> None:
    from storage.seal import Keyring
    from tests.conftest import KEY

    path = link_of(admin.says("/ระบบ"))
    away = World(Database(f"sqlite:///{tmp_path}/empty.db", Keyring([KEY])))
    away.tools = world.tools
    page = ask(app_of(away), "GET", path)
    assert (page.status_code, "ฐานข้อมูลไม่ตอบ" in page.text) == (503, True)
    away.db.close()


def test_the_figures_are_the_gauges(world: World, admin: Dialogue) -> None:
    """Page, command and /metrics read one and the same."""
    from bot import metrics
    from tests.operating.test_ready import gauges

    badly(world)
    with world.db.reading() as session:
        work = operating.work(session, world.now, world.tools.zone)
    told = metrics.told(gauges(world))
    assert f"pratu_inbox_parked {work.parked}" in told
    assert f"pratu_inbox_oldest_seconds {work.oldest_seconds:.3f}" in told
    assert admin.parts


# --- in a real browser -----------------------------------------------------------------------------------------------

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def night(sqlite_db: Database) -> Iterator[tuple[World, str]]:
    """A bad night, and an administrator's link."""
    from dataclasses import replace

    with sqlite_db.rolled_back():
        world = World(sqlite_db)
        world.tools = replace(world.tools, page_link=lambda path: path)
        admin = world.officer("T-admin", Role.ADMIN)
        well(world)
        badly(world)
        yield world, link_of(admin.says("/ระบบ"))


@pytest.mark.browser
def test_on_a_phone(night: tuple[World, str], browser: Any, shots: Path) -> None:  # noqa: F811
    world, path = night
    page = browser.new_page(viewport=PHONE)
    page.clock.install()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if "Security Policy" in message.text else None)
    free = [4.0]
    serve(page, app_of(world, disk=lambda: free[-1]))
    page.goto(f"{ADDRESS}{path}")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert page.evaluate(SMALL_TARGETS, "a, button, input") == []
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.locator("html").get_attribute("lang") == "th"
    page.screenshot(path=shots / "operator-bad.png", full_page=True)
    for media, dark in (("screen", "dark"), ("print", "light"), ("screen", "light")):
        page.emulate_media(media=media, color_scheme=dark)
        assert page.evaluate(POOR_CONTRAST) == [], f"{media} {dark}"
        if dark == "dark":
            page.screenshot(path=shots / "operator-bad-dark.png", full_page=True)
    assert page.get_by_role("status").text_content().startswith("✗")

    # It renews itself while somebody looks, not while it is paused; and says when it cannot.
    world.work_off()
    with world.db.transaction() as session:
        session.execute(update(InboxEvent).where(InboxEvent.state == InboxState.PARKED).values(state=InboxState.DONE))
        session.execute(update(OutboxMessage).values(state="sent"))
        pushes.note_reading(session, "line", world.now, 500, 210)
        runs.note(session, runs.BACKUP, world.now, 41.0, {"rows": 48211, "files": 903})
    free.append(63.0)
    world.passes(seconds=30)
    well(world)
    pause = page.get_by_role("button")
    pause.click()
    assert (pause.get_attribute("aria-pressed"), pause.text_content()) == ("true", "ปรับเองต่อ")
    page.clock.run_for(31_000)
    page.wait_for_timeout(100)
    assert page.get_by_text("KeyError").count() == 1, "paused"
    pause.click()
    page.get_by_text("KeyError").wait_for(state="detached")
    world.passes(minutes=5)
    page.clock.run_for(31_000)
    page.get_by_text("✓ ทุกส่วนทำงานปกติ").wait_for()
    page.screenshot(path=shots / "operator-good.png", full_page=True)
    world.passes(hours=25)
    page.clock.run_for(31_000)
    page.get_by_text("พิมพ์ /ระบบ เพื่อขอใหม่").wait_for()
    assert troubles == []
