"""LINE as far as a bot can see it: the API it calls, and the platform that calls it. See server.py and platform.py."""

from tests.line_emulator.people import User
from tests.line_emulator.platform import Platform
from tests.line_emulator.server import Emulator

__all__ = ["Emulator", "Platform", "User"]
