"""Tell those in charge: each week the heads, each month the governor, each quarter and year all who lead; once each.

A period is computed and kept when it is told first (handlers/reports/digest.py); what does not add up is not told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from handlers.actions import notices
from handlers.messages import Document, Part, Say
from handlers.reports import digest, links
from handlers.reports.digest import EVERY
from handlers.rules import periods, telling
from handlers.rules.periods import Period, What
from handlers.services import Svc
from handlers.texts import shortened, spans
from storage import agencies, figures, issues, outbox, people
from storage.people import Post
from storage.tables import Account, Issue
from storage.words import Role

PURPOSE = "digest"  # of the signed links
LINK_DAYS = 35
_DECIDES = (Role.HEAD, Role.DELEGATE)
_LEADS = (*_DECIDES, Role.COORDINATOR)
_MENDS = (Role.ADMIN, Role.COORDINATOR)
FILES = frozenset({"telegram"})  # where a paper is handed over as a file; elsewhere the board's link leads to it
_LONGEST_WHY = 200  # letters


@dataclass(frozen=True)
class Owed:
    """A period of an agency (EVERY: of all), and the posts whose holders are to be told of it now."""

    agency_code: str
    period: Period
    posts: tuple[Post, ...] = field(compare=False)


def owed(svc: Svc) -> list[Owed]:
    """What is to be told now and was not yet; nothing of times before anything was received."""
    found: list[Owed] = []
    governors: dict[int, Post] = {}
    for agency in agencies.all_agencies(svc.session):
        posts = people.posts_in(svc.session, agency.code, svc.today)
        governors |= _each(posts, (Role.GOVERNOR,))
        found += _weekly(svc, agency.code, _each(posts, _DECIDES).values())
        found += _after(svc, agency.code, _each(posts, _LEADS).values(), ("quarter", "year"))
    found += _after(svc, EVERY, governors.values(), ("month", "quarter", "year"))
    return [left for one in found if (left := _untold(svc, one)).posts]


def _each(posts: Iterable[Post], roles: Collection[Role]) -> dict[int, Post]:
    """Everybody who is one of these, once: their own post before one they only stand in for."""
    found: dict[int, Post] = {}
    for post in posts:
        if post.role in roles:
            found.setdefault(post.person_id, post)
    return found


def _weekly(svc: Svc, agency_code: str, posts: Iterable[Post]) -> list[Owed]:
    week = last_week(svc)
    wishes = issues.wishes(svc.session, agency_code)
    usual = (telling.WEEKDAY, telling.HOUR)
    due = [one for one in posts if telling.weekly_at(svc.hours, week, *wishes.get(one.person_id, usual)) <= svc.now]
    return [Owed(agency_code, week, tuple(due))]


def last_week(svc: Svc) -> Period:
    """The last whole week."""
    return periods.holding("week", svc.today, svc.tools.zone).before()


def _after(svc: Svc, agency_code: str, posts: Iterable[Post], whats: tuple[What, ...]) -> list[Owed]:
    last = [periods.holding(what, svc.today, svc.tools.zone).before() for what in whats]
    told_to = tuple(posts)
    return [Owed(agency_code, one, told_to) for one in last if telling.is_due(svc.hours, one, svc.now)]


def _untold(svc: Svc, one: Owed) -> Owed:
    """The same without those who know already."""
    agency = None if one.agency_code == EVERY else one.agency_code
    if not one.posts or not figures.ever_before(svc.session, agency, one.period.until):
        return Owed(one.agency_code, one.period, ())
    row = issues.find(svc.session, one.period.what, one.agency_code, one.period.name)
    posts = [post for post in one.posts if any(not _knows(svc, row, each) for each in _reached(svc, post))]
    return Owed(one.agency_code, one.period, tuple(posts))


def _reached(svc: Svc, post: Post) -> list[Account]:
    accounts = people.accounts_of(svc.session, post.person_id)
    return [account for account in accounts if account.unreachable_at is None and account.user_id is not None]


def _knows(svc: Svc, row: Issue | None, account: Account) -> bool:
    return row is not None and outbox.is_put(svc.session, f"{_once(row)}:{account.id}")


def _once(row: Issue) -> str:
    return f"digest:{row.id}"


def tell(svc: Svc, one: Owed) -> int:
    """Put a period out to those who are owed it, computed once and then kept; how many people. Raises
    DoesNotReconcile, and then nothing was told."""
    row = digest.issue(svc, one.agency_code, one.period)
    for post in one.posts:
        for account in _reached(svc, post):
            shown = parts(svc, row, post, account.channel)
            notices.tell_account(svc, account, shown, None, _once(row), purpose="digest", agency=post.agency_code)
    return len(one.posts)


def parts(svc: Svc, row: Issue, post: Post, channel: str) -> list[Part]:
    """An issue for the holder of a post: the board, and where files are handed over its paper."""
    token = links.sign(svc, PURPOSE, (row.id, post.person_id), svc.now + timedelta(days=LINK_DAYS))
    link = svc.tools.page_link(f"/digest/{token}")
    picture = svc.tools.page_link(f"/digest/{token}/chart.png")
    found: list[Part] = [digest.board(svc, row.figures, post, link=link, picture=picture)]
    if channel in FILES:
        found.append(_paper(svc, row, token))
    return found


def _paper(svc: Svc, row: Issue, token: str) -> Document:
    agency = agencies.agency(svc.session, row.agency_code)
    text = svc.texts.word(
        "digest.document",
        title=svc.texts.word(f"digest_titles.{row.what}"),
        agency=agency.name if agency else "",
        period=spans.label(svc.texts, digest.period_of(svc, row)),
    )
    name = svc.texts.word("digest.file", period=row.period)
    return Document(name, " ".join(text.split()), token, svc.tools.page_link(f"/report/{token}"))


def tell_stopped(svc: Svc, one: Owed, places: Collection[str]) -> None:
    """A period whose figures do not agree: whoever mends it is told where, once; the heads are told nothing wrong."""
    code = svc.agency.code if one.agency_code == EVERY else one.agency_code
    text = svc.texts.word(
        "digest.stopped",
        title=svc.texts.word(f"digest_titles.{one.period.what}"),
        period=spans.label(svc.texts, one.period),
        places=shortened("; ".join(places), _LONGEST_WHY),
    )
    once = f"digest-stopped:{one.agency_code}:{one.period.name}"
    for post in _each(people.posts_in(svc.session, code, svc.today), _MENDS).values():
        for account in _reached(svc, post):
            notices.tell_account(svc, account, [Say(text)], None, once)
