"""One command line of an officer: which case is meant, and the words after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from handlers.access import Actor
from handlers.messages import Say
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities, when
from storage import cases
from storage.people import Post
from storage.tables import Case


@dataclass(frozen=True)
class Order:
    """One command on one case: who gives it, in which chat, and the words after the reference."""

    actor: Actor
    post: Post
    case: Case
    words: str
    talk: Talk

    def saying(self, words: str) -> Order:
        """The same command with other words."""
        return replace(self, words=words)


def reference_in(svc: Svc, actor: Actor, name: str, rest: str) -> tuple[str, str, Say | None]:
    """(reference, words after it, what is wrong). The running number alone is enough where it is not ambiguous."""
    head, _, words = rest.partition(" ")
    full = entities.find_references(head) or entities.find_references(rest)
    if full:
        return full[0], _after_reference(rest, full[0]), None
    digits = re.sub(r"\D", "", heard.plain(head))
    if not digits:
        shown = example(name, "70-00482-5")
        return "", "", Say(svc.texts.say("officer.needs_reference", example=shown))
    here = [post.agency_code for post in actor.posts]
    fitting = cases.ending_with(svc.session, here, digits)
    if len(fitting) > 1:
        return "", "", Say(svc.texts.say("officer.ambiguous", code=head))
    if not fitting:
        return "", "", Say(svc.texts.say("officer.not_found", code=head))
    return fitting[0], words.strip(), None


def _after_reference(rest: str, reference: str) -> str:
    """The words after a reference however it was typed (70-00482-5, ๗๐ ๐๐๔๘๒ ๕, 70004825); a date may follow it."""
    left = sum(letter.isdigit() for letter in reference)
    for at, letter in enumerate(rest):
        left -= letter.isdigit()
        if left == 0:
            return rest[at + 1 :].strip()
    return ""


def example(name: str, reference: str) -> str:
    word = heard.load()["commands"][name][0]
    return f"/{word} {reference}"


# --- what the words say ----------------------------------------------------------------------------------------------


def pick(words: str, names: Sequence[str]) -> list[int]:
    """Which of these names are meant: equal, else those that hold the words, whatever the spaces. Several: unclear."""
    wanted = "".join(words.lower().split())
    bare = ["".join(name.lower().split()) for name in names]
    equal = [at for at, name in enumerate(bare) if name == wanted]
    if equal or not wanted:
        return equal
    starts = [at for at, name in enumerate(bare) if name.startswith(wanted)]
    return starts if len(starts) == 1 else [at for at, name in enumerate(bare) if wanted in name or name in wanted]


def conclusion_in(words: str) -> str:
    """How a case ended, where the words say it (storage/words.py: Conclusion); "" where they do not."""
    line = "".join(words.lower().split())
    for name, said in heard.load()["conclusions"].items():
        if any(line == "".join(one.lower().split()) for one in said):
            return str(name)
    return ""


@cache
def _looks() -> dict[str, re.Pattern[str]]:
    """How dates to come begin, from the words we listen for."""
    said = {name: "|".join(map(re.escape, words)) for name, words in heard.load()["dates"].items()}
    return {
        "ahead": re.compile(rf"^(?:{said['in']})\s*(\d{{1,3}})\s*(?:{said['days']})\s*"),
        "clock": re.compile(rf"^(?:{said['at']})?\s*(\d{{1,2}})(?:[:.](\d{{2}}))?\s*(?:{said['hours']})?(?=\s|$)\s*"),
    }


def date_in(svc: Svc, words: str) -> tuple[date, str] | None:
    """(the day these words begin with, what stands behind it). Days to come: a weekday, or a date without its year, is
    the next one; "อีก 5 วัน" is five working days on, as everywhere."""
    line, now = heard.arabic(words).strip(), svc.now.astimezone(svc.tools.zone)
    ahead = _looks()["ahead"].match(line)
    if ahead:
        return svc.hours.add_working_days(svc.today, int(ahead.group(1))), line[ahead.end() :].strip()
    try:
        found = when.leading(line, now)
        meant = None if found is None else when.coming(line[: len(line) - len(found[1])], now)
    except ValueError:  # 31 February
        return None
    return None if found is None or meant is None else (meant[0].date(), found[1].strip())


def moment_in(svc: Svc, words: str) -> tuple[datetime, str] | None:
    """(the day and hour these words begin with, the rest); without an hour the office's first of the day."""
    found = date_in(svc, words)
    if found is None:
        return None
    day, rest = found
    clock = _looks()["clock"].match(rest)
    hour, minute = svc.hours.opens.hour, svc.hours.opens.minute
    if clock is not None and int(clock.group(1)) < 24 and int(clock.group(2) or 0) < 60:
        hour, minute, rest = int(clock.group(1)), int(clock.group(2) or 0), rest[clock.end() :]
    start = datetime(day.year, day.month, day.day, tzinfo=svc.tools.zone)
    return start + timedelta(hours=hour, minutes=minute), rest.strip()
