"""A second proof that whom a link was made for is the one who opens it: a number sent to their chat, typed on the page.

Asked for what is confidential (PDPA s. 37 (1): security fit for the risk): a link may be seen by others, a chat too,
both at once hardly.
"""

from __future__ import annotations

from datetime import timedelta

from handlers import access
from handlers.access import TRIES, WINDOW, Throttled
from handlers.actions import notices
from handlers.messages import Say
from handlers.reports import links
from handlers.services import Svc
from storage import history, ids, people

NUMBER_LASTS = timedelta(minutes=10)
PROOF_LASTS = timedelta(minutes=30)
_ASKED, _PROVED = "proof asked", "proof"
_DIGITS = 6


class WrongNumber(Exception):
    """The number is wrong, used, or too old."""


class Unreached(Exception):
    """This person has no chat in which a number could reach them."""


def ask(svc: Svc, person_id: int) -> str:
    """Send this person a number; returns the question it answers, for the page. Raises Throttled, Unreached."""
    _count(svc, "asked", person_id)
    accounts = [one for one in people.accounts_of(svc.session, person_id) if one.unreachable_at is None]
    if not accounts:
        raise Unreached(str(person_id))
    people.note_wrong_guess(svc.session, "asked", str(person_id), now=svc.now)
    question = links.sign(svc, _ASKED, (ids.token(9), person_id), svc.now + NUMBER_LASTS)
    minutes = int(NUMBER_LASTS.total_seconds() // 60)
    text = svc.texts.say("officer.proof", number=number_of(svc, question), minutes=minutes)
    for account in accounts:
        notices.tell_account(svc, account, [Say(text)], None)
    return question


def prove(svc: Svc, person_id: int, question: str, number: str) -> str:
    """The proof to be shown for the next half hour. Raises WrongNumber, Throttled."""
    _count(svc, "answered", person_id)
    used = ("answer used", question)
    try:
        _once, asked = links.opened(svc, _ASKED, question)
    except access.NotFound:
        asked = ""
    again = people.wrong_guesses(svc.session, *used, now=svc.now, within=NUMBER_LASTS)
    if asked != str(person_id) or again or not access.same(number_of(svc, question), number):
        people.note_wrong_guess(svc.session, "answered", str(person_id), now=svc.now)
        raise WrongNumber(str(person_id))
    people.note_wrong_guess(svc.session, *used, now=svc.now)
    history.append(svc.session, "proved", None, {"person": person_id}, svc.now)
    return links.sign(svc, _PROVED, (person_id,), svc.now + PROOF_LASTS)


def is_proved(svc: Svc, person_id: int, proof: str) -> bool:
    """Is this a proof of this person, and still good?"""
    try:
        return links.opened(svc, _PROVED, proof) == (str(person_id),)
    except access.NotFound:
        return False


def number_of(svc: Svc, question: str) -> str:
    """The number that answers a question: nothing of it is kept."""
    mark = svc.session.keys.signature("proof number", question)
    return f"{int(mark, 16) % 10**_DIGITS:0{_DIGITS}d}"


def _count(svc: Svc, what: str, person_id: int) -> None:
    """Raises Throttled after too many of it in an hour."""
    if people.wrong_guesses(svc.session, what, str(person_id), now=svc.now, within=WINDOW) >= TRIES:
        raise Throttled(what)
