"""What personal data looks like: the patterns behind `mask` and the facts that are personal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nlp import tokenize
from nlp.digits import arabic
from nlp.looks import D, Pattern, Span, any_of, kept, look, scan, words
from nlp.names import names

_LETTER = "[ก-๎]"
_DASH = "[-–—‑.]"
# Between two digits of one number: nothing, a space, a dash or point with or without spaces, a closing bracket.
_SEP = rf"(?:\)?[ \t\u00a0]?{_DASH}[ \t\u00a0]?|\)?[ \t\u00a0]{{1,2}}|\))?"
_EDGE, _END = rf"(?<!{D})", rf"(?!{D})"


def luhn(digits: str) -> int:
    """The check digit of a case reference (handlers/rules/reference.py makes it; nlp may not look up there)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def is_national_id(digits: str) -> bool:
    """Does the 13th digit fit the twelve before? (Department of Provincial Administration: weights 13 to 2, mod 11.)"""
    if len(digits) != 13:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:12], range(13, 1, -1), strict=True))
    return (11 - total % 11) % 10 == int(digits[12])


# --- what stays ------------------------------------------------------------------------------------------------------

_DATE = rf"{_EDGE}{D}{{1,2}}[-/.]{D}{{1,2}}[-/.](?:(?:[2๒][5๕]|[2๒][0๐]|[1๑][9๙]){D}{{2}}{_END}|{D}{{2}}(?![-/.]?{D}))"
_HOURS = rf"{_EDGE}{D}{{1,2}}[.:]{D}{{2}}\s?[-–]\s?{D}{{1,2}}[.:]{D}{{2}}(?![.-]?{D})"
_POINT = rf"(?<![0-9๐-๙.])[1-9]{D}{{0,2}}\.{D}{{5,17}}(?![.-]?{D})"  # latitude, longitude, a measure
_REFERENCE = rf"(?<!\+){_EDGE}[4-9๔-๙]{D}(?P<gap>[\s.\-–—/]{{0,3}}){D}{{5,9}}[\s.\-–—/]{{0,3}}{D}{_END}"


def _is_reference(found: re.Match[str]) -> Span | None:
    digits = re.sub(r"\D", "", arabic(found.group()))
    if digits.startswith("66") and len(digits) > 10:
        return None  # a telephone number with its country
    return found.span() if luhn(digits[:-1]) == int(digits[-1]) else None


def _is_dashed_reference(found: re.Match[str]) -> Span | None:
    return _is_reference(found) if found["gap"] else None


@cache
def innocent() -> tuple[Pattern, ...]:
    """What looks like personal data and is none: dashed references, dates, hours, measures; the stand-ins too."""
    stand_ins = any_of(list(words()["stand_in"].values()))
    return (
        look("", stand_ins),
        look("", _REFERENCE, _is_dashed_reference),
        look("", _DATE),
        look("", _HOURS),
        look("", _POINT),
    )


# --- numbers ---------------------------------------------------------------------------------------------------------


def _email() -> Pattern:
    name = r"[A-Za-z0-9._%+\-]{1,64}\s?@\s?"
    known = r"(?:gmail|hotmail|yahoo|outlook|icloud|live|windowslive)"
    return look("email", rf"{name}(?:[A-Za-z0-9\-]{{1,63}}(?:\.[A-Za-z0-9\-]{{1,63}}){{1,5}}|{known}(?![A-Za-z0-9]))")


def _phones() -> Iterator[Pattern]:
    beside = words()["beside"]
    extension = rf"(?:[ \t]?{any_of(beside['extension'])}\.?[ \t]?{D}{{1,6}}|[-–,/]{D}{{1,2}}(?![-–.]?{D}))?"
    end = rf"(?!{D}|[-–—.]{D})"
    yield look("phone", rf"\({{0,1}}\+\({{0,1}}{D}{{1,3}}{_SEP}{D}(?:{_SEP}{D}){{6,12}}{_END}")
    yield look("phone", rf"{_EDGE}(?:66|๖๖){_SEP}{D}(?:{_SEP}{D}){{7,8}}{extension}{end}")
    yield look("phone", rf"{_EDGE}\(?[0๐](?:{_SEP}{D}){{8,9}}{extension}{end}")
    yield look("phone", rf"{_EDGE}[0๐]{D}{{2}}/{D}{{3}}[-/ ]?{D}{{4}}{_END}")
    near = rf"(?P<kept>{any_of(beside['phone'])}[^\n0-9๐-๙]{{0,12}})"
    yield look("phone", rf"{near}{D}(?:[-.]?{D}){{5,11}}{extension}{_END}")
    yield look("phone", rf"(?:{any_of(beside['numerals'])}\s?){{9,13}}")


