"""Files an operator asks for that hold people's words: for whoever asked, not for everybody on this machine."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

OWNER_ONLY = 0o600


def make(path: Path) -> None:
    """Make the file so that nobody else ever reads what is written into it; a device stays what it is."""
    with open(path, "wb", opener=partial(os.open, mode=OWNER_ONLY)) as file:
        if path.is_file():
            os.fchmod(file.fileno(), OWNER_ONLY)
