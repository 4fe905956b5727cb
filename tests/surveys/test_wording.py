"""What may be rated: the guide's own items pass, failings do not, and "not" is not always bad."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import Any

import pytest

from handlers.rules import wording
from handlers.texts.wording import load
from tests.conftest import SEED

OF_THE_GUIDE = ["เจ้าหน้าที่ไม่ค่อยรับโทรศัพท์", "สายโทรศัพท์ไม่ว่าง", "เอกสารมีข้อผิดพลาด", "ไม่มีที่จอดรถยนต์"]
FAILINGS = [
    "เจ้าหน้าที่พูดจาไม่สุภาพ",
    "ระยะเวลารอคอยนานเกินไป",
    "ห้องน้ำสกปรก",
    "ห้องน้ำไม่สะอาด",
    "ขั้นตอนยุ่งยาก ซับซ้อน",
    "ที่นั่งพักคอยไม่เพียงพอ",
    "ป้ายบอกทางไม่ชัดเจน",
    "การแก้ไขปัญหาล่าช้า",
    "เจ้าหน้าที่เลือกปฏิบัติ",
    "เจ้าหน้าที่เรียกรับเงินสินบน",
    "เจ้าหน้าที่รับเงินสินบน",
    "แบบฟอร์มเข้าใจยาก",
    "ค่าธรรมเนียมแพง",
    "ขาดการประชาสัมพันธ์",
    "ขาดความเอาใจใส่ต่อผู้รับบริการ",
    "ไม่มีน้ำดื่มบริการ",
    "ไม่ได้รับคำตอบตามกำหนด",
    "ระบบออนไลน์ล่มบ่อย",
    "เจ้าหน้าที่ไม่รับผิดชอบงาน",
    "เว็บไซต์ใช้งานไม่ได้",
    "สถานที่คับแคบ แออัด",
    "เจ้าหน้าที่ละเลยหน้าที่",
    "ต้องใช้เอกสารมากเกินไป",
    "การให้บริการไม่ตรงเวลา",
    "ไม่มีคำชี้แจงกรณีมีการร้องเรียน",
    "การตอบคำถามเกี่ยวกับสิทธิไม่ชัดเจน",
    "ขั้นตอนไม่สะดวก",
]
PRAISE = [
    "ไม่รับสินบน",
    "เจ้าหน้าที่ให้บริการโดยไม่เลือกปฏิบัติ",
    "ปฏิบัติงานโปร่งใส ไม่ทุจริต",
    "ขั้นตอนไม่ยุ่งยาก ซับซ้อน",
    "คำชี้แจงหรือแก้ไขปัญหากรณีมีการร้องเรียนเกี่ยวกับการปฏิบัติงานที่ไม่ถูกต้องเหมาะสมของเจ้าหน้าที่",
    "ไม่ต้องรอนาน",
    "ไม่มีการเรียกรับผลประโยชน์",
    "แล้วเสร็จไม่เกิน 15 นาที",
    "ที่จอดรถมีไม่น้อยกว่าที่ประกาศไว้",
    "เอกสารไม่มีข้อผิดพลาด",
    "ไม่เสียค่าใช้จ่ายนอกเหนือจากที่ประกาศ",
    "ระบบนัดหมายออนไลน์ไม่ล่ม",
    "ไม่ต้องใช้สำเนาบัตรประชาชน",
    "สถานที่ไม่แออัด คับแคบ",
    "เจ้าหน้าที่ไม่ละเลยหน้าที่",
    "ไม่ปิดบังข้อมูลข่าวสาร",
    "การให้บริการไม่ล่าช้า",
    "ปฏิบัติหน้าที่โดยไม่ลำเอียง",
    "ข้อมูลส่วนบุคคลไม่รั่วไหล",
    "ช่วยเหลือโดยไม่หวังสิ่งตอบแทน",
    "บริการเป็นธรรม ไม่แบ่งแยกเพศ อายุ ศาสนา",
    "คำอธิบายกรณีที่หน่วยงานไม่สามารถดำเนินการได้",
    "ไม่มีการลัดคิว",
]
PLAIN = [
    "การป้องกันการทุจริตของหน่วยงาน",
    "ความรวดเร็วในการแก้ไขข้อผิดพลาด",
    "ความรับผิดชอบของเจ้าหน้าที่",
    "การรับฟังเสียงของผู้มีส่วนได้เสีย",
    "ความปลอดภัยของสถานที่",
    "การลดขั้นตอนการให้บริการ",
    "ช่องทางร้องเรียนเข้าถึงสะดวก",
    "การดูแลผู้ยากไร้",
    "ความรวดเร็วในการจัดการเรื่องร้องเรียน",
]


@pytest.mark.parametrize("text", OF_THE_GUIDE + FAILINGS)
def test_a_failing_cannot_be_rated(text: str) -> None:
    assert wording.negative(text, load())


@pytest.mark.parametrize("text", PRAISE + PLAIN)
def test_what_one_can_be_satisfied_with_passes(text: str) -> None:
    assert wording.negative(text, load()) == ""


def test_the_spaces_do_not_matter() -> None:
    assert wording.negative("เอกสาร มี ข้อ ผิดพลาด", load())
    assert wording.negative("ไม่ รับ สินบน", load()) == ""
    assert wording.negative("", load()) == ""


@pytest.fixture
def shipped() -> dict[str, Any]:
    return tomllib.loads((SEED / "surveys.toml").read_text(encoding="utf-8"))


def test_every_shipped_item_passes(shipped: dict[str, Any]) -> None:
    assert len(shipped["item"]) == 47
    assert wording.faults(shipped, load()) == []


def test_every_fault_of_a_file_is_named_at_once(shipped: dict[str, Any]) -> None:
    data = deepcopy(shipped)
    data["item"][3] |= {"name": "เจ้าหน้าที่ไม่ค่อยรับโทรศัพท์"}
    data["item"][4] |= {"form": "S9", "name": "ความชัดเจนของประกาศ"}
    del data["item"][5]["aspect"]
    data["item"][6]["name"] = " "
    data["item"].append(data["item"][10])
    data["question"][0]["options"].append(["very", "ตัวเลือกที่ยาวเกินกว่าปุ่มจะแสดงได้"])
    data["form"][1]["questions"].append("height")
    data["form"].append({"code": "OWN", "name": "ของเรา", "questions": []})
    data["item"].append({"code": "OWN.1", "form": "OWN", "aspect": "staff", "name": "ความสุภาพและความรวดเร็ว"})
    found = {(fault.code, fault.what) for fault in wording.faults(data, load())}
    assert found == {
        ("S1.1.1", wording.NEGATIVE),
        ("S1.1.2", wording.NO_FORM),
        ("S1.1.3", wording.NO_ASPECT),
        ("S1.2.1", wording.NO_WORDS),
        ("S1.3.1", wording.TWICE),
        ("sex", wording.LONG_LABEL),
        ("S1", wording.NO_QUESTION),
        ("OWN.1", wording.TWO_IN_ONE),
    }
    blocking = {fault.code for fault in wording.faults(data, load()) if fault.blocks}
    assert "OWN.1" not in blocking
