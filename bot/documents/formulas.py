"""Words that a spreadsheet would reckon with, told as words."""

from __future__ import annotations

import unicodedata

# Full-width forms are turned into these by some programs before they look; so is what nobody sees left out.
_BEGINS = ("=", "+", "-", "@")


def is_formula(text: str) -> bool:
    """Could a spreadsheet take this for more than words?"""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    bare = next((letter for letter in text if _is_seen(letter)), "")
    return unicodedata.normalize("NFKC", bare).startswith(_BEGINS)


def plain(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: an apostrophe before it where it might."""
    return f"'{text}" if is_formula(text) else text


def _is_seen(letter: str) -> bool:
    return not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf")
