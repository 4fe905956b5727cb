"""A digest as a page or on paper: every word and number of it, from the figures that were told.

How it is drawn is the matter of bot/pages and bot/documents. Numbers come from the figures alone, so that page, paper
and chart say what the message said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from handlers.reports.names import EVERY, Names
from handlers.reports.paper import long_date
from handlers.services import Svc
from handlers.texts import BUDDHIST_ERA

NUMBERS = ("received", "resolved", "open", "overdue", "reopened", "urgent")
TABLES = ("by_kind", "by_category", "by_channel")
OTHERS = ("counted", "concluded", "compliments", "suggestions", "unreachable", "quota", "model")


@dataclass(frozen=True)
class Cell:
    """A number and the figure it is, so that the cases behind it can be shown; `what` is "" where there are none."""

    value: str
    what: str = ""
    key: str = ""


@dataclass(frozen=True)
class Number:
    """A figure at a glance, with how it changed in words."""

    name: str
    cell: Cell
    change: str


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table: its columns begin with that of the names; `n` says of how many."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    n: str


@dataclass(frozen=True)
class Decision:
    """What waits for a decision, and the commands that make it. Of a confidential case only number and reason."""

    reference: str
    why: str
    about: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """A bar of the chart: two numbers that stand beside or inside each other."""

    label: str
    first: int
    second: int


@dataclass(frozen=True)
class Chart:
    """Received and concluded over time, open by unit, and what people think; `words` says the same."""

    weeks_title: str
    weeks_legend: tuple[str, str]
    weeks: tuple[Bar, ...]
    units_title: str
    units_legend: str
    units: tuple[Bar, ...]
    nothing: str
    opinion_title: str
    opinion: tuple[tuple[str, int], ...]  # (name, percent); () where nobody answered
    opinion_none: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything that stands on a digest."""

    title: str
    agency: str
    period: str
    as_of: str
    decide: str
    hint: str
    decisions: tuple[Decision, ...]
    numbers_title: str
    numbers: tuple[Number, ...]
    quality_title: str
    quality: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    opinions_title: str
    opinions: tuple[str, ...]
    lowest_title: str
    lowest: tuple[str, ...]
    spots_title: str
    spots: tuple[tuple[str, tuple[str, ...]], ...]  # (what and where, references)
    others_title: str
    others: tuple[str, ...]
    chain_title: str
    chain: str
    chart_title: str
    chart: Chart
    signature: tuple[str, ...]
    page: str


def sheet(svc: Svc, found: Mapping[str, Any]) -> Sheet:
    """The sheet of these figures (`issues.figures`)."""
    return _Writer(svc, found).sheet()


