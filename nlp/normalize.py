"""One spelling for what people type: lengthened letters, swapped marks, slang, Thai digits, the wrong keyboard.

The original text is always kept by whoever asked; this is only how the engine reads it. Idempotent.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from nlp.digits import arabic

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_TONES = "\u0e48-\u0e4b"
_VOWELS = "\u0e31\u0e34-\u0e39\u0e47"  # above and below a letter
_LEADING = frozenset("เแโใไ")
_LETTER = "[ก-ฮะ-ู็-๎เ-ไ]"
# The Kedmanee layout: what a Thai keyboard types where an English one stands.
_ENGLISH = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./" + '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
_THAI = "_ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ" + '%+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ'
_KEYBOARD = {ord(english): thai for english, thai in zip(_ENGLISH, _THAI, strict=True)}
_ANY_THAI = re.compile("[ก-๛]")
_LONGEST = 5000  # characters read by the engine; nobody's matter needs more


@dataclass(frozen=True)
class _Spellings:
    """What a spelling is read as, by how it begins and its length; words that are left alone are read as themselves."""

    reads: dict[str, str]
    lengths: dict[str, tuple[int, ...]]  # of the spellings that begin with these two letters, the longest first
    ends: frozenset[str]  # no letter may follow
    short: re.Pattern[str]
    short_reads: dict[str, str]
    counted: re.Pattern[str]
    counted_reads: dict[str, str]
    village: re.Pattern[str]
    village_reads: str


@cache
def _spellings() -> _Spellings:
    data = tomllib.loads((Path(__file__).parent / "data" / "normalize.toml").read_text(encoding="utf-8"))
    reads: dict[str, str] = {**data["slang"], **data["ends"]}
    kept = [*data["keep"]["words"].split(), *(read for read in reads.values() if any(word in read for word in reads))]
    reads = {word: word for word in kept if word not in reads} | reads
    lengths: dict[str, set[int]] = {}
    for word in reads:
        lengths.setdefault(word[:2], set()).add(len(word))
    short, village = data["short"], data["village"]
    shorter = "|".join(
        re.escape(word) + (r"(?!\s?[ก-ฮ]\.)\s?" if word.endswith(".") else f"(?!{_LETTER})")
        for word in sorted(short, key=len, reverse=True)
    )
    places = "|".join(map(re.escape, village["before"]))
    many = "|".join(str(number) for number in range(1, village["forms"] + 1))
    return _Spellings(
        reads=reads,
        lengths={first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
        ends=frozenset(data["ends"]),
        short=re.compile(rf"(?<![ก-๎.])(?:{shorter})"),
        short_reads=short,
        counted=re.compile(rf"(\d\s?)({'|'.join(data['counted'])})(?!{_LETTER}|\.)"),
        counted_reads=data["counted"],
        village=re.compile(
            rf"(?<![ก-๎.]){re.escape(village['short'])}\s?"
            rf"(?=(?!(?:{many})(?!\d))\d{{1,2}}(?![\d/])|(?:{many})\s?(?:{places}))"
        ),
        village_reads=village["whole"],
    )


def _respelt(line: str) -> str:
    """Each spelling as it is read, walked from letter to letter: the longest that fits, none within another word."""
    known = _spellings()
    pieces: list[str] = []
    at, done, end, lengths = 0, 0, len(line), known.lengths
    while at < end:
        for length in lengths.get(line[at : at + 2], ()):
            word = line[at : at + length]
            read = known.reads.get(word)
            if read is not None and _stands_alone(line, at, at + length, word in known.ends):
                pieces += [line[done:at], read]
                at += length
                done = at
                break
        else:
            at += 1
    return "".join([*pieces, line[done:]])


def _stands_alone(line: str, start: int, end: int, last: bool) -> bool:
    """No vowel before belongs to its first letter, no mark behind to its last; where it must be last, no letter."""
    after = line[end : end + 1]
    if start and line[start - 1] in _LEADING and line[start] not in _LEADING:
        return False
    return not (re.match(_LETTER if last else f"[{_MARKS}]", after) and after)


def _lengthened(line: str) -> str:
    """Short forms of a place and a length of time in whole words."""
    known = _spellings()
    line = known.village.sub(known.village_reads, line)
    line = known.short.sub(lambda found: known.short_reads[found.group().strip()], line)
    return known.counted.sub(lambda found: found.group(1) + known.counted_reads[found.group(2)], line)


_SLIPS = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (f"\u0e4d([{_TONES}])\u0e32", "\\1\u0e33"),  # นํ้า
        (f"\u0e33([{_TONES}])", "\\1\u0e33"),  # นำ้ → น้ำ
        (f"([{_MARKS}])\\1+", r"\1"),  # a mark twice is a slip
        (f"([{_TONES}])([{_VOWELS}])", r"\2\1"),  # น้ิ: the tone above the vowel
        (f"([{_TONES}])[{_TONES}]+", r"\1"),  # ข้่าง
        (r"([าะำ])\1+", r"\1"),  # ค่าา: never twice
        (r"(?<!\d)5{3,}(?!\d)", "555"),  # laughter
        (r"(\D)\1{2,}", r"\1"),  # มากกกก, !!!
        (r"(?:ๆ\s*)+", "ๆ "),
    )
)


@lru_cache(maxsize=2048)
def normalize(text: str) -> str:
    """The text as the engine reads it, at most 5,000 characters. Never raises."""
    line = text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")
    for _ in range(4):  # each rule may make room for another; nearly always one round
        before, line = line, _once(line)
        if line == before:
            break
    return line[:_LONGEST]


def readable(text: str) -> str:
    """What was meant where Thai was typed on the English keyboard; everything else as it is."""
    return "\n".join(_from_wrong_keyboard(line) for line in text[:_LONGEST].split("\n")) + text[_LONGEST:]


def _once(text: str) -> str:
    line = unicodedata.normalize("NFC", _INVISIBLE.sub("", arabic(text)))
    line = _from_wrong_keyboard(line).lower()
    line = line.replace("\u0e4d\u0e32", "\u0e33").replace("เเ", "แ")
    for pattern, read in _SLIPS:
        line = pattern.sub(read, line)
    line = _lengthened(_respelt(line))
    return " ".join(line.split())


def _from_wrong_keyboard(line: str) -> str:
    """ "l;ylfu8iy[" is สวัสดีครับ on the wrong layout. Only when it is Latin gibberish, and Thai comes out."""
    if len(line) < 5 or _ANY_THAI.search(line):
        return line
    letters = sum(letter.isascii() and letter.isalpha() for letter in line)
    if letters < len(line) / 3:
        return line
    if "://" in line or "@" in line or not re.search(r"[;\[\],.'/\\0-9`=-]", line):
        return line
    if re.search(r"[a-z]{2,}[ .,?!]", line) and re.search(r"[aeiou]", line) and " " in line:
        return line  # looks like words of a Latin language
    thai = line.translate(_KEYBOARD)
    spaced = re.search(r"[ก-ฮ][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|[เแโใไ][ก-ฮ]|[ก-ฮ]า", thai)
    return thai if spaced else line
