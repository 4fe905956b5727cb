"""Accounts and people, memberships and one-time invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from storage import ids
from storage.db import Session
from storage.seal import Keyring
from storage.tables import Absence, Account, Invite, Membership, Person, WrongGuess
from storage.tables.base import plain

ANYBODY = "?"  # somebody away whose invitation named nobody


@dataclass(frozen=True)
class Post:
    """What a person is for an agency today. `instead_of`: whose post it is, where they only act (รักษาราชการแทน)."""

    person_id: int
    agency_code: str
    unit_code: str | None
    role: str
    name: str
    instead_of: str = ""
    since: date | None = None
    until: date | None = None


def account_for(session: Session, channel: str, user_id: str, now: datetime) -> Account:
    """The account of a platform user, made on first sight with a person of its own."""
    found = known(session, channel, user_id)
    if found is not None:
        return found
    key = key_of(session.keys, channel, user_id)
    person = session.write(Person, created_at=now)
    account = session.write(
        Account,
        key=key,
        channel=channel,
        user_id=session.keys.seal_text(user_id),
        person_id=person.id,
        created_at=now,
    )
    session.known.pop((_ACCOUNTS, person.id), None)
    return account


def known(session: Session, channel: str, user_id: str) -> Account | None:
    """The account of a platform user we have met; nobody is made on seeing them."""
    key = key_of(session.keys, channel, user_id)
    found: Account | None = session.known.get((_ACCOUNT, key))
    if found is None and user_id:
        found = by_key(session, key)
    if found is not None:
        session.known[_ACCOUNT, key] = found
    return found


def key_of(keys: Keyring, channel: str, user_id: str) -> str:
    """The keyed hash an account is found by; it names nobody."""
    return keys.find_key("account", channel, user_id)


def by_key(session: Session, key: str) -> Account | None:
    """The account of this keyed hash."""
    return session.find(_BY_KEY, {"key": key}).first()


_BY_KEY = select(Account).where(Account.key == bindparam("key"))


def account(session: Session, account_id: int) -> Account | None:
    """The account of this row id."""
    return session.get(Account, account_id)


def reachable(session: Session, account_id: int | None) -> bool | None:
    """Can this person be reached here? None where there is no such account."""
    row = None if account_id is None else session.ask(_GONE, {"row": account_id}).first()
    return None if row is None else row.unreachable_at is None


_GONE = select(plain(Account).c.unreachable_at).where(plain(Account).c.id == bindparam("row"))


def mark_unreachable(session: Session, account_id: int, at: datetime | None) -> None:
    """Remember that a person cannot be reached here (None: can be again)."""
    session.execute(update(Account).where(Account.id == account_id).values(unreachable_at=at))


def posts_of(session: Session, person_id: int, today: date) -> list[Post]:
    """What this person is for agencies today; last the posts of those they stand in for."""

    def read() -> list[Post]:
        own = own_posts(session, person_id, today)
        return [*own, *_standing_in(session, own, today)]

    return list(session.once((_POSTS, person_id, today), read))


_POSTS, _ACCOUNTS, _ACCOUNT = (
    "posts",
    "accounts",
    "account",
)  # read once in a transaction; what changes them forgets them


def _forget_posts(session: Session) -> None:
    for key in [key for key in session.known if key[0] == _POSTS]:
        del session.known[key]


def own_posts(session: Session, person_id: int, today: date) -> list[Post]:
    """What this person is for agencies today, in their own right."""
    return [_post(session, row) for row in session.ask(_POSTS_OF, {"today": today, "person": person_id})]


def posts_in(session: Session, agency_code: str, today: date) -> list[Post]:
    """Everybody who is something for this agency today; last those who stand in for somebody else."""

    def read() -> list[Post]:
        own = [_post(session, row) for row in session.ask(_POSTS_IN, {"today": today, "agency": agency_code})]
        return [*own, *_standing_in(session, own, today)]

    return list(session.once((_POSTS, agency_code, today), read))


def posts_held(session: Session, agency_code: str, today: date) -> list[Post]:
    """What people are for this agency today or later in their own right."""
    rows = select(Membership).where(
        Membership.agency_code == agency_code, or_(Membership.until.is_(None), Membership.until >= today)
    )
    return [_post(session, row) for row in session.scalars(rows.order_by(Membership.id))]


def _standing_in(session: Session, own: Sequence[Post], today: date) -> list[Post]:
    """The posts these people hold today for somebody away. Who is nothing themselves any more stands in for nobody."""
    if not own:
        return []
    names = {(post.person_id, post.agency_code): post.name for post in own}
    away = session.ask(_AWAY, {"today": today, "people": {post.person_id for post in own}})
    posts: list[Post] = []
    for absence in away.all():
        name = names.get((absence.stand_in_id or 0, absence.agency_code))
        if name is None:
            continue
        held = {"today": today, "person": absence.person_id, "agency": absence.agency_code}
        for row in session.ask(_POSTS_OF_IN, held):
            of = _post(session, row)
            posts.append(replace(of, person_id=absence.stand_in_id or 0, name=name, instead_of=of.name or ANYBODY))
    return posts


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


_POST = plain(Membership).c
_HELD = (
    select(
        *(_POST.person_id, _POST.agency_code, _POST.unit_code, _POST.role),
        *(_POST.display_name, _POST.since, _POST.until),
    )
    .where(_POST.since <= bindparam("today"), or_(_POST.until.is_(None), _POST.until >= bindparam("today")))
    .order_by(_POST.id)
)
_POSTS_OF = _HELD.where(_POST.person_id == bindparam("person"))
_POSTS_IN = _HELD.where(_POST.agency_code == bindparam("agency"))
_POSTS_OF_IN = _POSTS_OF.where(_POST.agency_code == bindparam("agency"))
_ABSENT = plain(Absence).c
_AWAY = (
    select(_ABSENT.person_id, _ABSENT.agency_code, _ABSENT.stand_in_id)
    .where(
        _ABSENT.stand_in_id.in_(bindparam("people", expanding=True)),
        _ABSENT.since <= bindparam("today"),
        _ABSENT.until >= bindparam("today"),
    )
    .order_by(_ABSENT.id)
)


def _post(session: Session, row: Any) -> Post:
    name = session.keys.open_text(row.display_name) or ""
    return Post(row.person_id, row.agency_code, row.unit_code, row.role, name, since=row.since, until=row.until)


def add_post(
    session: Session,
    person_id: int,
    *,
    agency_code: str,
    unit_code: str | None,
    role: str,
    name: str,
    today: date,
    since: date | None = None,
    until: date | None = None,
) -> None:
    """Make a person something for an agency, from `since` (today) to `until` (for good), both included; who is it
    already is it until the later date."""
    _forget_posts(session)
    same = session.scalars(
        _current(today).where(
            Membership.person_id == person_id,
            Membership.agency_code == agency_code,
            Membership.role == role,
            Membership.unit_code.is_(unit_code) if unit_code is None else Membership.unit_code == unit_code,
        )
    ).first()
    if same is not None:
        same.until = None if until is None or same.until is None else max(same.until, until)
        session.flush()
    else:
        session.add(
            Membership(
                person_id=person_id,
                agency_code=agency_code,
                unit_code=unit_code,
                role=role,
                display_name=session.keys.seal_text(name),
                since=max(since or today, today),
                until=until,
            )
        )
        session.flush()


def end_posts(session: Session, agency_code: str, person_id: int, role: str | None, today: date) -> list[Post]:
    """From now on this person is nothing for the agency any more (with `role`: not that); returns what they were or
    were going to be."""
    _forget_posts(session)
    open_ended = or_(Membership.until.is_(None), Membership.until >= today)
    query = select(Membership).where(
        Membership.agency_code == agency_code, Membership.person_id == person_id, open_ended
    )
    if role is not None:
        query = query.where(Membership.role == role)
    rows = list(session.scalars(query.order_by(Membership.id).with_for_update()))
    for row in rows:
        row.until = today - timedelta(days=1)
    session.flush()
    return [_post(session, row) for row in rows]


# --- away ------------------------------------------------------------------------------------------------------------


def go_away(
    session: Session, person_id: int, agency_code: str, since: date, until: date, stand_in_id: int | None
) -> None:
    """This person is away from an agency, both days included; what was planned for these days before is no more."""
    _forget_posts(session)
    overlapping = (Absence.since <= until) & (Absence.until >= since)
    own = (Absence.person_id == person_id) & (Absence.agency_code == agency_code)
    session.execute(delete(Absence).where(own, overlapping))
    session.add(
        Absence(person_id=person_id, agency_code=agency_code, since=since, until=until, stand_in_id=stand_in_id)
    )
    session.flush()


def absences(session: Session, person_id: int, today: date) -> list[Absence]:
    """When this person is away, today or later, soonest first."""
    query = select(Absence).where(Absence.person_id == person_id, Absence.until >= today)
    return list(session.scalars(query.order_by(Absence.since, Absence.id)))


def come_back(session: Session, absence: Absence, today: date) -> None:
    """An absence ends before its time; one that had not begun never was."""
    _forget_posts(session)
    if absence.since < today:
        absence.until = today - timedelta(days=1)
    else:
        session.delete(absence)
    session.flush()


def accounts_of(session: Session, person_id: int) -> list[Account]:
    """Every account a person writes from."""
    return list(session.once((_ACCOUNTS, person_id), lambda: list(session.find(_OF_PERSON, {"person": person_id}))))


_OF_PERSON = select(Account).where(Account.person_id == bindparam("person")).order_by(Account.id)


def invite(
    session: Session,
    *,
    agency_code: str,
    unit_code: str | None,
    role: str,
    name: str,
    expires_at: datetime,
    since: date | None = None,
    until: date | None = None,
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
            since=since,
            until=until,
        )
    )
    session.flush()
    return code


def take_invite(
    session: Session, code: str, person_id: int, now: datetime, today: date, *, group: bool = False
) -> Invite | None:
    """Use a code up; None when it is wrong, used or too old, or its post is over. A post with dates is no group's."""
    key = session.keys.find_key("invite", code.strip().upper().replace("-", ""))
    always = Invite.until.is_(None)
    dates = (always, Invite.since.is_(None)) if group else (or_(always, Invite.until >= today),)
    found = session.scalars(
        select(Invite)
        .where(Invite.code_key == key, Invite.used_at.is_(None), Invite.expires_at > now)
        .where(*dates)
        .with_for_update()
    ).first()
    if found is not None:
        found.used_at, found.used_by = now, person_id
        session.flush()
    return found


def invite_name(session: Session, found: Invite) -> str:
    """The name written on an invitation."""
    return session.keys.open_text(found.display_name) or ""


def note_wrong_guess(session: Session, *subject: str, now: datetime) -> None:
    """Remember a failed try at a secret."""
    session.add(WrongGuess(subject=session.keys.find_key("guess", *subject), at=now))
    session.flush()


def wrong_guesses(session: Session, *subject: str, now: datetime, within: timedelta) -> int:
    """How many failed tries this subject had lately."""
    key = session.keys.find_key("guess", *subject)
    session.ask(_OLD_GUESSES, {"before": now - timedelta(days=1)})
    return session.ask(_GUESSES, {"subject": key, "since": now - within}).scalar() or 0


_GUESS = plain(WrongGuess).c
_OLD_GUESSES = delete(plain(WrongGuess)).where(_GUESS.at < bindparam("before"))
_GUESSES = select(func.count(_GUESS.id)).where(_GUESS.subject == bindparam("subject"), _GUESS.at >= bindparam("since"))
