"""Asking for updates: a webhook that is still set, or set again, is taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import clock
from bot.intake import Intake
from bot.telegram import polling
from bot.telegram.outbound import TelegramChannel
from bot.telegram.polling import Poller
from storage.tables import InboxEvent
from tests.conftest import prepared
from tests.telegram_emulator import Emulator
from tests.telegram_emulator.server import TOKEN, running
from tests.telegram_emulator.updates import Updates


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as started:
        yield started


@pytest.mark.parametrize("first_fails", [True, False])
def test_a_webhook_never_keeps_us_from_hearing(
    emulator: Emulator, first_fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "AGAIN_SECONDS", 0.2)
    monkeypatch.setattr(polling, "LONG_POLL", 1)
    db = prepared(f"sqlite:///{tmp_path}/p.db")
    emulator.webhook = {"url": "https://elsewhere.example"}

    async def run() -> None:
        channel, intake = TelegramChannel(TOKEN, emulator.url), Intake(db)
        intake.start()
        if first_fails:
            await asyncio.to_thread(emulator.stop)  # nobody hears the first deleteWebhook
        poller = Poller(channel, intake, clock.now)
        await poller.start()
        await asyncio.sleep(0.5)
        if first_fails:
            await asyncio.to_thread(emulator.start)
        else:
            emulator.webhook = {"url": "https://elsewhere.example"}  # somebody set it again
        emulator.offer(Updates(emulator).text(7, "ไฟดับ"))
        await asyncio.sleep(2.5)
        await poller.stop()
        await asyncio.to_thread(intake.stop)
        await channel.close()

    asyncio.run(run())
    with db.reading() as session:
        assert len(session.scalars(select(InboxEvent)).all()) == 1
    assert emulator.webhook == {}
    db.close()
