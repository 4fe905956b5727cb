"""What a person wants: a decision apart from the category, by words that tell."""

from __future__ import annotations

from dataclasses import dataclass

from nlp import lists
from nlp.phrases import Found, Span


@dataclass(frozen=True)
class KindFound:
    """The kind, how sure, the words that told, and whether hard words were used."""

    kind: str
    confidence: float
    words: tuple[str, ...]
    rude: bool


# Asked in this order: the first that fits is the kind, unless a problem is named (see `find`).
_ORDER = ("data_right", "corruption", "followup", "service_request", "compliment", "suggestion", "opinion", "inquiry")
_ONLY_ALONE = frozenset({"compliment", "inquiry"})  # with a problem in it, it is a complaint
_MOSTLY = 0.7  # of a text is the greeting itself
_SHORT = 40  # characters; a longer text is hardly small talk


def find(found: Found, has_topic: bool) -> KindFound:
    """The kind of a text. `has_topic`: does it name something a category owns?"""
    told, line = found.of("kinds "), found.text
    rude = told.has("abuse")
    problem = _problem(told)
    small = told.words("smalltalk")
    if not any(letter.isalpha() for letter in line):
        return KindFound("smalltalk", 0.6, (), rude)
    if small and not problem and len(small) >= _MOSTLY * len(line):
        return KindFound("smalltalk", 0.8, (small,), rude)  # "กินข้าวยัง" is not about rice
    for kind in _ORDER:
        words = told.words(kind)
        if words and not _overruled(kind, told, bool(problem), has_topic):
            return KindFound(kind, 0.7, (words,), rude)
    if problem or has_topic:
        trouble = tuple(line[start:end] for start, end in problem[:1])
        return KindFound("complaint", 0.8 if problem else 0.6, trouble, rude)
    if rude:
        return KindFound("abuse", 0.7, (), True)
    if (small and len(line) <= _SHORT) or set(line) <= set("5 "):
        return KindFound("smalltalk", 0.8, (small,) if small else (), rude)
    return KindFound("complaint", 0.3, (), rude)


def names_problem(line: str) -> bool:
    """Does a normalised text name something that is wrong?"""
    return bool(_problem(lists.look(line).of("kinds ")))


def _problem(told: Found) -> list[Span]:
    """Words of trouble, but not those of courtesy, of curses, or of trouble that is over ("น้ำไม่ท่วมแล้ว")."""
    return told.spans("problem", told.spans("no_problem") + told.spans("abuse"))


def _overruled(kind: str, told: Found, problem: bool, has_topic: bool) -> bool:
    if kind == "compliment":
        if told.has("would_praise"):
            return True  # "ถ้ามีที่จอดจะดีมาก" is a wish
        # Irony looks like praise: "เก่งมาก ไฟดับอีกแล้ว" names a problem (never auto-thank a problem).
        return problem and (told.has("praise_cancel") or not told.has("mended"))
    if kind == "inquiry" and told.has("inquiry_sure"):
        return False
    return kind in _ONLY_ALONE and problem and has_topic and "?" not in told.text and "ไหม" not in told.text
