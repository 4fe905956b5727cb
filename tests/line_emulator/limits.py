"""What LINE refuses: its own schemas (from PRATU_SPECS_DIR) and the documented limits the schemas do not hold."""

from __future__ import annotations

import json
import os
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator


@cache
def _schema() -> dict[str, Any] | None:
    folder = os.environ.get("PRATU_SPECS_DIR", "")
    path = Path(folder) / "line" / "messaging-api.strict-closed.schema.json"
    return json.loads(path.read_text()) if folder and path.is_file() else None


@cache
def _validator(name: str) -> Draft202012Validator | None:
    schema = _schema()
    if schema is None:
        return None
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clusters(text: str) -> int:
    """Grapheme clusters, counted the simple way: marks and SARA AM join."""
    return sum(
        unicodedata.category(letter) not in ("Mn", "Me") and letter not in "\u0e33\u200d\ufe0f" for letter in text
    )


def problems(name: str, body: Any) -> list[str]:
    """Everything LINE would refuse in this request body."""
    found = []
    validator = _validator(name)
    if validator is not None:
        found = [f"{'/'.join(map(str, error.path))}: {error.message[:120]}" for error in validator.iter_errors(body)]
    messages = body.get("messages") if isinstance(body, dict) else None
    if messages is not None:
        if not 1 <= len(messages) <= 5:
            found.append("messages: 1 to 5")
        for message in messages:
            found += _message(message)
    return found


def _message(message: dict[str, Any]) -> list[str]:
    found = []
    if message.get("type") == "text" and not 1 <= utf16(message.get("text", "")) <= 5000:
        found.append("text: 1 to 5000 UTF-16 units")
    if message.get("type") == "flex":
        if not 1 <= utf16(message.get("altText", "")) <= 1500:
            found.append("altText: 1 to 1500")
        contents = message.get("contents") or {}
        bubbles = contents.get("contents", []) if contents.get("type") == "carousel" else [contents]
        if any(_size(bubble) > 30_000 for bubble in bubbles):
            found.append("bubble: over 30 KB")
        if _size(contents) > 50_000:
            found.append("carousel: over 50 KB")
        if not 1 <= len(bubbles) <= 12:
            found.append("carousel: 1 to 12 bubbles")
        found += _flex(message.get("contents"))
    if message.get("type") == "image" and not str(message.get("originalContentUrl", "")).startswith("https://"):
        found.append("image: https only")
    items = (message.get("quickReply") or {}).get("items", [])
    if len(items) > 13:
        found.append("quickReply: 13 at most")
    for item in items:
        found += _action(item.get("action", {}), 20)
    return found


def _size(contents: Any) -> int:
    return len(json.dumps(contents, ensure_ascii=False).encode())


def _flex(component: Any) -> list[str]:
    found = []
    if isinstance(component, dict):
        if component.get("type") == "text" and not component.get("text") and not component.get("contents"):
            found.append("flex text: empty")
        if "action" in component:
            found += _action(component["action"], 40)
        for value in component.values():
            found += _flex(value)
    elif isinstance(component, list):
        for value in component:
            found += _flex(value)
    return found


def _action(action: dict[str, Any], limit: int) -> list[str]:
    found = []
    if clusters(action.get("label", "")) > limit:
        found.append(f"label {action.get('label')!r}: {limit} at most")
    if action.get("type") == "message" and not 1 <= utf16(action.get("text", "")) <= 300:
        found.append("action text: 1 to 300")
    if action.get("type") == "uri" and len(action.get("uri", "")) > 1000:
        found.append("uri: 1000 at most")
    return found
