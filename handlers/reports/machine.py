"""How the machine's categories fare against people's, by ISO week and agency: the digest's "model line"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from handlers.rules.drift import Shares, abstains_more, is_overconfident, share
from storage import verdicts
from storage.db import Session
from storage.verdicts import Counts

BEFORE = 4  # weeks a week is compared with
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """One ISO week of one agency, its shares, and what is wrong with them."""

    week: str  # "2026-W47"
    agency: str  # "" is all of them together
    shares: Shares
    overconfident: bool  # right more than ten points less often than it believed, on 30 confirmed cases or more
    abstains_more: bool  # the share it asks about is twice that of the four weeks before

    @property
    def drifts(self) -> bool:
        """Should somebody look?"""
        return self.overconfident or self.abstains_more


def last_week(session: Session, now: datetime, zone: tzinfo, agency: str | None = None) -> list[Week]:
    """The last whole week: of each agency that had cases in it (or only of this one), by code, all together last."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday() + 7)
    return weeks(session, monday, zone, agency)


def weeks(session: Session, monday: date, zone: tzinfo, agency: str | None = None) -> list[Week]:
    """The figures of the week that begins on this Monday."""
    begins = [datetime.combine(monday - ago * _WEEK, time(), zone) for ago in range(BEFORE, -1, -1)]
    end = datetime.combine(monday + _WEEK, time(), zone)
    told: dict[str, list[Counts]] = {}
    for stretch, found in verdicts.counts(session, begins, end):
        for name in (found.agency, ""):
            rows = told.setdefault(name, [Counts(name) for _ in begins])
            rows[stretch] = rows[stretch] + found
    year, number, _day = monday.isocalendar()
    names = [name for name in sorted(told, key=lambda name: (not name, name)) if agency in (None, name)]
    return [_judged(f"{year}-W{number:02d}", name, told[name]) for name in names if told[name][-1].cases]


def _judged(week: str, agency: str, rows: list[Counts]) -> Week:
    before, whole = _sum(rows[:-1]), _sum(rows)
    shares = _shares(rows[-1])
    # A small agency confirms few cases a week: then the five weeks together are judged.
    overconfident = is_overconfident(shares, _shares(whole))
    return Week(week, agency, shares, overconfident, abstains_more(shares, _shares(before)))


def _sum(rows: list[Counts]) -> Counts:
    found = rows[0]
    for row in rows[1:]:
        found = found + row
    return found


def _shares(found: Counts) -> Shares:
    return Shares(
        cases=found.cases,
        differ=share(found.differ, found.cases),
        abstained=share(found.abstained, found.cases),
        confidence=share(found.sure, found.cases),
        confirmed=found.confirmed,
        expected=share(found.confirmed_sure, found.confirmed),
        observed=share(found.confirmed_right, found.confirmed),
    )
