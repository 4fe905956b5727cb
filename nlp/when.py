"""Words that tell a time, as a stretch of the calendar: what people type about what happened.

Days are those of the zone of `now`. A stretch is (start, end), the end not in it; a spoken hour is an hour long.
What happened lies behind us: a day or an hour that could be either is the last one. Years are of the Buddhist era
where that is nearer to now: 69 and 2569 are 2026, 2026 is itself.
"""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from nlp.digits import arabic

Stretch = tuple[datetime, datetime]
_LONGEST = 200  # letters; longer words are no time
_BUDDHIST = 543
_FARTHEST = {"minutes": 600, "hours": 500, "days": 3000, "weeks": 500, "months": 240, "years": 60}


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "when.toml").read_text(encoding="utf-8"))


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


@dataclass(frozen=True)
class _Looks:
    """The patterns, built from the word lists once."""

    every: re.Pattern[str]
    since: re.Pattern[str]
    ago: re.Pattern[str]
    span: re.Pattern[str]
    named: re.Pattern[str]
    plain: re.Pattern[str]
    iso: re.Pattern[str]
    month: re.Pattern[str]
    weekday: re.Pattern[str]
    day: re.Pattern[str]
    part: re.Pattern[str]
    beside: re.Pattern[str]
    now: re.Pattern[str]
    clock: re.Pattern[str]


@cache
def _looks() -> _Looks:
    data = _data()
    ago, clock = data["ago"], data["clock"]
    number = rf"(?P<n>\d{{1,3}}|{_any(data['numbers'])})"
    sides = rf"(?P<side>{_any(ago['last'])}|{_any(ago['this'])}|{_any(ago['next'])})"
    half = rf"(?P<half>\s?{_any(clock['half'])})?"
    # The word is inside many others, and it is a verb too: "ตี 3 คน".
    before = "(?:(?<![ก-๎])|" + "|".join(rf"(?<={re.escape(word)})" for word in clock["before_small"]) + ")"
    after = rf"(?!\s?{_any(clock['not_small'])})"
    # one of: 14.30 น. · 2 ทุ่ม, ทุ่มครึ่ง · ตี 3 · บ่ายสอง, บ่าย 2 โมง, บ่ายโมง · 6 โมง(เช้า, เย็น) · เที่ยงคืน · เที่ยง
    spoken = "|".join(
        (
            rf"(?P<h>[01]?\d|2[0-3])[.:](?P<m>[0-5]\d)(?!\d|[./:]\d)(?P<o>\s?{_any(clock['o_clock'])})?",
            rf"(?:{_number('night')}\s?)?(?P<is_night>{_any(clock['night'])})",
            rf"{before}{_any(clock['small'])}\s?{_number('small')}{after}",
            rf"(?P<is_noon>{_any(clock['noon'])})\s?(?:{_number('noon')}|(?={_any(clock['hour'])}))(?:\s?{_any(clock['hour'])})?",
            rf"{_number('hour')}\s?{_any(clock['hour'])}\s?(?P<late>{_any(clock['evening'])}|{_any(clock['morning'])})?",
            rf"(?P<is_midnight>{_any(clock['midnight'])})",
            rf"(?P<is_midday>{_any(clock['midday'])})",
        )
    )
    return _Looks(
        every=re.compile(_any(data["every"])),
        since=re.compile(_any(data["since"])),
        ago=re.compile(
            rf"{number}\s?(?P<unit>{_any(data['units'])})\s?"
            rf"(?P<how>{_any(ago['then'])}|{_any(ago['till_now'])})?(?!\s?{_any(ago['this'])})"
        ),
        span=re.compile(rf"(?<![\dก-๎])(?:{_any(data['at'])})?(?P<unit>{_any(data['units'])}){sides}"),
        named=re.compile(
            rf"(?P<d>\d{{1,2}})\s?(?P<m>{_any(data['months'])})\s?(?:{_any(data['era'])}\s?)?(?:(?P<y>\d{{4}}|\d{{2}})(?![.:]\d))?(?!\d)"
        ),
        plain=re.compile(r"(?<![\d./-])(?P<d>\d{1,2})([/.-])(?P<m>\d{1,2})(?:\2(?P<y>\d{4}|\d{2}))?(?![\d/])"),
        iso=re.compile(r"(?<!\d)(?P<y>(?:20|25)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)"),
        month=re.compile(rf"{_any(data['month_word'])}\s?(?P<m>{_any(data['months'])})"),
        weekday=re.compile(rf"{_any(data['day_word'])}(?P<w>{_any(data['weekdays'])}){sides}?"),
        day=re.compile(_any(data["days"])),
        part=re.compile(_any(data["parts"])),
        beside=re.compile(_any(data["beside"])),
        now=re.compile(_any(data["now"]["words"])),
        clock=re.compile(rf"(?:{spoken}){half}"),
    )


