"""What personal data looks like: the patterns behind `mask` and the facts that are personal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nlp import tokenize
from nlp.digits import arabic
from nlp.looks import D, Pattern, Span, any_of, kept, look, of_digits, plain, scan, words
from nlp.names import names

_LETTER = "[ก-๎]"
_DASH = "[-.·•~*_]"
# Between two digits of one number: nothing, a space, a dash or its like with or without spaces, a closing bracket.
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
_DAY, _MONTH = rf"[0-3๐-๓]?{D}", rf"[01๐๑]?{D}"
_ISO_DATE = rf"{_EDGE}(?:[1๑][9๙]|[2๒][045๐๔๕]){D}{{2}}[-/.]{_MONTH}[-/.]{_DAY}(?![-/.]?{D})"
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
    numbers = (
        look("", _REFERENCE, _is_dashed_reference),
        look("", _DATE),
        look("", _ISO_DATE),
        look("", _HOURS),
        look("", _POINT),
    )
    return (look("", stand_ins), *of_digits(numbers))


# --- numbers ---------------------------------------------------------------------------------------------------------


def _emails() -> Iterator[Pattern]:
    known = r"(?:gmail|hotmail|yahoo|outlook|icloud|live|windowslive)(?![A-Za-z0-9])(?:\s?\.\s?com)?"
    name, label = r"[A-Za-z0-9._%+\-]{1,64}", r"[A-Za-z0-9\-]{1,63}"
    yield look("email", rf"{name}@(?:{label}(?:\.{label}){{1,5}}|{known})")
    # With a space it must end like an address: "tiktok @som.chai" is none.
    end = r"\.(?:com|net|org|info|co|io|me|th|edu|gov|asia)(?![A-Za-z0-9_])"
    yield look("email", rf"(?<![A-Za-z0-9._%+\-]){name}\s?@\s?(?:{label}(?:\.{label}){{0,3}}{end}|{known})")


def _phones() -> Iterator[Pattern]:
    beside = words()["beside"]
    extension = rf"(?:[ \t]?{any_of(beside['extension'])}\.?[ \t]?{D}{{1,6}}|[-–,/]{D}{{1,2}}(?![-–.]?{D}))?"
    end = rf"(?!{D}|[-–—.]{D})"
    yield look("phone", rf"\({{0,1}}\+\({{0,1}}{D}{{1,3}}{_SEP}{D}(?:{_SEP}{D}){{6,12}}{_END}")
    yield look("phone", rf"{_EDGE}(?:66|๖๖){_SEP}{D}(?:{_SEP}{D}){{7,8}}{extension}{end}")
    yield look("phone", rf"{_EDGE}\(?[0๐](?:{_SEP}{D}){{8,9}}{extension}{end}")
    yield look("phone", rf"{_EDGE}[0๐]{D}{{2}}/{D}{{3}}[-/ ]?{D}{{4}}{_END}")
    near = rf"(?P<kept>(?P<word>{any_of(beside['phone'])})(?P<gap>[^\n0-9๐-๙]{{0,12}}))"
    yield look("phone", rf"{near}(?P<number>{D}(?:[-._*]?{D}){{5,11}}){extension}{_END}", _is_phone)
    # Without its first 0, cut by spaces.
    cut = rf"[689๖๘๙](?:(?:[ \t]{D}){{8}}|{D}{_SEP}{D}{{3}}{_SEP}{D}{{4}}|{_SEP}{D}{{4}}{_SEP}{D}{{4}})"
    yield look("phone", rf"{near}(?P<number>{cut}){_END}", _is_phone)


def _is_phone(found: re.Match[str]) -> Span | None:
    """Beside a word for it six digits may be one: no price, no case, and behind เบอร์ not the number of a pole."""
    digits = re.sub(r"\D", "", arabic(found["number"]))
    before = found.string[max(0, found.start() - 30) : found.start()]
    thing = _things().search(before) or _things().search(found["gap"])
    if thing and found["word"] in words()["beside"]["counts"] and len(digits) < 9:
        return None
    price = max(len(run) for run in re.findall(r"\d+", found["number"])) < 9
    if price and _money_behind().match(found.string, found.end()):
        return None
    # Eight digits are no telephone of today; nine may be a mobile without its 0, so more must speak for a case.
    matter = digits[0] in "567" and any(word in found["gap"] for word in words()["beside"]["matter"])
    case = digits[0] in "456789" if len(digits) == 8 else len(digits) > 8 and matter
    alone = found.end() - found.start("number") == len(digits)  # no dash, no extension
    return None if case and alone and luhn(digits[:-1]) == int(digits[-1]) else kept(found)


@cache
def _things() -> re.Pattern[str]:
    """A pole, a bridge, a meter … right before: the number on it says where, and is nobody's."""
    beside = words()["beside"]
    return re.compile(rf"{any_of(beside['thing'])}[ \t]?(?:{any_of(beside['counts'])}[ \t]?)?$")


