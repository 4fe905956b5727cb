"""Was it really mended? What a result must show before a case may be concluded.

After "แก้ทิพย์", cases closed on paper only: no picture, the same picture again, an old one, or words that say nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from storage.words import Conclusion, Kind

NO_PHOTO, SAME_PHOTO, OLD_PHOTO, TOO_SHORT = "no_photo", "same_photo", "old_photo", "too_short"
BOILERPLATE, NO_PHOTO_REASON = "boilerplate", "no_photo_reason"

LEAST_LETTERS = 8  # that a result has beside words like "ดำเนินการเรียบร้อยแล้ว"
LEAST_REASON = 10  # letters of a reason why there is no picture

_BLOCKING = frozenset({NO_PHOTO, SAME_PHOTO, OLD_PHOTO, TOO_SHORT})
_AT_A_SPOT = frozenset({Kind.COMPLAINT, Kind.EMERGENCY, Kind.SERVICE_REQUEST})
_MENDED = frozenset({Conclusion.FIXED, Conclusion.PARTLY})


def blocks(fault: str) -> bool:
    """Must this be put right before a case can be concluded? The other faults are shown to the head."""
    return fault in _BLOCKING


def needs_photo(physical: bool, kind: str, conclusion: str) -> bool:
    """Is a picture of the mended spot due? `physical`: the category is of things that stand somewhere."""
    return physical and kind in _AT_A_SPOT and conclusion in _MENDED


@dataclass(frozen=True)
class Proof:
    """What stands for a result: is a picture due, how many are there, are any of them known or too old, the words."""

    photo_due: bool
    photos: int
    same: bool
    old: bool
    words: str
    boilerplate: bool


def faults_of(proof: Proof, reasons: Sequence[str], says_nothing: Sequence[str]) -> list[str]:
    """What is wrong with it, the gravest first. `reasons`: phrases that begin a reason why there is no picture;
    `says_nothing`: words that every result has."""
    missing = proof.photo_due and proof.photos == 0
    excused = missing and gives_reason(proof.words, reasons)
    found = (
        (NO_PHOTO, missing and not excused),
        (SAME_PHOTO, proof.same),
        (OLD_PHOTO, proof.old),
        (TOO_SHORT, not tells_something(proof.words, says_nothing)),
        (NO_PHOTO_REASON, excused),
        (BOILERPLATE, proof.boilerplate),
    )
    return [name for name, is_so in found if is_so]


def gives_reason(words: str, reasons: Sequence[str]) -> bool:
    """Does the result say why there is no picture?"""
    line = _joined(words)
    after = [line.partition(phrase)[2] for phrase in map(_joined, reasons) if phrase in line]
    return any(_letters(rest) >= LEAST_REASON for rest in after)


def tells_something(words: str, says_nothing: Sequence[str]) -> bool:
    """Does the result say what was done, beside words that every result has?"""
    line = _joined(words)
    for word in sorted(map(_joined, says_nothing), key=len, reverse=True):
        line = line.replace(word, " ")
    return _letters(line) >= LEAST_LETTERS


def _joined(words: str) -> str:
    return "".join(words.split())


def _letters(text: str) -> int:
    """Letters and digits; of Thai the marks above and below a letter are none."""
    return sum(unicodedata.category(letter)[0] in "LN" for letter in text)
