"""A digest that was told, for whoever its link was made: the sheet of it, and the cases behind its figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from handlers import access
from handlers.reports import digest, links
from handlers.reports.names import EVERY, Names
from handlers.reports.sheet import NUMBERS, TABLES, Sheet, sheet
from handlers.rules import periods
from handlers.services import Svc
from storage import issues, people
from storage.tables import Issue
from storage.words import Role

PURPOSE = "digest"
PAGE = 50  # cases shown at once
READERS: Collection[str] = frozenset({Role.HEAD, Role.DELEGATE, Role.GOVERNOR, Role.COORDINATOR, Role.ADMIN})
COLUMNS = ("reference", "received_on", "status", "category", "words")
_BEHIND = (*NUMBERS, *TABLES, "by_unit", "overdue_by_unit")


@dataclass(frozen=True)
class Shown:
    """One case behind a figure, in words."""

    reference: str
    received: str
    status: str
    category: str
    words: str


@dataclass(frozen=True)
class Behind:
    """A page of the cases behind one figure."""

    title: str
    period: str
    count: str
    columns: tuple[str, ...]
    rows: tuple[Shown, ...]
    nothing: str
    page: int
    pages: int


def opened(svc: Svc, token: str) -> Issue:
    """The digest a token leads to.

    Raises access.NotFound: not ours, too old, or its reader has no post any more that reads this agency's digest.
    """
    issue_id, person_id = map(int, links.opened(svc, PURPOSE, token))
    issue = issues.get(svc.session, issue_id)
    if issue is None or not reads(svc, person_id, issue.agency_code):
        raise access.NotFound(PURPOSE)
    return issue


def reads(svc: Svc, person_id: int, agency_code: str) -> bool:
    """May this person read the digests of this agency (or of all together) today?"""
    posts = people.posts_of(svc.session, person_id, svc.today)
    return any(post.role in READERS and agency_code in (EVERY, post.agency_code) for post in posts)


def sheet_of(svc: Svc, issue: Issue) -> Sheet:
    """What was told, as a sheet."""
    return sheet(svc, issue.figures)


def behind(svc: Svc, issue: Issue, what: str, key: str, page: int) -> Behind:
    """The cases behind a figure of it. Raises access.NotFound for what is no figure."""
    if what not in _BEHIND or bool(key) == (what in NUMBERS):
        raise access.NotFound(PURPOSE)
    period = periods.named(_what(issue), issue.period, svc.tools.zone)
    found = digest.behind(svc, issue.agency_code, period, what, key)
    word, names = svc.texts.word, Names(svc, issue.agency_code)
    pages = max(1, -(-len(found) // PAGE))
    at = min(max(page, 1), pages)
    rows = tuple(_shown(svc, names, row) for row in found[(at - 1) * PAGE : at * PAGE])
    count = word("sheet.behind.count", n=len(found))
    if pages > 1:
        count = word("sheet.behind.count_page", n=len(found), page=at, pages=pages)
    columns = tuple(
        word(f"sheet.behind.{name}") for name in ("reference", "received_on", "status", "category", "words")
    )
    return Behind(
        title=f"{word(f'sheet.behind.{what}')} {_key_name(names, what, key)}".strip(),
        period=sheet_of(svc, issue).period,
        count=count,
        columns=columns,
        rows=rows,
        nothing=word("sheet.behind.nothing"),
        page=at,
        pages=pages,
    )


def _what(issue: Issue) -> periods.What:
    return next(what for what in periods.WHATS if what == issue.what)


def _key_name(names: Names, what: str, key: str) -> str:
    if not key:
        return ""
    naming = {"by_kind": names.kind, "by_category": names.category, "by_channel": names.channel}
    return naming.get(what, names.unit)(key)


def _shown(svc: Svc, names: Names, row: digest.Row) -> Shown:
    word = svc.texts.word
    if row.words is None:  # confidential: its number, and nothing else
        return Shown(row.reference, "", "", word("sheet.behind.secret"), "")
    received, status = svc.texts.day(row.received_on), svc.texts.status(row.status)
    return Shown(row.reference, received, status, names.category(row.category), row.words)
