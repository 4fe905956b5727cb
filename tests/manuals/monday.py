"""A week of the sample municipality and the Monday after it: the digest in the chat, on LINE and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.line import draw
from handlers.messages import Board
from storage.words import Role
from tests.digest.histories import answer
from tests.digest_looks.test_pages import filed
from tests.line import looks
from tests.manuals.camera import Camera
from tests.manuals.morning import enters
from tests.manuals.stage import Stage
from tests.world import Dialogue, World, at

TWO_BUBBLES = 630
BEGINS = at("2026-11-05 09:00")
FRIDAY, MONDAY = at("2026-11-20 15:00"), at("2026-11-23 08:30")
# Before the week: still open when it ends.
EARLIER = ("น้ำประปาไม่ไหล บ้านเลขที่ 12 หมู่ 4", "ถนนทรุดหน้าโรงเรียนบ้านเหนือ หมู่ 7")
WEEK = (
    "ไฟถนนดับ ซอยวัดใหม่",
    "ไฟส่องสว่างสวนสาธารณะดับทั้งแถว",
    "ขยะล้นถัง ซอย 7 เหม็นมาก",
    "ท่อระบายน้ำตัน หน้าหมู่บ้านสุขใจ",
    "สุนัขจรจัดไล่กัดเด็ก หน้าวัดเก่า",
    "เสียงดังจากโรงกลึงทั้งคืน ซอย 11",
    "ถนนเป็นหลุมลึก หน้าตลาดสด",
    "อยากให้มีถังขยะแยกประเภทที่ตลาดเทศบาล",
    "ขอชมเจ้าหน้าที่กองช่าง มาซ่อมไฟเร็วมาก",
    "ผักตบชวาเต็มคลอง หลังสถานีอนามัย",
)
RESULTS = {
    "EL": "เปลี่ยนหลอดไฟและทดสอบแล้ว ติดปกติทุกดวง",
    "WS": "เก็บขยะและล้างพื้นแล้ว เพิ่มรอบเก็บวันพุธ",
    "AN": "จับสุนัขสามตัวส่งศูนย์พักพิงแล้ว",
    "EN": "เชิญเจ้าของโรงกลึงมาตกลง หยุดเครื่องหลังสองทุ่ม",
}


def play(stage: Stage, camera: Camera, aside: Path) -> None:
    """The week goes by without a browser; the head opens the chat on Friday and reads on Monday."""
    _week(stage)
    on_line = stage.world.officer("H-line", Role.HEAD, channel="line")
    stage.set(FRIDAY).start()
    head = enters(stage, camera, Role.HEAD, None, "นายกเทศมนตรี (ตัวอย่าง)")
    stage.set(MONDAY).job("weekly-digest")
    head.hears("สรุปประจำสัปดาห์")
    _on_line(on_line, camera, aside)
    address = head.log.get_by_role("link", name="ดูทั้งหมด").last.get_attribute("href")
    page = camera.page(stage.here(address))
    camera.whole("head-page", page, ".decisions")
    page.context.close()
    head.types("/ช่วย").hears("คำสั่งของคุณ").shown("head-help", last=2)
    _registers(stage, camera)


def _week(stage: Stage) -> None:
    """Fourteen days: two old matters, ten new ones, most of them mended and confirmed."""
    world = stage.set(BEGINS).world
    unit, health = (
        world.officer("T-eng", Role.OFFICER, unit="ENG"),
        world.officer("T-health", Role.OFFICER, unit="HEALTH"),
    )
    intake = world.officer("T-intake", Role.INTAKE, unit="OFFICE")
    water, road = (filed(world, text, f"U-early-{number}") for number, text in enumerate(EARLIER))
    intake.says(f"/รับ {water}")
    unit.says(f"/รับ {road}")
    for number, text in enumerate(WEEK):
        stage.set(at(f"2026-11-{16 + number // 2} {10 + number % 4}:10"))
        _one(world, text, f"U-week-{number}", unit, health)
    stage.set(at("2026-11-19 14:00"))
    intake.reports(water, "เปลี่ยนมาตรวัดน้ำและล้างท่อหลัก น้ำไหลปกติ")
    intake.says(f"/เสนอ {water} เห็นควรแจ้งผล")
    with world.db.transaction() as session:
        answer(session, world.now, ["very_satisfied"] * 5 + ["satisfied"] * 3 + ["dissatisfied"], why="slow")
    world.delivers()


def _one(world: World, text: str, name: str, unit: Dialogue, health: Dialogue) -> None:
    reference = filed(world, text, name)
    case = world.case(reference)
    result = RESULTS.get(case.category)
    if result is None or case.kind != "complaint":
        return
    officer = unit if case.unit_code == "ENG" else health
    officer.says(f"/รับ {reference}")
    world.passes(hours=5)
    officer.reports(reference, result)
    officer.says(f"/ปิด {reference}")
    world.passes(hours=2)
    world.citizen(name, "telegram").says(f"แก้แล้ว {reference}")


def _on_line(head: Dialogue, camera: Camera, aside: Path) -> None:
    head.parts = []
    (board,) = [part for part in head.listen().parts if isinstance(part, Board)]
    (call,) = draw.calls([board], str.split)
    bubbles: list[dict[str, Any]] = call.messages[0]["contents"]["contents"]
    camera.shows("head-line", looks.page(bubbles[0], bubbles[2]), aside, TWO_BUBBLES)


def _registers(stage: Stage, camera: Camera) -> None:
    keeper = enters(stage, camera, Role.COORDINATOR, None, "ผู้ประสานงานหมวด 3")
    keeper.types("/ทะเบียน").hears("ทะเบียน").page.wait_for_timeout(1500)
    address = keeper.log.locator("a.link").last.get_attribute("href")
    keeper.shown("officer-registers", last=1)
    page = camera.page(stage.here(address))
    camera.whole("officer-registers-page", page, "ol")
    page.context.close()
