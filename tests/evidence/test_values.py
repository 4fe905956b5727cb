"""T-01 to T-03, T-12, T-13, T-18 to T-21 cell by cell: from the seed's files and from register lines, read by hand."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests.conftest import SEED
from tests.evidence.test_figures import cells, reckoned
from tests.evidence.test_written import fills
from tests.registers.books import Office
from tests.world import World

NOTHING = "–"


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def seeded(name: str, table: str) -> list[dict[str, Any]]:
    """The rows of a file of the seed, as somebody reads them there."""
    found: list[dict[str, Any]] = tomllib.loads((SEED / f"{name}.toml").read_text(encoding="utf-8"))[table]
    return found


def numbered(values: list[str]) -> str:
    return "\n".join(f"{at + 1}. {values[at]}" for at in range(len(values))) or NOTHING


def rows(world: World, table_id: str) -> list[list[Any]]:
    return [row["cells"] for row in reckoned(world, agency="DEMO")["tables"][table_id]["rows"]]


def test_t01_and_t02_of_the_seed(world: World) -> None:
    missions = sorted(seeded("missions", "mission"), key=lambda one: int(one["no"]))
    assert rows(world, "T-01") == [
        [one["name"], numbered(one["clients"]), numbered(one["stakeholders"]), numbered(one["needs"])]
        for one in missions
    ]
    assert rows(world, "T-02") == [
        [one["name"], NOTHING, NOTHING, "", "", numbered(one["clients"]), numbered(one["stakeholders"])]
        for one in missions
    ], "strategies and the agency's mission stay open in the seed"


def test_t01_and_t02_of_the_agency(world: World, office: Office) -> None:
    fills(
        office,
        "mission",
        {
            "พันธกิจของจังหวัด": "ชุมชนเข้มแข็ง",
            "ผู้รับบริการ": "ชาวบ้าน\nร้านค้า",
            "ความต้องการ": "น้ำไหล",
            "กลยุทธ์ในการขับเคลื่อน": "ต่อท่อ\nซ่อมปั๊ม",
            "พันธกิจหลักของส่วนราชการ": "จ่ายน้ำ",
            "ขับเคลื่อนพันธกิจของจังหวัด": "ทางอ้อม",
        },
        {"พันธกิจของจังหวัด": "เมืองสะอาด", "ขับเคลื่อนพันธกิจของจังหวัด": "ทางตรง"},
    )
    assert rows(world, "T-01") == [
        ["ชุมชนเข้มแข็ง", "1. ชาวบ้าน\n2. ร้านค้า", NOTHING, "1. น้ำไหล"],
        ["เมืองสะอาด", NOTHING, NOTHING, NOTHING],
    ]
    assert rows(world, "T-02") == [
        ["ชุมชนเข้มแข็ง", "1. ต่อท่อ\n2. ซ่อมปั๊ม", "จ่ายน้ำ", "", "✓", "1. ชาวบ้าน\n2. ร้านค้า", NOTHING],
        ["เมืองสะอาด", NOTHING, NOTHING, "✓", "", NOTHING, NOTHING],
    ]


def test_t03_which_channels_hear_which_group(world: World) -> None:
    channels = sorted(seeded("channels", "channel"), key=lambda one: int(one["order"]))
    groups = sorted(seeded("customer_groups", "group"), key=lambda one: int(one["order"]))
    wanted = []
    for group in groups:
        names = [one["name"] for one in channels if one["groups"] == ["*"] or group["code"] in one["groups"]]
        wanted.append([group["name"], ", ".join(names)])
    assert rows(world, "T-03") == wanted
    assert len({row[1] for row in wanted}) > 1, "some channels are for some groups only"


def test_t12_activities(world: World, office: Office) -> None:
    fills(
        office,
        "activity",
        {"เรื่อง": "พบปะ", "กิจกรรม": "ประชุมกลุ่ม", "วันที่": "15/1/2570", "สถานที่": "ศาลา", "หลักฐาน/เอกสาร": "รายงาน\nใบลงชื่อ"},
        {"เรื่อง": "เยี่ยม", "กิจกรรม": "เยี่ยมบ้าน", "วันที่": "1/10/2569"},
    )
    assert rows(world, "T-12") == [
        ["พบปะ", "ประชุมกลุ่ม\nศ. 15 ม.ค. 70 ศาลา", NOTHING, "รายงาน\nใบลงชื่อ"],
        ["เยี่ยม", "เยี่ยมบ้าน\nพฤ. 1 ต.ค. 69", NOTHING, NOTHING],
    ]


def test_t13_participation_by_process(world: World, office: Office) -> None:
    line = {"ภารกิจหลัก/กระบวนงาน": "แผนพัฒนา", "ช่วง": "ก่อนดำเนินการ", "ระดับ 1–5": "2", "วิธีการ/กลไก": "ร่วมประชุม"}
    fills(
        office,
        "participation",
        {**line, "สิ่งที่ทำ": "ประชาคม 12 ครั้ง", "หมายเหตุ": "ทุกหมู่บ้าน"},
        {**line, "ภารกิจหลัก/กระบวนงาน": "ซ่อมถนน", "สิ่งที่ทำ": "ถามความเห็น"},
        {**line, "ช่วง": "after", "ระดับ 1–5": "การร่วมมือ", "วิธีการ/กลไก": "inspection", "สิ่งที่ทำ": "ตรวจรับงาน"},
    )
    assert rows(world, "T-13") == [
        [
            "แผนพัฒนา",
            "ก่อนดำเนินการ ระดับ 2 ร่วมประชุม: ประชาคม 12 ครั้ง\nหลังดำเนินการ ระดับ 4 ร่วมตรวจติดตามงาน: ตรวจรับงาน",
            "ทุกหมู่บ้าน",
        ],
        ["ซ่อมถนน", "ก่อนดำเนินการ ระดับ 2 ร่วมประชุม: ถามความเห็น", ""],
    ]


def lasts(step: dict[str, Any]) -> str:
    if step.get("minutes"):
        return f"{step['minutes']} นาที"
    return f"{step['days']} วันทำการ" if step.get("days") else NOTHING


def test_t18_and_t19_of_the_seed(world: World) -> None:
    services = sorted(
        (one for one in seeded("services", "service") if one["agency"] == "DEMO"), key=lambda one: one["code"]
    )
    steps: list[list[Any]] = []
    people: list[list[Any]] = []
    for service in services:
        steps.append([service["name"], numbered(service.get("documents", [])), service["duration"]])
        people.append([service["name"], service["contact_phone"], service["duration"]])
        for at, step in enumerate(service["step"], 1):
            steps.append([f"{at}. {step['name']}", step.get("detail", NOTHING), lasts(step)])
            people.append([f"({at}) {step['name']}", step.get("responsible", NOTHING), lasts(step)])
    assert rows(world, "T-18") == steps
    assert rows(world, "T-19") == people
    assert cells(reckoned(world), "T-19")["ID-LOST:2"] == ["งานทะเบียนราษฎรและบัตร", "10 นาที"]


def test_t20_and_t21_the_work_of_the_staff(world: World, office: Office) -> None:
    first = {
        "กระบวนงาน": "รับเรื่อง",
        "ขั้นตอน": "ตรวจเรื่อง",
        "รายละเอียดงาน": "อ่านและส่งหน่วย",
        "ระยะเวลา": "1 วันทำการ",
        "ผู้รับผิดชอบ": "ผู้รับเรื่อง",
    }
    more = {
        "มาตรฐานคุณภาพงาน": "ถูกหน่วย",
        "ระบบติดตามประเมินผล": "รายสัปดาห์",
        "แบบฟอร์ม": "ร.1",
        "เอกสารอ้างอิง": "ระเบียบ 2552",
    }
    fills(office, "procedure", {**first, **more}, {**first, "ขั้นตอน": "แจ้งผล", "ระยะเวลา": "15 นาที"})
    assert rows(world, "T-20") == [
        [1, "ตรวจเรื่อง", "อ่านและส่งหน่วย", "1 วันทำการ", "ผู้รับเรื่อง"],
        [2, "แจ้งผล", "อ่านและส่งหน่วย", "15 นาที", "ผู้รับเรื่อง"],
    ]
    assert rows(world, "T-21") == [
        [1, "ตรวจเรื่อง", "1 วันทำการ", "อ่านและส่งหน่วย", "ถูกหน่วย", "รายสัปดาห์", "ผู้รับเรื่อง", "ร.1", "ระเบียบ 2552"],
        [2, "แจ้งผล", "15 นาที", "อ่านและส่งหน่วย", NOTHING, NOTHING, "ผู้รับเรื่อง", NOTHING, NOTHING],
    ]
