"""Registers in the chat: who may, what is lacking, a line question by question, pictures, improvements from cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from storage.tables import Attachment, Case, HistoryEntry
from storage.words import Role
from tests.registers.books import Office
from tests.world import Dialogue, World, at


@pytest.fixture
def coordinator(world: World) -> Dialogue:
    return world.officer("C1", Role.COORDINATOR)


def filed(world: World, words: str = "ไฟถนนดับ ซอย 5", name: str = "U1") -> str:
    """A citizen's case."""
    return world.citizen(name).says(words).taps("ส่งเรื่อง").hears("รหัสเรื่อง").reference


def test_the_registers_and_what_each_point_lacks(world: World, coordinator: Dialogue) -> None:
    coordinator.says("/ทะเบียน").hears("ทะเบียนหลักฐาน ปีงบประมาณ 2570", "เครือข่าย 0", "แบบฟอร์ม 2.3 ยังขาด")
    coordinator.hears("CS4: เครือข่าย 0 เครือข่าย (T-11) · กิจกรรมสร้างความสัมพันธ์ 0 ครั้ง (T-12)")
    coordinator.says("/ทะเบียน เครือข่าย").hears("เครือข่าย: ปีนี้ยังไม่มี").taps("เพิ่มเครือข่าย").hears("เครือข่าย (1/5)")
    coordinator.says("กลุ่มผู้ปลูกข้าว").hears("กลุ่มผู้รับบริการ").taps("เกษตรกร").hears("ลักษณะรูปแบบ")
    coordinator.says("กลุ่มตามอาชีพ").hears("ช่องทางการติดต่อ", "หลายข้อให้ขึ้นบรรทัดใหม่")
    coordinator.says("ประชุมทุกเดือน\nโทรศัพท์").hears("จำนวนสมาชิก").says("สี่สิบ").hears("“สี่สิบ” ต้องเป็นจำนวนเต็ม", "จำนวนสมาชิก")
    coordinator.says("๔๐").hears("✅ บันทึกในเครือข่ายแล้ว รหัส 1", "ประชุมทุกเดือน โทรศัพท์")
    assert Office(world).lines("network")[0].cells == {
        "name": "กลุ่มผู้ปลูกข้าว",
        "group": "farmer",
        "form": "กลุ่มตามอาชีพ",
        "contact": ["ประชุมทุกเดือน", "โทรศัพท์"],
        "members": 40,
    }
    coordinator.says("/ทะเบียน").hears("เครือข่าย 1", "CS4: กิจกรรมสร้างความสัมพันธ์ 0 ครั้ง (T-12)")
    coordinator.hears_not("เครือข่าย 0 เครือข่าย")
    coordinator.says("/register เครือข่าย").hears("1) กลุ่มผู้ปลูกข้าว · เกษตรกร")
    coordinator.says("/ทะเบียน เครือข่าย ลบ 2").hears("ไม่พบรหัส 2").says("/ทะเบียน เครือข่าย ลบ 1").hears(
        "ลบ 1 ออกจากเครือข่ายแล้ว"
    )
    assert Office(world).lines("network") == []


def test_an_activity_with_its_pictures(world: World, coordinator: Dialogue) -> None:
    coordinator.says("/ทะเบียน กิจกรรม เพิ่ม").hears("เรื่อง").says("พบปะเครือข่าย")
    coordinator.hears("กิจกรรม").says("ประชุมกลุ่มผู้ปลูกข้าว").hears("เครือข่าย (รหัส)").taps("ข้าม")
    coordinator.sends_photo("p1").hears("ได้รูปแล้ว 1 รูป", "วันที่")
    coordinator.says("30 ก.ย. 69").hears("ไม่อยู่ในปีงบประมาณ", "วันที่").says("เมื่อวาน").hears("สถานที่")
    coordinator.says("ห้องประชุม").hears("จำนวนคน").sends_photo("p2").hears("ได้รูปแล้ว 2 รูป", "จำนวนคน")
    coordinator.taps("บันทึกเลย").hears("บันทึกในกิจกรรมสร้างความสัมพันธ์แล้ว", "ภาพประกอบ: 2")
    (line,) = Office(world).lines("activity")
    assert line.cells["on"] == "2026-11-23"
    with world.db.reading() as session:
        sent = [f"photo:{row}" for row in session.scalars(select(Attachment.id).order_by(Attachment.id))]
    assert line.cells["photos"] == sent
    office = Office(world)
    assert office.back(office.content()).problems == [], "a workbook may name the pictures an officer sent"


