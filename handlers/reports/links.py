"""Signed links to a letter: for one person, for a few days, and only while that person may see the case."""

from __future__ import annotations

import hmac
from datetime import timedelta

from handlers import access
from handlers.services import Svc
from storage import cases, letters, people
from storage.tables import Case, Letter

DAYS = 7
_PURPOSE = "letter"
_LONGEST = 120  # letters of a token


def token(svc: Svc, letter: Letter, person_id: int, *, open_: bool = False) -> str:
    """The token for this person's link to this letter; with `open_` it shows personal data."""
    until = int((svc.now + timedelta(days=DAYS)).timestamp())
    value = f"{letter.id}.{person_id}.{until}.{int(open_)}"
    return f"{value}.{svc.session.keys.signature(_PURPOSE, value)}"


def letter_of(svc: Svc, given: str) -> tuple[Letter, Case, bool]:
    """The letter a token leads to, its case, and whether it may show personal data.

    Raises access.NotFound: not ours, too old, or the person may not see the case any more.
    """
    value, _dot, mark = given.rpartition(".") if len(given) <= _LONGEST and given.isascii() else ("", "", "")
    if not any(hmac.compare_digest(mark, right) for right in svc.session.keys.signatures(_PURPOSE, value)):
        raise access.NotFound(_PURPOSE)
    letter_id, person_id, until, open_ = (int(part) for part in value.split("."))
    letter = letters.by_id(svc.session, letter_id)
    if letter is None or svc.now.timestamp() >= until:
        raise access.NotFound(_PURPOSE)
    case = cases.get(svc.session, letter.case_id)
    if not any(access.may_see(post, case) for post in people.posts_of(svc.session, person_id, svc.today)):
        raise access.NotFound(_PURPOSE)
    return letter, case, bool(open_)
