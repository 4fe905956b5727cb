"""Officers at work in real chats: dialogues that read the same on every channel. See tests/line, tests/telegram."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import urlopen

from handlers.actions import people as joining
from handlers.services import Svc
from storage import cases
from storage.tables import Case
from storage.words import Role, Status
from tests.serving import Server

REFERENCE = re.compile(r"\b\d{2}-\d{5,}-\d\b")
ADDRESS = "https://pratu.example"
PHONE = "0812345678"


class Chat(Protocol):
    """What somebody with a telephone can do on every channel."""

    platform: Any

    def says(self, text: str) -> Any: ...
    def taps(self, label: str) -> Any: ...
    def hears(self, *fragments: str, timeout: float = 20.0) -> Any: ...
    def sends_photo(self, content: bytes = b"") -> Any: ...
    def address(self, label: str) -> str: ...

    @property
    def buttons(self) -> list[str]: ...
    @property
    def text(self) -> str: ...


@dataclass
class Staff:
    """An agency at work on one channel. Everybody is new in every dialogue, so that nobody hears another's news."""

    server: Server
    channel: str
    person: Callable[[], Any]
    pushes: Callable[[Any], int]  # how many messages a person got that cost the agency
    free: bool  # nothing costs here, so that everything is told at once
    spots: Iterator[int] = field(default_factory=lambda: itertools.count(11))
    ready: list[tuple[Any, str]] = field(default_factory=list)  # cases filed before anybody was there to be told
    pictures: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        assert self.server.world.db  # made before several dialogues need it at once

    def officer(self, role: Role = Role.OFFICER, unit: str | None = "ENG", name: str = "") -> Any:
        """Somebody who works here."""
        found = self.person()
        self.server.enrol(self.channel, str(found.id), role, unit, name)
        return found

    def clerk(self) -> Any:
        """Who screens what comes in."""
        return self.officer(Role.INTAKE, "OFFICE")

    def mayor(self) -> Any:
        """Who decides."""
        return self.officer(Role.HEAD, None)

    def filed(self, words: str = "", more: str = "") -> tuple[Any, str]:
        """A citizen and the reference of what they told, each at a spot of its own."""
        if not (words or more) and self.ready:
            return self.ready.pop()
        citizen = self.person().says(f"{words or 'ไฟถนนดับ'} ซอย {next(self.spots)} {more}".strip()).hears("ตรวจอีกครั้ง")
        citizen.taps("ส่งเรื่อง").hears("รหัสเรื่อง")
        return citizen, REFERENCE.findall(citizen.text)[-1]

    def picture(self) -> bytes:
        """A photo nobody sent before."""
        return b"\xff\xd8\xff\xe0" + f"photo {next(self.pictures)}".encode()

    def case(self, reference: str) -> Case:
        """Its row."""
        return self.server.world.case(reference)

    def status(self, reference: str) -> str:
        """Where it stands."""
        return self.case(reference).status

    def change(self, reference: str, **values: Any) -> None:
        """What days would have done."""
        with self.server.world.db.transaction() as session:
            case = cases.by_reference(session, reference, lock=True)
            assert case is not None
            for name, value in values.items():
                setattr(case, name, value)

    def job(self, name: str, moment: str) -> None:
        """The clock strikes, as an operator or a test makes it strike."""
        self.server.run("job", name, "--now", moment)

    def next_working_day(self) -> date:
        """After the one on which the office first looks at what comes in now: at night and on Saturdays a later one."""
        world = self.server.world
        with world.db.reading() as session:
            svc = Svc(session, datetime.now(UTC), world.tools)
            return svc.hours.next_working_day(svc.hours.starts_on(svc.now))

    def invited(self, role: Role, unit: str) -> str:
        """A one-time code."""
        world = self.server.world
        with world.db.transaction() as session:
            svc = Svc(session, datetime.now(UTC), world.tools)
            return joining.invite(svc, "DEMO", unit, role, role)

    def opens(self, address: str) -> bytes:
        """What stands at an address of ours."""
        assert address.startswith(ADDRESS), address
        with urlopen(self.server.url + urlsplit(address).path, timeout=20) as answer:
            return bytes(answer.read())


# --- what they look at -----------------------------------------------------------------------------------------------


