"""LINE calls out, through LINE's own SDK: reply token first, push with a retry key, and what each failure means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from bot.channels import Call, ContentGone, ContentNotReady, RawEvent, SendFailed, Sent
from bot.line import draw, inbound
from handlers.messages import Incoming, Part
from nlp import tokenize

TIMEOUT = 10.0  # seconds for the whole call; the SDK would wait for 300
SPENT = "Invalid reply token"  # LINE says the same for used and for expired
MONTHLY_LIMIT = "monthly limit"
DATA_HOST = "https://api-data.line.me"


class LineChannel:
    """One LINE Official Account. The SDK (a second to import, 60 MB) is loaded by `warm` or by the first call."""

    name = inbound.NAME
    replies = True
    paced = False

    def __init__(self, access_token: str, api_url: str | None = None, data_api_url: str | None = None) -> None:
        self._token = access_token
        self._host = api_url
        self._data_host = data_api_url or api_url or DATA_HOST
        self._api: Any = None
        self._client: Any = None
        self._http: httpx.AsyncClient | None = None

    # --- in: pure ------------------------------------------------------------------------------------------------

    def split(self, body: bytes, data: Any, now: datetime) -> list[RawEvent]:
        return inbound.split(body, data, now)

    def read(self, event: RawEvent) -> Incoming:
        return inbound.read(event)

    def draw(self, parts: Sequence[Part]) -> list[Call]:
        return draw.calls(parts, tokenize.words)

    # --- out -----------------------------------------------------------------------------------------------------

    async def reply(self, token: str, call: Call) -> Sent:
        """Answer on the free token. No retry key exists here, so an unclear ending is "ambiguous"."""
        from linebot.v3.messaging.models import ReplyMessageRequest

        request = ReplyMessageRequest.from_dict({"replyToken": token, "messages": call.messages})
        return await self._send(
            lambda: self._sdk().reply_message_with_http_info(request, _request_timeout=TIMEOUT), keyed=False
        )

    async def noticed(self, token: str) -> None:
        """Taps are messages here: nothing waits."""

    async def push(self, chat_id: str, call: Call, key: str) -> Sent:
        """Push with a retry key from the first try: 409 means the first one arrived."""
        from linebot.v3.messaging.models import PushMessageRequest

        request = PushMessageRequest.from_dict({"to": chat_id, "messages": call.messages})
        return await self._send(
            lambda: self._sdk().push_message_with_http_info(request, x_line_retry_key=key, _request_timeout=TIMEOUT),
            keyed=True,
        )

    async def _send(self, call: Callable[[], Awaitable[Any]], keyed: bool) -> Sent:
        from aiohttp import ClientConnectorError, ClientError
        from linebot.v3.messaging.exceptions import ApiException

        try:
            answer = await call()
        except ApiException as refused:
            return _refused(refused, keyed)
        except ClientConnectorError as away:
            raise SendFailed("again", f"cannot connect: {type(away).__name__}") from away
        except (TimeoutError, ClientError, UnicodeDecodeError, OSError) as lost:
            # Sent, but what became of it is unknown (a proxy's page is not even text).
            raise _unclear(f"no clear answer: {type(lost).__name__}", keyed) from lost
        sent = getattr(answer.data, "sent_messages", None) or []
        headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
        return Sent(tuple(str(message.id) for message in sent), str(headers.get("x-line-request-id", "")))

    async def typing(self, chat_id: str) -> None:
        """The loading animation, in one-to-one chats; a hint that may fail."""
        from linebot.v3.messaging.models import ShowLoadingAnimationRequest

        if not chat_id.startswith("U"):
            return
        request = ShowLoadingAnimationRequest(chatId=chat_id, loadingSeconds=10)
        try:
            await self._send(
                lambda: self._sdk().show_loading_animation_with_http_info(request, _request_timeout=TIMEOUT), keyed=True
            )
        except SendFailed:
            return

    @asynccontextmanager
    async def fetch(self, ref: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """A picture's or file's bytes, streamed: the SDK would hold 200 MB in memory and hides a 202."""
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=httpx.Timeout(30.0, connect=3.0))
        url = f"{self._data_host}/v2/bot/message/{quote(ref, safe='')}/content"  # a number; nothing else gets a way in
        try:
            async with self._http.stream("GET", url, headers={"Authorization": f"Bearer {self._token}"}) as answer:
                if answer.status_code == 202:
                    raise ContentNotReady(ref)
                if answer.status_code in (400, 404, 410):
                    raise ContentGone(ref)
                if answer.status_code != 200:
                    raise SendFailed("again", f"content: HTTP {answer.status_code}")
                yield answer.aiter_bytes()
        except httpx.HTTPError as lost:
            raise SendFailed("again", f"content: {type(lost).__name__}") from lost

    # --- for the operator ----------------------------------------------------------------------------------------

    async def bot_info(self) -> dict[str, Any]:
        """Who this token belongs to. Raises SendFailed."""
        return await self._ask("/v2/bot/info")

    async def webhook_endpoint(self) -> dict[str, Any]:
        """The webhook address LINE has, and whether it is used; {} when none was set. Raises SendFailed."""
        return await self._ask("/v2/bot/channel/webhook/endpoint", missing={})

    async def quota(self) -> tuple[int | None, int]:
        """(pushes a month, or None without limit; pushes used). Raises SendFailed."""
        limit = await self._ask("/v2/bot/message/quota")
        used = await self._ask("/v2/bot/message/quota/consumption")
        return (limit.get("value") if limit.get("type") == "limited" else None), int(used.get("totalUsage", 0))

    async def _ask(self, path: str, missing: dict[str, Any] | None = None) -> dict[str, Any]:
        host = self._host or "https://api.line.me"
        try:
            async with httpx.AsyncClient(timeout=10.0) as client:
                answer = await client.get(f"{host}{path}", headers={"Authorization": f"Bearer {self._token}"})
        except httpx.HTTPError as lost:
            raise SendFailed("again", type(lost).__name__) from lost
        if answer.status_code == 404 and missing is not None:
            return missing
        if answer.status_code != 200:
            raise SendFailed("refused", f"HTTP {answer.status_code}")
        data: dict[str, Any] = answer.json()
        return data

    # --- the SDK's client ----------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Import the SDK now, so that the first person does not wait for it."""
        import linebot.v3.messaging

        assert linebot.v3.messaging.AsyncMessagingApi

    def _sdk(self) -> Any:
        if self._api is None:
            from linebot.v3.messaging import AsyncApiClient, AsyncMessagingApi, Configuration

            asyncio.get_running_loop()  # the SDK's client must be made inside the loop it is used in
            self._client = AsyncApiClient(Configuration(access_token=self._token, host=self._host))
            self._api = AsyncMessagingApi(self._client)
        return self._api

    async def close(self) -> None:
        """Close connections."""
        if self._client is not None:
            await self._client.close()
        if self._http is not None:
            await self._http.aclose()


