"""What stands on a digest's sheet, from the figures that were told.

Numbers come from the figures alone, so that page, paper and chart say what the message said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from handlers.reports import sheet_chart
from handlers.reports.counting import EVERY
from handlers.reports.decide import still_waits
from handlers.reports.names import Names, by_unit
from handlers.reports.paper import long_date
from handlers.reports.sheet import NUMBERS, TABLES, Cell, Decision, Line, Number, Sheet, Table
from handlers.services import Svc
from handlers.texts import BUDDHIST_ERA

DECISIONS = 20  # shown; the others are counted
_IN_HOURS = 48  # longer waits are told in days
OTHERS = ("counted", "concluded", "compliments", "suggestions", "unreachable", "quota", "model")


def sheet(svc: Svc, found: Mapping[str, Any], *, live: bool = False) -> Sheet:
    """The sheet of these figures (`issues.figures`); `live`: without what was decided meanwhile."""
    return _Writer(svc, found, live).sheet()


@dataclass
class _Writer:
    svc: Svc
    found: Mapping[str, Any]
    live: bool

    @cached_property
    def names(self) -> Names:
        return Names(self.svc, self.found["agency"])

    def sheet(self) -> Sheet:
        word, found = self.svc.texts.word, self.found
        listed = self._waiting()
        n = len(listed) if self.live else max(len(listed), sum(found.get("to_decide", {}).values()))
        shown = tuple(self._decision(one) for one in listed[:DECISIONS])
        return Sheet(
            title=word(f"digest_titles.{found['what']}"),
            agency=word("sheet.every")
            if found["agency"] == EVERY
            else str(found.get("agency_name") or found["agency"]),
            period=self._period(),
            as_of=self._as_of(),
            decide=word("sheet.decide", n=n) if n else word("sheet.nothing"),
            hint=word("sheet.hint") if n else "",
            decisions=shown,
            more=word("sheet.decide_more", n=n - len(shown)) if n > len(shown) else "",
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
            chart=sheet_chart.chart(self.svc, found, self.names),
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

    def _waiting(self) -> list[Mapping[str, Any]]:
        """What waited when it was told; `live`, what of it still waits."""
        listed: list[Mapping[str, Any]] = list(self.found.get("decide", ()))
        return [one for one in listed if still_waits(self.svc, dict(one))] if self.live else listed

    def _decision(self, one: Mapping[str, Any]) -> Decision:
        texts, reference, why = self.svc.texts, one["reference"], one["why"]
        about = texts.word("sheet.secret")
        if not one["confidential"]:
            known = [self.names.category(one["category"]), self.names.unit(one["unit"])]
            about = " · ".join(name for name in known if name)
        return Decision(
            reference=reference,
            why=f"{texts.word(f'digest_why.{why}')} {texts.word(f'digest_days.{why}', n=one['days'])}",
            about=about,
            commands=tuple(line.replace("{code}", reference) for line in texts.words(f"sheet.commands.{why}")),
        )

    # --- numbers -----------------------------------------------------------------------------------------------

    def _number(self, name: str) -> Number:
        value, before = self.found[name], self.found.get("before", {}).get(name)
        change = "" if before is None or self.found.get("first") else self._changed(value - before)
        return Number(self.names.figure(name), Cell(str(value), name), change)

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
        rows = {"first_answer": "" if hours is None else self._long(hours, first["n"])}
        rows |= {name: self._share(found.get(name, {})) for name in ("answered_in_15_days", "on_time")}
        closed = found.get("confirmed", {})
        if closed.get("percent") is not None:
            told = (closed["percent"], closed["confirmed"], closed["closed"])
            rows["confirmed"] = word("sheet.of_closed", percent=told[0], part=told[1], n=told[2])
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
            columns = (word("sheet.columns.name"), self.names.figure("received"))
            n = word("sheet.n", n=sum(counts.values()))
            tables.append(Table(word(f"sheet.tables.{name}"), columns, lines, n))
        return [*tables, self._units()]

    def _units(self) -> Table:
        word, name = self.svc.texts.word, "by_agency" if self.found["agency"] == EVERY else "by_unit"
        lines = tuple(
            Line(
                self.names.unit(key),
                (Cell(str(row["open"]), name, key), Cell(str(row["overdue"]), f"{name}_overdue", key)),
            )
            for key, row in by_unit(self.found)
        )
        columns = (word("sheet.columns.name"), self.names.figure("open"), self.names.figure("overdue"))
        n = word("sheet.n", n=sum(row["open"] for _key, row in by_unit(self.found)))
        return Table(word(f"sheet.tables.{name}"), columns, lines, n)

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
            lines.append(f"{word('sheet.qualities.dissatisfied')} {self._share(against)}")
        why = sorted(against.get("why", {}).items(), key=lambda item: -item[1])
        named = [word("sheet.one", name=self._why(code), n=n) for code, n in why if n]
        return (*lines, word("sheet.because", list=" · ".join(named))) if named else tuple(lines)

    def _why(self, code: str) -> str:
        key = f"digest_dissatisfied.{code}"
        return self.svc.texts.word(key) if self.svc.texts.has(key) else code

    def _lowest(self) -> tuple[str, ...]:
        word = self.svc.texts.word
        items = self.found.get("lowest", ())
        return tuple(word("sheet.lowest_line", name=one["name"], percent=one["percent"], n=one["n"]) for one in items)

    # --- the rest ----------------------------------------------------------------------------------------------

    def _long(self, hours: float, n: int) -> str:
        """Hours up to two days, days from there on."""
        if hours < _IN_HOURS:
            return self.svc.texts.word("sheet.hours", hours=f"{hours:g}", n=n)
        return self.svc.texts.word("sheet.in_days", days=f"{hours / 24:.1f}", n=n)

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
            told = {"percent": right, "n": found.get("confirmed", 0), "abstained": found.get("abstained_percent") or 0}
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


def _counts(value: object) -> bool:
    return isinstance(value, int) and value > 0
