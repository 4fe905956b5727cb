"""Somebody who says they are under age: helped at once, asked for nothing more, and seen by few."""

from __future__ import annotations

import pytest

from handlers.rules.minors import is_minor
from handlers.texts import heard
from tests.world import Dialogue, World


@pytest.mark.parametrize(
    "text",
    ["หนูอายุ 14 ค่ะ", "ผมอายุ15ปี", "หนูอยู่ ม.2 ค่ะ", "ผมอยู่ป.6 ครับ", "หนูเป็นนักเรียนโรงเรียนวัดใหม่", "ผมเรียนอยู่ชั้นประถม"],
)
def test_who_says_so_is_under_age(text: str) -> None:
    assert is_minor(text, heard.load()["minor"])


@pytest.mark.parametrize(
    "text",
    ["ลูกอายุ 5 ขวบ", "ผมอายุ 45 ปี", "เด็กอายุ 14 ขับรถเสียงดัง", "นักเรียนเยอะมาก", "ท่ออายุ 10 ปี", "ผมอายุมากแล้ว", "ป.6"],
)
def test_who_speaks_of_others_is_not(text: str) -> None:
    assert not is_minor(text, heard.load()["minor"])


def test_a_pupil_is_told_who_helps_once_and_asked_nothing_of_themselves(world: World, intake: Dialogue) -> None:
    pupil = world.citizen()
    pupil.says("หนูอายุ 14 ค่ะ ครูตีเพื่อนแรงมากที่โรงเรียน อยากให้ช่วย")
    pupil.hears("1300").hears_not("เบอร์โทรของคุณ", "ชื่อของคุณ")
    pupil.says("ส่งเรื่อง")
    pupil.says("หนูอายุ 14 ไฟถนนดับซอย 5").hears_not("ผู้ปกครองหรือคุณครู")


def test_what_a_pupil_tells_of_people_is_confidential_and_a_lamp_is_not(world: World, intake: Dialogue) -> None:
    first = world.citizen("U1")
    first.says("หนูอยู่ ม.2 เจ้าหน้าที่พูดจาไม่ดีกับหนูที่เทศบาล").says("ส่งเรื่อง")
    second = world.citizen("U2")
    second.says("หนูเป็นนักเรียน ถนนเป็นหลุมลึกหน้าวัดใหม่ ซอย 5").hears("1300").says("ส่งเรื่อง")
    people, lamp = world.cases()
    assert people.confidential
    assert not lamp.confidential
