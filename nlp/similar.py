"""Is this the same matter? How much two texts share, whether two places are one, and a name for a spot.

Shared runs of letters, no weights learned from anybody's words. Works on masked texts as well as on plain ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.normalize import normalize

# Two people who tell of one thing at one spot share at least so much (tests/nlp/similar.toml); asked, never assumed.
ALIKE = 0.28
NEAR_M = 150  # metres between two pins of one spot: a telephone's pin may be fifty off
_SAME_WORDS = 0.8  # of places that name nothing we know: nearly the same words
_EARTH_M = 6_371_000.0
_ROUNDED = 1e-9


def likeness(one: str, other: str) -> float:
    """0 (nothing shared) to 1 (the same), of the shorter text's runs of three letters."""
    return _shared(_line(one), _line(other), 3)


def matter(one: str, other: str, places: Iterable[str] = ()) -> float:
    """0 to 1: how much two texts tell of the same thing. What they name as `places`, and polite words, are left out:
    strangers at one spot share those anyway."""
    spots = _spots_in(places)
    first, second = _line(_bare(one, spots)), _line(_bare(other, spots))
    return (_shared(first, second, 2) + _shared(first, second, 3)) / 2


def same_as(text: str, share: float) -> Callable[[str], bool]:
    """Says of other texts whether they are nearly this one: so much of the longer one's runs of three letters must be
    the shorter one's too."""
    runs = _runs(_line(text), 3)
    spare = len(runs) * (1 - share) + _ROUNDED

    def is_same(other: str) -> bool:
        line, missing = _line_again(other), 0
        for run in runs:  # hundreds of texts are compared: most are others after a few runs
            if run not in line:
                missing += 1
                if missing > spare:
                    return False
        others = _runs(line, 3)
        return bool(runs) and len(runs & others) >= share * max(len(runs), len(others)) - _ROUNDED

    return is_same


def _shared(one: str, other: str, size: int) -> float:
    first, second = _runs(one, size), _runs(other, size)
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _runs(line: str, size: int) -> set[str]:
    return {line[at : at + size] for at in range(len(line) - size + 1)}


def _line(text: str) -> str:
    return normalize(text).replace(" ", "")


_line_again = lru_cache(maxsize=1024)(_line)


def _bare(text: str, spots: Sequence[str]) -> str:
    line = _MASKED.sub(" ", normalize(text[:_LONGEST]))
    for spot in spots:
        line = line.replace(spot, " ")
    return _FILLING.sub(" ", line)


def _spots_in(places: Iterable[str]) -> list[str]:
    """The words of these places, the longest first: cut out whole before a piece of one is."""
    words: set[str] = set()
    for place in places:
        words.update(normalize(place[:_LONGEST_PLACE]).split())
        words.update(shown for names in named(place).values() for shown in names.values())
    return sorted((word for word in words if len(word) > 1), key=len, reverse=True)


# --- places --------------------------------------------------------------------------------------------------------

