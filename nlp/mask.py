"""Personal data out: one definition for logs, search, exports and training. Idempotent; case references stay."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_D = "[0-9๐-๙]"
_SEP = r"[\s.\-–]?"
_EDGE = rf"(?<!{_D})"
_END = rf"(?!{_D})"
# A reference has eight digits or more and would look like a telephone number without its dashes; it is left alone
# because it starts with the fiscal year, never with 0.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}")),
    ("id", re.compile(rf"{_EDGE}{_D}(?:{_SEP}{_D}){{12}}{_END}")),
    ("phone", re.compile(rf"(?:\+|{_EDGE})(?:66|๖๖){_SEP}{_D}(?:{_SEP}{_D}){{7,8}}{_END}")),
    ("phone", re.compile(rf"{_EDGE}[0๐](?:{_SEP}{_D}){{8,9}}{_END}")),
    ("account", re.compile(rf"((?:บัญชี|เลขที่บัญชี|พร้อมเพย์|ธ\.|ธนาคาร)[^\d๐-๙\n]{{0,20}}){_D}(?:{_SEP}{_D}){{8,14}}")),
    ("line", re.compile(r"((?:ไลน์|ไลน|line)\s*(?:id|ไอดี)?\s*[:：=]\s*)@?[A-Za-z0-9._\-]{3,30}", re.I)),
    ("line", re.compile(r"(?<![A-Za-z0-9])U[0-9a-f]{32}(?![0-9a-f])")),
    (
        "name",
        re.compile(
            r"((?:นางสาว|น\.ส\.|นาย|นาง|ด\.ช\.|ด\.ญ\.|เด็กชาย|เด็กหญิง)\s?)(?!ก(?:เทศ|\b)|จ้าง|อำเภอ|ทหาร|ช่าง|ทะเบียน|กรัฐ|ตรวจ|พยาบาล|ฟ้า)"
            r"[ก-ฮเ-ไ][ก-๎]{1,20}(?:\s[ก-ฮเ-ไ][ก-๎]{2,24}(?=\s|$|[,.)]))?"
        ),
    ),
    ("house", re.compile(rf"(บ้านเลขที่\s*){_D}{{1,5}}(?:/{_D}{{1,5}})?")),
    ("plate", re.compile(rf"(?<![ก-๙])(?:{_D})?[ก-ฮ]{{2}}\s?{_D}{{1,4}}(?!{_D})(?=\s|$|[,.)ก-ฮ])")),
)
_NOT_PLATES = frozenset({"มค", "กพ", "มีค", "พศ", "คศ", "ชม", "กม", "มม", "ซม", "ตร", "หมู่"})


@cache
def _stand_ins() -> dict[str, str]:
    words: dict[str, str] = tomllib.loads((Path(__file__).parent / "data" / "mask.toml").read_text(encoding="utf-8"))
    return words


def mask(text: str) -> str:
    """The text with personal data replaced by short words in brackets."""
    words = _stand_ins()
    for name, pattern in _PATTERNS:
        text = pattern.sub(lambda found, name=name: _replace(found, name, words[name]), text)  # type: ignore[misc]
    return text


def _replace(found: re.Match[str], name: str, word: str) -> str:
    if name == "plate" and re.sub(r"[^ก-ฮ]", "", found.group()) in _NOT_PLATES:
        return found.group()
    kept = found.group(1) if found.re.groups else ""
    return f"{kept}{word}"
