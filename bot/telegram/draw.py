"""Neutral parts as Telegram messages. Pure: the same parts, the same messages. Everything is escaped HTML.

Telegram takes one message a call and one a second, so bubbles that fit go together.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from bot.channels import Call
from bot.measure import Words, graphemes, label, pieces, utf16
from handlers.messages import Board, Card, Choice, Document, Part, Picture, Say, choices_of, in_words
from handlers.services import newest_choices

TEXT = 4000  # UTF-16 units after parsing; Telegram takes 4,096
LABEL = 40
SHORT = 14  # grapheme clusters that stand beside another button on a small phone
_MARKS = {"done": "✓", "now": "●", "next": "○"}
_UNKNOWN_HERE = frozenset({"camera"})  # the paperclip does that


def calls(parts: Sequence[Part], words: Words) -> list[Call]:
    """One call per message: its HTML, its buttons (`rows` of labels), and what each of them says."""
    newest = newest_choices(parts)
    drawn: list[tuple[str, str, list[Choice]]] = []  # (html, plain words, buttons)
    for one in parts:
        part = in_words(one) if isinstance(one, Board | Document) else one
        buttons = _buttons(part, newest)
        for piece, plain in _texts(part, words):
            last = drawn[-1] if drawn else None
            if last is not None and not last[2] and _size(last[0]) + _size(piece) < TEXT:
                drawn[-1] = (f"{last[0]}\n\n{piece}", f"{last[1]}\n\n{plain}", [])
            else:
                drawn.append((piece, plain, []))
        if drawn and buttons:
            drawn[-1] = (drawn[-1][0], drawn[-1][1], buttons)
    return [Call([_message(text, buttons)], [plain]) for text, plain, buttons in drawn]


def _texts(part: Part, words: Words) -> list[tuple[str, str]]:
    if isinstance(part, Card):
        return [(_card(part), part.text)]
    if isinstance(part, Picture):
        part = Say(f"{part.alt}\n{part.url}".strip())
    if isinstance(part, Board | Document):
        part = in_words(part)
    return [(html.escape(piece, quote=False), piece) for piece in pieces(part.text, TEXT, words) if piece.strip()]


def _size(piece: str) -> int:
    """UTF-16 units as Telegram counts them: after its HTML (our own bold, and what was escaped) was read."""
    return utf16(html.unescape(piece.replace("<b>", "").replace("</b>", "")))


def _card(card: Card) -> str:
    escape = html.escape
    urgent = "🔴 " if card.urgent else ""
    way = " › ".join(f"{_MARKS[step.state]} {escape(step.label, quote=False)}" for step in card.steps)
    rows = [f"{escape(name, quote=False)}: {escape(value, quote=False)}" for name, value in card.rows]
    head = f"{urgent}<b>{escape(card.reference)}</b> {escape(card.status, quote=False)}"
    return "\n".join([head, way, *rows])


def _buttons(part: Part, newest: tuple[Choice, ...]) -> list[Choice]:
    own = choices_of(part)
    links = [choice for choice in own if choice.opens == "link" and choice.says.startswith("https://")]
    said = [choice for choice in own if own == newest and choice.opens not in ("link", *_UNKNOWN_HERE)]
    return [*links, *said]


def _message(text: str, buttons: list[Choice]) -> dict[str, Any]:
    message: dict[str, Any] = {"text": text}
    if not buttons:
        return message
    says = [choice.says for choice in buttons if choice.opens != "link"]
    numbers = iter(range(len(says)))
    rows: list[list[dict[str, Any]]] = []
    for choice in buttons:
        button: dict[str, Any] = {"text": label(choice.label, LABEL)}
        if choice.opens == "link":
            button["url"] = choice.says
        else:
            button["callback_data"] = f"b{next(numbers)}"  # short and opaque; what it says is in our own row
        short = len(graphemes(choice.label)) <= SHORT
        if rows and short and len(rows[-1]) == 1 and len(graphemes(rows[-1][0]["text"])) <= SHORT:
            rows[-1].append(button)
        else:
            rows.append([button])
    message["says"] = says
    message["reply_markup"] = {"inline_keyboard": rows}
    where = next((choice.label for choice in buttons if choice.opens == "place"), "")
    if where:
        message["asks_place"] = where
    return message


def payload(message: dict[str, Any], chat_id: str) -> dict[str, Any]:
    """The call's parameters for this chat. A place can be shared by a button in private chats only."""
    markup: Any = message.get("reply_markup")
    where = message.get("asks_place")
    if where and not chat_id.startswith("-"):
        rows = [
            [
                {"text": button["text"], "request_location": True}
                if button["text"] == where
                else {"text": button["text"]}
            ]
            for row in markup["inline_keyboard"]
            for button in row
            if "url" not in button
        ]
        markup = {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}
    found: dict[str, Any] = {"chat_id": int(chat_id), "text": message["text"], "parse_mode": "HTML"}
    found["link_preview_options"] = {"is_disabled": True}
    if markup:
        found["reply_markup"] = markup
    return found
