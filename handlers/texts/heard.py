"""The Thai we listen for: taps, typed equivalents, numbers and commands, read from heard.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")  # nlp has this table too; texts may not look there
# Wide forms ("／รับ　１") as the letters they are. Not the whole of NFKC: it would take the Thai "ำ" apart.
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " ", 0x200B: None, 0xFEFF: None}
MOST_PIECES = 4  # "ตกลงค่ะ ส่งเลย"
_THANKED = 45  # characters of an answer with thanks
_NUMBER = re.compile(r"^(\d{1,2})\s*[.)]?$")


@cache
def load() -> Mapping[str, Any]:
    """The file, read once."""
    return tomllib.loads((Path(__file__).parent / "heard.toml").read_text(encoding="utf-8"))


@cache
def _lexicon() -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = {}
    for name, listed in load()["words"].items():
        for word in listed:
            words.setdefault(plain(word), set()).add(name)
            words.setdefault(_bare(word), set()).add(name)
    return {word: frozenset(names) for word, names in words.items()}


@cache
def _commands() -> dict[str, str]:
    return {word.lower(): name for name, words in load()["commands"].items() for word in words}


def arabic(text: str) -> str:
    """Thai digits as Arabic ones."""
    return text.translate(_DIGITS)


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """What was typed without emoji, punctuation, double spaces and closing particles; Thai digits as Arabic."""
    line = _bare(text)
    particles = load()["particles"]
    while True:
        for particle in particles:
            if line.endswith(particle) and len(line) > len(particle):
                line = line[: -len(particle)].rstrip()
                break
        else:
            return line


@lru_cache(maxsize=2048)
def _bare(text: str) -> str:
    line = text.translate(_DIGITS).lower()
    kept = "".join(map(_heard_letter, line))
    return " ".join(kept.split()) or " ".join(line.split())


@lru_cache(maxsize=2048)
def _heard_letter(letter: str) -> str:
    return letter if letter in "/+-." or unicodedata.category(letter)[0] in "LMNZ" else " "


def means(text: str, *names: str) -> bool:
    """Does the whole of what was typed mean one of these words, or each of its few words one of them?"""
    if len(text) > 60:
        return False
    pieces = _bare(text).split()
    return _means(text, names) or (1 < len(pieces) <= MOST_PIECES and all(_means(piece, names) for piece in pieces))


def knows(text: str) -> bool:
    """Is the whole of what was typed one of the words we listen for?"""
    lexicon = _lexicon()
    return plain(text) in lexicon or _bare(text) in lexicon


def _means(text: str, names: Sequence[str]) -> bool:
    lexicon = _lexicon()
    found = lexicon.get(plain(text), frozenset()) | lexicon.get(_bare(text), frozenset())
    return not found.isdisjoint(names)


def chosen(text: str, offered: Sequence[tuple[str, str]], *, numbers: bool = True) -> str | None:
    """What a typed number or label stands for among the answers offered last: (label, says) pairs.

    `numbers`: may a number choose? Not where a number may be the answer itself, as in "หมู่ 3".
    """
    line = plain(text)
    number = _NUMBER.match(_without_counter(line)) or _NUMBER.match(_without_counter(_bare(text)))
    if numbers and number is not None and 1 <= int(number.group(1)) <= len(offered):
        return offered[int(number.group(1)) - 1][1]
    for label, says in offered:
        if line and line in (plain(label), plain(says)):
            return says
    return None


def scale(text: str, *, asked: bool = False) -> str:
    """The point of the surveys' scale that was typed; "" for anything else.

    `asked`: the question was the last thing said, so that "very good" is its answer.
    """
    tables = ("scale", "scale_said") if asked else ("scale",)
    lines = (plain(text), _bare(text), _core(text))
    return next((point for name in tables for line in lines if (point := _scale(name).get(line))), "")


@cache
def _scale(table: str) -> dict[str, str]:
    return {form: point for point, words in load()[table].items() for word in words for form in (plain(word), word)}


def _core(text: str) -> str:
    """A short answer without thanks behind it, names people call each other by, particles and spaces."""
    line, around = plain(text), load()["scale_around"]
    at = min((found for word in load()["wants"]["thanks"] if (found := line.find(word)) > 0), default=0)
    if at and len(line) <= _THANKED and not any(word in line[at:] for word in around["but"]):
        line = plain(line[:at])
    while True:
        begun = next((line.removeprefix(word) for word in around["before"] if line.startswith(word)), line)
        shorter = plain(next((begun.removesuffix(word) for word in around["after"] if begun.endswith(word)), begun))
        if shorter == line or not shorter:
            return line.replace(" ", "")
        line = shorter


def rated(text: str) -> tuple[int, int, str] | None:
    """(survey, number of the question, label) that a tap below a survey's question says; None for anything else."""
    found = re.fullmatch(rf"{load()['survey']['tap']} (\d{{1,15}})\.(\d{{1,3}}) (.{{1,40}})", arabic(text).strip())
    return None if found is None else (int(found.group(1)), int(found.group(2)), found.group(3))


