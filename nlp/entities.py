"""Facts inside a text: case references, a place, a time, a telephone number."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp import personal, tokenize, when
from nlp.digits import arabic

_REFERENCE = re.compile(r"(?<!\d)([4-9]\d)[\s.\-–—/]{0,3}(\d{5,9})[\s.\-–—/]{0,3}(\d)(?!\d)")
_WHEN = re.compile(
    r"เมื่อคืน|เมื่อวาน(?:ซืน)?|เมื่อเช้า|วันนี้|เมื่อกี้|ตอนนี้|ทุก(?:วัน|คืน|เช้า|เย็น|อาทิตย์|สัปดาห์)|"
    r"(?:มา)?\d{1,3}\s?(?:วัน|คืน|เดือน|ปี|อาทิตย์|สัปดาห์|ชั่วโมง|ชม\.?)(?:แล้ว|ที่แล้ว|ก่อน)?|"
    r"เมื่อ(?:อาทิตย์|สัปดาห์|เดือน|ปี)(?:ก่อน|ที่แล้ว)|"
    r"ตี\s?\d{1,2}|\d{1,2}\s?(?:ทุ่ม|โมง)(?:เช้า|เย็น)?|บ่าย(?:\s?\d|สอง|สาม|สี่)?(?:\s?โมง)?(?=\s|$)|"
    r"วัน(?:จันทร์|อังคาร|พุธ|พฤหัส(?:บดี)?|ศุกร์|เสาร์|อาทิตย์)(?:ที่แล้ว|ก่อน)?"
)
_EXTENSION = re.compile(r"[^\d\s()+.\-–—‑·•~*_]")
_LANDLINES = ("2", "3", "4", "5", "7")
_LONGEST = 5000
_SHORTEST_PHONE = 9  # digits
_MOST_SPOTS = 6  # a whole address: village, lane, road, tambon, amphoe, province
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # above and below a letter: before one a word has not ended


def find_references(text: str) -> list[str]:
    """Case references in any form (no dashes, Thai digits, in a sentence), as printed; the check digit must fit."""
    line = arabic(text[:_LONGEST])
    found = []
    for year, number, check in _REFERENCE.findall(line):
        if personal.luhn(year + number) == int(check):
            found.append(f"{year}-{number}-{check}")
    return list(dict.fromkeys(found))


def find_phones(text: str) -> list[str]:
    """Telephone numbers, digits only and without an extension; one typed with "+" keeps it."""
    found: list[str] = []
    if sum(map(str.isdecimal, text)) < _SHORTEST_PHONE:
        return found  # most texts hold none, and a turn asks of several
    for piece in personal.find("phone", text[:_LONGEST]):
        main = _EXTENSION.split(arabic(piece))[0]
        digits = re.sub(r"\D", "", main)
        if digits.startswith("0"):
            digits = digits[: 9 if digits[1:2] in _LANDLINES else 10]  # "02-123-4567-8" is two numbers
        if len(digits) >= _SHORTEST_PHONE:
            found.append("+" + digits if main.startswith(("+", "(+")) else digits)
    return list(dict.fromkeys(found))


def find_phone(text: str) -> str | None:
    """The first telephone number, digits only."""
    return next(iter(find_phones(text)), None)


def find_national_ids(text: str) -> list[str]:
    """Thirteen digits whose last fits: whoever typed them should be warned, and nobody keep them."""
    found = (re.sub(r"\D", "", arabic(piece)) for piece in personal.find("id", text[:_LONGEST]))
    return list(dict.fromkeys(digits for digits in found if personal.is_national_id(digits)))


def find_plates(text: str) -> list[str]:
    """Number plates of cars and motorcycles, as typed."""
    return list(dict.fromkeys(personal.find("plate", text[:_LONGEST])))


def find_emails(text: str) -> list[str]:
    """Addresses of mail, as typed."""
    return list(dict.fromkeys(personal.find("email", text[:_LONGEST])))


def find_when(text: str) -> str | None:
    """The first words that tell a time, as they were typed."""
    line = arabic(text[:_LONGEST])
    found, dated = _WHEN.search(line), when.find_date(line)
    if dated and (found is None or line.index(dated) <= found.start()):
        return dated
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
    form: re.Pattern[str]
    villages: frozenset[str]
    lanes: frozenset[str]
    roads: frozenset[str]


@cache
def _words() -> _Words:
    data = tomllib.loads((Path(__file__).parent / "data" / "places.toml").read_text(encoding="utf-8"))
    whole = _any(data["many"] + data["few"] + data["one"])
    short = "|".join(
        rf"(?<![ก-๎]){re.escape(word)}" + ("" if word.endswith(".") else "(?![ก-๎])")
        for word in data["short_few"] + data["short_many"]
    )
    apart = "".join(rf"(?<!{re.escape(word)})" for word in data["inside"])
    province = rf"{data['province']}(?=\s?{_any(sorted(tokenize.provinces()))})"
    spot = rf"(?:{short}|{apart}{whole}|{province})"
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
        form=re.compile(
            rf"{_any(data['forms']['before'])}\s?{_any(data['forms']['word'])}\s?[1-6](?:/\d{{1,2}})?(?!\d)"
        ),
        villages=frozenset(data["villages"]),
        lanes=frozenset(data["lanes"]),
        roads=frozenset(data["roads"]),
    )


def _any(words: list[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def find_place(text: str) -> str | None:
    """The words that say where, as they were typed; None where there are none an officer could go by."""
    vague = _words().vague
    return " ".join([words for _spot, words in _spots(text) if words not in vague][:_MOST_SPOTS]) or None


def find_village(text: str) -> int | None:
    """The number of a village, "หมู่ 4" or "ม.4"; ม.4 of a pupil is a form, and no village."""
    for spot, words in _spots(text):
        number = re.search(r"\d{1,2}", words)
        if spot in _words().villages and number:
            return int(number.group())
    return None


def find_lanes(text: str) -> list[str]:
    """Lanes (ซอย), as typed."""
    return [words for spot, words in _spots(text) if spot in _words().lanes]


def find_roads(text: str) -> list[str]:
    """Roads, as typed."""
    return [words for spot, words in _spots(text) if spot in _words().roads]


def find_landmarks(text: str) -> list[str]:
    """Schools, temples, shops … an officer can find, as typed."""
    known = _words().few | _words().one
    return [words for spot, words in _spots(text) if spot in known and words not in _words().vague]


def _spots(text: str) -> list[tuple[str, str]]:
    """Each spot that is enough to go by, and the words of it."""
    line = arabic(text[:_LONGEST])
    words = _words()
    open_line = line
    for other in (words.silent, words.form):  # same length: places are cut from `line`
        open_line = other.sub(lambda found: "\0" * len(found.group()), open_line)
    spots: list[tuple[str, str]] = []
    end = 0
    for found in words.place.finditer(open_line):
        if found.start() < end:
            continue
        start, end = found.start("spot" if found["at"] else 0), _end(words, open_line, found)
        if end > found.end() or _is_enough(words, found):
            spots.append((found["spot"], line[start:end].strip(" .-/")))
    return spots


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