def _number(name: str) -> str:
    return rf"(?P<{name}>\d{{1,2}}|{_any(_data()['numbers'])})"


def resolve(words: str, now: datetime) -> Stretch | None:
    """When these words say it was; None for what they do not say and for what has no one answer (ทุกคืน)."""
    line = arabic(words[:_LONGEST])
    look = _looks()
    if look.every.search(line):
        return None
    day = _day(line, now)
    rest = line if day is None else line[: day.at] + " " + line[day.to :]
    found = _with_hour(day, _hour(rest, day), rest, now)
    if found is not None and look.since.search(line) and found[0] < now:
        found = (found[0], now)
    return found


def coming(words: str, now: datetime) -> Stretch | None:
    """As `resolve`, of what is planned: a day of the week, or a date without its year, is the next one."""
    found = resolve(words, now)
    if found is None or found[1] > _midnight(now.date(), now):
        return found
    for later in (timedelta(days=6), timedelta(days=367)):  # no week and no year is so long: what moves along is "ago"
        other = resolve(words, now + later)
        if other is not None and other[0] >= _midnight(now.date(), now) and other[0] - found[0] != later:
            return other
    return found


def leading(words: str, now: datetime) -> tuple[date, str] | None:
    """The day a text begins with, and the rest of it; None where it begins with something else."""
    line = arabic(words[:_LONGEST])
    day = _day(line, now)
    if day is None or not day.whole or line[: day.at].strip():
        return None
    return day.start.date(), words[day.to :]


def leading_hour(words: str) -> tuple[timedelta, str] | None:
    """The hour of the day a text begins with, since midnight, and the rest of it. None where it begins otherwise, and
    for "2 โมง", which some say for two in the afternoon and some for eight in the morning."""
    line = arabic(words[:_LONGEST])
    found = _looks().clock.match(line)
    hour = None if found is None else _of_clock(found)
    if found is None or hour is None or (found["hour"] and not found["late"] and hour < _SURE):
        return None
    minutes = int(found["m"]) if found["h"] is not None else 30 if found["half"] else 0
    return timedelta(hours=hour, minutes=minutes), words[found.end() :]


_SURE = 6  # from this hour on "โมง" alone is the clock's


def find_date(text: str) -> str | None:
    """The first date of the calendar in a text, as it stands there: "12 ส.ค. 69", "12/8/2569"; "12/8" is none."""
    look = _looks()
    marks = [found for one in (look.iso, look.named, look.plain) for found in one.finditer(text) if _is_full(found)]
    return min(marks, key=lambda found: found.start()).group().strip() if marks else None


def _is_full(found: re.Match[str]) -> bool:
    month = _data()["months"].get(found["m"]) or int(found["m"])
    named = found["m"] in _data()["months"]
    return 1 <= month <= 12 and 1 <= int(found["d"]) <= 31 and (named or found["y"] is not None)


@dataclass(frozen=True)
class _Day:
    """A stretch found at `at` to `to` of the line. `whole`: it is one day or part of it, and an hour may narrow it."""

    start: datetime
    end: datetime
    at: int
    to: int
    whole: bool = True


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=now.tzinfo)


