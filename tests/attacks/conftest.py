"""One installation with both platforms emulated, for whoever tries its doors from outside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests import telegram_emulator
from tests.line_emulator.server import SECRET
from tests.line_emulator.server import running as line_running
from tests.serving import Server, telegram_environ
from tests.telegram_emulator.server import running as telegram_running

LINE, TELEGRAM = "/webhooks/line", "/webhooks/telegram"
USER = "U" + "1" * 32


def signature(body: bytes, secret: str = SECRET) -> str:
    """LINE's."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def event(event_id: str, text: str = "สวัสดี", **more: Any) -> dict[str, Any]:
    """One text message of LINE."""
    said = {"type": "text", "id": f"m-{event_id}", "text": text}
    who = {"type": "user", "userId": USER}
    return {"type": "message", "webhookEventId": event_id, "mode": "active", "source": who, "message": said, **more}


def body(*events: dict[str, Any]) -> bytes:
    return json.dumps({"destination": "x", "events": list(events)}).encode()


@dataclass
class Site:
    """A running pratu, seen from outside."""

    server: Server
    http: httpx.Client

    def line(self, content: bytes, headers: Sequence[tuple[str, str]] | None = None) -> int:
        """The status of a POST to LINE's webhook, rightly signed where no headers are given."""
        given = [("x-line-signature", signature(content))] if headers is None else headers
        return self.http.post(LINE, content=content, headers=list(given)).status_code

    def telegram(self, content: bytes, headers: Sequence[tuple[str, str]] | None = None) -> int:
        """As `line`, for Telegram's."""
        given = [("x-telegram-bot-api-secret-token", telegram_emulator.SECRET)] if headers is None else headers
        return self.http.post(TELEGRAM, content=content, headers=list(given)).status_code

    def raw(self, request: bytes, wait: float = 20.0) -> bytes:
        """What comes back for these very bytes, until the other side closes or nothing more comes."""
        with socket.create_connection(("127.0.0.1", self.server.port)) as wire:
            wire.settimeout(wait)
            answer = b""
            try:
                wire.sendall(request)
                while piece := wire.recv(65536):
                    answer += piece
            except (TimeoutError, ConnectionError):
                pass
            return answer

    def stored(self, event_id: str) -> int:
        """How many events of this id are stored."""
        from sqlalchemy import func, select

        from storage.tables import InboxEvent

        with self.server.world.db.reading() as session:
            rows = select(func.count()).select_from(InboxEvent)
            return session.scalar(rows.where(InboxEvent.event_id == event_id)) or 0


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with line_running() as line, telegram_running() as telegram:
        extra = {**telegram_environ(telegram), "PRATU_PUBLIC_URL": "https://pratu.example"}
        server = Server(folder, f"sqlite:///{folder}/pratu.db", line, extra=extra).prepare()
        try:
            server.start()
            with httpx.Client(base_url=server.url, timeout=60) as http:
                yield Site(server, http)
        finally:
            server.stop()
