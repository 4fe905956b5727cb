"""The SDK's client, made to say what may be done next. Imported only with the SDK."""

from __future__ import annotations

import json
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, NetworkError
from telegram.request import HTTPXRequest

from bot.channels import seconds


class ServerTrouble(NetworkError):
    """Telegram answered with a 5xx: it may be asked again."""


class TooFast(NetworkError):
    """Telegram answered 429: not before so many seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"too many requests, again after {wait:g} s")
        self.seconds = wait


class Request(HTTPXRequest):
    """The SDK turns a 5xx and a lost connection into the same error; what may be done next is not the same."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As the SDK's, but a 5xx, a 429 and a 413 are told apart. Raises ServerTrouble, TooFast, BadRequest."""
        code, payload = await super().do_request(*args, **kwargs)
        if code >= 500:
            raise ServerTrouble(f"HTTP {code}")
        if code == 429:
            raise TooFast(_seconds(payload))
        if code == 413:
            raise BadRequest("request entity too large")
        return code, payload


class RawBot(Bot):
    """The SDK's bot, its answers unparsed: an answer it cannot read is an answer all the same."""

    async def raw(self, method: str, parameters: dict[str, Any]) -> Any:
        """The `result` of a call. Raises the SDK's TelegramError."""
        return await self._post(method, parameters)


def _seconds(payload: bytes) -> float:
    try:
        return max(1.0, seconds(float(json.loads(payload)["parameters"]["retry_after"])))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return 5.0
