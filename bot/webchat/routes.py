"""The web chat's addresses: a session, messages in, files in, and server-sent events out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import tomllib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.clock import Clock
from bot.intake import CannotStore, Intake
from bot.media import mime_of
from bot.pages import static
from bot.webchat.channel import NAME
from bot.webchat.events import Broadcast, history
from storage import agencies, ids
from storage.db import Database
from storage.files import FileStore
from storage.inbox import NewEvent, microseconds
from storage.seal import Keyring

LONGEST_TEXT = 5000
LARGEST_MESSAGE = 64 * 1024
LARGEST_FILE = 10 * 1024 * 1024
FILE_TYPES = {"image/jpeg": "image", "image/png": "image", "image/webp": "image", "application/pdf": "file"}
_HEARTBEAT_SECONDS, _POLL_SECONDS = 15.0, 2.0


@dataclass(frozen=True)
class WebContext:
    """What the web chat is given."""

    db: Database
    files: FileStore
    intake: Intake
    keys: Keyring
    clock: Clock
    stopping: asyncio.Event
    demo: bool
    enroll: Callable[[str, str], None]


class Refused(Exception):
    """A request we cannot serve: an exact code for programs, a polite sentence for people."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code

    def response(self) -> Response:
        return JSONResponse({"error": self.code, "message": _sentences()[self.code]}, self.status)


@cache
def _sentences() -> dict[str, str]:
    words: dict[str, str] = tomllib.loads((Path(__file__).parent / "errors.toml").read_text(encoding="utf-8"))
    return words


def routes(context: WebContext) -> list[Route]:
    """Everything under /chat, the pages, and the demo's own where it is one."""
    broadcast = Broadcast(context.db)

    def guarded(endpoint: Any) -> Any:
        async def run(request: Request) -> Response:
            try:
                answer: Response = await endpoint(context, broadcast, request)
            except Refused as refused:
                answer = refused.response()
            return static.with_headers(answer)

        return run

    found = [
        Route("/chat/session", guarded(_session), methods=["POST"]),
        Route("/chat/messages", guarded(_message), methods=["POST"]),
        Route("/chat/files", guarded(_file), methods=["POST"]),
        Route("/chat/events", guarded(_events), methods=["GET"]),
        Route("/chat/about", guarded(_about), methods=["GET"]),
        *static.routes(context.demo),
    ]
    if context.demo:
        found.append(Route("/demo/session", guarded(_demo_session), methods=["POST"]))
    return found


# --- sessions ------------------------------------------------------------------------------------------------------


def _new_token(keys: Keyring) -> tuple[str, str]:
    chat = ids.token(18)
    return chat, f"{chat}.{keys.signature('web chat', chat)}"


def _chat_of(context: WebContext, request: Request) -> str:
    """The chat a request's token stands for. Raises Refused."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    chat, _, mark = token.partition(".")
    right = context.keys.signatures("web chat", chat)
    if scheme.lower() != "bearer" or not chat or not any(hmac.compare_digest(mark, known) for known in right):
        raise Refused(401, "no_session")
    return chat


async def _session(context: WebContext, _broadcast: Broadcast, _request: Request) -> Response:
    return JSONResponse({"token": _new_token(context.keys)[1]})


async def _demo_session(context: WebContext, _broadcast: Broadcast, request: Request) -> Response:
    """A chat of the demo: only from this machine, and only from the demo's own page."""
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    origin = request.headers.get("origin", "")
    if host not in ("127.0.0.1", "localhost", "[::1]") or (origin and origin != f"http://{request.headers['host']}"):
        raise Refused(403, "demo_only_here")
    pane = (await _json(request)).get("pane")
    if pane not in ("citizen", "officer", "head"):
        raise Refused(400, "bad_message")
    chat, token = _new_token(context.keys)
    await asyncio.to_thread(context.enroll, chat, pane)
    return JSONResponse({"token": token})


# --- in ------------------------------------------------------------------------------------------------------------


async def _json(request: Request) -> dict[str, Any]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_MESSAGE:
            raise Refused(413, "too_long")
    try:
        data = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refused(400, "bad_message") from None
    if not isinstance(data, dict):
        raise Refused(400, "bad_message")
    return data


