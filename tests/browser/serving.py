"""Routes shown to a real browser without a server between them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from starlette.applications import Starlette

ADDRESS = "http://pratu.example"


def serve(page: Any, app: Starlette) -> None:
    """The page asks the routes; there is no server between."""

    def answer(route: Any) -> None:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS) as client:
                return await client.get(route.request.url)

        with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
            found = aside.submit(asyncio.run, ask()).result()
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    page.route("**/*", answer)
