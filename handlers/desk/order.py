"""One command line of an officer: which case is meant, and the words after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from handlers.access import Actor
from handlers.messages import Choice
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from nlp import when
from storage.people import Post
from storage.tables import Case
from storage.words import IDEAS, Conclusion


@dataclass(frozen=True)
class Order:
    """One command on one case: who gives it, in which chat, and the words after the reference."""

    actor: Actor
    post: Post
    case: Case
    words: str
    talk: Talk
    name: str = "view"  # of the command
    forced: bool = False  # done though somebody else was faster

    def saying(self, words: str) -> Order:
        """The same command with other words."""
        return replace(self, words=words)


def example(name: str, reference: str) -> str:
    word = heard.load()["commands"][name][0]
    return f"/{word} {reference}".strip()


def button(name: str, reference: str, words: str = "", label: str = "") -> Choice:
    """A button that gives this command, with words behind the reference."""
    line = example(name, reference)
    whole = f"{line} {words}".strip()
    return Choice(_fitted(label or (whole if len(whole) <= LABEL else line)), whole)


def _fitted(label: str) -> str:
    return label if len(label) <= LABEL else shortened(label, LABEL - 1)


LABEL = 20  # letters of a button
SAYS_MOST = 280  # letters a button can say: LINE cuts what is longer, and nobody is to read half a message


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


def conclusion_in(words: str, kind: str) -> str:
    """How a case of this kind ended, where the words say it (storage/words.py: Conclusion); "" where they do not."""
    line = "".join(words.lower().split())
    for name, said in heard.load()["conclusions"].items():
        if any(line == "".join(one.lower().split()) for one in said):
            return str(name) if may_end_so(name, kind) else ""
    return ""


def may_end_so(conclusion: str, kind: str) -> bool:
    """Only an idea can be used."""
    return conclusion != Conclusion.USED or kind in IDEAS


def outcome_in(words: str) -> tuple[str, str]:
    """(what became of an idea, the words behind it), where the line begins so; ("", the line) where it does not."""
    line = words.strip()
    said = [(one, name) for name, every in heard.load()["ideas"].items() for one in every]
    for one, name in sorted(said, key=lambda pair: -len(pair[0])):
        if line.lower().startswith(one):
            return str(name), line[len(one) :].strip(" :,")
    return "", line


@cache
def _looks() -> dict[str, re.Pattern[str]]:
    """How dates to come begin, from the words we listen for."""
    said = {name: "|".join(map(re.escape, words)) for name, words in heard.load()["dates"].items()}
    return {
        "ahead": re.compile(rf"^(?:{said['in']})\s*(\d{{1,3}})\s*(?:{said['days']})\s*"),
        "at": re.compile(rf"^(?:{said['at']})?\s*"),
        "bare": re.compile(rf"^(\d{{1,2}})\s*(?:{said['hours']})?(?=\s|$|[-–])"),
        "till": re.compile(rf"^\s*(?:[-–]|{said['till']})\s*\d{{1,2}}(?:[:.]\d{{2}})?\s*(?:{said['hours']})?(?=\s|$)"),
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
    """(the day and hour these words begin with, the rest), the hour before or behind its day; of "13.30-14.30" the
    start. Where nothing stands beside the day it is the office's first hour. None where no hour can be read, and
    outside of `FROM` to `UNTIL`."""
    line = heard.arabic(words).strip()
    found = date_in(svc, line)
    first = hour_in(line) if found is None else None
    found = date_in(svc, first[1]) if first is not None else found
    if found is None:
        return None
    day, rest = found
    hour = first or hour_in(rest)
    opens = timedelta(hours=svc.hours.opens.hour, minutes=svc.hours.opens.minute)
    if hour is None and (rest or _is_part(svc, line)):
        return None
    since, rest = (opens, rest) if hour is None else (hour[0], rest if first else hour[1])
    if not FROM <= since <= UNTIL:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=svc.tools.zone) + since, rest.strip()


FROM, UNTIL = timedelta(hours=6), timedelta(hours=20)  # nobody visits at night


def hour_in(words: str) -> tuple[timedelta, str] | None:
    """(the hour these words begin with, the rest)."""
    line = words[_look("at", words).end() :]
    spoken = when.leading_hour(line)
    if spoken is None and (bare := _looks()["bare"].match(line)) is not None:
        spoken = timedelta(hours=int(bare.group(1))), line[bare.end() :]
    if spoken is None:
        return None
    till = _looks()["till"].match(spoken[1])
    return spoken[0], spoken[1][till.end() if till else 0 :].strip()


def _look(name: str, words: str) -> re.Match[str]:
    found = _looks()[name].match(words)
    assert found is not None  # it fits everything
    return found


def _is_part(svc: Svc, line: str) -> bool:
    """ "เย็นนี้" is no whole day."""
    found = when.coming(line, svc.now.astimezone(svc.tools.zone))
    return found is not None and found[1] - found[0] < timedelta(days=1)
