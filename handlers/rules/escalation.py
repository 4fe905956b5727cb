"""What the clock owes an open case now: chase those who have it, tell its complainant, end it.

Two ladders for officers: by the due date ("ติดตามเร่งรัด 1–3" of the provincial guide: unit, unit's head, agency's
head) and by silence. Each level is told once for the date it counts from, so a deferral, a deed or a reopening begins
anew. Officers hear in office hours on working days; citizens by day; urgent cases are told until somebody confirms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from handlers.rules.thai_calendar import OfficeHours
from storage.words import ENDED, Route, Status


class Group(StrEnum):
    """Who is told; who that is today is found out when it is told."""

    UNIT = "unit"
    UNIT_HEAD = "unit_head"
    HEAD = "head"  # and delegates
    INTAKE = "intake"
    CITIZEN = "citizen"


OPEN = frozenset(Status) - ENDED - {Status.DRAFT}
# Somebody here owes the next deed; while we wait for the complainant, or for a "yes, mended", nobody is chased.
CHASED = OPEN - {Status.NEED_INFO, Status.RESOLVED}
SCREENED = frozenset({Status.RECEIVED, Status.SCREENING})
# Praise with the unit it is for is news, and no work: nobody is chased for it, and after the days in which a unit would
# take a case on it ends by itself.
PRAISE = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})
LEVELS = 3
REVIEW_AGAIN = timedelta(days=7)  # a head who does not decide is asked once a week; our choice
DAY_FROM, DAY_TO = time(8), time(20)  # citizens hear from the clock only then; our choice

_TO = ((Group.UNIT,), (Group.UNIT, Group.UNIT_HEAD), (Group.UNIT, Group.UNIT_HEAD, Group.HEAD))


@dataclass(frozen=True)
class Limits:
    """The time limits, from the seed's service_standards.toml. Working days, unless the name says otherwise."""

    screening: int = 1
    accept: int = 3
    silence: tuple[int, ...] = (5, 10, 15)
    before: int = 2
    after: tuple[int, ...] = (3, 7)
    repeat_minutes: int = 30
    repeat_from: time = time(7)
    repeat_to: time = time(22)
    ask_calendar_days: tuple[int, ...] = (3, 7)
    no_answer_calendar_days: int = 15
    progress_calendar_days: int = 15
    overdue_calendar_days: int = 7
    close_calendar_days: int = 7

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Limits:
        """From the settings' own names; what is not set keeps its usual value."""
        given = {name: values[key] for key, name in _NAMES.items() if key in values}
        for name in ("silence", "after", "ask_calendar_days"):
            if name in given:
                given[name] = tuple(given[name])
        for name in ("repeat_from", "repeat_to"):
            if name in given:
                given[name] = time.fromisoformat(given[name])
        return cls(**given)


_NAMES = {
    "screening_days": "screening",
    "accept_days": "accept",
    "silence_days": "silence",
    "remind_before_days": "before",
    "remind_after_days": "after",
    "urgent_repeat_minutes": "repeat_minutes",
    "urgent_repeat_from": "repeat_from",
    "urgent_repeat_to": "repeat_to",
    "need_info_remind_days": "ask_calendar_days",
    "need_info_close_days": "no_answer_calendar_days",
    "progress_every_days": "progress_calendar_days",
    "progress_overdue_every_days": "overdue_calendar_days",
    "close_after_days": "close_calendar_days",
}


@dataclass(frozen=True)
class Told:
    """What the clock told already: when last, and how often."""

    at: datetime
    times: int = 1


@dataclass(frozen=True)
class Facts:
    """An open case as the clock sees it."""

    status: Status
    received_at: datetime
    counted_from: date
    due: date  # the newest promise
    moved_at: datetime  # the last change of its status
    acted_at: datetime | None = None  # the last deed of an officer
    reopened_at: datetime | None = None
    route: str = Route.GENERAL
    urgent: bool = False
    emergency: bool = False  # a life may depend on it
    praise: bool = False  # a compliment
    acknowledged_at: datetime | None = None
    waiting_since: date | None = None
    resolved_at: datetime | None = None
    reachable: bool = True  # the complainant, in a chat
    told: Mapping[tuple[str, date], Told] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """Something due now. `for_on`: the date it counts from; `days`, `until`: what its words say."""

    what: str
    for_on: date
    to: tuple[Group, ...]
    days: int = 0
    until: date | None = None
    times: int = 1


