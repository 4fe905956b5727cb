"""Which customer group somebody belongs to: told once where they like, counted with what they bring and answer."""

from __future__ import annotations

import json

from storage import exports
from tests.world import BANGKOK, Dialogue, World


def rows(world: World) -> list[dict[str, object]]:
    with world.db.reading() as session:
        return list(exports.cases(session, BANGKOK, False, lambda _case: False, str))


def file(citizen: Dialogue, text: str) -> str:
    return citizen.says(text).says("ส่งเรื่อง").reference


def test_told_once_it_counts_for_what_was_and_what_comes(world: World) -> None:
    citizen = world.citizen("U1")
    first = file(citizen, "ไฟถนนดับหน้าวัดใหม่ ซอย 5")
    citizen.says("กลุ่มของฉัน").hears("คุณอยู่กลุ่มไหน", "ไม่บอกก็ได้")
    assert len(citizen.choices) <= 13
    citizen.taps("ผู้สูงอายุ").hears("บันทึกกลุ่มแล้ว")
    second = file(citizen, "ถนนเป็นหลุมหน้าโรงเรียน หมู่ 3")
    other = file(world.citizen("U2"), "ขยะล้นถังหน้าตลาด ซอย 7")
    groups = {row["reference"]: row["group"] for row in rows(world)}
    assert groups == {first: "elderly", second: "elderly", other: None}
    citizen.says("กลุ่มของฉัน เกษตรกร").hears("บันทึกกลุ่มแล้ว")
    assert {row["reference"]: row["group"] for row in rows(world)} == groups, "what was said of old cases stands"


def test_nobody_has_to_say(world: World) -> None:
    citizen = world.citizen("U1")
    reference = file(citizen, "ไฟถนนดับหน้าวัดใหม่ ซอย 5")
    citizen.says("กลุ่มของฉัน").taps("ไม่ระบุ").hears("เหมือนเดิม")
    assert {row["reference"]: row["group"] for row in rows(world)} == {reference: None}
    citizen.says("กลุ่มของฉัน").says("2").hears("บันทึกกลุ่มแล้ว")
    assert [row["group"] for row in rows(world)] == ["farmer"], "a typed number is the second button"


def test_a_tip_has_no_group(world: World) -> None:
    world.citizen("U1").says("กลุ่มของฉัน").taps("ผู้ประกอบการ")
    citizen = world.citizen("U1").says("เจ้าหน้าที่เรียกรับเงินใต้โต๊ะ ขอเงิน 5000 บาทถึงจะเซ็นใบอนุญาตให้")
    for _ in range(4):
        if rows(world):
            break
        citizen.says("ส่งเรื่อง")
    (tip,) = rows(world)
    assert (tip["confidential"], tip["group"]) == (True, None), json.dumps(tip, ensure_ascii=False)


def test_a_draft_waits_meanwhile(world: World) -> None:
    citizen = world.citizen("U1").says("ไฟถนนดับหน้าวัดใหม่ ซอย 5")
    citizen.says("กลุ่มของฉัน เกษตรกร").hears("บันทึกกลุ่มแล้ว")
    citizen.says("ส่งเรื่อง").hears("รหัส")
    assert [row["group"] for row in rows(world)] == ["farmer"]
