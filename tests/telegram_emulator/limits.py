"""What Telegram refuses: its api.json (see shapes.py) and the documented limits api.json does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.telegram_emulator import markup, shapes
from tests.telegram_emulator.shapes import Problem

TEXT, CAPTION, ENTITIES = 4096, 1024, 100
DATA_BYTES, TOAST, BUTTONS, PER_ROW = 64, 200, 100, 8
COMMANDS, DESCRIPTION = 100, 256
PROFILE = {"setMyDescription": ("description", 512), "setMyShortDescription": ("short_description", 120)}
PORTS = (443, 80, 88, 8443)
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "record_audio",
        "upload_audio",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
# An inline button does exactly one of these.
DOES = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
]


def problems(method: str, params: Mapping[str, Any]) -> list[str]:
    """Everything wrong with this call, also what Telegram would let pass."""
    return [problem.text for problem in found(method, params)]


def found(method: str, params: Mapping[str, Any]) -> list[Problem]:
    """As `problems`, with what Telegram answers to each. Values may be typed, or strings out of a form."""
    typed = shapes.decoded(method, params)
    shape = shapes.of_call(method, typed)
    if any(problem.answer is not None for problem in shape):
        return shape  # what has the wrong shape cannot be measured
    return shape + [problem for check in _CHECKS for problem in check(method, typed)]


def answer(all_found: list[Problem]) -> str | None:
    """What Telegram says to the first thing it does not let pass."""
    return next((problem.answer for problem in all_found if problem.answer is not None), None)


def words(params: Mapping[str, Any], name: str = "text") -> tuple[str, list[dict[str, Any]]]:
    """A text or caption after parsing: plain words and their entities. Raises markup.Unreadable."""
    source = str(params.get(name, ""))
    if str(params.get("parse_mode", "")).lower() == "html":
        parsed = markup.parse(source)
        return parsed.text, parsed.entities
    return source.strip(), list(params.get("entities" if name == "text" else "caption_entities") or [])


# --- words ------------------------------------------------------------------------------------------------------------


def _texts(method: str, params: dict[str, Any]) -> Iterator[Problem]:
    if method in ("sendMessage", "editMessageText") and "rich_message" not in params:
        yield from _measured(params, "text", TEXT, "message is too long")
    if "caption" in params:
        yield from _measured(params, "caption", CAPTION, "message caption is too long")


def _measured(params: dict[str, Any], name: str, most: int, too_long: str) -> Iterator[Problem]:
    mode = str(params.get("parse_mode", "")).lower()
    if mode not in ("", "html"):
        known = mode in ("markdown", "markdownv2")
        yield Problem(f"parse_mode {mode}: not read here", None if known else "Bad Request: unsupported parse_mode")
        return
    try:
        text, entities = words(params, name)
    except markup.Unreadable as refused:
        yield Problem(f"{name}: {refused}", f"Bad Request: can't parse entities: {refused}")
        return
    if mode == "html" and markup.parse(str(params.get(name, ""))).loose:
        yield Problem(f'{name}: an unescaped "&"', None)
    if not text and name == "text":
        yield Problem("text: empty", "Bad Request: message text is empty")
    if markup.utf16(text) > most:
        yield Problem(f"{name}: over {most}", f"Bad Request: {too_long}")
    if len(entities) > ENTITIES:
        yield Problem(f"{name}: over {ENTITIES} entities", None)
    for entity in entities:
        if not 0 <= entity["offset"] < entity["offset"] + entity["length"] <= markup.utf16(text):
            yield Problem(f"{name}: an entity reaches beyond the words", None)


def _toast(method: str, params: dict[str, Any]) -> Iterator[Problem]:
    if method == "answerCallbackQuery" and markup.utf16(str(params.get("text", ""))) > TOAST:
        yield Problem(f"answerCallbackQuery text: over {TOAST}", "Bad Request: MESSAGE_TOO_LONG")


def _action(method: str, params: dict[str, Any]) -> Iterator[Problem]:
    if method == "sendChatAction" and params["action"] not in ACTIONS:
        yield Problem(f"action: {params['action']!r}", "Bad Request: wrong parameter action in request")


# --- buttons ----------------------------------------------------------------------------------------------------------


def _keyboards(method: str, params: dict[str, Any]) -> Iterator[Problem]:
    keyboard = params.get("reply_markup")
    if not isinstance(keyboard, dict):
        return
    if "inline_keyboard" in keyboard:
        yield from _inline(keyboard["inline_keyboard"])
    elif "keyboard" in keyboard:
        yield from _reply(keyboard["keyboard"], params.get("chat_id"))
    if not 1 <= len(keyboard.get("input_field_placeholder", "-")) <= 64:
        yield Problem("input_field_placeholder: 1 to 64", None)


def _rows(rows: list[list[dict[str, Any]]]) -> Iterator[Problem]:
    if sum(map(len, rows)) > BUTTONS:
        yield Problem(f"keyboard: over {BUTTONS} buttons", "Bad Request: reply markup is too long")
    if any(len(row) > PER_ROW for row in rows):
        yield Problem(f"keyboard: over {PER_ROW} buttons in a row", None)
    if not rows or not all(rows):
        yield Problem("keyboard: an empty row", None)
    if any(not button["text"].strip() for row in rows for button in row):
        yield Problem("button: no text", "Bad Request: BUTTON_TEXT_INVALID")


def _inline(rows: list[list[dict[str, Any]]]) -> Iterator[Problem]:
    yield from _rows(rows)
    for button in (button for row in rows for button in row):
        does = [name for name in DOES if name in button]
        if not does:
            said = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            yield Problem(f"button {button['text']!r}: does nothing", f"Bad Request: {said}")
        if len(does) > 1:
            yield Problem(f"button {button['text']!r}: does {does}", None)
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= DATA_BYTES:
            yield Problem(f"callback_data: 1 to {DATA_BYTES} bytes", "Bad Request: BUTTON_DATA_INVALID")
        if "url" in button and not re.match(r"(https?|tg)://\S+$", button["url"]):
            said = f"Bad Request: inline keyboard button URL '{button['url']}' is invalid"
            yield Problem(f"button url: {button['url']!r}", said)


def _reply(rows: list[list[dict[str, Any]]], chat_id: Any) -> Iterator[Problem]:
    yield from _rows(rows)
    private = isinstance(chat_id, int) and chat_id > 0
    for button in (button for row in rows for button in row):
        for name, thing in (("request_contact", "phone number"), ("request_location", "location")):
            if button.get(name) and not private:
                said = f"Bad Request: {thing} can be requested in private chats only"
                yield Problem(f"{name}: in private chats only", said)


# --- what an operator sets --------------------------------------------------------------------------------------------


def _commands(method: str, params: dict[str, Any]) -> Iterator[Problem]:
    if method != "setMyCommands":
        return
    if len(params["commands"]) > COMMANDS:
        yield Problem(f"commands: over {COMMANDS}", "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for entry in params["commands"]:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", entry["command"]):
            yield Problem(f"command: {entry['command']!r}", "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(entry["description"].strip()) <= DESCRIPTION:
            yield Problem(f"description of {entry['command']}", "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")


def _profile(method: str, params: dict[str, Any]) -> Iterator[Problem]:
    name, most = PROFILE.get(method, ("", 0))
    if len(params.get(name, "")) > most:
        yield Problem(f"{name}: over {most}", "Bad Request: BOT_DESCRIPTION_TOO_LONG")


def _language(_method: str, params: dict[str, Any]) -> Iterator[Problem]:
    if not re.fullmatch(r"([a-z]{2})?", params.get("language_code", "")):
        yield Problem("language_code: two letters", "Bad Request: invalid language code specified")


def _webhook(method: str, params: dict[str, Any]) -> Iterator[Problem]:
    if method != "setWebhook":
        return
    url = urlsplit(params["url"])
    if params["url"] and url.scheme != "https":
        yield Problem("url: https only", "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    elif params["url"] and (url.port or 443) not in PORTS:
        said = "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
        yield Problem("url: not that port", f"Bad Request: {said}")
    secret = params.get("secret_token", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        yield Problem("secret_token", "Bad Request: secret token contains unallowed characters")
    if len(secret) > 256:
        yield Problem("secret_token: over 256", "Bad Request: secret token is too long")
    if not 1 <= params.get("max_connections", 40) <= 100:
        yield Problem("max_connections: 1 to 100", None)


def _subscribed(_method: str, params: dict[str, Any]) -> Iterator[Problem]:
    spec = shapes.api()
    kinds = {entry["name"] for entry in spec["types"]["Update"]["fields"][1:]} if spec else set()
    for kind in params.get("allowed_updates") or ():
        if kinds and kind not in kinds:
            yield Problem(f"allowed_updates: {kind!r}", None)


_CHECKS = (_texts, _toast, _action, _keyboards, _commands, _profile, _language, _webhook, _subscribed)
