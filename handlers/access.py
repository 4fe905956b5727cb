"""The only doors to a case. A case one may not see is "not found", like one that does not exist."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.rules.case_status import HEAD, INTAKE, UNIT, is_open, may_join
from handlers.rules.duties import MEMBER, READER, may
from handlers.services import Svc
from nlp import entities
from storage import cases, joins, messages, people
from storage.people import Post
from storage.tables import Account, Case, CaseJoin, Conversation
from storage.words import Role, Status

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


def group_actor(svc: Svc, account: Account, post: Post) -> Actor | None:
    """Somebody who writes in an officers' group: what the group is for its agency, done in that person's name.

    None for whoever is nothing there by themselves: not everybody in a chat of many works for the agency, or does any
    more; and who works for another unit is no officer of this one.
    """
    for own in people.posts_of(svc.session, account.person_id, svc.today):
        same_unit = post.unit_code in (None, own.unit_code) or own.role in _WIDE
        if own.agency_code == post.agency_code and same_unit:
            acting = Post(account.person_id, post.agency_code, post.unit_code, post.role, own.name)
            return Actor(account.id, account.person_id, (acting,), in_group=True)
    return None


def case_for_complainant(svc: Svc, actor: Actor, reference: str, *, lock: bool = False) -> Case:
    """The complainant's own case. Raises SecretNeeded for somebody else's, NotFound for none."""
    case = cases.by_reference(svc.session, reference, lock=lock)
    if case is None:
        raise NotFound(reference)
    if case.account_id not in own_accounts(svc, actor.person_id):
        raise SecretNeeded(reference)
    return case


def own_accounts(svc: Svc, person_id: int) -> set[int]:
    """Row ids of everything a person writes from."""
    return {account.id for account in people.accounts_of(svc.session, person_id)}


def place_in(svc: Svc, person_id: int, case: Case) -> CaseJoin | None:
    """The person's place in somebody else's case; None in their own, and where they never joined or left."""
    own = own_accounts(svc, person_id)
    found = None if case.account_id in own else joins.find(svc.session, case.id, own)
    return None if found is None or found.left_at is not None else found


def cases_of(svc: Svc, actor: Actor, limit: int = 10) -> list[tuple[Case, CaseJoin | None]]:
    """The person's own cases, and those they joined with their place in them: open ones first, newest first."""
    found: list[tuple[Case, CaseJoin | None]] = []
    found += joins.of_account(svc.session, own_accounts(svc, actor.person_id), limit)
    found += [(case, None) for case in cases.of_account(svc.session, actor.account_id, limit)]
    return sorted(found, key=_open_and_newest)[:limit]


def _open_and_newest(one: tuple[Case, CaseJoin | None]) -> tuple[bool, float]:
    case, joined = one
    since = case.received_at if joined is None else joined.joined_at
    return not is_open(case.status), -since.timestamp()


def is_of(svc: Svc, actor: Actor, case: Case) -> bool:
    """Did this person bring the case, or join it?"""
    return case.account_id in own_accounts(svc, actor.person_id) or place_in(svc, actor.person_id, case) is not None


def case_for_citizen(svc: Svc, actor: Actor, reference: str, *, lock: bool = False) -> tuple[Case, CaseJoin | None]:
    """The person's own case, or one they joined with their place in it. Raises as `case_for_complainant`.

    `lock`: nobody joins, leaves or becomes its complainant until this transaction ends.
    """
    try:
        own = case_for_complainant(svc, actor, reference, lock=lock)
        return _merged_into(svc, actor, own, lock) or (own, None)
    except SecretNeeded:
        case = cases.by_reference(svc.session, reference)
        joined = None if case is None else place_in(svc, actor.person_id, case)
        if case is None or joined is None:
            raise
        return case, joined


def _merged_into(svc: Svc, actor: Actor, case: Case, lock: bool) -> tuple[Case, CaseJoin | None] | None:
    """The case that a merged one went into: whoever asks for the old number is shown, and adds to, the new one."""
    if case.status != Status.MERGED or case.merged_into_id is None:
        return None
    main = cases.get(svc.session, case.merged_into_id, lock=lock)
    joined = place_in(svc, actor.person_id, main)
    own = main.account_id in own_accounts(svc, actor.person_id)
    return (main, joined) if own or joined is not None else None


def case_by_secret(svc: Svc, subject: str, reference: str, secret: str) -> Case:
    """Somebody else's case by the secret on its receipt, or on that of somebody who joined it (`joined_by_secret`).

    Raises NotFound when it does not fit, Throttled.
    """
    guessing = (("who", subject), ("case", reference))
    if any(people.wrong_guesses(svc.session, *key, now=svc.now, within=WINDOW) >= TRIES for key in guessing):
        raise Throttled(reference)
    case = cases.by_reference(svc.session, reference)
    right = None if case is None else svc.session.keys.open_text(case.secret)
    fits = right is not None and same(right, secret)
    if case is None or not (fits or joined_by_secret(svc, case, secret)):
        for key in guessing:
            people.note_wrong_guess(svc.session, *key, now=svc.now)
        raise NotFound(reference)
    return case


