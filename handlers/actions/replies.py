"""What a complainant answers beside the point goes into the case as news: the unit reads the words, and still waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.actions import filing, joins, notices, status
from handlers.services import Svc
from handlers.texts import shortened
from storage import cases
from storage.tables import Account, Case
from storage.words import Conclusion

LONGEST = 200  # letters of the words that stand in a notice


@dataclass(frozen=True)
class Said:
    """What somebody answered: rows of the messages, the words of the first, a pin."""

    rows: Sequence[int]
    text: str = ""
    lat: float | None = None
    lon: float | None = None


def answer(svc: Svc, account: Account, case: Case, said: Said) -> None:
    """Into the case, answering what it waits for."""
    joins.add(svc, account, case, said.rows, said.text, said.lat, said.lon)


def pass_on(svc: Svc, case: Case, said: Said, key: str) -> None:
    """Into the case; the unit reads the words (masked) under this key, and what we wait for is waited for still."""
    cases.get(svc.session, case.id, lock=True)
    filing.put_in(svc, case, said.rows, said.text, said.lat, said.lon)
    once = f"added:{said.rows[0]}"
    if said.text:
        notices.tell_unit(svc, case, key, once=once, words=svc.tools.mask(shortened(said.text, LONGEST)))
    else:
        notices.tell_unit(svc, case, "officer.added", once=once)


def reopen(svc: Svc, case: Case, said: Said | None) -> None:
    """Open again, with the words into the case where there are any. Raises MoveNotAllowed, and then nothing is done."""
    cases.get(svc.session, case.id, lock=True)
    status.reopen(svc, case, shortened(said.text, LONGEST) if said is not None else "")
    if said is not None:
        filing.put_in(svc, case, said.rows, said.text, said.lat, said.lon)


def asks_mended(case: Case) -> bool:
    """Is the complainant asked whether it is mended, and not whether they understand?"""
    return case.conclusion_type in (Conclusion.FIXED, Conclusion.PARTLY, None)
