"""Thai digits and Arabic ones: the one table of this room."""

from __future__ import annotations

import re

_ANY = re.compile("[๐-๙]")
TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def arabic(text: str) -> str:
    """The text with Arabic digits; as long as before, so places found in it are places in the text."""
    return text.translate(TO_ARABIC) if _ANY.search(text) else text
