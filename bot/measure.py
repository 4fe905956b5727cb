"""How platforms count text, and cutting to it: UTF-16 units for messages, grapheme clusters for labels.

Thai vowels and tone marks join their consonant in the second way and count one each in the first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Words = Callable[[str], list[str]]


def utf16(text: str) -> int:
    """How many UTF-16 code units LINE counts."""
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def graphemes(text: str) -> list[str]:
    """The text in grapheme clusters, near enough to UAX #29 for labels: marks, joiners and SARA AM join."""
    clusters: list[str] = []
    for letter in text:
        joins = unicodedata.category(letter) in ("Mn", "Me", "Mc") or letter in "\u200d\ufe0f\u0e33"
        if clusters and (joins or clusters[-1].endswith("\u200d") or _is_tint(letter)):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters


def _is_tint(letter: str) -> bool:
    return 0x1F3FB <= ord(letter) <= 0x1F3FF


def label(text: str, limit: int) -> str:
    """At most `limit` grapheme clusters, cut with an ellipsis."""
    clusters = graphemes(text)
    return text if len(clusters) <= limit else "".join(clusters[: limit - 1]) + "…"


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, cut with an ellipsis and never inside a cluster."""
    if utf16(text) <= limit:
        return text
    kept, size = [], 1
    for cluster in graphemes(text):
        size += utf16(cluster)
        if size > limit:
            break
        kept.append(cluster)
    return "".join(kept) + "…"


def pieces(text: str, limit: int, words: Words) -> list[str]:
    """The text in pieces of at most `limit` UTF-16 units, broken at lines, else between words, else clusters."""
    if utf16(text) <= limit:
        return [text]
    found: list[str] = []
    piece, size = "", 0
    for unit in _units(text, limit, words):
        more = utf16(unit)
        if size + more > limit:
            found.append(piece)
            piece, size = "", 0
        piece, size = piece + unit, size + more
    found.append(piece)
    return [piece.strip() for piece in found if piece.strip()]


def _units(text: str, limit: int, words: Words) -> list[str]:
    units: list[str] = []
    for line in text.splitlines(keepends=True):
        if utf16(line) <= limit // 4:
            units.append(line)
            continue
        for word in words(line):
            units += [word] if utf16(word) <= limit else _clusters(word, limit)
    return units


def _clusters(word: str, limit: int) -> list[str]:
    """Grapheme clusters; of one that is too long itself (a letter with thousands of marks) its letters."""
    return [unit for cluster in graphemes(word) for unit in (cluster if utf16(cluster) > limit else (cluster,))]
