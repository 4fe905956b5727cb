"""The only doors to a case. A case one may not see is "not found", like one that does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.rules.case_status import HEAD, INTAKE, UNIT
from handlers.services import Svc
from storage import cases, people
from storage.people import Post
from storage.tables import Account, Case
from storage.words import Role

TRIES = 5  # wrong tracking secrets an account, or a case, may see in an hour
WINDOW = timedelta(hours=1)

_WIDE = frozenset({Role.INTAKE, Role.HEAD, Role.DELEGATE, Role.ADMIN, Role.COORDINATOR})
_CONFIDENTIAL = frozenset({Role.INTAKE, Role.HEAD, Role.DELEGATE})
_ACTS_AS = {
    Role.OFFICER: (UNIT,),
    Role.UNIT_HEAD: (UNIT,),
    Role.INTAKE: (INTAKE, UNIT),
    Role.HEAD: (HEAD,),
    Role.DELEGATE: (HEAD,),
}


class NotFound(Exception):
    """There is no such case, or none for this person. The two are not told apart."""


class Throttled(Exception):
    """Too many wrong secrets: try again later."""


class SecretNeeded(Exception):
    """The case exists and belongs to another account: show nothing without its secret."""


@dataclass(frozen=True)
class Actor:
    """Who is acting: the account, the person behind it, and what that person is for agencies today."""

    account_id: int
    person_id: int
    posts: tuple[Post, ...] = ()
    in_group: bool = False  # many eyes: nothing personal, nothing confidential

    @property
    def works_here(self) -> bool:
        """Is this an officer of any agency?"""
        return bool(self.posts)


def actor_for(svc: Svc, account: Account) -> Actor:
    """The actor behind an account."""
    return Actor(account.id, account.person_id, tuple(people.posts_of(svc.session, account.person_id, svc.today)))


def group_actor(svc: Svc, account: Account, post: Post) -> Actor:
    """Somebody who writes in an officers' group: what the group is for its agency, done in that person's name."""
    own = people.posts_of(svc.session, account.person_id, svc.today)
    name = next((known.name for known in own if known.agency_code == post.agency_code), "")
    acting = Post(account.person_id, post.agency_code, post.unit_code, post.role, name)
    return Actor(account.id, account.person_id, (acting,), in_group=True)


def case_for_complainant(svc: Svc, actor: Actor, reference: str) -> Case:
    """The complainant's own case. Raises SecretNeeded for somebody else's, NotFound for none."""
    case = cases.by_reference(svc.session, reference)
    if case is None:
        raise NotFound(reference)
    own = {account.id for account in people.accounts_of(svc.session, actor.person_id)}
    if case.account_id not in own:
        raise SecretNeeded(reference)
    return case


def case_by_secret(svc: Svc, subject: str, reference: str, secret: str) -> Case:
    """Somebody else's case by the secret on its receipt. Raises NotFound when it does not fit, Throttled."""
    guessing = (("who", subject), ("case", reference))
    if any(people.wrong_guesses(svc.session, *key, now=svc.now, within=WINDOW) >= TRIES for key in guessing):
        raise Throttled(reference)
    case = cases.by_reference(svc.session, reference)
    right = None if case is None else svc.session.keys.open_text(case.secret)
    if case is None or right is None or not _same(right, secret):
        for key in guessing:
            people.note_wrong_guess(svc.session, *key, now=svc.now)
        raise NotFound(reference)
    return case


def _same(right: str, given: str) -> bool:
    # Compared whole, so that the time it takes says nothing about how many digits fit.
    return len(right) == len(given) and sum(a != b for a, b in zip(right, given, strict=True)) == 0


def case_for_officer(svc: Svc, actor: Actor, reference: str) -> tuple[Case, Post]:
    """A case this officer may work on, its row locked, and the post that lets them. Raises NotFound."""
    case = cases.by_reference(svc.session, reference, lock=True)
    if case is None:
        raise NotFound(reference)
    if actor.in_group and case.confidential:
        raise NotFound(reference)
    for post in actor.posts:
        if may_see(post, case):
            return case, post
    raise NotFound(reference)


def may_see(post: Post, case: Case) -> bool:
    """May the holder of this post see this case?"""
    if post.agency_code != case.agency_code:
        return False
    if case.confidential:
        return post.role in _CONFIDENTIAL
    if post.role in _WIDE:
        return True
    return post.role in (Role.OFFICER, Role.UNIT_HEAD) and post.unit_code == case.unit_code


def acts_as(post: Post) -> Sequence[str]:
    """As what the holder of this post may move a case (see rules/case_status.py)."""
    return _ACTS_AS.get(Role(post.role), ())


def units_seen(post: Post) -> list[str] | None:
    """The units whose queue this post shows; None is all of them."""
    if post.role in _WIDE or post.unit_code is None:
        return None
    return [post.unit_code]
