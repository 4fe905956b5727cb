"""Invite people to an agency, and let them join by a one-time code."""

from __future__ import annotations

from datetime import timedelta

from handlers.access import TRIES, WINDOW, Throttled
from handlers.services import Svc
from storage import agencies, history, people
from storage.people import Post
from storage.tables import Account
from storage.words import Role

INVITE_LASTS = timedelta(days=7)


class NoSuchPlace(Exception):
    """There is no agency or unit of this code; the message lists those there are."""


class WrongCode(Exception):
    """The one-time code is wrong, used or too old."""


def invite(svc: Svc, agency_code: str, unit_code: str | None, role: Role, name: str) -> str:
    """A one-time code for this post. Raises NoSuchPlace."""
    agency = agencies.agency(svc.session, agency_code)
    if agency is None:
        known = ", ".join(row.code for row in agencies.all_agencies(svc.session)) or "none: run pratu seed first"
        raise NoSuchPlace(f"no agency {agency_code!r}; there are: {known}")
    if unit_code and agencies.unit(svc.session, agency_code, unit_code) is None:
        known = ", ".join(row.code for row in agencies.units(svc.session, agency_code))
        raise NoSuchPlace(f"agency {agency_code} has no unit {unit_code!r}; it has: {known}")
    return people.invite(
        svc.session,
        agency_code=agency_code,
        unit_code=unit_code,
        role=role,
        name=name,
        expires_at=svc.now + INVITE_LASTS,
    )


def join(svc: Svc, account: Account, code: str) -> Post:
    """Use a code up. Raises WrongCode, or Throttled after too many wrong ones."""
    subject = ("join", str(account.id))
    if people.wrong_guesses(svc.session, *subject, now=svc.now, within=WINDOW) >= TRIES:
        raise Throttled("join")
    found = people.take_invite(svc.session, code, account.person_id, svc.now)
    if found is None:
        people.note_wrong_guess(svc.session, *subject, now=svc.now)
        raise WrongCode(code)
    name = people.invite_name(svc.session, found)
    people.add_post(
        svc.session,
        account.person_id,
        agency_code=found.agency_code,
        unit_code=found.unit_code,
        role=found.role,
        name=name,
        today=svc.today,
    )
    details = {"agency": found.agency_code, "unit": found.unit_code, "role": found.role}
    history.append(svc.session, "joined", None, details, svc.now)
    return Post(account.person_id, found.agency_code, found.unit_code, found.role, name)