def help_queue_and_search(staff: Staff) -> None:
    _citizen, reference = staff.filed("ไฟถนนดับ หน้าร้านลุงเสริม")
    officer, other = staff.officer(), staff.officer()
    officer.says("/ช่วย").hears("คำสั่งของคุณ (เจ้าหน้าที่)", "/ผล รหัส")
    officer.says("/ช่วย ทั้งหมด").hears("/เลิกทำ รหัส", "/หนังสือ รหัส")
    assert "/อนุมัติ" not in officer.text
    other.says("/h").hears("คำสั่งของคุณ").taps("/คิว").hears("คิวของกองช่าง")
    officer.says("/q").hears("คิวของกองช่าง", "ครบ")
    other.says("/ค้น ลุงเสริม").hears("พบ “ลุงเสริม” 1 เรื่อง", reference)
    other.taps(f"/ดู {reference}").hears("สถานะ: ส่งหน่วยงานแล้ว", "ลุงเสริม", "ครบ")
    officer.says(f"/find {reference[3:8]}").hears(reference)
    officer.says(f"/v {reference[3:8]}").hears("หน่วย: กองช่าง")


def overdue_and_the_heads_figures(staff: Staff) -> None:
    _citizen, reference = staff.filed()
    officer, mayor = staff.officer(), staff.mayor()
    officer.says("/ค้าง").hears("ไม่มีเรื่องเกินกำหนด")
    due = staff.case(reference).due_on
    staff.change(reference, due_on=due - timedelta(days=60))
    try:
        officer.says("/late").hears("เกินกำหนด 1 เรื่อง", reference, "วันทำการ")
        mayor.says("/ค้าง").hears("กองช่าง 1 เรื่อง").taps(f"/ดู {reference}").hears("เกินกำหนด")
    finally:
        staff.change(reference, due_on=due)
    mayor.says("/สรุป").hears("สรุปสด", "คงค้าง", "ไฟฟ้า").taps("/คิว").hears("คิวของ")
    mayor.says("/digest").hears("สรุปสด")


def commands_are_not_for_citizens(staff: Staff) -> None:
    _citizen, reference = staff.filed()
    stranger = staff.person()
    stranger.says("/คิว").hears("คำสั่งนี้สำหรับเจ้าหน้าที่")
    stranger.says(f"/ดู {reference}").hears("คำสั่งนี้สำหรับเจ้าหน้าที่")
    staff.officer(unit="HEALTH").says(f"/แจ้ง {reference} สวัสดี").hears("ไม่พบ")
    staff.officer().says("/คืนเงิน").hears("ไม่เข้าใจคำสั่ง")


# --- a unit's work ---------------------------------------------------------------------------------------------------


def taking_a_case_on_is_no_push(staff: Staff) -> None:
    citizen, reference = staff.filed()
    officer = staff.officer()
    officer.says(f"/ดู {reference}").hears(reference).taps(f"/รับ {reference}").hears("รับแล้วโดย", "เมื่อทักมา")
    officer.says(f"/บันทึก {reference} หม้อแปลงเก่ามาก").hears("ภายใน", "ใช้ /แจ้ง")
    citizen.says("ขอบคุณค่ะ").hears("กองช่างรับเรื่องแล้ว")
    assert staff.pushes(citizen) == 0
    assert "หม้อแปลง" not in citizen.text
    assert staff.pushes(officer) == 0, "an officer's answers are free replies"
    officer.says(f"/n {reference} รออะไหล่").hears("บันทึกแล้ว")


def a_question_is_pushed_and_answered(staff: Staff) -> None:
    citizen, reference = staff.filed()
    officer = staff.officer()
    officer.says(f"/a {reference}").hears("รับแล้วโดย")
    officer.says(f"/ถาม {reference} เสาหมายเลขอะไรครับ").hears("หยุดนับเวลา", "ประชาชนจะเห็นว่า", "เสาหมายเลขอะไร")
    citizen.hears("ขอข้อมูลเพิ่ม", "เสาหมายเลขอะไรครับ", "ภายใน")
    assert staff.pushes(citizen) == (0 if staff.free else 1)
    assert staff.status(reference) == Status.NEED_INFO
    citizen.says("เสา 14 หน้าร้านซ่อมรถ").hears("ได้รับคำตอบ", reference)
    assert staff.status(reference) == Status.IN_PROGRESS
    officer.says(f"/ดู {reference}").hears("เสา 14")
    officer.says(f"/ask {reference} ดับตั้งแต่เมื่อไร").hears("หยุดนับเวลา")
    citizen.hears("ดับตั้งแต่เมื่อไร").taps(f"ไม่มีข้อมูล {reference}").hears("ไม่เป็นไร")
    assert staff.status(reference) == Status.IN_PROGRESS


