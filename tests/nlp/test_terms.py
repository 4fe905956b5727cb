"""The words a text is found by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.mask import mask
from nlp.terms import LONGEST, asked, held


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ไฟถนนดับครับ", ["ไฟถนน", "ดับ"]),
        ("ซอย 5", ["ซอย5"]),
        ("ซ.๕ ม.3", ["ซอย5", "หมู่3"]),
        ("หมู่ที่ 4", ["หมู่4"]),
        ("ซอย", ["ซอย"]),
        ("ดับมา 3 คืนแล้ว", ["ดับ"]),
        ("ท่อตันนนนน", ["ท่อ", "ตัน"]),
        ("WIFI เสีย", ["wifi", "เสีย"]),
        ("เลขที่ 70-00482-5", ["เลขที่", "70-00482-5"]),
        ("ครับ ที่ 12", []),
        ("[ชื่อ] [เบอร์โทร]", []),
        ("", []),
    ],
)
def test_what_a_query_asks_for(query: str, words: list[str]) -> None:
    assert asked(query) == words


def test_a_compound_is_found_by_its_parts_and_a_lane_by_both() -> None:
    assert {"ไฟถนน", "ไฟ", "ถนน", "ซอย", "ซอย5"} <= held("ไฟถนนดับ ซอย 5")


def test_what_is_in_no_dictionary_stays_one_piece() -> None:
    assert "แต๋ว" in held("ร้านป้าแต๋วหน้าวัด")


def test_nothing_personal_is_left_in_masked_words() -> None:
    found = held(mask("นายสมชาย ใจดี โทร 0812345678 บัตร 1101700230708"))
    assert not found & {"สมชาย", "ใจดี", "0812345678", "1101700230708", "ชื่อ"}


@given(st.text(alphabet="กขคงดตนบมรวสไเแโาะิี่้็์ๆฯ ห5/[]-0a.๙", max_size=60) | st.text(max_size=40))
def test_every_text_is_found_by_its_own_words(text: str) -> None:
    assert set(asked(text)) <= held(text)
    assert all(0 < len(word) <= LONGEST for word in held(text))
