"""A digest as a Flex message: LINE takes it, decisions stand in it, and nothing depends on Flex alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.line.draw import calls
from handlers.messages import Board, Choice, Document, Figure, Matter
from tests.digest_looks.sample import BOARD, MATTERS, PAGE
from tests.line_emulator import limits

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def drawn(board: Board, specs: Path) -> dict[str, Any]:
    (call,) = calls([board], str.split)
    body = {"to": "U" + "a" * 32, "messages": call.messages}
    assert limits.problems("PushMessageRequest", body) == []
    assert call.texts == [board.text]
    from linebot.v3.messaging.models import PushMessageRequest

    assert said_everywhere(PushMessageRequest.from_dict(body).to_dict()) == said_everywhere(
        body
    )  # the SDK drops nothing
    return call.messages[0]


def said_everywhere(component: Any) -> list[str]:
    """Every text, address and command in it, in some order."""
    if isinstance(component, list):
        return sorted(text for one in component for text in said_everywhere(one))
    if isinstance(component, dict):
        own = [str(value) for name, value in component.items() if name in ("text", "uri", "url", "label", "altText")]
        return sorted(own + [text for value in component.values() for text in said_everywhere(value)])
    return []


def texts(component: Any) -> list[str]:
    if isinstance(component, list):
        return [text for one in component for text in texts(one)]
    if not isinstance(component, dict):
        return []
    own = [component["text"]] if component.get("type") == "text" else []
    return own + [text for value in component.values() for text in texts(value)]


def said(component: Any) -> list[str]:
    """What the buttons below it say when they are tapped."""
    return [button["action"]["text"] for button in component["footer"]["contents"] if button["action"]["type"] != "uri"]


def test_figures_first_then_decisions_then_the_chart(specs: Path) -> None:
    message = drawn(BOARD, specs)
    glance, first, second, third, chart = message["contents"]["contents"]
    assert {"42", "เพิ่ม 9", "84%", "จุดซ้ำ: ซอยวัดใหม่ (ไฟ) 5 ราย"} <= set(texts(glance))
    assert glance["footer"]["contents"][0]["action"] == {"type": "uri", "label": "ดูทั้งหมด", "uri": PAGE}
    assert said(first) == ["/อนุมัติ 70-00298-5", "/ส่งกลับ 70-00298-5", "/ดู 70-00298-5"]
    assert (texts(second)[:2], said(second)) == (["70-00305-8 รออนุมัติผล", "เรื่องลับ"], ["/ดู 70-00305-8"])
    assert said(third)[0] == "/เร่ง 70-00311-6"
    assert chart["hero"]["url"] == f"{PAGE}/chart.png"
    assert chart["hero"]["action"]["uri"] == PAGE
    assert "/อนุมัติ 70-00298-5" in message["altText"]  # who sees no Flex loses no decision


def test_without_a_public_address_there_is_no_picture_and_no_link(specs: Path) -> None:
    message = drawn(replace(BOARD, picture="", choices=(), matters=()), specs)
    assert message["contents"]["type"] == "bubble"
    assert "footer" not in message["contents"]


@pytest.mark.parametrize(
    "board",
    [
        replace(BOARD, matters=MATTERS * 10),
        replace(BOARD, matters=tuple(replace(one, text=one.text * 200, title=one.title * 20) for one in MATTERS * 8)),
        replace(BOARD, lines=("ยาว" * 2000,) * 60, figures=BOARD.figures * 9),
        replace(BOARD, figures=(), lines=()),
        replace(BOARD, figures=(Figure("รับใหม่", ""),), lines=("", " "), period="", title="ส" * 400),
        replace(BOARD, text="ย" * 9000),
        replace(BOARD, matters=(Matter("", "", tuple(Choice(f"ปุ่ม {n}" * 30, "ด" * 900) for n in range(9))),)),
    ],
)
def test_line_takes_whatever_a_board_holds(board: Board, specs: Path) -> None:
    contents = drawn(board, specs)["contents"]
    bubbles = contents.get("contents", [contents])
    assert len(bubbles) <= 12
    assert len(json.dumps(contents, ensure_ascii=False).encode()) <= 50_000
    first = [matter.title for matter in board.matters[:1] if matter.title]
    assert set(first) <= set(texts(bubbles))


def test_a_paper_is_its_words_and_a_link(specs: Path) -> None:
    paper = Document("สรุป-2026-W47.pdf", "ฉบับพิมพ์", "t", "https://pratu.example/report/t")
    (call,) = calls([paper], str.split)
    (button,) = call.messages[0]["contents"]["footer"]["contents"]
    assert button["action"]["uri"] == "https://pratu.example/report/t"
    assert call.texts == ["ฉบับพิมพ์"]
    (plain,) = calls([replace(paper, link="")], str.split)
    assert plain.messages == [{"type": "text", "text": "ฉบับพิมพ์"}]
