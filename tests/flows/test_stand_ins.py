"""Stand-ins, delegates with dates, and people who left: who sees what on which day."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.actions import people
from handlers.services import Svc
from storage import history
from storage.words import Role
from tests.flows.test_groups import officers_room
from tests.world import Dialogue, World, at


def filed(world: World, text: str = "ไฟถนนดับ ซอย 5") -> str:
    return world.citizen("U1").says(text).says("ส่งเรื่อง").reference


def asks(person: Dialogue, command: str) -> Dialogue:
    person.listen()
    return person.says(command)


@pytest.fixture
def head(world: World) -> Dialogue:
    return world.officer("สมศักดิ์ มั่นคง", Role.HEAD)


@pytest.fixture
def nurse(world: World) -> Dialogue:
    return world.officer("มาลี ใจงาม", Role.OFFICER, unit="HEALTH")


def leave(world: World, name: str, role: Role | None = None) -> int:
    with world.db.transaction() as session:
        return len(people.leave(Svc(session, world.now, world.tools), "DEMO", name, role))


# --- away ------------------------------------------------------------------------------------------------------------


def test_a_stand_in_sees_and_hears_for_these_days_only(world: World, head: Dialogue, nurse: Dialogue) -> None:
    reference = filed(world)
    asks(nurse, f"/ดู {reference}").hears("ไม่พบ")
    head.says("/ลา 25 พ.ย. ถึง 27 พ.ย. แทน มาลี").hears("พ. 25 พ.ย. 69", "ศ. 27 พ.ย. 69", "มาลี ใจงาม")
    nurse.listen().hears("ทำแทนสมศักดิ์ มั่นคง")
    asks(nurse, f"/ดู {reference}").hears("ไม่พบ")
    world.now = at("2026-11-25 00:10")
    asks(nurse, f"/ดู {reference}").hears("ไฟถนนดับ")
    asks(nurse, "/ค้น ไฟถนน").hears("1 เรื่อง")
    world.now = at("2026-11-27 23:50")
    asks(nurse, f"/ดู {reference}").hears("ไฟถนนดับ")
    world.now = at("2026-11-28 00:01")
    asks(nurse, f"/ดู {reference}").hears("ไม่พบ")
    asks(nurse, "/ค้น ไฟถนน").hears("ไม่พบ")
    with world.db.transaction() as session:
        assert history.verify(session).broken_at is None


def test_notices_for_who_is_away_reach_the_stand_in_once(world: World, nurse: Dialogue) -> None:
    engineer = world.officer("วิชัย", Role.OFFICER, Role.INTAKE, unit="ENG")
    engineer.says("/ลา วันนี้ แทน มาลี ใจงาม")
    nurse.listen()
    nurse.parts = []
    reference = filed(world)
    nurse.listen().hears(reference, "ไฟถนนดับ")
    assert nurse.text.count("เรื่องใหม่") == 1
    engineer.parts = []
    engineer.listen().hears(reference)


def test_back_at_work_ends_it_at_once(world: World, head: Dialogue, nurse: Dialogue) -> None:
    reference = filed(world)
    head.says("/ลา วันนี้ ถึง วันศุกร์ แทน มาลี").hears("อ. 24 พ.ย. 69", "ศ. 27 พ.ย. 69")
    asks(nurse, f"/ดู {reference}").hears("ไฟถนนดับ")
    world.passes(days=1)
    head.says("/กลับ").hears("ยินดีต้อนรับกลับ")
    nurse.listen().hears("กลับมาแล้ว")
    asks(nurse, f"/ดู {reference}").hears("ไม่พบ")
    head.says("/กลับ").hears("ไม่มีวันลา")


def test_planned_days_can_be_called_off_and_planned_anew(world: World, head: Dialogue, nurse: Dialogue) -> None:
    reference = filed(world)
    head.says("/ลา พรุ่งนี้ แทน มาลี").hears("บันทึกการลา")
    head.says("/ลา พรุ่งนี้").hears("ยังไม่มีผู้ทำแทน")
    world.passes(days=1)
    asks(nurse, f"/ดู {reference}").hears("ไม่พบ")
    head.says("/away 1-3 ธ.ค. แทน มาลี").hears("อ. 1 ธ.ค. 69", "พฤ. 3 ธ.ค. 69").says("/กลับ").hears("ยินดีต้อนรับกลับ")
    head.says("/กลับ").hears("ยินดีต้อนรับกลับ").says("/กลับ").hears("ไม่มีวันลา")


def test_names_that_fit_several_or_nobody_are_listed(world: World, head: Dialogue, nurse: Dialogue) -> None:
    world.officer("มาลี แสงทอง", Role.OFFICER, unit="ENG")
    head.says("/ลา พรุ่งนี้ แทน มาลี").hears("มาลี ใจงาม", "มาลี แสงทอง").hears_not("บันทึกการลา")
    head.taps("มาลี แสงทอง").hears("บันทึกการลา", "มาลี แสงทอง")
    head.says("/ลา พรุ่งนี้ แทน มาลี ใจงำม").hears("บันทึกการลา", "มาลี ใจงาม")
    head.says("/ลา พรุ่งนี้ แทน ประยูร").hears("ไม่ตรงกับคนเดียว", "มาลี ใจงาม").hears_not("สมศักดิ์")


@pytest.mark.parametrize("days", ["", "เร็ว ๆ นี้", "แทน มาลี"])
def test_days_that_are_none_are_asked_for(world: World, head: Dialogue, days: str) -> None:
    head.says(f"/ลา {days}").hears("ไม่พบวันลา", "/ลา 25 ธ.ค. ถึง 27 ธ.ค.")


@pytest.mark.parametrize("days", ["เมื่อวาน", "27 พ.ย. 69 ถึง 25 พ.ย. 69", "1 ม.ค. 70 ถึง 1 มี.ค. 2571"])
def test_days_that_cannot_be_are_refused(world: World, head: Dialogue, days: str) -> None:
    head.says(f"/ลา {days}").hears("ไม่ถูกต้อง")


def test_a_stand_in_who_left_sees_nothing(world: World, head: Dialogue, nurse: Dialogue) -> None:
    reference = filed(world)
    head.says("/ลา วันนี้ แทน มาลี")
    asks(nurse, f"/ดู {reference}").hears("ไฟถนนดับ")
    assert leave(world, "มาลี") == 1
    asks(nurse, f"/ดู {reference}").hears("สำหรับเจ้าหน้าที่")


def test_nobody_stands_in_for_who_left_nor_for_a_stand_in(world: World, head: Dialogue, nurse: Dialogue) -> None:
    reference = filed(world)
    third = world.officer("ก้อง", Role.OFFICER, unit="OFFICE")
    head.says("/ลา วันนี้ แทน มาลี")
    nurse.says("/ลา วันนี้ แทน ก้อง")
    asks(third, f"/ดู {reference}").hears("ไม่พบ")
    leave(world, "สมศักดิ์")
    asks(nurse, f"/ดู {reference}").hears("ไม่พบ")


def test_not_for_strangers_and_not_in_groups(world: World) -> None:
    world.citizen("U5").says("/ลา พรุ่งนี้").hears("สำหรับเจ้าหน้าที่")
    officers_room(world).says("/ลา พรุ่งนี้").hears("แชตส่วนตัว")


# --- posts with dates, and posts that end ----------------------------------------------------------------------------


def delegate(world: World, since: date | None, until: date | None) -> str:
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        return people.invite(svc, "DEMO", None, Role.DELEGATE, "สุดา", since=since, until=until)


def test_a_delegate_is_one_from_day_to_day(world: World) -> None:
    reference = filed(world)
    person = Dialogue(world, "telegram", "T5")
    code = delegate(world, date(2026, 11, 26), date(2026, 11, 30))
    person.says(f"/เข้าร่วม {code}").hears("ผู้ได้รับมอบหมาย", "พฤ. 26 พ.ย. 69", "จ. 30 พ.ย. 69")
    person.says(f"/ดู {reference}").hears("สำหรับเจ้าหน้าที่")
    world.now = at("2026-11-26 08:00")
    person.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    world.now = at("2026-11-30 23:59")
    person.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    world.now = at("2026-12-01 00:01")
    for command in (f"/ดู {reference}", "/ค้น ไฟถนน", "/ค้าง", "/คิว", "/ใหม่ โทร ไฟดับ ซอย 5", "/ลา พรุ่งนี้"):
        person.says(command).hears("สำหรับเจ้าหน้าที่").hears_not("ไฟถนนดับ")


def test_a_code_whose_post_is_over_does_nothing_and_is_no_groups(world: World) -> None:
    code = delegate(world, None, date(2026, 11, 25))
    room = Dialogue(world, "telegram", "T5", chat="-7")
    room.says(f"/เข้าร่วม {code}").hears("ไม่ถูกต้อง")
    world.passes(days=2)
    Dialogue(world, "telegram", "T5").says(f"/เข้าร่วม {code}").hears("ไม่ถูกต้อง")


def test_who_left_sees_nothing_at_once_and_hears_nothing(world: World) -> None:
    reference = filed(world)
    officer = world.officer("ประยูร ดีมาก", Role.OFFICER, unit="ENG")
    world.officer("ประยูร แก้ว", Role.OFFICER, unit="HEALTH")
    officer.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    with pytest.raises(people.WhoIsIt, match="ประยูร แก้ว"):
        leave(world, "ประยูร")
    with pytest.raises(people.WhoIsIt, match="nobody called"):
        leave(world, "สมหมาย")
    assert leave(world, "ประยูร ดี") == 1
    officer.says(f"/ดู {reference}").hears("สำหรับเจ้าหน้าที่")
    world.citizen("U2").says("ถนนเป็นหลุมลึก ซอย 7").says("ส่งเรื่อง")
    officer.parts = []
    officer.listen().hears_nothing()


def test_one_of_two_posts_ends(world: World) -> None:
    reference = filed(world)
    officer = world.officer("ประยูร", Role.OFFICER, Role.INTAKE, unit="HEALTH")
    officer.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    assert leave(world, "ประยูร", Role.INTAKE) == 1
    officer.says(f"/ดู {reference}").hears("ไม่พบ")
    officer.says("/คิว").hears("กองสาธารณสุข")
