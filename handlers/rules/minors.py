"""Does somebody say of themselves that they are under age? (PDPA s. 20: under 20 years.) Nobody is ever asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OF_AGE = 20
_NEAR = 8  # letters between "my age" and the number


def is_minor(text: str, words: Mapping[str, Sequence[str]]) -> bool:
    """By words that only pupils say of themselves (`says`), or by an age told in the first person (`ages`).

    `text`: with Arabic digits. "My child is 5" is a parent's: only the listed beginnings count.
    """
    line = " ".join(text.lower().split())
    if any(word in line for word in words["says"]):
        return True
    return any(_age(line, begin) for begin in words["ages"])


def _age(line: str, begin: str) -> bool:
    at = line.find(begin)
    if at < 0:
        return False
    rest = line[at + len(begin) :][:_NEAR].lstrip()
    digits = rest[: next((place for place, letter in enumerate(rest) if not letter.isdigit()), len(rest))]
    return bool(digits) and 0 < int(digits) < OF_AGE
