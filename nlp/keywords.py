"""Engine one: words per category. Works without a model, and is what a trained engine has to beat."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VERSION = "keywords-1"

# A thing named only to say where is not the topic: หน้าโรงเรียน, ปากซอยวัด, แถวตลาด, ถนนพระราม 2.
_LANDMARK = re.compile(
    r"(?:ตรงข้าม|ปากทาง|ทางเข้า|ข้างๆ|หน้า|หลัง|ข้าง|แถว|ใกล้|ตรง)\s?"
    r"(?:โรงเรียน|วัด|รพ(?:\.สต)?\.?|โรงพยาบาล|ตลาด|โรงงาน|สวนสาธารณะ|คลินิก|สะพาน|ที่ดิน|ศูนย์เด็กเล็ก|สถานี|อบต|เทศบาล)"
)
_STREET = re.compile(r"(?:ถนน|ถ\.)\s?[ก-๙]{3,}\s?\d{1,3}(?!\s?(?:หลุม|วัน|เดือน|ปี))|สะพานควาย|คลองสาน|บางซื่อ")
_UNSURE_BELOW = 0.4


@dataclass(frozen=True)
class Scored:
    """Categories by score, best first, each 0 to 1, with the words that spoke for the best one."""

    ranked: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    subcategory: str | None
    abstained: bool


@dataclass(frozen=True)
class _Category:
    code: str
    confidential: bool | str  # "accused": only where somebody is
    urgent: bool
    words: tuple[str, ...]
    subs: tuple[tuple[str, str], ...]


@cache
def _taxonomy() -> tuple[tuple[_Category, ...], re.Pattern[str], dict[str, list[str]]]:
    data = tomllib.loads((Path(__file__).parent / "data" / "taxonomy.toml").read_text(encoding="utf-8"))
    categories = tuple(
        _Category(
            row["code"],
            row["confidential"],
            row["urgent"],
            tuple(word.lower() for word in row["words"]),
            tuple((code, name) for code, name in row["subs"]),
        )
        for row in data["category"]
    )
    owners: dict[str, list[str]] = {}
    for category in categories:
        for word in category.words:
            owners.setdefault(word, []).append(category.code)
    for word in data["silent"]:
        owners.setdefault(word, [])
    longest_first = sorted(owners, key=len, reverse=True)
    return categories, re.compile("|".join(_bordered(word, word in data["short"]) for word in longest_first)), owners


def _bordered(word: str, is_short: bool) -> str:
    """A word where it is one: not after a leading vowel or before a mark, and a short form only by itself."""
    if is_short:
        return rf"(?<![a-z0-9ก-๎]){re.escape(word)}(?![a-z0-9ก-๎])"
    mark = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    after = f"(?<![เแโใไ]{word[0]})" if "ก" <= word[0] <= "ฮ" else ""
    return f"{re.escape(word[0])}{after}{re.escape(word[1:])}(?![{mark}])"


def score(line: str) -> Scored:
    """Which categories a normalised text speaks for. Longer words weigh more; the longest at a spot counts alone."""
    categories, pattern, owners = _taxonomy()
    topic = _STREET.sub(" ", _LANDMARK.sub(" ", line))
    points: dict[str, float] = {}
    spoke: dict[str, list[str]] = {}
    for found in pattern.finditer(topic):
        word = found.group()
        for code in owners[word]:
            points[code] = points.get(code, 0.0) + (len(word) ** 0.5) / len(owners[word])
            spoke.setdefault(code, []).append(word)
    total = sum(points.values())
    if not total:
        return Scored((("OT", 0.0), ("OF", 0.0), ("RD", 0.0)), (), None, True)  # 0: no evidence at all
    ranked = sorted(((code, value / (total + 1.0)) for code, value in points.items()), key=lambda pair: -pair[1])
    best = ranked[0][0]
    known = {code for code, _value in ranked}
    fill = [(category.code, 0.0) for category in categories if category.code not in known]
    tie = len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 0.05
    return Scored(
        tuple([*ranked, *fill][:5]),
        tuple(dict.fromkeys(spoke[best])),
        subcategory(best, line),
        tie or ranked[0][1] < _UNSURE_BELOW,
    )


def subcategory(code: str, line: str) -> str | None:
    """The sub-category whose name shares the most with the text; None when none does."""
    best, shared = None, 2
    for category in _taxonomy()[0]:
        if category.code != code:
            continue
        for sub, name in category.subs:
            pieces = [piece for piece in re.split(r"[/\s()]+", name) if len(piece) > 2]
            common = max((len(piece) for piece in pieces if piece in line), default=0)
            if common > shared:
                best, shared = sub, common
    return best


@cache
def codes() -> tuple[str, ...]:
    """The categories' codes, in the taxonomy's order."""
    return tuple(category.code for category in _taxonomy()[0])


def is_confidential(code: str, accused: bool) -> bool:
    """Does the taxonomy keep this category's complainants hidden? `accused`: does the text accuse a person?"""
    found = next((category.confidential for category in _taxonomy()[0] if category.code == code), False)
    return accused if found == "accused" else bool(found)
