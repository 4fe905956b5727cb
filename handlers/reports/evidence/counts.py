"""T-04, T-07 and T-08: how many matters came in, over three fiscal years, by channel, category and customer group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, TOTAL, Cell, Row, Table, table
from storage import agencies, statistics
from storage.statistics import UNSPECIFIED, By
from storage.words import Kind

Counts = Mapping[tuple[str, ...], Sequence[int]]


def by_channel(scope: Scope) -> Table:
    """T-04: through which channel people were heard."""
    known = {row.code: row.name for row in agencies.register(scope.svc.session, "channel")}
    return _plain(scope, "T-04", "channel", known)


def by_group(scope: Scope) -> Table:
    """T-08: which customer group brought how much; who did not say is a row of its own."""
    known = {row.code: row.name for row in agencies.register(scope.svc.session, "group")}
    return _plain(scope, "T-08", "customer_group", known)


def by_category(scope: Scope) -> Table:
    """T-07: which matters came in, and as what: complaints, suggestions, opinions, compliments below each category."""
    names = {row.code: row.name for row in agencies.categories(scope.svc.session)}
    found = statistics.cases_by(scope.svc.session, scope.agency_code, scope.spans, "category", "kind")
    years = _recorded(scope, found)
    rows: list[Row] = []
    for code in _codes(names, (key[0] for key in found)):
        parts = {key[1]: counts for key, counts in found.items() if key[0] == code}
        whole = [sum(counts) for counts in zip(*parts.values(), strict=True)] or [0] * len(years)
        rows.append(_row(code, names.get(code, code), whole, years))
        for kind in (kind.value for kind in Kind):
            if kind in parts:
                label = scope.svc.texts.word(f"kinds.{kind}")
                rows.append(_row(f"{code}:{kind}", label, parts[kind], years, level=1))
    return _with_total(scope, "T-07", rows, found, years)


def _plain(scope: Scope, table_id: str, by: By, names: Mapping[str, str]) -> Table:
    found = statistics.cases_by(scope.svc.session, scope.agency_code, scope.spans, by)
    years = _recorded(scope, found)
    labels = {**names, UNSPECIFIED: scope.svc.texts.word("evidence.unspecified")}
    none = [0] * len(years)
    rows = [
        _row(code, labels.get(code, code), found.get((code,), none), years)
        for code in _codes(names, (key[0] for key in found))
    ]
    return _with_total(scope, table_id, rows, found, years)


def _codes(known: Iterable[str], found: Iterable[str]) -> list[str]:
    """The register's codes in its order, then whatever else was found; who did not say comes last."""
    listed, there = list(known), set(found)
    others = sorted(there - set(listed) - {UNSPECIFIED})
    return [*listed, *others, *([UNSPECIFIED] if UNSPECIFIED in there else [])]


def _recorded(scope: Scope, found: Counts) -> list[bool]:
    """Of each year: was anything recorded at all?"""
    return [any(counts[at] for counts in found.values()) for at in range(len(scope.years))]


def _row(key: str, label: str, counts: Sequence[int], years: Sequence[bool], level: int = 0) -> Row:
    cells: list[Cell] = [count if recorded else NO_DATA for count, recorded in zip(counts, years, strict=True)]
    return Row(key, (label, *cells, ""), level=level)


def _with_total(scope: Scope, table_id: str, rows: list[Row], found: Counts, years: Sequence[bool]) -> Table:
    sums = [sum(counts[at] for counts in found.values()) for at in range(len(years))]
    rows.append(_row(TOTAL, scope.svc.texts.word("evidence.total"), sums, years))
    return table(table_id, scope.years, rows, sums[-1])
