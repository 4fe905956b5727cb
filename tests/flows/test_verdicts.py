"""What the machine thought stays beside every case, and who made its category; whichever way it was told."""

from __future__ import annotations

import pytest

from nlp import classify
from storage.tables import Case
from storage.words import Role
from tests.world import Dialogue, World


def judged(case: Case) -> tuple[str, str | None]:
    """(category, who made it); the verdict beside it must be whole."""
    told = case.verdict
    assert told["engine"] == classify.shipped().version
    assert told["guesses"][0] == {"category": told["category"], "confidence": told["confidence"]}
    assert len(told["guesses"]) == 3
    assert {"kind", "abstained", "urgent"} <= told.keys()
    return case.category, case.category_by


def test_a_complaint_keeps_what_the_machine_thought(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ ซอย 5").says("1")
    case = world.case(citizen.reference)
    assert judged(case) == ("EL", "machine")
    assert (case.verdict["category"], case.verdict["abstained"], case.verdict["urgent"]) == ("EL", False, False)


def test_a_citizen_s_choice_is_told_from_the_machine_s(world: World) -> None:
    citizen = world.citizen().says("ไฟแดงเสีย แยกวัดใหม่ หมู่ 3").says("แก้ไข").says("หมวด")
    citizen.says("ไฟฟ้าและไฟส่องสว่าง").says("เสียมาตั้งแต่เช้า").says("1")
    case = world.case(citizen.reference)
    assert judged(case) == ("EL", "citizen")
    assert case.verdict["category"] == "TF"


def test_what_it_asked_about_is_known_after_the_answer(world: World) -> None:
    citizen = world.citizen().says("ร้านวางของบนถนน รถติด หน้าวัดใหม่ หมู่ 3").hears("ใกล้กับข้อไหนที่สุด")
    citizen.says("2").says("ส่ง")
    case = world.case(citizen.reference)
    assert judged(case)[1] == "citizen"
    assert (case.verdict["abstained"], case.abstained) == (True, False)


def test_words_after_both_were_chosen_are_measured_too(world: World) -> None:
    """No danger, says the person, and names the category: the verdict is still of the words that are in the case."""
    citizen = world.citizen().says("ไฟไหม้ซอย").says("ไม่ฉุกเฉิน").says("ซอย 5")
    citizen.says("แก้ไข").says("หมวด").says("ไฟฟ้าและไฟส่องสว่าง")
    citizen.says("แก้ไข").says("1").says("ขยะล้นถังไม่มีใครมาเก็บ").says("1")
    case = world.case(citizen.reference)
    assert judged(case) == ("EL", "citizen")
    assert case.verdict["category"] == "WS"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (("ไฟไหม้บ้านข้างๆ ช่วยด้วย", "ซอย 5"), "emergency"),
        (("ขอสอบถามโครงการปลูกป่าปีนี้จัดเมื่อไหร่",), "inquiry"),
        (("เจ้าหน้าที่เรียกเงินใต้โต๊ะ 500 บาท ตอนต่อใบอนุญาต", "แค่นี้"), "corruption"),
        (("ขอชื่นชมเจ้าหน้าที่เก็บขยะ บริการดีมาก",), "compliment"),
    ],
)
def test_every_kind_keeps_it(world: World, said: tuple[str, ...], kind: str) -> None:
    citizen = world.citizen()
    for words in said:
        citizen.says(words)
    (case,) = world.cases()
    assert case.kind == kind
    assert judged(case)[1] == "machine"


def test_of_several_matters_each_has_its_own(world: World) -> None:
    citizen = world.citizen().says("1) ไฟถนนดับหน้าวัดใหม่ หมู่ 3 2) ขยะล้นถังหน้าตลาดสด หมู่ 2").hears("2 เรื่อง")
    citizen.says("แยกเรื่อง").says("1").says("1")
    assert [(judged(case), case.verdict["category"]) for case in world.cases()] == [
        (("EL", "machine"), "EL"),
        (("WS", "machine"), "WS"),
    ]


def test_a_silent_draft_and_a_group_s_report_keep_it(world: World) -> None:
    world.citizen().says("ไฟถนนดับ")
    world.passes(hours=25)
    assert world.file_silent_drafts() == 1
    Dialogue(world, "line", "U2", chat="C-room").says("ขยะล้นถังหน้าตลาดสด หมู่ 2")
    assert [judged(case) for case in world.cases()] == [("EL", "machine"), ("WS", "machine")]


def test_where_nothing_was_written_nobody_thought_anything(world: World) -> None:
    world.citizen("U1").sends_voice().says("รอได้")
    world.citizen("U2").sends_photo().sends_place().says("ส่ง")
    for case in world.cases():
        assert (case.category, case.category_by, case.verdict) == ("OT", None, {})
    assert len(world.cases()) == 2


def test_another_language_is_nobody_s_category(world: World) -> None:
    world.citizen().says("The street light in front of my house is broken").says("send")
    (case,) = world.cases()
    assert (case.category, case.category_by) == ("OT", None)


def test_taking_a_case_in_hand_changes_no_category(world: World) -> None:
    citizen = world.citizen().says("ไฟถนนดับ ซอย 5").says("1")
    world.officer("T1", Role.OFFICER, unit="ENG").says(f"/รับ {citizen.reference}").hears("รับแล้ว")
    assert judged(world.case(citizen.reference)) == ("EL", "machine")