@dataclass
class _Writer:
    svc: Svc
    found: Mapping[str, Any]

    @cached_property
    def names(self) -> Names:
        return Names(self.svc, self.found["agency"])

    def sheet(self) -> Sheet:
        word, found = self.svc.texts.word, self.found
        decisions = tuple(self._decision(one) for one in found.get("decide", ()))
        return Sheet(
            title=word(f"sheet.titles.{found['what']}"),
            agency=word("sheet.every")
            if found["agency"] == EVERY
            else str(found.get("agency_name") or found["agency"]),
            period=self._period(),
            as_of=self._as_of(),
            decide=word("sheet.decide", n=len(decisions)) if decisions else word("sheet.nothing"),
            hint=word("sheet.hint") if decisions else "",
            decisions=decisions,
            numbers_title=word("sheet.key_figures"),
            numbers=tuple(self._number(name) for name in NUMBERS),
            quality_title=word("sheet.quality"),
            quality=tuple((name, value) for name, value in self._quality() if value),
            tables=tuple(table for table in self._tables() if table.lines),
            opinions_title=word("sheet.opinions"),
            opinions=self._opinions(),
            lowest_title=word("sheet.lowest"),
            lowest=self._lowest(),
            spots_title=word("sheet.spots"),
            spots=tuple(self._spot(one) for one in found.get("spots", ())),
            others_title=word("sheet.other"),
            others=tuple(line for line in map(self._other, OTHERS) if line),
            chain_title=word("sheet.chain"),
            chain=self._chain(),
            chart_title=word("sheet.chart"),
            chart=self._chart(),
            signature=tuple(self.svc.texts.words("sheet.signature")),
            page=word("sheet.page"),
        )

    # --- when --------------------------------------------------------------------------------------------------

    def _as_of(self) -> str:
        moment = datetime.fromisoformat(self.found["as_of"]).astimezone(self.svc.tools.zone)
        texts = self.svc.texts
        return texts.word("sheet.as_of", date=long_date(texts, moment.date()), time=texts.clock(moment))

    def _period(self) -> str:
        word, what = self.svc.texts.word, self.found["what"]
        first, last = date.fromisoformat(self.found["from"]), date.fromisoformat(self.found["to"]) - timedelta(days=1)
        dates, year = self._days(first, last), self.found.get("fiscal_year")
        if what == "month":
            return word("sheet.whole_month", month=self._month(last), year=last.year + BUDDHIST_ERA)
        if what == "quarter":
            return word("sheet.fiscal_quarter", quarter=(last.month - 10) % 12 // 3 + 1, year=year, dates=dates)
        if what == "year":
            return word("sheet.fiscal_year", year=year, dates=dates)
        return word("sheet.fiscal_week", dates=dates, year=year, week=self.found.get("fiscal_week"))

    def _days(self, first: date, last: date) -> str:
        key = "days" if first.year != last.year else "days_in_year" if first.month != last.month else "days_in_month"
        return self.svc.texts.word(
            f"sheet.{key}",
            first=first.day,
            first_month=self._month(first),
            first_year=first.year + BUDDHIST_ERA,
            last=last.day,
            month=self._month(last),
            year=last.year + BUDDHIST_ERA,
        )

    def _month(self, day: date) -> str:
        return self.svc.texts.words("letter.months")[day.month - 1]

    # --- what waits --------------------------------------------------------------------------------------------

    def _decision(self, one: Mapping[str, Any]) -> Decision:
        texts, secret = self.svc.texts, bool(one.get("confidential"))
        about = [self.names.category(one.get("category")), self.names.unit(one.get("unit"))] if not secret else []
        commands = texts.words(f"sheet.commands.{'secret' if secret else one['why']}")
        return Decision(
            reference=one["reference"],
            why=texts.word(f"sheet.whys.{one['why']}", n=one.get("days", 0)),
            about=" · ".join(name for name in about if name) if not secret else texts.word("sheet.secret"),
            commands=tuple(command.replace("{code}", one["reference"]) for command in commands),
        )

    # --- numbers -----------------------------------------------------------------------------------------------

    def _number(self, name: str) -> Number:
        value, before = self.found[name], self.found.get("before", {}).get(name)
        change = "" if before is None else self._changed(value - before)
        return Number(self.svc.texts.word(f"sheet.figures.{name}"), Cell(str(value), name), change)

    def _changed(self, by: int, unit: str = "") -> str:
        word = self.svc.texts.word
        before = word(f"sheet.befores.{self.found['what']}")
        if by == 0:
            return word("sheet.same", before=before)
        n = word("sheet.points", n=abs(by)) if unit else str(abs(by))
        return word("sheet.more" if by > 0 else "sheet.less", before=before, n=n)

    def _quality(self) -> list[tuple[str, str]]:
        word, found = self.svc.texts.word, self.found
        first = found.get("first_answer", {})
        hours = first.get("median_hours")
        rows = {"first_answer": "" if hours is None else word("sheet.hours", hours=f"{hours:g}", n=first["n"])}
        rows |= {name: self._share(found.get(name, {})) for name in ("answered_in_15_days", "on_time")}
        closed = found.get("confirmed", {})
        if closed.get("percent") is not None:
            told = (closed["percent"], closed["confirmed"], closed["closed"])
            rows["confirmed"] = word("sheet.of", percent=told[0], part=told[1], n=told[2])
        return [(word(f"sheet.qualities.{name}"), value) for name, value in rows.items()]

    def _share(self, share: Mapping[str, Any]) -> str:
        if share.get("percent") is None:
            return ""
        return self.svc.texts.word("sheet.of_n", percent=share["percent"], n=share["n"])

    def _tables(self) -> list[Table]:
        word = self.svc.texts.word
        naming = {"by_kind": self.names.kind, "by_category": self.names.category, "by_channel": self.names.channel}
        tables = []
        for name in TABLES:
            counts: Mapping[str, int] = self.found.get(name, {})
            ordered = sorted(counts.items(), key=lambda item: -item[1])
            lines = tuple(Line(naming[name](key), (Cell(str(n), name, key),)) for key, n in ordered if n)
            columns = (word("sheet.columns.name"), word("sheet.columns.received"))
            n = word("sheet.n", n=sum(counts.values()))
            tables.append(Table(word(f"sheet.tables.{name}"), columns, lines, n))
        return [*tables, self._units()]

    def _units(self) -> Table:
        word, units = self.svc.texts.word, self.found.get("by_unit", {})
        lines = tuple(
            Line(
                self.names.unit(key),
                (Cell(str(row["open"]), "by_unit", key), Cell(str(row["overdue"]), "overdue_by_unit", key)),
            )
            for key, row in sorted(units.items(), key=lambda item: -item[1]["open"])
        )
        columns = tuple(word(f"sheet.columns.{name}") for name in ("name", "open", "overdue"))
        n = word("sheet.n", n=sum(row["open"] for row in units.values()))
        return Table(word("sheet.tables.by_unit"), columns, lines, n)

    # --- opinions ----------------------------------------------------------------------------------------------

    def _opinions(self) -> tuple[str, ...]:
        word, found = self.svc.texts.word, self.found
        if not found["satisfaction"]["n"]:
            return (word("sheet.opinion_none"),)
        lines = [f"{word('sheet.qualities.satisfaction')} {self._share(found['satisfaction'])}"]
        before = found.get("before", {}).get("satisfaction", {}).get("percent")
        if before is not None:
            lines[0] += f" {self._changed(found['satisfaction']['percent'] - before, 'points')}"
        against = found.get("dissatisfied", {})
        if against.get("percent") is not None:
            told = word("sheet.of", percent=against["percent"], part=against["n"], n=found["satisfaction"]["n"])
            lines.append(f"{word('sheet.qualities.dissatisfied')} {told}")
        why = sorted(against.get("why", {}).items(), key=lambda item: -item[1])
        named = [word("sheet.one", name=self._why(code), n=n) for code, n in why if n]
        return (*lines, word("sheet.dissatisfied.line", list=" · ".join(named))) if named else tuple(lines)

    def _why(self, code: str) -> str:
        key = f"sheet.dissatisfied.{code}"
        return self.svc.texts.word(key) if self.svc.texts.has(key) else code

    def _lowest(self) -> tuple[str, ...]:
        word = self.svc.texts.word
        items = self.found.get("lowest", ())
        if not items:
            return (word("sheet.lowest_none"),) if self.found["satisfaction"]["n"] else ()
        return tuple(word("sheet.lowest_line", name=one["name"], percent=one["percent"], n=one["n"]) for one in items)

    # --- the rest ----------------------------------------------------------------------------------------------

    def _spot(self, one: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
        name = self.svc.texts.word(
            "sheet.spot_line", place=one["place"], category=self.names.category(one["category"]), n=one["times"]
        )
        return name, tuple(one.get("references", ()))

    def _other(self, name: str) -> str:
        found = self.found.get(name) or {}
        if name == "quota":
            return self._quota(found)
        word = self.svc.texts.word
        if name == "unreachable":
            return word("sheet.others.unreachable", n=found) if found else ""
        if name == "model":
            right = found.get("right_percent")
            told = {"percent": right, "n": found.get("cases"), "abstained": found.get("abstained_percent") or 0}
            return "" if right is None else word("sheet.others.model", **told)
        if name == "concluded":
            types = sorted(found.get("by_type", {}).items(), key=lambda item: -item[1])
            named = [word("sheet.one", name=word(f"dossier.conclusions.{code}"), n=n) for code, n in types if n]
            return word("sheet.others.concluded", n=found["n"], list=" · ".join(named)) if named else ""
        return word(f"sheet.others.{name}", **found) if any(map(_counts, found.values())) else ""

    def _quota(self, found: Mapping[str, Any]) -> str:
        word = self.svc.texts.word
        if not found.get("known"):
            return ""
        if found.get("limit") is None:
            parts = [word("sheet.others.quota_unlimited", used=found["used"])]
        else:
            parts = [word("sheet.others.quota", used=found["used"], limit=found["limit"])]
            if found.get("forecast") is not None:
                parts.append(word("sheet.others.quota_forecast", forecast=found["forecast"]))
        if found.get("held"):
            parts.append(word("sheet.others.quota_held", held=found["held"]))
        return " · ".join(parts)

    def _chain(self) -> str:
        chain = self.found.get("chain") or {}
        if not chain.get("head"):
            return ""
        return self.svc.texts.word("sheet.chain_line", head=chain["head"], n=f"{chain.get('links', 0):,}")

    # --- the chart ---------------------------------------------------------------------------------------------

    def _chart(self) -> Chart:
        word, found = self.svc.texts.word, self.found
        weeks = tuple(
            Bar(self._short(one["period"]), one["received"], one["resolved"])
            for one in [*found.get("four_weeks", ()), found]
        )
        units = tuple(
            Bar(self.names.unit(key), row["open"], row["overdue"])
            for key, row in sorted(found.get("by_unit", {}).items(), key=lambda item: -item[1]["open"])
            if row["open"]
        )
        opinion = self._opinion_parts()
        told = found["satisfaction"]["n"]
        titles = {
            "weeks": word("sheet.charts.weeks", units=word(f"sheet.chart_units.{found['what']}")),
            "units": word("sheet.charts.units"),
            "opinion": word("sheet.charts.opinion", n=told),
        }
        return Chart(
            weeks_title=titles["weeks"],
            weeks_legend=(word("sheet.charts.received"), word("sheet.charts.resolved")),
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


def _counts(value: object) -> bool:
    return isinstance(value, int) and value > 0
