"""Surveys, registers and the year's evidence in real chats: dialogues that read the same on every channel."""

from __future__ import annotations

import re

from storage.words import Role
from tests.officers import ADDRESS, Dialogue, Staff

_LINK = re.compile(re.escape(ADDRESS) + r"/\S+")


def the_years_figures_and_the_pack(staff: Staff) -> None:
    head = staff.mayor()
    head.says("/รายงาน").hears("หลักฐานหมวด 3", "แบบฟอร์ม 2.3", "ใช้ได้ 7 วัน")
    assert staff.opens(head.address("เปิด PDF"))[:4] == b"%PDF"
    colleague = staff.officer(Role.COORDINATOR, None)
    colleague.says("/evidence").hears("หลักฐานหมวด 3", "ใช้ได้ 7 วัน")
    officer = staff.officer()
    officer.says("/รายงาน").hears("หลักฐานรายปีสำหรับ")


def one_cases_papers(staff: Staff) -> None:
    _citizen, reference = staff.filed()
    head = staff.mayor()
    head.says(f"/แฟ้ม {reference}").hears("แฟ้มหลักฐานรายเรื่อง", reference)
    assert staff.opens(head.address("เปิด DOCX"))[:2] == b"PK"


def a_register_line_by_line_with_a_picture(staff: Staff) -> None:
    coordinator = staff.officer(Role.COORDINATOR, None)
    coordinator.says("/ทะเบียน กิจกรรม เพิ่ม").hears("เรื่อง").says("พบปะเครือข่าย").hears("กิจกรรม")
    coordinator.says("ประชุมกลุ่มผู้ปลูกข้าว").hears("เครือข่าย (รหัส)").taps("ข้าม").hears("วันที่")
    coordinator.sends_photo(staff.picture()).hears("ได้รูปแล้ว 1 รูป").says("วันนี้").hears("สถานที่")
    coordinator.taps("บันทึกเลย").hears("บันทึกในกิจกรรมสร้างความสัมพันธ์แล้ว", "ภาพประกอบ: 1")
    coordinator.says("/ทะเบียน กิจกรรม").hears("ประชุมกลุ่มผู้ปลูกข้าว")


def an_improvement_that_a_case_led_to(staff: Staff) -> None:
    _citizen, reference = staff.filed()
    clerk = staff.clerk()
    clerk.says(f"/ปรับปรุง {reference} ย้ายจุดบริการไปชั้นล่าง").hears("การปรับปรุงบริการ", "ข้อในแบบสอบถาม")
    clerk.says("S1.3.3").hears("บันทึกในการปรับปรุงบริการแล้ว", "ย้ายจุดบริการไปชั้นล่าง")


def forms_on_paper_and_for_people(staff: Staff) -> None:
    officer = staff.officer()
    officer.says("/แบบสำรวจ").hears("S1", "แบบสำรวจ/แบบสอบถามความคิดเห็น")
    assert "S1.1.1" in staff.opens(officer.address("พิมพ์แบบกระดาษ")).decode()
    (shown,) = set(_LINK.findall(officer.text))
    assert "ประชาชน" in staff.opens(shown).decode()


def three_taps_after_a_closing(staff: Staff) -> None:
    citizen, reference = staff.filed()
    officer = staff.officer()
    officer.says(f"/รับ {reference}").hears("รับแล้วโดย")
    officer.sends_photo(staff.picture()).hears("ได้รูปแล้ว")
    officer.says(f"/ผล {reference} เปลี่ยนหลอดแล้ว").hears("ยังไม่แจ้งผู้แจ้ง").taps(f"/ปิด {reference}")
    citizen.hears("เปลี่ยนหลอดแล้ว").taps(f"แก้แล้ว {reference}").hears("ปิดเรื่อง")
    staff.job("surveys", f"{staff.next_working_day()}T10:00:00+07:00")
    citizen.hears("1/3", reference).taps("พึงพอใจมาก").hears("2/3").taps("พึงพอใจ").hears("3/3")
    citizen.taps("ไม่พึงพอใจ").hears("ขอโทษที่ยังไม่ดีพอ")
    told = [row for row in staff.server.rows("surveys") if row["reference"] == reference and row["answer"]]
    assert {row["item"]: row["answer"] for row in told} == {
        "P.overall": "very_satisfied",
        "P.speed": "satisfied",
        "P.officer": "dissatisfied",
    }


LISTENING: tuple[Dialogue, ...] = (
    the_years_figures_and_the_pack,
    one_cases_papers,
    a_register_line_by_line_with_a_picture,
    an_improvement_that_a_case_led_to,
    forms_on_paper_and_for_people,
    three_taps_after_a_closing,
)
