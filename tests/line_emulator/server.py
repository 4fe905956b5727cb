"""The API side: what LINE answers to reply, push, content, quota and rich-menu calls, faults included."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.line_emulator import limits

TOKEN = "emulator-access-token"
SECRET = "emulator-channel-secret"
MINUTE, TWENTY_MINUTES, DAY = 60.0, 1200.0, 86400.0


@dataclass
class Delivered:
    """One message object a user (or nobody) got."""

    to: str
    message: dict[str, Any]
    how: str
    id: str
    at: float
    seen: bool = True  # False: LINE answered 200 and showed it to nobody (blocked)


@dataclass
class ReplyToken:
    """A reply token's life: made with the event, good for a minute after each delivery, once."""

    user: str
    event_at: float
    delivered_at: float
    used: bool = False


@dataclass
class Emulator:
    """LINE's API on a port of this machine. `clock` can be moved; `faults` are what the next calls meet."""

    clock: Callable[[], float] = time.time
    delivered: list[Delivered] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    tokens: dict[str, ReplyToken] = field(default_factory=dict)
    pushed: dict[str, tuple[float, list[dict[str, str]]]] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    faults: deque[str] = field(default_factory=deque)
    content: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # id → (202s still to come, bytes)
    gone: set[str] = field(default_factory=set)
    quota: int | None = None
    used: int = 0
    webhook: dict[str, Any] = field(default_factory=dict)
    menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    menu_images: dict[str, bytes] = field(default_factory=dict)
    default_menu: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    animations: int = 0
    slow_seconds: float = 1.0

    def __post_init__(self) -> None:
        self._ids = itertools.count(500_000)
        self._arrived = threading.Condition()
        self._server: uvicorn.Server | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Emulator:
        app = Starlette(routes=self._routes())

        async def with_cord(scope: Scope, receive: Receive, send: Send) -> None:
            # uvicorn's request cycle owns the connection; nothing else can cut it without an answer
            scope["cut"] = getattr(send, "__self__", None)
            await app(scope, receive, send)

        config = uvicorn.Config(with_cord, host="127.0.0.1", port=self.port, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        threading.Thread(target=self._server.run, daemon=True).start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True

    # --- what tests look at --------------------------------------------------------------------------------------

    def seen_by(self, user: str) -> list[dict[str, Any]]:
        """Everything this user was shown, in order."""
        return [item.message for item in list(self.delivered) if item.to == user and item.seen]

    def wait(self, condition: Callable[[], Any], timeout: float = 20.0) -> Any:
        """Wait until something is true of what was delivered."""
        end = time.monotonic() + timeout
        with self._arrived:
            while not (found := condition()):
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError("LINE's emulator waited in vain")
                self._arrived.wait(min(left, 0.2))
        return found

    # --- the API -------------------------------------------------------------------------------------------------

    def _routes(self) -> list[Route]:
        def route(path: str, endpoint: Any, *methods: str) -> Route:
            return Route(path, self._guarded(endpoint), methods=list(methods))

        return [
            route("/v2/bot/message/reply", self._reply, "POST"),
            route("/v2/bot/message/push", self._push, "POST"),
            route("/v2/bot/chat/loading/start", self._loading, "POST"),
            route("/v2/bot/message/quota", self._quota, "GET"),
            route("/v2/bot/message/quota/consumption", self._consumption, "GET"),
            route("/v2/bot/info", self._info, "GET"),
            route("/v2/bot/channel/webhook/endpoint", self._webhook, "GET"),
            route("/v2/bot/message/{id}/content", self._content, "GET"),
            route("/v2/bot/richmenu/list", self._menu_list, "GET"),
            route("/v2/bot/richmenu", self._menu_new, "POST"),
            route("/v2/bot/richmenu/{id}", self._menu_delete, "DELETE"),
            route("/v2/bot/richmenu/{id}/content", self._menu_image, "POST"),
            route("/v2/bot/user/all/richmenu/{id}", self._menu_default, "POST"),
        ]

    def _guarded(self, endpoint: Any) -> Any:
        async def run(request: Request) -> Response:
            self.calls.append((request.method, request.url.path))
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return JSONResponse({"message": "Authentication failed."}, 401)
            answer: Response = await endpoint(request)
            answer.headers["x-line-request-id"] = str(uuid.uuid4())
            return answer

        return run

    def _refuse(self, status: int, message: str, details: list[str] | None = None) -> Response:
        if details:
            self.violations += details
        return JSONResponse({"message": message, "details": [{"message": text} for text in details or []]}, status)

    async def _fault(self, request: Request, take: Callable[[], Response]) -> Response | None:
        """The fault this call meets, if any. "lost": taken, but the answer never arrives."""
        if not self.faults:
            return None
        fault = self.faults.popleft()
        if fault == "ok":
            return None
        if fault == "500":
            return JSONResponse({"message": "Internal server error"}, 500)
        if fault == "garbage":
            return Response(b"\xff\xfe<html>\x80 bad gateway", 502)
        if fault == "rate":
            return self._refuse(429, "The API rate limit has been exceeded. Try again later.")
        if fault == "lost":
            take()
            request.scope["cut"].transport.abort()
            await asyncio.sleep(0.05)  # until the server itself has noticed: then what it answers goes nowhere
            return Response()
        if fault == "slow":
            await asyncio.sleep(self.slow_seconds)
            return None
        raise ValueError(fault)

    async def _reply(self, request: Request) -> Response:
        body = json.loads(await request.body())
        if "x-line-retry-key" in request.headers:
            return self._refuse(400, "Retry key is not accepted here", ["reply with a retry key"])
        wrong = limits.problems("ReplyMessageRequest", body)
        if wrong:
            return self._refuse(400, f"The request body has {len(wrong)} error(s)", wrong)

        def take() -> Response:
            token = self.tokens.get(body["replyToken"])
            now = self.clock()
            stale = token is None or now - token.delivered_at > MINUTE or now - token.event_at > TWENTY_MINUTES
            if token is None or token.used or stale:
                return JSONResponse({"message": "Invalid reply token"}, 400)
            token.used = True
            return JSONResponse({"sentMessages": self._deliver(token.user, body["messages"], "reply")})

        return await self._fault(request, take) or take()

    async def _push(self, request: Request) -> Response:
        body = json.loads(await request.body())
        wrong = limits.problems("PushMessageRequest", body)
        if wrong:
            return self._refuse(400, f"The request body has {len(wrong)} error(s)", wrong)
        key = request.headers.get("x-line-retry-key", "")

        def take() -> Response:
            known = self.pushed.get(key) if key else None
            if known is not None and self.clock() - known[0] < DAY:
                headers = {"x-line-accepted-request-id": str(uuid.uuid4())}
                body_409 = {"message": "The retry key is already accepted", "sentMessages": known[1]}
                return JSONResponse(body_409, 409, headers)
            if self.known and body["to"] not in self.known:
                return self._refuse(400, "Failed to send messages")
            if self.quota is not None and self.used >= self.quota:
                return self._refuse(429, "You have reached your monthly limit.")
            sent = self._deliver(body["to"], body["messages"], "push")
            if key:
                self.pushed[key] = (self.clock(), sent)
            return JSONResponse({"sentMessages": sent})

        return await self._fault(request, take) or take()

    def _deliver(self, to: str, messages: list[dict[str, Any]], how: str) -> list[dict[str, str]]:
        sent = []
        seen = to not in self.blocked
        if how == "push" and seen:
            self.used += 1
        with self._arrived:
            for message in messages:
                message_id = str(next(self._ids))
                self.delivered.append(Delivered(to, message, how, message_id, self.clock(), seen))
                sent.append({"id": message_id, "quoteToken": "q" + message_id})
            self._arrived.notify_all()
        return sent

    async def _loading(self, request: Request) -> Response:
        body = json.loads(await request.body())
        if not body.get("chatId", "").startswith("U"):
            return self._refuse(400, "Only users", ["loading animation in a group"])
        self.animations += 1
        return JSONResponse({}, 202)

    async def _quota(self, _request: Request) -> Response:
        return JSONResponse({"type": "none"} if self.quota is None else {"type": "limited", "value": self.quota})

    async def _consumption(self, _request: Request) -> Response:
        return JSONResponse({"totalUsage": self.used})

    async def _info(self, _request: Request) -> Response:
        return JSONResponse({"userId": "U" + "0" * 32, "basicId": "@pratu", "displayName": "pratu", "chatMode": "bot"})

    async def _webhook(self, _request: Request) -> Response:
        return JSONResponse(self.webhook) if self.webhook else JSONResponse({"message": "Not found"}, 404)

    async def _content(self, request: Request) -> Response:
        message_id = request.path_params["id"]
        if message_id in self.gone:
            return JSONResponse({"message": "The content is gone"}, 410)
        if message_id not in self.content:
            return JSONResponse({"message": "Not found"}, 404)
        waits, content = self.content[message_id]
        if waits:
            self.content[message_id] = (waits - 1, content)
            return Response(status_code=202)
        return Response(content, media_type="image/jpeg")

    # --- rich menus ----------------------------------------------------------------------------------------------

    async def _menu_list(self, _request: Request) -> Response:
        return JSONResponse({"richmenus": [{"richMenuId": key, **menu} for key, menu in self.menus.items()]})

    async def _menu_new(self, request: Request) -> Response:
        body = json.loads(await request.body())
        wrong = limits.problems("RichMenuRequest", body)
        if wrong:
            return self._refuse(400, "invalid rich menu", wrong)
        menu_id = f"richmenu-{uuid.uuid4().hex}"
        self.menus[menu_id] = body
        return JSONResponse({"richMenuId": menu_id})

    async def _menu_delete(self, request: Request) -> Response:
        self.menus.pop(request.path_params["id"], None)
        return JSONResponse({})

    async def _menu_image(self, request: Request) -> Response:
        content = await request.body()
        if len(content) > 1024 * 1024:
            return self._refuse(400, "image too large", ["rich menu image over 1 MB"])
        self.menu_images[request.path_params["id"]] = content
        return JSONResponse({})

    async def _menu_default(self, request: Request) -> Response:
        if request.path_params["id"] not in self.menu_images:
            return self._refuse(400, "must upload richmenu image before applying it to user")
        self.default_menu = request.path_params["id"]
        return JSONResponse({})


@contextlib.contextmanager
def running() -> Any:
    """An emulator for the length of a with block."""
    emulator = Emulator().start()
    try:
        yield emulator
    finally:
        emulator.stop()
