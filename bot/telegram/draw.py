"""Neutral parts as Telegram messages. Pure: the same parts, the same messages. Everything is escaped HTML.

Telegram takes one message a call and one a second, so bubbles that fit go together.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels import Call
from bot.measure import Words, graphemes, label, pieces, utf16
from handlers.messages import Board, Card, Choice, Document, Matter, Part, Picture, Say, choices_of, in_words
from handlers.services import newest_choices

TEXT = 4000  # UTF-16 units after parsing; Telegram takes 4,096
CAPTION = 1000  # below a file; Telegram takes 1,024
LABEL = 40
SHORT = 14  # grapheme clusters that stand beside another button on a small phone
_MARKS = {"done": "✓", "now": "●", "next": "○"}
_UNKNOWN_HERE = frozenset({"camera"})  # the paperclip does that


@dataclass
class _Drawn:
    """One message: its HTML, the same in plain words, its buttons, and the paper it hands over."""

    text: str
    plain: str
    buttons: list[Choice] = field(default_factory=list)
    paper: Document | None = None
    apart: bool = False  # never in one message with what came before it


def calls(parts: Sequence[Part], words: Words) -> list[Call]:
    """One call per message: its HTML, its buttons (`rows` of labels), and what each of them says.

    A message with a `document` hands over a paper, which is drawn when it is sent; the rest of it is what is said
    instead where there is none.
    """
    newest = newest_choices(parts)
    drawn: list[_Drawn] = []
    for part in parts:
        for one in _pieces(part, newest, words):
            last = drawn[-1] if drawn else None
            joins = last is not None and not last.buttons and last.paper is None and not one.apart
            if last is not None and joins and _size(last.text) + _size(one.text) < TEXT:
                drawn[-1] = _Drawn(f"{last.text}\n\n{one.text}", f"{last.plain}\n\n{one.plain}", one.buttons)
            else:
                drawn.append(one)
    return [Call([_message(one)], [one.plain]) for one in drawn]


def _pieces(part: Part, newest: tuple[Choice, ...], words: Words) -> list[_Drawn]:
    """A part in as many messages as it needs: its buttons below the last of them, each matter of a board in its own."""
    if isinstance(part, Document):
        return _paper(part, words)
    found = [_Drawn(piece, plain) for piece, plain in _texts(part, words)]
    if found:
        found[-1].buttons = _buttons(part, newest)
    if isinstance(part, Board):
        found += [one for matter in part.matters for one in _matter(matter, words)]
    return found


def _matter(matter: Matter, words: Words) -> list[_Drawn]:
    """Its buttons decide whenever they are tapped, so they stay below it whatever is asked meanwhile."""
    text = f"{matter.title}\n{matter.text}".strip()
    found = [_Drawn(piece, plain, apart=True) for piece, plain in _titled(text, matter.title, words)]
    if found:
        found[-1].buttons = [choice for choice in matter.choices if choice.opens == "" or _leads_out(choice)]
    return found


def _paper(part: Document, words: Words) -> list[_Drawn]:
    """The file with its words below it; words that are too long for that come first."""
    said = in_words(part)
    found = [_Drawn(piece, plain) for piece, plain in _texts(said, words)]
    if len(found) != 1 or utf16(part.text) > CAPTION:
        found.append(_Drawn(html.escape(part.name, quote=False), part.name))
    found[-1].buttons, found[-1].paper, found[-1].apart = _buttons(said, ()), part, True
    return found


def _texts(part: Say | Card | Picture | Board, words: Words) -> list[tuple[str, str]]:
    if isinstance(part, Card):
        return [(_card(part), part.text)]
    if isinstance(part, Board):
        return _titled(part.text, part.title, words)
    text = f"{part.alt}\n{part.url}".strip() if isinstance(part, Picture) else part.text
    return [(html.escape(piece, quote=False), piece) for piece in pieces(text, TEXT, words) if piece.strip()]


def _titled(text: str, title: str, words: Words) -> list[tuple[str, str]]:
    """The pieces of a text, its title in bold where it begins with it."""
    found = [(html.escape(piece, quote=False), piece) for piece in pieces(text, TEXT, words) if piece.strip()]
    if title.strip() and found and found[0][1].startswith(title):
        escaped = html.escape(title, quote=False)
        found[0] = (f"<b>{escaped}</b>{found[0][0].removeprefix(escaped)}", found[0][1])
    return found


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


def _buttons(part: Say | Card | Picture | Board, newest: tuple[Choice, ...]) -> list[Choice]:
    own = choices_of(part)
    links = [choice for choice in own if _leads_out(choice)]
    said = [choice for choice in own if own == newest and choice.opens not in ("link", *_UNKNOWN_HERE)]
    return [*links, *said]


def _leads_out(choice: Choice) -> bool:
    return choice.opens == "link" and choice.says.startswith("https://")


def _message(one: _Drawn) -> dict[str, Any]:
    message: dict[str, Any] = {"text": one.text}
    if one.paper is not None:
        message |= {"document": one.paper.token, "name": one.paper.name}
    buttons = one.buttons
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


def handing_over(message: dict[str, Any], chat_id: str) -> dict[str, Any]:
    """As `payload`, but the words stand below a file, which the caller puts in."""
    found = payload(message, chat_id)
    del found["link_preview_options"]
    found["caption"] = found.pop("text")
    return found
