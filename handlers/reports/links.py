"""Signed links: for one purpose, for a few days; a letter's only while its reader may see the case."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from handlers import access
from handlers.rules.duties import may
from handlers.services import Svc
from storage import cases, letters, people
from storage.tables import Case, Letter

DAYS = 7
_LETTER, _DOSSIER = "letter", "dossier"
_LONGEST = 200  # letters of a token


def sign(svc: Svc, purpose: str, values: tuple[int | str, ...], until: datetime) -> str:
    """A token that carries these values (no dot in them) and is good for this purpose until then."""
    value = ".".join(map(str, (*values, int(until.timestamp()))))
    return f"{value}.{svc.session.keys.signature(purpose, value)}"


def opened(svc: Svc, purpose: str, token: str) -> tuple[str, ...]:
    """The values of a token of ours. Raises access.NotFound: not ours, of another purpose, or too old."""
    value, _dot, mark = token.rpartition(".") if len(token) <= _LONGEST and token.isascii() else ("", "", "")
    if not any(hmac.compare_digest(mark, right) for right in svc.session.keys.signatures(purpose, value)):
        raise access.NotFound(purpose)
    *values, until = value.split(".")
    if svc.now.timestamp() >= int(until):
        raise access.NotFound(purpose)
    return tuple(values)


def token(svc: Svc, letter: Letter, person_id: int, *, open_: bool = False) -> str:
    """The token for this person's link to this letter; with `open_` it shows personal data."""
    return sign(svc, _LETTER, (letter.id, person_id, int(open_)), svc.now + timedelta(days=DAYS))


def dossier_token(svc: Svc, case: Case, person_id: int) -> str:
    """The token for this person's link to the dossier of a case."""
    return sign(svc, _DOSSIER, (case.id, person_id), svc.now + timedelta(days=DAYS))


def dossier_of(svc: Svc, given: str) -> tuple[Case, int]:
    """The case whose dossier a token leads to, and whose link it is (row id of the person). Raises access.NotFound: not
    ours, too old, or the person may not see the case any more."""
    case_id, person_id = map(int, opened(svc, _DOSSIER, given))
    case = cases.get(svc.session, case_id)
    for post in people.posts_of(svc.session, person_id, svc.today):
        if access.may_see(post, case) and may("dossier", access.parties(post, case)):
            return case, person_id
    raise access.NotFound(_DOSSIER)


def letter_of(svc: Svc, given: str) -> tuple[Letter, Case, bool, int]:
    """The letter a token leads to, its case, whether it may show personal data, and whose link it is.

    Raises access.NotFound: not ours, too old, or the person may not see the case any more.
    """
    letter_id, person_id, open_ = (int(part) for part in opened(svc, _LETTER, given))
    letter = letters.by_id(svc.session, letter_id)
    if letter is None:
        raise access.NotFound(_LETTER)
    case = cases.get(svc.session, letter.case_id)
    if not any(access.may_see(post, case) for post in people.posts_of(svc.session, person_id, svc.today)):
        raise access.NotFound(_LETTER)
    return letter, case, bool(open_), person_id
