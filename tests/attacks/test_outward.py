"""Where we ask for something: nobody outside decides of whom, and nothing of ours is handed over on the way."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.channels import ContentGone, RawEvent, SendFailed
from bot.line import inbound
from bot.line.outbound import LineChannel
from bot.telegram.outbound import TelegramChannel

TOKEN = "123456:a-token-of-ours"


class Elsewhere(BaseHTTPRequestHandler):
    """Answers as it is told, and remembers who asked for what with which token."""

    asked: list[tuple[str, str]]
    answers: dict[str, tuple[int, dict[str, str], bytes]]

    def do_GET(self) -> None:
        type(self).asked.append((self.path, self.headers.get("authorization", "")))
        status, headers, body = next(
            (answer for start, answer in type(self).answers.items() if self.path.startswith(start)), (404, {}, b"{}")
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        return


class Machine:
    """A web server on this machine."""

    def __init__(self) -> None:
        self.handler = type("Handler", (Elsewhere,), {"asked": [], "answers": {}})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def asked(self) -> list[tuple[str, str]]:
        return self.handler.asked  # type: ignore[attr-defined, no-any-return]

    def says(self, start: str, status: int, body: bytes = b"", **headers: str) -> None:
        self.handler.answers[start] = (status, headers, body)  # type: ignore[attr-defined]


@pytest.fixture
def platform() -> Iterator[Machine]:
    machine = Machine()
    yield machine
    machine.server.shutdown()
    machine.server.server_close()


@pytest.fixture
def inside() -> Iterator[Machine]:
    """A machine of the agency's own network, which only we can reach."""
    machine = Machine()
    machine.says("/", 200, b"secrets of the inside")
    yield machine
    machine.server.shutdown()
    machine.server.server_close()


async def fetched(channel: Any, ref: str) -> bytes:
    try:
        async with channel.fetch(ref) as chunks:
            return b"".join([chunk async for chunk in chunks])
    finally:
        await channel.close()


def line(platform: Machine, ref: str) -> bytes:
    return asyncio.run(fetched(LineChannel("line-token", platform.url), ref))


def telegram(platform: Machine, path: Any) -> bytes:
    answer = json.dumps({"ok": True, "result": {"file_id": "f", "file_path": path}}).encode()
    platform.says(f"/bot{TOKEN}/getFile", 200, answer, **{"content-type": "application/json"})
    return asyncio.run(fetched(TelegramChannel(TOKEN, platform.url), "f"))


@pytest.mark.parametrize("provider", ["external", "liff", "", "LINE", 7, None, {"type": "line"}])
def test_a_picture_kept_elsewhere_is_not_fetched(provider: Any) -> None:
    """LINE names an address of the sender's choice for such pictures: we do not go there."""
    url = "http://169.254.169.254/latest/meta-data"
    message = {"type": "image", "id": "5", "contentProvider": {"type": provider, "originalContentUrl": url}}
    event = {"type": "message", "source": {"type": "user", "userId": "U1"}, "message": message}
    seen = inbound.read(RawEvent("1", "", datetime.now(UTC), json.dumps({"events": [event]}).encode()))
    assert seen.media is not None
    assert seen.media.ref == ("5" if provider is None else "")
    assert url not in repr(seen)


@pytest.mark.parametrize(
    "ref", ["../../v2/bot/info?x=", "1/../../../x", "1?a=b", "1#x", "//evil.example/", "a b", "%2e%2e/x"]
)
def test_a_messages_id_is_no_way_to_other_calls(platform: Machine, ref: str) -> None:
    with pytest.raises(ContentGone):
        line(platform, ref)
    path, _token = platform.asked[0]
    assert path.startswith("/v2/bot/message/")
    assert path.endswith("/content")
    assert path.count("/") == 5, path


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(platform: Machine, inside: Machine, status: int) -> None:
    platform.says("/v2/bot/message/5/content", status, location=f"{inside.url}/latest/meta-data")
    with pytest.raises(SendFailed):
        line(platform, "5")
    platform.says(f"/file/bot{TOKEN}/", status, location=f"{inside.url}/latest/meta-data")
    with pytest.raises(SendFailed):
        telegram(platform, "photos/1.jpg")
    assert inside.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "http://169.254.169.254/x",
        "//evil.example/x",
        "../../../etc/passwd",
        "photos/../../bot/getMe",
        "/var/lib/telegram-bot-api/x.jpg",
        "@evil.example/x",
        "a?b=c",
        "a#b",
        "a\\..\\b",
        "a b",
        "",
        7,
        ["a"],
        "x" * 2000,
    ],
)
def test_a_path_of_telegrams_stays_below_our_files(platform: Machine, path: Any) -> None:
    with pytest.raises(ContentGone):
        telegram(platform, path)
    assert [one for one, _token in platform.asked if not one.startswith(f"/bot{TOKEN}/getFile")] == []


def test_a_file_of_telegrams_is_fetched(platform: Machine) -> None:
    platform.says(f"/file/bot{TOKEN}/photos/file_1-a.jpg", 200, b"picture")
    assert telegram(platform, "photos/file_1-a.jpg") == b"picture"


def test_an_answer_that_leads_away_takes_no_token_along(platform: Machine, inside: Machine) -> None:
    """LINE's own client follows redirects: our token must not go with it."""
    platform.says("/v2/bot/message/push", 307, location=f"{inside.url}/steal")

    async def push() -> None:
        from bot.channels import Call

        channel = LineChannel("line-token", platform.url)
        try:
            await channel.push("U" + "1" * 32, Call([{"type": "text", "text": "x"}], ["x"]), "key")
        finally:
            await channel.close()

    with pytest.raises((SendFailed, Exception)):
        asyncio.run(push())
    assert [token for _path, token in inside.asked if token] == []


def test_a_failure_says_nothing_of_the_token(platform: Machine) -> None:
    platform.says(f"/file/bot{TOKEN}/", 500, b"")
    with pytest.raises(SendFailed) as failed:
        telegram(platform, "photos/1.jpg")
    assert TOKEN not in str(failed.value)
    assert TOKEN not in repr(failed.value.__cause__)


def test_an_endless_answer_ends() -> None:
    """A file larger than we take is let go while it comes."""
    from bot import media
    from bot.channels import ContentTooLarge
    from handlers.rules.media import LARGEST

    class Endless:
        def fetch(self, _ref: str) -> Any:
            from contextlib import asynccontextmanager

            @asynccontextmanager
            async def opened() -> Any:
                async def chunks() -> Any:
                    while True:
                        yield b"0" * 1_000_000

                yield chunks()

            return opened()

    with pytest.raises(ContentTooLarge):
        asyncio.run(media._read(Endless(), "x"))  # type: ignore[arg-type]
    assert LARGEST <= 20 * 1024 * 1024