def words_a_visit_and_a_later_date(staff: Staff) -> None:
    citizen, reference = staff.filed()
    officer = staff.officer()
    officer.says(f"/รับ {reference}").hears("รับแล้วโดย")
    officer.says(f"/แจ้ง {reference} ช่างกำลังเตรียมหลอดค่ะ").hears("ส่งถึงผู้แจ้งแล้ว", "ประชาชนจะเห็นว่า")
    citizen.hears("มีข่าวจากกองช่าง", "เตรียมหลอด")
    officer.says(f"/นัด {reference} พรุ่งนี้ 10.00").hears("นัดลงพื้นที่", "10:00")
    officer.says(f"/visit {reference} ไปแล้ว สายไฟขาดสองจุด").hears("บันทึกการลงพื้นที่แล้ว")
    officer.says(f"/เลื่อน {reference} อีก 15 วัน รออะไหล่จากกรุงเทพ").hears("กำหนดใหม่", "รออะไหล่")
    assert staff.case(reference).extended_to is not None
    citizen.says("ขอบคุณค่ะ").hears("เจ้าหน้าที่จะลงพื้นที่", "ขอเลื่อนกำหนด", "รออะไหล่จากกรุงเทพ")
    officer.says(f"/tell {reference} ของมาแล้วค่ะ").hears("ส่งถึงผู้แจ้งแล้ว")
    citizen.hears("ของมาแล้ว")
    assert "สายไฟขาด" not in citizen.text
    assert staff.pushes(citizen) == (0 if staff.free else 2), "words are pushed, promises ride along"


def a_result_needs_its_photo_and_the_citizen_confirms(staff: Staff) -> None:
    citizen, reference = staff.filed()
    officer = staff.officer()
    officer.says(f"/รับ {reference}").hears("รับแล้วโดย")
    officer.says(f"/ผล {reference} เปลี่ยนหลอดสามดวงแล้ว").hears("ได้ผลแล้ว", "ก่อนปิดยังขาด", "รูปหลังแก้ไข")
    officer.says(f"/ปิด {reference}").hears("ยังปิดไม่ได้")
    officer.sends_photo(staff.picture()).hears(f"{reference} ได้รูปหลังแก้ไข 1 รูปแล้ว")
    officer.says(f"/close {reference} แก้ไขแล้ว").hears("แจ้งผลให้ผู้แจ้งแล้ว", "ประชาชนจะเห็นว่า")
    citizen.hears("ดำเนินการแล้ว", "เปลี่ยนหลอดสามดวง", "แก้จริงตามที่แจ้งไหม")
    assert staff.pushes(citizen) == (0 if staff.free else 1)
    citizen.taps(f"ยังไม่แก้ {reference}").hears("เปิดเรื่อง")
    assert staff.status(reference) == Status.REOPENED
    colleague = staff.officer()
    colleague.says(f"/รับ {reference}").hears("รับแล้วโดย").taps(f"/ดู {reference}").hears("กำลังดำเนินการ")
    colleague.sends_photo(staff.picture()).hears("ได้รูปแล้ว")  # before the words, and not yet of any case
    colleague.says(f"/done {reference} เปลี่ยนสายไฟทั้งเส้นแล้ว").hears("ยังไม่แจ้งผู้แจ้ง")
    colleague.taps(f"/ปิด {reference}").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    citizen.hears("เปลี่ยนสายไฟทั้งเส้น").taps(f"แก้แล้ว {reference}").hears("ปิดเรื่อง")
    case = staff.case(reference)
    assert (case.status, case.closed_how, case.conclusion_type) == (Status.CLOSED, "confirmed", "fixed")


# --- several units, and the head -------------------------------------------------------------------------------------


