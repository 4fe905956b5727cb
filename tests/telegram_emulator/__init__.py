"""Telegram as far as a bot can see it: the API it calls, and the platform that calls it. See server.py, platform.py."""

from tests.telegram_emulator.people import Person
from tests.telegram_emulator.platform import Platform
from tests.telegram_emulator.server import SECRET, TOKEN, Emulator

__all__ = ["SECRET", "TOKEN", "Emulator", "Person", "Platform"]
