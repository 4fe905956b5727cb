"""What an agency may say in its own words, and what is wrong with such a sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from handlers.texts import SLOTS, load

NOTICE = "notice.short"
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
_SLOTS = frozenset(SLOTS)


@dataclass(frozen=True)
class Fault:
    """An own sentence that cannot be said: its key, why (a key of seed.toml [seed_problem]), what stands there, what
    would be right."""

    key: str
    why: str
    value: str = ""
    wanted: str = ""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "own.toml").read_text(encoding="utf-8"))


def keys() -> dict[str, str]:
    """Key → when it is said, of every sentence an agency may change."""
    return dict(_data()["keys"])


def shipped(key: str) -> str:
    """The sentence as it comes with the program."""
    return str(load()[key]["text"]).strip("\n")


def faults(own: Mapping[str, object]) -> Iterator[Fault]:
    """Everything that is wrong with an agency's own sentences."""
    for key, text in own.items():
        if key not in _data()["keys"]:
            yield Fault(key, "text_key", key)
        elif not isinstance(text, str) or len(text) > _data()["letters"]:
            yield Fault(key, "too_long", str(len(str(text))), str(_data()["letters"]))
        else:
            yield from _misfilled(key, text)


def _misfilled(key: str, text: str) -> Iterator[Fault]:
    """Placeholders we cannot fill, and what people need and miss."""
    wanted = _names(shipped(key)) - _SLOTS
    usable = wanted | _SLOTS | set(_data()["may_come"].get(key, ()))
    for name in sorted(_names(text) - usable):
        yield Fault(key, "placeholder", f"{{{name}}}", " ".join(f"{{{one}}}" for one in sorted(usable)))
    for name in sorted(wanted - _names(text) - set(_data()["may_go"])):
        yield Fault(key, "placeholder_missing", f"{{{name}}}")
    for words in _data()["must_say"].get(key, ()):
        if words not in text:
            yield Fault(key, "must_say", words)


def _names(text: str) -> set[str]:
    """What stands in braces; a lone brace is itself."""
    return {found.group(1) if found.group(1) is not None else found.group() for found in _BRACES.finditer(text)}
