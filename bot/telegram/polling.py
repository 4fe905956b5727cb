"""Asking Telegram for updates, for installations without a public address: stored first, then confirmed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import Any

from bot.channels import SendFailed
from bot.clock import Clock
from bot.intake import CannotStore, Intake
from bot.telegram import inbound
from bot.telegram.outbound import ALLOWED_UPDATES, CONFLICT, TelegramChannel
from storage.inbox import NewEvent, microseconds

log = logging.getLogger("pratu.telegram")

LONG_POLL = 10  # seconds Telegram holds the line while nothing happens; below our own read timeout
AGAIN_SECONDS = 3.0


class Poller:
    """One loop per installation: Telegram hands updates to one asker only."""

    def __init__(self, channel: TelegramChannel, intake: Intake, clock: Clock) -> None:
        self._channel = channel
        self._intake = intake
        self._clock = clock
        self._offset = 0
        self._alone = False  # the webhook is gone
        self._main: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._main = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; what was not confirmed comes again at the next start, and is known by its number."""
        if self._main is not None:
            self._main.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._main

    async def _run(self) -> None:
        while True:
            try:
                await self._round()
            except (SendFailed, CannotStore) as failed:
                if str(failed).startswith(CONFLICT):
                    self._alone = False
                log.warning("could not take updates; trying again", extra={"why": type(failed).__name__})
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception:  # an answer nobody foresaw must not end the listening
                log.exception("could not take updates")
                await asyncio.sleep(AGAIN_SECONDS)

    async def _round(self) -> None:
        if not self._alone:  # a webhook and asking exclude each other
            await self._channel.call("deleteWebhook", {})
            self._alone = True
        asked = {"offset": self._offset, "timeout": LONG_POLL, "allowed_updates": ALLOWED_UPDATES}
        updates = await self._channel.call("getUpdates", asked)
        now = self._clock()
        now_us = microseconds(now)
        events: list[NewEvent] = []
        for update in updates if isinstance(updates, list) else []:
            body = json.dumps(update).encode()
            for event in inbound.split(body, update, now):
                events.append(
                    NewEvent(inbound.NAME, event.event_id, event.chat_id, microseconds(event.at), now_us, event.body)
                )
        if events:
            await self._intake.store(events)
        for update in updates if isinstance(updates, list) else []:
            self._offset = max(self._offset, _number(update) + 1)


def _number(update: Any) -> int:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else -1
