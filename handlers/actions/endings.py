"""Other ends of a case: sent on to somebody else, not accepted, merged into another; and apart again."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.actions import consenting, finding, notices
from handlers.actions.status import move, record
from handlers.actions.telling import Told, first_answer, tell
from handlers.rules.case_status import CITIZEN
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Svc
from handlers.texts import shortened
from storage import agencies, cases, handling, joins, messages, sequences
from storage.people import Post
from storage.tables import Agency, Case, CaseJoin, StatusUpdate
from storage.words import Conclusion, Status

_LONGEST_NAME = 120


def forward(
    svc: Svc, case: Case, post: Post, acting: Sequence[str], to: str, known: Agency | None, reason: str
) -> Told:
    """Somebody else's duty: sent there under a letter's number, and the complainant is told whom to ask. Who they are
    goes along only if they agree (PDPA s. 19).

    `known`: the agency, where it is one of this installation. Raises MoveNotAllowed.
    """
    update = move(svc, case, Status.TRANSFERRED, "transferred", acting=acting, post=post, note=f"{to}: {reason}")
    case.conclusion_type = Conclusion.TRANSFERRED
    first_answer(svc, case)
    name, phone = (known.name, known.phone or "") if known else (to, _phone_of(svc, to))
    year = fiscal_year(svc.today)
    number = f"{_short_name(svc, case)} {sequences.next_value(svc.session, f'refer:{case.agency_code}:{year}')}/{year}"
    name = shortened(name, _LONGEST_NAME)
    code = known.code if known else None
    handling.refer(
        svc.session, case.id, now=svc.now, agency_name=name, agency_code=code, phone=phone or None, number=number
    )
    asks = consenting.at_forward(svc, case, name)
    values = {"agency": name, "date": svc.texts.day(svc.today), "phone": phone or svc.phone(), "number": number}
    key = "status.transferred" if phone else "status.transferred_plain"
    return tell(svc, case, update, key, values, asks=asks)


def _short_name(svc: Svc, case: Case) -> str:
    agency = agencies.agency(svc.session, case.agency_code)
    return str(agency.settings.get("short_name") or agency.code) if agency else case.agency_code


def _phone_of(svc: Svc, name: str) -> str:
    """A telephone number from the hotlines, where one is named like this."""
    bare = "".join(name.split())
    rows = agencies.hotlines(svc.session)
    return next((row.number for row in rows if bare and bare in "".join(row.name.split())), "")


def reject(svc: Svc, case: Case, post: Post, acting: Sequence[str], reason: str, alternative: str) -> Told:
    """Not for an agency to take up (rules of the Prime Minister's Office on complaints, B.E. 2552): why, and what else
    the person can do. New facts bring it back. Raises MoveNotAllowed."""
    update = move(svc, case, Status.NOT_ACCEPTED, "not_accepted", acting=acting, post=post, note=reason)
    case.conclusion_type = Conclusion.NOT_ACCEPTED
    first_answer(svc, case)
    values = {"reason": reason, "alternative": alternative, "phone": svc.phone()}
    return tell(svc, case, update, "status.not_accepted", values, choices=("track.button_more",))


# --- one matter, two cases -------------------------------------------------------------------------------------------


def merge(svc: Svc, case: Case, main: Case, post: Post, acting: Sequence[str]) -> Told:
    """The first case goes into the second. Its people keep their words, and hear of the other from now on; who thinks
    it is another matter says so and has a case of their own again. Raises MoveNotAllowed."""
    update = move(svc, case, Status.MERGED, "merged", acting=acting, post=post, note=main.reference)
    case.merged_into_id, case.conclusion_type = main.id, Conclusion.MERGED
    first_answer(svc, case)
    values = {"main": main.reference}
    told = tell(svc, case, update, "status.merged", values, pace="plain", choices=("track.button_not_same",))
    for row in joins.of_case(svc.session, case.id):
        _move_join(svc, row, main)
    if case.account_id is not None and case.conversation_id is not None and case.account_id != main.account_id:
        _join_complainant(svc, case, main)
    cases.follow(svc.session, case.id, main.id)  # what went into this one before goes along
    finding.note(svc, main)
    added = record(svc, main, "took_in", by=post.role, post=post, note=case.reference)
    notices.tell_unit(svc, main, "officer.took_in", once=f"update:{added.id}")
    return told


def _move_join(svc: Svc, row: CaseJoin, main: Case) -> None:
    if row.account_id == main.account_id:
        return
    there = joins.find(svc.session, main.id, {row.account_id})
    if there is None:
        row.case_id = main.id
    elif there.left_at is not None:  # they left that one, and told this one
        _take_over(there, row)
        there.left_at = None
    svc.session.flush()


_WORDS = ("secret", "said", "masked", "place", "place_masked", "lat", "lon", "happened", "contact")


def _take_over(row: CaseJoin, other: Case | CaseJoin) -> None:
    for name in _WORDS:
        setattr(row, name, getattr(other, name))
    if isinstance(other, CaseJoin):
        row.message_ids, row.earlier_ids = other.message_ids, other.earlier_ids


def _join_complainant(svc: Svc, case: Case, main: Case) -> None:
    assert case.account_id is not None
    assert case.conversation_id is not None
    row = joins.find(svc.session, main.id, {case.account_id})
    if row is None:
        whose = {"account_id": case.account_id, "conversation_id": case.conversation_id}
        row = joins.add(
            svc.session, {"case_id": main.id, **whose, "joined_at": svc.now, "message_ids": [], "earlier_ids": []}
        )
    row.left_at = None
    row.message_ids = messages.ids_of_case(svc.session, case.id, case.account_id)
    _take_over(row, case)
    svc.session.flush()


def split(svc: Svc, case: Case) -> StatusUpdate:
    """Its complainant says that a merged case is another matter: looked at by itself again. Raises MoveNotAllowed."""
    main_id = case.merged_into_id
    update = move(svc, case, Status.SCREENING, "split", acting=(CITIZEN,))
    case.merged_into_id = case.conclusion_type = None
    if main_id is not None and case.account_id is not None:
        row = joins.find(svc.session, main_id, {case.account_id})
        if row is not None:
            row.left_at = svc.now
        finding.note(svc, cases.get(svc.session, main_id))
        main = cases.get(svc.session, main_id)
        record(svc, main, "gave_out", by=CITIZEN, note=case.reference)
    notices.tell_unit(svc, case, "officer.split", once=f"update:{update.id}")
    return update
