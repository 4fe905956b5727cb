"""Registers as XLSX, out and in. A file from outside is unpacked with care: it may be a bomb, or hold macros."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from bot.documents.formulas import is_formula
from bot.documents.layout import lines_in
from bot.documents.register_limits import LARGEST
from handlers.reports.evidence.schema import CODE, Problem, Register, registers
from handlers.reports.evidence.sheets import Book, Sheet, headings
from handlers.services import Svc
from handlers.texts import shortened

_UNPACKED, _PARTS, _TIMES = 60 * 1024 * 1024, 500, 200  # bytes, files in it, how much larger than packed
ROWS = 2000  # lines of a register
_FARTHEST, _COLUMNS = 20_000, 60  # rows and columns looked at
_ABOUT = 50  # lines of the first sheet, which says whose the registers are
_LINE = 17.0  # points
_PRINTED = 200  # letters across a page that can still be read
_TAB = 31  # letters a sheet's name may have
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_MACROS = ("vbaproject", "macrosheets", "activex", "xlm")
BOLD, GREY = Font(bold=True), Font(color="808080", italic=True)
SHADE, TOP = PatternFill("solid", fgColor="DDE8F0"), Alignment(vertical="top", wrap_text=True)
_HEADINGS, _HINTS, _EXAMPLE, FIRST = 1, 2, 3, 4  # rows
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# --- out -------------------------------------------------------------------------------------------------------------


def draw(svc: Svc, book: Book) -> bytes:
    """The registers as a workbook: one sheet each, with lists to choose from."""
    workbook = Workbook()
    first = workbook.active
    first.title = svc.texts.word("register_sheet.first")
    first.column_dimensions["A"].width = 110
    for line in book.about:
        first.append([line])
    lists = workbook.create_sheet(svc.texts.word("register_sheet.lists"))
    for sheet in book.sheets:
        _draw_sheet(workbook, lists, sheet)
    lists.sheet_state = "hidden"
    workbook.move_sheet(lists, len(book.sheets))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def tab(register: Register) -> str:
    """The name of a register's sheet: Thai title, then its code."""
    title = _FORBIDDEN.sub(" ", register.title)
    return f"{shortened(title, _TAB - len(register.name) - 2)} {register.name}"


def _draw_sheet(workbook: Workbook, lists: Any, sheet: Sheet) -> None:
    page = workbook.create_sheet(tab(sheet.register))
    codes = list(sheet.headings)
    for row, cells in enumerate([sheet.headings, sheet.hints, sheet.example, *sheet.rows], _HEADINGS):
        for column, code in enumerate(codes, 1):
            put(page.cell(row, column), cells.get(code, ""))
            page.cell(row, column).alignment = TOP
    for column, code in enumerate(codes, 1):
        page.cell(_HEADINGS, column).font, page.cell(_HEADINGS, column).fill = BOLD, SHADE
        page.cell(_HINTS, column).font = page.cell(_EXAMPLE, column).font = GREY
        letter = get_column_letter(column)
        page.column_dimensions[letter].width = 12 if code == CODE else 28
        if code in sheet.options:
            choose_from(lists, page, letter, sheet.options[code])
    for row in range(_HEADINGS, page.max_row + 1):
        fit(page, row)
    page.freeze_panes = page.cell(FIRST, 2)
    for_printing(page, _HEADINGS)


def fit(page: Any, row: int) -> None:
    """A row as high as its words need: not every program does that by itself."""
    typed = [cell for cell in page[row] if cell.value not in (None, "")]
    lines = [lines_in(str(cell.value), page.column_dimensions[cell.column_letter].width) for cell in typed]
    if max(lines, default=1) > 1:
        page.row_dimensions[row].height = _LINE * max(lines)


def for_printing(page: Any, headings: int) -> None:
    """On A4 across, the headings and the first column on every page; what is too wide to be read goes on several pages
    side by side."""
    page.page_setup.paperSize, page.page_setup.orientation = page.PAPERSIZE_A4, "landscape"
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    wide = sum(column.width for column in page.column_dimensions.values())
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = ceil(wide / _PRINTED), 0
    page.print_title_rows, page.print_title_cols = f"{headings}:{headings}", "A:A"


def put(cell: Any, value: str | int) -> None:
    """A value, never a formula, whatever it begins with."""
    if value == "":
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type, cell.quotePrefix = "s", is_formula(value)


