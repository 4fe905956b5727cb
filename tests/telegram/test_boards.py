"""A digest on Telegram: its words, then one message for each decision; a paper is a real file, or its words."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.channels import SendFailed, Sent
from bot.telegram import draw, outbound
from bot.telegram.outbound import TelegramChannel
from handlers.messages import Choice, Document, Matter, Part, Say
from tests.digest_looks.sample import BOARD, MATTERS, PAGE
from tests.telegram_emulator import Emulator, limits
from tests.telegram_emulator.server import TOKEN, running

CHAT = 7_000_000_456
PDF = b"%PDF-1.7 a paper"
PAPER = Document("สรุป สัปดาห์ที่ 8.pdf", "ฉบับพิมพ์ <A4>", "12.7.abc", "https://pratu.example/report/12.7.abc")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as started:
        yield started
        assert started.violations == []


def messages(*parts: Part) -> list[dict[str, Any]]:
    found = [call.messages[0] for call in draw.calls(parts, str.split)]
    for message in found:
        assert limits.problems("sendMessage", draw.payload(message, str(CHAT))) == []
    return found


def test_each_decision_is_a_message_of_its_own_with_its_buttons(specs: Path) -> None:
    board, first, second, third = messages(BOARD)
    assert board["text"].startswith("<b>สรุปประจำสัปดาห์ เทศบาลตัวอย่าง</b>\n16–22")
    assert board["reply_markup"]["inline_keyboard"] == [[{"text": "ดูทั้งหมด", "url": PAGE}]]
    assert first["says"] == ["/อนุมัติ 70-00298-5", "/ส่งกลับ 70-00298-5", "/ดู 70-00298-5"]
    assert (second["text"], second["says"]) == ("<b>70-00305-8 รออนุมัติผล</b>\nเรื่องลับ", ["/ดู 70-00305-8"])
    assert third["says"][0] == "/เร่ง 70-00311-6"


def test_a_question_asked_with_it_takes_no_decision_away(specs: Path) -> None:
    """Only the newest question keeps its answers; a decision stands until it is made."""
    *board, asked = messages(replace(BOARD, choices=()), Say("ถามอะไรอีกไหม", (Choice("ใช่"),)))
    assert [message.get("says", []) for message in board][1:] == [
        ["/อนุมัติ 70-00298-5", "/ส่งกลับ 70-00298-5", "/ดู 70-00298-5"],
        ["/ดู 70-00305-8"],
        ["/เร่ง 70-00311-6", "/ดู 70-00311-6"],
    ]
    assert "reply_markup" not in board[0]  # no public address: nothing to open, and nothing of the first decision in it
    assert asked["says"] == ["ใช่"]


def test_a_long_board_comes_in_pieces(specs: Path) -> None:
    found = messages(replace(BOARD, text="\n".join(f"บรรทัดที่ {n} <ยาว> & กว้าง" for n in range(600)), matters=()))
    assert len(found) > 2
    assert "บรรทัดที่ 599" in found[-1]["text"]
    assert [message.get("reply_markup") for message in found[:-1]] == [None] * (len(found) - 1)
    (odd,) = messages(replace(BOARD, text="ก", title="", matters=(Matter("", "", MATTERS[0].choices),)))
    assert odd["text"] == "ก"  # a matter without words is none


# --- a paper --------------------------------------------------------------------------------------------------------


def hand_over(emulator: Emulator, drawer: Callable[[str], bytes | None] | None, paper: Document = PAPER) -> list[Sent]:
    async def run() -> list[Sent]:
        channel = TelegramChannel(TOKEN, emulator.url, drawer)
        try:
            return [await channel.push(str(CHAT), call, "key") for call in channel.draw([paper])]
        finally:
            await channel.close()

    return asyncio.run(run())


def file_seen(emulator: Emulator) -> tuple[str, bytes]:
    """The name and the bytes of the one file that arrived."""
    (message,) = [one for one in emulator.seen_by(CHAT) if "document" in one]
    return message["document"]["file_name"], emulator.files[message["document"]["file_id"]]


def test_a_paper_arrives_as_a_file_with_its_thai_name(emulator: Emulator) -> None:
    asked: list[str] = []

    def drawer(token: str) -> bytes:
        asked.append(token)
        return PDF

    (sent,) = hand_over(emulator, drawer)
    assert file_seen(emulator) == ("สรุป สัปดาห์ที่ 8.pdf", PDF)
    assert asked == ["12.7.abc"]
    (message,) = emulator.seen_by(CHAT)
    assert message["caption"] == "ฉบับพิมพ์ <A4>"
    assert message["reply_markup"]["inline_keyboard"][0][0]["url"] == PAPER.link
    assert sent.message_ids == (str(message["message_id"]),)


@pytest.mark.parametrize(
    "drawer", [None, lambda _token: None, lambda _token: b"", lambda _token: b"x" * (50 << 20 | 1)]
)
def test_a_paper_that_cannot_be_had_is_its_words_and_its_link(emulator: Emulator, drawer: Any) -> None:
    hand_over(emulator, drawer)
    (message,) = emulator.seen_by(CHAT)
    assert message["text"] == "ฉบับพิมพ์ <A4>"
    assert message["reply_markup"]["inline_keyboard"][0][0]["url"] == PAPER.link


def test_a_paper_that_takes_too_long_is_its_words(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "DRAWING", 0.2)
    never = threading.Event()
    release = threading.Timer(1.0, never.set)
    release.start()
    hand_over(emulator, lambda _token: PDF if never.wait(5) else None)
    assert "document" not in emulator.seen_by(CHAT)[0]


def test_words_too_long_for_below_a_file_come_first(emulator: Emulator) -> None:
    hand_over(emulator, lambda _token: PDF, replace(PAPER, text="คำ " * 600))
    words, paper = emulator.seen_by(CHAT)
    assert words["text"].startswith("คำ คำ")
    assert paper["caption"] == PAPER.name


@pytest.mark.parametrize(("fault", "problem"), [("500", "again"), ("429", "again"), ("lost", "ambiguous")])
def test_a_fault_means_the_same_for_a_file(emulator: Emulator, fault: str, problem: str) -> None:
    emulator.faults.append(fault)
    with pytest.raises(SendFailed) as caught:
        hand_over(emulator, lambda _token: PDF)
    assert caught.value.problem == problem
    assert len(emulator.seen_by(CHAT)) == (1 if fault == "lost" else 0)


def test_drawing_keeps_nobody_waiting(emulator: Emulator) -> None:
    """While a paper is drawn, a message to somebody else goes out."""
    drawing, other_sent = threading.Event(), threading.Event()

    def drawer(_token: str) -> bytes | None:
        drawing.set()
        return PDF if other_sent.wait(5) else None

    async def run() -> None:
        channel = TelegramChannel(TOKEN, emulator.url, drawer)
        paper = asyncio.create_task(channel.push(str(CHAT), channel.draw([PAPER])[0], "a"))
        await asyncio.to_thread(drawing.wait, 5)
        await channel.push(str(CHAT + 1), channel.draw([Say("สวัสดี")])[0], "b")
        other_sent.set()
        await paper
        await channel.close()

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 5
    assert file_seen(emulator)[1] == PDF
