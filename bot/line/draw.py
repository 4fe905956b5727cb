"""Neutral parts as LINE messages, packed into as few calls as LINE allows. Pure: the same parts, the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.channels import Call
from bot.line import boards, flex
from bot.measure import Words, cut, label, pieces, utf16
from handlers.messages import Board, Card, Choice, Document, Part, Picture, Say, in_words
from handlers.services import newest_choices

# developers.line.biz/en/reference/messaging-api (2026): limits by name.
OBJECTS_PER_CALL = 5
TEXT = 5000  # UTF-16 units
ALT_TEXT = 1500  # UTF-16 units
QUICK_REPLIES = 13
LABEL = 20  # grapheme clusters
ACTION_TEXT = 300
URI = 1000

_PICKERS = {"place": "location", "camera": "camera", "photos": "cameraRoll"}


def calls(parts: Sequence[Part], words: Words) -> list[Call]:
    """The parts drawn, in batches of five. Only the last message's quick replies are shown, so they go there."""
    messages: list[dict[str, Any]] = []
    texts: list[str] = []
    for part in parts:
        for message, text in _drawn(part, words):
            messages.append(message)
            texts.append(text)
    choices = _last_choices(parts)
    if messages and choices:
        messages[-1]["quickReply"] = {"items": [_quick_reply(choice) for choice in choices[:QUICK_REPLIES]]}
    step = OBJECTS_PER_CALL
    return [Call(messages[at : at + step], texts[at : at + step]) for at in range(0, len(messages), step)]


def _drawn(part: Part, words: Words) -> list[tuple[dict[str, Any], str]]:
    if isinstance(part, Card):
        bubble = flex.card(part, action)
        return [({"type": "flex", "altText": cut(part.text, ALT_TEXT), "contents": bubble}, part.text)]
    if isinstance(part, Picture):
        if part.url.startswith("https://"):
            drawn = {"type": "image", "originalContentUrl": part.url, "previewImageUrl": part.url}
            return [(drawn, part.alt)]
        part = Say(f"{part.alt}\n{part.url}".strip())
    if isinstance(part, Board):
        contents = boards.board(part, action)
        return [({"type": "flex", "altText": cut(part.text, ALT_TEXT), "contents": contents}, part.text)]
    if isinstance(part, Document):
        part = in_words(part)
    links = [choice for choice in part.choices if choice.opens == "link"]
    if links and utf16(part.text) <= ALT_TEXT:
        return [({"type": "flex", "altText": part.text, "contents": flex.note(part.text, links, action)}, part.text)]
    return [({"type": "text", "text": piece}, piece) for piece in pieces(part.text, TEXT, words) if piece.strip()]


def _last_choices(parts: Sequence[Part]) -> list[Choice]:
    """What a quick reply can hold of the newest answers; addresses stay on the card, or below the words."""
    return [choice for choice in newest_choices(parts) if choice.opens != "link"]


def _quick_reply(choice: Choice) -> dict[str, Any]:
    return {"type": "action", "action": action(choice, LABEL)}


def action(choice: Choice, label_limit: int) -> dict[str, Any]:
    """What a button does: say its words, open a picker, or open an address."""
    name = label(choice.label, label_limit)
    if choice.opens in _PICKERS:
        return {"type": _PICKERS[choice.opens], "label": name}
    if choice.opens == "link":
        return {"type": "uri", "label": name, "uri": choice.says[:URI]}
    return {"type": "message", "label": name, "text": cut(choice.says, ACTION_TEXT)}
