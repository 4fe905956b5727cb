"""A text as numbers: pieces of two to five letters and known words with their neighbours, hashed into fixed tables.

Two blocks, each of length one, as the two halves of a joint word and character vector. numpy only: this is what runs
for every message, so all texts of a batch go through together.
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
SIZES = (2, 3, 4, 5)  # letters in a piece
_MULTIPLY, _MIX = np.uint32(0x01000193), np.uint32(0x85EBCA6B)
_DIGITS = re.compile(r"\d+")
_LONGEST_WORD = 24
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Rows:
    """Sparse rows: row i holds columns[starts[i]:starts[i + 1]], each once, with its counts."""

    starts: Array
    columns: Array
    counts: Array

    def __len__(self) -> int:
        return len(self.starts) - 1


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

    def hashes(self, line: str) -> list[int]:
        """The words as numbers; 0 for what is unknown."""
        get = self._hash.get
        return [get(word, 0) for word in self.cut(line)]


def prepared(line: str) -> str:
    """A normalised text as the features see it: every number is the same number."""
    return _DIGITS.sub("0", line)


def rows(lines: Sequence[str], words: Words) -> Rows:
    """The features of prepared lines, in order."""
    keys = np.concatenate([_pieces(lines), _words(lines, words)])
    found, counts = np.unique(keys, return_counts=True)
    owner = found // BUCKETS
    starts = np.searchsorted(owner, np.arange(len(lines) + 1))
    return Rows(starts, (found % BUCKETS).astype(np.int64), counts)


def values(found: Rows, weights: Array) -> Array:
    """The numbers of the features: dampened counts by weight, each block of each row of length one."""
    raw = (1.0 + np.log(found.counts)).astype(np.float32) * weights[found.columns]
    block = np.repeat(np.arange(len(found)), np.diff(found.starts)) * 2 + (found.columns >= CHAR_BUCKETS)
    squares = np.bincount(block, weights=raw * raw, minlength=2 * len(found))
    length = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
    return np.asarray(raw / length[block])


def _bucket(hashed: Array, buckets: int) -> Array:
    mixed = (hashed ^ (hashed >> np.uint32(15))) * _MIX
    return np.asarray((mixed ^ (mixed >> np.uint32(13))) & np.uint32(buckets - 1))


def _pieces(lines: Sequence[str]) -> Array:
    """Owner and bucket of every piece of 2 to 5 letters, the spaces at both ends included, as one number each."""
    padded = [f" {line} " for line in lines]
    letters = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32)
    sizes = np.fromiter((len(line) for line in padded), dtype=np.int64, count=len(padded))
    owner = np.repeat(np.arange(len(lines), dtype=np.int64), sizes)
    keys, hashed = [], letters * _MULTIPLY
    for size in range(2, SIZES[-1] + 1):
        hashed = (hashed[:-1] ^ letters[size - 1 :]) * _MULTIPLY
        whole = owner[: len(hashed)] == owner[size - 1 :]
        keys.append(owner[: len(hashed)][whole] * BUCKETS + _bucket(hashed[whole], CHAR_BUCKETS))
    return np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)


def _words(lines: Sequence[str], words: Words) -> Array:
    """Owner and bucket of every known word, and of every two that follow each other."""
    cut = [words.hashes(line) for line in lines]
    sizes = np.fromiter((len(found) for found in cut), dtype=np.int64, count=len(cut))
    owner = np.repeat(np.arange(len(lines), dtype=np.int64), sizes)
    single = np.fromiter((one for found in cut for one in found), dtype=np.uint32, count=int(sizes.sum()))
    known = single != 0
    ones = owner[known] * BUCKETS + CHAR_BUCKETS + _bucket(single[known], WORD_BUCKETS)
    pair = (single[:-1] * _MULTIPLY) ^ single[1:]
    both = known[:-1] & known[1:] & (owner[:-1] == owner[1:])
    twos = owner[:-1][both] * BUCKETS + CHAR_BUCKETS + _bucket(pair[both], WORD_BUCKETS)
    return np.concatenate([ones, twos])
