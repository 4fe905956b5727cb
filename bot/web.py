"""Routes: webhooks in, pages out. Webhooks take a short way of plain ASGI; everything else goes through Starlette."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels import RawEvent
from bot.clock import Clock
from bot.intake import CannotStore, Intake
from storage.inbox import NewEvent, microseconds

log = logging.getLogger("pratu.web")

BODY_SECONDS = 20.0  # platforms wait two seconds for their answer
LARGEST_BODY = 2 * 1024 * 1024  # bytes; LINE's largest webhook body is far below

Verify = Callable[[Mapping[bytes, bytes], bytes], bool]
Split = Callable[[bytes, Any, datetime], list[RawEvent]]


@dataclass(frozen=True)
class Door:
    """One channel's webhook: who may knock, and how its bodies fall into events."""

    channel: str
    mark: bytes  # the header that says so
    verify: Verify
    split: Split


class Web:
    """The ASGI application. `doors` maps a path to the channel behind it."""

    def __init__(
        self,
        doors: Mapping[str, Door],
        intake: Intake,
        pages: ASGIApp,
        clock: Clock,
        start: Callable[[], Awaitable[None]],
        stop: Callable[[], Awaitable[None]],
    ) -> None:
        self._doors = doors
        self._intake = intake
        self._pages = pages
        self._clock = clock
        self._start = start
        self._stop = stop
        self.acknowledged = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            door = self._doors.get(scope["path"])
            if door is not None:
                await _answer(send, await self._webhook(door, scope, receive))
                return
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        await self._pages(scope, receive, send)

    async def _webhook(self, door: Door, scope: Scope, receive: Receive) -> int:
        """The status to answer. 200 only after the events are stored; nothing but 503 when they could not be."""
        if scope["method"] != "POST":
            return 405
        headers = [(name, value) for name, value in scope["headers"] if name == door.mark]
        if len(headers) != 1:
            return 401  # none; or two, of which a proxy before us may have looked at the other
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(receive)
        except TimeoutError:
            return 408
        if body is None:
            return 413
        if not door.verify(dict(headers), body):
            return 401  # refused unread: only the platform knows the secret
        data = _json(body)
        if data is None:
            return 400
        now = self._clock()
        now_us = microseconds(now)
        events = [
            NewEvent(door.channel, event.event_id, event.chat_id, microseconds(event.at), now_us, event.body)
            for event in door.split(body, data, now)
        ]
        if events:
            try:
                await self._intake.store(events)
            except CannotStore:
                return 503
        self.acknowledged += len(events)
        return 200

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message: MutableMapping[str, Any] = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._start()
                except Exception as error:
                    log.exception("could not start")
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _json(body: bytes) -> dict[str, Any] | None:
    """The body as a JSON object; None when it is none. {} for an object beyond reading: signed, so it is kept."""
    try:
        data = json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    except (RecursionError, ValueError):
        return {}  # nested too deep, or a number of thousands of digits
    return data if isinstance(data, dict) else None


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large or the client went away."""
    message = await receive()
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body if len(body) <= LARGEST_BODY else None
    parts = [message.get("body", b"")]
    size = len(parts[0])
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return None
    return b"".join(parts)


_BODIES = {status: b"" if status == 200 else str(status).encode() for status in (200, 400, 401, 405, 408, 413, 503)}
_START: dict[int, dict[str, Any]] = {
    status: {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", b"text/plain"),
            (b"content-length", str(len(body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
        ],
    }
    for status, body in _BODIES.items()
}


async def _answer(send: Send, status: int) -> None:
    await send(_START[status])
    await send({"type": "http.response.body", "body": _BODIES[status]})
