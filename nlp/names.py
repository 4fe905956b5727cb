"""Names of people: behind a title nearly anything, behind other words only what is known to be a name.

Thai sets no space between words, and a name is often a word too. What is known stands in PyThaiNLP's lists of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nlp import tokenize
from nlp.looks import HELD, D, Pattern, Span, any_of, at, kept, look, words

_LETTER = "[ก-๎]"
_FIRST = "[ก-ฮเ-ไ]"  # what a name begins with
_REST = rf"(?:[ \t]{{1,2}}(?P<rest>(?:ณ[ \t]?)?{_FIRST}{_LETTER}{{1,24}})(?![ก-๎A-Za-z0-9]))?"  # a surname, perhaps


def names() -> Iterator[Pattern]:
    """The looks of a name: behind a title, a role, the word for a name."""
    titles, no = words()["titles"], words()["no_name"]
    run = rf"(?P<run>{_FIRST}{_LETTER}{{1,29}}){_REST}"
    lone = "(?:(?<![ก-๎.])|" + "|".join(rf"(?<={re.escape(word)})" for word in titles["before"]) + ")"
    counted = rf"(?<!{D})(?<!{D} )"  # "ตำรวจ 5 นาย" counts people
    for name, start, span in (
        ("strong", lone + counted, _titled),
        ("loose", lone, _addressed),
        ("roles", "(?<!เ)", _in_office),
        ("called", "(?<!เ)", _called),
        ("teachers", "", _taught),
    ):
        stop = rf"(?!{any_of(no[name])})" if name in no else rf"(?!{any_of(no['roles'])})"
        titled = f"{at(titles[name])}{start}{any_of(titles[name])}"
        yield look("name", rf"(?P<kept>{titled}[ \t]?:?[ \t]?){stop}{run}", span)
    family = rf"(?P<kept>(?P<held>{HELD}[ \t]{{0,2}})?{any_of(titles['family'])}[ \t]?:?(?P<gap>[ \t]?))"
    yield look("name", rf"{family}(?P<run>{_FIRST}{_LETTER}{{1,24}})", _of_a_family)
    yield from _latin(lone, titles["strong"] + titles["loose"])


def _latin(lone: str, titles: list[str]) -> Iterator[Pattern]:
    """Names in Latin letters, behind a title of either language; capitals matter."""
    no = rf"(?!(?i:{any_of(words()['no_name']['latin'])})(?![A-Za-z]))"
    word = "[A-Z][A-Za-z]{1,20}"
    start, title = r"(?<![A-Za-z])", r"(?:Mr|Mrs|Ms|Miss|Dr|MR|MRS|MISS|mr|mrs)"
    for regex in (
        rf"(?P<kept>{start}{title}\b\.?\s?){no}{word}(?:\s{word})?",
        rf"(?P<kept>{start}(?:mr|mrs)\b\.?\s?)[a-z]{{3,20}}(?:\s[a-z]{{3,20}})?",
        rf"(?P<kept>{at(titles)}{lone}{any_of(titles)}[ \t]?){no}{word}(?:\s{word})?",
    ):
        yield Pattern("name", re.compile(regex), kept)


def _titled(found: re.Match[str]) -> Span | None:
    """Behind a title everything up to a space goes; less where a known name is followed by a plain word."""
    run = found["run"]
    # "นายก" is an office; a name that begins with that letter goes on with a vowel or is known.
    office = run[0] == "ก" and re.match(r"[ก-ฮเ-ไ]", run[1]) and found["kept"].rstrip().endswith("ย")
    return None if _is_plain(run) or (office and not _given(run)) or _is_boss(found) else _named(found)


def _is_boss(found: re.Match[str]) -> bool:
    """The boss of those who set a space between all words: "นาย ล็อก กุญแจ", two words and no name."""
    run, rest, known = found["run"], found["rest"], tokenize.dictionary()
    boss = found["kept"].endswith(tuple(f"{word} " for word in words()["titles"]["boss"]))
    if not boss or not rest or _is_plain(rest):
        return False
    return run in known and rest in known and not _given(run) and rest not in tokenize.family_names()


def _addressed(found: re.Match[str]) -> Span | None:
    """คุณ, ranks, children: a known name, one with a known surname, or something short that is no word."""
    run, rest = found["run"], found["rest"]
    abbreviation = found.string[found.end("run") : found.end("run") + 1] == "."
    if _is_plain(run) or abbreviation:
        return None
    if _given(run) >= min(len(run), 5) or (rest and rest in tokenize.family_names() | tokenize.given_names()):
        return _named(found)
    short = len(run) <= (14 if _surname(found) else 8)
    return _named(found) if short and not _begins_with_a_word(run) else None


def _in_office(found: re.Match[str]) -> Span | None:
    """Behind an office only a name that is known."""
    run = found["run"]
    return _named(found) if not _is_plain(run) and (run in tokenize.given_names() or _cut(run)) else None


def _called(found: re.Match[str]) -> Span | None:
    """Behind ชื่อ stands many a word: ผู้ร้องประสงค์."""
    family = (found["rest"] or "").startswith(tuple(words()["titles"]["family"]))
    return _in_office(found) if _surname(found) or family or found["run"] not in tokenize.dictionary() else None


def _taught(found: re.Match[str]) -> Span | None:
    run = found["run"]
    return _named(found) if run in tokenize.given_names() and not _is_plain(run) and _surname(found) else None


def _of_a_family(found: re.Match[str]) -> Span | None:
    """Behind นามสกุล what is known to be one, and anything set apart where the given name went before."""
    run = found["run"]
    apart = found["held"] and found["gap"] and not _is_plain(run)
    return kept(found) if apart or run in tokenize.family_names() else None


def _named(found: re.Match[str]) -> Span:
    cut = _cut(found["run"])
    if cut:
        return (found.end("kept"), found.start("run") + cut)
    return (found.end("kept"), found.end("rest") if _surname(found) else found.end("run"))


def _surname(found: re.Match[str]) -> bool:
    return bool(found["rest"]) and not _is_plain(found["rest"], tokenize.family_names())


def _is_plain(word: str, names: frozenset[str] | None = None) -> bool:
    """Does this begin like an ordinary word that is no name?"""
    if word in _whole() or word in _plain():
        return True
    return word not in (tokenize.given_names() if names is None else names) and word.startswith(_plain())


def _begins_with_a_word(run: str) -> bool:
    """Four letters of a word at its head, or nothing but a word."""
    return run in tokenize.dictionary() or any(run[:size] in tokenize.dictionary() for size in range(4, len(run)))


def _given(run: str) -> int:
    """Letters of the longest given name a run begins with; 0 where it begins with a longer word: ดำเนินการ."""
    names = tokenize.given_names()
    size = next((size for size in range(min(len(run), 20), 2, -1) if run[:size] in names), 0)
    longer = any(run[:more] in tokenize.dictionary() for more in range(size + 1, min(len(run), 20) + 1))
    return 0 if longer else size


def _cut(run: str) -> int:
    """Where a known name ends and a plain word goes on ("สมชายมาแจ้ง"); 0 where it does not."""
    size = _given(run)
    return size if size and run[size:].startswith(_plain()) else 0


@cache
def _plain() -> tuple[str, ...]:
    return tuple(words()["no_name"]["plain"])


@cache
def _whole() -> frozenset[str]:
    return frozenset(words()["no_name"]["whole"])
