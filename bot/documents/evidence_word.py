"""The evidence pack as DOCX: the same sections as the PDF, each page with its code in the corner."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt

from bot.documents import blank, evidence_pdf
from bot.documents.blank import QUIET, grid, paragraph, say
from bot.documents.layout import is_bold, is_number, runs, widths
from bot.documents.pictures import Load
from handlers.reports.evidence.pack import Chart, Facts, Grid, Line, Pack, Pictures, Section, Words
from handlers.reports.evidence.table import Column

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_CENTRE = WD_ALIGN_PARAGRAPH.CENTER
_LONG, _SHORT = Mm(297), Mm(210)
_LEFT, _RIGHT = Mm(22), Mm(18)
_TABLE, _NARROW = 14, 12  # points in a table, and in one of many columns
_MANY = 7
_LONG_CELL = 300  # letters; a row with more may go on on the next page
_HIGHEST = 175  # millimetres of a chart
_SHADE = "F0F3F7"


def pack(found: Pack, made: datetime, load: Load) -> bytes:
    """A paper of the pack, with its pictures."""
    document = blank.document(found.title, made)
    blank.footer(document, f"{found.as_of}  ", found.page)
    every = runs(found)
    front = bool(found.cover or found.contents)
    if front:
        _set(document, found, every[0].code if found.cover else "", wide=False)
        _front(document, found)
    for at, run in enumerate(every):
        if at or front:
            document.add_section(WD_SECTION.NEW_PAGE)
        _set(document, found, run.code, wide=run.wide)
        if not at and found.opens_with_title:
            _title(document, found)
        for number, section in enumerate(run.sections):
            _section(document, section, run.wide, load, first=number == 0)
    _signature(document, found.signature)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set(document: Document, found: Pack, code: str, *, wide: bool) -> None:
    """The page's shape, and its header with the code of the evidence in the corner."""
    pages, normal = document.sections[-1], document.styles["Normal"]
    pages.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    pages.page_width, pages.page_height = (_LONG, _SHORT) if wide else (_SHORT, _LONG)
    pages.left_margin, pages.right_margin = _LEFT, _RIGHT
    pages.top_margin, pages.header_distance = Mm(25), Mm(10)
    pages.header.is_linked_to_previous = False
    line = pages.header.paragraphs[0]
    line.style = normal
    line.paragraph_format.tab_stops.add_tab_stop(_room(wide=wide), WD_TAB_ALIGNMENT.RIGHT)
    say(line, f"{found.title}\n{found.agency}\t", size=12, colour=QUIET)
    if code:
        _boxed(say(line, f" {code} ", size=14, bold=True))


def _room(*, wide: bool) -> Length:
    return Length((_LONG if wide else _SHORT) - _LEFT - _RIGHT)


def _boxed(line: Paragraph) -> None:
    """A frame around the words said last."""
    for run in line.runs[1:]:
        properties = run._r.get_or_add_rPr()
        border = parse_xml(f'<w:bdr {nsdecls("w")} w:val="single" w:sz="6" w:space="0" w:color="000000"/>')
        properties.insert_element_before(border, "w:lang")


def _front(document: Document, found: Pack) -> None:
    for at, text in enumerate(found.cover):
        paragraph(document, text, align=_CENTRE, size=30 if at == 0 else 20, bold=at == 0, before=150 if at == 0 else 0)
    if found.cover and found.contents:
        blank.new_page(document)
    if found.contents:
        paragraph(document, found.contents, align=_CENTRE, size=20, bold=True, after=8)
        _contents(document, [section.heading for section in found.sections])


def _contents(document: Document, headings: Sequence[str]) -> None:
    """A table of contents that Word fills with page numbers when the document is opened; the headings stand already."""
    for at, text in enumerate(headings):
        line = paragraph(document, "")
        if at == 0:
            _field(line, "begin", dirty=True)
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = r' TOC \o "1-1" \h \u '
            line.add_run()._r.append(code)
            _field(line, "separate")
        say(line, text, size=14)
        if at + 1 == len(headings):
            _field(line, "end")


def _field(line: Paragraph, kind: str, *, dirty: bool = False) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    if dirty:
        mark.set(qn("w:dirty"), "true")
    line.add_run()._r.append(mark)


def _title(document: Document, found: Pack) -> None:
    paragraph(document, found.title, align=_CENTRE, size=20, bold=True)
    paragraph(document, found.agency, align=_CENTRE)
    paragraph(document, found.query, align=_CENTRE, size=13, colour=QUIET)


