"""Telegram updates in: the update on the left, what we make of it on the right; and no JSON that breaks the reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import RawEvent
from bot.telegram import inbound
from handlers.messages import Media, Place
from tests.telegram_emulator.chats import BOT_ID
from tests.telegram_emulator.state import State
from tests.telegram_emulator.updates import Updates

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ME = inbound.Me(BOT_ID, "pratu_test_bot")
WHO, GROUP = 7_000_000_001, -1_000_000_000_077
FILE = "AgACAgUAAxkBAAI000001"  # the emulator's first
NAMES = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat",
    "from",
    "id",
    "type",
    "text",
    "caption",
    "photo",
    "document",
    "venue",
    "location",
    "contact",
    "sticker",
    "reply_to_message",
    "migrate_to_chat_id",
    "update_id",
    "date",
    "data",
    "new_chat_member",
]
Made = Callable[[Updates], dict[str, Any]]


def read(update: dict[str, Any]) -> Any:
    body = json.dumps(update).encode()
    return inbound.read(inbound.split(body, json.loads(body), NOW)[0], ME)


def made(make: Made) -> dict[str, Any]:
    return make(Updates(State(clock=lambda: NOW.timestamp())))


def shows(incoming: Any, **expected: Any) -> None:
    assert {name: getattr(incoming, name) for name in expected} == expected


def of_the_bot(updates: Updates, chat: int = WHO) -> dict[str, Any]:
    """A message of ours that somebody can answer or tap."""
    message: dict[str, Any] = updates.message(BOT_ID, chat, text="ตรวจอีกครั้ง")["message"]
    return message


def edited_text(updates: Updates) -> dict[str, Any]:
    return updates.edited(updates.text(WHO, "เก่า")["message"], "ใหม่")


def edited_caption(updates: Updates) -> dict[str, Any]:
    return updates.edited(updates.photo(WHO, caption="เก่า")["message"], "ใหม่")


def picture_as_document(updates: Updates) -> dict[str, Any]:
    document = {**updates.file(b"jpeg"), "file_name": "a.jpg", "mime_type": "image/jpeg"}
    return updates.message(WHO, document=document, caption="หลุม")


def contact_of_another(updates: Updates) -> dict[str, Any]:
    return updates.message(WHO, contact={"phone_number": "0800000000", "first_name": "ป้า", "last_name": "ศรี"})


def animation_with_words(updates: Updates) -> dict[str, Any]:
    update = updates.animation(WHO)
    update["message"]["caption"] = "น้ำท่วม"
    return update


def old_tap(updates: Updates) -> dict[str, Any]:
    update = updates.callback(WHO, of_the_bot(updates), "b3")
    update["callback_query"]["message"] = updates.inaccessible(update["callback_query"]["message"])
    return update


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda u: u.text(WHO, "ไฟดับ"), {"kind": "text", "text": "ไฟดับ", "user_id": str(WHO), "chat_id": str(WHO)}),
        (lambda u: u.text(WHO, "/start abc"), {"kind": "text", "text": "/start abc"}),
        (lambda u: u.forwarded(WHO, "เขาบอก", "ใครสักคน"), {"kind": "text", "text": "เขาบอก"}),
        (lambda u: u.reply(WHO, "ใช่", of_the_bot(u)), {"kind": "text", "quoted_id": "1001"}),
        (
            lambda u: u.photo(WHO, caption="หลุม", album="9"),
            {"kind": "image", "text": "หลุม", "media": Media("AgACAgUAAxkBAAI000003", size=9, group="9")},
        ),
        (picture_as_document, {"kind": "image", "media": Media(FILE, "a.jpg", 4)}),
        (
            lambda u: u.document(WHO, name="ก.pdf"),
            {"kind": "file", "media": Media("AgACAgUAAxkBAAI000001", "ก.pdf", 8)},
        ),
        (lambda u: u.video(WHO, caption="น้ำ"), {"kind": "video", "text": "น้ำ"}),
        (lambda u: u.message(WHO, video_note=u.file(b"v")), {"kind": "video"}),
        (lambda u: u.voice(WHO), {"kind": "audio"}),
        (lambda u: u.audio(WHO), {"kind": "audio"}),
        (lambda u: u.animation(WHO), {"kind": "sticker", "media": None}),
        (animation_with_words, {"kind": "video", "text": "น้ำท่วม"}),
        (lambda u: u.sticker(WHO, "🙏"), {"kind": "sticker", "keywords": ("🙏",)}),
        (lambda u: u.location(WHO), {"kind": "place", "place": Place("", 16.8211, 100.2659)}),
        (lambda u: u.location(WHO, 999, 0), {"kind": "place", "place": Place("")}),
        (
            lambda u: u.venue(WHO, "วัดใหม่", "หมู่ 3"),
            {"kind": "place", "place": Place("วัดใหม่, หมู่ 3", 16.8211, 100.2659)},
        ),
        (lambda u: u.contact(WHO), {"kind": "contact", "own": True, "text": "ประชาชน +66800000000"}),
        (contact_of_another, {"kind": "contact", "own": False, "text": "ป้า ศรี 0800000000"}),
        (lambda u: u.poll(WHO, "ดีไหม", ["ดี", "ไม่"]), {"kind": "strange"}),
        (lambda u: u.message(WHO, dice={"emoji": "🎲", "value": 3}), {"kind": "strange"}),
        (lambda u: u.message(WHO, pinned_message={}), {"kind": "other"}),
        (
            lambda u: u.edited(u.text(WHO, "เก่า")["message"], "ใหม่"),
            {"kind": "edit", "text": "ใหม่", "message_id": "1001"},
        ),
        (edited_caption, {"kind": "edit", "text": "ใหม่"}),
        (lambda u: u.update("edited_message", u.location(WHO)["message"]), {"kind": "other", "addressed": True}),
        (
            lambda u: u.callback(WHO, of_the_bot(u), "b12"),
            {"kind": "tap", "button": 12, "quoted_id": "1001", "reply_token": "7000000000000001", "private": True},
        ),
        (old_tap, {"kind": "tap", "button": 3, "quoted_id": "1001", "chat_id": str(WHO)}),
        (lambda u: u.callback(WHO, of_the_bot(u), "x" * 64), {"kind": "tap", "button": -1}),
        (lambda u: u.membership(WHO, WHO, "member", "kicked"), {"kind": "unfollow", "private": True}),
        (lambda u: u.membership(WHO, WHO, "kicked", "member"), {"kind": "return", "private": True}),
        (lambda u: u.update("chat_boost", {"chat": {"id": WHO}}), {"kind": "other"}),
        (lambda _u: {"update_id": 5}, {"kind": "other", "chat_id": ""}),
    ],
)
def test_private_updates_in_the_neutral_shape(make: Made, expected: dict[str, Any]) -> None:
    shows(read(made(make)), addressed=True, **{name: value for name, value in expected.items() if name != "addressed"})


def edited_in_group(words: str) -> Made:
    return lambda u: u.edited(u.text(WHO, "คุยกัน", GROUP)["message"], words)


def in_group(words: str) -> Made:
    return lambda u: u.text(WHO, words, GROUP)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (in_group("คุยกันเอง"), {"kind": "text", "addressed": False}),
        (in_group("แจ้ง ไฟดับ"), {"addressed": True, "text": "ไฟดับ"}),
        (in_group("/คิว"), {"addressed": True, "text": "/คิว"}),
        (in_group("/q@pratu_test_bot"), {"addressed": True, "text": "/q@pratu_test_bot"}),
        (in_group("/q@Pratu_Test_Bot x"), {"addressed": True}),
        (in_group("/q@otherbot"), {"addressed": False}),
        (in_group("@pratu_test_bot ไฟดับ"), {"addressed": True, "text": "ไฟดับ"}),
        (in_group("ไฟดับ @PRATU_test_bot"), {"addressed": True, "text": "ไฟดับ"}),
        (in_group("@pratu_test_bot_fan ไฟดับ"), {"addressed": False}),
        (lambda u: u.reply(WHO, "รับ", of_the_bot(u, GROUP), chat=GROUP), {"addressed": True, "quoted_id": "1"}),
        (
            lambda u: u.reply(WHO, "ใช่", u.text(WHO, "คุย", GROUP)["message"], chat=GROUP),
            {"addressed": False, "quoted_id": "1"},
        ),
        (lambda u: u.photo(WHO, chat=GROUP), {"kind": "image", "addressed": False}),
        (lambda u: u.photo(WHO, caption="แจ้ง หลุม", chat=GROUP), {"kind": "image", "addressed": True, "text": "หลุม"}),
        (lambda u: u.contact(WHO, chat=GROUP), {"kind": "contact", "addressed": False}),
        (lambda u: u.location(WHO, chat=GROUP), {"kind": "place", "addressed": False}),
        (lambda u: u.poll(WHO, "ดีไหม", ["ดี"], GROUP), {"kind": "strange", "addressed": False}),
        (edited_in_group("เมียผมชื่อสมศรี"), {"kind": "edit", "addressed": False}),
        (edited_in_group("แจ้ง ไฟดับ"), {"kind": "edit", "addressed": True, "text": "ไฟดับ"}),
        (edited_in_group("@pratu_test_bot ไฟดับ"), {"kind": "edit", "addressed": True, "text": "ไฟดับ"}),
        (lambda u: u.joined(WHO, GROUP, 8), {"kind": "other", "addressed": False}),
        (lambda u: u.parted(WHO, GROUP), {"kind": "other", "addressed": False}),
        (lambda u: u.migration(WHO, -77, GROUP)[0], {"kind": "moved", "text": str(GROUP), "chat_id": "-77"}),
        (lambda u: u.migration(WHO, -77, GROUP)[1], {"kind": "other", "addressed": False}),
        (lambda u: u.membership(WHO, GROUP, "left", "member"), {"kind": "join"}),
        (lambda u: u.membership(WHO, GROUP, "member", "kicked"), {"kind": "leave"}),
        (lambda u: u.membership(WHO, GROUP, "member", "administrator"), {"kind": "other", "addressed": False}),
        (lambda u: u.callback(WHO, of_the_bot(u, GROUP), "b0"), {"kind": "tap", "addressed": True}),
        (lambda u: u.update("channel_post", {"chat": {"id": GROUP}}), {"kind": "other", "addressed": False}),
    ],
)
def test_group_updates_are_for_us_only_when_they_call_us(make: Made, expected: dict[str, Any]) -> None:
    shows(read(made(make)), private=False, **expected)


def test_order_within_a_second_is_telegrams_own() -> None:
    updates = Updates(State(clock=lambda: NOW.timestamp()))
    first, second = (inbound.split(b"{}", updates.text(WHO, words), NOW)[0].at for words in ("ก", "ข"))
    assert first < second


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "edited_message",
                    "callback_query",
                    "my_chat_member",
                    "chat",
                    "from",
                    "id",
                    "type",
                    "text",
                    "caption",
                    "photo",
                    "document",
                    "venue",
                    "location",
                    "contact",
                    "sticker",
                    "reply_to_message",
                    "migrate_to_chat_id",
                    "update_id",
                    "date",
                    "data",
                    "new_chat_member",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_update_breaks_the_reader(update: Any) -> None:
    body = json.dumps(update).encode()
    for raw in inbound.split(body, json.loads(body), NOW):
        assert raw.event_id
        assert raw.event_id.isascii()
        inbound.read(raw, ME)


def test_unreadable_bodies_are_other() -> None:
    for body in (b"", b"[", b"[]", b"\xff", b'{"a":' * 5000):
        assert inbound.read(RawEvent("e", "", NOW, body), ME).kind == "other"
