"""What the web chat is given by whoever puts the parts together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Clock
from bot.intake import Intake
from storage.db import Database
from storage.files import FileStore
from storage.seal import Keyring


@dataclass(frozen=True)
class WebContext:
    """The parts behind the web chat's addresses."""

    db: Database
    files: FileStore
    intake: Intake
    keys: Keyring
    clock: Clock
    stopping: asyncio.Event  # set when the server ends: open pages let go
    demo: bool
    enroll: Callable[[str, str], None]  # (chat id, pane): makes the demo's officer or head; runs in a thread