def _accounts() -> Iterator[Pattern]:
    near = rf"(?P<kept>{any_of(words()['beside']['account'])}[^\n0-9๐-๙]{{0,25}})"
    yield look("account", rf"{near}{D}(?:{_SEP}{D}){{8,14}}{_END}")
    yield look("account", rf"{_EDGE}{D}{{3}}[-–]{D}[-–]{D}{{5}}[-–]{D}{_END}")
    yield look("account", rf"{_EDGE}{D}{{3}}[-–]{D}{{6}}[-–]{D}{_END}")


def _papers() -> Iterator[Pattern]:
    yield look("id", rf"{_EDGE}{D}(?:{_SEP}{D}){{12}}{_END}")
    gap = r"[^\nA-Za-z0-9]{0,15}(?:no\.?|number)?[^\nA-Za-z0-9]{0,3}"
    near = rf"(?P<kept>{any_of(words()['beside']['passport'])}{gap})"
    yield look("passport", rf"{near}(?=[A-Za-z]{{0,2}}[0-9])[A-Za-z0-9]{{6,10}}(?![A-Za-z0-9])")
    yield look("passport", r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{7}(?![A-Za-z0-9])")
    yield look("id", r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9][- ]?[0-9]{7}[- ]?[0-9]{2}(?![0-9])")  # back of the card


def _long_number() -> Pattern:
    """Ten digits and more that are nothing we know: a meter, a member, another bank's account."""
    start, money = r"(?<![0-9๐-๙.,])(?<![ก-ฮ]{2})", any_of(words()["beside"]["money"])
    return look("number", rf"{start}{D}(?:[-–]?{D}){{9,23}}(?![0-9๐-๙]|[.,]{D}|\s?{money})")


# --- names on the net ------------------------------------------------------------------------------------------------


def _online() -> Iterator[Pattern]:
    yield look("line", r"(?<![A-Za-z0-9])U[0-9a-f]{32}(?![0-9a-f])")
    hosts = r"(?:t\.me|line\.me/(?:R/)?ti/p|(?:m\.|www\.)?facebook\.com|fb\.com|instagram\.com|(?:www\.)?tiktok\.com)"
    yield look("social", rf"(?P<kept>(?<![A-Za-z0-9]){hosts}/)[A-Za-z0-9._~%@=?&\-]{{2,80}}")
    beside = words()["beside"]
    no = any_of(beside["no_line"])
    name = rf"@?(?!{no}(?![A-Za-z0-9]))[A-Za-z0-9][A-Za-z0-9._\-]{{2,29}}"
    mark = r"\s?(?:id|ไอดี)?\s?(?:คือ|ชื่อ)?\s?[:：=]?\s?"
    yield look("line", rf"(?P<kept>{any_of(beside['line'])}{mark}){name}", _is_line)
    yield look("line", rf"(?P<kept>(?<![A-Za-z])(?:line\s?id|id\s?line|line\s?[:：=])\s?[:：=]?\s?){name}", _is_line)
    strange = rf"@?(?=[A-Za-z_.\-]{{0,20}}[0-9_]|@){name}"
    yield look("line", rf"(?P<kept>(?<![A-Za-z])(?:line|id)\s){strange}", _is_line)
    yield look("social", r"(?<![A-Za-z0-9._@])@[A-Za-z][A-Za-z0-9_.]{3,31}")


def _is_line(found: re.Match[str]) -> Span | None:
    name = found.group()[found.end("kept") - found.start() :]
    return kept(found) if any(letter.isalpha() for letter in name) else None  # "line 3" is a railway


# --- houses and cars -------------------------------------------------------------------------------------------------


def _houses() -> Iterator[Pattern]:
    beside = words()["beside"]
    number = rf"{D}{{1,5}}(?:[/-]{D}{{1,5}})?(?:[ก-ฮ](?![ก-๎.]))?"
    more = rf"(?:\s?(?:,|-|และ|ถึง|กับ)\s?{number}(?![/.]?{D})){{0,4}}"
    yield look("house", rf"(?P<kept>{any_of(beside['house'])}\s?[:：]?\s?){number}{more}")
    slashed = rf"(?P<secret>{D}{{1,4}}/{D}{{1,5}}(?:-{D}{{1,4}})?(?![/.]?{D}){more})"
    yield look("house", rf"(?P<kept>{any_of(beside['door'])}\s?){slashed}", _is_house)
    street = rf"(?=\s{{0,2}}(?:{any_of(beside['street'])}))"
    yield look("house", rf"(?<![0-9๐-๙/.]){slashed}{street}", _is_house)


def _is_house(found: re.Match[str]) -> Span | None:
    """A number with a slash is no house after a street or a paper, none of a year, and none of 24/7."""
    span = found.span("secret")
    before = found.string[max(0, found.start() - 30) : found.start()]
    first, second = re.findall(r"\d+", arabic(found["secret"]))[:2]
    year = len(second) == 4 and second[:2] in ("25", "20")
    road = _roads().search(before) is not None and "kept" not in found.re.groupindex
    paper = _papers_before().search(before) is not None
    return None if year or road or paper or (first, second) == ("24", "7") or len(first + second) < 3 else span


@cache
def _roads() -> re.Pattern[str]:
    """A street and its name right before a number: that is the number of a lane. So is one glued to a word."""
    return re.compile(rf"(?:{any_of(words()['beside']['road'])}[ก-๎ \t0-9.]{{0,25}}|[ก-๎])$")


@cache
def _papers_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of(words()['beside']['paper'])}[ \t]{{0,2}}$")


