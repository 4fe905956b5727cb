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


@cache
def dictionary() -> frozenset[str]:
    """PyThaiNLP's words, without ours."""
    from pythainlp.corpus.common import thai_words

    return frozenset(thai_words())


@cache
def given_names() -> frozenset[str]:
    """Given names of three letters and more. PyThaiNLP's lists; a name that is also a word is still a name."""
    from pythainlp.corpus import thai_female_names, thai_male_names

    return frozenset(name for name in thai_female_names() | thai_male_names() if len(name) > 2)


@cache
def family_names() -> frozenset[str]:
    """Surnames of PyThaiNLP's list."""
    from pythainlp.corpus import thai_family_names

    return frozenset(thai_family_names())


@cache
def provinces() -> frozenset[str]:
    """The names of the 77 provinces, Bangkok with them."""
    from pythainlp.corpus.common import provinces as listed

    return frozenset(str(name) for name in listed())
