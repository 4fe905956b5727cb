"""The next morning, with twenty seconds to take things back: secrets, the head, people's own data, a telephone call."""

from __future__ import annotations

from storage.words import Role
from tests.browser.test_demo import REFERENCE
from tests.manuals import drawings
from tests.manuals.camera import Camera, Person
from tests.manuals.morning import enters
from tests.manuals.stage import Stage

FLOOD = "น้ำท่วมขังหน้าโรงเรียน ซอย 9 รถผ่านไม่ได้"
TIP = "มีเจ้าหน้าที่เรียกเงินค่าออกใบอนุญาต ที่เคาน์เตอร์ชั้น 1"


def play(stage: Stage, camera: Camera) -> None:
    """Each part by itself; the head and intake are there all the time."""
    stage.start()
    intake = enters(stage, camera, Role.INTAKE, "OFFICE", "เจ้าหน้าที่รับเรื่อง")
    head = enters(stage, camera, Role.HEAD, None, "หัวหน้าส่วนราชการ")
    unit = enters(stage, camera, Role.OFFICER, "ENG", "ช่างโยธา")
    _taken_back(stage, camera, unit, head)
    _told_by_telephone(intake)
    _secret(stage, camera, intake, head)
    _own_data(stage, camera, intake, head)
    watched(stage, camera)


def watched(stage: Stage, camera: Camera) -> None:
    """An administrator asks how the installation does, and opens the page."""
    admin = enters(stage, camera, Role.ADMIN, None, "ผู้ดูแลระบบ")
    admin.types("/ระบบ").hears("หน้าสภาพระบบ")
    page = camera.page(stage.here(admin.log.locator("a.link").last.get_attribute("href")))
    camera.whole("admin-operator", page, "[aria-labelledby=parts]")
    page.context.close()


def _taken_back(stage: Stage, camera: Camera, unit: Person, head: Person) -> None:
    citizen = camera.chat(stage.url).types(FLOOD).hears("ตรวจอีกครั้ง")
    reference = citizen.taps("ส่งเรื่อง").reference()
    unit.hears(reference).taps(f"/รับ {reference}").hears("รับแล้วโดย")
    unit.types(f"/ผล {reference}").hears("หรือส่งรูปหลังแก้ไข").sends_photo("after", drawings.hole())
    unit.hears("ได้รูปหลังแก้ไข 1 รูป").types("ลอกท่อระบายน้ำและสูบน้ำออกแล้ว").hears("ยังไม่แจ้งผู้แจ้ง")
    unit.taps(f"/ปิด {reference}").hears("ใน 20 วินาที").shown("officer-undo", last=3)
    unit.taps(f"/เลิกทำ {reference}").hears("ไม่ได้รับข้อความนั้น").shown("officer-undone", last=2)
    unit.types(f"/เสนอ {reference} เห็นควรแจ้งผล").hears("เสนอหัวหน้าพิจารณาแล้ว")
    head.hears("เสนอพิจารณา").shown("head-decide", last=1)
    head.taps(f"/อนุมัติ {reference}").hears("จะแจ้งผลให้ผู้แจ้ง")
    stage.passes(seconds=30)
    citizen.hears("แก้จริงตามที่แจ้งไหม")


def _told_by_telephone(intake: Person) -> None:
    intake.types("/ใหม่").hears("เรื่องนี้มาทางใด").taps("โทรศัพท์").hears("ผู้แจ้งบอกว่าอย่างไร")
    intake.types("ถังขยะหน้าตลาดล้นมาสามวัน").hears("ชื่อและเบอร์โทรผู้แจ้ง")
    intake.types("ร้านข้าวหน้าตลาด 0810000123").hears("ตรวจก่อนบันทึก")
    intake.shown("officer-record", last=2).taps("บันทึก").hears("ให้ผู้แจ้งเก็บไว้").shown("officer-recorded", last=1)


def _secret(stage: Stage, camera: Camera, intake: Person, head: Person) -> None:
    citizen = camera.chat(stage.url).types("แจ้งเรื่องลับ").hears("เรื่องนี้เป็นความลับ").types(TIP).hears("ตรวจอีกครั้ง")
    citizen.taps("ส่งเรื่อง").hears("รับเรื่องในช่องทางลับแล้ว").shown("citizen-secret", last=1)
    intake.hears("มีเรื่องลับใหม่")
    reference = REFERENCE.search(intake.log.locator(".bubble", has_text="มีเรื่องลับใหม่").last.inner_text()).group()
    intake.shown("officer-secret", last=1)
    intake.types(f"/เปิดเผย {reference} ประสานตำรวจเข้าตรวจ").hears("ต้องมีคนที่สองอนุญาต").shown("officer-reveal", last=2)
    head.hears("ขอเปิดดูข้อมูลผู้แจ้ง").shown("head-reveal", last=1).taps(f"/เปิดเผย {reference} อนุญาต").hears("อนุญาตแล้ว")
    _number(stage, camera, head, reference)


def _number(stage: Stage, camera: Camera, head: Person, reference: str) -> None:
    """The paper of a secret case asks for a number that was sent to the head's own chat."""
    head.types(f"/แฟ้ม {reference}").hears("แฟ้มหลักฐาน")
    address = head.log.locator("a.link").last.get_attribute("href")
    page = camera.page(stage.here(address))
    page.get_by_role("button", name="ส่งเลขยืนยันทางแชต").click()
    page.get_by_label("เลขยืนยัน").wait_for()
    camera.whole("head-number", page, "main")
    page.context.close()


def _own_data(stage: Stage, camera: Camera, intake: Person, head: Person) -> None:
    citizen = camera.chat(stage.url).types("หมาจรจัดไล่กัดคนหน้าวัดเก่า").hears("ตรวจอีกครั้ง")
    citizen.shown("privacy-notice", last=2, skip=1)
    reference = citizen.taps("ส่งเรื่อง").reference()
    citizen.types("ความยินยอม").hears("ความยินยอมของคุณ").shown("privacy-consents", last=2)
    citizen.types("ลบข้อมูลของฉัน").hears("ยืนยันขอลบไหม").taps("ยืนยันลบ").hears("เลขคำขอ").shown("privacy-erase", last=4)
    intake.hears("คำขอเรื่องข้อมูลส่วนบุคคล").types("/คำขอ").hears("ที่ค้าง")
    intake.types("/คำขอ D69-0001").hears("เรื่องของผู้ขอ").shown("privacy-request", last=2)
    head.types(f"/ระงับ {reference} อยู่ในการสอบสวน").hears("ระงับการลบไว้แล้ว").shown("privacy-hold", last=2)
