"""Requests about one's own data (PDPA ss. 19, 30-36): asked in a chat, decided by an officer, answered in the chat."""

from __future__ import annotations

from datetime import timedelta

from handlers.actions import announcing, consenting, notices, privacy
from handlers.messages import Say
from handlers.services import Svc
from storage import consents, data_requests, history, people, sequences
from storage.data_requests import APPROVED, APPROVED_ALL, DONE, LIMITS, REFUSED
from storage.people import Post
from storage.tables import Account, DataRequest
from storage.words import Role

HANDLERS = (Role.INTAKE, Role.ADMIN, Role.COORDINATOR)
TOLD_FIRST = timedelta(minutes=10)  # the answer must have left before the chat it goes to is gone


def ask(svc: Svc, account_id: int, what: str, words: str) -> tuple[DataRequest, bool]:
    """(the request, is it new): what a person asks us to do with their data; the same open wish is one request.

    Due within 30 days (s. 30). What ends other uses ends them at once, whatever is decided later.
    """
    if what in LIMITS:
        announcing.unsubscribe(svc, account_id)
    if what == "consent":
        consents.withdraw(svc.session, account_id, None, svc.now)
        for purpose in consents.FOR_A_CASE:
            consenting.withdraw(svc, account_id, purpose)
    known = data_requests.open_of(svc.session, account_id, what)
    if known is not None:
        return known, False
    due_on = svc.today + timedelta(days=svc.limits["data_request_days"])
    number = f"D{due_on.year + 543 - 2500}-{sequences.next_value(svc.session, 'data_requests'):04d}"
    request = data_requests.add(
        svc.session, number=number, account_id=account_id, what=what, words=words, now=svc.now, due_on=due_on
    )
    history.append(svc.session, "data_request", None, {"number": number, "what": what}, svc.now)
    return request, True


def hand_on(svc: Svc, request: DataRequest) -> None:
    """Officers hear of a request they have to decide."""
    word, day = svc.texts.word(f"requests.{request.what}"), svc.texts.day(request.due_on)
    say = svc.texts.bubble("officer.data_request", number=request.number, what=word, due=day)
    notices.tell_roles(svc, HANDLERS, say, once=f"data:{request.number}")


def by_machine(svc: Svc, request: DataRequest) -> None:
    """A copy needs nobody: it is handed over at once."""
    data_requests.decide(svc.session, request, DONE, None, "", svc.now)
    _written_down(svc, request, None)


def carry_out(svc: Svc, request: DataRequest, post: Post, words: str, *, every_word: bool = False) -> str:
    """An officer did, or approves, what was asked; the person hears. Returns the outcome: an erasure is approved, and
    done by the clock once its answer has left. `every_word`: no law keeps their cases (records: ten years), so that
    these are emptied too; else they are kept without a name (s. 33)."""
    approved = APPROVED_ALL if every_word else APPROVED
    outcome = approved if request.what == "erase" else DONE
    data_requests.decide(svc.session, request, outcome, post.person_id, words, svc.now)
    _written_down(svc, request, post)
    key = "erase_all" if outcome == APPROVED_ALL else request.what
    _answer(svc, request, f"privacy.outcome_{key}", words)
    return outcome


def refuse(svc: Svc, request: DataRequest, post: Post, reason: str) -> None:
    """An officer refuses, for a reason the law knows (ss. 30-36); the person hears it, and where to complain."""
    data_requests.decide(svc.session, request, REFUSED, post.person_id, reason, svc.now)
    _written_down(svc, request, post)
    _answer(svc, request, "privacy.outcome_refused", reason)


def _answer(svc: Svc, request: DataRequest, key: str, words: str) -> None:
    account = people.account(svc.session, request.account_id)
    assert account is not None
    note = f"\n“{words}”" if words else ""
    say = Say(svc.texts.say(key, number=request.number, note=note, phone=svc.phone()))
    notices.tell_account(svc, account, [say], None, once=f"data:{request.number}:{request.outcome}")


def _written_down(svc: Svc, request: DataRequest, post: Post | None) -> None:
    details = {"number": request.number, "outcome": request.outcome, "person": post.person_id if post else None}
    history.append(svc.session, "data_decided", None, details, svc.now)


def consent(svc: Svc, account: Account, purpose: str, given: bool) -> bool:
    """A person agrees to a purpose for all their cases, or no more for any; False where it was so already."""
    session, notice = svc.session, privacy.version(svc)
    if given:
        changed = consents.give(session, account.id, purpose, notice, svc.now)
    else:
        by_case = consenting.withdraw(svc, account.id, purpose)
        changed = bool(consents.withdraw(session, account.id, purpose, svc.now)) or by_case
    if changed:
        details = {"account": account.id, "purpose": purpose, "given": given, "notice": notice}
        history.append(session, "consent", None, details, svc.now)
    return changed