@cache
def _money_behind() -> re.Pattern[str]:
    return re.compile(rf"(?:\s?-\s?{D}{{1,9}})?\s?{any_of(words()['beside']['money'])}")


def _accounts() -> Iterator[Pattern]:
    strong = rf"(?P<kept>{any_of(words()['beside']['account_number'])}[^\n0-9๐-๙]{{0,12}})"
    yield look("account", rf"{strong}{D}(?:{_SEP}{D}){{5,14}}{_END}")
    near = rf"(?P<kept>{any_of(words()['beside']['account'])}[^\n0-9๐-๙]{{0,25}})"
    yield look("account", rf"{near}{D}(?:{_SEP}{D}){{8,14}}{_END}")
    yield look("account", rf"{_EDGE}{D}{{3}}[-–]{D}[-–]{D}{{5}}[-–]{D}{_END}")
    yield look("account", rf"{_EDGE}{D}{{3}}[-–]{D}{{6}}[-–]{D}{_END}")


def _cards() -> Iterator[Pattern]:
    """Sixteen digits in fours: beside the word, or where the last one fits (ISO/IEC 7812-1 annex B, as ours)."""
    fours = rf"[3-6๓-๖]{D}{{3}}(?:[ \t_./-]{D}{{4}}){{3}}{_END}"
    yield look("account", rf"(?P<kept>{any_of(words()['beside']['card'])}[^\n0-9๐-๙]{{0,12}}){fours}")
    yield look("account", rf"{_EDGE}{fours}", _is_card)


def _is_card(found: re.Match[str]) -> Span | None:
    digits = re.sub(r"\D", "", arabic(found.group()))
    return found.span() if luhn(digits[:-1]) == int(digits[-1]) else None


def _papers() -> Iterator[Pattern]:
    yield look("id", rf"{_EDGE}{D}(?:{_SEP}{D}){{12}}{_END}")
    cut = "[-/_. ]"
    yield look("id", rf"{_EDGE}{D}{cut}{D}{{4}}{cut}{D}{{5}}{cut}{D}{{2}}{cut}{D}{_END}")
    member = any_of(words()["beside"]["member"])
    yield look("id", rf"(?P<kept>(?<![A-Za-z]){member}[^\nA-Za-z0-9๐-๙]{{0,6}}){D}{{4,12}}(?:[-/]{D}{{2,4}})?{_END}")
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
    own = rf"(?:\s?{any_of(beside['line_own'])}){{0,3}}"
    mark = rf"\s?(?:id|ไอดี)?{own}\s?(?:คือ|ชื่อ)?\s?[:=]?\s?"
    yield look("line", rf"(?P<kept>{any_of(beside['line'])}{mark}){name}", _is_line)
    yield look("line", rf"(?P<kept>(?<![A-Za-z])(?:line\s?id|id\s?line|line\s?[:=]){mark}){name}", _is_line)
    strange = rf"@?(?=[A-Za-z_.\-]{{0,20}}[0-9_]|@){name}"
    yield look("line", rf"(?P<kept>(?<![A-Za-z])(?:line|id)(?:\s?คือ\s?|\s?[:=]\s?|\s)){strange}", _is_line)
    yield look("social", r"(?<![A-Za-z0-9._@])@[A-Za-z][A-Za-z0-9_.]{3,31}")


def _is_line(found: re.Match[str]) -> Span | None:
    """A number alone is a railway ("line 3"), and what is short and in capitals is an office: PEA."""
    name = found.group()[found.end("kept") - found.start() :]
    office = name.isalpha() and name.isupper() and len(name) < 6
    return kept(found) if not office and any(letter.isalpha() for letter in name) else None


# --- houses and cars -------------------------------------------------------------------------------------------------


def _houses() -> Iterator[Pattern]:
    beside = words()["beside"]
    number = rf"{D}{{1,5}}(?:[/-]{D}{{1,5}})?(?:[ก-ฮ](?![ก-๎.]))?"
    more = rf"(?:\s?(?:,|-|และ|ถึง|กับ)\s?{number}(?![/.]?{D})){{0,4}}"
    yield look("house", rf"(?P<kept>{any_of(beside['house'])}\s?[:]?\s?){number}{more}")
    slashed = rf"(?P<secret>{D}{{1,4}}/{D}{{1,5}}(?:-{D}{{1,4}})?(?![/.]?{D}){more})"
    yield look("house", rf"(?P<kept>{any_of(beside['door'])}\s?){slashed}", _is_house)
    street = rf"(?=\s{{0,2}}(?:{any_of(beside['street'])}))"
    yield look("house", rf"(?<![0-9๐-๙/.]){slashed}{street}", _is_house)
    avenue = rf"(?=\s{{0,2}}{any_of(beside['avenue'])})"
    yield look("house", rf"(?<![0-9๐-๙/.]){slashed}{avenue}", _is_beside_a_road)
    village = rf"(?=\s{{0,2}}{any_of(beside['village'])}[ \t]?{D})"
    home = rf"(?P<kept>(?<!{beside['hamlet']}){any_of(beside['home'])}\s?[:=]?\s?)"
    yield look("house", rf"{home}{D}{{1,4}}{village}", _is_home)