_MASKED = re.compile(r"\[[^\]]{1,20}\]")
_FILLING = re.compile(r"ครับ|คับ|ค่ะ|คะ|นะ|มาก|แล้ว|เลย|ช่วย|หน่อย|ด้วย|ที่|มี|มา|ทุก|วัน|คืน|ขอ|หมู่|ซอย|ๆ|[0-9]+")
# A name ends at a space, a digit, or where the next thing that has a name begins.
_NAME = r"((?:(?!หมู่|ซอย|ถนน|ตำบล|วัด|ตลาด|โรงเรียน|หน้า|หลัง|ข้าง|ต\.|ม\.|ซ\.|ถ\.)[ก-๎a-z]){0,24})"
_NAMES = {
    "pole": re.compile(r"เสา(?:ไฟฟ้า|ไฟ)?(?:ต้น)?(?:ที่|เบอร์)\s?()([0-9]{1,4})"),
    "moo": re.compile(r"(?:หมู่ที่|หมู่|(?<![ก-๎])ม\.)\s?()([0-9]{1,2})(?![0-9])"),
    "soi": re.compile(rf"(?:ซอย|(?<![ก-๎])ซ\.)\s?{_NAME}\s?([0-9]{{0,3}}(?:/[0-9]{{1,3}})?)"),
    "road": re.compile(rf"(?:ถนน|(?<![ก-๎])ถ\.)\s?{_NAME}()"),
    "tambon": re.compile(rf"(?:ตำบล|(?<![ก-๎])ต\.)\s?{_NAME}()"),
    "mark": re.compile(
        rf"((?:วัด|ตลาด|โรงเรียน|โรงพยาบาล|สะพาน|คลอง|สี่แยก|สามแยก|ศาลา|ปั๊ม|เซเว่น|สวน|สนาม|อำเภอ(?![ก-๎])|เทศบาล|อบต|สถานี|ธนาคาร|"
        rf"หมู่บ้าน|ชุมชน|โค้ง|รพ\.?|รร\.?){_NAME})()"
    ),
}
_LONGEST = 500  # letters compared: what it is about is said by then, and hundreds of cases are looked at in a turn
_LONGEST_PLACE = 300
# What is a spot by itself; a road or a tambon is kilometres long.
_SPOTS = ("mark", "soi", "moo")
# Where two places name different ones, they are two places. Marks are many along one soi.
_APART = ("pole", "moo", "soi", "tambon")


@dataclass(frozen=True)
class Shared:
    """Two places are one: `words` is what both name, in the words of the first ("" where only pins tell)."""

    words: str


@lru_cache(maxsize=2048)
def named(place: str) -> Mapping[str, Mapping[str, str]]:
    """What a place names, by sort (moo, soi, road, tambon, mark, pole): name → as it was written."""
    line = normalize(place[:_LONGEST_PLACE])
    found: dict[str, dict[str, str]] = {}
    for sort, pattern in _NAMES.items():
        for hit in pattern.finditer(line):
            name = (hit.group(1) + hit.group(hit.lastindex or 1)).replace(" ", "") if hit.lastindex else ""
            if name:
                found.setdefault(sort, {})[name] = hit.group().strip()
    return found


def same_place(one: str, other: str) -> Shared | None:
    """Do these words (masked or not) say the same spot? None: no, or nobody can tell."""
    first, second = named(one), named(other)
    if not first or not second:
        return _same_words(one, other)
    both = {sort: _both(sort, first[sort], second[sort]) for sort in first.keys() & second.keys()}
    if any(not names for sort, names in both.items() if sort in _APART):
        return None
    if both.get("mark") == {} and not both.get("soi"):
        return None  # one village, two landmarks
    words = [shown for sort in _SPOTS for shown in both.get(sort, {}).values()]
    return Shared(" ".join(words)) if words else None


def _both(sort: str, first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """What both name, as far as both name it: of a landmark the shorter form (วัด of วัดใหม่)."""
    if sort != "mark":
        return {name: shown for name, shown in first.items() if name in second}
    pairs = [sorted((name, other), key=len) for name in first for other in second]
    return {short: short for short, long in pairs if long.startswith(short)}


def _same_words(one: str, other: str) -> Shared | None:
    if min(len(_line(one)), len(_line(other))) < 6 or likeness(one, other) < _SAME_WORDS:
        return None
    return Shared(one.strip())


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two pins (latitude, longitude in degrees); equirectangular, good to centimetres within a town."""
    x = math.radians(other[1] - one[1]) * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(x, math.radians(other[0] - one[0])) * _EARTH_M


def place_key(place: str) -> str:
    """A name for a spot, the same however it is written: the landmark, else the soi with its village; "" for less."""
    found = {sort: min(names) for sort, names in named(place).items()}
    if "mark" in found:
        return found["mark"]
    if "soi" in found:
        return "/".join(f"{sort} {found[sort]}" for sort in ("soi", "moo") if sort in found)
    return ""
