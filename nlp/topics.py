"""Several matters in one text, so that each can be followed by itself. Careful: a wrong cut is worse than none."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from nlp import keywords, kinds
from nlp.normalize import normalize

MOST = 3
_SHORTEST, _SHORTEST_UNMARKED = 8, 12  # letters a matter takes at least; more where only a space stands between
_SURE = 0.55
_LONG = 45  # a longer text may hold several matters without saying so


@cache
def _cuts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = tomllib.loads((Path(__file__).parent / "data" / "topics.toml").read_text(encoding="utf-8"))
    joints = "|".join(re.escape(word) for word in sorted(data["joints"], key=len, reverse=True))
    number = r"(?:ข้อ\s?)?\d{1,2}[.)]\s*"
    marked = rf"\s*\n\s*(?:{number})?|(?:^|\s){number}|\s*(?:{joints})\s*"
    return re.compile(marked), re.compile(rf"{marked}|\s+")


def split(text: str) -> list[str]:
    """The matters of a text in its own words, in order; fewer than two means: leave it whole."""
    marked, anywhere = _cuts()
    if len(text) > 3000:
        return []
    found = _grouped(_pieces(text, marked), _SHORTEST)
    if len(found) < 2 and len(text) >= _LONG:
        found = _grouped(_pieces(text, anywhere), _SHORTEST_UNMARKED)
    return found[:MOST] if len(found) >= 2 else []


def _pieces(text: str, cut: re.Pattern[str]) -> list[str]:
    return [piece.strip() for piece in cut.split(text) if piece and piece.strip()]


def _grouped(pieces: list[str], shortest: int) -> list[str]:
    """Pieces that name a trouble of another category begin a new matter; the rest belongs to the one before."""
    groups: list[tuple[str, list[str]]] = []
    loose: list[str] = []
    for piece in pieces:
        category = _category(piece, shortest)
        if category and (not groups or category != groups[-1][0]) and category not in [code for code, _ in groups]:
            groups.append((category, [*loose, piece]))
            loose = []
        elif category and category in [code for code, _ in groups]:
            next(words for code, words in groups if code == category).append(piece)
        elif groups:
            groups[-1][1].append(piece)
        else:
            loose.append(piece)
    return [" ".join(words) for _code, words in groups]


def _category(piece: str, shortest: int) -> str:
    """The category whose trouble this piece names by itself; "" where it does not."""
    line = normalize(piece)
    if len(line) < shortest or not kinds.names_problem(line):
        return ""
    scored = keywords.score(line)
    best, confidence = scored.ranked[0]
    return "" if scored.abstained or confidence < _SURE else best
