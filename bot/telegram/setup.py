"""What an operator does once: the webhook with its secret, and the command lists for each scope."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.channels import SendFailed
from bot.telegram.outbound import ALLOWED_UPDATES, TelegramChannel


class SetupRefused(Exception):
    """Telegram did not take it; the message says why."""


async def install(channel: TelegramChannel, url: str, secret: str, officers: Sequence[str]) -> str:
    """Set the webhook and the command lists; `officers` are the private chats of people who work here.

    Returns a line for the operator. Raises SetupRefused.
    """
    try:
        me = await channel.learn_name()
        await channel.call(
            "setWebhook",
            {"url": url, "secret_token": secret, "allowed_updates": ALLOWED_UPDATES, "max_connections": 40},
        )
        set_for = await set_lists(channel, officers)
    except SendFailed as failed:
        raise SetupRefused(failed.why) from failed
    skipped = 2 + len(officers) - set_for
    left_out = f" ({skipped} officers' chats could not be reached)" if skipped else ""
    return f"@{me.username}: webhook set to {url}, command lists for {set_for} scopes{left_out}"


async def set_lists(channel: TelegramChannel, officers: Sequence[str]) -> int:
    """The command lists for each scope; how many were set. An officer's chat that is gone is left out.

    Raises SendFailed.
    """
    count = 0
    for scope, commands in _lists(officers):
        try:
            await channel.call("setMyCommands", {"commands": commands, "scope": scope})
        except SendFailed as failed:
            if scope["type"] != "chat" or failed.problem != "unreachable":
                raise
            continue
        count += 1
    return count


def _lists(officers: Sequence[str]) -> list[tuple[dict[str, Any], list[dict[str, str]]]]:
    texts = tomllib.loads((Path(__file__).parent / "setup.toml").read_text(encoding="utf-8"))
    lists = {
        name: [{"command": command, "description": words} for command, words in table.items()]
        for name, table in texts.items()
    }
    return [
        ({"type": "all_private_chats"}, lists["private"]),
        ({"type": "all_group_chats"}, lists["group"]),
        *(({"type": "chat", "chat_id": int(chat)}, lists["officer"]) for chat in officers),
    ]
