"""Whom the clock tells about a case: an office by its role, and where nobody holds it, whoever stands above it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence

from handlers.access import may_see
from handlers.actions import notices
from handlers.messages import Choice, Say
from handlers.rules.escalation import Group
from handlers.services import Svc, put_out
from storage import agencies, conversations, people, reminders
from storage.news import CHASE
from storage.people import Post
from storage.tables import Account, Case
from storage.words import Role, Route, Status

log = logging.getLogger("pratu.reminders")

_LAST = "last"
# Who is told instead, one after the other, where a role is empty or may not see the case.
_INSTEAD: dict[str, tuple[str, ...]] = {
    Group.UNIT: (Group.UNIT_HEAD, Group.HEAD, Group.INTAKE, _LAST),
    Group.UNIT_HEAD: (Group.HEAD, Group.INTAKE, _LAST),
    Group.HEAD: (Group.INTAKE, _LAST),
    Group.INTAKE: (Group.HEAD, _LAST),
}
# A confidential case stays with those who are named for it: intake comes before anybody above.
_INSTEAD_QUIETLY: dict[str, tuple[str, ...]] = {
    **_INSTEAD,
    Group.UNIT: (Group.UNIT_HEAD, Group.INTAKE, Group.HEAD, _LAST),
}
_ROLES: dict[str, frozenset[Role]] = {
    Group.UNIT: frozenset({Role.OFFICER}),
    Group.UNIT_HEAD: frozenset({Role.UNIT_HEAD}),
    Group.HEAD: frozenset({Role.HEAD, Role.DELEGATE}),
    Group.INTAKE: frozenset({Role.INTAKE}),
    _LAST: frozenset({Role.ADMIN, Role.COORDINATOR}),
}
_UNITS = frozenset({Role.OFFICER, Role.UNIT_HEAD})
# What a unit does about a case with one tap.
GOES_ON = ("officer.button_result", "officer.button_defer")
ACTS: dict[Status, tuple[str, ...]] = {
    Status.RECEIVED: ("officer.button_category",),
    Status.SCREENING: ("officer.button_category", "officer.button_assign"),
    Status.ASSIGNED: ("officer.button_accept",),
    Status.REOPENED: ("officer.button_accept",),
    Status.REPORTED: ("officer.button_close",),
    Status.HEAD_REVIEW: (),
}


class Office:
    """Everybody who may hear of one case today, by what they are."""

    def __init__(self, svc: Svc, case: Case) -> None:
        self._svc, self._case = svc, case
        shares = reminders.units_at_work(svc.session, case.id) if case.route == Route.MULTI else []
        self._units = {(case.agency_code, case.unit_code), *shares}
        codes = {agency for agency, _unit in self._units}
        self._posts = [post for code in sorted(codes) for post in people.posts_in(svc.session, code, svc.today)]
        self._accounts: dict[int, list[Account]] = {}

    def of(self, group: Group) -> tuple[list[Post], bool]:
        """(the people of this group, or those told instead; is the group itself empty?)"""
        # Where no unit has it, intake does the unit's part.
        first = Group.INTAKE if group == Group.UNIT and self._case.unit_code is None else group
        instead = _INSTEAD_QUIETLY if self._case.confidential else _INSTEAD
        for name in (first, *instead[first]):
            found = [post for post in self._posts if self._is(post, name) and self.accounts(post)]
            if found or (name == Group.UNIT and self.groups()):
                return found, name != first
        # No personal data: the row's number and the role that nobody holds.
        log.warning("nobody to remind", extra={"case": self._case.id, "role": group.value})
        return [], True

    def _is(self, post: Post, group: str) -> bool:
        role = Role(post.role)
        if group not in (Group.UNIT, Group.UNIT_HEAD):
            return role in _ROLES[group] and may_see(post, self._case)
        # A unit that owes its share of a case of several units hears of that case, though another unit leads it.
        own = (post.agency_code, post.unit_code) in self._units
        seen = may_see(post, self._case) or not self._case.confidential
        screens = group == Group.UNIT and role == Role.INTAKE and not self._case.confidential
        return own and seen and (role in _ROLES[group] or screens)

    def accounts(self, post: Post) -> list[Account]:
        """Where this person can be reached."""
        if post.person_id not in self._accounts:
            found = people.accounts_of(self._svc.session, post.person_id)
            self._accounts[post.person_id] = [row for row in found if row.unreachable_at is None and row.user_id]
        return self._accounts[post.person_id]

    def groups(self) -> list[int]:
        """Row ids of the chats of many in which this case may be named, and naming costs nothing."""
        if self._case.confidential:
            return []
        rows = conversations.groups_of(self._svc.session, self._case.agency_code)
        posts = [(row, notices.group_post(row)) for row in rows if row.channel not in notices.PUSHES_COST]
        return [row.id for row, post in posts if post.role in _UNITS and may_see(post, self._case)]

    def tell(self, posts: Iterable[Post], say: Say, once: str, *, push: bool, urgent: bool = False) -> None:
        """Tell these people. On a channel where pushes cost: only those whom nothing else reaches, and unless `push`
        on their next free answer; what is `urgent` everywhere."""
        for person in {post.person_id: post for post in posts}.values():
            found = self.accounts(person)
            free = [account for account in found if account.channel not in notices.PUSHES_COST]
            for account in found if urgent or not free else free:
                rides = not (urgent or push) and account.channel in notices.PUSHES_COST
                pace = "" if urgent else "plain" if rides else CHASE
                notices.tell_account(self._svc, account, [say], self._case, f"{once}:a", news=pace)

    def tell_groups(self, say: Say, once: str, news: str = CHASE) -> None:
        """Tell the unit's chats of many: put together with other reminders, or with `news` "" at once."""
        for row_id in self.groups():
            group = conversations.by_id(self._svc.session, row_id)
            if group is not None:
                put_out(self._svc, group, [say], case_id=self._case.id, once=f"{once}:g{row_id}", news=news)


def of_case(svc: Svc, case: Case, key: str, *buttons: str, **values: object) -> Say:
    """Words about a case; of a confidential one nothing but its number, state and dates."""
    texts = svc.texts
    category = agencies.category(svc.session, case.category)
    about = texts.word("marks.confidential") if case.confidential else category.name if category else case.category
    text = texts.say(
        key,
        code=case.reference,
        about=about,
        unit="" if case.confidential else texts.say("officer.of_unit", unit=notices.unit_name(svc, case)),
        status=texts.status(case.status),
        due=texts.day(case.extended_to or case.due_on),
        **values,
    )
    hidden = "officer.button_category" if case.confidential else ""  # it tells what the case is about
    names = (*(name for name in buttons if name != hidden), "officer.button_view")
    return Say(text, tuple(Choice(texts.word(name, code=case.reference, category=case.category)) for name in names))


def roles_of(svc: Svc, posts: Collection[Post]) -> str:
    """What these people are, in words: "หัวหน้าส่วนราชการ"; "" for nobody."""
    known: Sequence[Role] = [role for role in Role if any(post.role == role for post in posts)]
    return " ".join(svc.texts.word(f"roles.{role}") for role in known)
