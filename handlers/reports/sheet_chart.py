"""The charts of a digest: their bars and names, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.reports.names import Names, by_unit
from handlers.reports.sheet import Bar, Chart
from handlers.services import Svc


def chart(svc: Svc, found: Mapping[str, Any], names: Names) -> Chart:
    """The charts of these figures."""
    return _Charts(svc, found, names).chart()


@dataclass
class _Charts:
    svc: Svc
    found: Mapping[str, Any]
    names: Names

    def chart(self) -> Chart:
        """The charts, and their words."""
        word, found = self.svc.texts.word, self.found
        weeks = tuple(Bar(name, one["received"], one["resolved"]) for name, one in self._course())
        units = tuple(
            Bar(self.names.unit(key), row["open"], row["overdue"]) for key, row in by_unit(found) if row["open"]
        )
        opinion = self._opinion_parts()
        told = found["satisfaction"]["n"]
        titles = {
            "weeks": word("sheet.charts.weeks", n=len(weeks), units=word(f"sheet.chart_units.{found['what']}")),
            "units": word("sheet.charts.units"),
            "opinion": word("sheet.charts.opinion", n=told),
        }
        return Chart(
            weeks_title=titles["weeks"],
            weeks_legend=(self.names.figure("received"), self.names.figure("resolved")),
            weeks=weeks,
            units_title=titles["units"],
            units_legend=word("sheet.charts.overdue"),
            units=units,
            nothing=word("sheet.charts.nothing"),
            opinion_title=titles["opinion"],
            opinion=opinion,
            opinion_none=word("sheet.opinion_none"),
            words=self._in_words(titles, weeks, units, opinion),
        )

    def _course(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Periods by name, this one last: four weeks before it, or the one period before."""
        found = self.found
        earlier = [(self._short(one["period"]), one) for one in found.get("four_weeks", ())]
        if not earlier and found.get("before") and not found.get("first"):
            earlier = [(self.svc.texts.word(f"sheet.befores.{found['what']}"), found["before"])]
        return [*earlier, (self._short(found["period"]), found)]

    def _in_words(
        self,
        titles: Mapping[str, str],
        weeks: tuple[Bar, ...],
        units: tuple[Bar, ...],
        opinion: tuple[tuple[str, int], ...],
    ) -> tuple[str, ...]:
        word = self.svc.texts.word
        said = {
            "weeks": [
                word("sheet.charts.weeks_line", period=one.label, received=one.first, resolved=one.second)
                for one in weeks
            ],
            "units": [
                word("sheet.charts.units_line", name=one.label, open=one.first, overdue=one.second) for one in units
            ]
            or [word("sheet.charts.nothing")],
            "opinion": [f"{name} {percent}%" for name, percent in opinion] or [word("sheet.opinion_none")],
        }
        return tuple(f"{titles[name]}: {' · '.join(lines)}" for name, lines in said.items())

    def _opinion_parts(self) -> tuple[tuple[str, int], ...]:
        """Who is very satisfied, satisfied and not, where the figures tell them apart; else the two of them."""
        word, share = self.svc.texts.word, self.found["satisfaction"]
        if share.get("percent") is None:
            return ()
        very = share.get("very_percent")
        parts = {"very_satisfied": very or 0, "satisfied": share["percent"] - (very or 0)}
        parts["dissatisfied"] = 100 - share["percent"]
        return tuple(
            (word(f"sheet.parts.{name}"), part) for name, part in parts.items() if part or name != "very_satisfied"
        )

    def _short(self, period: str) -> str:
        """A period below its bars: the day it begins for a week, else its name as it is written."""
        year, _dash, part = period.partition("-")
        if part.startswith("W"):
            first = date.fromisocalendar(int(year), int(part[1:]), 1)
            return f"{first.day} {self.svc.texts.words('dates.months')[first.month - 1]}"
        if part.isdigit():
            return self.svc.texts.words("dates.months")[int(part) - 1]
        return part or year
