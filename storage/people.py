"""Accounts and people, memberships and one-time invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from storage import ids
from storage.db import Session
from storage.tables import Account, DataRequest, Invite, Membership, Person, WrongGuess


@dataclass(frozen=True)
class Post:
    """What a person is for an agency today."""

    person_id: int
    agency_code: str
    unit_code: str | None
    role: str
    name: str


def account_for(session: Session, channel: str, user_id: str, now: datetime) -> Account:
    """The account of a platform user, made on first sight with a person of its own."""
    key = session.keys.find_key("account", channel, user_id)
    found = session.scalars(select(Account).where(Account.key == key)).first()
    if found is not None:
        return found
    person = Person(created_at=now)
    session.add(person)
    session.flush()
    account = Account(
        key=key,
        channel=channel,
        user_id=session.keys.seal_text(user_id),
        person_id=person.id,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def account(session: Session, account_id: int) -> Account | None:
    """The account of this row id."""
    return session.get(Account, account_id)


def mark_unreachable(session: Session, account_id: int, at: datetime | None) -> None:
    """Remember that a person cannot be reached here (None: can be again)."""
    session.execute(update(Account).where(Account.id == account_id).values(unreachable_at=at))


def posts_of(session: Session, person_id: int, today: date) -> list[Post]:
    """What this person is for agencies today."""
    rows = session.scalars(_current(today).where(Membership.person_id == person_id)).all()
    return [_post(session, row) for row in rows]


def posts_in(session: Session, agency_code: str, today: date) -> list[Post]:
    """Everybody who is something for this agency today."""
    rows = session.scalars(_current(today).where(Membership.agency_code == agency_code)).all()
    return [_post(session, row) for row in rows]


def chats_of_officers(session: Session, channel: str, today: date) -> list[str]:
    """The user ids, on one channel, of everybody who works for an agency today."""
    working = _current(today).with_only_columns(Membership.person_id).order_by(None)
    rows = session.scalars(
        select(Account).where(Account.channel == channel, Account.person_id.in_(working)).order_by(Account.id)
    )
    return [user for row in rows if (user := session.keys.open_text(row.user_id))]


def _current(today: date):  # type: ignore[no-untyped-def]
    return (
        select(Membership)
        .where(Membership.since <= today, or_(Membership.until.is_(None), Membership.until >= today))
        .order_by(Membership.id)
    )


def _post(session: Session, row: Membership) -> Post:
    name = session.keys.open_text(row.display_name) or ""
    return Post(row.person_id, row.agency_code, row.unit_code, row.role, name)


def add_post(
    session: Session,
    person_id: int,
    *,
    agency_code: str,
    unit_code: str | None,
    role: str,
    name: str,
    today: date,
) -> None:
    """Make a person something for an agency; saying it twice changes nothing."""
    same = session.scalars(
        _current(today).where(
            Membership.person_id == person_id,
            Membership.agency_code == agency_code,
            Membership.role == role,
            Membership.unit_code.is_(unit_code) if unit_code is None else Membership.unit_code == unit_code,
        )
    ).first()
    if same is None:
        session.add(
            Membership(
                person_id=person_id,
                agency_code=agency_code,
                unit_code=unit_code,
                role=role,
                display_name=session.keys.seal_text(name),
                since=today,
            )
        )
        session.flush()


def accounts_of(session: Session, person_id: int) -> list[Account]:
    """Every account a person writes from."""
    return list(session.scalars(select(Account).where(Account.person_id == person_id).order_by(Account.id)))


def invite(
    session: Session,
    *,
    agency_code: str,
    unit_code: str | None,
    role: str,
    name: str,
    expires_at: datetime,
) -> str:
    """Make a one-time code; only its keyed hash is kept, so it is shown this once."""
    code = ids.code()
    session.add(
        Invite(
            code_key=session.keys.find_key("invite", code),
            agency_code=agency_code,
            unit_code=unit_code,
            role=role,
            display_name=session.keys.seal_text(name),
            expires_at=expires_at,
        )
    )
    session.flush()
    return code


def take_invite(session: Session, code: str, person_id: int, now: datetime) -> Invite | None:
    """Use a code up; None when it is wrong, used or too old."""
    key = session.keys.find_key("invite", code.strip().upper().replace("-", ""))
    found = session.scalars(
        select(Invite)
        .where(Invite.code_key == key, Invite.used_at.is_(None), Invite.expires_at > now)
        .with_for_update()
    ).first()
    if found is not None:
        found.used_at, found.used_by = now, person_id
        session.flush()
    return found


def invite_name(session: Session, found: Invite) -> str:
    """The name written on an invitation."""
    return session.keys.open_text(found.display_name) or ""


def ask_about_data(
    session: Session, *, number: str, account_id: int, what: str, words: str, now: datetime, due_on: date
) -> DataRequest:
    """Write down what a person asks us to do with their data."""
    row = DataRequest(
        number=number,
        account_id=account_id,
        what=what,
        words=session.keys.seal_text(words or None),
        asked_at=now,
        due_on=due_on,
    )
    session.add(row)
    session.flush()
    return row


def open_request(session: Session, account_id: int, what: str) -> DataRequest | None:
    """A request of this kind that is not done yet."""
    return session.scalars(
        select(DataRequest).where(
            DataRequest.account_id == account_id, DataRequest.what == what, DataRequest.done_at.is_(None)
        )
    ).first()


def note_wrong_guess(session: Session, *subject: str, now: datetime) -> None:
    """Remember a failed try at a secret."""
    session.add(WrongGuess(subject=session.keys.find_key("guess", *subject), at=now))
    session.flush()


def wrong_guesses(session: Session, *subject: str, now: datetime, within: timedelta) -> int:
    """How many failed tries this subject had lately."""
    key = session.keys.find_key("guess", *subject)
    session.execute(delete(WrongGuess).where(WrongGuess.at < now - timedelta(days=1)))
    return (
        session.scalar(
            select(func.count()).select_from(WrongGuess).where(WrongGuess.subject == key, WrongGuess.at >= now - within)
        )
        or 0
    )
