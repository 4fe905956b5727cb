"""Who is asked what they think of the service, and which questions come next. Pure judgements over plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from storage.words import Kind, Status

MATRIX = 5  # one item of each aspect of the guide's forms
MONTH = timedelta(days=30)
TOO_LATE = timedelta(days=14)  # whoever never had a quiet moment so long after a closing is not asked any more

# Nobody is asked whether they liked how their accusation, their praise or their opinion was "mended".
_NEVER = frozenset({Kind.CORRUPTION, Kind.COMPLIMENT, Kind.OPINION})
# Ended with a result the person has: they said so, did not object for a week, or an officer closed it (who is asked is
# not for officers to choose).
_REAL = frozenset({"confirmed", "silence", "officer"})


def is_asked(kind: str, status: str, closed_how: str | None, *, confidential: bool, thai: bool) -> bool:
    """Is the complainant of a case asked after this closing?

    Not where a push could betray a confidential matter. Of danger only whoever told us themselves that it is over:
    silence after an emergency may mean that nobody there has a mind for questions. And only those who read Thai.
    """
    if status != Status.CLOSED or closed_how not in _REAL or kind in _NEVER or confidential or not thai:
        return False
    return kind != Kind.EMERGENCY or closed_how == "confirmed"


def matrix(forms: Sequence[Sequence[tuple[str, str]]], counts: Mapping[str, int]) -> list[str]:
    """One item of each aspect: of the form that has the least answered item, in each aspect the least answered one.

    `forms`: (code, aspect) of every item, in the order of the paper; `counts`: answers this month. Ties go to the
    first, so that each item has its turn before any has its second.
    """
    form = min(forms, key=lambda items: min(counts.get(code, 0) for code, _aspect in items))
    chosen: dict[str, str] = {}
    for code, aspect in form:
        if aspect not in chosen or counts.get(code, 0) < counts.get(chosen[aspect], 0):
            chosen[aspect] = code
    return list(chosen.values())
