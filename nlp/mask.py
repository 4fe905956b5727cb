"""Personal data out: one definition for logs, groups, digests, exports and training. Idempotent; references stay.

Sensitive data (PDPA s. 26) goes with it, but for those who are called to help; consent opens it elsewhere.

What it knowingly misses stands in nlp/README.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from nlp import looks, personal, sensitive

_ROUNDS = 8  # what was found may uncover something beside it; nearly always one round


@lru_cache(maxsize=512)  # a turn asks for the same few texts again and again
def mask(text: str) -> str:
    """The text with personal and sensitive data replaced by short words in brackets.

    A text that still uncovers more after so many rounds was made to do so, and goes as a whole.
    """
    return _until_still(text, (*personal.innocent(), *personal.patterns(), *sensitive.patterns()))


@lru_cache(maxsize=512)
def for_help(text: str) -> str:
    """The same for those who are called out in danger: what ails somebody stays (vital interest, PDPA s. 26(1))."""
    return _until_still(text, (*personal.innocent(), *personal.patterns()))


@lru_cache(maxsize=512)
def veil(text: str) -> str:
    """The text with nothing but sensitive data replaced: for whoever may know who it is, and was not allowed that."""
    return _until_still(text, (*_stand_ins(), *sensitive.patterns()))


def is_sensitive(text: str) -> bool:
    """Does it tell something the law asks explicit consent for (PDPA s. 26)?"""
    return veil(text) != text


def found_in(text: str) -> Counter[str]:
    """How often which kind of personal data stands in a text (kinds of data/mask.toml)."""
    return _once(text, (*personal.innocent(), *personal.patterns(), *sensitive.patterns()))[1]


def _stand_ins() -> tuple[looks.Pattern, ...]:
    return personal.innocent()[:1]


def _until_still(text: str, patterns: Sequence[looks.Pattern]) -> str:
    for _ in range(_ROUNDS):
        before, text = text, _once(text, patterns)[0]
        if text == before:
            return text
    return str(looks.words()["stand_in"]["text"])


def _once(text: str, patterns: Sequence[looks.Pattern]) -> tuple[str, Counter[str]]:
    stand_ins: dict[str, str] = looks.words()["stand_in"]
    counts: Counter[str] = Counter()
    line, typed = looks.plain(text)
    digits = looks.has_digit(line)
    for pattern in patterns:
        if pattern.digits and not digits:
            continue
        spans = list(looks.scan(pattern, line))
        if spans:
            line, typed = _hold(line, typed, spans, stand_ins.get(pattern.kind))
            digits = digits and looks.has_digit(line)
            counts[pattern.kind] += len(spans)
    counts.pop("", None)
    return "".join(typed), counts


def _hold(line: str, typed: list[str], spans: list[looks.Span], word: str | None) -> tuple[str, list[str]]:
    """Put these stretches away, as `word` or as they are: each is one letter of the line then, and one piece typed."""
    pieces: list[str] = []
    kept: list[str] = []
    at = 0
    for start, end in spans:
        pieces += [line[at:start], looks.HELD]
        kept += typed[at:start]
        kept.append("".join(typed[start:end]) if word is None else word)
        at = end
    return "".join([*pieces, line[at:]]), kept + typed[at:]