def a_working_group_and_the_heads_word(staff: Staff) -> None:
    citizen, reference = staff.filed()
    clerk, engineer, nurse, mayor = staff.clerk(), staff.officer(), staff.officer(unit="HEALTH"), staff.mayor()
    clerk.says(f"/คณะทำงาน {reference} ENG,กองสาธารณสุข").hears("ตั้งคณะทำงาน คำสั่งที่", "กองสาธารณสุข")
    nurse.says(f"/done {reference} ฉีดพ่นยากันยุงแล้ว").hears("ยังรอ", "กองช่าง")
    nurse.says(f"/เสนอ {reference}").hears("ทำได้โดย")
    engineer.says(f"/ผล {reference} ตัดกิ่งไม้และเปลี่ยนหลอดแล้ว").hears("ก่อนปิดยังขาด")
    engineer.sends_photo(staff.picture()).hears("ได้รูปหลังแก้ไข 1 รูป")
    engineer.says(f"/propose {reference} เห็นควรแจ้งผล").hears("เสนอหัวหน้าพิจารณาแล้ว")
    mayor.hears("เสนอพิจารณา", reference, "ฉีดพ่นยา", "เห็นควรแจ้งผล")
    mayor.taps(f"/ส่งกลับ {reference}").hears("พิมพ์เหตุผลที่ส่งกลับได้เลย")
    mayor.says(f"/ส่งกลับ {reference} ขอรายละเอียดเพิ่ม").hears("ส่งกลับหน่วยแล้ว")
    assert staff.status(reference) == Status.RETURNED_INCOMPLETE
    nurse.says(f"/ผล {reference} ฉีดพ่นยากันยุงทั้งซอยแล้ว").hears("ยังรอ")
    engineer.says(f"/ผล {reference} ตัดกิ่งไม้ห้าต้นและเปลี่ยนหลอดสามดวง").hears("หัวหน้าเป็นผู้พิจารณา")
    clerk.says(f"/back {reference} ขอแก้คำผิด").hears("ส่งกลับหน่วยแล้ว")
    nurse.says(f"/ผล {reference} ฉีดพ่นยากันยุงทั้งซอยแล้ว").hears("ยังรอ")
    engineer.says(f"/ผล {reference} ตัดกิ่งไม้ห้าต้นและเปลี่ยนหลอดสามดวง").hears("หัวหน้าเป็นผู้พิจารณา")
    engineer.taps(f"/เสนอ {reference}").hears("เสนอหัวหน้าพิจารณาแล้ว")
    mayor.hears("เสนอพิจารณา").taps(f"/อนุมัติ {reference}").hears("เห็นชอบแล้ว", "ประชาชนจะเห็นว่า")
    citizen.hears("ดำเนินการแล้ว", "ตัดกิ่งไม้ห้าต้น", "ทั้งซอย")
    clerk.says(f"/แจ้งแล้ว {reference} ผู้ว่าฯ พล 0017/5").hears("บันทึกว่าแจ้งผู้ว่าฯแล้ว", "พล 0017/5")
    clerk.says(f"/notified {reference} กระทรวง").hears("บันทึกว่าแจ้งกระทรวงแล้ว")
    citizen.taps(f"ยังไม่แก้ {reference}").hears("เปิดเรื่อง")
    clerk.says(f"/team {reference} ENG,HEALTH").hears("ตั้งคณะทำงาน")
    mayor.says(f"/ok {reference}").hears("ทำรายการนี้ยังไม่ได้")


def urgent_goes_up_at_once_until_somebody_knows(staff: Staff) -> None:
    citizen, reference = staff.filed()
    officer, mayor = staff.officer(), staff.mayor()
    officer.says(f"/ด่วน {reference}").hears("เป็นเรื่องด่วนแล้ว")
    mayor.hears("เรื่องด่วน", reference)
    assert staff.pushes(mayor) == (0 if staff.free else 1)
    mayor.taps(f"/รับทราบ {reference}").hears("รับทราบแล้ว หยุดแจ้งซ้ำ")
    mayor.says(f"/ack {reference}").hears("มีผู้รับทราบไว้แล้ว")
    officer.says(f"/รับ {reference}").hears("รับแล้วโดย")
    citizen.hears("กองช่างรับเรื่องแล้ว")
    assert staff.pushes(citizen) == (0 if staff.free else 1), "of urgent cases everything is told at once"
    officer.says(f"/urgent {reference} ไม่ด่วน").hears("ไม่เป็นเรื่องด่วนแล้ว")
    assert not staff.case(reference).urgent


def the_head_orders_to_hurry(staff: Staff) -> None:
    _citizen, reference = staff.filed()
    officer, mayor, clerk = staff.officer(), staff.mayor(), staff.clerk()
    officer.says(f"/รับ {reference}").hears("รับแล้วโดย")
    mayor.says(f"/เร่ง {reference} ขอให้เสร็จวันนี้").hears("สั่งเร่งรัดกองช่างแล้ว")
    officer.hears("หัวหน้าส่วนราชการสั่งเร่งรัด", "ขอให้เสร็จวันนี้")
    assert staff.pushes(officer) == (0 if staff.free else 1), "an order does not wait"
    clerk.says(f"/hurry {reference}").hears("สั่งเร่งรัดกองช่างแล้ว")
    mayor.taps("หนังสือติดตามเร่งรัด").hears("ครั้งที่ 1", "เลขที่")
    mayor.says(f"/เร่ง {reference}").hears("สั่งเร่งรัดไปแล้ววันนี้")
    officer.taps(f"/เลื่อน {reference}").hears("พิมพ์วันใหม่และเหตุผล")


