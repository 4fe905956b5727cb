"""What the made-up year is made of (plan.toml), and choosing from it by a chance that can be repeated."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from storage.ids import Chance

_FILE = Path(__file__).with_name("plan.toml")
_OFFICE = 8.0  # hours of a working day


@cache
def load() -> dict[str, Any]:
    """The plan as it is written."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


class Dice:
    """Chance, and the plan's words and weights."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance

    def happens(self, share: float) -> bool:
        """True in this share of cases, 0 to 1."""
        return self.chance.random() < share

    def between(self, least: float, most: float) -> float:
        """Any number between, both included."""
        return self.chance.uniform(least, most)

    def one(self, of: Sequence[Any]) -> Any:
        """One of these, each as likely."""
        return of[int(self.chance.random() * len(of))]

    def weighed(self, weights: Mapping[str, float]) -> str:
        """One of the keys, by its weight."""
        return self.chance.choices(list(weights), cum_weights=list(accumulate(weights.values())))[0]

    def of_plan(self, table: str) -> str:
        """One of the keys of a table of weights."""
        return self.weighed(load()[table])

    def says(self, name: str, **values: object) -> str:
        """What a citizen says, one of its wordings."""
        return str(self.one(load()["says"][name])).format(**values)

    def officer_says(self, name: str, **values: object) -> str:
        """What an officer writes behind a command."""
        return str(self.one(load()["officer_says"][name])).format(**values)


def order(name: str, **values: object) -> str:
    """A command line of an officer."""
    return str(load()["orders"][name]).format(**{"words": "", **values}).strip()


def pace(agency: str, unit: str | None) -> float:
    """How long a unit takes, 1 is usual."""
    return float(load()["pace"].get(f"{agency}:{unit}", 1.0))


def weights_of(month: int) -> dict[str, float]:
    """Weights of the categories in a month (January is 1)."""
    seasons = load()["seasons"]
    return {code: weight * seasons.get(code, _EVEN)[month - 1] for code, weight in load()["categories"].items()}


_EVEN = [1.0] * 12


class Days:
    """When people write, and when offices work; local moments of one time zone."""

    def __init__(self, since: date, until: date, is_working_day: Any, zone: Any) -> None:
        self.zone = zone
        self.since, self.until = since, until
        count = (until - since).days + 1
        self._days = [since + timedelta(days=number) for number in range(count)]
        self._weights = list(accumulate(self._weight(day, is_working_day(day)) for day in self._days))
        span = [since + timedelta(days=number) for number in range(-10, count + 400)]
        self._working = [day for day in span if is_working_day(day)]
        self._index = {day: number for number, day in enumerate(self._working)}
        self._hours = list(accumulate(load()["hours"]["chat"]))

    @staticmethod
    def _weight(day: date, works: bool) -> float:
        plan = load()["days"]
        usual = plan["weekday"][day.weekday()]
        closed = not works and day.weekday() < 5
        return float(plan["holiday"] if closed else usual) * float(load()["seasons"]["all"][day.month - 1])

    def any_moment(self, dice: Dice) -> datetime:
        """When somebody writes: any day, any hour."""
        day = dice.chance.choices(self._days, cum_weights=self._weights)[0]
        hour = dice.chance.choices(range(24), cum_weights=self._hours)[0]
        return self._at(day, hour + dice.chance.random())

    def in_office(self, moment: datetime, hours: float) -> datetime:
        """So many office hours later (8:30 to 16:30, working days); never the very same moment."""
        day, worked = moment.date(), moment.hour + moment.minute / 60 - 8.5
        number = self._index.get(day)
        if number is None or worked >= _OFFICE:
            number, worked = self._next(day), 0.0
        total = number * _OFFICE + max(worked, 0.0) + max(hours, 0.05)
        day = self._working[int(total // _OFFICE)]
        return self._at(day, 8.5 + min(total % _OFFICE, 7.95))

    def _next(self, day: date) -> int:
        while True:
            day += timedelta(days=1)
            if day in self._index:
                return self._index[day]

    def _at(self, day: date, hour: float) -> datetime:
        whole = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return whole + timedelta(seconds=int(hour * 3600))
