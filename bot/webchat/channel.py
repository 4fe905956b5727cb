"""The web chat as a channel: bodies we wrote ourselves in, plain JSON the page draws out. Stored is delivered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.channels import Call, ContentGone, RawEvent, SendFailed, Sent
from handlers.messages import (
    Board,
    Card,
    Choice,
    Document,
    Incoming,
    IncomingKind,
    Media,
    Part,
    Picture,
    Place,
    Say,
)
from storage.files import FileStore

NAME = "web"
_KINDS: dict[str, IncomingKind] = {"text": "text", "image": "image", "file": "file", "place": "place"}


class WebChannel:
    """Pushing puts the drawn message into the chat's history; every open page is woken and fetches it."""

    name = NAME
    replies = False
    paced = False

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def split(self, body: bytes, data: Any, now: datetime) -> list[RawEvent]:
        """Nothing: the page's own addresses make single events."""
        return []

    def read(self, event: RawEvent) -> Incoming:
        """The message the page sent; anything we did not write is "other"."""
        try:
            data = json.loads(event.body)
        except (ValueError, RecursionError):
            data = None
        data = data if isinstance(data, dict) else {}
        chat = _words(data, "chat")
        kind = _KINDS.get(_words(data, "kind"), "other")
        place = _place(data) if kind == "place" else None
        media = Media(_words(data, "digest"), _words(data, "name")) if kind in ("image", "file") else None
        if (kind == "place" and place is None) or (media is not None and not media.ref):
            kind, media = "other", None
        return Incoming(
            channel=NAME,
            kind=kind,
            event_id=event.event_id,
            at=event.at,
            user_id=chat,
            chat_id=chat,
            text=_words(data, "text") if kind == "text" else "",
            message_id=event.event_id,
            place=place,
            media=media,
        )

    def draw(self, parts: Sequence[Part]) -> list[Call]:
        """One call with everything: a page has no limit of five."""
        messages = [_drawn(part) for part in parts]
        texts = [part.alt if isinstance(part, Picture) else part.text for part in parts]
        return [Call(messages, texts)] if messages else []

    async def reply(self, token: str, call: Call) -> Sent:
        """There is no such thing here: the same content is pushed."""
        raise SendFailed("token", "the web chat has no reply tokens")

    async def noticed(self, token: str) -> None:
        """Nothing waits for that here."""

    async def push(self, chat_id: str, call: Call, key: str) -> Sent:
        """Nothing to call: settling the outbox row writes the messages the page reads."""
        return Sent(tuple(f"{key}-{number}" for number in range(len(call.messages))))

    @asynccontextmanager
    async def fetch(self, ref: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The file the page uploaded before it sent the message."""
        try:
            content = await asyncio.to_thread(self._files.get, ref)
        except FileNotFoundError:
            raise ContentGone(ref) from None

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        yield chunks()

    async def typing(self, chat_id: str) -> None:
        """The page shows by itself that an answer is coming."""

    def warm(self) -> None:
        return

    async def close(self) -> None:
        return


def _words(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _place(data: dict[str, Any]) -> Place | None:
    lat, lon = data.get("lat"), data.get("lon")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    return Place("", float(lat), float(lon)) if abs(lat) <= 90 and abs(lon) <= 180 else None


_TYPES: dict[type, str] = {Card: "card", Picture: "picture", Board: "board"}


def _drawn(part: Part) -> dict[str, Any]:
    if isinstance(part, Document):  # a page can open it where it stands, public address or not
        part = Say(part.text, (Choice(part.name, part.link or f"/report/{part.token}", "link"),))
    return {"type": _TYPES.get(type(part), "text"), **asdict(part)}