def _section(document: Document, section: Section, wide: bool, load: Load, *, first: bool) -> None:
    if section.heading:
        before = 0 if first else 14
        paragraph(document, section.heading, bold=True, size=18, before=before, after=4, keep=True, level=1)
    for block in section.blocks:
        if isinstance(block, Pictures):
            blank.album(document, [(load(picture.digest), picture.caption) for picture in block.pictures])
        else:
            _block(document, block, wide)


def _block(document: Document, block: Words | Facts | Grid | Chart, wide: bool) -> None:
    if isinstance(block, Words):
        _words(document, block)
    elif isinstance(block, Facts):
        rows = grid(document, [(Mm(42), Length(_room(wide=wide) - Mm(42)))] * len(block.rows))
        for (name, value), cells in zip(block.rows, rows, strict=True):
            say(cells[0], name, colour=QUIET)
            say(cells[1], value)
    elif isinstance(block, Grid):
        _grid(document, block, wide)
    else:
        _chart(document, block, wide)


def _words(document: Document, block: Words) -> None:
    if block.lead:
        paragraph(document, block.lead, bold=True, before=8, keep=True)
    if block.signed:
        _signature(document, block.lines)
        return
    for text in block.lines:
        size, colour = (13, QUIET) if block.quiet else (16, None)
        paragraph(document, text, size=size, colour=colour, after=3)


def _signature(document: Document, lines: Sequence[str]) -> None:
    for at, text in enumerate(lines):
        paragraph(document, text, align=_CENTRE, left=Mm(80), before=0 if at else 30, keep=at + 1 < len(lines))


def _chart(document: Document, chart: Chart, wide: bool) -> None:
    """The chart as a picture, with its words behind it for those who cannot see it."""
    line = paragraph(document, "", align=_CENTRE, before=4, after=4)
    shape = line.add_run().add_picture(io.BytesIO(evidence_pdf.picture(chart)), width=min(_room(wide=wide), Mm(170)))
    tallest = Mm(_HIGHEST if not wide else 130)
    if shape.height > tallest:
        shape.width, shape.height = Length(int(shape.width * tallest / shape.height)), tallest
    told = "; ".join(" ".join(filter(None, (box.text, *box.points, box.who, box.count))) for box in chart.boxes)
    shape._inline.docPr.set("descr", f"{chart.alt}: {told}")


def _grid(document: Document, block: Grid, wide: bool) -> None:
    if block.lead:
        paragraph(document, block.lead, bold=True, before=8, after=2, keep=True)
    deep = any(column.leaves for column in block.columns)
    heads = 2 if deep else 1
    room = _room(wide=wide)
    whole = sum(widths(block))
    across = tuple(Length(int(room * width / whole)) for width in widths(block))
    size = _NARROW if len(across) > _MANY else _TABLE
    cells = grid(document, [across] * (heads + max(1, len(block.lines))), ruled=True, heads=heads)
    table = document.tables[-1]
    _heads(table, block.columns, deep, size)
    for line, places, row in zip(block.lines, cells[heads:], table.rows[heads:], strict=False):
        _line(line, places, size)
        if max(len(str(cell)) for cell in line.cells) > _LONG_CELL:
            blank.may_break(row)
    if not block.lines:
        table.cell(heads, 0).merge(table.cell(heads, len(across) - 1))
        cells[heads][0].alignment = _CENTRE
        say(cells[heads][0], block.nothing, size=size, colour=QUIET)
    for note in block.notes:
        paragraph(document, note, size=12, colour=QUIET)
    paragraph(document, "", size=6)


def _heads(table: Table, columns: Sequence[Column], deep: bool, size: float) -> None:
    """The headings; a group stands above its leaves, the others reach down beside it."""
    at = 0
    for column in columns:
        last = at + max(1, len(column.leaves)) - 1
        _head(table, (0, at), (0 if column.leaves or not deep else 1, last), column.name, size)
        for number, name in enumerate(column.leaves):
            _head(table, (1, at + number), (1, at + number), name, size)
        at = last + 1


def _head(table: Table, first: tuple[int, int], last: tuple[int, int], name: str, size: float) -> None:
    cell: Any = table.cell(*first)
    if first != last:
        cell = cell.merge(table.cell(*last))
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_SHADE}"/>')
    )
    line = cell.paragraphs[0]
    line.alignment = _CENTRE
    say(line, name, size=size, bold=True)


def _line(line: Line, places: Sequence[Paragraph], size: float) -> None:
    for at, (value, place) in enumerate(zip(line.cells, places, strict=True)):
        if isinstance(value, int) or (at > 0 and is_number(value)):
            place.alignment = _CENTRE
        if at == 0 and line.level:
            place.paragraph_format.left_indent = Pt(12 * line.level)
        say(place, str(value), size=size, bold=is_bold(line, at))