async def _message(context: WebContext, _broadcast: Broadcast, request: Request) -> Response:
    """Store one message of the page. The page's own id makes sending again harmless."""
    chat = _chat_of(context, request)
    data = await _json(request)
    client_id = data.get("id")
    if not isinstance(client_id, str) or not 8 <= len(client_id) <= 64:
        raise Refused(400, "bad_message")
    body = {"chat": chat, **_content(context, chat, data)}
    now_us = microseconds(context.clock())
    event_id = "web-" + hashlib.sha256(f"{chat} {client_id}".encode()).hexdigest()[:40]
    event = NewEvent(NAME, event_id, chat, now_us, now_us, json.dumps(body).encode())
    try:
        await context.intake.store([event])
    except CannotStore:
        raise Refused(503, "not_stored") from None
    return JSONResponse({"ok": True, "id": event_id})


def _content(context: WebContext, chat: str, data: dict[str, Any]) -> dict[str, Any]:
    kind = data.get("kind")
    if kind == "text":
        text = data.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "empty")
        if len(text) > LONGEST_TEXT:
            raise Refused(413, "too_long")
        return {"kind": "text", "text": text}
    if kind == "place":
        lat, lon = data.get("lat"), data.get("lon")
        if not _is_degree(lat, 90) or not _is_degree(lon, 180):
            raise Refused(400, "bad_place")
        return {"kind": "place", "lat": lat, "lon": lon}
    if kind == "file":
        return _uploaded(context, chat, str(data.get("file", "")))
    raise Refused(400, "bad_message")


def _is_degree(value: Any, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most


def _uploaded(context: WebContext, chat: str, ticket: str) -> dict[str, Any]:
    """The file this very chat uploaded: nobody else's digest can be sent."""
    kind, _, rest = ticket.partition(".")
    digest, _, mark = rest.partition(".")
    right = context.keys.signatures("web file", f"{chat} {kind} {digest}")
    if kind not in ("image", "file") or not any(hmac.compare_digest(mark, known) for known in right):
        raise Refused(400, "bad_file")
    return {"kind": kind, "digest": digest}


async def _file(context: WebContext, _broadcast: Broadcast, request: Request) -> Response:
    """Keep an uploaded picture or PDF, known by its first bytes."""
    chat = _chat_of(context, request)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_FILE:
            raise Refused(413, "file_too_large")
    kind = FILE_TYPES.get(mime := mime_of(bytes(content)))
    if kind is None:
        raise Refused(415, "file_type")

    def keep() -> str:
        with context.db.transaction() as session:
            return context.files.put(session, bytes(content), mime, context.clock())

    digest = await asyncio.to_thread(keep)
    mark = context.keys.signature("web file", f"{chat} {kind} {digest}")
    return JSONResponse({"file": f"{kind}.{digest}.{mark}"})


# --- out -----------------------------------------------------------------------------------------------------------


async def _events(context: WebContext, broadcast: Broadcast, request: Request) -> Response:
    """Everything said in this chat after the last seen message, then each new one as it comes."""
    chat = _chat_of(context, request)
    seen = request.headers.get("last-event-id") or request.query_params.get("after", "0")
    after = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else 0
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    stream = _stream(context, broadcast, chat, after)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(context: WebContext, broadcast: Broadcast, chat: str, after: int) -> AsyncIterator[str]:
    quiet = 0.0
    yield ": hello\n\n"
    while not context.stopping.is_set():
        waiter = broadcast.waiter()
        rows = await asyncio.to_thread(history, context.db, chat, after)
        for row_id, data in rows:
            after, quiet = row_id, 0.0
            yield f"id: {row_id}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        if rows:
            continue
        # Woken at once by this process; the poll is for messages another process sent.
        if not await broadcast.wait(waiter, context.stopping, _POLL_SECONDS):
            quiet += _POLL_SECONDS
        if quiet >= _HEARTBEAT_SECONDS:
            quiet = 0.0
            yield ": still here\n\n"


async def _about(context: WebContext, _broadcast: Broadcast, _request: Request) -> Response:
    def look() -> dict[str, Any]:
        with context.db.reading() as session:
            home = agencies.first(session)
            return {"agency": home.name, "phone": home.phone} if home else {"agency": "", "phone": ""}

    return JSONResponse(await asyncio.to_thread(look))
