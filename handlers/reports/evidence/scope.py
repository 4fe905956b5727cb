"""What a report is about: one agency or all of them, a fiscal year and the two before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cached_property
from typing import Any, TypeVar

from handlers.rules.thai_calendar import BUDDHIST_ERA
from handlers.services import Svc
from storage import agencies, statistics
from storage.statistics import AnswersBy, By, Concluded, Span

T = TypeVar("T")

YEARS = 3


def fiscal_span(year: int, zone: tzinfo) -> Span:
    """A Buddhist-era fiscal year: from 1 October, midnight in the zone, to the next."""
    begins = year - BUDDHIST_ERA - 1
    return Span(
        datetime.combine(date(begins, 10, 1), time(), zone),
        datetime.combine(date(begins + 1, 10, 1), time(), zone),
    )


@dataclass(frozen=True)
class Scope:
    """The query of a report. `agency_code` None: every agency of the installation."""

    svc: Svc
    year: int
    agency_code: str | None = None

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """The codes of the agencies the report is about."""
        if self.agency_code is not None:
            return (self.agency_code,)
        return tuple(row.code for row in agencies.all_agencies(self.svc.session))

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The three fiscal years compared, ascending."""
        return tuple(range(self.year - YEARS + 1, self.year + 1))

    @cached_property
    def spans(self) -> list[Span]:
        """The same years as moments."""
        return [fiscal_span(year, self.svc.tools.zone) for year in self.years]

    @property
    def span(self) -> Span:
        """The year the report is about."""
        return self.spans[-1]

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """When that year begins, and when the next one does."""
        return self.span.since, self.span.until

    # --- counts: several tables print the same ones, which are asked of the database once ---

    def cases_by(self, *by: By) -> dict[tuple[str, ...], list[int]]:
        """As statistics.cases_by, for each of the three years."""
        read = lambda: statistics.cases_by(self.svc.session, self.agency_code, self.spans, *by)  # noqa: E731
        return self._once(("cases", *by), read)

    def cases_of_year(self, *by: By) -> dict[tuple[str, ...], int]:
        """The same of the report's year; what did not come in it is left out."""
        return {key: counts[-1] for key, counts in self.cases_by(*by).items() if counts[-1]}

    def answers_by(self, *by: AnswersBy) -> dict[tuple[str, ...], dict[str, int]]:
        """As statistics.answers_by, in the report's year."""
        read = lambda: statistics.answers_by(self.svc.session, self.agency_code, self.span, *by)  # noqa: E731
        return self._once(("answers", *by), read)

    @cached_property
    def concluded(self) -> Concluded:
        """As statistics.concluded, in the report's year."""
        return statistics.concluded(self.svc.session, self.agency_code, self.span, self.svc.tools.zone)

    @cached_property
    def _known(self) -> dict[tuple[str, ...], Any]:
        return {}

    def _once(self, key: tuple[str, ...], read: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = read()
        found: T = self._known[key]
        return found
