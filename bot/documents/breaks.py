"""Where a Thai line may break: between words of the dictionary, marked for typst.

Typst's own breaking goes by likelihood and now and then cuts a word (พฤศจิกาย|น).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from nlp import tokenize

MARK = "\ue000"  # between Thai words; papers.typ takes it out
_ZERO = "\u200b"  # in what has no words: typst breaks there by itself
_LONGEST = 24  # letters without a place to break: more of them might not fit the line
_THAI = re.compile("[\u0e00-\u0e7f]+")
_LONG = re.compile(f"[^\\s.\u0e00-\u0e7f]{{{_LONGEST + 1},}}")  # a hash, an address of the web
_AFTER_SPACE = re.compile(" (?=[\u0e46\u0e2f])")  # ๆ and ฯ stay with their word
_CLUSTER = re.compile("[\u0e40-\u0e44]?.[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]*", re.DOTALL)


@cache
def _words() -> dict[str, frozenset[str]]:
    data = tomllib.loads((Path(__file__).parent / "breaks.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in data.items()}


def marked(value: Any) -> Any:
    """The same data with every text in it marked where its lines may break."""
    if isinstance(value, dict):
        return {name: marked(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [marked(one) for one in value]
    return _marked(value) if isinstance(value, str) else value


def _run(run: str) -> str:
    """One run of Thai letters."""
    forward, back = _words()["forward"], _words()["back"]
    out = ""
    since = ""
    for word in tokenize.words(run):
        if out and word not in back and since not in forward:
            out += MARK
        out += _cut(word)
        since = word
    return out


def _marked(text: str) -> str:
    text = _AFTER_SPACE.sub("\u00a0", text.replace(MARK, "").replace(_ZERO, ""))
    text = _LONG.sub(lambda found: _chunks(found.group(), _ZERO), text)
    return _THAI.sub(lambda found: _run(found.group()), text)


def _cut(word: str) -> str:
    if len(word) <= _LONGEST:
        return word
    return _chunks(_CLUSTER.findall(word), MARK)


def _chunks(letters: Sequence[str], mark: str) -> str:
    step = _LONGEST // 2
    return mark.join("".join(letters[at : at + step]) for at in range(0, len(letters), step))
