"""Neutral parts as Telegram messages: whatever is drawn, Telegram would take, and nothing said is lost."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest

from bot import measure
from bot.telegram import draw
from handlers.messages import Card, Choice, Part, Picture, Say, Step
from tests.telegram_emulator import limits

TELEGRAM = 4096
ASKS = (Choice("ใช่"), Choice("ไม่ใช่"))
CARD = Card(
    title="เรื่องที่แจ้ง",
    reference="70-00482-5",
    status="กำลัง <ดำเนินการ>",
    steps=(Step("รับเรื่อง", "done"), Step("ส่งหน่วยงาน", "now"), Step("แจ้งผล", "next")),
    rows=(("เรื่อง", "ไฟ & <b>น้ำ</b>"), ("กำหนด", "4 ธ.ค. 😡")),
    text="70-00482-5 กำลังดำเนินการ",
    choices=(Choice("แก้แล้ว 70-00482-5"), Choice("เปิดหน้าติดตาม", "https://pratu.example/t", opens="link")),
)


def drawn(*parts: Part) -> list[dict[str, Any]]:
    return [draw.payload(call.messages[0], "7") for call in draw.calls(parts, lambda text: text.split(" "))]


def plain(message: dict[str, Any]) -> str:
    return html.unescape(message["text"].replace("<b>", "").replace("</b>", ""))


@pytest.mark.parametrize(
    ("parts", "messages"),
    [
        ([Say("ก"), Say("ข")], 1),  # bubbles that fit go together
        ([Say("ก", ASKS), Say("ข")], 2),  # what has buttons stands alone
        ([Say("😀" * 1900), Say("😀" * 1900)], 2),  # an emoji is two units
        ([Say("&" * 1900), Say("<" * 1900)], 1),  # escaping costs nothing
        ([Say("ก" * 3000), Say("ข" * 3000)], 2),
        ([Say("ยาวมาก " * 2000)], 4),
        ([Say("a" + "\u0301" * 9000)], 3),  # one letter with thousands of marks
        ([CARD], 1),
        ([CARD, Say("ถูกไหม", ASKS)], 2),
        ([Picture("https://x.example/a.png", "รูป")], 1),
        ([Say("ที่ไหน", (Choice("ส่งตำแหน่ง", opens="place"), Choice("ถ่ายรูป", opens="camera")))], 1),
        ([Say("รับเรื่อง", tuple(Choice(f"ปุ่มที่ {n} ชื่อยาวเกินไปมากจริงๆนะ") for n in range(20)))], 1),
        ([Say("  "), Say("")], 0),
    ],
)
def test_whatever_is_drawn_telegram_would_take(parts: list[Part], messages: int, specs: Path) -> None:
    found = drawn(*parts)
    assert len(found) == messages
    for message in found:
        assert limits.problems("sendMessage", message) == []
        assert measure.utf16(plain(message)) <= TELEGRAM


def test_nothing_of_a_long_text_is_lost() -> None:
    text = "".join(f"คำที่{n}" for n in range(3000))
    assert "".join(plain(message) for message in drawn(Say(text))) == text


def test_only_the_newest_question_has_buttons_and_links_stay() -> None:
    card, asked = drawn(CARD, Say("ถูกไหม", ASKS))
    assert [[button["text"] for button in row] for row in card["reply_markup"]["inline_keyboard"]] == [["เปิดหน้าติดตาม"]]
    assert asked["reply_markup"]["inline_keyboard"] == [
        [{"text": "ใช่", "callback_data": "b0"}, {"text": "ไม่ใช่", "callback_data": "b1"}]
    ]


def test_a_place_is_asked_for_by_a_keyboard_in_private_only() -> None:
    (call,) = draw.calls([Say("ที่ไหน", (Choice("ส่งตำแหน่ง", opens="place"), Choice("ไม่แน่ใจ")))], str.split)
    private, group = (draw.payload(call.messages[0], chat)["reply_markup"] for chat in ("7", "-7"))
    assert private["keyboard"][0] == [{"text": "ส่งตำแหน่ง", "request_location": True}]
    assert "inline_keyboard" in group
