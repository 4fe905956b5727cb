"""A fiscal year in which something happened: conversations, answers to surveys, and what the agency wrote down."""

from __future__ import annotations

from handlers.services import Svc
from storage import register_lines
from storage.register_lines import Line
from storage.tables import Survey, SurveyAnswer
from storage.words import Role
from tests.world import World

YEAR = 2570
HOSTILE = '=HYPERLINK("http://evil.example","กดที่นี่")'
LONG = "ตรวจสอบเอกสารหลักฐานประกอบคำขอให้ครบถ้วนถูกต้องตามระเบียบ แล้วบันทึกข้อมูลลงในระบบทะเบียนกลางของหน่วยงาน " * 4

REGISTERS: dict[str, list[dict[str, object]]] = {
    "mission": [
        {
            "name": "ส่งเสริมให้ชุมชนเข้มแข็ง แก้ปัญหาความยากจน",
            "clients": ["ประชาชนทั่วไป", "เกษตรกร"],
            "stakeholders": ["ผู้นำชุมชน"],
            "needs": ["ถนนที่สัญจรได้สะดวก", "น้ำสะอาดตลอดปี"],
            "strategies": ["พัฒนาโครงสร้างพื้นฐานให้ทั่วถึง"],
            "agency_mission": "จัดบริการสาธารณะในเขตเทศบาล",
            "drives": "direct",
        }
    ],
    "learned": [{"name": HOSTILE, "note": "+66 2 123 4567"}, {"name": "ประชาชนต้องการให้เก็บขยะวันเสาร์"}],
    "monitoring": [
        {"name": "พบประชาชนตามโครงการอำเภอเคลื่อนที่", "per": "month", "frequency": "1 ครั้ง/เดือน", "responsible": "สำนักปลัด"},
        {"name": "ผ่านตู้รับฟังความคิดเห็น", "channel": "line", "per": "day", "frequency": "ทุกวัน", "responsible": "กองช่าง"},
    ],
    "occasion": [
        {"name": "ตลาดนัดหมู่ 3", "monitoring": "1", "on": "2026-10-20"},
        {"name": "ตลาดนัดหมู่ 5", "monitoring": "1", "on": "2026-11-18"},
    ],
    "service_step": [
        {"service": "MOVE", "version": "before", "name": "ยื่นคำขอ", "days": 1},
        {"service": "MOVE", "version": "before", "name": "ตรวจสอบ", "days": 3},
        {"service": "MOVE", "version": "after", "name": "ยื่นคำขอและตรวจสอบ", "days": 1},
    ],
    "improvement": [
        {
            "name": "ลดขั้นตอนย้ายทะเบียนบ้าน",
            "items": ["P.speed"],
            "problem": "รอนาน",
            "action": LONG,
            "posted_on": "2026-11-01",
        }
    ],
    "network": [{"name": "กลุ่มอาสาสมัคร", "group": "general", "form": "มีคณะกรรมการบริหาร", "contact": ["โทรศัพท์", "LINE"]}],
    "activity": [{"topic": "สานสัมพันธ์", "name": "ประชุมเครือข่าย", "on": "2026-11-10", "photos": ["ประชุม.jpg"]}],
    "participation": [
        {"process": "จัดทำแผนพัฒนา", "phase": "before", "level": "3", "method": "meeting", "name": "ประชาคมหมู่บ้าน"}
    ],
    "project": [
        {
            "name": "ตลาดนัดชุมชน",
            "reasons": "ประชาชนเสนอผ่านเว็บไซต์ของหน่วยงาน",
            "purposes": ["เพิ่มรายได้ของชุมชน", "ให้ประชาชนร่วมคิดร่วมทำ"],
            "targets": ["ผู้ค้า 40 ราย"],
            "methods": ["รับฟังความเห็น", "เปิดตลาด"],
            "calendar": ["รับฟังความเห็น | พ.ย. 2569"],
            "responsible": "สำนักปลัด",
        }
    ],
    "measuring": [{"group": "general", "satisfied_by": ["แบบสำรวจ"], "dissatisfied_by": ["สัมภาษณ์"]}],
    "procedure": [
        {
            "process": "รับคำขอ",
            "name": "ตรวจเอกสาร",
            "detail": LONG,
            "duration": "1 วันทำการ",
            "responsible": "เจ้าหน้าที่ทะเบียน",
            "sources": "พระราชบัญญัติการทะเบียนราษฎร",
        }
    ],
    "target": [{"kpi": "concluded", "percent": 80}, {"kpi": "dissatisfied", "percent": 20}],
    "owner": [
        {"cs": "CS3", "name": "หัวหน้าฝ่ายอำนวยการ", "unit": "OFFICE", "phone": "055-000-109"},
        {"cs": "CS7", "name": "หัวหน้าฝ่ายทะเบียน", "unit": "OFFICE"},
    ],
}

# (item, answers on the three points): thirds that do not divide evenly
ANSWERS = (("P.overall", (5, 1, 1)), ("P.speed", (1, 1, 5)), ("P.officer", (1, 1, 1)))
_SCALE = ("very_satisfied", "satisfied", "dissatisfied")


def happens(world: World) -> None:
    """Four matters (one concluded, one of them about corruption), twenty-one minus four answers, every register."""
    head = world.officer("T-head", Role.HEAD)
    officer = world.officer("T-eng", Role.OFFICER, unit="ENG")
    lamp = world.citizen("U-lamp").says("ไฟถนนดับ ซอย 5").says("ส่งเรื่อง").reference
    world.citizen("U-road", "telegram").says("ถนนเป็นหลุมใหญ่หน้าวัดใหม่").says("ส่งเรื่อง")
    world.citizen("U-rubbish").says("ขยะล้นถังหน้าตลาดสด ไม่มีคนมาเก็บ").says("ส่งเรื่อง")
    world.citizen("U-tip").says("แจ้งเบาะแสทุจริต เจ้าหน้าที่เรียกรับเงินค่าใบอนุญาต").says("ส่งเรื่อง")
    officer.says(f"/รับ {lamp}")
    officer.reports(lamp, "เปลี่ยนหลอดไฟสามดวงและซ่อมสายไฟที่ชำรุดเรียบร้อยแล้ว")
    officer.says(f"/เสนอ {lamp}")
    head.says(f"/อนุมัติ {lamp}")
    written(world)


def written(world: World) -> None:
    """What stands in registers, and the answers."""
    with world.db.transaction() as session:
        now = Svc(session, world.now, world.tools).now
        for register, rows in REGISTERS.items():
            lines = [Line(str(number), dict(cells)) for number, cells in enumerate(rows, 1)]
            register_lines.replace(session, register, "DEMO", YEAR, lines, now)
        for item, counts in ANSWERS:
            for point, count in zip(_SCALE, counts, strict=True):
                for _ in range(count):
                    survey = Survey(
                        source="paper", form="pulse", items=[item], agency_code="DEMO", channel="line", state="done",
                        customer_group="general", not_before=now, created_at=now,
                    )  # fmt: skip
                    session.add(survey)
                    session.flush()
                    session.add(
                        SurveyAnswer(
                            survey_id=survey.id, item=item, answer=point, answered_at=now, agency_code="DEMO",
                            channel="line", customer_group="general",
                        )
                    )  # fmt: skip
