"""The web chat's addresses: a session, messages in, files in, and server-sent events out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.pages import static, visitor
from bot.webchat import inbound, sessions, uploads
from bot.webchat.brake import Brake, Open
from bot.webchat.context import WebContext
from bot.webchat.events import Broadcast, stream
from bot.webchat.refusals import Refused
from storage import agencies

__all__ = ["WebContext", "routes"]

# (how many, in how many seconds) of a chat; behind one connection may be a whole village.
MESSAGES, FILES = (60, 60.0), (60, 600.0)
SESSIONS_THERE, FILES_THERE = (600, 600.0), (300, 600.0)
PAGES, PAGES_THERE = 10, 2000  # open at once
Endpoint = Callable[[WebContext, Request], Awaitable[Response]]


def routes(context: WebContext) -> list[Route]:
    """Everything under /chat, the pages, and the demo's own where it is one."""
    broadcast = Broadcast(context.db)
    pages, everywhere = Open(PAGES), Open(PAGES_THERE)
    limits = (MESSAGES, FILES, SESSIONS_THERE, FILES_THERE)
    said, sent, begun, brought = (Brake(most, seconds, monotonic) for most, seconds in limits)

    async def session(context: WebContext, request: Request) -> Response:
        begun.check(visitor.subject(request))
        return JSONResponse({"token": sessions.new_token(context.keys)[1]})

    async def message(context: WebContext, request: Request) -> Response:
        chat = sessions.chat_of(context.keys, request)
        said.check(chat)
        event_id = await inbound.store(context, chat, await inbound.read_json(request))
        return JSONResponse({"ok": True, "id": event_id})

    async def file(context: WebContext, request: Request) -> Response:
        chat = sessions.chat_of(context.keys, request)
        sent.check(chat)
        brought.check(visitor.subject(request))
        ticket, name = await uploads.keep(context, chat, request)
        return JSONResponse({"file": ticket, "name": name})

    async def events(_context: WebContext, request: Request) -> Response:
        """Everything said in this chat after the last seen message, then each new one as it comes."""
        chat, there = sessions.chat_of(context.keys, request), visitor.subject(request)
        pages.check(chat)
        everywhere.check(there)

        async def told() -> AsyncIterator[str]:
            with pages.hold(chat), everywhere.hold(there):
                async for words in stream(broadcast, context.stopping, chat, _last_seen(request)):
                    yield words

        return StreamingResponse(told(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    found = [
        Route("/chat/session", _guarded(context, session), methods=["POST"]),
        Route("/chat/messages", _guarded(context, message), methods=["POST"]),
        Route("/chat/files", _guarded(context, file), methods=["POST"]),
        Route("/chat/events", _guarded(context, events), methods=["GET"]),
        Route("/chat/about", _guarded(context, _about), methods=["GET"]),
        *static.routes(context.demo),
    ]
    if context.demo:
        found.append(Route("/demo/session", _guarded(context, _demo_session), methods=["POST"]))
    return found


def _guarded(context: WebContext, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint with refusals said politely, and with the headers every answer carries."""

    async def run(request: Request) -> Response:
        try:
            answer = await endpoint(context, request)
        except Refused as refused:
            answer = refused.response()
        except ClientDisconnect:
            answer = Refused(400, "bad_message").response()  # nobody is there to read it
        answer.headers.setdefault("cache-control", "no-store")
        return static.with_headers(answer)

    return run


async def _demo_session(context: WebContext, request: Request) -> Response:
    pane = sessions.demo_pane(request, await inbound.read_json(request))
    chat, token = sessions.new_token(context.keys)
    await asyncio.to_thread(context.enroll, chat, pane)
    return JSONResponse({"token": token})


async def _about(context: WebContext, _request: Request) -> Response:
    def look() -> dict[str, Any]:
        with context.db.reading() as session:
            home = agencies.first(session)
            return {"agency": home.name if home else "", "phone": (home.phone or "") if home else ""}

    return JSONResponse(await asyncio.to_thread(look))


def _last_seen(request: Request) -> int:
    seen = request.headers.get("last-event-id") or request.query_params.get("after", "0")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else 0
