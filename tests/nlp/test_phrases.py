"""The small language of the word lists, one rule at a time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nlp.phrases import Phrasebook


def book(tables: dict[str, Sequence[str]], lists: dict[str, Sequence[str]]) -> Phrasebook:
    made = Phrasebook()
    made.add("", tables, lists)
    return made


def found(text: str, *phrases: str, **lists: list[str]) -> str:
    return book({"told": phrases}, lists).look(text).words("told")


@pytest.mark.parametrize(
    ("text", "phrase", "words"),
    [
        ("บ้านไฟไหม้แล้ว", "ไฟไหม้", "ไฟไหม้"),
        ("บ้านไฟ ไหม้แล้ว", "ไฟไหม้", "ไฟ ไหม้"),  # a stray space between syllables
        ("บ้านไฟ  ไหม้", "ไฟไหม้", ""),  # two are a pause
        ("เตะฟุตบอล", "ตะ", ""),  # after a leading vowel it is the middle of another word
        ("ตีน", "ตี", "ตี"),
        ("ชกัน", "ชก", ""),  # a letter without its vowel is half a word
        ("ผัวเมาแล้วตบหน้า", "ผัว..ตบ", "ผัวเมาแล้วตบ"),
        ("ผัว" + "ก" * 16 + "ตบ", "ผัว..ตบ", "ผัว" + "ก" * 16 + "ตบ"),
        ("ผัว" + "ก" * 17 + "ตบ", "ผัว..ตบ", ""),
        ("ผัว" + "ก" * 30 + "ตบ", "ผัว...ตบ", "ผัว" + "ก" * 30 + "ตบ"),
        ("กินยา 20 เม็ด", "กินยา # เม็ด", "กินยา 20 เม็ด"),
        ("กินยาเม็ด", "กินยา # เม็ด", ""),
        ("ตกน้ำ", "ตกน้ำ!หป", "ตกน้ำ"),
        ("ตกน้ำหนัก", "ตกน้ำ!หป", ""),
        ("big gun here", "gun", "gun"),
        ("begun", "gun", ""),
        ("gunner", "gun", ""),
    ],
)
def test_a_phrase(text: str, phrase: str, words: str) -> None:
    assert found(text, phrase) == words


def test_lists_may_name_lists() -> None:
    lists = {"kin": ["พ่อ", "แม่"], "who": ["{kin}", "ครู"], "hit": ["ตี", "เอามือ..ฟาด"]}
    assert found("เมื่อวานแม่เอามือมาฟาดหนู", "{who}..{hit}", **lists) == "แม่เอามือมาฟาด"
    assert found("ครูสอนดี", "{who}..{hit}", **lists) == ""
    with pytest.raises(KeyError, match="nobody"):
        found("แม่", "{nobody}")


def test_the_earliest_counts_and_of_those_the_longest() -> None:
    assert found("ไฟไหม้ แล้วก็ไฟดับ", "ไฟดับ", "ไฟ", "ไฟไหม้") == "ไฟไหม้"


def test_what_touches_a_blanked_phrase_is_not_heard() -> None:
    look = book({"danger": ["ระเบิด"], "none": ["ประทัดระเบิด"]}, {}).look("ประทัดระเบิด")
    assert look.has("danger")
    assert not look.has("danger", look.spans("none"))
