"""A Tuesday morning at the sample municipality, in the web chat: what a citizen and an officer see."""

from __future__ import annotations

from storage.words import Role
from tests.browser.test_demo import Pane
from tests.manuals import drawings
from tests.manuals.camera import Camera, Person
from tests.manuals.stage import Stage

LAMP = "ไฟถนนหน้าตลาดสด หมู่ 3 ดับมา 3 คืนแล้วค่ะ"
MENDED = "เปลี่ยนหลอดไฟและบัลลาสต์แล้ว ทดสอบติดปกติ"


def enters(stage: Stage, camera: Camera, role: Role, unit: str | None = None, name: str = "") -> Person:
    """Somebody who works here joins as everybody does."""
    code = stage.code(role, unit, name or str(role))
    return camera.chat(stage.url).types(f"/เข้าร่วม {code}").hears("ยินดีต้อนรับ")


def play(stage: Stage, camera: Camera) -> None:
    """From the first word to the survey; beside it a danger, a wish about one's own data and a list of matters."""
    stage.start()
    officer = enters(stage, camera, Role.OFFICER, "ENG", "ช่างไฟฟ้า")
    officer.shown("officer-join")
    citizen = camera.chat(stage.url).types(LAMP).hears("ตรวจอีกครั้ง").shown("citizen-tell", box=True)
    reference = citizen.taps("ส่งเรื่อง").reference()
    citizen.shown("citizen-receipt", last=2)
    officer.hears(f"เรื่องใหม่ {reference}").shown("officer-new", last=1)
    stage.passes(minutes=20)
    officer.taps(f"/รับ {reference}").hears("รับแล้วโดย")
    _other_matters(stage, camera, officer)
    officer.types(f"/ดู {reference}").hears("รูปก่อน").shown("officer-view", last=2)
    stage.passes(hours=4)
    officer.types(f"/ผล {reference}").hears("หรือส่งรูปหลังแก้ไข").sends_photo("after", drawings.lamp(lit=True))
    officer.hears("ได้รูปหลังแก้ไข 1 รูป").types(MENDED).hears("ยังไม่แจ้งผู้แจ้ง").shown("officer-result", last=6)
    officer.taps(f"/ปิด {reference}").hears("รอผู้แจ้งยืนยัน")
    citizen.hears("แก้จริงตามที่แจ้งไหม").shown("citizen-result", last=1)
    _tracked(stage, camera, reference, citizen)
    citizen.taps(f"แก้แล้ว {reference}").hears(f"ปิดเรื่อง {reference}")
    stage.passes(minutes=10).job("surveys")
    citizen.hears("1/3 โดยรวม").shown("citizen-survey", last=2)
    citizen.types("ข้อมูลของฉัน").hears("ข้อมูลของคุณที่เรามี").shown("citizen-data", last=1)


def _tracked(stage: Stage, camera: Camera, reference: str, citizen: Person) -> None:
    secret = citizen.root.locator(".card dl div", has_text="รหัสลับ").last.locator("dd").inner_text()
    page = camera.page(f"{stage.url}/track/{reference}?s={secret}")
    page.get_by_text(reference).first.wait_for()
    camera.whole("citizen-track", page, "main > p:last-of-type")
    page.context.close()


def _other_matters(stage: Stage, camera: Camera, officer: Person) -> None:
    """Two more for the officer's queue, one of them told with a picture and a pin; and a fire."""
    second = camera.chat(stage.url)
    second.page.locator("input[type=file]").set_input_files(
        {"name": "hole.png", "mimeType": "image/png", "buffer": drawings.hole()}
    )
    second.hears("ได้รูปแล้ว").taps("ถนน/ทางเท้าชำรุด").hears("จุดที่เกิดเรื่อง").taps("ส่งตำแหน่ง").hears("ตรวจอีกครั้ง")
    second.shown("citizen-photo")
    officer.hears(second.taps("ส่งเรื่อง").reference())
    third = camera.chat(stage.url).types("ท่อระบายน้ำหน้าโรงเรียน ซอย 9 ตัน น้ำขังเหม็นมาก").hears("ตรวจอีกครั้ง")
    officer.hears(third.taps("ส่งเรื่อง").reference())
    officer.types("/คิว").hears("คิวของ").shown("officer-queue", last=2)
    fire = camera.chat(stage.url).types("ไฟไหม้บ้านข้างๆ ช่วยด้วย").hears("199").hears("อยู่ตรงไหน")
    fire.shown("citizen-emergency")


def side_by_side(stage: Stage, camera: Camera) -> None:
    """The demo's page: one visitor as citizen, officer and head."""
    page = camera.page(stage.start().url, 1280, 900)
    citizen, officer, head = (Pane(page, name) for name in ("citizen", "officer", "head"))
    head.hears("สรุปสด")
    citizen.types(LAMP).hears("ตรวจอีกครั้ง").taps("ส่งเรื่อง")
    officer.hears(f"เรื่องใหม่ {citizen.reference()}")
    head.hears("รับวันนี้ 1")
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(400)
    camera.keep("admin-demo", page.screenshot())
    page.context.close()
