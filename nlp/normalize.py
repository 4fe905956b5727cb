"""One spelling for what people type: lengthened letters, swapped marks, slang, Thai digits, the wrong keyboard.

The original text is always kept by whoever asked; this is only how the engine reads it. Idempotent.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from nlp.digits import arabic

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_TONES = "\u0e48-\u0e4b"
# The Kedmanee layout: what a Thai keyboard types where an English one stands.
_ENGLISH = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./" + '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
_THAI = "_ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ" + '%+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ'
_KEYBOARD = {ord(english): thai for english, thai in zip(_ENGLISH, _THAI, strict=True)}
_LONGEST = 5000  # characters read by the engine; nobody's matter needs more


@cache
def _slang() -> tuple[re.Pattern[str], dict[str, str]]:
    data = tomllib.loads((Path(__file__).parent / "data" / "normalize.toml").read_text(encoding="utf-8"))
    words: dict[str, str] = data["slang"]
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(pattern), words


def normalize(text: str) -> str:
    """The text as the engine reads it, at most 5,000 characters. Never raises."""
    line = text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")
    for _ in range(4):  # each rule may make room for another; nearly always one round
        before, line = line, _once(line)
        if line == before:
            break
    return line


def readable(text: str) -> str:
    """What was meant where Thai was typed on the English keyboard; everything else as it is."""
    return "\n".join(_from_wrong_keyboard(line) for line in text[:_LONGEST].split("\n")) + text[_LONGEST:]


def _once(text: str) -> str:
    line = unicodedata.normalize("NFC", _INVISIBLE.sub("", arabic(text)))
    line = _from_wrong_keyboard(line).lower()
    line = line.replace("\u0e4d\u0e32", "\u0e33").replace("เเ", "แ")
    line = re.sub(f"\u0e4d([{_TONES}])\u0e32", "\\1\u0e33", line)  # นํ้า
    line = re.sub(f"\u0e33([{_TONES}])", "\\1\u0e33", line)  # นำ้ → น้ำ
    line = re.sub(f"([{_MARKS}])\\1+", r"\1", line)  # a mark twice is a slip
    line = re.sub(r"(\D)\1{2,}", r"\1", line)  # มากกกก, !!!
    line = re.sub(r"(?:ๆ\s*)+", "ๆ ", line)
    pattern, words = _slang()
    line = pattern.sub(lambda found: words[found.group()], line)
    return " ".join(line.split())


def _from_wrong_keyboard(line: str) -> str:
    """ "l;ylfu8iy[" is สวัสดีครับ on the wrong layout. Only when it is Latin gibberish, and Thai comes out."""
    letters = [letter for letter in line if letter.isascii() and letter.isalpha()]
    if len(line) < 5 or len(letters) < len(line) / 3 or any("ก" <= letter <= "๛" for letter in line):
        return line
    if "://" in line or "@" in line or not re.search(r"[;\[\],.'/\\0-9`=-]", line):
        return line
    if re.search(r"[a-z]{2,}[ .,?!]", line) and re.search(r"[aeiou]", line) and " " in line:
        return line  # looks like words of a Latin language
    thai = line.translate(_KEYBOARD)
    spaced = re.search(r"[ก-ฮ][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|[เแโใไ][ก-ฮ]|[ก-ฮ]า", thai)
    return thai if spaced else line