# --- listening -------------------------------------------------------------------------------------------------------


def an_idea_is_used_and_its_author_hears_of_it(staff: Staff) -> None:
    clerk, citizen = staff.clerk(), staff.person()
    citizen.says("อยากเสนอให้เปิดบริการถึงหกโมงเย็น คนทำงานจะได้มาทัน").hears("ตรวจอีกครั้ง")
    citizen.taps("ส่งเรื่อง").hears("บันทึกข้อเสนอแนะแล้ว")
    reference = REFERENCE.findall(citizen.text)[-1]
    clerk.says(f"/หมวด {reference} OF").hears("เปลี่ยนหมวดเป็น")
    clerk.says(f"/ปิด {reference}").hears("ผลของข้อเสนอเป็นอย่างใด").taps("รับทราบไว้").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    citizen.hears("รับไว้พิจารณาแล้ว")
    clerk.says(f"/used {reference}").hears("พิมพ์ว่าเปลี่ยนแปลงอะไร")
    clerk.says(f"/นำไปใช้ {reference} เปิดถึงหกโมงเย็นทุกวันพุธแล้ว").hears("แจ้งผู้เสนอแล้วว่านำไปใช้")
    citizen.hears("ถูกนำไปใช้แล้ว", "ทุกวันพุธ")
    assert staff.pushes(citizen) == (0 if staff.free else 2), "two results"
    assert staff.case(reference).conclusion_type == "used"


def praise_is_good_news_and_one_tap(staff: Staff) -> None:
    officer, citizen = staff.officer(), staff.person()
    citizen.says("ขอชื่นชมเจ้าหน้าที่กองช่าง บริการดีมาก").hears("จะส่งกำลังใจนี้ถึงกองช่าง")
    reference = REFERENCE.findall(citizen.text)[-1]
    if not staff.free:
        officer.says("/คิว")  # there it rides along
    officer.hears("มีคำชมถึงกองช่าง", reference).says(f"/ดู {reference}").hears("คำชมเชย")
    officer.taps("ขอบคุณแล้ว").hears("กำลังใจของคุณถึงกองช่างแล้ว")
    assert (staff.pushes(officer), staff.pushes(citizen)) == (0, 0)
    assert staff.case(reference).closed_how == "passed_on"


# --- ways and ends ---------------------------------------------------------------------------------------------------


def handed_back_and_routed_anew(staff: Staff) -> None:
    _citizen, reference = staff.filed()
    officer, clerk, nurse = staff.officer(), staff.clerk(), staff.officer(unit="HEALTH")
    officer.says(f"/คืน {reference}").hears("พิมพ์เหตุผลที่คืนได้เลย")
    officer.says(f"/คืน {reference} เสาของการไฟฟ้า").hears("ส่งคืนหน่วยรับเรื่องแล้ว")
    clerk.says(f"/หมวด {reference} WS").hears("เปลี่ยนหมวดเป็น", "กองสาธารณสุข")
    nurse.says(f"/r {reference} ไม่ใช่งานของเรา").hears("ส่งคืนหน่วยรับเรื่องแล้ว")
    clerk.says(f"/cat {reference} ไม่มีหมวดนี้").hears("พิมพ์รหัสหมวด", "RD")
    clerk.says(f"/cat {reference} EL-1").hears("เปลี่ยนหมวดเป็น", "กองช่าง")
    clerk.says(f"/มอบ {reference} สักหน่วย").hears("ENG กองช่าง", "HEALTH")
    clerk.says(f"/มอบ {reference} HEALTH").hears("มอบให้กองสาธารณสุข")
    clerk.says(f"/assign {reference} ENG").hears("มอบให้กองช่าง")
    case = staff.case(reference)
    assert (case.category, case.subcategory, case.unit_code, case.category_by) == ("EL", "EL-1", "ENG", "officer")


