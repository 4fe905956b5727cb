"""In which language somebody writes: by script, then by a few words; a guess that English stands below."""

from __future__ import annotations

import pytest

from nlp.language import foreign_language, is_foreign, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ရေမလာဘူး သုံးရက်ရှိပြီ", "my"),
        ("မီးလင်းမလာဘူး Lotus ရှေ့မှာ", "my"),
        ("មិនមានទឹក បីថ្ងៃហើយ", "km"),
        ("ບໍ່ມີນ້ຳ ສາມມື້ແລ້ວ", "lo"),
        ("没有水", "zh"),
        ("路灯坏了三天，在7-Eleven前面", "zh"),
        ("Không có nước ba ngày rồi", "vi"),
        ("Nha\u0300 to\u0302i bi\u0323 ma\u0302\u0301t die\u0323\u0302n", "vi"),  # marks typed one by one
        ("khong co nuoc ba ngay roi, giup toi voi", "vi"),
        ("Air tidak ada di rumah saya sudah tiga hari", "ms"),
        ("اير تيدق اد دروم ساي يڠ بارو", "ms"),
        ("My street light has been broken for 3 days", "en"),
        ("水が出ない、三日目です。困っています", "en"),
        ("물이 안 나와요 도와주세요", "en"),
        ("सड़क की बत्ती तीन दिन से खराब है", "en"),
        ("لا يوجد ماء في البيت", "en"),
        ("Уличный фонарь не горит", "en"),
        ("There is no water in Tak, near the Ada hotel", "en"),
    ],
)
def test_every_script_and_language_is_told(text: str, language: str) -> None:
    assert language_of(text) == language
    assert foreign_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "ไฟถนนดับซอย 5",
        "ไฟดับหน้า Lotus Express สาขา Central Plaza",
        "ร้าน 中华 ปิดถนน",
        "เพื่อนบ้านชาวพม่าบอกว่า ရေမလာဘူး ค่ะ ช่วยดูหน่อย",
        "ok",
        "555",
        "(っ˘ω˘ς )",
        "😡😡😡",
        "水",
        "",
    ],
)
def test_thai_with_strange_letters_in_it_and_what_says_nothing_stay_thai(text: str) -> None:
    assert language_of(text) == "th"
    assert foreign_language(text) == ""


def test_foreign_is_what_it_was() -> None:
    """Less than a fifth of at least four letters is Thai."""
    assert is_foreign("street light ดับ")  # 2 of 13
    assert not is_foreign("water ไม่")  # 2 of 7
    assert not is_foreign("没有水")
    assert language_of("没有水") == "zh"
