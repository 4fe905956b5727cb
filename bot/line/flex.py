"""The case as a Flex bubble: big reference, status in words, a stepper, facts, buttons. Colour never speaks alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from bot.measure import cut
from handlers.messages import Card, Choice, Step

BUBBLE_BYTES = 30_000
FLEX_LABEL = 40  # grapheme clusters
VALUE = 400  # UTF-16 units of one row: a bubble is read, not scrolled

_CALM, _URGENT, _INK, _SOFT, _LINE = "#0B5D4E", "#A61B1B", "#1C1C1C", "#595959", "#C9C9C9"
Draw = Callable[[Choice, int], dict[str, Any]]  # (choice, longest label) → action
_MARKS = {"done": "✓", "now": "●", "next": "○"}


def card(part: Card, action: Draw) -> dict[str, Any]:
    """A bubble of at most 30 KB; long values are cut before buttons are dropped."""
    bubble = _bubble(part, action, VALUE)
    if len(json.dumps(bubble, ensure_ascii=False).encode()) > BUBBLE_BYTES:
        bubble = _bubble(part, action, VALUE // 8)
    return bubble


def note(text: str, links: Sequence[Choice], action: Draw) -> dict[str, Any]:
    """Words with addresses to open below them: a quick reply is gone with the next message, and on a PC never there."""
    return {
        "type": "bubble",
        "size": "mega",
        "body": {"type": "box", "layout": "vertical", "contents": [words(text, "md", _INK)]},
        "footer": footer(links, action, _CALM),
    }


def footer(buttons: Sequence[Choice], action: Draw, colour: str) -> dict[str, Any]:
    """Up to four buttons, the first of them filled."""
    shown = [_button(choice, action, colour, number == 0) for number, choice in enumerate(buttons[:4])]
    return {"type": "box", "layout": "vertical", "spacing": "sm", "contents": shown}


def _bubble(part: Card, action: Draw, longest: int) -> dict[str, Any]:
    colour = _URGENT if part.urgent else _CALM
    bubble: dict[str, Any] = {
        "type": "bubble",
        "size": "mega",
        "header": block([words(part.title, "md", "#FFFFFF"), words(part.status, "xl", "#FFFFFF", "bold")], colour),
        "body": _body(part, colour, longest),
    }
    buttons = [choice for choice in part.choices if choice.opens in ("", "link")]
    if buttons:
        bubble["footer"] = footer(buttons, action, colour)
    return bubble


def block(contents: list[dict[str, Any]], colour: str) -> dict[str, Any]:
    """Components below each other on a colour."""
    return {
        "type": "box",
        "layout": "vertical",
        "backgroundColor": colour,
        "paddingAll": "16px",
        "contents": contents,
    }


def _body(part: Card, colour: str, longest: int) -> dict[str, Any]:
    contents = [
        words(part.reference, "xxl", _INK, "bold"),
        _stepper(part.steps, colour),
        {"type": "separator", "margin": "lg", "color": _LINE},
        *(_row(name, cut(value, longest)) for name, value in part.rows),
    ]
    return {"type": "box", "layout": "vertical", "spacing": "md", "contents": contents}


def words(text: str, size: str, colour: str, weight: str = "regular") -> dict[str, Any]:
    """A text that wraps; LINE refuses an empty one."""
    return {"type": "text", "text": text or "-", "size": size, "color": colour, "weight": weight, "wrap": True}


def _stepper(steps: tuple[Step, ...], colour: str) -> dict[str, Any]:
    return {
        "type": "box",
        "layout": "horizontal",
        "margin": "lg",
        "contents": [_stop(step, colour) for step in steps],
    }


def _stop(step: Step, colour: str) -> dict[str, Any]:
    ink = _SOFT if step.state == "next" else colour
    weight = "bold" if step.state == "now" else "regular"
    mark = {**words(_MARKS[step.state], "lg", ink, weight), "align": "center"}
    name = {**words(step.label, "xs", ink, weight), "align": "center"}
    return {"type": "box", "layout": "vertical", "flex": 1, "contents": [mark, name]}


def _row(name: str, value: str) -> dict[str, Any]:
    return {
        "type": "box",
        "layout": "vertical",
        "margin": "md",
        "contents": [words(name, "sm", _SOFT), words(value, "md", _INK)],
    }


def _button(choice: Choice, action: Draw, colour: str, first: bool) -> dict[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "style": "primary" if first else "secondary",
        "height": "md",
        "action": action(choice, FLEX_LABEL),
    }
    if first:
        button["color"] = colour
    return button
