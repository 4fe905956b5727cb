"""Danger and urgency by rules with high recall: a false alarm costs one bubble, a missed one may cost a life."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Danger:
    """One kind of danger: what fires it, and what says it is none."""

    name: str
    fires: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True)
class Rules:
    """Every danger, what cannot wait, and words of the past."""

    dangers: tuple[Danger, ...]
    urgent: re.Pattern[str]
    past: re.Pattern[str]
    still: re.Pattern[str]


@cache
def _rules() -> Rules:
    data = tomllib.loads((Path(__file__).parent / "data" / "danger.toml").read_text(encoding="utf-8"))
    dangers = tuple(
        Danger(row["name"], _any(row["words"]), _any(row["unless"]) if row["unless"] else None)
        for row in data["danger"]
    )
    return Rules(dangers, _any(data["urgent"]["words"]), _any(data["past"]["words"]), _any(data["past"]["still"]))


def _any(words: list[str]) -> re.Pattern[str]:
    # People put spaces anywhere in Thai: "ไฟ ไหม้" is ไฟไหม้.
    return re.compile("|".join(r"\s?".join(re.escape(part) for part in _parts(word)) for word in words))


def _parts(word: str) -> list[str]:
    """A word cut before consonants and leading vowels, where a stray space may stand."""
    return [part for part in re.split(r"(?=[ก-ฮเแโใไ])(?<![เแโใไ])", word) if part]


def find(line: str) -> tuple[str, str]:
    """(name of the danger, the words that fired it) in a normalised text; ("", "") when there is none."""
    rules = _rules()
    if rules.past.search(line) and not rules.still.search(line):
        return "", ""
    for danger in rules.dangers:
        text = danger.unless.sub(" ", line) if danger.unless else line
        found = danger.fires.search(text)
        if found:
            return danger.name, found.group()
    return "", ""


def is_urgent(line: str) -> bool:
    """Does this normalised text sound as if it cannot wait?"""
    return bool(_rules().urgent.search(line))