def _plates() -> Iterator[Pattern]:
    beside = words()["beside"]
    digits = rf"[1-9๑-๙]{D}{{0,3}}(?!{D}|[.,/:]{D})"
    gap = r"\s?[-–]?\s?"
    body = rf"{D}?[-–]?\s?(?P<letters>[ก-ฮ]\.?[ก-ฮ]{{1,2}}){gap}{digits}"
    start = r"(?<![ก-๎0-9๐-๙])"
    yield look("plate", rf"(?P<kept>{any_of(beside['plate'])}(?:เลขที่|คือ|ว่า|หมวด)?[\s:：.]{{0,3}}){body}")
    far = rf"(?P<kept>(?:{any_of(beside['plate'])}|{any_of(beside['vehicle'])})[^\n0-9๐-๙]{{0,30}}(?<![ก-๎]))"
    yield look("plate", rf"{far}{body}", _is_plate)
    yield look("plate", rf"{start}{D}[-–]?(?P<letters>[ก-ฮ]{{2}}){gap}{digits}", _is_new_plate)
    yield look("plate", rf"{start}(?P<letters>[ก-ฮ]{{2}}){gap}(?=[1-9๑-๙]{D}{{2,3}}){digits}", _is_plate)


def _is_plate(found: re.Match[str]) -> Span | None:
    letters = found["letters"].replace(".", "")
    known = letters in _no_plates("words") if len(letters) == 2 else letters in tokenize.dictionary()
    return None if known else kept(found)


def _is_new_plate(found: re.Match[str]) -> Span | None:
    """With a digit before the letters and three behind it is a plate, unless it counts metres."""
    many = len(re.findall(D, found.group())) >= 4
    return None if found["letters"] in _no_plates("units" if many else "words") else kept(found)


@cache
def _no_plates(name: str) -> frozenset[str]:
    return frozenset(words()["no_plate"][name].split())


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every look of personal data, in the order in which they are looked for."""
    return (
        _email(),
        *_online(),
        *_papers(),
        *_phones(),
        *_accounts(),
        look("", _REFERENCE, _is_reference),  # without dashes it stays too, but not beside the word for an account
        _long_number(),
        *names(),
        *_houses(),
        *_plates(),
    )


def find(kind: str, text: str) -> list[str]:
    """What `mask` would put away as this kind, as typed and in order; the same looks in the same order."""
    line, pieces = text, []
    for pattern in (*innocent(), *patterns()):
        for start, end in list(scan(pattern, line)):
            if pattern.kind == kind:
                pieces.append((start, text[start:end]))
            line = line[:start] + "\n" * (end - start) + line[end:]  # as long as before; nothing matches a line's end
    return [piece for _start, piece in sorted(pieces)]
