"""LINE's answers and what they mean, through the real SDK against the emulator; drawing against LINE's own schemas."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot import measure
from bot.channels import ContentGone, ContentNotReady, SendFailed
from bot.line import flex, inbound, rich_menu
from bot.line.draw import action, calls
from bot.line.outbound import LineChannel
from handlers.messages import Card, Choice, Part, Picture, Say, Step
from storage import ids
from tests.line_emulator import Emulator, limits
from tests.line_emulator.server import TOKEN, ReplyToken

USER = "U" + "a" * 32
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def through(emulator: Emulator, work: Any) -> Any:
    """Run something with a channel of its own, closed afterwards."""

    async def run() -> Any:
        channel = LineChannel(TOKEN, emulator.url, emulator.url)
        try:
            return await work(channel)
        finally:
            await channel.close()

    return asyncio.run(run())


def problem(emulator: Emulator, work: Any) -> str:
    with pytest.raises(SendFailed) as caught:
        through(emulator, work)
    return caught.value.problem


def drawn(channel: LineChannel, *parts: Part) -> Any:
    return channel.draw(parts)[0]


def token(emulator: Emulator, name: str = "t1", age: float = 0.0) -> str:
    now = emulator.clock()
    emulator.tokens[name] = ReplyToken(USER, now - age, now - age)
    return name


def test_reply_arrives_with_ids(emulator: Emulator) -> None:
    sent = through(emulator, lambda channel: channel.reply(token(emulator), drawn(channel, Say("สวัสดี"))))
    assert len(sent.message_ids) == 1
    assert sent.request_id
    assert emulator.seen_by(USER)[0]["text"] == "สวัสดี"


def test_used_or_old_token_is_definite(emulator: Emulator) -> None:
    async def twice(channel: LineChannel) -> None:
        await channel.reply(token(emulator), drawn(channel, Say("1")))
        await channel.reply("t1", drawn(channel, Say("2")))

    assert problem(emulator, twice) == "token"
    old = token(emulator, "t2", age=61)
    assert problem(emulator, lambda channel: channel.reply(old, drawn(channel, Say("3")))) == "token"


@pytest.mark.parametrize(
    ("fault", "reply", "push"),
    [
        ("500", "ambiguous", "again"),
        ("garbage", "ambiguous", "again"),
        ("lost", "ambiguous", "again"),
        ("rate", "again", "again"),
    ],
)
def test_what_a_fault_means(emulator: Emulator, fault: str, reply: str, push: str) -> None:
    emulator.faults.append(fault)
    assert problem(emulator, lambda channel: channel.reply(token(emulator), drawn(channel, Say("x")))) == reply
    emulator.faults.append(fault)
    assert problem(emulator, lambda channel: channel.push(USER, drawn(channel, Say("x")), ids.new_key())) == push


def test_nobody_listening_is_safe_to_repeat(emulator: Emulator) -> None:
    emulator.stop()
    channel_url = Emulator().url  # a port nobody listens on

    async def push() -> None:
        channel = LineChannel(TOKEN, channel_url, channel_url)
        try:
            await channel.reply("t", drawn(channel, Say("x")))
        finally:
            await channel.close()

    with pytest.raises(SendFailed) as caught:
        asyncio.run(push())
    assert caught.value.problem == "again"


def test_same_retry_key_arrives_once(emulator: Emulator) -> None:
    key = ids.new_key()

    async def twice(channel: LineChannel) -> Any:
        first = await channel.push(USER, drawn(channel, Say("x")), key)
        return first, await channel.push(USER, drawn(channel, Say("x")), key)

    first, second = through(emulator, twice)
    assert first.message_ids == second.message_ids
    assert len(emulator.seen_by(USER)) == 1


def test_quota_is_told_apart_from_rate(emulator: Emulator) -> None:
    emulator.quota = 0
    assert problem(emulator, lambda channel: channel.push(USER, drawn(channel, Say("x")), ids.new_key())) == "quota"


def test_wrong_access_token_waits_for_the_operator(emulator: Emulator) -> None:
    async def push() -> None:
        channel = LineChannel("wrong", emulator.url, emulator.url)
        try:
            await channel.push(USER, drawn(channel, Say("x")), ids.new_key())
        finally:
            await channel.close()

    with pytest.raises(SendFailed) as caught:
        asyncio.run(push())
    assert caught.value.problem == "again"


def test_content_comes_when_ready_and_may_be_gone(emulator: Emulator) -> None:
    emulator.content["7"] = (1, b"picture")

    async def read(channel: LineChannel, ref: str) -> bytes:
        async with channel.fetch(ref) as chunks:
            return b"".join([chunk async for chunk in chunks])

    with pytest.raises(ContentNotReady):
        through(emulator, lambda channel: read(channel, "7"))
    assert through(emulator, lambda channel: read(channel, "7")) == b"picture"
    emulator.gone.add("7")
    with pytest.raises(ContentGone):
        through(emulator, lambda channel: read(channel, "7"))


def test_rich_menu_is_installed_once(emulator: Emulator) -> None:
    async def install(_channel: LineChannel) -> str:
        return await rich_menu.install(TOKEN, emulator.url, emulator.url)

    assert "installed" in through(emulator, install)
    assert "already there" in through(emulator, install)
    assert len(emulator.menus) == 1
    assert emulator.default_menu in emulator.menus
    image = emulator.menu_images[emulator.default_menu]
    assert image.startswith(b"\x89PNG")
    assert len(image) < 1024 * 1024
    assert emulator.violations == []


# --- drawing -------------------------------------------------------------------------------------------------------

CARD = Card(
    title="เรื่องที่แจ้ง",
    reference="70-00482-5",
    status="กำลังดำเนินการ",
    steps=(Step("รับเรื่อง", "done"), Step("ส่งหน่วยงาน", "done"), Step("ดำเนินการ", "now"), Step("แจ้งผล", "next")),
    rows=(("เรื่อง", "ไฟ"), ("ผู้รับผิดชอบ", "กองช่าง เทศบาลที่มีชื่อยาวมาก " * 6), ("กำหนด", "ศ. ๔ ธ.ค. ๖๙ 😡")),
    text="70-00482-5 กำลังดำเนินการ",
    choices=(Choice("แก้แล้ว 70-00482-5"), Choice("เปิดหน้าติดตาม", "https://pratu.example/track/70-00482-5", opens="link")),
)


@pytest.mark.parametrize(
    "parts",
    [
        [Say("ก")],
        [Say("ยาวมาก " * 4000)],
        [Say("ไม่มีช่องว่างเลย" * 900)],
        [CARD],
        [Say("รับเรื่อง", tuple(Choice(f"ปุ่มที่ {n} ชื่อยาวเกินไปมากจริงๆนะ") for n in range(20))), CARD],
        [Say(str(n)) for n in range(12)],
        [Picture("https://x.example/a.png", "รูป"), Picture("http://x.example/a.png", "รูป")],
        [
            Say(
                "ที่ไหน",
                (Choice("ส่งตำแหน่ง", opens="place"), Choice("ถ่ายรูป", opens="camera"), Choice("เลือก", opens="photos")),
            )
        ],
        [Card("ก", "70-00001-3", "ข", (Step("ค", "now"),), (("ง", "จ" * 60_000),), "ฉ" * 3000, True)],
    ],
)
def test_whatever_is_drawn_line_would_take(parts: list[Part], specs: Path) -> None:
    for call in calls(parts, lambda text: text.split(" ")):
        assert limits.problems("PushMessageRequest", {"to": USER, "messages": call.messages}) == []
        assert len(call.messages) == len(call.texts)


def test_nothing_of_a_long_text_is_lost() -> None:
    text = "".join(f"คำที่{n}" for n in range(3000))
    pieces = [message["text"] for call in calls([Say(text)], lambda line: [line]) for message in call.messages]
    assert "".join(pieces) == text


def test_labels_are_counted_in_graphemes() -> None:
    assert len(measure.graphemes("ที่นี่")) == 2
    assert measure.label("ก" * 30, 20) == "ก" * 19 + "…"
    assert measure.utf16("😡") == 2


def test_card_looks_as_agreed() -> None:
    """The golden card: what people see changes only on purpose (delete the file to draw it anew)."""
    golden = Path(__file__).parent / "golden" / "card.json"
    bubble = flex.card(CARD, action)
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(json.dumps(bubble, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert bubble == json.loads(golden.read_text(encoding="utf-8"))


def test_official_signature_vector() -> None:
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert inbound.verify(body, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=", "8c570fa6dd201bb328f1c1eac23a96d8")
    assert not inbound.verify(body, None, "s")
    assert not inbound.verify(body, "é", "s")