def _one(day: date, now: datetime, found: re.Match[str]) -> _Day:
    return _Day(_midnight(day, now), _midnight(day + timedelta(days=1), now), *found.span())


def _day(line: str, now: datetime) -> _Day | None:
    for reader in (_of_now, _of_part, _of_date, _of_day, _of_weekday, _of_ago, _of_span, _of_month):
        try:
            found = reader(line, now)
        except (ValueError, OverflowError):  # the 31st of February, a year before the first
            continue
        if found is not None:
            return found
    return None


def _of_now(line: str, now: datetime) -> _Day | None:
    found = _looks().now.search(line)
    return _Day(now - timedelta(hours=1), now, *found.span(), whole=False) if found else None


def _of_part(line: str, now: datetime) -> _Day | None:
    found = _looks().part.search(line)
    if found is None:
        return None
    part = _data()["parts"][found.group()]
    base = _midnight(now.date() + timedelta(days=part["day"]), now)
    return _Day(base + timedelta(hours=part["from"]), base + timedelta(hours=part["to"]), *found.span())


def _of_day(line: str, now: datetime) -> _Day | None:
    found = _looks().day.search(line)
    return _one(now.date() + timedelta(days=_data()["days"][found.group()]), now, found) if found else None


def _of_date(line: str, now: datetime) -> _Day | None:
    look = _looks()
    for pattern in (look.iso, look.named, look.plain):
        for found in pattern.finditer(line):
            month = _data()["months"][found["m"]] if pattern is look.named else int(found["m"])
            if pattern is look.plain and found["y"] is None and found.group(2) != "/":
                continue  # 14.30 and 3-4 are no dates
            if 1 <= month <= 12 and 1 <= int(found["d"]) <= 31:
                return _one(_dated(found["y"], month, int(found["d"]), now.date()), now, found)
    return None


def _dated(year: str | None, month: int, day: int, today: date) -> date:
    """The date; without a year the last one that was, or is today."""
    if year is not None:
        return date(_year(year, today), month, day)
    this = date(today.year, month, day)
    return this if this <= today else date(today.year - 1, month, day)


def _year(typed: str, today: date) -> int:
    """The Gregorian year of "69", "2569" or "2026"."""
    number = int(typed)
    if len(typed) == 4:
        return number - _BUDDHIST if number >= 2400 else number
    both = (2500 + number - _BUDDHIST, 2000 + number)
    return min((year for year in both if year <= today.year + 1), key=lambda year: abs(year - today.year))


def _of_weekday(line: str, now: datetime) -> _Day | None:
    found = _looks().weekday.search(line)
    if found is None:
        return None
    today, ago = now.date(), _data()["ago"]
    back = (today.weekday() - _data()["weekdays"][found["w"]]) % 7
    monday = today - timedelta(days=today.weekday())
    if found["side"] in ago["this"]:
        day = monday + timedelta(days=_data()["weekdays"][found["w"]])
    elif found["side"] in ago["next"]:
        day = monday + timedelta(days=7 + _data()["weekdays"][found["w"]])
    else:
        day = today - timedelta(days=back or (7 if found["side"] else 0))
    return _one(day, now, found)


def _of_span(line: str, now: datetime) -> _Day | None:
    """The calendar's week, month or year: before this one, this one, the next."""
    found = _looks().span.search(line)
    if found is None:
        return None
    ago, unit = _data()["ago"], _data()["units"][found["unit"]]
    shift = 1 if found["side"] in ago["next"] else 0 if found["side"] in ago["this"] else -1
    today = now.date()
    if unit == "weeks":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        last = first + timedelta(weeks=1)
    elif unit == "months":
        first = _months(today.replace(day=1), shift)
        last = _months(first, 1)
    elif unit == "years":
        first, last = date(today.year + shift, 1, 1), date(today.year + shift + 1, 1, 1)
    else:
        return None
    return _Day(_midnight(first, now), _midnight(last, now), *found.span(), whole=False)


