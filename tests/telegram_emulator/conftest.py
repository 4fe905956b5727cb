"""A real python-telegram-bot before the emulator, and a webhook that fails on demand behind it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.telegram_emulator import TOKEN, Emulator, Platform
from tests.telegram_emulator.platform import SECRET_HEADER
from tests.telegram_emulator.server import running

NEE, GROUP, SUPERGROUP = 42, -500, -1_000_000_000_777


@pytest.fixture(autouse=True)
def _with_specs(specs: object) -> None:
    """Nothing here is worth much without api.json."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as found:
        yield found


def run(emulator: Emulator, use: Callable[[Bot], Awaitable[Any]], token: str = TOKEN) -> Any:
    """Whatever `use` makes of a real client."""

    async def go() -> Any:
        request = HTTPXRequest(connection_pool_size=4, read_timeout=5.0)
        bot = Bot(
            token,
            base_url=f"{emulator.url}/bot",
            base_file_url=f"{emulator.url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        try:
            return await use(bot)
        finally:
            await request.shutdown()

    return asyncio.run(go())


def say(emulator: Emulator, text: str, chat: int = NEE, **more: Any) -> Any:
    return run(emulator, lambda bot: bot.send_message(chat, text, **more))


@dataclass
class Hook:
    """A webhook that answers what it is told to, then 200."""

    answers: list[int] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    tried: list[tuple[int, str | None]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            update = json.loads(self.rfile.read(int(self.headers["content-length"])))
            found.tried.append((update["update_id"], self.headers[SECRET_HEADER]))
            status = found.answers.pop(0) if found.answers else 200
            if status == 200:
                found.taken.append(update)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def platform(emulator: Emulator, hook: Hook) -> Iterator[Platform]:
    found = Platform(emulator, hook.url, scale=0.001)
    yield found
    found.close()
