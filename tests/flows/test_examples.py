"""Every example message reaches a usable answer in at most three questions, on the channels in turn."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.db import Database
from storage.words import Kind
from tests.world import Dialogue, World

# The 160 + 88 messages of the taxonomy.
EXAMPLES = tomllib.loads((Path(__file__).parent.parent / "nlp" / "examples.toml").read_text(encoding="utf-8"))
CHANNELS = itertools.cycle(["line", "telegram", "web"])
MOST_QUESTIONS = 3  # the review counts as one
# What somebody answers who has no more to say than the message itself.
ANSWERS = {
    "ตรวจอีกครั้ง": "ส่งเรื่อง",
    "ร่วมแจ้งด้วยไหม": "ส่งเรื่อง",
    "ใกล้กับข้อไหน": "1",
    "ตรงไหน": "หน้าวัดใหม่ หมู่ 3",
    "แยกเป็นคนละเรื่อง": "2",
    "เป็นความลับ": "เท่านี้ก่อน",
    "อยู่กับใคร": "อยู่คนเดียว",
    "สะดวกพิมพ์": "ไม่สะดวกพิมพ์",
    "เล่าให้ฟัง": "ไฟถนนดับ หน้าวัดใหม่ หมู่ 3",
    "เกิดอะไรขึ้น": "ไฟถนนดับ หน้าวัดใหม่ หมู่ 3",
}
# Kinds that become a case, and what an answer without a case says (contract: what becomes a case).
CASES = frozenset({Kind.COMPLAINT, Kind.SUGGESTION, Kind.OPINION, Kind.COMPLIMENT, Kind.CORRUPTION, Kind.EMERGENCY})
ONLY_TRIES = {"555 ลองแจ้งดูเฉยๆ"}  # says of itself that it is no matter
USABLE = {
    "inquiry": ("ติดต่อ", "โทร", "รหัสเรื่อง", "แชตนี้", "055"),
    "followup": ("เรื่อง",),
    "smalltalk": ("สวัสดี", "ยินดี", "ระบบอัตโนมัติ", "แจ้งปัญหา"),
    "abuse": ("ช่วย",),
    "data_right": ("เลขคำขอ", "ข้อมูล", "เบอร์", "ยกเลิก", "ยังไม่มีเรื่อง"),
    "service_request": ("รหัสเรื่อง", "ติดต่อ"),
}


@pytest.fixture(scope="module")
def town(sqlite_db: Database) -> Iterator[World]:
    """One world for all of them: each example comes from a person of its own."""
    with sqlite_db.rolled_back():
        yield World(sqlite_db)


def _answered(person: Dialogue) -> int:
    """Answer what is asked until something is filed or nothing is asked any more; how many questions that took."""
    for asked in range(MOST_QUESTIONS + 2):
        if "รหัสเรื่อง" in person.text or "รหัส " in person.text:
            return asked
        last = getattr(person.parts[-1], "text", "")
        answer = next((said for question, said in ANSWERS.items() if question in last), None)
        if answer is None:
            return asked
        person.says(answer)
    raise AssertionError(f"no end: {person.text}")


def _rows(table: str) -> list[tuple[str, str]]:
    return [(code, text) for code, entry in EXAMPLES[table].items() for text in entry["texts"]]


@pytest.mark.parametrize(("code", "text"), _rows("category"))
def test_a_categorys_example_becomes_a_case(town: World, code: str, text: str) -> None:
    before = len(town.cases())
    person = town.citizen(f"{code} {text}", next(CHANNELS)).says(text)
    assert _answered(person) <= MOST_QUESTIONS, person.text
    if text in ONLY_TRIES:
        assert any(word in person.text for word in USABLE["smalltalk"]), person.text
        return
    reference = person.reference
    assert len(town.cases()) == before + 1, person.text
    assert town.case(reference).kind in CASES | {Kind.SERVICE_REQUEST, Kind.INQUIRY}


@pytest.mark.parametrize(("code", "text"), _rows("kind"))
def test_a_kinds_example_is_served(town: World, code: str, text: str) -> None:
    person = town.citizen(f"{code} {text}", next(CHANNELS)).says(text)
    assert _answered(person) <= MOST_QUESTIONS, person.text
    if code in CASES:
        town.case(person.reference)
    else:
        assert any(word in person.text for word in USABLE[code]), person.text