def sent_on_and_not_accepted(staff: Staff) -> None:
    (first, sent), (second, refused) = staff.filed(), staff.filed()
    third, also = staff.filed()
    officer, clerk = staff.officer(), staff.clerk()
    officer.says(f"/ส่งต่อ {sent} กรมทางหลวง").hears("พิมพ์เหตุผล")
    officer.says(f"/ส่งต่อ {sent} กรมทางหลวง อยู่ในเขตทางหลวง").hears("ส่งต่อกรมทางหลวงแล้ว")
    first.hears("เป็นหน้าที่ของกรมทางหลวง", "อ้างเลขที่")
    officer.says(f"/forward {also} การไฟฟ้า เสาของการไฟฟ้า").hears("ส่งต่อการไฟฟ้าแล้ว")
    third.hears("เป็นหน้าที่ของการไฟฟ้า")
    clerk.says(f"/ไม่รับ {refused} 99").hears("เหตุที่ไม่รับ")
    clerk.says(f"/ไม่รับ {refused} อยู่ในพื้นที่ส่วนบุคคล").hears("ไม่รับดำเนินการ")
    second.hears("ยังรับดำเนินการไม่ได้", "พื้นที่ส่วนบุคคล").taps(f"เพิ่ม {refused}").hears(refused)
    officer.says(f"/reject {refused} ไม่มีสิทธิ").hears("ทำได้โดย")
    assert [staff.status(code) for code in (sent, refused)] == [Status.TRANSFERRED, Status.NOT_ACCEPTED]
    assert [staff.pushes(one) for one in (first, second)] == ([0, 0] if staff.free else [1, 1])


def two_cases_become_one_and_apart_again(staff: Staff) -> None:
    (citizen, twice), (_other, main), (_third, more) = staff.filed(), staff.filed(), staff.filed()
    officer, clerk = staff.officer(), staff.clerk()
    officer.says(f"/รวม {twice} {twice}").hears("รวมกับตัวเองไม่ได้")
    officer.says(f"/รวม {twice} {main}").hears("รวมเข้ากับ", main)
    clerk.says(f"/merge {more} {main}").hears("รวมเข้ากับ")
    citizen.says("ขอบคุณค่ะ").hears("ที่มีผู้แจ้งจุดเดียวกันแล้ว")
    citizen.says(f"คนละเรื่อง {twice}").hears("แยก")
    assert [staff.status(code) for code in (twice, more)] == [Status.SCREENING, Status.MERGED]


def who_it_is_only_with_a_reason(staff: Staff) -> None:
    _citizen, reference = staff.filed(more=f"โทร {PHONE}")
    clerk, officer = staff.clerk(), staff.officer()
    clerk.says(f"/เปิดเผย {reference}").hears("พิมพ์เหตุผลที่ต้องดู")
    clerk.says(f"/เปิดเผย {reference} ต้องโทรนัด").hears("บันทึกการเปิดเผยแล้ว", PHONE, "ต้องโทรนัด")
    clerk.says(f"/reveal {reference} ต้องโทรอีกครั้ง").hears(PHONE)
    officer.says(f"/เปิดเผย {reference} อยากรู้").hears("ทำได้โดยหัวหน้า", "หน่วยรับเรื่อง")


# --- papers, records, leave ------------------------------------------------------------------------------------------


def a_letter_opens_by_its_button(staff: Staff) -> None:
    _citizen, reference = staff.filed()
    officer, colleague = staff.officer(), staff.officer()
    officer.says(f"/หนังสือ {reference} อะไรก็ได้").hears("หนังสือมี:")
    name = officer.text.rpartition("หนังสือมี: ")[2].split(" · ")[0].strip()
    officer.says(f"/หนังสือ {reference} {name}").hears(name, "เลขที่")
    assert staff.opens(officer.address("เปิดหนังสือ"))[:4] in (b"PK\x03\x04", b"%PDF")
    colleague.says(f"/letter {reference} {name}").hears("เลขที่")


def writing_down_for_somebody_step_by_step(staff: Staff) -> None:
    officer = staff.officer(unit="HEALTH")
    officer.says("/ใหม่").hears("เรื่องนี้มาทางใด").taps("โทรศัพท์").hears("ผู้แจ้งบอกว่าอย่างไร")
    officer.says(f"ขยะไม่มีใครมาเก็บ ซอย {next(staff.spots)} หน้าวัด").hears("ชื่อและเบอร์โทร")
    officer.says(f"สมศรี ใจดี {PHONE}").hears("ตรวจก่อนบันทึก", "ผู้แจ้ง: สมศรี ใจดี")
    officer.taps("บันทึก").hears("บันทึกแล้ว", "รหัสลับ", "กองสาธารณสุข")
    reference = REFERENCE.findall(officer.text)[-1]
    officer.taps(f"/ดู {reference}").hears(f"โทรกลับ: {PHONE}")
    case = staff.case(reference)
    assert (case.channel, case.account_id) == ("phone", None)


