"""The words by which a text is found again: cut by the longest word of the dictionary, without newmm's engine.

The dictionary is in memory already (nlp/names.py), newmm's would be 65 MB more. Masked texts and queries are cut alike,
so a wrong cut is wrong on both sides.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from nlp import tokenize
from nlp.normalize import normalize

LONGEST = 60  # letters of a word, as storage keeps them
_MASKED = re.compile(r"\[[^\]]{1,30}\]")
_RUN = re.compile(r"[4-9]\d-\d{5,9}-\d(?!\d)|[ก-๎]+|[a-z][a-z0-9]*|\d+(?:/\d+)*")
_HANGS = frozenset("ะัาำิีึืฺุูๅ็่้๊๋์ํ๎ๆ")  # no word begins with one of these: it belongs to the letter before
_LONGEST_WORD = 24
_SURE = 3  # letters a word must have to end a stretch that is in no dictionary


@dataclass(frozen=True)
class _Known:
    words: frozenset[str]
    lengths: dict[str, tuple[int, ...]]  # of the words that begin with these two letters, the longest first
    stop: frozenset[str]
    numbered: dict[str, str]


@cache
def _known() -> _Known:
    folder = Path(__file__).parent / "data"
    data = tomllib.loads((folder / "terms.toml").read_text(encoding="utf-8"))
    own = (folder / "words.txt").read_text(encoding="utf-8").split()
    words = frozenset(word for word in tokenize.dictionary() | set(own) if 1 < len(word) <= _LONGEST_WORD)
    lengths: dict[str, set[int]] = {}
    for word in words:
        lengths.setdefault(word[:2], set()).add(len(word))
    ordered = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
    return _Known(words, ordered, frozenset(data["stop"]), data["numbered"])


def asked(query: str) -> list[str]:
    """The words a query asks for, each once; [] where it says nothing a text could be found by."""
    stop = _known().stop
    told = [spot or word for word, spot in _told(query) if spot or word not in stop]
    return list(dict.fromkeys(told))


def held(text: str) -> set[str]:
    """The words a masked text is found by: of a compound its parts as well, of "ซอย 5" the lane and that lane."""
    stop, found = _known().stop, set[str]()
    for word, spot in _told(text):
        found.update(each for each in (word, *_parts(word)) if each not in stop and len(each) > 1)
        found.add(spot)
    return found - {""}


def _told(text: str) -> list[tuple[str, str]]:
    """(word, the same with its number where it names a spot: ซอย5) in order; other numbers find nothing."""
    known = _known()
    found: list[tuple[str, str]] = []
    after, spot = "", 0  # what a number would belong to now, and which word that is
    for word in _words(normalize(_MASKED.sub(" ", text))):
        if not word[0].isdigit() or "-" in word:
            if word in known.numbered:
                after, spot = known.numbered[word], len(found)
            elif word not in known.stop:  # หมู่ที่ 4
                after = ""
            found.append((word[:LONGEST], ""))
        elif after:
            found[spot] = (found[spot][0], (after + word)[:LONGEST])
            after = ""
    return [(word, with_number) for word, with_number in found if with_number or len(word) > 1]


def _words(line: str) -> Iterator[str]:
    for run in _RUN.findall(line):
        yield from _cut(run) if "ก" <= run[0] <= "๎" else (run,)


def _cut(run: str, but: str = "") -> list[str]:
    """Words of a run of Thai letters; what is in no dictionary stays one piece up to the next word."""
    found: list[str] = []
    at = since = 0
    while at < len(run):
        size = _longest(run, at, but)
        if size and (since == at or size >= _SURE):
            if since < at:
                found.append(run[since:at])
            found.append(run[at : at + size])
            at = since = at + size
        else:
            at += 1
    return [*found, run[since:]] if since < len(run) else found


def _longest(run: str, at: int, but: str) -> int:
    """Letters of the longest word that begins here and does not tear a letter from its marks; 0 for none."""
    known = _known()
    if run[at] in _HANGS:
        return 0
    for size in known.lengths.get(run[at : at + 2], ()):
        word = run[at : at + size]
        if word in known.words and word != but and run[at + size : at + size + 1] not in _HANGS:
            return size
    return 0


@lru_cache(maxsize=2048)  # the same few hundred words in every matter
def _parts(word: str) -> Sequence[str]:
    """What a compound is made of, where every piece is a word: ไฟถนน is ไฟ and ถนน."""
    known = _known()
    if len(word) < 5 or word not in known.words:
        return ()
    pieces = _cut(word, but=word)
    return tuple(pieces) if len(pieces) > 1 and all(piece in known.words for piece in pieces) else ()