def _refused(refused: Any, keyed: bool) -> Sent:
    """What an HTTP error of LINE means. Only 409 to a retry key is a success."""
    status, body = int(refused.status or 0), str(refused.body or "")
    message = _message_in(body)
    if status == 409 and keyed:
        return Sent(_ids_in(body), _header(refused, "x-line-accepted-request-id"))
    if status == 429:
        if MONTHLY_LIMIT in message:
            raise SendFailed("quota", message) from refused
        raise SendFailed("again", message or "rate limit", retry_after=5.0) from refused
    if status >= 500:
        raise _unclear(f"HTTP {status}", keyed) from refused
    if status == 400 and SPENT in message:
        raise SendFailed("token", message) from refused
    if status == 401:
        # Our token, not this message: mended by an operator, so it waits instead of being lost.
        raise SendFailed("again", "HTTP 401: the channel access token does not work", retry_after=60.0) from refused
    raise SendFailed("refused", f"HTTP {status}: {message}") from refused


def _unclear(why: str, keyed: bool) -> SendFailed:
    return SendFailed("again", why, unclear=True) if keyed else SendFailed("ambiguous", why)


def _message_in(body: str) -> str:
    try:
        return str(json.loads(body).get("message", ""))
    except (ValueError, AttributeError):
        return ""


def _ids_in(body: str) -> tuple[str, ...]:
    try:
        return tuple(str(message["id"]) for message in json.loads(body).get("sentMessages", ()))
    except (ValueError, AttributeError, KeyError, TypeError):
        return ()


def _header(refused: Any, name: str) -> str:
    headers = refused.headers or {}
    return next((str(value) for key, value in headers.items() if key.lower() == name), "")