def choose_from(lists: Any, page: Any, letter: str, options: Sequence[str]) -> None:
    """A list to choose from, kept on the hidden sheet; what stands there already may stay."""
    column = lists.max_column + 1 if lists.cell(1, 1).value is not None else 1
    for row, option in enumerate(options, 1):
        put(lists.cell(row, column), option)
    of = get_column_letter(column)
    rule = DataValidation("list", formula1=f"'{lists.title}'!${of}$1:${of}${len(options)}", allow_blank=True)
    rule.showErrorMessage = False  # a code without its name is taken too; reading says what is wrong
    page.add_data_validation(rule)
    rule.add(f"{letter}{FIRST}:{letter}{ROWS}")


# --- in --------------------------------------------------------------------------------------------------------------


class NotTaken(Exception):
    """A file that cannot be read at all; `problem` says why."""

    def __init__(self, why: str, value: object = "", wanted: object = "") -> None:
        super().__init__(why)
        self.problem = Problem("", 0, "", why, str(value), str(wanted))


@dataclass(frozen=True)
class Read:
    """What a workbook holds: register → typed lines, the row each stands in, and what is wrong with its shape."""

    sheets: Mapping[str, Sequence[Mapping[str, Any]]]
    rows: Mapping[str, Sequence[int]]
    problems: Sequence[Problem]


def read(svc: Svc, content: bytes, agency_code: str, year: int) -> Read:
    """The typed cells of a workbook that `draw` made, for this agency and year. Raises NotTaken."""
    sheets: dict[str, list[dict[str, Any]]] = {}
    rows: dict[str, list[int]] = {}
    problems: list[Problem] = []
    for page in pages(content):
        _read_page(svc, page, (agency_code, str(year)), sheets, rows, problems)
    if not sheets and not problems:
        raise NotTaken("no_sheets")
    return Read(sheets, rows, problems)


