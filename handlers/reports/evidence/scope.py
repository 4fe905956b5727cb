"""What a report is about: one agency or all of them, a fiscal year and the two before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cached_property

from handlers.rules.thai_calendar import BUDDHIST_ERA
from handlers.services import Svc
from storage import agencies
from storage.statistics import Span

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
