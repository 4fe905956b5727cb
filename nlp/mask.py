"""Personal data out: one definition for logs, groups, digests, exports and training. Idempotent; references stay.

What it knowingly misses stands in nlp/README.md.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from nlp import looks, personal

_ROUNDS = 8  # what was found may uncover something beside it; nearly always one round


@lru_cache(maxsize=512)  # a turn asks for the same few texts again and again
def mask(text: str) -> str:
    """The text with personal data replaced by short words in brackets.

    A text that still uncovers more after so many rounds was made to do so, and goes as a whole.
    """
    for _ in range(_ROUNDS):
        before, text = text, _once(text)[0]
        if text == before:
            return text
    return str(looks.words()["stand_in"]["text"])


def found_in(text: str) -> Counter[str]:
    """How often which kind of personal data stands in a text (kinds of data/mask.toml)."""
    return _once(text)[1]


def _once(text: str) -> tuple[str, Counter[str]]:
    stand_ins: dict[str, str] = looks.words()["stand_in"]
    counts: Counter[str] = Counter()
    line, typed = looks.plain(text)
    for pattern in (*personal.innocent(), *personal.patterns()):
        spans = list(looks.scan(pattern, line))
        if spans:
            line, typed = _hold(line, typed, spans, stand_ins.get(pattern.kind))
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
