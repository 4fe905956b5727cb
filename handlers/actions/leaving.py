"""Leave a case one joined, or take one's own back; to whoever is left the case goes on."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.actions import filing, finding, notices, status
from handlers.actions.joins import shown_in, tells_enough, words_in
from handlers.messages import Say
from handlers.rules.case_status import CITIZEN, may_move
from handlers.services import Svc, conversation_of_case
from storage import cases, history, joins, messages, people
from storage.tables import Case, CaseJoin
from storage.words import Status


def leave(svc: Svc, case: Case, row: CaseJoin) -> None:
    """The person does not want to be part of it any more: no more news; officers see their words no longer.

    The caller has locked the case (access.case_for_citizen), so that it is not handed to this very person meanwhile.
    """
    row.left_at = svc.now
    history.append(svc.session, "case_left", case.id, {"reference": case.reference, "join": row.id}, svc.now)
    svc.session.flush()
    finding.note(svc, case)


def withdraw(svc: Svc, case: Case) -> None:
    """The complainant takes the case back. Who joined did so instead of a case of their own: with them it stays open,
    and one of them is its complainant from now on. Raises MoveNotAllowed once it has a result."""
    cases.get(svc.session, case.id, lock=True)  # before looking who is in it: somebody may be joining just now
    rows = joins.of_case(svc.session, case.id)
    heir = _heir(svc, rows)
    if heir is None or not may_move(Status(case.status), Status.WITHDRAWN, CITIZEN):
        status.withdraw(svc, case)
        say = Say(svc.texts.say("status.withdrawn_joined", code=case.reference))
        notices.tell_joined(svc, case, [say], once=f"withdrawn:{case.id}")
        return
    _trade_places(svc, case, heir)
    update = status.record(svc, case, "handed_over", by=CITIZEN)
    notices.tell_unit(svc, case, "officer.handed_over", once=f"update:{update.id}")
    say = svc.texts.bubble("status.handed_over", code=case.reference)
    if not notices.tell_complainant(svc, case, [say], once=f"update:{update.id}"):
        update = status.record(svc, case, "unreachable", by="system")
        notices.tell_unit(svc, case, "officer.unreachable", once=f"update:{update.id}")


def _heir(svc: Svc, rows: Sequence[CaseJoin]) -> CaseJoin | None:
    """Who came first of those who told something and can be reached; else of those who told something."""
    telling = [row for row in rows if tells_enough(svc, row)]
    return next((row for row in telling if _is_reachable(svc, row)), telling[0] if telling else None)


def _is_reachable(svc: Svc, row: CaseJoin) -> bool:
    account = people.account(svc.session, row.account_id)
    return account is not None and account.unreachable_at is None


_TRADED = (
    *("account_id", "conversation_id", "secret", "masked"),
    *("place", "place_masked", "lat", "lon", "happened", "contact"),
)


def _trade_places(svc: Svc, case: Case, row: CaseJoin) -> None:
    """The words of the two change places too; the one who goes keeps theirs in the row, to take back if they like."""
    keys = svc.session.keys
    gone = messages.ids_of_case(svc.session, case.id, case.account_id)
    said = filing.said_in(svc, case)
    new, text = shown_in(svc, row), words_in(svc, row)
    for name in _TRADED:
        mine, theirs = getattr(case, name), getattr(row, name)
        setattr(case, name, theirs)
        setattr(row, name, mine)
    case.said, case.text = keys.seal_data(new), keys.seal_text(text or None)
    case.customer_group = None
    case.verdict = {**case.verdict, "words": []}
    conversation = conversation_of_case(svc, case.conversation_id)
    case.channel = case.channel if conversation is None else conversation.channel
    row.said, row.message_ids, row.left_at = keys.seal_data(said), gone, svc.now
    svc.session.flush()
    finding.note(svc, case)
