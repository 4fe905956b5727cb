"""Invite people to an agency, and let them join by a one-time code."""

from __future__ import annotations

from datetime import date, timedelta

from handlers.access import TRIES, WINDOW, Throttled
from handlers.actions import notices
from handlers.messages import Say
from handlers.rules.case_status import is_open
from handlers.services import Svc
from storage import agencies, cases, history, joins, people, sequences
from storage.people import Post
from storage.tables import Account, Case, CaseJoin, Conversation, DataRequest, Invite
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


def _use_up(svc: Svc, account: Account, code: str) -> Invite:
    subject = ("join", str(account.id))
    if people.wrong_guesses(svc.session, *subject, now=svc.now, within=WINDOW) >= TRIES:
        raise Throttled("join")
    found = people.take_invite(svc.session, code, account.person_id, svc.now)
    if found is None:
        people.note_wrong_guess(svc.session, *subject, now=svc.now)
        raise WrongCode(code)
    return found


def join_group(svc: Svc, conversation: Conversation, account: Account, code: str) -> Post:
    """Use a code up for a whole group. Raises WrongCode, or Throttled after too many wrong ones."""
    found = _use_up(svc, account, code)
    conversation.agency_code, conversation.unit_code = found.agency_code, found.unit_code
    conversation.role = found.role
    details = {"agency": found.agency_code, "unit": found.unit_code, "role": found.role}
    history.append(svc.session, "group_joined", None, details, svc.now)
    return Post(account.person_id, found.agency_code, found.unit_code, found.role, "")


def set_phone(svc: Svc, account_id: int, phone: str | None) -> int:
    """The number to call back, in every case of this account and every one it joined; None takes it away (PDPA ss. 33,
    36). Returns in how many of them it stands now."""
    found: list[tuple[Case | CaseJoin, bool]] = [
        (case, is_open(case.status)) for case in cases.of_account(svc.session, account_id, limit=1000)
    ]
    for row in joins.all_of_account(svc.session, account_id):
        goes_on = row.left_at is None and is_open(cases.get(svc.session, row.case_id).status)
        found.append((row, goes_on))
    for each, wanted in found:
        had = each.contact is not None
        each.contact = svc.session.keys.seal_text(phone) if phone and (had or wanted) else None
    history.append(svc.session, "phone_changed", None, {"account": account_id, "removed": phone is None}, svc.now)
    return sum(each.contact is not None for each, _wanted in found)


def ask_about_data(svc: Svc, account_id: int, what: str, words: str, due_on: date) -> tuple[DataRequest, bool]:
    """(the request, is it new): what a person asks us to do with their data; the same open wish is one request."""
    known = people.open_request(svc.session, account_id, what)
    if known is not None:
        return known, False
    number = f"D{due_on.year + 543 - 2500}-{sequences.next_value(svc.session, 'data_requests'):04d}"
    request = people.ask_about_data(
        svc.session, number=number, account_id=account_id, what=what, words=words, now=svc.now, due_on=due_on
    )
    history.append(svc.session, "data_request", None, {"number": number, "what": what}, svc.now)
    word, day = svc.texts.word(f"requests.{what}"), svc.texts.day(due_on)
    say = Say(svc.texts.say("officer.data_request", number=number, what=word, due=day))
    notices.tell_roles(svc, (Role.INTAKE, Role.ADMIN), say, once=f"data:{number}")
    return request, True


def join(svc: Svc, account: Account, code: str) -> Post:
    """Use a code up. Raises WrongCode, or Throttled after too many wrong ones."""
    found = _use_up(svc, account, code)
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