def steps(facts: Facts, hours: OfficeHours, limits: Limits, now: datetime) -> list[Step]:
    """Everything that is due at this moment, most pressing first."""
    if facts.status not in OPEN:
        return []
    clock = _Clock(facts, hours, limits, now)
    found = [*clock.alert()]
    if hours.is_open(now):
        found += clock.chase()
    if is_day(hours, now):
        found += clock.citizen()
    return found


def is_day(hours: OfficeHours, now: datetime) -> bool:
    """May a citizen be disturbed?"""
    return DAY_FROM <= now.astimezone(hours.zone).time() < DAY_TO


def may_alert(limits: Limits, hours: OfficeHours, now: datetime) -> bool:
    """May people be told again of something urgent in which no life is in danger?"""
    return limits.repeat_from <= now.astimezone(hours.zone).time() < limits.repeat_to


def is_danger(kind: str) -> bool:
    """Is this told at any hour?"""
    return kind == "emergency"


def ladder(status: Status, limits: Limits) -> list[tuple[int, tuple[Group, ...]]]:
    """Who is told after how many silent working days."""
    if status in SCREENED:
        return [(limits.screening, (Group.INTAKE,)), (3 * limits.screening, (Group.INTAKE, Group.HEAD))]
    if status == Status.HEAD_REVIEW:
        return [(limits.silence[0], (Group.HEAD,))]
    days: Sequence[int] = limits.silence
    if status == Status.ASSIGNED:
        days = [limits.accept, 2 * limits.accept, 3 * limits.accept]
    return list(zip(days, _TO, strict=False))


def latest(hours: OfficeHours, today: date, days: int) -> date:
    """The latest date that lies at least so many working days back."""
    day, left = today + timedelta(days=1), max(days, 1)
    while left:
        day -= timedelta(days=1)
        left -= hours.is_working_day(day)
    return day - timedelta(days=bool(days))


