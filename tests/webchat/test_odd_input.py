"""No input gets a 5xx: every odd request to the web chat and the pages is refused politely, or harmless."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from bot import settings as reading
from bot.app import ROLES, App, open_database
from tests.conftest import KEY, prepared


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The demo's own server, on a database of its own."""
    folder = tmp_path_factory.mktemp("web")
    url = f"sqlite:///{folder}/web.db"
    prepared(url).close()
    settings = reading.read({"PRATU_DATABASE_URL": url, "PRATU_SECRET_KEY": KEY, "PRATU_DATA_DIR": str(folder)})
    app = App(settings, ROLES["all"], open_database(settings), demo=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app.web, host="127.0.0.1", port=port, log_level="error"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    server.should_exit = True
    running.join(timeout=20)


@pytest.fixture(scope="module")
def token(browser: httpx.Client) -> str:
    answer = browser.post("/chat/session")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x", "Bearer \xe0\xb8.\xe0", "Basic abc", "Bearer " + "a" * 20 + ".\xff\xfe"],
)
def test_an_odd_token_is_no_session(browser: httpx.Client, authorization: str) -> None:
    headers = [(b"authorization", authorization.encode("latin-1"))]
    answer = browser.post("/chat/messages", json={}, headers=headers)
    assert answer.status_code == 401
    assert "ค่ะ" in answer.json()["message"]


ODD_MESSAGES: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"[]", 400),
    (b"{", 400),
    (b"\xff", 400),
    (b"[" * 20000, 400),
    (b'{"id":"\\ud800aaaaaaaa","kind":"text","text":"x"}', 400),
    (b'{"id":"aaaaaaaa1","kind":"text","text":"\\ud800"}', 200),
    (b'{"id":"aaaaaaaa2","kind":"text","text":"a\\u0000b"}', 200),
    (b'{"id":"aaaaaaaa3","kind":"place","lat":NaN,"lon":1}', 400),
    (b'{"id":"aaaaaaaa4","kind":"place","lat":1e999,"lon":1}', 400),
    (b'{"id":"aaaaaaaa5","kind":"place","lat":1' + b"0" * 400 + b',"lon":1}', 400),
    (b'{"id":"aaaaaaaa6","kind":"place","lat":true,"lon":1}', 400),
    (b'{"id":"aaaaaaaa7","kind":"file","file":"image.x.\\u00e9"}', 400),
    (b'{"id":"aaaaaaaa8","kind":"file","file":"image.' + b"a" * 64 + b'.\\ud800"}', 400),
    (b'{"id":"aaaaaaaa9","kind":"emergency","text":"x"}', 400),
    (b'{"id":1,"kind":"text","text":"x"}', 400),
    (b'{"id":"aaaaaaab1","kind":"text","text":"' + b"a" * 5001 + b'"}', 413),
    (b'{"id":"aaaaaaab2","kind":"text","text":"' + b"a" * 70000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), ODD_MESSAGES)
def test_an_odd_message_is_refused_or_kept(browser: httpx.Client, token: str, body: bytes, status: int) -> None:
    answer = browser.post("/chat/messages", content=body, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/track/%00",
        "/track/%ff%fe",
        "/track/70-00001-" + "9" * 400,
        "/track/70-00482-5?s=%00",
        "/track/70-00482-5?s=%ed%a0%80",
        "/track/<script>",
        "/static/%2e%2e%2fapp.py",
        "/static/%00",
        "/chat/events?after=" + "9" * 40,
        "/chat/events?after=%ff",
        "/files/%00",
        "/files/%ed%a0%80.1.1.1",
        "/files/..%2f..%2fbot%2fapp.py",
        "/files/" + "1" * 3000,
        "/nothing",
    ],
)
def test_an_odd_address_is_not_an_error_of_ours(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code in (200, 401, 404)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "[::1]", "localhost"])
def test_the_demos_panes_open_on_this_machine(browser: httpx.Client, host: str) -> None:
    answer = browser.post("/demo/session", json={"pane": "officer"}, headers={"host": host, "origin": f"http://{host}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", "http://evil.example"),
        ("127.0.0.1:8080", "http://evil.example"),
        ("localhost.evil.example", "http://localhost.evil.example"),
        ("[::1", "http://[::1"),
        ("", ""),
    ],
)
def test_nobody_else_becomes_an_officer(browser: httpx.Client, host: str, origin: str) -> None:
    headers = {"host": host, "origin": origin}
    assert browser.post("/demo/session", json={"pane": "head"}, headers=headers).status_code == 403


def test_a_folder_in_a_files_name_is_left_out(browser: httpx.Client, token: str) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"0" * 20
    answer = browser.post(
        "/chat/files",
        files={"file": ("../../etc/\u202ecode.png", content, "image/png")},
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.text
    assert "/" not in answer.json().get("name", "")
    assert "\u202e" not in answer.json().get("name", "")
