"""The small language of our word lists, and one quick look through a text for all of them at once.

A phrase may say {list} (one of a named list), ".." (a short gap), "..." (a long gap), "#" (a number) and at its end
"!abc" (none of these letters follow). Stray spaces between Thai syllables do not matter. Thousands of phrases as
regular expressions took four seconds to compile and milliseconds to ask; this takes neither (nlp/README.md).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int]

_PIECE = re.compile(r"\{(\w+)\}|(\.\.\.?)|(#)|((?:(?!\.\.)[^{#])+)")
_GAPS = {"..": 16, "...": 36}  # characters at most
_NUMBER, _NUMBERS = "#", re.compile(r"\d+")
_LEADING = frozenset("เแโใไ")
_MARKS = frozenset(chr(code) for code in (0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F)))
_CONSONANTS = frozenset(chr(code) for code in range(ord("ก"), ord("ฮ") + 1))
_SYLLABLE = _CONSONANTS | _LEADING  # what a syllable may begin with
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_END = ""  # the key under which a node of the tree keeps its whole word


@dataclass(frozen=True)
class _Phrase:
    """What begins it, what follows (most characters between, name of a word or list), and letters that must not come
    after."""

    first: str
    onward: tuple[tuple[int, str], ...]
    forbidden: frozenset[str]


@dataclass
class _Set:
    """The phrases of one list, by what they begin with."""

    name: str
    starts: dict[str, list[_Phrase]] = field(default_factory=dict)


class Found:
    """Where the phrases of each list stand in one text."""

    def __init__(self, text: str, spans: dict[str, list[Span]], part: str = "") -> None:
        self.text = text
        self._spans, self._part = spans, part

    def of(self, part: str) -> Found:
        """The lists of one part of the book."""
        return Found(self.text, self._spans, part)

    def spans(self, name: str, outside: Iterable[Span] = ()) -> list[Span]:
        """(start, end) of each phrase of this list outside those spans; the earliest first, then the longest."""
        found = self._spans.get(self._part + name)
        if not found:
            return []
        blanked = _merged(outside)
        if not blanked:
            return list(found)
        ends = [end for _, end in blanked]
        kept = []
        for start, end in found:
            at = bisect_right(ends, start)  # the first blank that ends after this begins
            if at == len(blanked) or blanked[at][0] >= end:
                kept.append((start, end))
        return kept

    def has(self, name: str, outside: Iterable[Span] = ()) -> bool:
        return bool(self.spans(name, outside))

    def words(self, name: str, outside: Iterable[Span] = ()) -> str:
        """The first words of this list in the text; "" when there are none."""
        found = self.spans(name, outside)
        return self.text[found[0][0] : found[0][1]] if found else ""


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same letters in the fewest spans, in order: a text of one word a thousand times has a thousand blanks."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class Phrasebook:
    """Named lists of phrases, read once."""

    def __init__(self) -> None:
        self._tree: dict[str, dict] = {}  # type: ignore[type-arg]
        self._lists: Mapping[str, Sequence[str]] = {}
        self._part = ""
        self._sets: list[_Set] = []
        self._done: set[str] = set()
        self._begins: set[str] = set()  # the first two letters of every word, and the first alone
        self._begun: dict[str, list[int]] = {}  # which sets have phrases that begin with this word or list

    def add(self, part: str, tables: Mapping[str, Sequence[str]], lists: Mapping[str, Sequence[str]]) -> None:
        """`tables` are asked for by name; `lists` only named inside {}. Raises KeyError for a list nobody wrote."""
        self._part, self._lists = part, lists
        before = len(self._sets)
        for name in tables:
            self._learn(name, tables[name], "")
        for number, phrases in enumerate(self._sets[before:], before):
            for first in phrases.starts:
                self._begun.setdefault(first, []).append(number)

    def look(self, text: str) -> Found:
        """One look through a normalised text."""
        spans = self._literals(text)
        numbers = [found.span() for found in _NUMBERS.finditer(text)]
        if numbers:
            spans[_NUMBER] = numbers
        due: dict[int, list[_Phrase]] = {}  # set → its phrases that may stand here
        for first in spans:
            self._call(first, due)
        for number, phrases in enumerate(self._sets):
            if number not in due:
                continue
            found: set[Span] = set()
            for phrase in due[number]:
                found.update(_follow(phrase, spans, text))
            if found:
                spans[phrases.name] = sorted(found, key=_earliest_longest)
                self._call(phrases.name, due)  # always of a later set
        return Found(text, spans)

    def _call(self, first: str, due: dict[int, list[_Phrase]]) -> None:
        for number in self._begun.get(first, ()):
            due.setdefault(number, []).extend(self._sets[number].starts[first])

    # --- learning ----------------------------------------------------------------------------------------------------

    def _learn(self, name: str, written: Iterable[str], brace: str) -> None:
        phrases = _Set(self._part + brace + name)
        for one in written:
            phrase = self._phrase(one)
            phrases.starts.setdefault(phrase.first, []).append(phrase)
        self._sets.append(phrases)  # after the lists it names

    def _phrase(self, written: str) -> _Phrase:
        words, _, forbidden = written.partition("!")
        steps: list[tuple[int, str]] = []
        between = 0
        for name, gap, number, literal in _PIECE.findall(words):
            if gap:
                between = _GAPS[gap]
            if gap or not (number or name or literal.strip()):
                continue  # a space between two lists: they may stand apart anyway
            steps.append((between, number or (self._list(name) if name else self._literal(literal.strip()))))
            between = 0
        return _Phrase(steps[0][1], tuple(steps[1:]), frozenset(forbidden))

    def _list(self, name: str) -> str:
        whole = self._part + "{" + name
        if whole not in self._done:
            self._done.add(whole)
            self._learn(name, self._lists[name], "{")
        return whole

    def _literal(self, words: str) -> str:
        self._begins |= {words[0], words[:2]}
        node = self._tree
        for letter in words:
            node = node.setdefault(letter, {})
        node[_END] = words  # type: ignore[assignment]
        return words

    # --- looking -----------------------------------------------------------------------------------------------------

    def _literals(self, text: str) -> dict[str, list[Span]]:
        """Where every single word of the lists stands, as a word: not in the middle of another."""
        spans: dict[str, list[Span]] = {}
        before, begins = " ", self._begins
        for start, letter in enumerate(text):
            pair = text[start : start + 2]
            if pair in begins or (pair[1:] == " " and letter in begins):
                inside = before in _LEADING if letter in _CONSONANTS else before in _LATIN and letter in _LATIN
                if not inside:
                    self._walk(text, start, self._tree[letter], spans)
            before = letter
        return spans

    @staticmethod
    def _walk(text: str, start: int, node: dict, spans: dict[str, list[Span]]) -> None:  # type: ignore[type-arg]
        at, last = start + 1, len(text)
        while True:
            word = node.get(_END)
            if word is not None and (at == last or not _goes_on(text[at - 1], text[at])):
                spans.setdefault(word, []).append((start, at))
            if at == last:
                return
            following = node.get(text[at])
            if following is None and text[at] == " " and at + 1 < last and _may_part(text[at - 1], text[at + 1]):
                at += 1
                following = node.get(text[at])
            if following is None:
                return
            node = following
            at += 1


def _goes_on(letter: str, following: str) -> bool:
    """Is a word that ends with this letter really the beginning of another one?"""
    return following in _LATIN if letter in _LATIN else following in _MARKS and letter >= "ก"


def _may_part(letter: str, following: str) -> bool:
    """May a stray space stand here: before a syllable, not after a leading vowel?"""
    return following in _SYLLABLE and letter not in _LEADING


def _follow(phrase: _Phrase, spans: Mapping[str, list[Span]], text: str) -> Iterable[Span]:
    """Where all steps of a phrase stand in order, each near enough; for each end the shortest."""
    if not phrase.onward:
        begun = spans[phrase.first]
        return [one for one in begun if _may_end(one[1], phrase, text)] if phrase.forbidden else begun
    for _gap, name in phrase.onward:
        if name not in spans:
            return ()
    starts: dict[int, int] = {}
    for start, end in spans[phrase.first]:
        starts[end] = max(starts.get(end, -1), start)
    for gap, name in phrase.onward:
        found = spans[name]
        reached: dict[int, int] = {}
        for end, start in starts.items():
            most = gap or (1 if text[end : end + 1] == " " else 0)
            low = bisect_left(found, (end, 0))
            for begin, after in found[low:]:
                if begin > end + most:
                    break
                reached[after] = max(reached.get(after, -1), start)
        starts = reached
    return [(start, end) for end, start in starts.items() if _may_end(end, phrase, text)]


def _may_end(end: int, phrase: _Phrase, text: str) -> bool:
    return end == len(text) or text[end] not in phrase.forbidden


def _earliest_longest(one: Span) -> tuple[int, int]:
    return one[0], -one[1]
