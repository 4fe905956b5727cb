"""The SDK's HTTP client, made to say when Telegram's own servers are in trouble. Imported only with the SDK."""

from __future__ import annotations

from typing import Any

from telegram.error import NetworkError
from telegram.request import HTTPXRequest


class ServerTrouble(NetworkError):
    """Telegram answered with a 5xx: it took nothing, and may be asked again."""


class Request(HTTPXRequest):
    """The SDK turns a 5xx and a lost connection into the same error; what may be done next is not the same."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As the SDK's, but a 5xx is told apart. Raises ServerTrouble."""
        code, payload = await super().do_request(*args, **kwargs)
        if code >= 500:
            raise ServerTrouble(f"HTTP {code}")
        return code, payload
