"""What a page sends: one message, checked and stored as an event before it is answered."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from starlette.requests import Request

from bot.intake import CannotStore
from bot.webchat import uploads
from bot.webchat.channel import NAME
from bot.webchat.context import WebContext
from bot.webchat.refusals import Refused
from storage.inbox import NewEvent, microseconds

LONGEST_TEXT = 5000  # characters, like LINE's
LARGEST_MESSAGE = 64 * 1024  # bytes
_CLIENT_ID = re.compile(r"[!-~]{8,64}")


async def read_json(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises Refused."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_MESSAGE:
            raise Refused(413, "too_long")
    try:
        data = json.loads(bytes(body) or b"{}")
    except (ValueError, RecursionError):
        raise Refused(400, "bad_message") from None
    if not isinstance(data, dict):
        raise Refused(400, "bad_message")
    return data


async def store(context: WebContext, chat: str, data: dict[str, Any]) -> str:
    """Store one message; returns its event id. The page's own id makes sending again harmless. Raises Refused."""
    client_id = data.get("id")
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise Refused(400, "bad_message")
    body = {"chat": chat, **_content(context, chat, data)}
    event_id = "web-" + hashlib.sha256(f"{chat} {client_id}".encode()).hexdigest()[:40]
    now_us = microseconds(context.clock())
    event = NewEvent(NAME, event_id, chat, now_us, now_us, json.dumps(body).encode())
    try:
        await context.intake.store([event])
    except CannotStore:
        raise Refused(503, "not_stored") from None
    return event_id


def _content(context: WebContext, chat: str, data: dict[str, Any]) -> dict[str, Any]:
    kind = data.get("kind")
    if kind == "text":
        return {"kind": "text", "text": _text(data.get("text"))}
    if kind == "place":
        lat, lon = data.get("lat"), data.get("lon")
        if not _is_degree(lat, 90) or not _is_degree(lon, 180):
            raise Refused(400, "bad_place")
        return {"kind": "place", "lat": lat, "lon": lon}
    if kind == "file":
        kind, digest = uploads.opened(context.keys, chat, str(data.get("file", "")))
        return {"kind": kind, "digest": digest, "name": uploads.plain_name(str(data.get("name", "")))}
    raise Refused(400, "bad_message")


def _text(text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "empty")
    if len(text) > LONGEST_TEXT:
        raise Refused(413, "too_long")
    return text


def _is_degree(value: Any, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most  # NaN is not
