"""One spelling for what people type, and ordinary words left alone."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import normalize as module
from nlp.normalize import normalize

DATA = Path(module.__file__).parent / "data"
LISTS = tomllib.loads((DATA / "normalize.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        # spelling and marks
        ("ค่่ะ", "ค่ะ"),
        ("ข้่างบ้าน", "ข้างบ้าน"),
        ("น้ำข้ึน", "น้ำขึ้น"),
        ("นํ้าท่วม", "น้ำท่วม"),
        ("แล้วค่าา", "แล้วค่ะ"),
        ("นานมากๆๆ", "นานมากๆ"),
        ("5555555 ไฟดับ", "555 ไฟดับ"),
        ("ไฟใหม้", "ไฟไหม้"),
        ("เดือนร้อนมาก", "เดือดร้อนมาก"),
        ("น้ำปะปาไม่ไหล", "น้ำประปาไม่ไหล"),
        # slang and particles
        ("ไฟดับคับ", "ไฟดับครับ"),
        ("ซ่อมยังอะป่าว", "ซ่อมยังหรือเปล่า"),
        ("ได้ปะ", "ได้ไหม"),
        ("จิงหรอ", "จริงหรือ"),
        ("เค้าก้อมา", "เค้าก็มา"),
        # short forms
        ("จนท ไม่มา", "เจ้าหน้าที่ ไม่มา"),
        ("จนท.ไม่มา", "เจ้าหน้าที่ไม่มา"),
        ("ปชช เดือดร้อน", "ประชาชน เดือดร้อน"),
        ("หน้า รร.", "หน้า โรงเรียน"),
        ("ที่ รพ วันนี้", "ที่ โรงพยาบาล วันนี้"),
        ("รพ.สต.บ้านหนอง", "รพสต บ้านหนอง"),
        ("ทต.หนองทราย", "เทศบาลตำบลหนองทราย"),
        ("ผญบ.ไม่สนใจ", "ผู้ใหญ่บ้านไม่สนใจ"),
        ("มอไซล้ม", "มอเตอร์ไซค์ล้ม"),
        ("รอ 3 ชม แล้ว", "รอ 3 ชั่วโมง แล้ว"),
        ("ซ.5 ถ.พระราม 2", "ซอย5 ถนนพระราม 2"),
        ("ม.7 ต.ท่าทอง", "หมู่ 7 ตำบลท่าทอง"),
        ("ม.4 ต.ท่าทอง", "หมู่ 4 ตำบลท่าทอง"),
        # อีสาน เหนือ ใต้
        ("น้ำบ่ไหล มาเบิ่งแหน่", "น้ำไม่ไหล มาดูหน่อย"),
        ("บ่ฮู้เฮ็ดจั่งใด๋", "ไม่รู้ทำอย่างไร"),
        ("มาจ้วยผ่อหน่อย", "มาช่วยดูหน่อย"),
        ("เปิ้นกิ๋นเหล้า", "เขากินเหล้า"),
        ("ไม่โร้ พันพรือแล้ว", "ไม่รู้ อย่างไรแล้ว"),
    ],
)
def test_what_is_typed_is_read(typed: str, read: str) -> None:
    assert normalize(typed) == read


@pytest.mark.parametrize(
    "text",
    [
        "บังคับใช้กฎหมาย ซอยคับแคบ",
        "สถานีอนามัย สมัยก่อน ถนนเอกมัย",
        "ก้อนหิน เสียงก้อง กินก้อย",
        "ไม่เป็นไรหรอก ได้เหรอ สึกหรอ",
        "หน่อย ตำแหน่ง ระเบิด บันเทิง เกสต์เฮาส์",
        "ตึกร้าวจนทรุด หัวเราะจนท้องแข็ง ออกซิเจนที่บ้าน รอจนทั้งซอยหลับ",
        "ได้ปะหลุมแล้ว ค่าน้ำ เสียค่า 50 บาท",
        "ประกาศคร่าวๆ ป่าวประกาศ ผ่อนผัน ผ่องใส",
        "ขอชมเจ้าหน้าที่ สีชมพู",
        "เทออกจากถัง บ่อน้ำ บ่ายสอง บ่นมาก",
        "และอ่อนลง ชุกแหลง",
        "นักเรียน ม.4 ม.6/2",
        "กทม. ตร.ม. ต.ค. ผอ. อส.",
        "ไฟดับตั้งแต่เมื่อวาน",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert normalize(text) == text


def test_no_reading_is_read_again() -> None:
    """What a spelling is read as is a last word."""
    for table in ("slang", "ends", "short"):
        for typed, read in LISTS[table].items():
            assert normalize(read) == " ".join(read.split()), typed


def test_words_that_are_kept_are_kept() -> None:
    for word in LISTS["keep"]["words"].split():
        assert normalize(f"ก {word} ก") == f"ก {word} ก"


def test_the_training_texts_are_read_the_same_twice() -> None:
    for path in sorted((DATA / "training").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            once = normalize(json.loads(line)["text"])
            assert normalize(once) == once


PIECES = st.sampled_from(
    [*LISTS["slang"], *LISTS["ends"], *LISTS["short"], *LISTS["slang"].values(), *LISTS["keep"]["words"].split(),
     " ", ".", "3", "ๆ", "า", "่", "เ", "ม.", "ต.", "น"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join))
def test_any_row_of_spellings_is_read_the_same_twice(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
