"""Can this be rated? The wording of survey items, before anybody is asked.

The provincial guide rates "เอกสารมีข้อผิดพลาด" on a scale of satisfaction: 75 % "very satisfied" with faulty documents
means nothing. An item names something one can be satisfied with; "ไม่รับสินบน" is such a thing though it says "not".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BUTTON = 20  # letters of a button: LINE cuts what is longer
LONGEST = 200  # letters of an item: it must be read at a glance, above its answers

NEGATIVE, TWICE, NO_FORM, NO_ASPECT = "negative", "twice", "no_form", "no_aspect"
NO_WORDS, TOO_LONG, LONG_LABEL, NO_QUESTION, TWO_IN_ONE = "no_words", "too_long", "long_label", "no_question", "two"
_WARNINGS = frozenset({TWO_IN_ONE})

# For operators, on the command line.
_WHY = {
    NEGATIVE: 'names a failing ("{words}"): nobody can be satisfied with one; name what people wish for instead',
    TWICE: "this code stands there twice",
    NO_FORM: "belongs to no form there is ({words})",
    NO_ASPECT: "belongs to no aspect there is ({words})",
    NO_WORDS: "has no name",
    TOO_LONG: f"is longer than {LONGEST} letters",
    LONG_LABEL: f'"{{words}}" is longer than a button ({BUTTON} letters)',
    NO_QUESTION: "asks a question that is not there ({words})",
    TWO_IN_ONE: "asks two things in one, which can be rated only as one",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one item, question or form: its code, which fault, and the words it lies in."""

    code: str
    what: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {_WHY[self.what].format(words=self.words)}"

    @property
    def blocks(self) -> bool:
        """Must it be put right before the survey can be used?"""
        return self.what not in _WARNINGS


@dataclass(frozen=True)
class Words:
    """The word lists (handlers/texts/wording.toml): list → words without spaces."""

    lists: Mapping[str, frozenset[str]]

    @property
    def longest(self) -> int:
        """Letters of the longest word."""
        return max((len(word) for words in self.lists.values() for word in words), default=0)


_Token = tuple[str, int, int]  # list, start, end


def negative(text: str, words: Words) -> str:
    """The words of this item that name a failing; "" where it names something one can be satisfied with."""
    line = squeezed(text)
    line = line[: _condition(line, words)]
    tokens = list(_tokens(line, words))
    excused = -1  # up to here a failing is said not to be
    for at, (kind, start, end) in enumerate(tokens):
        if kind in ("not", "against"):
            behind = _failing_behind(tokens, at)
            if behind > end:
                excused = behind
            elif kind == "not":
                return line[start : end + 12]
        elif kind == "never" or (kind == "bad" and end > excused):
            return line[start:end]
    return ""


def _condition(line: str, words: Words) -> int:
    """Where a condition begins ("กรณี…") behind something that answers it: only what stands before it is rated."""
    answers = [line.find(word) for word in words.lists["answer"] if word in line]
    conditions = [at for word in words.lists["case"] if (at := line.find(word)) > 0]
    begin = min(conditions, default=len(line))
    return begin if answers and min(answers) < begin else len(line)


def _failing_behind(tokens: Sequence[_Token], at: int) -> int:
    """The end of the failings straight behind this word, links between them left aside; 0 where there are none.

    A "not" holds for all that are told in a row ("ไม่ยุ่งยาก ซับซ้อน"), a deed against one only for that one.
    """
    kind, _start, here = tokens[at]
    found = 0
    for other, start, end in tokens[at + 1 :]:
        if start != here or other not in ("bad", "link", "fine"):
            break
        if other == "fine" and not found:
            break
        if other == "bad":
            found = end
            if kind == "against":
                break
        elif found:
            break
        here = end
    return found


def _tokens(line: str, words: Words) -> Iterator[_Token]:
    """The known words of a line, longest first; letters between them are passed over."""
    longest, at = words.longest, 0
    while at < len(line):
        for size in range(min(longest, len(line) - at), 0, -1):
            piece = line[at : at + size]
            kind = next((name for name in _ORDER if piece in words.lists[name]), "")
            if kind and not _cuts_a_letter(line, at + size):
                yield kind, at, at + size
                at += size
                break
        else:
            at += 1


_ORDER = ("fine", "never", "not", "bad", "against", "link")


def _cuts_a_letter(line: str, at: int) -> bool:
    """Would a word that ends here leave a vowel or tone mark of its last letter behind? Then it is another word."""
    return at < len(line) and unicodedata.category(line[at]) == "Mn"


def squeezed(text: str) -> str:
    """A text without spaces and punctuation, its marks in one form."""
    plain = unicodedata.normalize("NFC", text).replace("\u0e4d\u0e32", "\u0e33")
    return "".join(letter for letter in plain.lower() if unicodedata.category(letter)[0] in "LMN")


# --- a whole file ----------------------------------------------------------------------------------------------------

Row = Mapping[str, Any]


def faults(data: Mapping[str, Sequence[Row]], words: Words) -> list[Fault]:
    """Everything that is wrong with the tables aspect, form, question and item of a surveys.toml, in its order."""
    found = list(_twice(data))
    aspects = {row.get("code") for row in data.get("aspect", ())}
    forms = {row.get("code"): row for row in data.get("form", ())}
    questions = {row.get("code") for row in data.get("question", ())}
    for row in data.get("form", ()):
        missing = [code for code in row.get("questions", ()) if code not in questions]
        found += [Fault(str(row.get("code")), NO_QUESTION, str(code)) for code in missing]
    for row in data.get("question", ()):
        labels = [str(option[-1]) for option in row.get("options", ())]
        found += [Fault(str(row.get("code")), LONG_LABEL, label) for label in labels if len(label) > BUTTON]
    for row in data.get("item", ()):
        found += _of_item(row, aspects, forms, words)
    return found


def _twice(data: Mapping[str, Sequence[Row]]) -> Iterator[Fault]:
    for table in ("aspect", "form", "question", "item"):
        codes = [str(row.get("code")) for row in data.get(table, ())]
        yield from (Fault(code, TWICE) for code in dict.fromkeys(codes) if codes.count(code) > 1)


def _of_item(row: Row, aspects: Iterable[Any], forms: Mapping[Any, Row], words: Words) -> Iterator[Fault]:
    code, name = str(row.get("code") or "?"), str(row.get("name") or "")
    if row.get("form") not in forms:
        yield Fault(code, NO_FORM, str(row.get("form") or "-"))
    if row.get("aspect") not in aspects:
        yield Fault(code, NO_ASPECT, str(row.get("aspect") or "-"))
    if not name.strip():
        yield Fault(code, NO_WORDS)
    if len(name) > LONGEST:
        yield Fault(code, TOO_LONG, name[:40])
    failing = negative(name, words)
    if failing:
        yield Fault(code, NEGATIVE, failing)
    doubled = forms.get(row.get("form"), {}).get("doubled", False)  # its guide has it so
    if not doubled and any(word in name for word in words.lists["two"]):
        yield Fault(code, TWO_IN_ONE, name)
