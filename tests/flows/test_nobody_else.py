"""A stranger, an officer of another unit and a former officer see nothing and can do nothing, on every command."""

from __future__ import annotations

import pytest

from handlers.actions import people
from handlers.rules.duties import DUTIES
from handlers.services import Svc
from handlers.texts import heard
from storage import cases
from storage.words import Role
from tests.flows.test_walks import WORDS
from tests.world import Dialogue, World

PINK = "บ้านสีชมพูของป้า"
PLAIN = ("queue", "late", "find", "summary")


def stranger(world: World) -> Dialogue:
    return world.citizen("X1", "telegram")


def of_another_unit(world: World) -> Dialogue:
    return world.officer("X2", Role.OFFICER, unit="HEALTH")


def of_another_agency(world: World) -> Dialogue:
    person = Dialogue(world, "telegram", "X3")
    with world.db.transaction() as session:
        code = people.invite(Svc(session, world.now, world.tools), "NONGSAI", None, Role.HEAD, "X3")
    return person.says(f"/เข้าร่วม {code}")


def former(world: World) -> Dialogue:
    person = world.officer("X4", Role.UNIT_HEAD, unit="ENG")
    with world.db.transaction() as session:
        people.leave(Svc(session, world.now, world.tools), "DEMO", "X4", None)
    return person


def another_units_head(world: World) -> Dialogue:
    return world.officer("X5", Role.UNIT_HEAD, unit="HEALTH")


def in_another_units_group(world: World) -> Dialogue:
    group = Dialogue(world, "telegram", "X6", chat="-200")
    with world.db.transaction() as session:
        code = people.invite(Svc(session, world.now, world.tools), "DEMO", "HEALTH", Role.OFFICER, "x")
    return group.says(f"/เข้าร่วม {code}")


WHO = [stranger, of_another_unit, of_another_agency, former, another_units_head, in_another_units_group]


@pytest.mark.parametrize("who", WHO)
def test_nobody_else_on_any_command(world: World, who: object) -> None:
    intruder = who(world)  # type: ignore[operator]
    reference = world.citizen("U1", "telegram").says(f"ไฟถนนดับ ซอย 5 {PINK}").says("ส่งเรื่อง").reference
    other = world.citizen("U2", "telegram").says("ไฟทางมืดตรงปากซอย 6 สามดวง").says("ส่งเรื่อง").reference
    intruder.listen()
    before = updates(world, reference)
    number = reference.split("-")[1].lstrip("0")
    assert PINK not in intruder.text
    for command in DUTIES:
        for named in (reference, number):
            words = other if command == "merge" else WORDS.get(command, "")
            intruder.says(f"/{heard.load()['commands'][command][0]} {named} {words}".strip())
            intruder.hears_not(PINK, "ซอย 5", "กองช่าง")
            assert "ไม่พบ" in intruder.text or "สำหรับเจ้าหน้าที่" in intruder.text or "กลุ่มนี้" in intruder.text
    for command in PLAIN:
        intruder.says(f"/{heard.load()['commands'][command][0]} {PINK if command == 'find' else ''}".strip())
        intruder.hears_not(reference, "ซอย 5")
    intruder.sends_photo("p1", caption=f"/ผล {reference} เสร็จแล้ว").hears_not(PINK)
    assert updates(world, reference) == before
    assert world.case(reference).status == "assigned"


def updates(world: World, reference: str) -> list[str]:
    with world.db.reading() as session:
        return [row.what for row in cases.updates(session, [world.case(reference).id])]


def test_a_confidential_case_is_hidden_from_its_own_unit_too(world: World) -> None:
    officer = world.officer("T1", Role.OFFICER, unit="OFFICE")
    leader = world.officer("T2", Role.UNIT_HEAD, unit="OFFICE")
    intake = world.officer("T3", Role.INTAKE, unit="OFFICE")
    citizen = world.citizen("U1", "telegram").says("แจ้งเรื่องลับ").says("มีคนขายยาบ้าบ้านสีชมพู ซอย 5 โทร 0812345678")
    (case,) = world.cases() or [world.case(citizen.says("เท่านี้").reference)]
    for person in (officer, leader):
        person.says(f"/ดู {case.reference}").hears("ไม่พบ")
    intake.says(f"/ดู {case.reference}").hears_not("0812345678")
    intake.says(f"/มอบ {case.reference} OFFICE T1").hears("มอบให้")
    officer.says(f"/ดู {case.reference}").hears("ยาบ้า").hears_not("0812345678")
    leader.says(f"/ดู {case.reference}").hears("ยาบ้า")
    second = world.officer("T4", Role.OFFICER, unit="OFFICE")
    second.says(f"/ดู {case.reference}").hears("ไม่พบ")
    officer.says(f"/เปิดเผย {case.reference} อยากรู้").hears("ทำได้โดย")
