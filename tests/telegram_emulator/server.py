"""The API side: what Telegram answers to a bot's calls over HTTP, faults included."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.telegram_emulator import account, limits, sending, shapes
from tests.telegram_emulator.chats import BOT_ID, Facts
from tests.telegram_emulator.shapes import Upload
from tests.telegram_emulator.state import Delivered, Refused, State, too_many

__all__ = ["SECRET", "TOKEN", "Delivered", "Emulator", "running"]

TOKEN = f"{BOT_ID}:TEST-token"
SECRET = "emulator-secret_token"
METHODS: dict[str, Callable[[State, Facts], Any]] = {**account.METHODS, **sending.METHODS}
NAMES = {name.lower(): name for name in (*METHODS, "getUpdates")}  # method names are not case-sensitive
GARBAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\xff\xfe nginx</body>\r\n</html>"


@dataclass
class Emulator(State):
    """Telegram's Bot API on a port of this machine."""

    slow_seconds: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._polls = itertools.count(1)
        self._newest_poll = 0
        self._stopping = False
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it listens; a bot's base address is `{url}/bot`."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Emulator:
        """Listen."""
        self._stopping = False
        config = uvicorn.Config(
            self._app(),
            host="127.0.0.1",
            port=self.port,
            log_level="error",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Go away; the port refuses connections from then on. `start` brings it back with all it knew."""
        self._stopping = True
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(5.0)

    # --- HTTP ----------------------------------------------------------------------------------------------------

    def _app(self) -> Any:
        app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._bot, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download, methods=["GET"]),
            ]
        )

        async def with_cord(scope: Scope, receive: Receive, send: Send) -> None:
            # uvicorn's request cycle owns the connection; nothing else can cut it without an answer
            scope["cut"] = getattr(send, "__self__", None)
            await app(scope, receive, send)

        return with_cord

    async def _bot(self, request: Request) -> Response:
        if request.path_params["token"] != TOKEN:
            return _refusal(Refused(401, "Unauthorized"))
        method = NAMES.get(request.path_params["method"].lower())
        params = await _params(request, method or request.path_params["method"])
        with self.arrived:
            self.calls.append((method or request.path_params["method"], params))
            self.arrived.notify_all()
        try:
            return await self._answer(request, method, params)
        except Refused as refused:
            return _refusal(refused)

    async def _answer(self, request: Request, method: str | None, params: Facts) -> Response:
        if method is None:
            self.violations.append(f"{request.path_params['method']}: no such method here")
            raise Refused(404, "Not Found")
        wrong = limits.found(method, params)
        self.violations += [f"{method}: {problem.text}" for problem in wrong]
        said = limits.answer(wrong)
        if said is not None:
            raise Refused(404 if said == "Not Found" else 400, said)
        if method == "getUpdates":
            return _result(await self._updates(params))

        def take() -> Response:
            with self.arrived:
                found = METHODS[method](self, params)
                self.arrived.notify_all()
            return _result(found)

        faults = self.faults if method in sending.SENDS else self.file_faults if method == "getFile" else deque()
        return await self._fault(faults, request, take) or take()

    async def _fault(self, faults: deque[str], request: Request, take: Callable[[], Response]) -> Response | None:
        """The fault this call meets, if any. "lost": taken, but the answer never arrives."""
        fault = faults.popleft() if faults else "ok"
        if fault == "ok":
            return None
        if fault == "500":
            raise Refused(500, "Internal Server Error")
        if fault == "502":
            return Response(GARBAGE, 502, media_type="text/html")
        if fault == "429":
            raise too_many(1)
        if fault == "lost":
            with contextlib.suppress(Refused):
                take()
            await _cut(request)
            return Response()
        if fault == "slow":
            await asyncio.sleep(self.slow_seconds)
            return None
        raise ValueError(fault)

    async def _download(self, request: Request) -> Response:
        if request.path_params["token"] != TOKEN:
            return _refusal(Refused(401, "Unauthorized"))
        content = self.files.get(request.path_params["path"].removeprefix("files/"))
        if content is None:
            return _refusal(Refused(404, "Not Found"))

        def take() -> Response:
            return Response(content, media_type="application/octet-stream")

        try:
            return await self._fault(self.file_faults, request, take) or take()
        except Refused as refused:
            return _refusal(refused)

    # --- long polling --------------------------------------------------------------------------------------------

    async def _updates(self, params: Facts) -> list[Facts]:
        if self.webhook.get("url"):
            said = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refused(409, f"Conflict: {said}")
        account.subscribe(self, params)
        turn = self._newest_poll = next(self._polls)
        self._confirm(params.get("offset", 0))
        most = min(max(params.get("limit", 100), 1), 100)
        end = time.monotonic() + min(params.get("timeout", 0), 50)
        while not (found := self.updates[:most]) and time.monotonic() < end and not self._stopping:
            await asyncio.sleep(0.02)
            self._still_mine(turn)
        return found

    def _confirm(self, offset: int) -> None:
        """What lies before the offset is done; a negative one counts from the end."""
        with self.arrived:
            if offset < 0:
                self.updates[:] = self.updates[offset:]
            elif offset:
                self.updates[:] = [update for update in self.updates if update["update_id"] >= offset]

    def _still_mine(self, turn: int) -> None:
        if self.webhook.get("url"):
            raise Refused(409, "Conflict: terminated by setWebhook request")
        if self._newest_poll != turn:
            said = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refused(409, f"Conflict: {said}")


async def _params(request: Request, method: str) -> Facts:
    """Query, JSON, form or multipart, all into one; uploads stand where they belong."""
    given: Facts = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        given |= json.loads(body) if body else {}
    else:
        async with request.form(max_part_size=64 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                given[name] = await _part(value)
    for name, value in list(given.items()):
        if isinstance(value, str) and value.startswith("attach://") and value.removeprefix("attach://") in given:
            given[name] = given.pop(value.removeprefix("attach://"))
    return shapes.decoded(method, given)


async def _part(value: UploadFile | str) -> Upload | str:
    return value if isinstance(value, str) else Upload(value.filename or "", await value.read())


async def _cut(request: Request) -> None:
    request.scope["cut"].transport.abort()
    await asyncio.sleep(0.05)  # until the server itself has noticed: then what it answers goes nowhere


def _result(found: Any) -> Response:
    return JSONResponse({"ok": True, "result": found})


def _refusal(refused: Refused) -> Response:
    body: Facts = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return JSONResponse(body, refused.code)


@contextlib.contextmanager
def running() -> Iterator[Emulator]:
    """An emulator for the length of a with block."""
    emulator = Emulator()
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()
