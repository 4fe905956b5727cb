"""Which place a text names, told against the sample province and a few more of the same kind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.gazetteer import Found, Place, core, find

ROWS = tomllib.loads((Path(__file__).parents[2] / "deploy" / "seed" / "places.toml").read_text(encoding="utf-8"))
SAMPLE = [Place(row["code"], row["name"], row["kind"], row["parent"], tuple(row["names"])) for row in ROWS["place"]]
# The same name in two amphoe, as tambon of many a province have it.
TWICE = [*SAMPLE, Place("A1T9", "ตำบลท่าทราย", "tambon", "A1"), Place("A2T9", "ตำบลท่าทราย", "tambon", "A2")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ต.ท่าทอง น้ำไม่ไหล", "A1T2"),
        ("ไฟดับ ต.ท่าทองน้ำก็ไม่ไหล", "A1T2"),
        ("ตำบล ท่าทอง", "A1T2"),
        ("ต ท่าทอง", "A1T2"),
        ("ไฟดับที่ท่าทอง", "A1T2"),
        ("รพ.สต.ท่าทอง", "A1T2"),
        ("ต.ในเมือง", "A1T1"),
        ("ต.เขาน้อย", "A2T1"),
        ("อ.เขาน้อย", "A2"),
        ("ขยะล้นทั้งอำเภอเมืองครับ", "A1"),
        ("อ.เมืองตัวอย่าง จ.ตัวอย่าง", "A1"),
        ("จังหวัดตัวอย่าง", "P"),
        ("ต.ท่าทอง อ.เมือง จ.ตัวอย่าง", "A1T2"),
        ("ต.ท่าทอง อ.เขาน้อย", "A2"),  # that amphoe has no such tambon
        ("วังบัวทองน้ำท่วม", "A1T5"),  # not บึงบัว, not บัวทอง
        ("ต.ท่าทราย อ.เมือง", "A1T9"),
        ("ตำบลท่าทราย อำเภอเขาน้อย", "A2T9"),
    ],
)
def test_the_smallest_that_fits(text: str, code: str) -> None:
    assert find(text, TWICE) == Found((code,))


@pytest.mark.parametrize(
    "text",
    ["", "ในเมืองน้ำท่วม", "เขาน้อยใจ", "ท่าทองคำ", "ต.ท่าทองคำ", "บ้านท่าทองใต้", "ถนนท่าทอง", "ร้านท่าทอง", "วัดหนองทราย",
     "ตัวอย่างเช่น", "ผอ.เขาน้อย", "หนองทรายขาว"],
)  # fmt: skip
def test_a_name_in_another_word_is_no_place(text: str) -> None:
    assert find(text, TWICE) == Found()


def test_the_same_name_twice_is_either() -> None:
    assert find("ต.ท่าทราย น้ำท่วม", TWICE) == Found(("A1T9", "A2T9"))


def test_two_places_are_both() -> None:
    assert find("จาก ต.ท่าทอง ถึง ต.บึงบัว", TWICE).codes == ("A1T2", "A1T4")


@pytest.mark.parametrize(
    ("text", "outside"),
    [("จ.เชียงใหม่", "เชียงใหม่"), ("จังหวัดเลยไม่มีน้ำ", "เลย"), ("ต.ท่าทอง จ.แพร่", "แพร่"), ("อ.เมือง จ.ตาก", "ตาก")],
)
def test_another_province_is_said(text: str, outside: str) -> None:
    assert find(text, TWICE) == Found(outside=outside)


def test_a_province_of_ours_beside_another_is_ours() -> None:
    assert find("รถจาก จ.ตาก ชนที่ จ.ตัวอย่าง", TWICE) == Found(("P",))


def test_a_province_without_its_word_is_a_word() -> None:
    assert find("ไม่มาเลย ตากแดด น่านน้ำ", TWICE) == Found()


AROUND = st.sampled_from(["", "ไฟดับ ", "น้ำท่วมที่ ", "แจ้ง\n"])
AFTER = st.sampled_from(["", " น้ำไม่ไหล", "ครับ", " หมู่ 4", "\n"])


@given(st.sampled_from(SAMPLE), AROUND, AFTER)
def test_every_place_is_found_behind_its_word(place: Place, before: str, after: str) -> None:
    short = {"province": "จ.", "amphoe": "อ.", "tambon": "ต."}[place.kind]
    for typed in (place.name, f"{short}{core(place)}", f"{short} {core(place)}"):
        assert find(f"{before}{typed}{after}", SAMPLE) == Found((place.code,))


@given(st.text(max_size=200) | st.lists(st.sampled_from(["ต.", "ท่าทอง", "อ.", "เมือง", " ", "จ.", "ตาก"])).map("".join))
def test_no_text_breaks_it(text: str) -> None:
    found = find(text, TWICE)
    assert not (found.codes and found.outside)


def test_places_that_are_their_own_parents_end() -> None:
    circle = [Place("X", "ตำบลวน", "tambon", "Y"), Place("Y", "อำเภอวน", "amphoe", "X")]
    assert find("ต.วน อ.วน", circle) == Found(("X",))
