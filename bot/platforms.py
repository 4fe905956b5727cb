"""The operator's commands that tell a platform what it must know: LINE's rich menu, Telegram's webhook."""

from __future__ import annotations

import argparse

from bot import clock, settings
from bot.commands import Refused, current_database


def line(_arguments: argparse.Namespace) -> int:
    """Never reached: the sub-command is required."""
    return 2


def line_menu(_arguments: argparse.Namespace) -> int:
    """Build and install the LINE rich menu."""
    import asyncio

    from bot.line import rich_menu

    config = settings.read()
    if not config.line_on:
        raise Refused("LINE is off: give PRATU_LINE_CHANNEL_SECRET and PRATU_LINE_CHANNEL_ACCESS_TOKEN")
    try:
        done = asyncio.run(
            rich_menu.install(
                access_token=str(config.line_channel_access_token),
                api_url=config.line_api_url or None,
                data_api_url=config.line_data_api_url or None,
            )
        )
    except rich_menu.MenuRefused as refused:
        raise Refused(str(refused)) from refused
    print(done)
    return 0


def telegram(_arguments: argparse.Namespace) -> int:
    """Never reached: the sub-command is required."""
    return 2


def telegram_webhook(_arguments: argparse.Namespace) -> int:
    """Set the webhook, the secret and the command lists."""
    import asyncio

    from bot.app import telegram_channel
    from bot.telegram import setup
    from storage import people

    config = settings.read()
    if not config.telegram_on:
        raise Refused("Telegram is off: give PRATU_TELEGRAM_TOKEN (from @BotFather)")
    if not config.public_url.startswith("https://") or not config.telegram_secret_token:
        raise Refused(
            "a webhook needs PRATU_PUBLIC_URL (https) and PRATU_TELEGRAM_SECRET_TOKEN; "
            "without them pratu asks Telegram for updates by itself"
        )
    with current_database() as db, db.reading() as session:
        officers = people.chats_of_officers(session, "telegram", clock.now().astimezone(config.timezone).date())
    channel = telegram_channel(config)

    async def install() -> str:
        try:
            url = f"{config.public_url}/webhooks/telegram"
            return await setup.install(channel, url, str(config.telegram_secret_token), officers)
        finally:
            await channel.close()

    try:
        print(asyncio.run(install()))
    except setup.SetupRefused as refused:
        raise Refused(f"Telegram: {refused}") from refused
    return 0