def writing_down_in_one_line(staff: Staff) -> None:
    officer = staff.officer(unit="HEALTH")
    officer.says(f"/new จดหมาย ขยะกองใหญ่ส่งกลิ่นเหม็น ซอย {next(staff.spots)}").hears("บันทึกแล้ว", "กองสาธารณสุข")
    reference = REFERENCE.findall(officer.text)[-1]
    assert staff.case(reference).channel == "letter"
    officer.says(f"/แจ้ง {reference} รับแล้ว").hears("ผู้แจ้งไม่มีแชต")
    officer.says("/ติดต่อไม่ได้").hears("ติดต่อทางแชตไม่ได้", f"{reference} (", "ไม่มีเบอร์")
    officer.says("/unreached").hears(reference)
    officer.says("/new").hears("มาทางใด").taps("ตู้รับฟังความเห็น").hears("ว่าอย่างไร").taps("ยกเลิก").hears("ยกเลิกแล้ว")


def away_with_somebody_in_ones_place(staff: Staff) -> None:
    officer, colleague = staff.officer(unit="HEALTH", name="หมอหนึ่ง"), staff.officer(unit="HEALTH", name="หมอแทน")
    officer.says("/ลา วันหน้า").hears("ไม่พบวันลา")
    officer.says("/ลา พรุ่งนี้ แทน หมอแท").hears("ทำแทนคุณ", "หมอแทน").taps("/กลับ").hears("ยินดีต้อนรับกลับ")
    officer.says("/away พรุ่งนี้").hears("ยังไม่มีผู้ทำแทน")
    officer.says("/here").hears("ยินดีต้อนรับกลับ").says("/กลับ").hears("ไม่มีวันลา")
    colleague.says("/คิว").hears("คุณทำแทน" if not staff.free else "คิวของ")


# --- by the clock ----------------------------------------------------------------------------------------------------


def a_long_queue_says_how_much_is_left(staff: Staff) -> None:
    staff.officer().says("/คิว").hears("คิวของกองช่าง", "และอีก")


def a_reminder_arrives_once(staff: Staff) -> None:
    _citizen, reference = staff.filed("ขยะไม่มีใครมาเก็บ")
    officer = staff.officer(unit="HEALTH")
    officer.says(f"/รับ {reference}").hears("รับแล้วโดย")
    day = staff.next_working_day()
    staff.change(reference, due_on=day)
    for minute in (0, 5):
        staff.job("reminders", f"{day}T09:{minute:02}:00+07:00")
    officer.says("/ช่วย").hears("คำสั่งของคุณ", "⏰")
    told = [line for line in officer.text.splitlines() if reference in line and "⏰" in line]
    assert len(told) == 1, told
    assert staff.pushes(officer) == 0, "where a push costs, a reminder rides along"


def a_promise_is_pushed_once(staff: Staff) -> None:
    citizen, reference = staff.filed()
    officer = staff.officer()
    officer.says(f"/รับ {reference}").hears("รับแล้วโดย")
    officer.says(f"/defer {reference} อีก 12 วัน รออะไหล่").hears("กำหนดใหม่")
    for minute in (0, 5):
        staff.job("status-updates", f"{staff.next_working_day()}T10:{minute:02}:00+07:00")
    citizen.hears("ขอเลื่อนกำหนด", "รออะไหล่")
    citizen.says("ขอบคุณค่ะ").hears("ยินดี")
    assert citizen.text.count("ขอเลื่อนกำหนด") == 1
    assert staff.pushes(citizen) == (0 if staff.free else 1), "what was only accepted came along with it"


