"""A digest as one Flex message: figures, what waits for a decision, and the chart, side by side to be swiped.

Decisions come before the chart: who reads on a phone decides first. A tapped button says its whole command, so that it
is understood days later as well. Changes are words; colour never speaks alone.
"""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import Any

from bot.line.flex import BUBBLE_BYTES, Draw, block, footer, words
from bot.measure import cut
from handlers.messages import Board, Choice, Figure, Matter

CAROUSEL_BYTES = 50_000
BUBBLES = 12
FIGURES, LINES = 6, 10
LINE, TEXT = 160, 400  # UTF-16 units
CHART_RATIO = "5:7"  # of the picture that bot/documents/chart.py draws
_CALM, _INK, _SOFT, _THIN = "#0B5D4E", "#1C1C1C", "#595959", "#C9C9C9"


def board(part: Board, action: Draw) -> dict[str, Any]:
    """A bubble, or a carousel of at most 12 and 50 KB. What does not fit stands on the page behind the button."""
    matters = list(part.matters[: BUBBLES - 1 - _has_chart(part)])
    for longest in (TEXT, TEXT // 3):
        drawn = _drawn(part, matters, action, longest)
        if _fits(drawn):
            return drawn
    while matters and not _fits(drawn):
        matters.pop()
        drawn = _drawn(part, matters, action, TEXT // 3)
    return drawn


def _has_chart(part: Board) -> bool:
    return part.picture.startswith("https://")


def _fits(drawn: dict[str, Any]) -> bool:
    bubbles = drawn.get("contents", [drawn])
    return _size(drawn) <= CAROUSEL_BYTES and all(_size(bubble) <= BUBBLE_BYTES for bubble in bubbles)


def _size(drawn: dict[str, Any]) -> int:
    return len(json.dumps(drawn, ensure_ascii=False).encode())


def _drawn(part: Board, matters: list[Matter], action: Draw, longest: int) -> dict[str, Any]:
    bubbles = [_glance(part, action, longest), *(_matter(one, action, longest) for one in matters)]
    if _has_chart(part):
        bubbles.append(_chart(part, action))
    return bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": bubbles}


def _glance(part: Board, action: Draw, longest: int) -> dict[str, Any]:
    shown = part.figures[:FIGURES]
    pairs = zip_longest(shown[::2], shown[1::2])
    contents = [_pair(left, right) for left, right in pairs]
    if contents and part.lines:
        contents.append({"type": "separator", "margin": "lg", "color": _THIN})
    contents += [words(cut(line, min(LINE, longest)), "sm", _INK) for line in part.lines[:LINES] if line.strip()]
    return _bubble([words(part.title, "lg", "#FFFFFF", "bold"), words(part.period, "sm", "#FFFFFF")], contents) | _foot(
        part.choices, action
    )


def _pair(left: Figure | None, right: Figure | None) -> dict[str, Any]:
    cells = [_figure(one) for one in (left, right) if one is not None]
    if len(cells) == 1:
        cells.append({"type": "box", "layout": "vertical", "flex": 1, "contents": [{"type": "filler"}]})
    return {"type": "box", "layout": "horizontal", "spacing": "md", "contents": cells}


def _figure(figure: Figure) -> dict[str, Any]:
    contents = [words(figure.name, "sm", _SOFT), words(figure.value, "xxl", _INK, "bold")]
    if figure.change:
        contents.append(words(figure.change, "xs", _SOFT))
    return {"type": "box", "layout": "vertical", "flex": 1, "contents": contents}


def _matter(matter: Matter, action: Draw, longest: int) -> dict[str, Any]:
    body = [words(cut(matter.text, longest), "md", _INK)]
    return _bubble([words(matter.title, "lg", "#FFFFFF", "bold")], body) | _foot(matter.choices, action)


def _chart(part: Board, action: Draw) -> dict[str, Any]:
    hero: dict[str, Any] = {
        "type": "image",
        "url": part.picture,
        "size": "full",
        "aspectRatio": CHART_RATIO,
        "aspectMode": "fit",
        "backgroundColor": "#FFFFFF",
    }
    link = next((choice for choice in part.choices if choice.opens == "link"), None)
    if link is not None:
        hero["action"] = action(link, 40)
    return {"type": "bubble", "size": "mega", "hero": hero} | _foot(() if link is None else (link,), action)


def _bubble(head: list[dict[str, Any]], body: list[dict[str, Any]]) -> dict[str, Any]:
    drawn: dict[str, Any] = {"type": "bubble", "size": "mega", "header": block(head, _CALM)}
    if body:
        drawn["body"] = {"type": "box", "layout": "vertical", "spacing": "md", "contents": body}
    return drawn


def _foot(choices: tuple[Choice, ...], action: Draw) -> dict[str, Any]:
    buttons = [choice for choice in choices if choice.opens in ("", "link")]
    return {"footer": footer(buttons, action, _CALM)} if buttons else {}
