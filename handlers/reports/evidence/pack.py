"""What a paper of the evidence pack is made of: sections of words, facts, tables and charts. Every word is in it;
how it looks is bot/documents' matter. What one paper holds, its XLSX, DOCX and PDF hold alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import SET, TOTAL, Cell, Column, Picture, Row, Table
from handlers.reports.paper import local_date, long_date
from storage import agencies


@dataclass(frozen=True)
class Words:
    """Paragraphs. `lead`: a heading above them; `signed`: lines for a signature, to the right."""

    lines: tuple[str, ...]
    lead: str = ""
    quiet: bool = False
    signed: bool = False
    kind: Literal["words"] = "words"


@dataclass(frozen=True)
class Facts:
    """Names with what is known of them; several lines of a value are divided by newlines."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True)
class Line:
    """One line of a table: a cell for each leaf column.

    `bold`: a sum; `whole`: a row with parts below it; `level`: 1 for a part.
    """

    cells: tuple[Cell, ...]
    bold: bool = False
    whole: bool = False
    level: int = 0


@dataclass(frozen=True)
class Grid:
    """A table. `nothing`: said where it has no lines; `notes`: what stands below it."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    nothing: str = ""
    notes: tuple[str, ...] = ()
    lead: str = ""
    kind: Literal["grid"] = "grid"

    @property
    def leaves(self) -> list[str]:
        """The headings that have cells below them."""
        return [leaf for column in self.columns for leaf in (column.leaves or (column.name,))]


@dataclass(frozen=True)
class Box:
    """One box of a chart: its words, what is done in it, who does it, and how many matters came by."""

    id: str
    text: str
    points: tuple[str, ...] = ()
    who: str = ""
    count: str = ""


@dataclass(frozen=True)
class Chart:
    """A flow chart: rows of boxes from above, and arrows from box to box; one that leads back goes around the side.

    `across`: a chain of boxes from left to right instead, each leading to the next.
    """

    rows: tuple[tuple[Box, ...], ...]
    arrows: tuple[tuple[str, str], ...] = ()
    across: bool = False
    alt: str = ""
    kind: Literal["chart"] = "chart"

    @property
    def boxes(self) -> list[Box]:
        """Every box, in reading order."""
        return [box for row in self.rows for box in row]


@dataclass(frozen=True)
class Pictures:
    """Pictures with words below each, side by side."""

    pictures: tuple[Picture, ...]
    kind: Literal["pictures"] = "pictures"


Block = Words | Facts | Grid | Chart | Pictures


@dataclass(frozen=True)
class Section:
    """What begins on a page of its own, with the code of its evidence in the corner. `id`: of a table, else ""."""

    id: str
    code: str
    title: str
    blocks: tuple[Block, ...]
    flows: bool = False  # goes on where the section before it ends

    @property
    def heading(self) -> str:
        """Its title, behind the table's id."""
        return f"{self.id} {self.title}".strip()


@dataclass(frozen=True)
class Pack:
    """A whole paper. `cover`: lines of a title page; `contents`: the heading of a list of sections, "" for none."""

    name: str
    title: str
    agency: str
    as_of: str
    query: str
    page: str
    sections: tuple[Section, ...]
    cover: tuple[str, ...] = ()
    contents: str = ""
    signature: tuple[str, ...] = ()

    @property
    def opens_with_title(self) -> bool:
        """A report of sections that flow begins with its own title; others have a cover or a title to each page."""
        return not self.cover and not self.contents and self.sections[0].flows


def made(
    scope: Scope,
    name: str,
    sections: Sequence[Section],
    *,
    cover: Sequence[str] = (),
    contents: bool = False,
    signature: Sequence[str] = (),
    at: datetime | None = None,
    version: str = "",
) -> Pack:
    """A paper of this name with the lines every paper has: whose it is, of what day, and what was asked for.

    `at`: the moment its figures are of, now without it; `version`: what is said of it as an issue.
    """
    word, texts = scope.svc.texts.word, scope.svc.texts
    begins, next_begins = (local_date(scope.svc, moment) for moment in scope.bounds)
    agency, of = agency_name(scope), at or scope.svc.now
    as_of = word("pack.as_of", date=long_date(texts, local_date(scope.svc, of)), time=texts.clock(of))
    return Pack(
        name=name,
        title=word(f"pack.names.{name}", year=scope.year),
        agency=agency,
        as_of=f"{as_of} · {version}" if version else as_of,
        query=word(
            "pack.query",
            year=scope.year,
            since=long_date(texts, begins),
            until=long_date(texts, next_begins - timedelta(days=1)),
            agency=agency,
            set=SET,
        ),
        page=word("pack.page"),
        sections=tuple(sections),
        cover=tuple(cover),
        contents=word("pack.contents") if contents else "",
        signature=tuple(signature),
    )


def agency_name(scope: Scope) -> str:
    """Whose figures these are."""
    if scope.agency_code is None:
        return scope.svc.texts.word("pack.every_agency")
    found = agencies.agency(scope.svc.session, scope.agency_code)
    return found.name if found else scope.agency_code


def of_table(scope: Scope, table: Table) -> Grid:
    """A table of the evidence as it is printed: its own columns, and n beside every row of percentages."""
    word = scope.svc.texts.word
    rated = any(row.n is not None for row in table.rows)
    columns = (*table.columns, Column(word("pack.n"))) if rated else table.columns
    notes = list(table.notes)
    if rated:
        notes.insert(0, word("pack.n_answers", n=table.n or 0))
    return Grid(
        columns,
        tuple(
            _line(row, following, rated) for row, following in zip(table.rows, [*table.rows[1:], None], strict=False)
        ),
        nothing=word("pack.nothing"),
        notes=tuple(notes),
    )


def _line(row: Row, following: Row | None, rated: bool) -> Line:
    total = row.key == TOTAL or row.key.endswith(f":{TOTAL}")
    whole = row.level == 0 and following is not None and following.level > 0
    cells = (*row.cells, row.n or 0) if rated else row.cells
    return Line(cells, bold=total, whole=whole, level=row.level)


def plain(
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    total: bool = False,
    lead: str = "",
    nothing: str = "",
    notes: Sequence[str] = (),
) -> Grid:
    """A table of plain columns. `total`: its last row is a sum."""
    last = len(rows) - 1
    lines = tuple(Line(tuple(row), bold=total and at == last) for at, row in enumerate(rows))
    return Grid(tuple(map(Column, names)), lines, nothing=nothing, notes=tuple(notes), lead=lead)


def agency_of(scope: Scope) -> str:
    """The agency a paper of one agency is about: the one asked for, else the installation's own."""
    return scope.agency_code or scope.svc.agency.code
