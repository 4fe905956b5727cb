"""Which push may go while the month's pushes run short. service_standards.toml [pushes] says what waits first."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

Purpose = Literal["urgent", "result", "question", "notice", "survey", "announcement", "digest"]

COSTS = "line"  # the channel on which a push costs
# From which percent of the month's pushes on each purpose waits for the person's next free answer; 100: only the
# platform itself stops it. What is not named here is an answer to somebody who wrote.
HELD_FROM: dict[str, int] = {
    "announcement": 60,
    "survey": 70,
    "digest": 80,
    "notice": 90,
    "question": 97,
    "result": 100,
    "urgent": 100,
}
WARN_AT = (70, 90, 100)


def waits(
    rules: Mapping[str, Any], most: int | None, used: int, own: Mapping[tuple[str, str], int], agency: str, purpose: str
) -> bool:
    """Must this push wait, so that enough are left for what cannot? `own`: (agency, purpose) → pushes this month."""
    percent = {**HELD_FROM, **rules.get("held_from", {})}.get(purpose, 100)
    if most is not None and percent < 100 and used * 100 >= most * percent:
        return True
    budget = rules.get("agencies", {}).get(agency, {}).get(purpose)
    return budget is not None and own.get((agency, purpose), 0) >= budget


def held(rules: Mapping[str, Any], most: int | None, used: int) -> list[str]:
    """The purposes that wait now, what waits first standing first."""
    order = {**HELD_FROM, **rules.get("held_from", {})}
    first = sorted(order, key=lambda purpose: order[purpose])
    return [purpose for purpose in first if waits({"held_from": order}, most, used, {}, "", purpose)]


def level(rules: Mapping[str, Any], most: int | None, used: int) -> int:
    """The highest percentage of warning that is reached; 0 for none."""
    reached = [one for one in rules.get("warn_at", WARN_AT) if most is not None and used * 100 >= most * one]
    return max(reached, default=0)


def month_of(now: datetime) -> datetime:
    """When the month of this local moment began."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def forecast(used: int, now: datetime) -> int:
    """How many will have gone at the end of the month if it goes on like this; not before a day has passed."""
    passed = max((now - month_of(now)) / timedelta(days=1), 1.0)
    return round(used / passed * calendar.monthrange(now.year, now.month)[1])