def pages(content: bytes) -> Iterator[Any]:
    """The sheets of a workbook, one after the other; what stumbles over one is NotTaken. Raises NotTaken."""
    check(content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as broken:  # openpyxl raises whatever a broken part makes it stumble over
        raise NotTaken("not_a_book") from broken
    try:
        yield from workbook.worksheets
    finally:
        workbook.close()


def check(content: bytes, largest: int = LARGEST, unpacked: int = _UNPACKED) -> None:
    """Look at a file before it is unpacked; sizes in bytes. Raises NotTaken."""
    if len(content) > largest:
        raise NotTaken("too_large", wanted=largest // 1024 // 1024)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            whole = sum(part.file_size for part in parts)
            if len(parts) > _PARTS or whole > unpacked or whole > _TIMES * max(len(content), 4096):
                raise NotTaken("bomb")
            names = [part.filename.lower() for part in parts]
            if any(mark in name for name in names for mark in _MACROS):
                raise NotTaken("macros")
            for part in parts:
                _check_part(packed, part)
    except NotTaken:
        raise
    except Exception as broken:  # a broken archive fails in a dozen ways: zlib, struct, zipfile, codecs
        raise NotTaken("not_a_book") from broken


def _check_part(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No entity can grow, and no part is larger than it says."""
    with packed.open(part) as opened:
        content = opened.read(part.file_size + 1)
    if len(content) > part.file_size:
        raise NotTaken("bomb")
    name = part.filename.lower()
    wide = b"\x00" in content or content.startswith((b"\xfe\xff", b"\xff\xfe"))  # UTF-16, also without its mark
    odd = wide or b"<!DOCTYPE" in content or b"<!ENTITY" in content
    # Its types may call any part XML, whatever the part's name is.
    is_xml = name.endswith((".xml", ".rels")) or content.lstrip(b"\xef\xbb\xbf\x00 \t\r\n").startswith(b"<")
    if odd and is_xml:
        raise NotTaken("not_a_book")
    if name == "[content_types].xml" and b"macroenabled" in content.lower():
        raise NotTaken("macros")


def _read_page(
    svc: Svc,
    page: Any,
    wanted: tuple[str, str],
    sheets: dict[str, list[dict[str, Any]]],
    rows: dict[str, list[int]],
    problems: list[Problem],
) -> None:
    title = str(page.title)
    if title == svc.texts.word("register_sheet.first"):
        problems += _of_another(svc, page, wanted)
        return
    name = title.split()[-1] if title.split() else ""
    if title == svc.texts.word("register_sheet.lists"):
        return
    if name not in registers():
        problems.append(Problem("", 0, "", "sheet", title))
        return
    if name in sheets:
        problems.append(Problem(name, 0, "", "sheet_twice"))
        return
    register = registers()[name]
    sheets[name], rows[name] = [], []
    columns: dict[int, str] = {}
    for number, cells in lines_of(page):
        if number == _HEADINGS:
            columns, wrong = columns_of(headings(svc, register), register, cells)
            problems += wrong
        elif not _is_aside(svc, columns, cells):
            take_line(register, number, columns, cells, (sheets[name], rows[name]), problems)
            if len(sheets[name]) > ROWS:  # at once: what comes behind may be very long
                raise NotTaken("rows", title, ROWS)


def lines_of(page: Any) -> Iterator[tuple[int, list[Any]]]:
    """(row number, its cells) of every row in which something stands. Raises NotTaken."""
    try:
        page.reset_dimensions()  # what a file says of its size may be a lie
        for number, cells in enumerate(page.iter_rows(max_col=_COLUMNS), 1):
            if number > _FARTHEST:
                raise NotTaken("rows", page.title, ROWS)
            if any(cell.value not in (None, "") for cell in cells):
                yield number, list(cells)
    except NotTaken:
        raise
    except Exception as broken:  # a sheet is read while we walk it
        raise NotTaken("not_a_book") from broken


def _of_another(svc: Svc, page: Any, wanted: tuple[str, str]) -> Iterator[Problem]:
    """Is the file another agency's, or another year's?"""
    said = [str(cells[0].value) for _number, cells in islice(lines_of(page), _ABOUT)]
    for line, mine, why in zip(
        svc.texts.words("register_sheet.about"), wanted, ("other_agency", "other_year"), strict=False
    ):
        label = line.partition("{")[0]
        found = next((each.removeprefix(label).strip() for each in said if each.startswith(label)), mine)
        if found != mine:
            yield Problem("", 0, "", why, found, mine)


def columns_of(
    named: Mapping[str, str], register: Register, cells: Sequence[Any]
) -> tuple[dict[int, str], list[Problem]]:
    """Which column holds what, in whatever order they stand. `named`: column code → printed heading."""
    known = {folded(heading): code for code, heading in named.items()}
    found: dict[int, str] = {}
    problems = []
    for at, cell in enumerate(cells):
        heading = str(cell.value if cell.value is not None else "").strip()
        code = known.get(folded(heading))
        if code in found.values():
            problems.append(Problem(register.name, 0, "", "heading_twice", heading))
        elif code is not None:
            found[at] = code
        elif heading:
            problems.append(Problem(register.name, 0, "", "heading", heading))
    lacking = [field.heading for field in register.fields if field.code not in found.values()]
    problems += [Problem(register.name, 0, "", "heading_missing", heading) for heading in lacking]
    return found, problems


def folded(heading: str) -> str:
    return "".join(heading.split()).rstrip("*").lower()


def _is_aside(svc: Svc, columns: Mapping[int, str], cells: Sequence[Any]) -> bool:
    """The row that explains, or the example?"""
    at = next((at for at, code in columns.items() if code == CODE), 0)
    said = str(cells[at].value or "") if at < len(cells) else ""
    return said.startswith((svc.texts.word("register_sheet.hints"), svc.texts.word("register_sheet.example")))


def take_line(
    register: Register,
    number: int,
    columns: Mapping[int, str],
    cells: Sequence[Any],
    into: tuple[list[dict[str, Any]], list[int]],
    problems: list[Problem],
) -> None:
    """One line; formulas and a program's errors are no values."""
    row: dict[str, Any] = {}
    line = len(into[0]) + 1
    for at, code in columns.items():
        cell = cells[at] if at < len(cells) else None
        if cell is None or cell.value in (None, ""):
            continue
        kind = getattr(cell, "data_type", "")
        if kind in ("f", "e"):
            heading = register.field(code).heading if code in register.codes else ""
            problems.append(Problem(register.name, line, heading, "formula" if kind == "f" else "error", _said(cell)))
            continue
        row[code] = cell.value
    if row or any(problem.register == register.name and problem.line == line for problem in problems):
        into[0].append(row)
        into[1].append(number)


def _said(cell: Any) -> str:
    return str(getattr(cell.value, "text", cell.value))[:80]
