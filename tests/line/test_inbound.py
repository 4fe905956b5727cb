"""LINE events in: a table of payloads, and no JSON that breaks the reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import RawEvent
from bot.line import inbound

NOW = datetime(2026, 11, 24, tzinfo=UTC)
USER = {"type": "user", "userId": "U1"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "message",
                    "source",
                    "userId",
                    "timestamp",
                    "webhookEventId",
                    "id",
                    "text",
                    "imageSet",
                    "mention",
                    "mentionees",
                    "keywords",
                    "latitude",
                    "postback",
                    "data",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def read(event: dict[str, Any]) -> Any:
    body = json.dumps({"destination": "U", "events": [event]}).encode()
    return inbound.read(inbound.split(body, json.loads(body), NOW)[0])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {
                "type": "message",
                "source": USER,
                "replyToken": "r",
                "message": {"type": "text", "id": "1", "text": "ไฟดับ"},
            },
            {"kind": "text", "text": "ไฟดับ", "reply_token": "r", "message_id": "1"},
        ),
        (
            {"type": "message", "source": USER, "message": {"type": "sticker", "id": "2", "keywords": ["happy"]}},
            {"kind": "sticker", "keywords": ("happy",)},
        ),
        ({"type": "message", "source": USER, "message": {"type": "audio", "id": "3"}}, {"kind": "audio"}),
        ({"type": "message", "source": USER, "message": {"type": "hologram", "id": "4"}}, {"kind": "strange"}),
        ({"type": "postback", "source": USER, "postback": {"data": "/q"}}, {"kind": "text", "text": "/q"}),
        ({"type": "follow", "source": USER}, {"kind": "follow"}),
        ({"type": "unsend", "source": USER, "unsend": {"messageId": "9"}}, {"kind": "unsend", "message_id": "9"}),
        (
            {"type": "message", "mode": "standby", "source": USER, "message": {"type": "text", "id": "5", "text": "x"}},
            {"answerable": False},
        ),
        ({"type": "somethingNew", "source": USER}, {"kind": "other"}),
        (
            {
                "type": "message",
                "source": {"type": "group", "groupId": "C1", "userId": "U1"},
                "message": {"type": "text", "id": "6", "text": "คุยกัน"},
            },
            {"private": False, "addressed": False, "chat_id": "C1"},
        ),
        (
            {
                "type": "message",
                "source": {"type": "group", "groupId": "C1", "userId": "U1"},
                "message": {"type": "text", "id": "7", "text": "แจ้ง ไฟดับ"},
            },
            {"addressed": True, "text": "ไฟดับ"},
        ),
        (
            {
                "type": "message",
                "source": {"type": "group", "groupId": "C1"},
                "message": {"type": "text", "id": "8", "text": "@bot", "mention": {"mentionees": [{"isSelf": True}]}},
            },
            {"addressed": True, "user_id": ""},
        ),
    ],
)
def test_events_in_the_neutral_shape(event: dict[str, Any], expected: dict[str, Any]) -> None:
    incoming = read(event)
    assert {name: getattr(incoming, name) for name in expected} == expected


def test_pin_and_picture() -> None:
    pin = read(
        {
            "type": "message",
            "source": USER,
            "message": {
                "type": "location",
                "id": "1",
                "title": "วัด",
                "address": "หมู่ 3",
                "latitude": 16.8,
                "longitude": 100.2,
            },
        }
    )
    assert (pin.place.text, pin.place.lat, pin.place.lon) == ("วัด, หมู่ 3", 16.8, 100.2)
    photo = read(
        {
            "type": "message",
            "source": USER,
            "message": {"type": "image", "id": "5", "imageSet": {"id": "s", "total": 3}},
        }
    )
    assert (photo.media.ref, photo.media.group, photo.media.count) == ("5", "s", 3)


@given(JSON)
def test_no_event_breaks_the_reader(event: Any) -> None:
    data = {"events": [event]} if isinstance(event, dict) else {"events": event}
    body = json.dumps(data).encode()
    for raw in inbound.split(body, json.loads(body), NOW):
        assert raw.event_id
        assert raw.event_id.isascii()
        inbound.read(raw)


def test_the_same_event_without_an_id_is_the_same_event() -> None:
    event = {"type": "message", "source": USER, "message": {"type": "text", "text": "x"}}
    first = inbound.split(b"{}", {"events": [event]}, NOW)
    again = inbound.split(b"{}", {"events": [{**event, "deliveryContext": {"isRedelivery": True}}]}, NOW)
    assert first[0].event_id == again[0].event_id


@pytest.mark.parametrize("timestamp", ["soon", None, True, -5, 10**30, 1.5])
def test_an_odd_time_is_now(timestamp: Any) -> None:
    assert inbound.split(b"{}", {"events": [{"timestamp": timestamp}]}, NOW)[0].at == NOW


def test_unreadable_bodies_are_other() -> None:
    for body in (b"", b"[", b"[]", b"\xff", b'{"a":' * 5000):
        assert inbound.read(RawEvent("e", "", NOW, body)).kind == "other"
