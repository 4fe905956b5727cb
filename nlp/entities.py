"""Facts inside a text: case references, a place, a time, a telephone number."""

from __future__ import annotations

import re

_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_REFERENCE = re.compile(r"(?<!\d)([4-9]\d)[\s.\-–—/]{0,3}(\d{5,9})[\s.\-–—/]{0,3}(\d)(?!\d)")
_PHONE = re.compile(r"(?<!\d)0\d(?:[\s.\-]?\d){7,8}(?!\d)")
_SPOT = (
    r"(?:หมู่บ้าน|หมู่ที่|หมู่|ซอย|ซ\.|ถนน|ถ\.|ม\.|ตำบล|ต\.|อำเภอ|อ\.|ชุมชน|บ้านเลขที่|สี่แยก|สามแยก|แยก|โค้ง|เสาที่|"
    r"เสาไฟ(?:ฟ้า)?(?:ต้นที่|เบอร์)?|ตลาด|วัด|โรงเรียน|รร\.?|โรงพยาบาล|รพ\.สต\.?|รพ\.?|อบต\.?|เทศบาล|สะพาน|ท่าน้ำ|ปั๊ม|เซเว่น|"
    r"ร้าน|สวนสาธารณะ|ศาลา|สถานี|ห้าง|บขส\.?|ธนาคาร|มหาวิทยาลัย)"
)
_NEAR = r"(?:ปากซอย|ปากทาง|ตรงข้าม|ตรง|หน้า|หลัง|ข้าง ?ๆ|ข้าง|แถว ?ๆ?|ใกล้ ?ๆ?|บริเวณ|ท้าย|กลาง|ริม|ใน)"
# Street lights and street stalls are things, not streets.
_PLACE = re.compile(rf"(?<!ไฟ)(?<!กวาด)(?:{_NEAR}\s?{_SPOT}|{_SPOT}|ปากซอย)(?:ที่)?")
# The name that follows: up to a space, and a number after it; it ends where the trouble begins.
_NAMED = re.compile(r"\s?([ก-๙A-Za-z.]{0,30})(\s?[0-9]+(?:/[0-9]+)?)?")
_STOP = re.compile(
    r"(?:เป็น|มี|ไม่|ดับ|พัง|ชำรุด|ท่วม|เหม็น|เสีย|แตก|ตัน|หาย|ทรุด|แล้ว|มาก|ครับ|ค่ะ|คะ|คับ|ช่วย|ขอ|ยัง|เมื่อ|ตั้งแต่|ทุก|ส่ง|น้ำ|"
    rf"ไฟ|รถ|ขยะ|จาง|ล้ม|ขวาง|เลย|นะ|{_NEAR}|{_SPOT})"
)
_VAGUE = frozenset({"หน้าบ้าน", "หลังบ้าน", "ข้างบ้าน", "แถวบ้าน", "ในหมู่บ้าน", "ถนน", "ซอย", "วัด", "ตลาด", "หมู่บ้าน", "ร้าน"})
_WHEN = re.compile(
    r"เมื่อคืน|เมื่อวาน(?:ซืน)?|เมื่อเช้า|วันนี้|เมื่อกี้|ตอนนี้|ทุก(?:วัน|คืน|เช้า|เย็น|อาทิตย์|สัปดาห์)|"
    r"(?:มา)?\d{1,3}\s?(?:วัน|คืน|เดือน|ปี|อาทิตย์|สัปดาห์|ชั่วโมง|ชม\.?)(?:แล้ว|ที่แล้ว|ก่อน)?|"
    r"ตี\s?\d{1,2}|\d{1,2}\s?(?:ทุ่ม|โมง)(?:เช้า|เย็น)?|วัน(?:จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|เสาร์|อาทิตย์)"
)
_LONGEST = 5000


def find_references(text: str) -> list[str]:
    """Case references in any form (no dashes, Thai digits, in a sentence), as printed; the check digit must fit."""
    line = text[:_LONGEST].translate(_DIGITS)
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
    found = _PHONE.search(text[:_LONGEST].translate(_DIGITS))
    return re.sub(r"\D", "", found.group()) if found else None


def find_when(text: str) -> str | None:
    """The first words that tell a time, as they were typed."""
    found = _WHEN.search(text[:_LONGEST].translate(_DIGITS))
    return found.group() if found else None


def find_place(text: str) -> str | None:
    """The words that say where, as they were typed; None where there are none an officer could go by."""
    line = text[:_LONGEST].translate(_DIGITS)
    spots: list[str] = []
    end = 0
    for found in _PLACE.finditer(line):
        if found.start() < end:
            continue
        spot, end = _with_name(line, found)
        if spot and spot not in _VAGUE:
            spots.append(spot)
    return " ".join(spots[:4]) or None


def _with_name(line: str, found: re.Match[str]) -> tuple[str, int]:
    """A place with its name or number: "ซอย 5 น้ำท่วม" is at ซอย 5."""
    named = _NAMED.match(line, found.end())
    assert named is not None
    stop = _STOP.search(named.group(1))
    if stop:
        end = named.start(1) + stop.start()
    else:
        end = named.end()
    # "ซอยบ้านดับ": cut inside a name that began with the trouble itself leaves the bare word
    return line[found.start() : end].strip(" .-/"), end
