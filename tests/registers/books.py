"""Workbooks as people fill them in: taken out, changed with openpyxl as by hand, and brought back."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook, load_workbook

from bot.documents import register_files, register_sheets
from bot.documents.register_files import Outcome
from handlers.reports.evidence import lint, sheets
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from storage.register_lines import Line
from tests.world import World

YEAR = 2570  # WORKING_MORNING is in it


@dataclass
class Office:
    """The sample municipality's registers, seen from a computer."""

    world: World
    year: int = YEAR
    agency: str = "DEMO"
    rows: dict[str, int] = field(default_factory=dict)

    def out(self) -> Workbook:
        """The workbook as it is handed out."""
        return load_workbook(io.BytesIO(self.content()))

    def content(self) -> bytes:
        with self.world.db.reading() as session:
            svc = Svc(session, self.world.now, self.world.tools)
            return register_sheets.draw(svc, sheets.book(Scope(svc, self.year, self.agency)))

    def back(self, book: Workbook | bytes, *, dry_run: bool = False) -> Outcome:
        """Hand a workbook in."""
        with self.world.db.transaction() as session:
            svc = Svc(session, self.world.now, self.world.tools)
            given = book if isinstance(book, bytes) else saved(book)
            return register_files.take(svc, given, self.agency, self.year, dry_run=dry_run)

    def brings(self, name: str, *lines: dict[str, Any], keep: bool = True) -> Outcome:
        """Write these lines below what a register holds (or instead of it), and hand the book in."""
        book = self.out()
        page = sheet(book, name)
        if not keep:
            page.delete_rows(4, page.max_row)
        for line in lines:
            write(page, line)
        return self.back(book)

    def lines(self, name: str) -> list[Line]:
        """What a register says in the year."""
        with self.world.db.reading() as session:
            return lint.stored(Scope(Svc(session, self.world.now, self.world.tools), self.year, self.agency))[name]


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(book: Workbook, name: str) -> Any:
    """The sheet of a register."""
    return next(page for page in book.worksheets if page.title.split()[-1] == name)


def write(page: Any, line: dict[str, Any], row: int = 0) -> int:
    """Fill in a row under headings that begin so; returns its number."""
    row = row or page.max_row + 1
    headings = {str(cell.value).rstrip("*"): cell.column for cell in page[1] if cell.value}
    for heading, value in line.items():
        page.cell(row, headings[heading]).value = value
    return row
