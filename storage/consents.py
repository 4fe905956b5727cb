"""What a person agreed to beside the public task (PDPA s. 19): each purpose by itself, taken back by one tap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, select, update

from storage.db import Session
from storage.tables import Case, Consent, StatusUpdate
from storage.tables.base import plain

# Passing name and number on to another agency; showing pictures and story in public; keeping sensitive data (s. 26).
PURPOSES = ("identity", "publish", "sensitive")


def given(session: Session, account_id: int) -> set[str]:
    """The purposes an account agrees to now."""
    where = (Consent.account_id == account_id, Consent.withdrawn_at.is_(None))
    return set(session.scalars(select(Consent.purpose).where(*where)))


def all_of(session: Session, account_id: int) -> list[Consent]:
    """Everything it ever agreed to, oldest first."""
    return list(session.scalars(select(Consent).where(Consent.account_id == account_id).order_by(Consent.id)))


def give(session: Session, account_id: int, purpose: str, notice: str, now: datetime) -> bool:
    """It agrees, knowing this version of the notice; False where it did already."""
    if purpose in given(session, account_id):
        return False
    session.add(Consent(account_id=account_id, purpose=purpose, notice=notice, given_at=now))
    session.flush()
    return True


def withdraw(session: Session, account_id: int, purpose: str | None, now: datetime) -> list[str]:
    """It agrees no more, to this purpose or (None) to any; which ones ended."""
    where = [Consent.account_id == account_id, Consent.withdrawn_at.is_(None)]
    if purpose is not None:
        where.append(Consent.purpose == purpose)
    ended = session.scalars(update(Consent).where(*where).values(withdrawn_at=now).returning(Consent.purpose))
    return sorted(ended)


# --- for one case ----------------------------------------------------------------------------------------------------

# What became of a question about one case; the newest row of the case says it (`identity_asked` …).
# kept: it was sent on and nobody could be asked; what was agreed before was for another place.
ASKED, GIVEN, REFUSED, WITHDRAWN, KEPT = "asked", "given", "refused", "withdrawn", "kept"
FOR_A_CASE = ("identity", "sensitive")


def answer(session: Session, case_id: int, purpose: str) -> str:
    """What the complainant of this case answered to this purpose last; "" where nobody asked."""
    found = session.ask(_NEWEST, {"row": case_id, "whats": _whats(purpose)}).scalar()
    return str(found or "").removeprefix(f"{purpose}_")


def stands(session: Session, case: Case, purpose: str) -> bool:
    """Does its complainant agree to this purpose here: by their answer, else by what they agreed to for all?"""
    if purpose == "identity" and case.confidential:
        return False  # who tells of a secret has not agreed for it by what they agreed to for all
    said = answer(session, case.id, purpose)
    if said in (GIVEN, REFUSED) or case.account_id is None:
        return said == GIVEN
    return purpose in given(session, case.account_id)


def cases_given(session: Session, account_id: int, purpose: str) -> list[Case]:
    """The cases of an account for which it agrees to this purpose, oldest first."""
    agreed = select(StatusUpdate.case_id).where(StatusUpdate.what == f"{purpose}_{GIVEN}")
    own = select(Case).where(Case.account_id == account_id, Case.id.in_(agreed)).order_by(Case.id)
    rows = list(session.scalars(own))
    return [case for case in rows if answer(session, case.id, purpose) == GIVEN]


def standing(session: Session, purpose: str) -> Callable[[int | None, int | None], bool]:
    """The same as `stands` for many rows at once: (case id, account id) → does the consent stand?"""
    current = (Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    for_all = set(session.scalars(select(Consent.account_id).where(*current)))
    rows = select(StatusUpdate.case_id, StatusUpdate.what).where(StatusUpdate.what.in_(_whats(purpose)))
    said = {
        case_id: what.removeprefix(f"{purpose}_") for case_id, what in session.execute(rows.order_by(StatusUpdate.id))
    }

    def agreed(case_id: int | None, account_id: int | None) -> bool:
        newest = said.get(case_id or 0, "")
        return newest == GIVEN if newest in (GIVEN, REFUSED) else account_id in for_all

    return agreed


def _whats(purpose: str) -> list[str]:
    return [f"{purpose}_{word}" for word in (ASKED, GIVEN, REFUSED, WITHDRAWN, KEPT)]


_UPDATE = plain(StatusUpdate).c
_NEWEST = (
    select(_UPDATE.what)
    .where(_UPDATE.case_id == bindparam("row"), _UPDATE.what.in_(bindparam("whats", expanding=True)))
    .order_by(_UPDATE.id.desc())
    .limit(1)
)