def test_a_picture_alone_and_an_album(world: World, coordinator: Dialogue) -> None:
    coordinator.says("/ทะเบียน ภาพถ่าย เพิ่ม").hears("รหัส CS").taps("CS5").says("ประชาคมหมู่ 4").says("วันนี้").hears(
        "แฟ้ม", "ส่งรูปได้เลย"
    )
    coordinator.says("เสร็จแล้ว").hears("ยังบันทึกไม่ได้ ขาด: แฟ้ม")
    coordinator.sends_album(["", ""]).hears("บันทึกในภาพถ่ายและเอกสารสแกนแล้ว")
    assert len(Office(world).lines("proof")[0].cells["file"]) == 2


def test_a_citizens_picture_is_nobodys_evidence(world: World, coordinator: Dialogue) -> None:
    world.citizen("U9").sends_photo("private")
    with world.db.reading() as session:
        number = session.scalars(select(Attachment.id)).one()
    line = {"เรื่อง": "ก", "กิจกรรม": "ข", "วันที่": "15/1/2570", "ภาพประกอบ": f"photo:{number}"}
    assert "ไม่พบรูป" in Office(world).brings("activity", line).problems[0]
    world.officer("O9", Role.OFFICER, unit="ENG").sends_photo("own")
    with world.db.reading() as session:
        number = max(session.scalars(select(Attachment.id)))
    assert Office(world).brings("activity", {**line, "ภาพประกอบ": f"photo:{number}"}).problems == []


def test_taken_back_cancelled_and_left_alone(world: World, coordinator: Dialogue) -> None:
    coordinator.says("/ทะเบียน กิจกรรม เพิ่ม").says("เรื่องที่ผิด").hears("กิจกรรม\n")
    coordinator.unsends()
    coordinator.says("เรื่องที่ถูก").hears("(2/8)")
    coordinator.says("ยกเลิก").hears("ยกเลิกแล้ว ยังไม่ได้บันทึก")
    coordinator.says("/ทะเบียน กิจกรรม เพิ่ม").says("อีกเรื่อง").says("/คิว").hears("คิวของ").says("ชื่อกิจกรรม").hears(
        "เครือข่าย (รหัส)"
    )
    world.passes(hours=25)
    coordinator.says("ไฟถนนดับ ซอย 9").hears("ตรวจอีกครั้ง")
    assert Office(world).lines("activity") == []


def test_only_who_keeps_them(world: World, officer: Dialogue, intake: Dialogue, head: Dialogue) -> None:
    officer.says("/ทะเบียน").hears("ทะเบียนทำได้โดย").says("/ปรับปรุง 1 ทาสี").hears("ทะเบียนทำได้โดย")
    world.officer("G1", Role.GOVERNOR).says("/ทะเบียน").hears("ทะเบียนทำได้โดย")
    world.citizen("U5").says("/ทะเบียน").hears_not("ทะเบียนหลักฐาน")
    for person in (intake, head, world.officer("A1", Role.ADMIN)):
        person.says("/ทะเบียน").hears("ทะเบียนหลักฐาน")
    officer.says("/ช่วย ทั้งหมด").hears_not("/ทะเบียน")
    head.says("/ช่วย ทั้งหมด").hears("/ทะเบียน", "/ปรับปรุง")
    intake.says("/ทะเบียน กล้วย").hears("ไม่พบทะเบียนนี้ มี: พันธกิจ")


def test_who_keeps_them_no_more_ends_in_the_middle(world: World, coordinator: Dialogue) -> None:
    from storage.tables import Membership

    coordinator.says("/ทะเบียน กิจกรรม เพิ่ม").hears("เรื่อง")
    with world.db.transaction() as session:
        session.execute(update(Membership).values(until=world.now.date().replace(day=1)))
    coordinator.says("พบปะเครือข่าย").hears_not("กิจกรรม\n")