def _is_house(found: re.Match[str]) -> Span | None:
    """A number with a slash is no house after a street or a paper, none of a year, and none of 24/7."""
    span = found.span("secret")
    before = found.string[max(0, found.start() - 30) : found.start()]
    first, second = re.findall(r"\d+", arabic(found["secret"]))[:2]
    year = len(second) == 4 and second[:2] in ("25", "20")
    road = _roads().search(before) is not None and "kept" not in found.re.groupindex
    paper = _papers_before().search(before) is not None or _things().search(before) is not None
    return None if year or road or paper or (first, second) == ("24", "7") or len(first + second) < 3 else span


def _is_beside_a_road(found: re.Match[str]) -> Span | None:
    """Before ถนน 12/3 may be a day and the road a new clause; 99/123 is a house."""
    first, second = (int(digits) for digits in re.findall(r"\d+", arabic(found["secret"]))[:2])
    return _is_house(found) if first > 31 or second > 12 else None


def _is_home(found: re.Match[str]) -> Span | None:
    before = found.string[max(0, found.start() - 30) : found.start()]
    return None if _papers_before().search(before) or _things().search(before) else kept(found)


@cache
def _roads() -> re.Pattern[str]:
    """A street and its name right before a number: that is the number of a lane. So is one glued to a word."""
    lanes = rf"(?:{D}{{1,4}}/{D}{{1,4}}[ \t]?,[ \t]?){{0,3}}"  # "ซอย 76/1, 76/2"
    return re.compile(rf"(?:{any_of(words()['beside']['road'])}[ก-๎ \t0-9.:]{{0,25}}{lanes}|[ก-๎])$")


@cache
def _papers_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of(words()['beside']['paper'])}[ \t]{{0,2}}$")


def _plates() -> Iterator[Pattern]:
    beside = words()["beside"]
    digits = rf"[1-9๑-๙]{D}{{0,3}}(?!{D}|[.,/:]{D})"
    gap = r"\s?[-–]?\s?"
    body = rf"{D}?[-–]?\s?(?P<letters>[ก-ฮ]\.?[ก-ฮ]{{1,2}}){gap}{digits}"
    start = r"(?<![ก-๎0-9๐-๙])"
    mark = rf"(?P<kept>{any_of(beside['plate'])}(?:เลขที่|คือ|ว่า|หมวด)?[\s:.]{{0,3}})"
    apart = rf"{D}?-?\s?[ก-ฮ](?:[. ]?[ก-ฮ]){{0,2}}{gap}{digits}"
    yield look("plate", rf"{mark}(?:{apart}|{D}{{2}}[ -]?{D}{{4}}(?!-?{D}))")
    lorry = rf"{_EDGE}[1-9๑-๙]{D}\s?-\s?{D}{{4}}(?![-/.]?{D})"
    yield look("plate", rf"(?P<kept>{any_of(beside['vehicle'])}[^\n0-9๐-๙]{{0,20}}){lorry}", _is_lorry)
    far = rf"(?P<kept>(?:{any_of(beside['plate'])}|{any_of(beside['vehicle'])})[^\n0-9๐-๙]{{0,30}}(?<![ก-๎]))"
    yield look("plate", rf"{far}{body}", _is_plate)
    yield look("plate", rf"{start}{D}[-–]?(?P<letters>[ก-ฮ]{{2}}){gap}{digits}", _is_new_plate)
    yield look("plate", rf"{start}(?P<letters>[ก-ฮ]{{2}}){gap}(?=[1-9๑-๙]{D}{{2,3}}){digits}", _is_plate)


def _is_lorry(found: re.Match[str]) -> Span | None:
    return None if _money_behind().match(found.string, found.end()) else kept(found)


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
        *_emails(),
        *_online(),
        *of_digits((*_papers(), *_cards(), *_phones())),
        look("phone", rf"(?:{any_of(words()['beside']['numerals'])}\s?){{9,13}}"),
        *of_digits(_accounts()),
        # Without dashes it stays too, but not beside the word for an account.
        *of_digits((look("", _REFERENCE, _is_reference), _long_number())),
        *names(),
        *of_digits((*_houses(), *_plates())),
    )


def find(kind: str, text: str) -> list[str]:
    """What `mask` would put away as this kind, in order; the same looks in the same order.

    As typed, but in plain letters: digits of other scripts and dashes as ASCII, nothing unseen.
    """
    shown = line = plain(text)[0]
    pieces = []
    for pattern in (*innocent(), *patterns()):
        for start, end in list(scan(pattern, line)):
            if pattern.kind == kind:
                pieces.append((start, shown[start:end]))
            line = line[:start] + "\n" * (end - start) + line[end:]  # as long as before; nothing matches a line's end
    return [piece for _start, piece in sorted(pieces)]
