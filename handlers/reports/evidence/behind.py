"""What stands behind a printed figure: the references of the cases counted, or the answers, without anybody in them."""

from __future__ import annotations

from collections.abc import Callable

from handlers.reports.evidence.lint import OLDER
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import TOTAL
from storage import statistics, surveys
from storage.statistics import AnswersBy, By


class NoSuchCell(Exception):
    """Nothing is counted there: the words say what would be."""


def references(scope: Scope, table_id: str, key: str) -> list[str]:
    """The cases counted in T-04, T-07 or T-08 in the scope's year, in the row of this key ("RD", "RD:complaint",
    "total"). Totals from before the system have no cases. Raises NoSuchCell."""
    if table_id not in OLDER:
        raise NoSuchCell(f"{table_id}: cases are counted in {', '.join(OLDER)}")
    where: dict[By, str] = {}
    value, _colon, kind = key.partition(":")
    if key != TOTAL:
        where[OLDER[table_id]] = value
    if kind:
        where["kind"] = kind
    return statistics.references(scope.svc.session, scope.agency_code, scope.span, where)


def answers(scope: Scope, table_id: str, key: str) -> list[tuple[str, str, str]]:
    """(date, item, point) of the answers behind a row of T-10, T-15, T-16 or T-17. Raises NoSuchCell."""
    if table_id not in _ROWS:
        raise NoSuchCell(f"{table_id}: answers are counted in {', '.join(_ROWS)}")
    by, values = _ROWS[table_id](scope, key)
    found = statistics.answers(scope.svc.session, scope.agency_code, scope.span, {by: values})
    zone = scope.svc.tools.zone
    return [(one.at.astimezone(zone).date().isoformat(), one.item, one.answer) for one in found]


def _of_group(_scope: Scope, key: str) -> tuple[AnswersBy, list[str]]:
    """An agency's own row, or a group's."""
    kind, _colon, code = key.partition(":")
    return ("agency_code", [code]) if kind == "agency" else ("customer_group", [key])


def _of_item(scope: Scope, key: str) -> tuple[AnswersBy, list[str]]:
    """An item, or all items of an aspect."""
    items = [item.code for item in surveys.items(scope.svc.session).values() if item.aspect == key]
    return "item", items or [key]


_ROWS: dict[str, Callable[[Scope, str], tuple[AnswersBy, list[str]]]] = {
    "T-10": lambda _scope, key: ("channel", [key]),
    "T-15": _of_group,
    "T-16": _of_item,
    "T-17": _of_item,
}


def lines(scope: Scope, table_id: str, key: str) -> list[str]:
    """Either of them, one a line. Raises NoSuchCell."""
    if table_id in OLDER:
        return references(scope, table_id, key)
    return [" ".join(found) for found in answers(scope, table_id, key)]
