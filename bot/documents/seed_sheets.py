"""The data of an installation as a workbook: drawn from a seed's tables, and its cells read back."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from bot.documents import register_sheets as books
from bot.documents.register_sheets import NotTaken
from bot.documents.seed_schema import Column, Sheet, sheets
from handlers.reports.evidence.schema import Problem
from handlers.texts import Texts

_HELP, _HEADINGS, _HINTS = 1, 2, 3  # rows
_LOOKED_AT = 6  # rows in which the headings stand
_WIDTH, _WIDE = 22, 40
_FORMATS = {"number": "General", "decimal": "General", "day": "yyyy-mm-dd"}  # of a spreadsheet; "@" is text

Cells = Mapping[str, Any]  # column code → what stands there
Options = Mapping[str, Sequence[str]]  # noun → what may be chosen


# --- out -------------------------------------------------------------------------------------------------------------


def draw(texts: Texts, about: Sequence[str], rows: Mapping[str, Sequence[Cells]], options: Options) -> bytes:
    """The workbook: what is read first, then a sheet for each table with its help, headings, hints and rows."""
    workbook = Workbook()
    first = workbook.active
    first.title = texts.word("register_sheet.first")
    first.column_dimensions["A"].width = 110
    for line in about:
        first.append([line])
    lists = workbook.create_sheet(texts.word("register_sheet.lists"))
    for sheet in sheets().values():
        _draw_sheet(texts, workbook, lists, sheet, rows.get(sheet.name, ()), options)
    lists.sheet_state = "hidden"
    workbook.move_sheet(lists, len(sheets()))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _draw_sheet(
    texts: Texts, workbook: Workbook, lists: Any, sheet: Sheet, rows: Sequence[Cells], options: Options
) -> None:
    page = workbook.create_sheet(books.tab(sheet.register))
    books.put(page.cell(_HELP, 1), sheet.help)
    page.cell(_HELP, 1).font = books.BOLD
    for at, column in enumerate(sheet.columns, 1):
        heading, hint = page.cell(_HEADINGS, at), page.cell(_HINTS, at)
        books.put(heading, sheet.headings[column.code])
        heading.font, heading.fill, heading.alignment = books.BOLD, books.SHADE, books.TOP
        books.put(hint, hint_of(texts, column, first=at == 1))
        hint.font, hint.alignment = books.GREY, books.TOP
        letter = get_column_letter(at)
        page.column_dimensions[letter].width = _WIDE if column.kind in ("text", "lines", "note") else _WIDTH
        page.column_dimensions[letter].number_format = _format(column)
        choices = [*column.field.choices.values()] or options.get(column.field.refers_to, ())
        if choices and not column.field.several:
            books.choose_from(lists, page, letter, choices)
    for number, cells in enumerate(rows, books.FIRST):
        for at, column in enumerate(sheet.columns, 1):
            books.put(page.cell(number, at), cells.get(column.code, ""))
            page.cell(number, at).alignment = books.TOP
            page.cell(number, at).number_format = _format(column)
    page.freeze_panes = page.cell(books.FIRST, 2)
    for row in range(_HEADINGS, page.max_row + 1):
        books.fit(page, row)
    books.for_printing(page, _HEADINGS)


def _format(column: Column) -> str:
    """Words stay words as they are typed: a telephone number keeps its 0, and 08:30 or 3/5 become no time or date."""
    return _FORMATS.get(column.kind, "@")


def hint_of(texts: Texts, column: Column, *, first: bool) -> str:
    """What belongs into a column; the first one of a sheet says that this row explains."""
    kind = column.kind.partition(":")[0]
    own = f"seed_sheet.hint_{kind}"
    says = column.hint or texts.word(own if texts.has(own) else f"register_sheet.hint_{kind}")
    must = texts.word("register_sheet.must") if column.field.required else ""
    found = " ".join(filter(None, [must, says]))
    return f"{texts.word('register_sheet.hints')}: {found}" if first else found


# --- in --------------------------------------------------------------------------------------------------------------


@dataclass
class Read:
    """What a workbook holds: sheet → its lines as typed, the row each stands in, the columns there are; and what is
    wrong with its shape."""

    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(texts: Texts, content: bytes) -> Read:
    """The typed cells of a workbook that `draw` made and somebody changed. Raises NotTaken."""
    found = Read()
    for page in books.pages(content):
        title = str(page.title)
        name = title.split()[-1] if title.split() else ""
        if title in (texts.word("register_sheet.first"), texts.word("register_sheet.lists")):
            continue
        if name not in sheets():
            found.problems.append(Problem("", 0, "", "sheet", title))
        elif name in found.lines:
            found.problems.append(Problem(name, 0, "", "sheet_twice"))
        else:
            _read_page(texts, page, sheets()[name], found)
    if not found.lines and not found.problems:
        raise NotTaken("no_sheets")
    return found


def _read_page(texts: Texts, page: Any, sheet: Sheet, found: Read) -> None:
    lines, rows = found.lines.setdefault(sheet.name, []), found.rows.setdefault(sheet.name, [])
    columns: dict[int, str] = {}
    for number, cells in books.lines_of(page):
        if not columns:
            columns = _headings(sheet, number, cells, found)
        elif not _explains(texts, columns, cells):
            books.take_line(sheet.register, number, columns, cells, (lines, rows), found.problems)
            if len(lines) > books.ROWS:  # at once: what comes behind may be very long
                raise NotTaken("rows", str(page.title), books.ROWS)
    if not columns:
        wanted = ", ".join(sheet.headings.values())
        found.problems.append(Problem(sheet.name, 0, "", "heading_missing", wanted))
    found.columns[sheet.name] = frozenset(columns.values())


def _headings(sheet: Sheet, number: int, cells: Sequence[Any], found: Read) -> dict[int, str]:
    """The columns, if this is the row of headings; the rows before it are for people."""
    known = {books.folded(heading) for heading in sheet.headings.values()}
    said = [books.folded(str(cell.value)) for cell in cells if cell.value not in (None, "")]
    if number > _LOOKED_AT or not any(one in known for one in said):
        return {}
    columns, problems = books.columns_of(sheet.headings, sheet.register, cells)
    gone = {one.field.heading for one in sheet.columns if not one.field.required}  # may be left away
    found.problems += [one for one in problems if one.why != "heading_missing" or one.value not in gone]
    return columns


def _explains(texts: Texts, columns: Mapping[int, str], cells: Sequence[Any]) -> bool:
    at = min(columns)
    said = str(cells[at].value or "") if at < len(cells) else ""
    return said.startswith(f"{texts.word('register_sheet.hints')}:")
