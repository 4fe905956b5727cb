"""Personal data out: one definition for logs, groups, digests, exports and training. Idempotent; references stay.

What it knowingly misses stands in nlp/README.md.
"""

from __future__ import annotations

from collections import Counter

from nlp import looks, personal

_HELD = "\ufdd0"  # stands for one stretch that no pattern may look into: no letter, no digit, in no text
_ROUNDS = 4  # what was found may uncover something beside it; nearly always one round


def mask(text: str) -> str:
    """The text with personal data replaced by short words in brackets."""
    for _ in range(_ROUNDS):
        before, text = text, _once(text)[0]
        if text == before:
            break
    return text


def found_in(text: str) -> Counter[str]:
    """How often which kind of personal data stands in a text (kinds of data/mask.toml)."""
    return _once(text)[1]


def _once(text: str) -> tuple[str, Counter[str]]:
    stand_ins: dict[str, str] = looks.words()["stand_in"]
    counts: Counter[str] = Counter()
    # A text that holds the sentinel itself keeps it: it is the first thing held.
    held = [_HELD] * text.count(_HELD)
    for pattern in (*personal.innocent(), *personal.patterns()):
        spans = list(looks.scan(pattern, text))
        if spans:
            text, held = _hold(text, held, spans, stand_ins.get(pattern.kind))
            counts[pattern.kind] += len(spans)
    pieces = text.split(_HELD)
    whole = "".join(piece + kept for piece, kept in zip(pieces, [*held, ""], strict=True))
    counts.pop("", None)
    return whole, counts


def _hold(text: str, held: list[str], spans: list[looks.Span], word: str | None) -> tuple[str, list[str]]:
    """Put these stretches away, as `word` or as they are; `held` is what stands at the sentinels, in order."""
    pieces: list[str] = []
    kept: list[str] = []
    at, taken = 0, 0
    for start, end in spans:
        passed = text.count(_HELD, at, start)
        inside = text.count(_HELD, start, end)
        own = _opened(text[start:end], held[taken + passed : taken + passed + inside])
        kept += [*held[taken : taken + passed], own if word is None else word]
        pieces += [text[at:start], _HELD]
        at, taken = end, taken + passed + inside
    return "".join([*pieces, text[at:]]), kept + held[taken:]


def _opened(piece: str, held: list[str]) -> str:
    parts = piece.split(_HELD)
    return "".join(part + kept for part, kept in zip(parts, [*held, ""], strict=True))
