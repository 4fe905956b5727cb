"""Which place a text names: the smallest of an agency's places that fits, or that it is a place outside.

A name counts behind the word for its kind ("ต.ท่าทอง"), or alone where the places list it so. It must end where a word
ends, and what else the text names must hold it: "ต.ท่าทอง อ.เขาน้อย" is no ท่าทอง of another amphoe.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from nlp import tokenize

_LONGEST = 5000
_SIZES = ("tambon", "amphoe", "province")  # the smallest first


@dataclass(frozen=True)
class Place:
    """A row of the places; `kind` is province, amphoe or tambon, `names` how people write it besides `name`."""

    code: str
    name: str
    kind: str
    parent: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a text names. One code: that place. Several: it could be any of them. `outside`: a province not listed."""

    codes: tuple[str, ...] = ()
    outside: str = ""


@dataclass(frozen=True)
class _Mention:
    code: str
    start: int
    end: int
    bare: bool


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "gazetteer.toml").read_text(encoding="utf-8"))


def find(text: str, places: Sequence[Place]) -> Found:
    """The smallest places named in a text. Nothing at all where it names none, or only one of another province."""
    line = text[:_LONGEST]
    raw = [mention for place in places for mention in _of_place(line, place)]
    elsewhere = list(_provinces().finditer(line))
    if not raw and not elsewhere:
        return Found()
    ends = _word_ends(line)
    named = {mention.code for mention in _kept(line, raw, ends)}
    outside = _outside(elsewhere, places, ends)
    by_code = {place.code: place for place in places}
    above = {code: _above(code, by_code) for code in named}
    if outside and not any(by_code[code].kind == "province" for code in named):
        return Found(outside=outside)
    for size in _SIZES:
        larger = [code for code in named if _SIZES.index(by_code[code].kind) > _SIZES.index(size)]
        here = [code for code in named if by_code[code].kind == size and _fits(above[code], larger, by_code)]
        if here:
            return Found(tuple(place.code for place in places if place.code in here))
    return Found()


def _fits(above: list[str], larger: list[str], by_code: dict[str, Place]) -> bool:
    """Of each size that is named, one holds the place."""
    kinds = {by_code[code].kind for code in larger}
    return all(any(code in above for code in larger if by_code[code].kind == kind) for kind in kinds)


def _above(code: str, by_code: dict[str, Place]) -> list[str]:
    found: list[str] = []
    parent = by_code[code].parent
    while parent in by_code and parent not in found:
        found.append(parent)
        parent = by_code[parent].parent
    return found


# --- names in a line -------------------------------------------------------------------------------------------------


def _kept(line: str, raw: Sequence[_Mention], ends: frozenset[int]) -> Iterator[_Mention]:
    """Those that end where a word ends, and begin there where nothing says what they are; none within a longer one."""
    goes_on = tuple(_data()["words"]["goes_on"])
    for one in raw:
        inside = any(
            other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
            for other in raw
            if other.code != one.code
        )
        begins = not one.bare or one.start in ends
        if begins and not inside and one.end in ends and not line.startswith(goes_on, one.end):
            yield one


def _of_place(line: str, place: Place) -> Iterator[_Mention]:
    for found in _behind_prefix(place).finditer(line):
        yield _Mention(place.code, *found.span(), bare=False)
    bare = _alone(place)
    for found in bare.finditer(line) if bare else ():
        if not line[: found.start()].rstrip().endswith(tuple(_data()["words"]["another"])):
            yield _Mention(place.code, *found.span(), bare=True)


def core(place: Place) -> str:
    """The name without the word for its kind."""
    for word in _data()["official"].get(place.kind, ()):
        if place.name.startswith(word) and len(place.name) > len(word):
            return place.name[len(word) :].strip()
    return place.name


@cache
def _behind_prefix(place: Place) -> re.Pattern[str]:
    names = [core(place)]
    capital = _data()["words"]["capital"]
    if place.kind == "amphoe" and names[0].startswith(capital):
        names.append(capital)  # "อ.เมือง"
    return re.compile(rf"{_prefix(place.kind)}(?:{'|'.join(map(re.escape, names))})")


@cache
def _prefix(kind: str) -> str:
    whole = [word for word in _data()["prefixes"][kind] if len(word) > 3]
    short = [word.strip() for word in _data()["prefixes"][kind] if len(word) <= 3]
    words = "|".join(map(re.escape, whole))
    letters = "|".join(re.escape(word) if word.endswith(".") else rf"{re.escape(word)}\s" for word in short)
    return rf"(?:(?:{words})\s?|(?<![ก-๎.])(?:{letters})\s?)"


@cache
def _alone(place: Place) -> re.Pattern[str] | None:
    """Its listed names that stand without the word for its kind, and the official one as it is."""
    prefixed = re.compile(_prefix(place.kind)) if place.kind in _SIZES else None
    names = [name for name in place.names if name and not (prefixed and prefixed.match(name))]
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))) if names else None


@lru_cache(maxsize=256)
def _word_ends(line: str) -> frozenset[int]:
    """Places in a line where a word ends; its beginning too."""
    at, ends = 0, {0}
    for word in tokenize.words(line):
        at += len(word)
        ends.add(at)
    return frozenset(ends)


# --- another province ------------------------------------------------------------------------------------------------


def _outside(found: Sequence[re.Match[str]], places: Sequence[Place], ends: frozenset[int]) -> str:
    """The first province named behind its word that is none of ours; "" where there is none. PyThaiNLP lists them."""
    ours = {core(place) for place in places if place.kind == "province"}
    return next((one["name"] for one in found if one["name"] not in ours and one.end() in ends), "")


@cache
def _provinces() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(tokenize.provinces(), key=len, reverse=True))
    return re.compile(rf"{_prefix('province')}(?P<name>{names})")
