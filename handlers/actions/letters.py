"""Issue a letter: a number of its agency and year, a line in the register, a fact of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from handlers.actions import status
from handlers.reports import links
from handlers.reports.letters import CHASES, KINDS
from handlers.rules.escalation import CHASED
from handlers.services import Svc
from handlers.texts import BUDDHIST_ERA
from storage import agencies, handling, letters, sequences
from storage.people import Post
from storage.tables import Case, Letter
from storage.words import ENDED, Route, Status

SYSTEM = "system"


class NoSuchKind(ValueError):
    """There is no letter of this kind; the message names those there are."""


def issue(
    svc: Svc, case: Case, kind: str, post: Post | None = None, details: Mapping[str, Any] | None = None
) -> Letter:
    """A new letter about a case, in the name of the case's agency; `post` is None where the clock writes it.

    `details`, nothing personal: `to` (addressee, where the rows do not name one), `agency` and `unit` (a unit written
    to, where it is not the case's). The date it is due by and the working days it is late are added. Numbers run per
    agency and calendar year, as the register of outgoing letters does (ระเบียบงานสารบรรณ 2526), without gaps.
    Raises NoSuchKind.
    """
    if kind not in KINDS:
        raise NoSuchKind(f"no letter {kind!r}; there are: {', '.join(KINDS)}")
    due = case.extended_to or case.due_on
    known: dict[str, Any] = {"unit": case.unit_code, "due": due.isoformat(), **(details or {})}
    if kind in CHASES:
        known["late"] = _days_late(svc, due)
    letter = letters.add(
        svc.session,
        agency_code=case.agency_code,
        number=_next_number(svc, case.agency_code),
        case_id=case.id,
        kind=kind,
        at=svc.now,
        details={name: value for name, value in known.items() if value is not None},
    )
    if kind == "order_team" and case.order_number is None:
        case.order_number = letter.number
    note = svc.texts.word("letter.note", name=svc.texts.word(f"letter.names.{kind}"), number=letter.number)
    status.record(svc, case, "letter", by=post.role if post else SYSTEM, post=post, note=note)
    return letter


_ANSWERED = frozenset({*ENDED, Status.RESOLVED})
_WITH_A_UNIT = frozenset(Status) - _ANSWERED - {Status.DRAFT, Status.RECEIVED, Status.SCREENING}


def fitting(svc: Svc, case: Case) -> list[str]:
    """The letters this case can have as it stands: no chase of what is reported, no order without a working group."""
    owed = {row.recipient for row in handling.notices(svc.session, case.id)}
    status_ = Status(case.status)
    fits = {
        "notify_unit": status_ in _WITH_A_UNIT,
        "memo_head": status_ not in (Status.DRAFT, Status.WITHDRAWN, Status.MERGED),
        "tell_complainant": case.first_answer_at is not None,
        "governor": "governor" in owed or status_ in _ANSWERED,
        "ministry": "ministry" in owed or bool(case.external_ref),
        "order_team": case.route == Route.MULTI,
        "refer": status_ == Status.TRANSFERRED,
    }
    return [kind for kind in KINDS if (status_ in CHASED if kind in CHASES else fits[kind])]


def link(svc: Svc, letter: Letter, post: Post, *, open_: bool = False) -> str:
    """The address under which the holder of this post finds the letter for a week; "" without a public address.

    `open_` (personal data unmasked) is for whoever gave a reason on record.
    """
    return svc.tools.file_link(links.token(svc, letter, post.person_id, open_=open_))


def _next_number(svc: Svc, agency_code: str) -> str:
    year = svc.today.year + BUDDHIST_ERA
    agency = agencies.agency(svc.session, agency_code)
    prefix = (agency.settings.get("short_name") if agency else None) or agency_code
    n = sequences.next_value(svc.session, f"letter:{agency_code}:{year}")
    return svc.texts.word("letter.number", prefix=prefix, n=n, year=year)


def _days_late(svc: Svc, due: date) -> int:
    """Working days after the due date, today included; 0 until then."""
    days = (svc.today - due).days
    return sum(svc.hours.is_working_day(due + timedelta(days=day)) for day in range(1, days + 1))
