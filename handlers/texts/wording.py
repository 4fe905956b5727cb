"""The word lists by which the wording of survey items is judged (handlers/rules/wording.py)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from handlers.rules.wording import Words, squeezed


@cache
def load() -> Words:
    """The lists of wording.toml. Read once."""
    raw = tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))
    return Words({name: frozenset(map(squeezed, words)) for name, words in raw.items()})