def joined_by_secret(svc: Svc, case: Case, secret: str) -> CaseJoin | None:
    """Whose receipt this secret stands on, of those who joined: its holder sees what that person sees, no more."""
    rows = joins.of_case(svc.session, case.id)
    fitting = [row for row in rows if same(svc.session.keys.open_text(row.secret) or "", secret)]
    return fitting[0] if fitting else None


def same(right: str, given: str) -> bool:
    """Is this the secret? Compared whole, so that the time it takes says nothing about how much of it fits."""
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass"))


def case_for_officer(svc: Svc, actor: Actor, reference: str, command: str = "view") -> tuple[Case, Post]:
    """A case this officer may see, its row locked, and the post that lets them: of several the one that may give the
    command. Raises NotFound."""
    case = cases.by_reference(svc.session, reference, lock=True)
    if case is None:
        raise NotFound(reference)
    if actor.in_group and case.confidential:
        raise NotFound(reference)
    fitting = [post for post in actor.posts if may_see(post, case)]
    if not fitting:
        raise NotFound(reference)
    return case, next((post for post in fitting if may(command, parties(post, case))), fitting[0])


def may_be_joined(case: Case) -> bool:
    """May another case go into this one?"""
    return may_join(case.status, confidential=case.confidential)


def quoted_by_officer(svc: Svc, actor: Actor, conversation: Conversation, quoted_id: str) -> tuple[Case, Post] | None:
    """The case of the bubble, or of their own command, that an officer answers, as `case_for_officer`. Raises NotFound.

    None: no bubble of one case, or one of a case this person brought or joined, in which they are a citizen.
    """
    bubble = messages.find_by_platform_id(svc.session, conversation.id, quoted_id) if quoted_id else None
    if bubble is None or (bubble.direction == "in" and bubble.case_id is None):
        return None
    if bubble.case_id is not None:
        named = [cases.get(svc.session, bubble.case_id).reference]
    else:
        named = entities.find_references(messages.text_of(svc.session, bubble))  # the answer to a command
    case = cases.by_reference(svc.session, named[0]) if len(named) == 1 else None
    if case is None or case.account_id in own_accounts(svc, actor.person_id):
        return None
    return None if place_in(svc, actor.person_id, case) is not None else case_for_officer(svc, actor, case.reference)


def may_see(post: Post, case: Case) -> bool:
    """May the holder of this post see this case?"""
    if case.confidential:
        return _may_see_confidential(post, case)
    in_unit = post.role in (Role.OFFICER, Role.UNIT_HEAD)
    if in_unit and f"{post.agency_code}:{post.unit_code}" in case.team:
        return True  # has a share in it, also for another agency
    if post.agency_code != case.agency_code:
        return False
    return post.role in _WIDE or (in_unit and post.unit_code == case.unit_code)


def _may_see_confidential(post: Post, case: Case) -> bool:
    """Who screens and decides, the officer named for it, and the head of the unit it was given to."""
    if post.agency_code != case.agency_code:
        return False
    given = case.status not in (Status.RECEIVED, Status.SCREENING)
    leads = post.role == Role.UNIT_HEAD and post.unit_code == case.unit_code and given
    return post.role in _CONFIDENTIAL or leads or (post.person_id == case.officer_id and post.role == Role.OFFICER)


def sees(actor: Actor, case: Case) -> bool:
    """May this officer see this case, here?"""
    return not (actor.in_group and case.confidential) and any(may_see(post, case) for post in actor.posts)


def parties(post: Post, case: Case | None = None) -> frozenset[str]:
    """As what the holder of this post may give commands (rules/duties.py), on this case where one is given; a governor
    reads figures and may see none."""
    if case is not None and is_member(post, case):
        return frozenset({MEMBER})
    return frozenset(acts_as(post)) or frozenset({READER} if post.role in _WIDE else ())


def is_member(post: Post, case: Case) -> bool:
    """Has this post's unit only a share in the case, which is another unit's?"""
    shares = f"{post.agency_code}:{post.unit_code}" in case.team
    own = (post.agency_code, post.unit_code) == (case.agency_code, case.unit_code)
    wide = post.agency_code == case.agency_code and post.role in _WIDE
    return shares and not own and not wide


def may_count_confidential(post: Post) -> bool:
    """May figures shown to this post hold confidential cases?"""
    return post.role in _CONFIDENTIAL


def acts_as(post: Post, case: Case | None = None) -> Sequence[str]:
    """As what the holder of this post may move a case (rules/case_status.py); a share alone moves nothing."""
    if case is not None and is_member(post, case):
        return ()
    return _ACTS_AS.get(Role(post.role), ())


def units_seen(post: Post) -> list[str] | None:
    """The units whose queue this post shows; None is all of them."""
    if post.role in _WIDE or post.unit_code is None:
        return None
    return [post.unit_code]
