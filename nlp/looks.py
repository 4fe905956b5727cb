"""One look for one kind of personal data, and the word lists the looks are made of.

Every pattern is of bounded width and holds no loop of varying length within another, so that a search takes linear
time whatever the text is (a test walks the patterns and looks).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from nlp.digits import TO_ARABIC

Span = tuple[int, int]
D = "[0-9๐-๙]"
_DIGIT = re.compile(D)
HELD = "\ufdd0"  # stands for one stretch that no pattern may look into: no letter, no digit, in no text
_SEEN = 700  # as far as a pattern and what it looks ahead for can reach
_BEHIND = 40  # as far as one can look back
# Nothing to the eye: soft hyphen, joiners, zero width spaces, marks of direction, variants, the box of a keycap.
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u20e3"
_PIECE = re.compile(rf"[^{_UNSEEN}][{_UNSEEN}]*|[{_UNSEEN}]+", re.S)


@dataclass(frozen=True)
class Pattern:
    """One look of one kind of personal data; `span` says what of a match is secret, None that it is nothing.
    `digits`: nothing matches where no digit is, so that most lines need not be looked at."""

    kind: str
    regex: re.Pattern[str]
    span: Callable[[re.Match[str]], Span | None]
    digits: bool = False


def of_digits(patterns: Iterable[Pattern]) -> Iterator[Pattern]:
    """The same looks, each of which matches nothing without a digit (a test goes through them)."""
    return (replace(pattern, digits=True) for pattern in patterns)


def has_digit(line: str) -> bool:
    """Is there a digit in a line that `plain` made?"""
    return _DIGIT.search(line) is not None


def scan(pattern: Pattern, text: str) -> Iterator[Span]:
    """The secret stretches of this look in a text, in order, none over another.

    What was found counts as gone for what stands right behind it: in "กข1234กข1234" both go.
    """
    at, fresh = 0, False
    while True:
        found, moved = (pattern.regex.search(text[at : at + _SEEN]), at) if fresh else (None, 0)
        if found is None or found.start() >= _BEHIND:
            found, moved = pattern.regex.search(text, at), 0
        if found is None:
            return
        span = pattern.span(found)
        fresh = span is not None
        at = moved + found.start() + 1
        if span is not None:
            at = max(moved + span[1], at)
            yield moved + span[0], moved + span[1]


def plain(text: str) -> tuple[str, list[str]]:
    """The line the patterns look at, and for each letter of it what was typed; joined that is the text again.

    Digits of other scripts, full width letters and every dash stand there as ASCII; what nobody sees is not there.
    """
    typed: list[str] = _PIECE.findall(text)
    line = "".join([piece[0] for piece in typed])
    return line if line.isascii() else line.translate(_ascii()), typed


@cache
def _ascii() -> dict[int, str]:
    wide = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    dashes = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
    digits = {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x80, 0x20000)  # all of them stand below
        if chr(code).isdecimal() and code not in TO_ARABIC
    }
    return wide | digits | dashes


@cache
def words() -> dict[str, Any]:
    """The word lists of `data/mask.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "mask.toml").read_text(encoding="utf-8"))


def any_of(found: list[str]) -> str:
    """A group that matches one of these words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True)) + ")"


def at(found: list[str]) -> str:
    """Here begins one of these words, by its first letter: asked first, as looking back asks much of every letter."""
    letters = {letter for word in found for letter in (word[0].lower(), word[0].upper())}
    return f"(?=[{re.escape(''.join(sorted(letters)))}])"


def kept(found: re.Match[str]) -> Span:
    """What is secret of a match: all of it, or what follows its group `kept`."""
    return (found.end("kept") if "kept" in found.re.groupindex else found.start(), found.end())


def look(kind: str, regex: str, span: Callable[[re.Match[str]], Span | None] = kept) -> Pattern:
    """A look whose regex does not mind capitals."""
    return Pattern(kind, re.compile(regex, re.I), span)
