"""What holds for every page whatever it shows: how long its request may take, and the headers without which no answer
leaves."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.clock import now_us
from bot.pages.static import default_headers
from bot.watch import Watch

BODY_SECONDS = 180.0  # until a request's body is there: 10 MB from a telephone at the edge of the network


class TooSlow(Exception):
    """The body of a request did not come in time."""


def pages(routes: Sequence[BaseRoute], *, https: bool, watch: Watch | None = None) -> ASGIApp:
    """The pages behind these routes, each answer with its headers. `https`: the public address is one."""

    async def too_slow(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("request timeout", 408, headers={"connection": "close"})

    app = Starlette(routes=routes, exception_handlers={TooSlow: too_slow, ClientDisconnect: too_slow})
    # It would answer "/chat/" with an address made of the Host header, which anybody can choose.
    app.router.redirect_slashes = False
    headers = [(name.encode(), value.encode()) for name, value in default_headers(https=https).items()]

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, _hurried(receive), _dressed(send, headers))

    return run if watch is None or watch.traces is None else _watched(run, routes, watch)


def _watched(app: ASGIApp, routes: Sequence[BaseRoute], watch: Watch) -> ASGIApp:
    """The pages, each told of by the first part of its address: what follows may be a key."""
    known = {_first(getattr(route, "path", "")) for route in routes}

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        began, status = now_us(), 500

        async def put(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await app(scope, receive, put)
        finally:
            way = _first(scope["path"])
            watch.page(scope["method"], way if way in known else "other", status, began)

    return run


def _first(path: str) -> str:
    return "/" + path.strip("/").partition("/")[0]


def _dressed(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    """Sends with every header that the page itself did not set."""

    async def put(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = {name for name, _value in message["headers"]}
            message["headers"] = [*message["headers"], *(one for one in headers if one[0] not in own)]
        await send(message)

    return put


def _hurried(receive: Receive) -> Receive:
    """Receives the body in time or not at all; then only waits for the other side to go, as long as it likes."""
    loop = asyncio.get_running_loop()
    end, whole = loop.time() + BODY_SECONDS, False

    async def take() -> MutableMapping[str, Any]:
        nonlocal whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        whole = not message.get("more_body", False)
        return message

    return take
