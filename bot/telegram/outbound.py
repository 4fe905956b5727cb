"""Telegram calls out, through python-telegram-bot: paced, and with what each failure means.

Telegram knows no key that makes a repeat harmless: an answer that was lost is never sent again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx

from bot.channels import Call, ContentGone, ContentTooLarge, Drawer, RawEvent, SendFailed, Sent
from bot.telegram import draw, inbound
from bot.telegram.inbound import Me
from bot.telegram.pace import Pace
from handlers.messages import Incoming, Part
from nlp import tokenize

HOST = "https://api.telegram.org"
TIMEOUT = 15.0  # seconds for an answer
CONFLICT = "conflict"  # begins the reason why updates cannot be asked for: a webhook is set, or somebody else asks
DRAWING = 30.0  # seconds a paper may take; then its words are sent
LARGEST = 50 * 1024 * 1024  # bytes of a file a bot may send
OUR_TOKEN = 60.0  # seconds until a refused token is tried again: an operator mends it
# Refusals that mean: this person or group cannot be reached here.
_NOBODY = ("chat not found", "user not found", "PEER_ID_INVALID", "bot can't initiate conversation")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,300}")  # below our own files, nothing else
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


class TelegramChannel:
    """One Telegram bot. The SDK (half a second, 40 MB) is loaded by `warm` or by the first call."""

    name = inbound.NAME
    replies = False
    paced = True

    def __init__(self, token: str, api_url: str | None = None, drawer: Drawer | None = None) -> None:
        self._token = token
        self._host = api_url or HOST
        self._drawer = drawer
        self._bot: Any = None
        self._http: httpx.AsyncClient | None = None
        self._pace = Pace()
        number = token.partition(":")[0]
        self.me = Me(int(number) if number.isascii() and number.isdigit() else 0)

    # --- in: pure ------------------------------------------------------------------------------------------------

    def split(self, body: bytes, data: Any, now: datetime) -> list[RawEvent]:
        return inbound.split(body, data, now)

    def read(self, event: RawEvent) -> Incoming:
        return inbound.read(event, self.me)

    def draw(self, parts: Sequence[Part]) -> list[Call]:
        return draw.calls(parts, tokenize.words)

    # --- out -----------------------------------------------------------------------------------------------------

    async def reply(self, token: str, call: Call) -> Sent:
        """There are no free replies here."""
        raise SendFailed("token", "Telegram has no reply tokens")

    async def noticed(self, token: str) -> None:
        """Take the little clock off the button that was tapped; after 150 seconds it is too late, and no matter."""
        try:
            await self.call("answerCallbackQuery", {"callback_query_id": token})
        except SendFailed:
            return

    async def push(self, chat_id: str, call: Call, key: str) -> Sent:
        """Send one message, or a paper. A lost answer is "ambiguous": Telegram has no retry key.

        A paper that is gone, cannot be drawn or that Telegram does not take becomes its words and its link.
        """
        message = call.messages[0]
        paper = await self._paper(message)
        if paper is not None:
            parameters = draw.handing_over(message, chat_id) | {"document": _file(paper, message["name"])}
            try:
                return await self._paced(chat_id, "sendDocument", parameters)
            except SendFailed as failed:
                if failed.problem != "refused":
                    raise
        return await self._paced(chat_id, "sendMessage", draw.payload(message, chat_id))

    async def _paper(self, message: dict[str, Any]) -> bytes | None:
        """The file a message hands over. Drawn in a thread: it takes a second, and nobody else waits for it."""
        token = message.get("document")
        if token is None or self._drawer is None:
            return None
        try:
            async with asyncio.timeout(DRAWING):
                found = await asyncio.to_thread(self._drawer, token)
        except TimeoutError:
            return None
        return found if found and len(found) <= LARGEST else None

    async def _paced(self, chat_id: str, method: str, parameters: dict[str, Any]) -> Sent:
        wait = await self._pace.turn(chat_id)
        if wait:
            raise SendFailed("again", "this chat has had enough for now", retry_after=wait)
        try:
            result = await self.call(method, parameters)
        except SendFailed as failed:
            if failed.retry_after:
                self._pace.hush(chat_id, failed.retry_after)
            raise
        message_id = result.get("message_id") if isinstance(result, dict) else None
        return Sent((str(message_id),) if message_id is not None else ())

    async def call(self, method: str, parameters: dict[str, Any]) -> Any:
        """One call of the Bot API, its answer unparsed: an answer the SDK cannot read is an answer all the same.

        Raises SendFailed.
        """
        from telegram.error import ChatMigrated, Forbidden, InvalidToken, TelegramError

        from bot.telegram.request import TooFast

        try:
            return await self._sdk().raw(method, parameters)
        except TooFast as wait:
            raise SendFailed("again", wait.message, retry_after=wait.seconds) from wait
        except ChatMigrated as moved:
            raise SendFailed("moved", "the group became a supergroup", chat_id=str(moved.new_chat_id)) from moved
        except Forbidden as gone:
            raise SendFailed("unreachable", gone.message) from gone
        except InvalidToken as wrong:
            raise SendFailed("again", "the bot token does not work", retry_after=OUR_TOKEN) from wrong
        except TelegramError as other:
            raise _meaning(other) from other

    async def typing(self, chat_id: str) -> None:
        """ "typing…", for five seconds; a hint that may fail."""
        try:
            await self.call("sendChatAction", {"chat_id": int(chat_id), "action": "typing"})
        except SendFailed:
            return

    @asynccontextmanager
    async def fetch(self, ref: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """A picture's or file's bytes, streamed; the link Telegram gives holds our token, so it is never kept."""
        try:
            found = await self.call("getFile", {"file_id": ref})
        except SendFailed as failed:
            if "too big" in failed.why:
                raise ContentTooLarge(ref) from failed
            if failed.problem == "refused":
                raise ContentGone(ref) from failed
            raise
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or not _PATH.fullmatch(path) or ".." in path:
            raise ContentGone(ref)  # also a self-made server's own folder: files come from Telegram only
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=httpx.Timeout(30.0, connect=3.0))
        try:
            async with self._http.stream("GET", f"{self._host}/file/bot{self._token}/{path}") as answer:
                if answer.status_code in (400, 404, 410):
                    raise ContentGone(ref)
                if answer.status_code != 200:
                    raise SendFailed("again", f"content: HTTP {answer.status_code}")
                yield answer.aiter_bytes()
        except httpx.HTTPError as lost:
            raise SendFailed("again", f"content: {type(lost).__name__}") from None  # its message holds the token

    # --- the SDK's client ----------------------------------------------------------------------------------------

    async def learn_name(self) -> Me:
        """Who we are, so that groups can call us by name. Raises SendFailed."""
        found = await self.call("getMe", {})
        username = found.get("username", "") if isinstance(found, dict) else ""
        self.me = Me(self.me.id or int(found.get("id", 0)), str(username))
        return self.me

    def warm(self) -> None:
        """Import the SDK now, so that the first person does not wait for it."""
        import telegram

        assert telegram.__version__

    def _sdk(self) -> Any:
        if self._bot is None:
            from bot.telegram.request import RawBot, Request

            asyncio.get_running_loop()
            requests = Request(connection_pool_size=64, read_timeout=TIMEOUT, write_timeout=10.0, pool_timeout=10.0)
            self._bot = RawBot(
                self._token,
                base_url=f"{self._host}/bot",
                base_file_url=f"{self._host}/file/bot",
                request=requests,
            )
        return self._bot

    async def close(self) -> None:
        """Close connections."""
        if self._bot is not None:
            await self._bot.request.shutdown()
        if self._http is not None:
            await self._http.aclose()


def _file(content: bytes, name: str) -> Any:
    from telegram import InputFile

    return InputFile(content, filename=name)


def _meaning(error: Any) -> SendFailed:
    """What may be done after an error of the SDK. Its tree is no help: BadRequest is a NetworkError there."""
    from telegram.error import BadRequest, Conflict

    from bot.telegram.request import ServerTrouble

    cause = error.__cause__
    if isinstance(error, ServerTrouble):
        return SendFailed("again", error.message)
    if isinstance(error, BadRequest):
        if "message is not modified" in error.message:
            return SendFailed("same", error.message)
        nobody = any(word.lower() in error.message.lower() for word in _NOBODY)
        return SendFailed("unreachable" if nobody else "refused", error.message)
    if isinstance(error, Conflict):
        return SendFailed("again", f"{CONFLICT}: {error.message}")
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return SendFailed("again", f"cannot connect: {type(cause).__name__}")  # nothing was sent
    return SendFailed("ambiguous", f"no clear answer: {type(cause or error).__name__}")
