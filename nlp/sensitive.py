"""What the law asks explicit consent for (PDPA s. 26: health, belief, criminal record, sex life), said of a person.

Found only beside somebody it is said of, so that a ramp for the disabled and a dog's illness are none; what it
knowingly misses stands in nlp/README.md. Kinds: health, belief, record, intimate.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from nlp.looks import HELD, Pattern, Span, any_of, at, kept, look

_BETWEEN = 14  # letters between the person and the word: "แม่ผมแก่แล้วและป่วยติดเตียง"
_BEFORE = 10  # letters before the person, where it may be said that it is only feared


@cache
def _words() -> dict[str, Any]:
    """The word lists of `data/sensitive.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "sensitive.toml").read_text(encoding="utf-8"))


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every look of sensitive data; what they hide is the word itself, never whom it is said of."""
    return tuple(_patterns())


def _patterns() -> Iterator[Pattern]:
    lists, person = _words(), _person()
    for kind, found in lists["words"].items():
        yield look(kind, rf"(?P<kept>{person}(?P<gap>[^\n]{{0,{_BETWEEN}}}?)){any_of(found)}", _of_a_person)
        yield look(kind, rf"(?P<kept>{HELD}{any_of(lists['also'])}){any_of(found)}")
    before = rf"(?P<kept>{person}(?P<gap>[^\n]{{0,{_BETWEEN}}}?){any_of(lists['illness_before'])})"
    yield look("health", rf"{before}(?P<run>[ก-๎A-Za-z]{{2,20}})", _of_an_illness)


def _person() -> str:
    """Somebody it may be said of, and not the head of another word."""
    lists = _words()
    one_by_one = []
    for word in sorted(lists["people"], key=len, reverse=True):
        other = lists["after_no"].get(word)
        one_by_one.append(re.escape(word) + (rf"(?!{other})" if other else ""))
    not_behind = "".join(rf"(?<!{re.escape(head)})" for head in lists["before_no"])
    return rf"{at(lists['people'])}{not_behind}(?:{'|'.join(one_by_one)})"


def _of_a_person(found: re.Match[str]) -> Span | None:
    """Nothing where an animal or a place stands between, or where it is only feared."""
    lists = _words()
    before = found.string[max(0, found.start() - _BEFORE) : found.start()]
    other = any(word in found["gap"] for word in lists["between_no"])
    return None if other or any(word in before for word in lists["feared"]) else kept(found)


def _of_an_illness(found: re.Match[str]) -> Span | None:
    """Its name ends where a plain word begins: "หอบหืดจากควัน"."""
    span = _of_a_person(found)
    if span is None:
        return None
    ends = [at for word in _words()["illness_ends"] if (at := found["run"].find(word)) > 1]
    return (span[0], found.start("run") + min(ends)) if ends else span
