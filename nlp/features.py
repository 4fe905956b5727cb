"""A text as numbers: pieces of two to five letters and known words with their neighbours, hashed into fixed tables.

Two blocks, each of length one, as the two halves of a joint word and character vector. numpy only: this is what runs
for every message, so all texts of a batch go through together and nothing is sorted.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

CHAR_BUCKETS, WORD_BUCKETS = 1 << 17, 1 << 17
BUCKETS = CHAR_BUCKETS + WORD_BUCKETS
NOTHING = BUCKETS  # where a piece would reach beyond its text, or a word is unknown: a row of noughts
SIZES = (2, 3, 4, 5)  # letters in a piece
_MULTIPLY, _MIX = np.uint32(0x01000193), np.uint32(0x85EBCA6B)
_DIGITS = re.compile(r"\d+")
_LONGEST_WORD = 24
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Block:
    """One kind of features of several texts: text i has the columns [:, starts[i]:starts[i + 1]], each at least one."""

    columns: Array  # (kinds of pieces, places) buckets, NOTHING where there is none
    starts: Array

    def owners(self) -> Array:
        """Which text each place belongs to."""
        sizes = np.diff(self.starts, append=self.columns.shape[1])
        return np.repeat(np.arange(len(self.starts)), sizes)


class Words:
    """The words a model knows; a text is cut by the longest that fits."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)
        self._hash = {word: zlib.crc32(word.encode("utf-8")) or 1 for word in known}
        lengths: dict[str, set[int]] = {}
        for word in known:
            lengths.setdefault(word[0], set()).add(min(len(word), _LONGEST_WORD))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    @cached_property
    def columns(self) -> dict[str, int]:
        """Where each word is counted."""
        hashed = np.fromiter(self._hash.values(), dtype=np.uint32, count=len(self._hash))
        places = CHAR_BUCKETS + _bucket(hashed, WORD_BUCKETS).astype(np.int64)
        return dict(zip(self._hash, places.tolist(), strict=True))

    def cut(self, line: str) -> list[str]:
        """The known words of a prepared line, in order; "" for a stretch of unknown letters."""
        found: list[str] = []
        at, end, known, lengths = 0, len(line), self._hash, self._lengths
        while at < end:
            for length in lengths.get(line[at], ()):
                piece = line[at : at + length]
                if piece in known:
                    found.append(piece)
                    at += length
                    break
            else:
                if line[at] != " " and (not found or found[-1]):
                    found.append("")
                at += 1
        return found

    def hashes(self, cut: Sequence[str]) -> list[int]:
        """Words as numbers; 0 for what is unknown."""
        get = self._hash.get
        return [get(word, 0) for word in cut]


def prepared(line: str) -> str:
    """A normalised text as the features see it: every number is the same number."""
    return _DIGITS.sub("0", line)


def letters(lines: Sequence[str]) -> Block:
    """Every piece of 2 to 5 letters of prepared lines, the spaces at both ends included, where it begins."""
    padded = [f" {line} " for line in lines]
    codes = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32)
    sizes = np.fromiter(map(len, padded), dtype=np.int64, count=len(padded))
    ends = np.cumsum(sizes)
    left = np.repeat(ends, sizes) - np.arange(len(codes))  # letters from here to the end of the text
    columns = np.full((len(SIZES), len(codes)), NOTHING, dtype=np.int64)
    hashed = codes * _MULTIPLY
    for row, size in enumerate(SIZES):
        hashed = (hashed[:-1] ^ codes[size - 1 :]) * _MULTIPLY
        if len(hashed):
            columns[row, : len(hashed)] = np.where(left[: len(hashed)] >= size, _bucket(hashed, CHAR_BUCKETS), NOTHING)
    return Block(columns, ends - sizes)


def words(cut: Sequence[Sequence[str]], known: Words) -> Block:
    """Every known word of cut texts, and every two that follow each other."""
    sizes = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut)) + 1
    numbers = [number for found in cut for number in (*known.hashes(found), 0)]  # a stop after each text
    single = np.array(numbers, dtype=np.uint32)
    after = np.append(single[1:], np.uint32(0))
    ones = CHAR_BUCKETS + _bucket(single, WORD_BUCKETS).astype(np.int64)
    twos = CHAR_BUCKETS + _bucket((single * _MULTIPLY) ^ after, WORD_BUCKETS).astype(np.int64)
    is_word = single != 0
    columns = np.stack([np.where(is_word, ones, NOTHING), np.where(is_word & (after != 0), twos, NOTHING)])
    return Block(columns, np.cumsum(sizes) - sizes)


def _bucket(hashed: Array, buckets: int) -> Array:
    mixed = (hashed ^ (hashed >> np.uint32(15))) * _MIX
    return np.asarray((mixed ^ (mixed >> np.uint32(13))) & np.uint32(buckets - 1))
