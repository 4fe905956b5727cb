"""T-22, form 2.3: each point of category 3 with a proposed tick, and why. A person ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.services import announced
from handlers.reports.evidence.table import Row, Table, criteria, table
from handlers.reports.evidence.written import lines
from storage import agencies
from storage.statistics import UNSPECIFIED
from storage.words import Kind


@dataclass(frozen=True)
class Evidence:
    """One thing a point requires: how much of it there is in the fiscal year, in words."""

    words: str
    n: int


def lacking(scope: Scope) -> dict[str, list[str]]:
    """What each point still lacks in the fiscal year, in words; points that lack nothing are left out."""
    found = {
        code: [words.format(n=0) for source, words in point["requires"] if not _count(scope, source)]
        for code, point in criteria()["points"].items()
    }
    return {code: words for code, words in found.items() if words}


def form(scope: Scope) -> Table:
    """The form: proposed as done only where everything the point requires has at least one record in the year."""
    texts = scope.svc.texts
    tick, blank = texts.word("evidence.ticked"), texts.word("evidence.unticked")
    rows = []
    for code, point in criteria()["points"].items():
        counted = [(words, _count(scope, source)) for source, words in point["requires"]]
        found = [Evidence(words.format(n=n), n) for words, n in counted]
        done = all(one.n for one in found)
        told = [f"{number}. {one.words}" for number, one in enumerate((one for one in found if one.n), 1)]
        lacking = [texts.word("evidence.lacking", what=one.words) for one in found if not one.n]
        cells = (point["criterion"], tick if done else blank, blank if done else tick, "\n".join([*told, *lacking]))
        rows.append(Row(code, cells))
    return table("T-22", scope.years, rows, None, texts.word("evidence.proposed"))


def _count(scope: Scope, source: str) -> int:
    kind, _colon, name = source.partition(":")
    return len(_lines(scope, name)) if kind == "register" else _COUNTS[source](scope)


def _lines(scope: Scope, register: str) -> list[object]:
    own: list[object] = [*lines(scope, register)]
    return own or [*(agencies.register(scope.svc.session, "mission") if register == "mission" else ())]


def _cases(scope: Scope) -> int:
    return sum(scope.cases_of_year("kind").values())


def _suggestions(scope: Scope) -> int:
    found = scope.cases_of_year("kind")
    return sum(found.get((kind,), 0) for kind in (Kind.SUGGESTION, Kind.OPINION))


def _channels(scope: Scope) -> int:
    return len(scope.cases_of_year("channel"))


def _groups(scope: Scope) -> int:
    return len(scope.cases_of_year("customer_group").keys() - {(UNSPECIFIED,)})


def _concluded(scope: Scope) -> int:
    return scope.concluded.concluded


def _answers(scope: Scope) -> int:
    return sum(sum(counts.values()) for counts in scope.answers_by("agency_code").values())


def _improved_items(scope: Scope) -> int:
    return len({item for line in lines(scope, "improvement") for item in line.cells.get("items", ())})


_COUNTS: dict[str, Callable[[Scope], int]] = {
    "cases": _cases,
    "suggestions": _suggestions,
    "channels_used": _channels,
    "groups_heard": _groups,
    "concluded": _concluded,
    "answers": _answers,
    "improved_items": _improved_items,
    "services_announced": lambda scope: announced(scope)[0],
}
