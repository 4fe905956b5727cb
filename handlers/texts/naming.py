"""One name for one thing: what an agency's own words call otherwise than the program does (names.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_LETTERS = 18  # of a name that is none, shown to be found again


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))


def otherwise(text: str) -> Iterator[tuple[str, str]]:
    """(the word that stands there, the word we say), each once."""
    words = _PLACEHOLDER.sub(" ", text)
    for name in _data()["name"]:
        bare = words
        for word in name.get("but", ()):
            bare = bare.replace(word, " ")
        for word in name["not"]:
            if word in bare:
                yield word, name["say"]
                bare = bare.replace(word, " ")


def written_apart(text: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(as it stands there, the name): names of parts of the agency that are spaced or shortened in another way."""
    for name in names:
        letters = [re.escape(letter) for letter in name if not letter.isspace()]
        for found in re.finditer(r"\s*".join(letters), text):
            if found.group() != name:
                yield " ".join(found.group().split()), name


def nobodys(text: str, names: Sequence[str]) -> Iterator[str]:
    """Parts of an agency that are named there and that there are not. A name may be shortened at its end."""
    unit = _data()["unit"]
    begins = "|".join(["(?<![ก-๎])", *(f"(?<={word})" for word in unit["before"])])
    known = ["".join(name.split()) for name in names]
    for found in re.finditer(rf"(?:{begins})(?:{'|'.join(unit['words'])})[ก-๎]*", text):
        said = found.group().removesuffix("ฯ").rstrip("ฯ")
        bare = "".join(text[found.start() :].split())
        fits = any(bare.startswith(name) or name.startswith(said) for name in known)
        if said not in unit["words"] and not fits and not said.startswith(tuple(unit["not"])):
            yield found.group()[:_LETTERS]