def in_the_groups_room(staff: Staff, room: Any, aside: Callable[[], str]) -> None:
    """An officers' group at work. `aside`: everything that was shown in the room."""
    citizen, reference = staff.filed("ขยะไม่มีใครมาเก็บ", more=f"โทร {PHONE}")
    code = staff.invited(Role.OFFICER, "HEALTH")
    room.says(f"/join {code}").hears("กองสาธารณสุข", "โดยไม่มีข้อมูลส่วนตัว").taps("/ช่วย").hears("/รับ รหัส")
    assert "/ลา" not in room.text, "not here"
    room.says("/คิว").hears("คิวของกองสาธารณสุข")
    room.says(f"/ดู {reference}").hears("สถานะ", "ขยะไม่มีใครมาเก็บ").taps(f"/รับ {reference}").hears("รับแล้วโดย")
    room.says(f"/แจ้ง {reference} โทรหาเรา 0899999999 ได้").hears("ส่งถึงผู้แจ้งแล้ว", "ประชาชนจะเห็นว่า")
    citizen.hears("0899999999")
    room.says(f"/ถาม {reference} จุดไหนครับ").hears("หยุดนับเวลา")
    citizen.hears("จุดไหน").says("หน้าบ้านเลขที่ 99/1 โทร 0811111111").hears("ได้รับคำตอบ")
    room.says(f"/เปิดเผย {reference} อยากรู้").hears("ทำได้โดย")
    room.says("/ลา พรุ่งนี้").hears("ทำในกลุ่มไม่ได้")
    room.says(f"/ใหม่ โทรศัพท์ ไฟดับ โทร {PHONE}").hears("ในกลุ่มไม่รับชื่อและเบอร์")
    room.says(f"/ผล {reference} เก็บขยะแล้วทั้งซอย").hears("ก่อนปิดยังขาด")
    room.sends_photo(staff.picture()).hears("ได้รูปหลังแก้ไข 1 รูป")
    room.says(f"/ปิด {reference}").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    citizen.hears("แก้จริงตามที่แจ้งไหม")
    shown = aside()
    for secret in (PHONE, "0899999999", "0811111111", "99/1"):
        assert secret not in shown, secret


def taken_back(staff: Staff) -> None:
    """With some seconds to think again: nothing of what was taken back reaches the citizen."""
    citizen, reference = staff.filed()
    officer = staff.officer()
    officer.says(f"/แจ้ง {reference} พรุ่งนี้เข้าไปนะ").hears("จะส่งถึงผู้แจ้งใน", "เลิกทำ").taps(f"/เลิกทำ {reference}")
    officer.hears("เลิกทำ /แจ้ง แล้ว")
    officer.says(f"/แจ้ง {reference} มะรืนเข้าไปค่ะ").hears("จะส่งถึงผู้แจ้งใน")
    citizen.hears("มะรืนเข้าไป", timeout=20)
    officer.says(f"/undo {reference}").hears("เลิกทำไม่ได้แล้ว")
    assert "พรุ่งนี้เข้าไปนะ" not in citizen.text


Dialogue = Callable[[Staff], None]

AT_WORK: tuple[Dialogue, ...] = (
    help_queue_and_search,
    overdue_and_the_heads_figures,
    commands_are_not_for_citizens,
    taking_a_case_on_is_no_push,
    a_question_is_pushed_and_answered,
    words_a_visit_and_a_later_date,
    a_result_needs_its_photo_and_the_citizen_confirms,
    a_working_group_and_the_heads_word,
    urgent_goes_up_at_once_until_somebody_knows,
    handed_back_and_routed_anew,
    sent_on_and_not_accepted,
    two_cases_become_one_and_apart_again,
    who_it_is_only_with_a_reason,
    a_letter_opens_by_its_button,
    writing_down_for_somebody_step_by_step,
    writing_down_in_one_line,
    away_with_somebody_in_ones_place,
)
# After the others: of some of these a whole unit hears; many cases are open then, and the clock moves all of them.
AFTERWARDS: tuple[Dialogue, ...] = (
    the_head_orders_to_hurry,
    an_idea_is_used_and_its_author_hears_of_it,
    praise_is_good_news_and_one_tap,
    a_long_queue_says_how_much_is_left,
    a_reminder_arrives_once,
    a_promise_is_pushed_once,
)


CASES = 16  # that the dialogues at work need


class Day:
    """Everybody at work at the same time, where each chat must wait a second between two messages."""

    def __init__(self, staff: Staff, dialogues: Sequence[Dialogue]) -> None:
        self._pool = ThreadPoolExecutor(len(dialogues))
        staff.ready += self._pool.map(lambda _number: staff.filed(), range(CASES))  # else all officers hear of all
        self._going = {dialogue: self._pool.submit(dialogue, staff) for dialogue in dialogues}

    def ends(self, dialogue: Dialogue) -> None:
        """How this dialogue went. Raises what it raised."""
        self._going[dialogue].result(timeout=120)

    def close(self) -> None:
        """Let nobody begin any more, and wait for who still talks."""
        self._pool.shutdown(wait=True, cancel_futures=True)
