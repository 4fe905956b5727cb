"""One look for one kind of personal data, and the word lists the looks are made of.

Every pattern is of bounded width and holds no loop of varying length within another, so that a search takes linear
time whatever the text is (a test walks the patterns and looks).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Span = tuple[int, int]
D = "[0-9๐-๙]"


@dataclass(frozen=True)
class Pattern:
    """One look of one kind of personal data; `span` says what of a match is secret, None that it is nothing."""

    kind: str
    regex: re.Pattern[str]
    span: Callable[[re.Match[str]], Span | None]


def scan(pattern: Pattern, text: str) -> Iterator[Span]:
    """The secret stretches of this look in a text, in order, none over another."""
    at = 0
    while found := pattern.regex.search(text, at):
        span = pattern.span(found)
        at = found.start() + 1 if span is None else max(span[1], found.start() + 1)
        if span is not None:
            yield span


@cache
def words() -> dict[str, Any]:
    """The word lists of `data/mask.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "mask.toml").read_text(encoding="utf-8"))


def any_of(found: list[str]) -> str:
    """A group that matches one of these words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True)) + ")"


def kept(found: re.Match[str]) -> Span:
    """What is secret of a match: all of it, or what follows its group `kept`."""
    return (found.end("kept") if "kept" in found.re.groupindex else found.start(), found.end())


def look(kind: str, regex: str, span: Callable[[re.Match[str]], Span | None] = kept) -> Pattern:
    """A look whose regex does not mind capitals."""
    return Pattern(kind, re.compile(regex, re.I), span)
