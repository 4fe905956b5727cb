"""What the emulator refuses, and what it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.telegram_emulator import limits, markup
from tests.telegram_emulator.conftest import GROUP, NEE


def inline(**button: Any) -> dict[str, Any]:
    return {"chat_id": NEE, "text": "ก", "reply_markup": {"inline_keyboard": [[{"text": "ข", **button}]]}}


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sendNothing", {}),
        ("sendMessage", {"text": "ก"}),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "says": "x"}),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "disable_notification": "perhaps"}),
        ("sendMessage", {"chat_id": NEE, "text": " \n"}),
        ("sendMessage", {"chat_id": NEE, "text": "ก" * 4097}),
        ("sendMessage", {"chat_id": NEE, "text": "3 < 5", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": NEE, "text": "ก & ข", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": NEE, "text": "<b>ก", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": NEE, "text": "<b><i>ก</b></i>", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": NEE, "text": "<p>ก</p>", "parse_mode": "HTML"}),
        ("sendMessage", inline(callback_data="ก" * 22)),
        ("sendMessage", inline(callback_data="")),
        ("sendMessage", inline()),
        ("sendMessage", inline(callback_data="a", colour="red")),
        ("sendMessage", inline(callback_data=7)),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "reply_markup": json.dumps({"keyboard": ["ข"]})}),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "reply_markup": {"inline_keyboard": [[
            {"text": "", "callback_data": "a"}]]}}),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "reply_markup": {"inline_keyboard": [[
            {"text": "ข", "callback_data": "a"}] * 9]}}),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "reply_markup": {"inline_keyboard": [[
            {"text": "ข", "callback_data": "a"}]] * 101}}),
        ("sendMessage", {"chat_id": GROUP, "text": "ก", "reply_markup": {"keyboard": [[
            {"text": "ข", "request_location": True}]]}}),
        ("sendPhoto", {"chat_id": NEE, "photo": "x", "caption": "ก" * 1025}),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "ก" * 201}),
        ("sendChatAction", {"chat_id": NEE, "action": "thinking"}),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "ก"}]}),
        ("setMyCommands", {"commands": [{"command": "start", "description": ""}]}),
        ("setMyCommands", {"commands": [{"command": "start", "description": "ก"}] * 101}),
        ("setMyCommands", {"commands": [], "scope": {"type": "town"}}),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat"}}),
        ("setWebhook", {"url": "https://example.go.th:8000/"}),
    ],
)  # fmt: skip
def test_what_telegram_does_not_take(method: str, params: dict[str, Any]) -> None:
    assert limits.problems(method, params)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sendMessage", inline(callback_data="ก" * 21 + "a")),
        ("sendMessage", {"chat_id": str(NEE), "text": "12", "link_preview_options": '{"is_disabled": true}'}),
        ("sendMessage", {"chat_id": NEE, "text": "<b>" + "ก" * 4096 + "</b>", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "reply_markup": {"keyboard": [[
            {"text": "ข", "request_location": True}]], "one_time_keyboard": True}}),
        ("sendMessage", {"chat_id": NEE, "text": "ก", "reply_markup": {"remove_keyboard": True}}),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat_member", "chat_id": GROUP, "user_id": NEE}}),
        ("getUpdates", {"offset": "-1", "timeout": "10", "allowed_updates": '["message"]'}),
    ],
)  # fmt: skip
def test_what_telegram_takes(method: str, params: dict[str, Any]) -> None:
    assert limits.problems(method, params) == []


def test_html_becomes_entities() -> None:
    parsed = markup.parse(' 😀<a href="https://example.go.th/?a=1&amp;b">ก<code>ข</code></a> &lt;&#3585;&gt; ')
    assert parsed.text == "😀กข <ก>"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in parsed.entities] == [
        ("text_link", 2, 2),
        ("code", 3, 1),
    ]
