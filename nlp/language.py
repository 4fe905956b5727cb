"""Is this Thai? Only as much as the door needs: whom a person must read, and whom we can answer in Thai."""

from __future__ import annotations

import re

_THAI = re.compile("[ก-ะาำเ-ๆ]")
_FEWEST = 4  # letters; shorter words ("ok", "555") are anybody's


def is_foreign(text: str) -> bool:
    """Is this written in another language than Thai? Names and brands inside Thai do not count."""
    rest = _THAI.sub("", text)
    thai = len(text) - len(rest)
    letters = thai + sum(letter.isalpha() for letter in rest)
    return letters >= _FEWEST and thai / letters < 0.2