@dataclass(frozen=True)
class _Clock:
    facts: Facts
    hours: OfficeHours
    limits: Limits
    now: datetime

    @property
    def today(self) -> date:
        return self._day(self.now)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.hours.zone).date()

    def _told(self, what: str, for_on: date) -> bool:
        return (what, for_on) in self.facts.told

    # --- officers ------------------------------------------------------------------------------------------------

    def alert(self) -> Iterator[Step]:
        """The urgent route: head or delegate at once, and again until somebody confirms."""
        facts = self.facts
        together = facts.urgent and facts.route == Route.MULTI
        if not (facts.route == Route.URGENT or together) or facts.acknowledged_at is not None:
            return
        on = self._day(facts.received_at)
        told = facts.told.get(("urgent", on))
        any_hour = told is None or facts.emergency  # at once is at once; only the repeats wait for the morning
        if facts.status == Status.RESOLVED or not (any_hour or may_alert(self.limits, self.hours, self.now)):
            return
        if told is None or self.now - told.at >= timedelta(minutes=self.limits.repeat_minutes):
            yield Step("urgent", on, (Group.HEAD, Group.INTAKE), times=told.times + 1 if told else 1)

    def chase(self) -> Iterator[Step]:
        """One chase a day at most: by the due date, else by silence."""
        if self._is_praise():
            return
        if self.facts.status in CHASED and (due := self._by_due()) is not None:
            yield due
        elif not self._chased_today() and (quiet := self._by_silence()) is not None:
            yield quiet

    def _is_praise(self) -> bool:
        return self.facts.praise and self.facts.status in PRAISE

    def _base(self) -> date:
        """The date the ladder counts from: the promise, or the day it was found not to be kept."""
        reopened = self.facts.reopened_at
        return self.facts.due if reopened is None else max(self.facts.due, self._day(reopened))

    def _by_due(self) -> Step | None:
        base, today = self._base(), self.today
        level = 0
        for number, days in enumerate(self.limits.after[: LEVELS - 1], 2):
            if self.hours.add_working_days(base, days) <= today:
                level = number
        days = self.hours.working_days_between(self.facts.due, today)
        if not level and self.facts.counted_from < today <= self.facts.due:
            level = 1 if self.hours.add_working_days(today, self.limits.before) >= self.facts.due else 0
            base, days = self.facts.due, self.hours.working_days_between(today, self.facts.due)
        if not level or any(self._told(f"due{number}", base) for number in range(level, LEVELS + 1)):
            return None
        return Step(f"due{level}", base, _TO[level - 1], days, self.facts.due)

    def _chased_today(self) -> bool:
        return any(what.startswith("due") and self._day(told.at) == self.today for (what, _), told in self._all())

    def _all(self) -> Iterator[tuple[tuple[str, date], Told]]:
        yield from self.facts.told.items()

    def _by_silence(self) -> Step | None:
        facts = self.facts
        if facts.status not in CHASED and not (facts.status == Status.NEED_INFO and not facts.reachable):
            return None
        since = max(facts.moved_at, facts.acted_at or facts.moved_at)
        base = self.hours.starts_on(since)
        rungs = ladder(facts.status, self.limits)
        level = max((n for n, (days, _to) in enumerate(rungs, 1) if self._passed(since, days)), default=0)
        if not level:
            return None
        told = facts.told.get((f"quiet{level}", base))
        again = facts.status == Status.HEAD_REVIEW and told is not None and self.now - told.at >= REVIEW_AGAIN
        if any(self._told(f"quiet{number}", base) for number in range(level, LEVELS + 1)) and not again:
            return None
        days = self.hours.working_days_between(base, self.today)
        return Step(f"quiet{level}", base, rungs[level - 1][1], days, times=told.times + 1 if told else 1)

    def _passed(self, since: datetime, days: int) -> bool:
        """Are so many whole working days over? Counted from the hour it came, or from opening time."""
        local = since.astimezone(self.hours.zone)
        start = self.hours.starts_on(since)
        at = max(local.time(), self.hours.opens) if start == local.date() else self.hours.opens
        end = datetime.combine(self.hours.add_working_days(start, days), at, self.hours.zone)
        return end <= self.now

    # --- the complainant -------------------------------------------------------------------------------------------

    def citizen(self) -> Iterator[Step]:
        """What the person who brought it is told, or what ends it."""
        status = self.facts.status
        if self._is_praise():
            if self._passed(self.facts.moved_at, self.limits.accept):
                yield Step("praise", self._day(self.facts.moved_at), ())
        elif status == Status.NEED_INFO:
            yield from self._waiting()
        elif status == Status.RESOLVED:
            on = self._day(self.facts.resolved_at or self.facts.moved_at)
            if self.now - (self.facts.resolved_at or self.facts.moved_at) >= _days(self.limits.close_calendar_days):
                yield Step("silence", on, (Group.CITIZEN,))
        elif self.today > self._base():
            yield from self._overdue()
        elif self.today <= self.facts.due:
            yield from self._progress()

    def _waiting(self) -> Iterator[Step]:
        """Asked again twice, then ended. Nobody is ended who was not asked again, or cannot be asked here."""
        if not self.facts.reachable:
            return
        since = self.facts.waiting_since or self._day(self.facts.moved_at)
        asks, ends = self.limits.ask_calendar_days, self.limits.no_answer_calendar_days
        last = self.facts.told.get((f"ask{len(asks)}", since))
        if last is not None:
            end = max(since + _days(ends), self._day(last.at) + _days(ends - asks[-1]))
            if self.today >= end:
                yield Step("no_answer", since, (Group.CITIZEN,))
            return
        level = sum(self.today >= since + _days(days) for days in asks)
        if level and not self._told(f"ask{level}", since):
            until = max(since + _days(ends), self.today + _days(ends - asks[-1])) if level == len(asks) else None
            yield Step(f"ask{level}", since, (Group.CITIZEN,), until=until or since + _days(ends))

    def _overdue(self) -> Iterator[Step]:
        """The day after the promise, then every so often (Licensing Facilitation Act B.E. 2558, s. 10, by analogy)."""
        every = self.limits.overdue_calendar_days
        first = self._base() + _days(1)
        on = first + _days((self.today - first).days // every * every)
        if not self._told("overdue", on):
            yield Step("overdue", on, (Group.CITIZEN,), (self.today - self.facts.due).days, self.today + _days(every))

    def _progress(self) -> Iterator[Step]:
        """Every 15 days from receipt (Good Governance Decree B.E. 2546, s. 38)."""
        every = self.limits.progress_calendar_days
        received = self._day(self.facts.received_at)
        past = (self.today - received).days // every * every
        on = received + _days(past)
        reopened = self.facts.reopened_at
        if past and not self._told("progress", on) and (reopened is None or self._day(reopened) < on):
            yield Step("progress", on, (Group.CITIZEN,), past, on + _days(every))


def _days(days: int) -> timedelta:
    return timedelta(days=days)
