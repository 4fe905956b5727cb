"""`/ค้น` and `/ค้าง`: only what one may see, only masked words, and nothing that was taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from storage.tables import CaseWord
from storage.words import Role
from tests.flows.test_groups import officers_room
from tests.world import Dialogue, World

LIGHT = "ไฟถนนดับ ซอย 5 หน้าวัดใหม่"
RUBBISH = "ขยะเหม็นมาก ไม่มาเก็บหลายวัน ซอย 9"


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T9", Role.OFFICER, unit="ENG")


def filed(world: World, text: str, name: str = "U1") -> str:
    return world.citizen(name).says(text).says("ส่งเรื่อง").reference


def asks(person: Dialogue, command: str) -> Dialogue:
    """The answer to one command, without the notices that came before it."""
    person.listen()
    return person.says(command)


def words_kept(world: World) -> set[str]:
    with world.db.reading() as session:
        return set(session.scalars(select(CaseWord.word)))


# --- by words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["ไฟ", "ไฟดับ", "ไฟถนน ซอย5", "ดับ วัดใหม่", "ซ.5", "ซอย ๕", "วัดให", "หน้าวัด", "ไฟถนนดับครับ"]
)
def test_found_by_words_however_they_are_written(world: World, officer: Dialogue, query: str) -> None:
    reference = filed(world, LIGHT)
    asks(officer, f"/ค้น {query}").hears("1 เรื่อง", reference, "ไฟถนนดับ")
    assert [choice.says for choice in officer.choices] == [f"/ดู {reference}"]


@pytest.mark.parametrize("query", ["ไฟ ซอย 55", "ซอย 50", "น้ำท่วม", "ไฟ น้ำ", "ครับ", "%", "_"])
def test_every_word_must_be_there(world: World, officer: Dialogue, query: str) -> None:
    reference = filed(world, LIGHT)
    asks(officer, f"/find {query}").hears("ไม่พบ").hears_not(reference)


def test_part_of_a_word_is_found_letter_by_letter(world: World, officer: Dialogue) -> None:
    reference = filed(world, "ถนนหน้าร้านบัวหลวงพานิชเป็นหลุมลึก ซอย 5")
    asks(officer, "/ค้น ัวหลวงพา").hears(reference)


def test_found_by_reference_its_end_and_a_place_told_later(world: World, officer: Dialogue) -> None:
    citizen = world.citizen().says("ถนนเป็นหลุมลึก")
    citizen.says("ตรงข้ามโรงเรียนเทศบาล 4").says("ส่งเรื่อง")
    reference = world.cases()[0].reference
    for query in (reference, reference.replace("-", ""), str(int(reference.split("-")[1])), "โรงเรียนเทศบาล"):
        asks(officer, f"/ค้น {query}").hears(reference)


def test_open_ones_first_then_the_newest_and_eight_at_most(world: World, officer: Dialogue) -> None:
    references = [filed(world, f"ไฟถนนดับ ซอย {number}", f"U{number}") for number in range(10, 20)]
    last = references[-1]
    officer.says(f"/รับ {last}").reports(last, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {last}").says(f"/ปิด {last}")
    asks(officer, "/ค้น ไฟถนน").hears("10 เรื่อง", "และอีก 2 เรื่อง")
    shown = [choice.says.removeprefix("/ดู ") for choice in officer.choices]
    assert shown == references[-2:-10:-1]


def test_nothing_to_look_for_says_how(world: World, officer: Dialogue) -> None:
    asks(officer, "/ค้น").hears("/ค้น ไฟดับ")


# --- who may ---------------------------------------------------------------------------------------------------------


def test_other_units_strangers_and_groups_of_others_find_nothing(world: World) -> None:
    reference = filed(world, LIGHT)
    number = str(int(reference.split("-")[1]))
    world.passes(days=90)
    for other in (
        world.officer("T3", Role.OFFICER, unit="HEALTH"),
        world.officer("T4", Role.GOVERNOR),
        world.citizen("U5"),
        officers_room(world, Role.OFFICER, "HEALTH"),
    ):
        for query in ("ไฟถนน", "วัดใหม่", "นนดั", reference, number):
            asks(other, f"/ค้น {query}").hears_not("พบ “", "ไฟถนนดับ")
            assert other.choices == [] or f"/ดู {reference}" not in [choice.says for choice in other.choices]
        asks(other, "/ค้าง").hears_not(reference)


def test_words_of_another_unit_do_not_change_what_mine_finds(world: World, officer: Dialogue) -> None:
    reference = filed(world, LIGHT)
    filed(world, "ขยะถน ซอย 9 ไม่เก็บ", "U2")
    asks(officer, "/ค้น วัดให").hears(reference)
    asks(world.officer("T3", Role.INTAKE), "/ค้น ขยะ").hears("1 เรื่อง").hears_not(reference)


def test_confidential_ones_never_by_words(world: World) -> None:
    citizen = world.citizen("U9").says("มีการเรียกเงินตอนขออนุญาตก่อสร้าง").says("เท่านี้ก่อน")
    intake = world.officer("T2", Role.INTAKE)
    asks(intake, "/ค้น เรียกเงิน").hears("ไม่พบ")
    asks(intake, "/ค้น ขออนุญาตก่อสร้าง").hears("ไม่พบ")
    asks(intake, f"/ค้น {citizen.reference}").hears(citizen.reference).hears_not("อนุญาตก่อสร้าง")
    assert words_kept(world) == {""}


def test_personal_data_is_not_searchable(world: World, officer: Dialogue) -> None:
    reference = filed(world, "ไฟถนนดับ ซอย 5 โทรหา นายสมชาย ใจดี 0812345678")
    asks(officer, "/ค้น 0812345678").hears("ไม่พบ").hears_not("0812345678")
    asks(officer, "/ค้น สมชาย").hears("ไม่พบ")
    asks(officer, "/ค้น ไฟถนน").hears(reference).hears_not("สมชาย", "0812345678")


# --- kept as the words are -------------------------------------------------------------------------------------------


def test_words_taken_back_are_not_found_any_more(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U1").says(LIGHT).says("ส่งเรื่อง")
    reference = citizen.reference
    citizen.unsends(0)
    for query in ("ไฟถนน", "วัดใหม่", "ซอย 5", "นดับ"):
        asks(officer, f"/ค้น {query}").hears("ไม่พบ").hears_not(reference)
    assert words_kept(world) == {""}


def test_edited_words_are_found_and_the_old_are_not(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("T1", "telegram").says("ไฟถนนดับ ซอย 5").says("ส่งเรื่อง")
    citizen.edits("ไฟถนนกะพริบ ซอย 7", 0)
    asks(officer, "/ค้น กะพริบ").hears("1 เรื่อง")
    asks(officer, "/ค้น ซอย 5").hears("ไม่พบ")


def test_words_of_who_joined_are_found_until_they_leave(world: World, officer: Dialogue) -> None:
    reference = filed(world, "ไฟถนนดับซอย 5")
    other = world.citizen("U2").says("ไฟกิ่งซอย 5 ดับมา 3 คืนแล้ว ใกล้อู่ซ่อมรถ").taps("ร่วมแจ้ง")
    asks(officer, "/ค้น อู่ซ่อมรถ").hears(reference)
    other.says("ยกเลิกเรื่อง").says("ยืนยันยกเลิก")
    asks(officer, "/ค้น อู่ซ่อมรถ").hears("ไม่พบ")


def test_cases_from_before_there_was_a_search_are_filled_in(world: World, officer: Dialogue) -> None:
    reference = filed(world, LIGHT)
    with world.db.transaction() as session:
        session.execute(delete(CaseWord))
    asks(officer, "/ค้น วัดใหม่").hears(reference)
    assert "ไฟถนน" in words_kept(world)


# --- late ------------------------------------------------------------------------------------------------------------


def test_late_ones_the_oldest_date_first_with_working_days(world: World, officer: Dialogue) -> None:
    first = filed(world, "ไฟถนนดับ ซอย 5")
    world.passes(days=3)
    second = filed(world, "ถนนเป็นหลุมลึก ซอย 7", "U2")
    asks(officer, "/ค้าง").hears("ไม่มีเรื่องเกินกำหนด")
    due = world.case(first).due_on
    world.passes(days=(due - world.now.date()).days + 7)
    asks(officer, "/ค้าง").hears(first, "เกิน 3 วันทำการ", "กองช่าง")
    world.passes(days=60)
    asks(officer, "/late").hears("เกินกำหนด 2 เรื่อง")
    assert due < world.case(second).due_on
    assert officer.text.index(first) < officer.text.index(second)
    assert {f"/ดู {first}", f"/ดู {second}"} == {choice.says for choice in officer.choices}


def test_a_head_sees_late_ones_by_units(world: World) -> None:
    head = world.officer("T1", Role.HEAD)
    for name, text in enumerate(("ไฟถนนดับ ซอย 5", "ไฟถนนดับ ซอย 6", RUBBISH)):
        filed(world, text, f"U{name}")
    world.passes(days=90)
    asks(head, "/ค้าง").hears("เกินกำหนด 3 เรื่อง", "▪ กองช่าง 2 เรื่อง", "▪ กองสาธารณสุขและสิ่งแวดล้อม 1 เรื่อง")


def test_ended_ones_and_those_that_wait_for_the_citizen_are_not_late(world: World, officer: Dialogue) -> None:
    reference = filed(world, "ไฟถนนดับ ซอย 5")
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {reference}")
    world.passes(days=90)
    asks(officer, "/ค้าง").hears("ไม่มีเรื่องเกินกำหนด")