def test_an_improvement_that_cases_led_to(world: World, intake: Dialogue) -> None:
    one, two = filed(world), filed(world, "ไฟถนนดับ ซอย 6", "U2")
    intake.says(f"/ปรับปรุง {one},{two} ย้ายจุดบริการไปชั้นล่าง").hears("การปรับปรุงบริการ", "ข้อในแบบสอบถาม")
    intake.says("S1.9").hears("ไม่พบ “S1.9”").says("S1.3.3").hears("บันทึกในการปรับปรุงบริการแล้ว", "ย้ายจุดบริการไปชั้นล่าง")
    (line,) = Office(world).lines("improvement")
    assert line.cells == {
        "name": "ย้ายจุดบริการไปชั้นล่าง",
        "action": "ย้ายจุดบริการไปชั้นล่าง",
        "items": ["S1.3.3"],
        "cases": [one, two],
        "unit": "ENG",
        "channel": "line",
    }
    number = one.split("-")[1].lstrip("0")
    intake.says(f"/improve {number}").hears("สิ่งที่ทำ").says("ทาสีทางม้าลาย").taps("ข้าม").hears("รหัส 2")
    assert Office(world).lines("improvement")[1].cells["cases"] == [one]
    intake.says("/ปรับปรุง").hears("พิมพ์เลขที่เรื่อง").says("/ปรับปรุง ทาสี").hears("พิมพ์เลขที่เรื่อง")
    with world.db.reading() as session:
        assert [row.what for row in session.scalars(select(HistoryEntry))].count("register") == 2


def test_the_worst_items_are_offered(world: World, intake: Dialogue) -> None:
    from tests.evidence.scenes import answered

    code = filed(world)
    answered(world, "S1.3.2", dissatisfied=3, satisfied=1)
    answered(world, "S1.2.1", dissatisfied=1, satisfied=3)
    answered(world, "S1.1.1", satisfied=5)
    intake.says(f"/ปรับปรุง {code} ทำห้องน้ำใหม่").hears("S1.3.2", "S1.2.1").hears_not("S1.1.1")
    assert [choice.says for choice in intake.choices][:2] == ["S1.3.2", "S1.2.1"]
    intake.says("1").hears("บันทึกใน")
    assert Office(world).lines("improvement")[0].cells["items"] == ["S1.3.2"]


def test_a_confidential_case_gets_on_no_list(world: World, intake: Dialogue, coordinator: Dialogue) -> None:
    code = filed(world)
    with world.db.transaction() as session:
        session.execute(update(Case).values(confidential=True))
    intake.says(f"/ปรับปรุง {code} แก้แล้ว").hears("เป็นเรื่องลับ")
    coordinator.says(f"/ปรับปรุง {code} แก้แล้ว").hears(f"ไม่พบ {code}")
    line: dict[str, Any] = {"เรื่องที่ปรับปรุง": "ก", "สิ่งที่ทำ": "ข", "เลขที่เรื่อง": code}
    assert f"ไม่พบ “{code}”" in Office(world).brings("improvement", line).problems[0]


def test_in_a_new_year_what_stands_goes_on(world: World) -> None:
    world.now = at("2026-09-30 16:00")
    coordinator = world.officer("C2", Role.COORDINATOR)
    coordinator.says("/ทะเบียน ผู้รับผิดชอบ เพิ่ม").taps("CS1").says("หัวหน้าสำนักปลัด").taps("บันทึกเลย").hears("รหัส 1")
    world.now = at("2026-10-01 09:00")
    coordinator.says("/ทะเบียน ผู้รับผิดชอบ").hears("1) CS1 · หัวหน้าสำนักปลัด")
    coordinator.says("/ทะเบียน ผู้รับผิดชอบ เพิ่ม").taps("CS2").says("ปลัด").taps("บันทึกเลย").hears("รหัส 2")
    assert [line.cells["cs"] for line in Office(world, 2570).lines("owner")] == ["CS1", "CS2"]
    assert [line.cells["cs"] for line in Office(world, 2569).lines("owner")] == ["CS1"]


def test_the_page_is_offered_where_there_is_an_address(world: World, coordinator: Dialogue) -> None:
    world.tools = replace(world.tools, page_link=lambda path: f"https://pratu.example{path}")
    coordinator.says("/ทะเบียน").hears("กรอกบนคอมพิวเตอร์", "ใช้ได้ถึง พ. 25 พ.ย. 69")
    (link,) = [choice.send for choice in coordinator.choices if choice.opens == "link"]
    assert link.startswith("https://pratu.example/registers/DEMO.2570.")
