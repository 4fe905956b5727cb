"""Invite people to an agency, and let them join by a one-time code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.access import TRIES, WINDOW, Throttled
from handlers.rules.case_status import is_open
from handlers.services import Svc
from nlp import similar
from storage import agencies, cases, history, joins, people
from storage.people import Post
from storage.tables import Account, Case, CaseJoin, Conversation, Invite
from storage.words import Role

INVITE_LASTS = timedelta(days=7)


class NoSuchPlace(Exception):
    """There is no agency or unit of this code; the message lists those there are."""


class WrongCode(Exception):
    """The one-time code is wrong, used or too old."""


def invite(
    svc: Svc,
    agency_code: str,
    unit_code: str | None,
    role: Role,
    name: str,
    *,
    since: date | None = None,
    until: date | None = None,
) -> str:
    """A one-time code for this post, which may begin and end by itself (both days included). Raises NoSuchPlace."""
    check_place(svc, agency_code)
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
        since=since,
        until=until,
    )


def check_place(svc: Svc, agency_code: str) -> None:
    """Raises NoSuchPlace where there is no such agency."""
    if agencies.agency(svc.session, agency_code) is None:
        known = ", ".join(row.code for row in agencies.all_agencies(svc.session)) or "none: run pratu seed first"
        raise NoSuchPlace(f"no agency {agency_code!r}; there are: {known}")


def _use_up(svc: Svc, account: Account, code: str, *, group: bool = False) -> Invite:
    subject = ("join", str(account.id))
    if people.wrong_guesses(svc.session, *subject, now=svc.now, within=WINDOW) >= TRIES:
        raise Throttled("join")
    found = people.take_invite(svc.session, code, account.person_id, svc.now, svc.today, group=group)
    if found is None:
        people.note_wrong_guess(svc.session, *subject, now=svc.now)
        raise WrongCode(code)
    return found


class WhoIsIt(Exception):
    """Nobody of this name works there, or several do; the message lists those there are."""


def leave(svc: Svc, agency_code: str, name: str, role: Role | None) -> list[Post]:
    """A person's posts end: they see nothing from now on. Returns the posts. Raises NoSuchPlace, WhoIsIt."""
    check_place(svc, agency_code)
    there = people.posts_held(svc.session, agency_code, svc.today)
    fitting = [post for post in there if role in (None, post.role)]
    found = called(name, fitting)
    if len(found) != 1:
        listed = ", ".join(sorted({f"{post.name or '?'} ({post.role})" for post in found or fitting})) or "nobody"
        why = "several people fit" if found else f"nobody called {name!r}"
        raise WhoIsIt(f"{why} in {agency_code}; there are: {listed}")
    ended = people.end_posts(svc.session, agency_code, found[0].person_id, role, svc.today)
    for post in ended:
        details = {"agency": agency_code, "unit": post.unit_code, "role": post.role}
        history.append(svc.session, "left", None, details, svc.now)
    return ended


def called(name: str, posts: Sequence[Post]) -> list[Post]:
    """Who is meant by a name as people write it: one post for each person. The same name, else one that begins so or
    holds it, else those most like it."""
    persons = list({post.person_id: post for post in posts if post.name}.values())
    wanted = _bare(name)
    if not wanted:
        return []
    for fits in (
        lambda other: other == wanted,
        lambda other: other.startswith(wanted),
        lambda other: wanted in other,
        lambda other: similar.likeness(wanted, other) >= _LIKE,
    ):
        found = [post for post in persons if fits(_bare(post.name))]
        if found:
            return found
    return []


def _bare(name: str) -> str:
    return "".join(name.lower().split())


_LIKE = 0.6  # of the shorter name's letters, three in a row: one slip in a name and a surname


def join_group(svc: Svc, conversation: Conversation, account: Account, code: str) -> Post:
    """Use a code up for a whole group. Who had it works here; everybody else in the group needs one of their own before
    they can give commands. Raises WrongCode, or Throttled after too many wrong ones."""
    found = _use_up(svc, account, code, group=True)
    post = _enter(svc, account, found)
    conversation.agency_code, conversation.unit_code = post.agency_code, post.unit_code
    conversation.role = post.role
    history.append(svc.session, "group_joined", None, _place(post), svc.now)
    return post


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


def join(svc: Svc, account: Account, code: str) -> Post:
    """Use a code up. Raises WrongCode, or Throttled after too many wrong ones."""
    post = _enter(svc, account, _use_up(svc, account, code))
    history.append(svc.session, "joined", None, _place(post), svc.now)
    return post


def _enter(svc: Svc, account: Account, found: Invite) -> Post:
    """The post a code gives, for the days it gives it."""
    post = Post(
        account.person_id,
        found.agency_code,
        found.unit_code,
        found.role,
        people.invite_name(svc.session, found),
        since=found.since,
        until=found.until,
    )
    people.add_post(
        svc.session,
        post.person_id,
        agency_code=post.agency_code,
        unit_code=post.unit_code,
        role=post.role,
        name=post.name,
        today=svc.today,
        since=post.since,
        until=post.until,
    )
    return post


def _place(post: Post) -> dict[str, str | None]:
    return {"agency": post.agency_code, "unit": post.unit_code, "role": post.role}
