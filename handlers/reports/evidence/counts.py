"""T-04, T-07 and T-08: how many matters came in, over three fiscal years, by channel, category and customer group.

To what the system counted come the totals of years before it (register `older`); the remark says how much of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from handlers.reports.evidence.lint import OLDER
from handlers.reports.evidence.schema import registers
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, TOTAL, Cell, Row, Table, table
from storage import agencies, register_lines
from storage.statistics import UNSPECIFIED
from storage.words import Kind

Counts = Mapping[tuple[str, ...], Sequence[int]]
BEFORE = "older"  # part of a key: totals from before the system


def by_channel(scope: Scope) -> Table:
    """T-04: through which channel people were heard."""
    known = {row.code: row.name for row in agencies.register(scope.svc.session, "channel")}
    return _plain(scope, "T-04", known)


def by_group(scope: Scope) -> Table:
    """T-08: which customer group brought how much; who did not say is a row of its own."""
    known = {row.code: row.name for row in agencies.register(scope.svc.session, "group")}
    return _plain(scope, "T-08", known)


def by_category(scope: Scope) -> Table:
    """T-07: which matters came in, and as what: complaints, suggestions, opinions, compliments below each category.

    Totals from before the system have no kind: they are a part of their own, so that parts make the whole.
    """
    names = {row.code: row.name for row in agencies.categories(scope.svc.session)}
    found = scope.cases_by("category", "kind")
    older = _Older(scope, "T-07")
    counted = _recorded(found, len(scope.years))
    years = older.recorded(counted)
    rows: list[Row] = []
    sums = [0] * len(years)
    for code in _codes(names, (*(key[0] for key in found), *older.keys)):
        parts = {key[1]: counts for key, counts in found.items() if key[0] == code}
        whole = older.added(code, [sum(counts) for counts in zip(*parts.values(), strict=True)] or [0] * len(years))
        sums = [one + other for one, other in zip(sums, whole, strict=True)]
        rows.append(_row(code, names.get(code, code), whole, years, older.remark(code)))
        for kind in (kind.value for kind in Kind):
            if kind in parts:
                label = scope.svc.texts.word(f"kinds.{kind}")
                rows.append(_row(f"{code}:{kind}", label, parts[kind], counted, level=1))
        if code in older.keys and parts:
            label = scope.svc.texts.word("evidence.before")
            rows.append(
                _row(f"{code}:{BEFORE}", label, older.counts(code), older.recorded([False] * len(years)), level=1)
            )
    return _with_total(scope, "T-07", rows, sums, years)


class _Older:
    """The totals from before the system that one table takes up."""

    def __init__(self, scope: Scope, table_id: str) -> None:
        self._texts, self._years = scope.svc.texts, scope.years
        self._found: dict[str, dict[int, tuple[int, list[str]]]] = {}
        standing = registers()[BEFORE].standing
        for year in scope.years:
            for line in register_lines.lines(scope.svc.session, BEFORE, scope.agencies, year, standing=standing):
                if line.cells["table"] == table_id:
                    before, notes = self._found.setdefault(line.cells["key"], {}).get(year, (0, []))
                    more = [line.cells["note"]] if line.cells.get("note") else []
                    self._found[line.cells["key"]][year] = (before + line.cells["count"], [*notes, *more])

    @property
    def keys(self) -> list[str]:
        """Of which channels, categories or groups there are any."""
        return list(self._found)

    def counts(self, key: str) -> list[int]:
        """How many, of each year."""
        return [self._found.get(key, {}).get(year, (0, []))[0] for year in self._years]

    def added(self, key: str, counts: Sequence[int]) -> list[int]:
        """These counts with what came before the system."""
        return [one + other for one, other in zip(counts, self.counts(key), strict=True)]

    def recorded(self, years: Sequence[bool]) -> list[bool]:
        """Of each year: was anything recorded, by the system or before it? A total of 0 is a record too."""
        written = {year for by_year in self._found.values() for year in by_year}
        return [known or year in written for year, known in zip(self._years, years, strict=True)]

    def remark(self, key: str) -> str:
        """What the remark column says of them."""
        return "\n".join(
            self._texts.word("evidence.with_before", year=year, n=count, note=" ".join(notes)).strip()
            for year, (count, notes) in sorted(self._found.get(key, {}).items())
        )


def _plain(scope: Scope, table_id: str, names: Mapping[str, str]) -> Table:
    found = scope.cases_by(OLDER[table_id])
    older = _Older(scope, table_id)
    years = older.recorded(_recorded(found, len(scope.years)))
    labels = {**names, UNSPECIFIED: scope.svc.texts.word("evidence.unspecified")}
    none = [0] * len(years)
    rows: list[Row] = []
    sums = none
    for code in _codes(names, (*(key[0] for key in found), *older.keys)):
        counts = older.added(code, found.get((code,), none))
        sums = [one + other for one, other in zip(sums, counts, strict=True)]
        rows.append(_row(code, labels.get(code, code), counts, years, older.remark(code)))
    return _with_total(scope, table_id, rows, sums, years)


def _codes(known: Iterable[str], found: Iterable[str]) -> list[str]:
    """The register's codes in its order, then whatever else was found; who did not say comes last."""
    listed, there = list(known), set(found)
    others = sorted(there - set(listed) - {UNSPECIFIED})
    return [*listed, *others, *([UNSPECIFIED] if UNSPECIFIED in there else [])]


def _recorded(found: Counts, years: int) -> list[bool]:
    """Of each year: did the system record anything at all?"""
    return [any(counts[at] for counts in found.values()) for at in range(years)]


def _row(key: str, label: str, counts: Sequence[int], years: Sequence[bool], remark: str = "", level: int = 0) -> Row:
    cells: list[Cell] = [count if recorded else NO_DATA for count, recorded in zip(counts, years, strict=True)]
    return Row(key, (label, *cells, remark), level=level)


def _with_total(scope: Scope, table_id: str, rows: list[Row], sums: Sequence[int], years: Sequence[bool]) -> Table:
    rows.append(_row(TOTAL, scope.svc.texts.word("evidence.total"), sums, years))
    return table(table_id, scope.years, rows, sums[-1])
