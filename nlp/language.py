"""Is this Thai? Only as much as the door needs: whom a person must read, and whom we can answer in Thai."""

from __future__ import annotations

_FEWEST = 4  # letters; shorter words ("ok", "555") are anybody's


def is_foreign(text: str) -> bool:
    """Is this written in another language than Thai? Names and brands inside Thai do not count."""
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < _FEWEST:
        return False
    thai = sum("ก" <= letter <= "๛" for letter in letters)
    return thai / len(letters) < 0.2
