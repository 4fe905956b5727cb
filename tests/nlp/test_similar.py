"""The same matter? Pairs of texts by two people at one spot, places in two spellings, pins."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from nlp import entities, similar
from nlp.mask import mask

PAIRS: dict[str, list[list[str]]] = tomllib.loads((Path(__file__).parent / "similar.toml").read_text(encoding="utf-8"))


def _matter(one: str, other: str) -> float:
    return similar.matter(mask(one), mask(other), [entities.find_place(text) or "" for text in (one, other)])


def test_one_matter_is_told_from_another_at_the_same_spot() -> None:
    """The threshold was chosen on these pairs: they show that it separates, not how well it will on the street."""
    assert len(PAIRS["same"]) + len(PAIRS["other"]) >= 60
    missed = [pair for pair in PAIRS["same"] if _matter(*pair) < similar.ALIKE]
    asked_in_vain = [pair for pair in PAIRS["other"] if _matter(*pair) >= similar.ALIKE]
    assert len(missed) <= 0.12 * len(PAIRS["same"]), missed
    assert len(asked_in_vain) <= 0.1 * len(PAIRS["other"]), asked_in_vain


def test_a_shared_place_alone_makes_nothing_alike() -> None:
    one, other = "ไฟถนนดับ หน้าวัดใหม่ หมู่ 3 ต.ท่าทอง", "สายไฟห้อยต่ำ หน้าวัดใหม่ หมู่ 3 ต.ท่าทอง"
    assert similar.likeness(one, other) > 0.5
    assert _matter(one, other) < similar.ALIKE


def test_nothing_and_masks_are_like_nothing() -> None:
    assert similar.matter("", "ไฟถนนดับ") == 0
    assert similar.matter("[ชื่อ] [เบอร์โทร]", "[ชื่อ] [เบอร์โทร]") == 0


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("ซอย 5", "เสาที่ 12 ข้างร้านป้าแดง ซ.5", "ซอย 5"),
        ("หน้าวัดใหม่ หมู่ ๓", "วัดใหม่ ม.3", "วัดใหม่ หมู่ 3"),
        ("หมู่ 3", "ซอย 5 หมู่ 3", "หมู่ 3"),
        ("ปากซอยสุขใจ 2", "ในซอยสุขใจ 2 บ้านสีชมพู", "ซอยสุขใจ 2"),
        ("ซอย 5 หน้าเซเว่น", "ซอย 5 ข้างศาลา", "ซอย 5"),  # a soi is short
        ("หลังอู่ช่างเล็ก", "หลังอู่ช่างเล็กเก่า", "หลังอู่ช่างเล็ก"),
    ],
)
def test_one_spot_in_two_spellings(one: str, other: str, words: str) -> None:
    assert similar.same_place(one, other) == similar.Shared(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ซอย 5", "ซอย 6"),
        ("ซอย 5 หมู่ 3", "ซอย 5 หมู่ 4"),
        ("ซอย 5 ต.ท่าทอง", "ซอย 5 ต.หนองทราย"),
        ("เสาที่ 12 ซอย 5", "เสาที่ 30 ซอย 5"),
        ("หน้าวัดใหม่ หมู่ 3", "หน้าตลาดสด หมู่ 3"),
        ("ถนนมิตรภาพ", "ถนนมิตรภาพ"),  # kilometres long
        ("ต.ท่าทอง", "ต.ท่าทอง"),
        ("หน้าบ้าน", "หลังบ้าน"),
        ("", "ซอย 5"),
    ],
)
def test_two_spots_or_nobody_can_tell(one: str, other: str) -> None:
    assert similar.same_place(one, other) is None
    assert similar.same_place(other, one) is None


def test_what_both_name_holds_no_word_of_the_other_person() -> None:
    """It is shown to a stranger."""
    found = similar.same_place("ซอย 5", "บ้านป้าสมศรี ซอย 5 หน้าวัดใหม่")
    assert found is not None
    assert found.words == "ซอย 5"
    shorter = similar.same_place("หน้าวัด", "วัดใหม่บ้านกำนันแดง")
    assert shorter is not None
    assert shorter.words == "วัด"


def test_metres_between_pins() -> None:
    here = (16.8211, 100.2659)
    assert similar.metres(here, here) == 0
    assert similar.metres(here, (16.8221, 100.2659)) == pytest.approx(111, abs=1)
    assert similar.metres(here, (16.8211, 100.2669)) == pytest.approx(106, abs=1)


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("หน้าวัดใหม่ หมู่ 3", "วัดใหม่"),
        ("วัดใหม่", "วัดใหม่"),
        ("ซ.5 ม.3", "soi 5/moo 3"),
        ("ซอย ๕ หมู่ที่ 3", "soi 5/moo 3"),
        ("หมู่ 3", ""),
        ("ต.ท่าทอง", ""),
        ("", ""),
    ],
)
def test_a_spot_has_one_name_and_a_village_none(place: str, key: str) -> None:
    assert similar.place_key(place) == key
