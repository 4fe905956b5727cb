"""The only door to PyThaiNLP, opened on first use: words, and places where a line may be cut."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

LONGEST_PIECE = 2000  # newmm's time grows with the piece; ours are cut at spaces first


@cache
def _engine() -> tuple[Any, Any]:
    from pythainlp.corpus.common import thai_words
    from pythainlp.tokenize import Tokenizer

    extra = (Path(__file__).parent / "data" / "words.txt").read_text(encoding="utf-8").split()
    words = frozenset(thai_words()) | frozenset(extra)
    tokenizer = Tokenizer(custom_dict=words, engine="newmm", keep_whitespace=True)
    return tokenizer, len(words)


def warm() -> None:
    """Load the dictionary now, so that the first person does not wait for it."""
    words("สวัสดี")


def words(text: str) -> list[str]:
    """The words of a text; joined they are the text again."""
    tokenizer, _count = _engine()
    found: list[str] = []
    for start in range(0, len(text), LONGEST_PIECE):
        found += tokenizer.word_tokenize(text[start : start + LONGEST_PIECE])
    return found
