"""Who is behind a confidential case: two people's will, a reason, a line in the chain, and the complainant knows."""

from __future__ import annotations

from datetime import timedelta

from storage import history
from tests.world import Dialogue, World, hears_now

TIP = "นายช่างเรียกรับเงินใต้โต๊ะ 5,000 บาท ที่ร้านมะขามเทศหวาน"


def tip(world: World, name: str = "U1") -> tuple[Dialogue, str]:
    citizen = world.citizen(name)
    reference = citizen.says(TIP).says("ส่งเรื่อง").reference
    assert world.case(reference).confidential
    return citizen, reference


def test_a_second_person_agrees_first(world: World, intake: Dialogue, head: Dialogue) -> None:
    _citizen, reference = tip(world)
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจ").hears("ต้องมีคนที่สองอนุญาต").hears_not("มะขามเทศ")
    hears_now(head).hears(reference, "ขอเปิดดูข้อมูลผู้แจ้ง", "ประสานผู้ตรวจ").hears_not("มะขามเทศ")
    intake.says(f"/เปิดเผย {reference} อนุญาต").hears("ไม่มีคำขอของคนอื่น")  # not by oneself
    head.says(f"/เปิดเผย {reference} อนุญาต").hears("อนุญาตแล้ว").hears_not("มะขามเทศ")
    hears_now(intake).hears("มีผู้อนุญาตแล้ว")
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจ").hears("ข้อมูลลับ", "มะขามเทศหวาน")
    with world.db.transaction() as session:
        assert history.verify(session).broken_at is None


def test_what_was_agreed_ends_after_an_hour_and_what_was_asked_after_a_day(
    world: World, intake: Dialogue, head: Dialogue
) -> None:
    _citizen, reference = tip(world)
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจ")
    world.now += timedelta(hours=25)
    head.says(f"/เปิดเผย {reference} อนุญาต").hears("ไม่มีคำขอของคนอื่น")
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจ").hears("ต้องมีคนที่สองอนุญาต")
    head.says(f"/เปิดเผย {reference} อนุญาต").hears("อนุญาตแล้ว")
    world.now += timedelta(hours=2)
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจ").hears("ต้องมีคนที่สองอนุญาต").hears_not("มะขามเทศ")


def test_the_head_needs_a_second_person_too(world: World, intake: Dialogue, head: Dialogue) -> None:
    _citizen, reference = tip(world)
    head.says(f"/เปิดเผย {reference} อยากรู้ว่าใคร").hears("ต้องมีคนที่สองอนุญาต").hears_not("มะขามเทศ")
    hears_now(intake).hears("อยากรู้ว่าใคร")


def test_where_there_is_nobody_else_one_is_enough(world: World, intake: Dialogue) -> None:
    _citizen, reference = tip(world)
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจ").hears("ข้อมูลลับ", "มะขามเทศหวาน")


def test_the_complainant_hears_that_it_was_opened(world: World, intake: Dialogue) -> None:
    citizen, reference = tip(world)
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจที่ร้านมะขามเทศหวาน")
    citizen.says("ติดตามเรื่อง").hears(reference, "เปิดดูข้อมูลผู้แจ้งเมื่อ").hears_not("ประสานผู้ตรวจ")


def test_while_an_inquiry_holds_it_the_complainant_hears_nothing(world: World, intake: Dialogue) -> None:
    citizen, reference = tip(world)
    intake.says(f"/ระงับ {reference} อยู่ในการสอบสวน").says(f"/เปิดเผย {reference} ประสานผู้ตรวจ").hears("ข้อมูลลับ")
    citizen.says("ติดตามเรื่อง").hears_not("เปิดดูข้อมูลผู้แจ้งเมื่อ")


def test_an_open_matter_needs_no_second_person(world: World, intake: Dialogue, head: Dialogue) -> None:
    reference = world.citizen().says("ไฟถนนดับซอย 5").says("ส่งเรื่อง").reference
    intake.says(f"/เปิดเผย {reference} โทรนัด").hears("ข้อมูลลับ", "โทรนัด")
