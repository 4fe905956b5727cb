"""At the webhooks: whoever is not the platform gets a 4xx, whatever they send; nobody ever gets a 5xx."""

from __future__ import annotations

import gzip
import json
import socket
from typing import Any

import pytest

from bot.web import LARGEST_BODY
from tests import telegram_emulator
from tests.attacks.conftest import LINE, Site, body, event, signature

HELLO = body(event("01-hello"))


def head(*lines: str) -> bytes:
    return "\r\n".join([f"POST {LINE} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("x-line-signature", "")],
        [("x-line-signature", "A" * 44)],
        [("x-line-signature", signature(HELLO)[:-1])],
        [("x-line-signature", signature(HELLO, "another channel's secret"))],
        [("x-line-signature", signature(HELLO + b" "))],
        [("authorization", signature(HELLO))],
    ],
)
def test_an_unsigned_body_is_refused_unread(site: Site, headers: list[tuple[str, str]]) -> None:
    assert site.line(HELLO, headers) == 401
    assert site.line(b"{", headers) == 401, "not even whether it is JSON is looked at"


@pytest.mark.parametrize("order", [0, 1])
def test_two_signatures_are_none(site: Site, order: int) -> None:
    content = body(event(f"01-two-{order}"))
    both = [("x-line-signature", signature(content)), ("x-line-signature", "A" * 44)]
    assert site.line(content, both[:: 1 if order else -1]) == 401
    secret = "x-telegram-bot-api-secret-token"
    tokens = [(secret, telegram_emulator.SECRET), (secret, "wrong")]
    assert site.telegram(b'{"update_id": 1}', tokens[:: 1 if order else -1]) == 401
    assert site.stored(f"01-two-{order}") == 0


@pytest.mark.parametrize("token", ["", "wrong", telegram_emulator.SECRET[:-1], telegram_emulator.SECRET + "x"])
def test_a_wrong_secret_token_is_refused(site: Site, token: str) -> None:
    header = "x-telegram-bot-api-secret-token"
    assert site.telegram(b'{"update_id": 7}', [(header, token)]) == 401
    assert site.telegram(b'{"update_id": 7}', []) == 401
    assert site.stored("7") == 0


def test_the_secrets_are_compared_in_constant_time() -> None:
    """Both doors, the web chat's tokens, links, tracking secrets and numbers go through one comparison."""
    import inspect

    from bot.line import inbound as line
    from bot.telegram import inbound as telegram
    from bot.webchat import sessions
    from handlers import access
    from handlers.reports import links

    for judge in (line.verify, telegram.verify, sessions.is_ours, access.same, links.opened):
        assert "hmac.compare_digest" in inspect.getsource(judge), judge.__name__


def test_a_body_too_large_is_not_stored(site: Site) -> None:
    huge = body(event("01-huge", "ก" * 800_000))
    assert site.line(huge) == 413
    assert site.stored("01-huge") == 0


def test_the_rest_of_a_refused_body_spoils_nothing_behind_it(site: Site) -> None:
    """A proxy keeps its connections: what somebody sent in vain must not get an answer meant for the next."""
    begun = LARGEST_BODY + 100_000
    huge, good = body(event("01-rest", "ก" * begun)), body(event("01-behind"))
    one, two = (
        f"POST {LINE} HTTP/1.1\r\nHost: x\r\nX-Line-Signature: {signature(sent)}\r\n"
        f"Content-Length: {len(sent)}\r\n\r\n".encode()
        for sent in (huge, good)
    )
    with socket.create_connection(("127.0.0.1", site.server.port)) as wire:
        wire.settimeout(20)
        wire.sendall(one + huge[:begun])
        answer = b""
        while not answer.endswith(b"\r\n\r\n413"):
            answer += wire.recv(65536)
        for at in range(begun, len(huge), 50_000):
            wire.sendall(huge[at : at + 50_000])
        wire.sendall(two + good)
        assert wire.recv(65536).startswith(b"HTTP/1.1 200")
    assert (site.stored("01-rest"), site.stored("01-behind")) == (0, 1)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [400, 900, 950, 970, 985, 990, 995, 1000, 5000, 100_000])
