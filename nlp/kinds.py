"""What a person wants: a decision apart from the category, by words that tell."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.normalize import phrases


@dataclass(frozen=True)
class KindFound:
    """The kind, how sure, the words that told, and whether hard words were used."""

    kind: str
    confidence: float
    words: tuple[str, ...]
    rude: bool


# Asked in this order: the first that fits is the kind, unless a problem is named (see `find`).
_ORDER = ("data_right", "corruption", "followup", "service_request", "compliment", "suggestion", "opinion", "inquiry")
_ONLY_ALONE = frozenset({"compliment", "inquiry"})  # with a problem in it, it is a complaint
_MOSTLY = 0.7  # of a text is the greeting itself
_SHORT = 40  # characters; a longer text is hardly small talk


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads((Path(__file__).parent / "data" / "kinds.toml").read_text(encoding="utf-8"))
    return {name: phrases(sorted(words, key=len, reverse=True), data) for name, words in data.items()}


def find(line: str, has_topic: bool) -> KindFound:
    """The kind of a normalised text. `has_topic`: does it name something a category owns?"""
    told = _patterns()
    rude = bool(told["abuse"].search(line))
    problem = _problem(line)
    small = told["smalltalk"].search(line)
    if not any(letter.isalpha() for letter in line):
        return KindFound("smalltalk", 0.6, (), rude)
    if small and problem is None and len(small.group()) >= _MOSTLY * len(line):
        return KindFound("smalltalk", 0.8, (small.group(),), rude)  # "กินข้าวยัง" is not about rice
    for kind in _ORDER:
        found = told[kind].search(line)
        if found and not _overruled(kind, line, problem is not None, has_topic):
            return KindFound(kind, 0.7, (found.group(),), rude)
    if problem is not None or has_topic:
        return KindFound("complaint", 0.8 if problem else 0.6, (problem.group(),) if problem else (), rude)
    if rude:
        return KindFound("abuse", 0.7, (), True)
    if (small and len(line) <= _SHORT) or set(line) <= set("5 "):
        return KindFound("smalltalk", 0.8, (small.group(),) if small else (), rude)
    return KindFound("complaint", 0.3, (), rude)


def names_problem(line: str) -> bool:
    """Does a normalised text name something that is wrong?"""
    return _problem(line) is not None


def _problem(line: str) -> re.Match[str] | None:
    """Words of trouble, but not those of courtesy, of curses, or of trouble that is over ("น้ำไม่ท่วมแล้ว")."""
    told = _patterns()
    return told["problem"].search(told["no_problem"].sub(" ", told["abuse"].sub(" ", line)))


def _overruled(kind: str, line: str, problem: bool, has_topic: bool) -> bool:
    told = _patterns()
    if kind == "compliment":
        if told["would_praise"].search(line):
            return True  # "ถ้ามีที่จอดจะดีมาก" is a wish
        # Irony looks like praise: "เก่งมาก ไฟดับอีกแล้ว" names a problem (never auto-thank a problem).
        return problem and (bool(told["praise_cancel"].search(line)) or not told["mended"].search(line))
    if kind == "inquiry" and _patterns()["inquiry_sure"].search(line):
        return False
    return kind in _ONLY_ALONE and problem and has_topic and "?" not in line and "ไหม" not in line
