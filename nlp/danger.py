"""Danger and urgency by rules with high recall: a false alarm costs one bubble, a missed one may cost a life."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.normalize import phrases


@dataclass(frozen=True)
class Danger:
    """One kind of danger: what fires it, what says it is none, and the same words only feared or practised."""

    name: str
    always: bool  # told of the past, asked about or thanked for, it still is one
    fires: re.Pattern[str]
    unless: re.Pattern[str]
    feared: re.Pattern[str]


@dataclass(frozen=True)
class Rules:
    """Every danger, and the words that calm, raise or hide."""

    dangers: tuple[Danger, ...]
    innocent: re.Pattern[str]
    fear: re.Pattern[str]
    calm: re.Pattern[str]
    now: re.Pattern[str]
    past: re.Pattern[str]
    still: re.Pattern[str]
    bare: re.Pattern[str]
    urgent: re.Pattern[str]
    private: re.Pattern[str]
    accuses: re.Pattern[str]


@cache
def _rules() -> Rules:
    data = tomllib.loads((Path(__file__).parent / "data" / "danger.toml").read_text(encoding="utf-8"))
    lists: dict[str, list[str]] = data["lists"]

    def of(table: str, key: str = "words") -> re.Pattern[str]:
        return phrases(data[table][key], lists)

    fear, filler = of("fear").pattern, of("bare", "fillers").pattern
    return Rules(
        tuple(_danger(row, fear, lambda words: phrases(words, lists)) for row in data["danger"]),
        innocent=of("innocent"),
        fear=re.compile(rf"(?:{fear})\S+$"),
        calm=of("calm"),
        now=of("calm", "now"),
        past=of("past"),
        still=of("past", "still"),
        bare=re.compile(rf"(?:{filler}|[\W\d_])*(?:(?:{of('bare').pattern})(?:{filler}|[\W_])*)+"),
        urgent=of("urgent"),
        private=of("private"),
        accuses=of("accuses"),
    )


def _danger(row: dict[str, object], fear: str, read: Callable[[list[str]], re.Pattern[str]]) -> Danger:
    words, unless = row["words"], row.get("unless", [])
    assert isinstance(words, list)
    assert isinstance(unless, list)
    fires = read(words)
    feared = re.compile(rf"(?:{fear})[^\s]{{0,10}}?(?:{fires.pattern})")
    return Danger(str(row["name"]), bool(row.get("always")), fires, read(unless), feared)


def find(line: str) -> tuple[str, str]:
    """(name of the danger, the words that fired it) in a normalised text; ("", "") when there is none.

    A cry for help that does not say what happens is "any".
    """
    rules = _rules()
    text = rules.innocent.sub(" ", line)
    calm = _is_calm(rules, text)
    for danger in rules.dangers:
        if calm and not danger.always:
            continue
        found = _fired(rules, danger, text)
        if found:
            return danger.name, found
    cry = rules.bare.fullmatch(line)
    return ("any", cry.group()) if cry else ("", "")


def _is_calm(rules: Rules, text: str) -> bool:
    """Past, practised, asked for a paper or thanked for: no call for help, unless it says that it goes on."""
    if rules.past.search(text) and not rules.still.search(text):
        return True
    return bool(rules.calm.search(text)) and not rules.now.search(text)


def _fired(rules: Rules, danger: Danger, text: str) -> str:
    """The words that tell of this danger, neither blanked nor only feared ("เสาไฟเอียงกลัวล้ม")."""
    cleared = danger.unless.sub(" ", text)
    found = danger.fires.search(cleared)
    if danger.always or not found:
        return found.group() if found else ""
    told = danger.fires.finditer(danger.feared.sub(" ", cleared))
    return next((one.group() for one in told if not rules.fear.search(one.group())), "")


def is_urgent(line: str) -> bool:
    """Does this normalised text sound as if it cannot wait?"""
    return bool(_rules().urgent.search(line))


def is_private(line: str) -> bool:
    """Abuse, violence at home, a child at risk: whoever tells it stays hidden, emergency or not."""
    rules = _rules()
    text = rules.innocent.sub(" ", line)
    return bool(rules.private.search(text)) or any(
        danger.always and bool(_fired(rules, danger, text)) for danger in rules.dangers
    )


def accuses(line: str) -> bool:
    """Does this normalised text accuse a person, who must not learn who told?"""
    rules = _rules()
    return bool(rules.accuses.search(rules.innocent.sub(" ", line)))