def _without_counter(line: str) -> str:
    """ "ข้อ 2" and "เรื่องที่ 2" are 2."""
    for word in load()["counters"]:
        if line.startswith(word):
            return line[len(word) :].strip()
    return line


def calls_us(text: str) -> bool:
    """In a group: is this meant for the bot? A command, or a word to begin with."""
    return text.translate(_WIDE).lstrip().startswith(("/", *load()["words"]["group_call"]))


def without_call(text: str) -> str:
    """What was said to the bot in a group, without the word that called it."""
    for word in load()["words"]["group_call"]:
        if text.lstrip().startswith(word) and len(text.strip()) > len(word):
            return text.lstrip()[len(word) :].strip()
    return text


def holds(text: str, table: str, name: str) -> bool:
    """Does one of the listed words stand somewhere in what was typed?"""
    line = " ".join(text.lower().split())
    return any(word in line for word in load()[table][name])


def sticker(keywords: Sequence[str]) -> str:
    """What a sticker says: thanks, hello, upset, yes; "" where its keywords tell nothing."""
    said = {word.strip().lower() for word in keywords}
    return next((name for name, words in load()["stickers"].items() if said & set(words)), "")


def foreign(text: str, name: str) -> bool:
    """Is this "send" or "cancel" in another language, as typed or as it stands on our buttons ("Gửi / Send")?"""
    pieces = [_bare(piece) for piece in text.split(" / ")]
    return all(piece in _foreign()[name] for piece in pieces)


@cache
def _foreign() -> dict[str, frozenset[str]]:
    return {name: frozenset(map(_bare, words)) for name, words in load()["foreign"].items()}


def foreign_hello(text: str) -> str:
    """The language of a greeting that is not Thai and nothing more; "" for anything else."""
    line = _bare(text).rstrip(". ")
    return next((language for language, words in load()["foreign_hello"].items() if line in words), "")