def test_nesting_of_any_depth_is_kept_and_breaks_nothing(site: Site, depth: int) -> None:
    one = f'{{"events":[{{"type":"message","x":{nested(depth)}}}]}}'
    two = f'{{"events":[{{"type":"message","x":{nested(depth)}}},{{"type":"message","n":{depth}}}]}}'
    assert (site.line(one.encode()), site.line(two.encode())) == (200, 200)
    assert site.telegram(f'{{"update_id":{depth},"x":{nested(depth)}}}'.encode()) == 200


ODD: list[bytes] = [
    b'{"events":[{"webhookEventId":"\\ud800","source":{"userId":"\\ud800"}}]}',
    b'{"events":[{"source":{"userId":"a\\u0000b"},"type":"message","message":{"type":"text","text":"\\u0000"}}]}',
    b'{"events":[{"timestamp":' + b"9" * 5000 + b"}]}",
    b'{"events":[{"timestamp":NaN},{"timestamp":1e999},{"timestamp":-Infinity}]}',
    b'{"events":1e999}',
    b'{"events":{"type":"message"}}',
    b'{"events":[[]]}',
    b'{"events":[{"message":{"type":{},"id":[]},"type":"message","source":[]}]}',
    b'{"events":[' + b"{}," * 3000 + b"{}]}",
    b'{"events":[{"source":{"userId":"U","groupId":"' + b"g" * 100_000 + b'"}}]}',
    b'{"events":[{"type":"message","type":"unsend","type":{}}]}',
    b'{"update_id":true}',
    b'{"update_id":1e3}',
    b'{"update_id":-9223372036854775809}',
    b'{"update_id":3,"message":{"chat":{"id":"1"},"date":-1,"text":{"a":1},"from":7}}',
    b'{"update_id":4,"callback_query":{"message":[],"data":{"x":1}}}',
]


@pytest.mark.parametrize("content", ODD, ids=range(len(ODD)))
def test_an_odd_object_of_the_platform_is_kept(site: Site, content: bytes) -> None:
    assert (site.line(content), site.telegram(content)) == (200, 200)


NO_OBJECTS = [b"", b"null", b'"x"', b"[]", b"{", b"\xff\xfe\xfd", b"\x00", gzip.compress(HELLO), b"a=b&c=d"]


