"""Facts inside a text: numbers of people and cars, villages, lanes, roads, landmarks, times as typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import entities
from nlp.personal import is_national_id

GOOD_ID = "1234567890121"  # invented; its last digit fits


@pytest.mark.parametrize(
    "typed",
    [GOOD_ID, "1-2345-67890-12-1", "1 2345 67890 12 1", "๑๒๓๔๕๖๗๘๙๐๑๒๑", f"เลขบัตร{GOOD_ID}ครับ"],
)
def test_a_national_id_in_any_form(typed: str) -> None:
    assert entities.find_national_ids(typed) == [GOOD_ID]


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_nearly_always_noticed(twelve: str, place: int, shift: int) -> None:
    """Modulo 11 in one digit: where the sum is 10 or 11 off nothing, 0 and 10 share a check digit."""
    good = next(twelve + str(last) for last in range(10) if is_national_id(twelve + str(last)))
    changed = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    weight = (13 - place) * (int(changed[place]) - int(good[place])) % 11
    assert is_national_id(changed) is (weight == 0 or _check(changed) == _check(good))


def _check(digits: str) -> int:
    return (11 - sum(int(one) * weight for one, weight in zip(digits, range(13, 1, -1), strict=False)) % 11) % 10


def test_a_national_id_with_a_wrong_check_digit_is_none() -> None:
    assert entities.find_national_ids("1234567890122") == []
    assert entities.find_national_ids("โทร 0812345678") == []


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("โทร 081-234-5678", ["0812345678"]),
        ("โทร. ๐๘ ๑๒๓๔ ๕๖๗๘", ["0812345678"]),
        ("(081) 234-5678 หรือ 02-123-4567 ต่อ 12", ["0812345678", "021234567"]),
        ("+66 81 234 5678", ["+66812345678"]),
        ("02-123-4567-8", ["021234567"]),
        ("วันที่ 05-08-2569 9 โมง", []),
        ("เวลา 08.00 - 12.00 5 คน", []),
        ("โทร 1555", []),
    ],
)
def test_telephone_numbers(text: str, phones: list[str]) -> None:
    assert entities.find_phones(text) == phones


def test_plates_and_mail_as_typed() -> None:
    assert entities.find_plates("รถ 1กข 1234 ชนกับ ขฆ-999 ทะเบียน ๑กก ๑๒๓๔") == ["1กข 1234", "ขฆ-999", "๑กก ๑๒๓๔"]
    assert entities.find_plates("กม 12 อีก 300 เมตร มี 3 คน") == []
    assert entities.find_emails("ส่งที่ a.b@example.go.th ครับ") == ["a.b@example.go.th"]


@pytest.mark.parametrize(
    ("text", "village"),
    [
        ("ไฟดับ หมู่ 4", 4),
        ("น้ำท่วมหมู่4 ทั้งหมู่บ้าน", 4),
        ("ม.4 ต.ท่าทอง", 4),
        ("หมู่ที่ ๔ ต.ท่าทอง", 4),
        ("ลูกเรียน ม.6 บ้านอยู่ ม.12", 12),
        ("นักเรียน ม.4 ตีกัน", None),
        ("เด็กชั้น ม.2 โดนแกล้ง", None),
        ("รุ่นพี่ ม.6/2", None),
        ("ถนนพัง", None),
    ],
)
def test_a_village_is_no_form_of_a_school(text: str, village: int | None) -> None:
    assert entities.find_village(text) == village


def test_lanes_roads_and_landmarks_as_typed() -> None:
    text = "ไฟดับ ซอยสุขใจ 3 ถ.พระราม 2 หน้าโรงเรียนบ้านหนอง ตรงข้ามเซเว่น"
    assert entities.find_lanes(text) == ["ซอยสุขใจ 3"]
    assert entities.find_roads(text) == ["ถ.พระราม 2"]
    assert entities.find_landmarks(text) == ["หน้าโรงเรียนบ้านหนอง", "ตรงข้ามเซเว่น"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ถนนพัง หมู่ 4 ซ.5 ต.ท่าทอง อ.เมือง", "หมู่ 4 ซ.5 ต.ท่าทอง อ.เมือง"),
        ("ซอย 5 หมู่ 2 ตำบลหนองทราย อำเภอเขาน้อย น้ำท่วม", "ซอย 5 หมู่ 2 ตำบลหนองทราย อำเภอเขาน้อย"),
        ("แขวงบึงสามแก้ว ขยะล้น", "แขวงบึงสามแก้ว"),
        ("จังหวัดลำพูน", "จังหวัดลำพูน"),
        ("ไปต่างจังหวัดสิบวัน", None),
        ("แรงงานจังหวัดตรวจแล้ว", None),
        ("หน้าโรงพยาบาลจังหวัด", "หน้าโรงพยาบาลจังหวัด"),
        ("นักเรียน ม.4 ตีกันหน้าโรงเรียน", "หน้าโรงเรียน"),
    ],
)
def test_a_place_with_its_village_lane_and_tambon(text: str, place: str | None) -> None:
    assert entities.find_place(text) == place


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("น้ำไม่ไหลตั้งแต่ 12 ส.ค. 69 แล้ว", "12 ส.ค. 69"),
        ("วันที่ ๑๒/๘/๒๕๖๙ รถชน", "12/8/2569"),
        ("แจ้งไปวันพุธที่แล้ว", "วันพุธที่แล้ว"),
        ("เมื่ออาทิตย์ก่อนก็ท่วม", "เมื่ออาทิตย์ก่อน"),
        ("ไฟดับ 3 วันแล้ว", "3 วันแล้ว"),
        ("บ้านเลขที่ 12/8", None),
        ("ถนนพัง", None),
    ],
)
def test_a_time_as_typed(text: str, when: str | None) -> None:
    assert entities.find_when(text) == when
