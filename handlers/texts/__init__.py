"""The Thai we speak: sentences by key, with the agency's particle; Thai dates. heard.py listens."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from handlers.messages import Choice, Say

BUDDHIST_ERA = 543
ENGLISH = "en"  # stands below every other language, and for those we have no words of
OTHERS = ("my", "km", "lo", "zh", "vi", "ms")

# Particle slots as they stand in the texts, and what each persona says (domain: one particle family per agency).
SLOTS = {"ค่ะ": ("ค่ะ", "ครับ"), "คะ": ("คะ", "ครับ"), "นะคะ": ("นะคะ", "นะครับ")}
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# For citizens, for those who work here, on paper; surveys and digests.
_FILES = (
    *("th.toml", "officer.toml", "letters.toml", "survey.toml", "digest.toml", "sheet.toml"),
    *("evidence.toml", "pack.toml", "operating.toml", "seed.toml"),
)
_OPENS = {"place", "camera", "photos", "link"}


class UnknownText(KeyError):
    """A text key that th.toml does not have; the message says which."""


@cache
def load() -> Mapping[str, Any]:
    """The texts of all files, flattened to "section.key" → table. Read once.

    Raises ValueError for a key that two files have.
    """
    raw: dict[str, dict[str, Any]] = {}
    for name in _FILES:
        for section, entries in tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8")).items():
            known = raw.setdefault(section, {})
            if twice := known.keys() & entries.keys():
                raise ValueError(f"{name} says again what another file says: {section}.{sorted(twice)}")
            known.update(entries)
    flat: dict[str, Any] = {}
    for section, entries in raw.items():
        for key, value in entries.items():
            flat[f"{section}.{key}"] = value
            if (isinstance(value, dict) and "text" not in value) or section == "review":
                flat.update({f"{section}.{key}.{name}": word for name, word in value.items()})
    return flat


@cache
def foreign(language: str) -> Mapping[str, Any]:
    """The few bubbles in another language, "section" → table. Read once."""
    return tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Texts:
    """The texts in one agency's voice. `particle` is "female" or "male"; `zone` is where dates are read; `own` are
    sentences the agency says in its own words, by key (own.toml says which it may)."""

    particle: str
    zone: tzinfo
    own: Mapping[str, str] = field(default_factory=dict, compare=False)

    def say(self, key: str, **values: object) -> str:
        """The sentence of this key, filled in. Raises UnknownText, or KeyError for a missing value."""
        text = self.own.get(key) or _entry(key)["text"]
        return self._fill(text.strip("\n") if key != "notice.abroad" else text, values)

    def word(self, key: str, **values: object) -> str:
        """A bare word or line of a table such as "statuses.received"."""
        value = _entry(key)
        return self._fill(value, values) if isinstance(value, str) else self._fill(value["text"], values)

    def word_or(self, key: str, other: str) -> str:
        """A bare word, or another text where there is no such word."""
        return self.word(key) if self.has(key) else other

    def status(self, status: str) -> str:
        """A case's status as those who work here read it."""
        own = load().get(f"officer_statuses.{status}")
        return self._fill(own, {}) if own else self.word(f"statuses.{status}")

    def has(self, key: str) -> bool:
        """Is there such a text?"""
        return key in load()

    def words(self, key: str) -> list[str]:
        """A list such as the months."""
        return list(_entry(key))

    def table(self, section: str) -> dict[str, str]:
        """All bare words of a section: name → word. Raises UnknownText."""
        found = {key.removeprefix(f"{section}."): word for key, word in load().items() if key.startswith(f"{section}.")}
        if not found:
            raise UnknownText(f"no section {section!r} in the texts")
        return {name: self._fill(value, {}) for name, value in found.items() if isinstance(value, str)}

    def bubble(self, key: str, *extra: Choice, **values: object) -> Say:
        """The sentence with its buttons; numbered ones also say what to type."""
        entry = _entry(key)
        choices = (*extra, *(_choice(label) for label in entry.get("choices", ())))
        text = self.say(key, **values)
        if entry.get("numbered"):
            listed = " / ".join(f"{number} {choice.label}" for number, choice in enumerate(choices, 1))
            text += self._fill(_entry("ask.typed")["text"], {"list": listed})
        return Say(text, choices)

    def foreign(self, key: str, language: str, **values: object) -> Say:
        """One of the few bubbles for people who do not write Thai, in their language and in English below it.

        Raises KeyError for a key that is not there, or for a missing value.
        """
        english = foreign(ENGLISH)[key]
        own = foreign(language)[key] if language in OTHERS else english
        texts = [own["text"]] if own is english else [own["text"], english.get("below", english["text"])]
        text = "\n\n".join(one.strip("\n") for one in texts)
        choices = tuple(map(_choice, own.get("choices", ())))
        return Say(_PLACEHOLDER.sub(lambda found: str(values[found.group(1)]), text), choices)

    def foreign_word(self, key: str, language: str) -> str:
        """A few words of ours in one language only, to stand inside a bubble."""
        word: str = foreign(language if language in OTHERS else ENGLISH)[key]["text"]
        return word

    def beside(self, say: Say, key: str, language: str, **values: object) -> Say:
        """In danger: the Thai bubble, and below it the same for somebody who may not read it; Thai alone for "".

        The buttons stay and say what they said; the one for a place is named in both languages.
        """
        if not language:
            return say
        other = self.foreign(key, language, **values)
        named = {choice.opens: choice.label for choice in other.choices}
        choices = tuple(
            replace(choice, label=named[choice.opens], send=choice.says) if choice.opens in named else choice
            for choice in say.choices
        )
        return Say(f"{say.text}\n\n{other.text}", choices)

    def _fill(self, text: str, values: Mapping[str, object]) -> str:
        male = self.particle == "male"
        for slot, (female_word, male_word) in SLOTS.items():
            text = text.replace("{" + slot + "}", male_word if male else female_word)
        # One pass, so that braces in what citizens wrote are never read as placeholders.
        return _PLACEHOLDER.sub(lambda found: str(values[found.group(1)]), text)

    def day(self, day: date) -> str:
        """A date as people read it: "ศ. 20 พ.ย. 69"."""
        weekday, month = (
            self.words("dates.weekdays")[day.weekday()],
            self.words("dates.months")[day.month - 1],
        )
        return f"{weekday} {day.day} {month} {(day.year + BUDDHIST_ERA) % 100:02d}"

    def moment(self, moment: datetime) -> str:
        """A date and time as people read it: "ศ. 20 พ.ย. 69 08:05"."""
        local = moment.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def clock(self, moment: datetime) -> str:
        """A time of day: "08:05"."""
        return f"{moment.astimezone(self.zone):%H:%M}"


def _entry(key: str) -> Any:
    try:
        return load()[key]
    except KeyError as missing:
        raise UnknownText(f"no text {key!r} in {', '.join(_FILES)}") from missing


def _choice(label: str) -> Choice:
    opens, found, words = label.partition(":")
    if found and opens in _OPENS:
        return Choice(words, opens=opens)  # type: ignore[arg-type]
    return Choice(label)


def shortened(text: str, limit: int = 100) -> str:
    """Somebody's words on one line, cut at a space where one is near the limit."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line.rfind(" ", limit * 2 // 3, limit)
    end = cut if cut > 0 else limit
    # Not between a consonant and the marks it carries.
    while end < len(line) and line[end] in _MARKS:
        end -= 1
    return line[:end].rstrip() + "…"


_MARKS = frozenset(chr(code) for code in (0x0E31, *range(0x0E33, 0x0E3B), *range(0x0E47, 0x0E4F)))
