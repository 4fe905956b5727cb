"""Telegram's HTML: what it turns into, and what it cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[\w.\-]+))?""")


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Unreadable(Exception):
    """Telegram refuses the whole message; the words are Telegram's."""


@dataclass
class Parsed:
    """Plain words with their entities; `loose` counts "&" that begin nothing, which Telegram lets pass."""

    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    loose: int = 0


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int
    at: int


def parse(source: str) -> Parsed:
    """Read HTML as Telegram does. Raises Unreadable."""
    parsed = Parsed()
    stack: list[_Open] = []
    at = 0
    while at < len(source):
        letter = source[at]
        if letter == "<" and source[at + 1 : at + 2] == "/":
            at = _close(source, at, stack, parsed)
        elif letter == "<":
            at = _open(source, at, stack, parsed)
        elif letter == "&":
            at = _entity(source, at, parsed)
        else:
            parsed.text += letter
            at += 1
    if stack:
        last = stack[-1]
        raise Unreadable(f'Can\'t find end tag corresponding to start tag "{last.tag}"')
    return _trimmed(parsed)


def _offset(source: str, at: int) -> int:
    return len(source[:at].encode("utf-8", "surrogatepass"))


def _entity(source: str, at: int, parsed: Parsed) -> int:
    found = _ENTITY.match(source, at)
    if found is None:
        parsed.loose += 1
        parsed.text += "&"
        return at + 1
    decimal, hexadecimal, name = found.groups()
    if name:
        parsed.text += NAMED[name]
    else:
        number = int(decimal) if decimal else int(hexadecimal, 16)
        parsed.text += chr(number) if 0 < number < 0x110000 else found.group()
    return found.end()


def _open(source: str, at: int, stack: list[_Open], parsed: Parsed) -> int:
    where = _offset(source, at)
    name = re.compile(r"[^\s>]*").match(source, at + 1)
    assert name is not None
    tag = name.group().lower()
    if source.find(">", at) < 0:
        raise Unreadable(f"Unclosed start tag at byte offset {where}")
    if tag not in KINDS:
        raise Unreadable(f'Unsupported start tag "{tag}" at byte offset {where}')
    attributes: dict[str, str] = {}
    end = name.end()
    while found := _ATTRIBUTE.match(source, end):
        attributes[found.group(1).lower()] = (found.group(2) or "").strip("\"'")
        end = found.end()
    end += len(source[end:]) - len(source[end:].lstrip())
    if source[end : end + 1] != ">":
        raise Unreadable(f'Unclosed start tag "{tag}" at byte offset {where}')
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise Unreadable(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
    stack.append(_Open(tag, attributes, utf16(parsed.text), where))
    return end + 1


def _close(source: str, at: int, stack: list[_Open], parsed: Parsed) -> int:
    where = _offset(source, at)
    if not stack:
        raise Unreadable(f"Unexpected end tag at byte offset {where}")
    found = re.compile(r"</([^\s>]*)\s*>").match(source, at)
    if found is None:
        raise Unreadable(f"Unclosed end tag at byte offset {where}")
    opened = stack.pop()
    tag = found.group(1).lower()
    if tag and tag != opened.tag:
        raise Unreadable(f'Unmatched end tag at byte offset {where}, expected "</{opened.tag}>", found "</{tag}>"')
    length = utf16(parsed.text) - opened.start
    if length:
        parsed.entities.append({"type": KINDS[opened.tag], "offset": opened.start, "length": length, **_more(opened)})
    return found.end()


def _more(opened: _Open) -> dict[str, str]:
    if opened.tag == "a":
        return {"url": opened.attributes.get("href", "")}
    if opened.tag == "tg-emoji":
        return {"custom_emoji_id": opened.attributes.get("emoji-id", "")}
    return {}


def _trimmed(parsed: Parsed) -> Parsed:
    """Telegram cuts white space off both ends; entities move with the words and never reach beyond them."""
    lead = utf16(parsed.text) - utf16(parsed.text.lstrip())
    parsed.text = parsed.text.strip()
    whole = utf16(parsed.text)
    kept = []
    for entity in parsed.entities:
        start = max(0, entity["offset"] - lead)
        end = min(whole, entity["offset"] + entity["length"] - lead)
        # a link that leads nowhere is no link
        if end > start and entity.get("url") != "":
            kept.append({**entity, "offset": start, "length": end - start})
    parsed.entities = sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))
    return parsed