def begins(text: str, table: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """(name, the rest) of the longest listed word a text begins with, as a word of its own; ("", text) for none."""
    stripped = text.strip()
    line = stripped.translate(_DIGITS).lower()
    words = [(word.lower(), name) for name, listed in table.items() for word in listed]
    for word, name in sorted(words, key=lambda pair: -len(pair[0])):
        after = line[len(word) : len(word) + 1]
        if line.startswith(word) and not (after.isalnum() or unicodedata.category(after or " ")[0] == "M"):
            return name, stripped[len(word) :].strip(" :,")
    return "", stripped


def stands_for(text: str) -> str:
    """The fuller words behind a short button."""
    words: str = load()["stands_for"].get(text.strip(), text)
    return words


# --- officers' commands ----------------------------------------------------------------------------------------------

_NUMBERED = re.compile(r"\d[\d-]*")


def command(text: str) -> tuple[str, str] | None:
    """(command name, rest) of an officer's line such as "/รับ 482", "/รับ482" or "/482 รับ"; name "" for a command
    nobody knows."""
    found = _parsed(text)
    return None if found is None else found[:2]


def is_forced(text: str) -> bool:
    """Does this command say "do it all the same" ("/แจ้ง! 482 …")?"""
    found = _parsed(text)
    return found is not None and found[2]


@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[str, str, bool] | None:
    line = text.translate(_WIDE).strip()
    bare = line.lstrip("/").strip() if line.startswith("/") else ""
    while bare.startswith("/"):
        bare = bare.lstrip("/").strip()
    if not bare:
        return None
    head, rest = _halves(bare)
    head = head.partition("@")[0]  # Telegram adds the bot's name in groups: /q@pratu_bot
    name = _commands().get(head.rstrip("!").lower(), "")
    if name:
        return name, rest, head.endswith("!")
    glued = _glued(head)
    if glued is not None:
        return glued[0], f"{glued[1]} {rest}".strip(), False
    turned = _turned(head, rest)
    return ("", rest, False) if turned is None else (*turned, False)


def _halves(line: str) -> tuple[str, str]:
    head, *rest = line.split(maxsplit=1)
    return head, rest[0].strip() if rest else ""


def _glued(head: str) -> tuple[str, str] | None:
    """(name, number) of "รับ482": the longest command before a digit."""
    line = arabic(head)
    for word in _longest_first():
        if line.lower().startswith(word) and line[len(word) : len(word) + 1].isdigit():
            return _commands()[word], head[len(word) :]
    return None


@cache
def _longest_first() -> tuple[str, ...]:
    return tuple(sorted(_commands(), key=len, reverse=True))


def _turned(head: str, rest: str) -> tuple[str, str] | None:
    """(name, the number and what follows) of "482 รับ": the number came first."""
    if not rest or not _NUMBERED.fullmatch(arabic(head)):
        return None
    word, words = _halves(rest)
    name = _commands().get(word.removeprefix("/").lower(), "")
    return (name, f"{head} {words}".strip()) if name else None


def unslashed(text: str) -> tuple[str, str] | None:
    """(command name, rest) of an officer's line without its slash: a command's Thai word alone ("คิว"), or beside a
    number ("รับ 1", "รับ1", "70-00001-3 รับ"). None for a sentence, and for a count ("รับ 3 คน")."""
    line = text.translate(_WIDE).strip()
    head, rest = _halves(line) if line else ("", "")
    head = plain(head) if not rest else head
    name = _thai_commands().get(head.lower(), "")
    glued = None if name else _glued(head)
    if glued is not None and _is_thai(head):
        name, rest = glued[0], f"{glued[1]} {rest}".strip()
    if name:
        return (name, rest) if not rest or _is_number(rest) else None
    turned = _turned(head, rest)
    if turned is None or not _is_thai(rest.removeprefix("/")):
        return None
    alone = len(rest.split()) == 1
    return turned if alone or len(re.sub(r"\D", "", arabic(head))) >= _FULL else None


_FULL = 8  # digits of a whole reference


def _is_thai(word: str) -> bool:
    return "\u0e00" <= word[:1] <= "\u0e7f"


@cache
def _thai_commands() -> dict[str, str]:
    return {word: name for word, name in _commands().items() if _is_thai(word)}


def _is_number(rest: str) -> bool:
    """Does this begin with a case's number, not with a count of something?"""
    found = _NUMBERED.match(arabic(rest))
    if found is None:
        return False
    after = rest[found.end() :].lstrip()
    return not any(after.startswith(word) for word in load()["desk"]["counted"])


def nearly(text: str) -> str:
    """The command that was meant by one nobody knows, as it should have been typed ("/ดุ 1" → "/ดู 1"): one letter
    away from this one word and from those of no other command. "" where there is none."""
    line = text.translate(_WIDE).strip()
    if not line.strip("/ "):
        return ""
    head, rest = _halves(line.lstrip("/ \n"))
    digits = re.search(r"\d", arabic(head))
    if digits is not None:
        head, rest = head[: digits.start()], f"{head[digits.start() :]} {rest}".strip()
    near = {word: name for word, name in _commands().items() if len(word) > 1 and _one_off(head.lower(), word)}
    if len(set(near.values())) != 1:
        return ""
    return f"/{load()['commands'][next(iter(near.values()))][0]} {rest}".strip()


def _one_off(typed: str, word: str) -> bool:
    """One letter more, less, another, or two that changed places?"""
    if typed == word or abs(len(typed) - len(word)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word)))
    one, other = typed[at:], word[at:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:] and len(one) == len(other) > 1
    return one[1:] == other[1:] or one[1:] == other or one == other[1:] or swapped