def _of_month(line: str, now: datetime) -> _Day | None:
    found = _looks().month.search(line)
    if found is None:
        return None
    month, today = _data()["months"][found["m"]], now.date()
    first = date(today.year if month <= today.month else today.year - 1, month, 1)
    return _Day(_midnight(first, now), _midnight(_months(first, 1), now), *found.span(), whole=False)


def _of_ago(line: str, now: datetime) -> _Day | None:
    """ "3 วันแล้ว" reaches from then till now, "3 วันก่อน" is that day."""
    found = _looks().ago.search(line)
    if found is None:
        return None
    count, unit = _count(found["n"]), _data()["units"][found["unit"]]
    if count > _FARTHEST[unit]:
        return None
    if unit in ("minutes", "hours"):
        start = now - timedelta(**{unit: count})
        return _Day(start, now, *found.span(), whole=False)
    today = now.date()
    day = _months(today, -count * (12 if unit == "years" else 1)) if unit in ("months", "years") else None
    day = day or today - timedelta(days=count * (7 if unit == "weeks" else 1))
    if found["how"] in _data()["ago"]["then"]:
        return _one(day, now, found)
    return _Day(_midnight(day, now), now, *found.span(), whole=False)


def _months(day: date, shift: int) -> date:
    """So many months on; the last of a shorter month where there is no such day."""
    month = day.year * 12 + day.month - 1 + shift
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _count(typed: str) -> int:
    return int(typed) if typed.isdigit() else int(_data()["numbers"][typed])


# --- hours -----------------------------------------------------------------------------------------------------------

_Hour = tuple[timedelta, timedelta]  # since midnight, and how long


def _hour(line: str, day: _Day | None) -> _Hour | None:
    """The first hour of a line. A clock without "น." and with a point counts only where a day is named too."""
    for found in _looks().clock.finditer(line):
        if found["h"] is not None and not found["o"] and day is None and ":" not in found.group():
            continue
        minutes = int(found["m"]) if found["h"] is not None else 30 if found["half"] else 0
        hour = _of_clock(found)
        if hour is not None:
            return timedelta(hours=hour, minutes=minutes), timedelta(hours=1)
    return None


def _of_clock(found: re.Match[str]) -> int | None:
    if found["is_midnight"]:
        return 24
    if found["is_midday"]:
        return 12
    if found["h"] is not None:
        return int(found["h"])
    if found["is_night"]:
        count = _count(found["night"] or "1")
        return 18 + count if 1 <= count <= 6 else None
    if found["is_noon"]:
        count = _count(found["noon"] or "1")
        return 12 + count if 1 <= count <= 6 else None
    if found["small"]:
        count = _count(found["small"])
        return count if 1 <= count <= 6 else None
    count = _count(found["hour"])
    evening = found["late"] in _data()["clock"]["evening"]
    return None if not 1 <= count <= 23 else count + 12 if evening and count < 12 else count


def _with_hour(day: _Day | None, hour: _Hour | None, line: str, now: datetime) -> Stretch | None:
    if day is not None and not day.whole:
        return day.start, day.end
    if hour is None:
        return None if day is None else _part_of(day, line, now)
    since, long = hour
    if day is None:
        start = _midnight(now.date(), now) + since
        start = start if start <= now else start - timedelta(days=1)
        return start, start + long
    start = _midnight(day.start.date(), now) + since
    # "เมื่อคืน ตี 2": the night began the day before
    start = start + timedelta(days=1) if start + long <= day.start and start + timedelta(days=1) < day.end else start
    return start, start + long


def _part_of(day: _Day, line: str, now: datetime) -> Stretch:
    found = _looks().beside.search(line)
    if found is None or day.end - day.start < timedelta(hours=20):
        return day.start, day.end
    first, last = _data()["beside"][found.group()]
    base = _midnight(day.start.date(), now)
    return base + timedelta(hours=first), base + timedelta(hours=last)
