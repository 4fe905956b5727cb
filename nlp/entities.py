"""Facts inside a text: case references, a place, a time, a telephone number."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.digits import arabic

_REFERENCE = re.compile(r"(?<!\d)([4-9]\d)[\s.\-–—/]{0,3}(\d{5,9})[\s.\-–—/]{0,3}(\d)(?!\d)")
_PHONE = re.compile(r"(?<!\d)0\d(?:[\s.\-]?\d){7,8}(?!\d)")
_WHEN = re.compile(
    r"เมื่อคืน|เมื่อวาน(?:ซืน)?|เมื่อเช้า|วันนี้|เมื่อกี้|ตอนนี้|ทุก(?:วัน|คืน|เช้า|เย็น|อาทิตย์|สัปดาห์)|"
    r"(?:มา)?\d{1,3}\s?(?:วัน|คืน|เดือน|ปี|อาทิตย์|สัปดาห์|ชั่วโมง|ชม\.?)(?:แล้ว|ที่แล้ว|ก่อน)?|"
    r"ตี\s?\d{1,2}|\d{1,2}\s?(?:ทุ่ม|โมง)(?:เช้า|เย็น)?|วัน(?:จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|เสาร์|อาทิตย์)"
)
_LONGEST = 5000
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # above and below a letter: before one a word has not ended


def find_references(text: str) -> list[str]:
    """Case references in any form (no dashes, Thai digits, in a sentence), as printed; the check digit must fit."""
    line = arabic(text[:_LONGEST])
    found = []
    for year, number, check in _REFERENCE.findall(line):
        if _luhn(year + number) == int(check):
            found.append(f"{year}-{number}-{check}")
    return list(dict.fromkeys(found))


def _luhn(digits: str) -> int:
    # The same rule makes references in handlers/rules/reference.py; nlp may not look up there.
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def find_phone(text: str) -> str | None:
    """The first telephone number, digits only."""
    found = _PHONE.search(arabic(text[:_LONGEST]))
    return re.sub(r"\D", "", found.group()) if found else None


def find_when(text: str) -> str | None:
    """The first words that tell a time, as they were typed."""
    found = _WHEN.search(arabic(text[:_LONGEST]))
    return found.group() if found else None


@dataclass(frozen=True)
class _Words:
    """What says where: a spot with the word of nearness before it, and what ends its name."""

    silent: re.Pattern[str]
    place: re.Pattern[str]
    named: re.Pattern[str]
    stop: re.Pattern[str]
    one: frozenset[str]
    few: frozenset[str]
    vague: frozenset[str]


@cache
def _words() -> _Words:
    data = tomllib.loads((Path(__file__).parent / "data" / "places.toml").read_text(encoding="utf-8"))
    whole = _any(data["many"] + data["few"] + data["one"])
    short = "|".join(
        rf"(?<![ก-๎]){re.escape(word)}" + ("" if word.endswith(".") else "(?![ก-๎])")
        for word in data["short_few"] + data["short_many"]
    )
    spot = rf"(?:{short}|{whole})"
    near = _any(data["near"])
    return _Words(
        silent=re.compile(_any(data["silent"])),
        place=re.compile(rf"(?:(?P<near>{near}\s?)|(?P<at>{_any(data['at'])}\s?))?(?P<spot>{spot}(?:\s?{spot})?)"),
        # The name up to a space, and a number that counts nothing.
        named=re.compile(
            rf"(?P<gap>\s?)(?P<name>[ก-๙A-Za-z.]{{0,30}})(?P<number>\s?[0-9]+(?:/[0-9]+)?(?![0-9/]|\s?{_any(data['units'])}))?"
        ),
        stop=re.compile(
            rf"(?<![เแโใไ]){_any(data['stops'])}(?![{_MARKS}])|{near}\s?(?:{spot}|{_any(data['homes'])})|{spot}"
        ),
        one=frozenset(data["one"]),
        few=frozenset(data["few"] + data["short_few"]),
        vague=frozenset(data["vague"]),
    )


def _any(words: list[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def find_place(text: str) -> str | None:
    """The words that say where, as they were typed; None where there are none an officer could go by."""
    line = arabic(text[:_LONGEST])
    words = _words()
    open_line = words.silent.sub(
        lambda found: "\0" * len(found.group()), line
    )  # same length: places are cut from `line`
    spots: list[str] = []
    end = 0
    for found in words.place.finditer(open_line):
        if found.start() < end:
            continue
        start, end = found.start("spot" if found["at"] else 0), _end(words, open_line, found)
        spot = line[start:end].strip(" .-/")
        if end > found.end() or _is_enough(words, found):
            spots.append(spot)
    return " ".join(spot for spot in spots[:4] if spot not in words.vague) or None


def _end(words: _Words, line: str, found: re.Match[str]) -> int:
    """Where a place ends, its name or number with it: "ซอย 5 น้ำท่วม" is at ซอย 5. Its own end, if it has none."""
    named = words.named.match(line, found.end())
    assert named is not None
    loose = found["near"] or (found.start() and not line[found.start() - 1].isspace())
    if named["gap"] and named["name"] and loose:
        return found.end()  # "ในซอย ลูกเป็นหอบ": what follows a space is another clause
    stop = words.stop.search(named["name"])
    if stop is None:
        return named.end() if named["name"] or named["number"] else found.end()
    return named.start("name") + stop.start() if stop.start() else found.end()


def _is_enough(words: _Words, found: re.Match[str]) -> bool:
    """Is a spot without a name enough? หน้าโรงเรียน is, ซอย is not, and of some a town has one."""
    spot = found["spot"]
    return (
        spot in words.one or (spot in words.few and bool(found["near"] or found["at"])) or spot.strip().count(" ") > 0
    )