@pytest.mark.parametrize("content", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_what_is_no_object_is_refused(site: Site, content: bytes) -> None:
    assert (site.line(content), site.telegram(content)) == (400, 400)


def test_a_packed_body_is_not_unpacked(site: Site) -> None:
    """No decompression at the door, so no bomb either."""
    packed = gzip.compress(body(event("01-gzip")))
    assert site.line(packed, [("x-line-signature", signature(packed)), ("content-encoding", "gzip")]) == 400
    assert site.stored("01-gzip") == 0


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/xml", "", "x" * 500])
def test_the_content_type_is_no_authority(site: Site, kind: str) -> None:
    """The signature is: signed bytes are kept whatever they are called, and unsigned ones are not."""
    content = body(event(f"01-type-{len(kind)}"))
    headers = [("x-line-signature", signature(content)), ("content-type", kind)]
    assert site.line(content, headers) == 200
    assert site.line(content, headers[1:]) == 401


def test_a_body_in_pieces_is_one_body(site: Site) -> None:
    content = body(event("01-chunks"))
    pieces = b"".join(f"{1:x}\r\n".encode() + content[at : at + 1] + b"\r\n" for at in range(len(content)))
    request = head(f"x-line-signature: {signature(content)}", "Transfer-Encoding: chunked", "Connection: close")
    assert site.raw(request + pieces + b"0\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert site.stored("01-chunks") == 1


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Content-Length: -5"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: 99999999999999999999999"],
        ["Transfer-Encoding: chunked, identity"],
        ["Content-Length: 0x10"],
        ["No colon here"],
        ["Name\x00: x"],
    ],
)
def test_a_request_that_two_servers_could_read_differently(site: Site, lines: list[str]) -> None:
    """Smuggling: a second request hidden behind a length that is not one."""
    answer = site.raw(head(*lines, "Connection: close") + b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401")), answer[:80]
    assert b"pratu_" not in answer


@pytest.mark.parametrize(
    "target", ["/%ff%fe", "/\xff", "http://[::1", "//evil.example/", "/a b", "*", "/" + "a" * 60_000, "/%00"]
)
def test_an_odd_request_line(site: Site, target: str) -> None:
    answer = site.raw(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1"))
    assert answer.startswith(b"HTTP/1.1 4"), answer[:80]


def test_a_head_without_end_is_cut_off(site: Site) -> None:
    """Else whoever likes fills our memory with one header."""
    endless = b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 3_000_000
    answer = site.raw(endless)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert site.http.get("/healthz").status_code == 200


def test_who_never_ends_a_request_is_let_go() -> None:
    """A head that does not come and a body that does not come each have their time."""
    import asyncio

    from bot import connection, edge, web

    async def never() -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {}

    async def run() -> int:
        sent: list[int] = []

        async def send(message: Any) -> None:
            sent.append(message.get("status", 0))

        from starlette.requests import Request
        from starlette.responses import Response
        from starlette.routing import Route

        async def page(request: Request) -> Response:
            return Response(await request.body())

        scope = {"type": "http", "method": "POST", "path": "/x", "query_string": b"", "headers": []}
        await edge.pages([Route("/x", page, methods=["POST"])], https=False)(scope, never, send)
        return sent[0]

    whole = edge.BODY_SECONDS
    edge.BODY_SECONDS = 0.01
    try:
        assert asyncio.run(run()) == 408
    finally:
        edge.BODY_SECONDS = whole
    assert (connection.HEAD_SECONDS, web.BODY_SECONDS) <= (30, 30)


def test_bytes_that_begin_nothing_do_not_hold_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line end after an answer, or the rest of a body nobody reads: uvicorn waits for no more then."""
    import asyncio

    import uvicorn
    from uvicorn.server import ServerState

    from bot import connection

    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)

    async def refuses(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 413, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def run(request: bytes, stray: bytes) -> bytes:
        config = uvicorn.Config(refuses, lifespan="off", log_config=None, timeout_keep_alive=60)
        config.load()
        loop, state = asyncio.get_running_loop(), ServerState()
        served = await loop.create_server(lambda: connection.Connection(config, state, {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*served.sockets[0].getsockname())
        writer.write(request)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 413")
        writer.write(stray)
        left = await asyncio.wait_for(reader.read(), 10)  # until the other side closes
        writer.close()
        served.close()
        return left

    assert asyncio.run(run(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n")) == b""
    assert asyncio.run(run(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n", b"x")) == b""


def test_an_old_body_sent_again_changes_nothing(site: Site) -> None:
    """Recorded and replayed, with its right signature: the event is known."""
    content = body(event("01-again", "ไฟถนนดับหน้าตลาด"))
    assert [site.line(content) for _ in range(5)] == [200] * 5
    assert site.stored("01-again") == 1
    twice = json.dumps({"update_id": 4711, "message": {"chat": {"id": 9, "type": "private"}, "text": "x"}}).encode()
    assert [site.telegram(twice) for _ in range(3)] == [200] * 3
    assert site.stored("4711") == 1


def test_two_events_of_one_id_in_one_body_are_one(site: Site) -> None:
    assert site.line(body(event("01-twins"), event("01-twins", "another text"))) == 200
    assert site.stored("01-twins") == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "HEAD"])
def test_only_post_is_a_webhook(site: Site, method: str) -> None:
    assert site.http.request(method, LINE).status_code == 405


def test_after_all_that_nothing_was_lost_and_nothing_broke(site: Site) -> None:
    log = (site.server.folder / "serve.log").read_text()
    assert '"level": "ERROR"' not in log, [line for line in log.splitlines() if '"ERROR"' in line][:3]
    assert site.http.get("/healthz").status_code == 200
