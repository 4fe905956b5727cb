"""A digest that was told, for whoever its link was made: the sheet of it, and the cases behind its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers import access
from handlers.reports import digest, links
from handlers.reports.counting import EVERY
from handlers.reports.names import Names
from handlers.reports.sheet import NUMBERS, TABLES, Sheet
from handlers.reports.sheet_words import sheet
from handlers.services import Svc
from handlers.texts import spans
from storage import issues, people
from storage.tables import Issue
from storage.words import Role

PURPOSE = "digest"
PAGE = 50  # cases shown at once
# Who reads the digests of an agency, and who of them its cases as well: as access.may_see has it.
CASES: frozenset[str] = frozenset({Role.HEAD, Role.DELEGATE, Role.COORDINATOR, Role.ADMIN})
READERS: frozenset[str] = CASES | {Role.GOVERNOR}
COLUMNS = ("reference", "received_on", "status", "category", "unit", "words")
_UNITS = ("by_unit", "by_unit_overdue")


@dataclass(frozen=True)
class Shown:
    """One case behind a figure, in words."""

    reference: str
    received: str
    status: str
    category: str
    unit: str
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


@dataclass(frozen=True)
class Opened:
    """A digest and what its reader may see of it: `cases`, those behind its figures; `secret`, which of them are
    confidential."""

    issue: Issue
    cases: bool
    secret: bool = False


def opened(svc: Svc, token: str) -> Opened:
    """The digest a token leads to.

    Raises access.NotFound: not ours, too old, or its reader has no post any more that reads this agency's digest.
    """
    issue_id, person_id = map(int, links.opened(svc, PURPOSE, token))
    issue = issues.get(svc.session, issue_id)
    if issue is None:
        raise access.NotFound(PURPOSE)
    posts = people.posts_of(svc.session, person_id, svc.today)
    reading = [post for post in posts if post.role in READERS and issue.agency_code in (EVERY, post.agency_code)]
    if not reading:
        raise access.NotFound(PURPOSE)
    # Cases of one's own agency only: behind the figures of all of them stand other agencies' cases.
    own = [post for post in reading if post.role in CASES and post.agency_code == issue.agency_code]
    return Opened(issue, bool(own), any(map(access.may_count_confidential, own)))


def sheet_of(svc: Svc, found: Opened, *, live: bool = False) -> Sheet:
    """What was told, as a sheet; `live`: without what was decided meanwhile. Who may see no cases reads how many wait,
    and not which."""
    figures = found.issue.figures
    if found.cases:
        return sheet(svc, figures, live=live)
    spots = [{**one, "references": []} for one in figures.get("spots", ())]
    return replace(sheet(svc, {**figures, "decide": [], "spots": spots}), hint="", more="")


def behind(svc: Svc, reading: Opened, what: str, key: str, page: int) -> Behind:
    """The cases behind a figure of it. Raises access.NotFound for what is no figure, or not for this reader."""
    issue = reading.issue
    if not reading.cases or what not in (*NUMBERS, *TABLES, *_UNITS):
        raise access.NotFound(PURPOSE)
    if not key.isprintable():  # no key of ours, and a database may take none with control letters
        raise access.NotFound(PURPOSE)
    found = digest.behind(svc, issue.agency_code, digest.period_of(svc, issue), what, key)
    word, names = svc.texts.word, Names(svc, issue.agency_code)
    pages = max(1, -(-len(found) // PAGE))
    at = min(max(page, 1), pages)
    rows = tuple(_shown(svc, names, row, secret=reading.secret) for row in found[(at - 1) * PAGE : at * PAGE])
    count = word("sheet.behind.count", n=len(found))
    if pages > 1:
        count = word("sheet.behind.count_page", n=len(found), page=at, pages=pages)
    columns = tuple(
        word(f"sheet.behind.{name}") for name in ("reference", "received_on", "status", "category", "unit", "words")
    )
    return Behind(
        title=_title(svc, names, what, key),
        period=spans.label(svc.texts, digest.period_of(svc, issue)),
        count=count,
        columns=columns,
        rows=rows,
        nothing=word("sheet.behind.nothing"),
        page=at,
        pages=pages,
    )


def _title(svc: Svc, names: Names, what: str, key: str) -> str:
    if what in NUMBERS:
        return names.figure(what)
    naming = {"by_kind": names.kind, "by_category": names.category, "by_channel": names.channel}
    return f"{svc.texts.word(f'sheet.behind.{what}')} {naming.get(what, names.unit)(key)}"


def _shown(svc: Svc, names: Names, row: digest.Row, *, secret: bool) -> Shown:
    word = svc.texts.word
    if row.words is None and not secret:  # which of a category or a unit it is would tell of it
        return Shown("", "", "", word("sheet.behind.secret"), "", "")
    if row.words is None:  # confidential: its number, and nothing else
        return Shown(row.reference, "", "", word("sheet.behind.secret"), "", "")
    received, status = svc.texts.day(row.received_on), svc.texts.status(row.status)
    return Shown(row.reference, received, status, names.category(row.category), names.unit(row.unit or ""), row.words)
