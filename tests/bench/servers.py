"""The servers compared: pratu's own, the usual way (FastAPI, SDK parser, a commit per event), and the floor."""

from __future__ import annotations

import sys
from typing import Any

SECRET = "bench-channel-secret"


class NoStore:
    """Takes events and keeps none: the floor's intake."""

    def start(self) -> None:
        return

    def stop(self) -> None:
        return

    def store(self, events: Any) -> Any:
        import asyncio

        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future


def ours(database_url: str, roles: str, api_url: str, stores: bool = True) -> Any:
    """pratu: intake alone, everything in one process, or (floor) the same server without storing."""
    import logging
    import tempfile

    from bot import settings
    from bot.app import ROLES, App, open_database
    from storage import migrations, seed
    from tests.conftest import SEED

    logging.disable(logging.CRITICAL)
    config = settings.read(
        {
            "PRATU_DATABASE_URL": database_url,
            "PRATU_SECRET_KEY": "bench-key-that-is-long-enough-for-a-key",
            "PRATU_DATA_DIR": tempfile.mkdtemp(),
            "PRATU_LINE_CHANNEL_SECRET": SECRET,
            "PRATU_LINE_CHANNEL_ACCESS_TOKEN": "bench",
            "PRATU_LINE_API_URL": api_url,
        }
    )
    db = open_database(config)
    migrations.migrate(db)
    with db.transaction() as session:
        seed.load(session, SEED)
    app = App(config, ROLES[roles], db)
    if not stores:
        app.web._intake = NoStore()  # type: ignore[assignment]
        app.intake = NoStore()  # type: ignore[assignment]
    return app.web


def sink() -> Any:
    """LINE's side: takes every reply at once and notes when (GET /times)."""
    import json
    import time

    times: list[tuple[str, float]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["path"] == "/times":
            answer = json.dumps(times).encode()
        else:
            times.append((json.loads(body).get("replyToken", "") if body else "", time.time()))
            answer = b'{"sentMessages":[{"id":"1","quoteToken":"q"}]}'
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


def _usual(database_url: str) -> Any:
    from tests.bench.usual import app  # FastAPI and the SDK only where they are measured

    return app(database_url)


def main() -> None:
    import uvicorn

    kind, port, database_url, api_url = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    makers = {
        "usual": lambda: _usual(database_url),
        "floor": lambda: ours(database_url, "web", api_url, stores=False),
        "intake": lambda: ours(database_url, "web", api_url),
        "all": lambda: ours(database_url, "all", api_url),
        "sink": sink,
    }
    lifespan = "off" if kind == "sink" else "on"
    uvicorn.run(
        makers[kind](),
        port=port,
        log_level="critical",
        access_log=False,
        http="httptools",
        loop="uvloop",
        lifespan=lifespan,
    )


if __name__ == "__main__":
    main()
