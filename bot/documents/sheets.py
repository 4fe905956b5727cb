"""XLSX by openpyxl: a sheet for each section of a paper, set for Thai and for A4. No cell of ours is ever a formula."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents.formulas import is_formula
from bot.documents.layout import is_bold, is_number, is_wide, letters, widths
from bot.documents.pictures import Load, small
from handlers.reports.evidence.pack import Block, Chart, Facts, Grid, Line, Pack, Pictures, Section, Words
from handlers.reports.evidence.table import Cell, Picture

FONT, SIZE = "TH Sarabun New", 14  # as in the papers for Word; a little smaller, as tables are
_QUIET, _SHADE = "FF595959", "FFF0F3F7"
_LINE = Side(style="thin", color="FF8C8C8C")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_NAME = 31  # letters a sheet's name may have
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_MARKS = re.compile("^[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]")
_LETTERS = 32_767  # of one cell
# What XML cannot hold.
_NO_LETTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_HEIGHT = 23.0  # points of one line of this font, and of those that stand in for it
_BELOW = 3.0  # and a little room below the last line
_LETTER = 1.1  # a letter of it, in the units of a column's width
_PICTURE = 420  # pixels of the longer side of a picture
_POINTS = 0.75  # of a pixel
_COLUMNS = 3  # a sheet without a table has these


def workbook(pack: Pack, made: datetime, contents: str, load: Load) -> bytes:
    """A paper as a workbook, with its pictures. `contents`: the name of the first sheet, where several others are to be
    listed."""
    book = Workbook()
    book.remove(book.active)
    when = made.astimezone(UTC).replace(tzinfo=None)
    book.properties.title, book.properties.creator = pack.title, ""
    book.properties.created = book.properties.modified = when
    named = [(section, _sheet_name(at, section)) for at, section in enumerate(pack.sections, 1)]
    if contents and len(named) > 1:
        _contents(book, pack, contents, named)
    for section, name in named:
        _Sheet(book.create_sheet(name), pack, section, load).draw()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(at: int, section: Section) -> str:
    """Begins with the table's id, or else with the section's number, so that no two are alike."""
    name = section.heading if section.id else f"{at} {section.heading}"
    name = _NOT_IN_NAMES.sub(" ", _NO_LETTERS.sub("", name))
    end = _NAME
    while _MARKS.match(name[end:]):  # not between a letter and its marks
        end -= 1
    return name[:end].strip(" '")


def _contents(book: Any, pack: Pack, title: str, named: Sequence[tuple[Section, str]]) -> None:
    sheet = book.create_sheet(_NOT_IN_NAMES.sub(" ", title))
    for row, text in enumerate((pack.title, pack.agency, pack.as_of, pack.query), 1):
        _put(sheet, row, 1, text, bold=row == 1, wrap=False)
    for row, (section, name) in enumerate(named, 6):
        _put(sheet, row, 1, section.code, border=True)
        cell = _put(sheet, row, 2, section.heading, border=True)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{name}'!A1", display=None)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 110
    _page(sheet, pack, "", wide=False)


class _Sheet:
    """One section on its sheet, from above: whose it is and of what day, then its blocks."""

    def __init__(self, sheet: Worksheet, pack: Pack, section: Section, load: Load) -> None:
        self.sheet, self.pack, self.section, self.load = sheet, pack, section, load
        grids = [block for block in section.blocks if isinstance(block, Grid)]
        self.across = max([len(grid.leaves) for grid in grids] + [_COLUMNS])
        self.row = 1
        self.wide = any(map(is_wide, grids))
        self._set_widths(grids)

    def draw(self) -> None:
        """Everything on the sheet."""
        _put(self.sheet, 1, 1, self.pack.title, colour=_QUIET, wrap=False)
        if self.section.code:
            _put(self.sheet, 1, self.across, self.section.code, bold=True, border=True, centre=True)
        self.row = 2
        self._say(self.section.heading, bold=True, size=16)
        for text in (self.pack.agency, self.pack.as_of, self.pack.query):
            self._say(text, colour=_QUIET if text != self.pack.agency else "")
        self.row += 1
        for at, block in enumerate(self.section.blocks):
            self._block(block, only=at == 0 and len(self.section.blocks) == 1)
            self.row += 1
        if self.section is self.pack.sections[-1]:
            for text in self.pack.signature:
                self._say(text)
        _page(self.sheet, self.pack, self.section.code, wide=self.wide)

    def _set_widths(self, grids: Sequence[Grid]) -> None:
        room = [18] * self.across
        for grid in grids:
            for at, width in enumerate(widths(grid)):
                room[at] = max(room[at] if at else 0, width) if len(grids) > 1 else width
        # The line of the query and a long title need some room even above a narrow table.
        room[0] = max(room[0], 24)
        for at, width in enumerate(room, 1):
            self.sheet.column_dimensions[get_column_letter(at)].width = width * _LETTER + 2

    def _room(self, since: int = 1, until: int = 0) -> float:
        """How wide these columns are together, both ends included; all of them without any."""
        columns = range(since, (until or self.across) + 1)
        return float(sum(self.sheet.column_dimensions[get_column_letter(at)].width for at in columns))

    def _fit(self, row: int, *texts: tuple[Cell, float], size: float = SIZE) -> None:
        """A row as high as its words need in the room they have: what is merged grows by itself in no program."""
        needed = max(
            sum(max(1, math.ceil(letters(line) * _LETTER * size / SIZE / (room - 1))) for line in str(text).split("\n"))
            for text, room in texts
        )
        self.sheet.row_dimensions[row].height = _HEIGHT * size / SIZE * needed + _BELOW

    def _say(self, text: str, **how: Any) -> None:
        """Words across the whole sheet."""
        _put(self.sheet, self.row, 1, text, **how)
        self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=1, end_column=self.across)
        self._fit(self.row, (text, self._room()), size=how.get("size", SIZE))
        self.row += 1

    def _block(self, block: Block, *, only: bool) -> None:
        if isinstance(block, Words):
            for text in (block.lead, *block.lines):
                if text:
                    self._say(text, bold=text == block.lead, colour=_QUIET if block.quiet else "")
        elif isinstance(block, Facts):
            for name, value in block.rows:
                self._wide_fact(name, value)
        elif isinstance(block, Grid):
            self._grid(block, freeze=only or self.section.id != "")
        elif isinstance(block, Pictures):
            for picture in block.pictures:
                self._picture(picture)
        else:
            self._chart(block)

    def _wide_fact(self, name: str, value: str) -> None:
        _put(self.sheet, self.row, 1, name, colour=_QUIET)
        _put(self.sheet, self.row, 2, value)
        self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=2, end_column=self.across)
        self._fit(self.row, (name, self._room(1, 1)), (value, self._room(2)))
        self.row += 1

    def _chart(self, chart: Chart) -> None:
        """A chart in words: its boxes in order, who does them, and how many matters came by."""
        for box in chart.boxes:
            text = "\n".join([box.text, *(f"– {point}" for point in box.points)])
            for column, said in enumerate((text, box.who, box.count), 1):
                _put(self.sheet, self.row, column, said, border=True)
            self._fit(self.row, *((said, self._room(at, at)) for at, said in enumerate((text, box.who, box.count), 1)))
            self.row += 1

    def _picture(self, picture: Picture) -> None:
        """A picture above its words, in a row high enough for it."""
        content = small(self.load(picture.digest))
        if content is not None:
            drawn = Image(io.BytesIO(content))
            scale = min(_PICTURE / max(drawn.width, drawn.height), 1.0)
            drawn.width, drawn.height = round(drawn.width * scale), round(drawn.height * scale)
            self.sheet.row_dimensions[self.row].height = drawn.height * _POINTS + _BELOW
            self.sheet.add_image(drawn, f"A{self.row}")
            self.row += 1
        self._say(picture.caption, colour=_QUIET)

    def _grid(self, grid: Grid, *, freeze: bool) -> None:
        if grid.lead:
            self._say(grid.lead, bold=True)
        first = self.row
        self._heads(grid)
        if freeze and self.sheet.freeze_panes is None:
            self.sheet.freeze_panes = f"A{self.row}"
            self.sheet.print_title_rows = f"{first}:{self.row - 1}"
        for line in grid.lines:
            self._line(line)
        for text in () if grid.lines else (grid.nothing,):
            self._say(text, colour=_QUIET, centre=True)
        for note in grid.notes:
            self._say(note, colour=_QUIET)

    def _heads(self, grid: Grid) -> None:
        """The headings; a group stands above its leaves, the others reach down beside it."""
        deep = any(column.leaves for column in grid.columns)
        at = 1
        for column in grid.columns:
            wide = max(1, len(column.leaves))
            bottom = self.row if column.leaves or not deep else self.row + 1
            self._head(self.row, at, column.name, bottom, at + wide - 1)
            for number, name in enumerate(column.leaves):
                self._head(self.row + 1, at + number, name, self.row + 1, at + number)
            at += wide
        self._fit_heads(grid, deep)
        self.row += 2 if deep else 1

    def _fit_heads(self, grid: Grid, deep: bool) -> None:
        """Both rows of headings; one that reaches down over both needs half its height of each."""
        at, upper, lower = 1, [("", 9.0)], [("", 9.0)]
        for column in grid.columns:
            until = at + max(1, len(column.leaves)) - 1
            half = 2 if deep and not column.leaves else 1
            upper.append((column.name, self._room(at, until) * half - (half - 1)))
            lower += [(name, self._room(at + number, at + number)) for number, name in enumerate(column.leaves)]
            at = until + 1
        self._fit(self.row, *upper)
        if deep:
            self._fit(self.row + 1, *lower)

    def _head(self, row: int, column: int, name: str, bottom: int, right: int) -> None:
        for at in range(column, right + 1):
            for down in range(row, bottom + 1):
                _put(self.sheet, down, at, name if (down, at) == (row, column) else "", bold=True, border=True,
                     centre=True, shade=True)  # fmt: skip
        if (row, column) != (bottom, right):
            self.sheet.merge_cells(start_row=row, end_row=bottom, start_column=column, end_column=right)

    def _line(self, line: Line) -> None:
        for at, value in enumerate(line.cells):
            centre = isinstance(value, int) or (at > 0 and is_number(value))
            indent = 2 * line.level if at == 0 else 0
            _put(self.sheet, self.row, at + 1, value, bold=is_bold(line, at), border=True, centre=centre, indent=indent)
        self._fit(self.row, *((value, self._room(at, at)) for at, value in enumerate(line.cells, 1)))
        self.row += 1


def _put(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Cell,
    *,
    bold: bool = False,
    size: float = SIZE,
    colour: str = "",
    border: bool = False,
    centre: bool = False,
    wrap: bool = True,
    indent: int = 0,
    shade: bool = False,
) -> Any:
    """A value in its cell: a number is a number, words are words whatever they begin with."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        text = _NO_LETTERS.sub("", value)[:_LETTERS]
        if text:
            cell.value = text
            cell.data_type = "s"
            cell.quotePrefix = is_formula(text)  # so that it stays text when somebody edits it
    else:
        cell.value = value
    cell.font = Font(name=FONT, size=size, bold=bold, color=colour or None)
    across = "center" if centre else "left" if indent else None
    down = "center" if centre else "top"
    cell.alignment = Alignment(horizontal=across, vertical=down, wrap_text=wrap, indent=indent)
    if border:
        cell.border = _BOX
    if shade:
        cell.fill = PatternFill("solid", fgColor=_SHADE)
    return cell


def _page(sheet: Worksheet, pack: Pack, code: str, *, wide: bool) -> None:
    """A4, as wide as the paper, with the code and the page's number on it."""
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _HEIGHT, True
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.6
    # In headers "&" begins a code of the printer's.
    sheet.oddHeader.right.text = code.replace("&", "&&") or None
    sheet.oddFooter.left.text = pack.as_of.replace("&", "&&")
    sheet.oddFooter.right.text = f"{pack.page} &P/&N"
