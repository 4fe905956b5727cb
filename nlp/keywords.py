"""Engine one: words per category. Works without a model, and is what a trained engine has to beat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nlp import lists
from nlp.phrases import Found

# A street by its name and number: ถนนพระราม 2. What is counted is no name: ถนนหน้าบ้านพัง 3 หลุม.
_STREET = re.compile(r"(?:ถนน|ถ\.)\s?[ก-๙]{3,30}\s?\d{1,3}(?!\s?(?:หลุม|วัน|เดือน|ปี))")
_UNSURE_BELOW = 0.4


@dataclass(frozen=True)
class Scored:
    """Categories by score, best first, each 0 to 1, with the words that spoke for the best one."""

    ranked: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    abstained: bool


@dataclass(frozen=True)
class _Taxonomy:
    confidential: dict[str, bool | str]  # by code, in order; "accused": only where somebody is
    subs: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]  # by code: sub-category, the words of its name
    owners: dict[str, tuple[str, ...]]  # word → codes; none for a silent one
    short: frozenset[str]  # words only where no other letter stands beside them


@cache
def _taxonomy() -> _Taxonomy:
    data = lists.read("taxonomy")
    hidden = {row["code"]: row["confidential"] for row in data["category"]}
    subs = {row["code"]: tuple((sub, _pieces(name)) for sub, name in row["subs"]) for row in data["category"]}
    owners: dict[str, list[str]] = {}
    for row in data["category"]:
        for word in row["words"]:
            owners.setdefault(word.lower(), []).append(row["code"])
    for word in data["silent"]:
        owners.setdefault(word, [])
    words = {word: tuple(codes) for word, codes in owners.items()}
    return _Taxonomy(hidden, subs, words, frozenset(data["short"]))


def _pieces(name: str) -> tuple[str, ...]:
    """The words of a name that tell."""
    return tuple(piece for piece in re.split(r"[/\s()]+", name) if len(piece) > 2)


def score(line: str) -> Scored:
    """Which categories a normalised text speaks for."""
    return score_found(lists.look(line))


def score_found(found: Found) -> Scored:
    """Which categories a text speaks for. Longer words weigh more; the longest at a spot counts alone."""
    taxonomy = _taxonomy()
    points: dict[str, float] = {}
    spoke: dict[str, list[str]] = {}
    for word, codes in _spoken(found, taxonomy):
        for code in codes:
            points[code] = points.get(code, 0.0) + (len(word) ** 0.5) / len(codes)
            spoke.setdefault(code, []).append(word)
    total = sum(points.values())
    if not total:
        return Scored((("OT", 0.0), ("OF", 0.0), ("RD", 0.0)), (), True)  # 0: no evidence at all
    ranked = sorted(((code, value / (total + 1.0)) for code, value in points.items()), key=lambda pair: -pair[1])
    best = ranked[0][0]
    known = {code for code, _value in ranked}
    fill = [(code, 0.0) for code in taxonomy.confidential if code not in known]
    tie = len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 0.05
    return Scored(
        tuple([*ranked, *fill][:5]),
        tuple(dict.fromkeys(spoke[best])),
        tie or ranked[0][1] < _UNSURE_BELOW,
    )


def _spoken(found: Found, taxonomy: _Taxonomy) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words of the text that count, with the categories that own them. Where something is only the place is named
    (หน้าโรงเรียน, ถนนพระราม 2), that is not the topic."""
    told, line, end = found.of("topics "), found.text, 0
    places = told.spans("landmarks") + [one.span() for one in _STREET.finditer(line)]
    for start, stop in told.spans("words", places):
        word = line[start:stop]
        alone = word not in taxonomy.short or not (
            _is_letter(line[start - 1 : start]) or _is_letter(line[stop : stop + 1])
        )
        if start >= end and alone and word in taxonomy.owners:  # never over a space that is not its own
            end = stop
            yield word, taxonomy.owners[word]


def _is_letter(letter: str) -> bool:
    return letter.isalnum() or "ก" <= letter <= "๎"


def subcategory(code: str, line: str) -> str | None:
    """The sub-category whose name shares the most with the text; None when none does."""
    best, shared = None, 2
    for sub, pieces in _taxonomy().subs.get(code, ()):
        common = max((len(piece) for piece in pieces if piece in line), default=0)
        if common > shared:
            best, shared = sub, common
    return best


@cache
def codes() -> tuple[str, ...]:
    """The categories' codes, in the taxonomy's order."""
    return tuple(_taxonomy().confidential)


def is_confidential(code: str, accused: bool) -> bool:
    """Does the taxonomy keep this category's complainants hidden? `accused`: does the text accuse a person?"""
    found = _taxonomy().confidential.get(code, False)
    return accused if found == "accused" else bool(found)
