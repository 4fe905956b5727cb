"""T-10, T-15, T-16 and T-17: what people answered, on the guide's three points, with n beside every percentage.

The scale of T-10 (high, middle, low) is the same three points in the guide's other words, as the contract defines it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import Row, Table, rated, table
from storage import agencies, statistics, surveys
from storage.statistics import UNSPECIFIED
from storage.surveys import SCALE

Answers = Mapping[str, int]


def by_channel(scope: Scope) -> Table:
    """T-10: how satisfied people are by the channel of their case."""
    names = {row.code: row.name for row in agencies.register(scope.svc.session, "channel")}
    found = {key[0]: counts for key, counts in _answers(scope, "channel").items()}
    rows = [rated(code, name, found.get(code)) for code, name in names.items()]
    rows += [rated(code, code, found[code]) for code in sorted(found.keys() - names.keys())]
    return table("T-10", scope.years, rows, _n(found.values()))


def by_group(scope: Scope) -> Table:
    """T-15: of each agency, then of each customer group; who did not say is a row of its own."""
    session = scope.svc.session
    names = {row.code: row.name for row in agencies.register(session, "group")}
    of_agencies = {key[0]: counts for key, counts in _answers(scope, "agency_code").items()}
    found = {key[0]: counts for key, counts in _answers(scope, "customer_group").items()}
    rows = [
        rated(f"agency:{agency.code}", agency.name, of_agencies.get(agency.code))
        for agency in agencies.all_agencies(session)
        if scope.agency_code in (None, agency.code)
    ]
    rows += [rated(code, name, found.get(code), level=1) for code, name in names.items()]
    rows += [rated(code, code, found[code], level=1) for code in sorted(found.keys() - names.keys() - {UNSPECIFIED})]
    if UNSPECIFIED in found:
        rows.append(rated(UNSPECIFIED, scope.svc.texts.word("evidence.unspecified"), found[UNSPECIFIED], level=1))
    return table("T-15", scope.years, rows, _n(found.values()))


def by_item(scope: Scope) -> Table:
    """T-16: of each aspect of the service, and of every item asked about it."""
    session = scope.svc.session
    found = _of_items(scope)
    rows: list[Row] = []
    for code, name in surveys.aspects(session).items():
        items = [item for item in surveys.items(session).values() if item.aspect == code]
        rows.append(rated(code, name, _sum([found[item.code] for item in items if item.code in found])))
        rows += [rated(item.code, item.name, found.get(item.code), level=1) for item in items]
    rows += [rated(code, code, found[code]) for code in sorted(found.keys() - surveys.items(session).keys())]
    return table("T-16", scope.years, rows, _n(found.values()))


def by_dissatisfaction(scope: Scope, notes: Iterable[str] = ()) -> Table:
    """T-17: the same items, those people are least satisfied with first; what nobody was asked comes last.

    The order is reckoned, never typed: the guide's own example names other items than its figures do.
    """
    found = _of_items(scope)
    items = surveys.items(scope.svc.session)

    def rank(code: str) -> tuple[bool, float, int]:
        counts = found.get(code)
        if counts is None:
            return True, 0.0, 0
        return False, -counts[SCALE[-1]] / sum(counts.values()), -sum(counts.values())

    codes = sorted([*items, *sorted(found.keys() - items.keys())], key=rank)
    rows = [rated(code, items[code].name if code in items else code, found.get(code)) for code in codes]
    return table("T-17", scope.years, rows, _n(found.values()), *notes)


def lowest(scope: Scope, most: int) -> list[tuple[str, str]]:
    """(code, words) of the items people are least satisfied with, the worst first; not those nobody minds."""
    found = by_dissatisfaction(scope)
    return [(row.key, str(row.cells[0])) for row in found.rows if row.n and row.cells[-1]][:most]


def _of_items(scope: Scope) -> dict[str, Answers]:
    return {key[0]: counts for key, counts in _answers(scope, "item").items()}


def _answers(scope: Scope, by: statistics.AnswersBy) -> dict[tuple[str, ...], dict[str, int]]:
    return scope.answers_by(by)


def _sum(parts: list[Answers]) -> dict[str, int]:
    return {point: sum(part[point] for part in parts) for point in SCALE}


def _n(parts: Iterable[Answers]) -> int:
    return sum(sum(part.values()) for part in parts)
