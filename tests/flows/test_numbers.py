"""A typed number means the button that is shown, also when a card stands below the question."""

from __future__ import annotations

from tests.world import World


def test_number_after_the_receipt_means_the_receipts_buttons(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ ซอย 5").says("1")
    reference = citizen.reference
    citizen.says("๒").hears("ข้อมูลเพิ่มของเรื่อง", reference)


def test_number_with_words_before_it(world: World) -> None:
    world.citizen().says("ไฟถนนดับ ซอย 5").says("ข้อ 1 ค่ะ").hears("รหัสเรื่อง")


def test_number_out_of_range_is_not_an_answer(world: World) -> None:
    world.citizen().says("ไฟถนนดับ ซอย 5").says("9").hears("ตรวจอีกครั้ง")
    assert world.cases() == []
