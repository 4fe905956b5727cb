"""Which language is this? Only as much as the door needs: whom a person must read, and in what words we can answer."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

THAI, ENGLISH = "th", "en"
_THAI = re.compile("[ก-ะาำเ-ๆ]")
_FEWEST = 4  # letters; shorter words ("ok", "555") are anybody's
_ENOUGH = 0.2  # of the letters; names and brands in another script stay below
_FEWEST_OWN = 2  # letters of a script that nobody else here writes
# Scripts by Unicode block (The Unicode Standard, Blocks.txt); a Myanmar text may also be Shan, Mon or Karen.
_SCRIPTS = {
    "my": re.compile("[\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]"),
    "km": re.compile("[\u1780-\u17ff]"),
    "lo": re.compile("[\u0e80-\u0eff]"),
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
}
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_JAWI = re.compile("[\u06a0\u06a4\u06bd\u0762]")  # Arabic letters of Malay that Arabic, Persian and Urdu have not
_VIETNAMESE = re.compile("[\u01a1\u01b0\u1ea0-\u1ef9]")  # o and u with a horn, and letters with two marks
_WORD = re.compile(r"[^\W\d_]+")
_TELLING = 2  # different words of one language


def is_foreign(text: str) -> bool:
    """Is this written in another language than Thai? Names and brands inside Thai do not count."""
    thai, letters = _counted(text)
    return letters >= _FEWEST and thai / letters < _ENOUGH


def language_of(text: str) -> str:
    """ "th", "my" (Burmese), "km" (Khmer), "lo" (Lao), "zh", "vi", "ms", or "en" for every other one.

    "th" also for what is too short to tell. A guess: whoever answers by it says it in English too.
    """
    thai, letters = _counted(text)
    if not letters or thai / letters >= _ENOUGH:
        return THAI
    found = _by_script(text, letters)
    if found:
        return found
    return _by_words(text) if is_foreign(text) else THAI


def foreign_language(text: str) -> str:
    """The language of a text that is not Thai; "" where it is, or may be."""
    found = language_of(text)
    return "" if found == THAI else found


def _counted(text: str) -> tuple[int, int]:
    """(Thai letters, letters of any script)"""
    rest = _THAI.sub("", text)
    thai = len(text) - len(rest)
    return thai, thai + sum(letter.isalpha() for letter in rest)


def _by_script(text: str, letters: int) -> str:
    """The language of a script that stands for one; "" where none does."""
    seen = Counter({name: sum(map(str.isalpha, script.findall(text))) for name, script in _SCRIPTS.items()})
    name, count = seen.most_common(1)[0]
    if count < _FEWEST_OWN or count / letters < _ENOUGH:
        return ""
    if name == "zh" and len(_KANA.findall(text)) * 10 >= count:
        return ""  # Japanese: Chinese signs among its own
    return name


def _by_words(text: str) -> str:
    line = unicodedata.normalize("NFC", text.lower())
    if _JAWI.search(line):
        return "ms"
    if _VIETNAMESE.search(line):
        return "vi"
    words = set(_WORD.findall(line))
    told = Counter({name: len(words.intersection(listed)) for name, listed in _words().items()})
    name, count = told.most_common(1)[0]
    return name if count >= _TELLING else ENGLISH


@cache
def _words() -> dict[str, list[str]]:
    data = tomllib.loads((Path(__file__).parent / "data" / "language.toml").read_text(encoding="utf-8"))
    listed: dict[str, list[str]] = data["words"]
    return listed
