"""An empty Thai document, and the few things one puts on it. Sizes are points; TH Sarabun New is small for its size."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt, RGBColor

from bot.documents.pictures import small

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

FONT = "TH Sarabun New"  # what Thai offices have (ประกาศ ค.ร.ม. 2553: the national fonts)
OTHER_FONTS = ("TH SarabunPSK", "Sarabun", "Laksaman", "Noto Sans Thai")  # where it is not there
SIZE = 16
LANGUAGE = "th-TH"
_INSIDE_NUMBER = re.compile(r"(?<=[A-Z\d])-(?=\d)")  # 70-00311-6, T-16
QUIET, RED = RGBColor(0x59, 0x59, 0x59), RGBColor(0xB0, 0x00, 0x20)
_PHOTO, _TALLEST = Mm(72), Mm(60)
_LEFT, _RIGHT, _TOP, _BOTTOM = Mm(30), Mm(20), Mm(20), Mm(20)


def document(title: str, made: datetime) -> Document:
    """An empty A4 page with the margins of official paper, Thai throughout."""
    made_here = docx.Document()
    section = made_here.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = _LEFT, _RIGHT
    section.top_margin, section.bottom_margin = _TOP, _BOTTOM
    _thai(made_here)
    about = made_here.core_properties
    about.title, about.author, about.comments, about.language = title, "", "", LANGUAGE
    about.created = about.modified = made.astimezone(UTC).replace(tzinfo=None)
    return made_here


def _thai(document: Document) -> None:
    """Font, size and language for every run that says nothing of its own, in defaults and in the Normal style."""
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    normal = document.styles["Normal"].element.get_or_add_rPr()
    for properties in (defaults, normal):
        for child in list(properties):
            properties.remove(child)
        _font(properties, SIZE)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    document.settings.element.append(parse_xml(f'<w:themeFontLang {nsdecls("w")} w:val="en-US" w:bidi="{LANGUAGE}"/>'))
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = _font_table()


def _font_table() -> bytes:
    """Which fonts stand in where the first is not installed."""
    fonts = f'<w:font w:name="{FONT}"><w:altName w:val="{",".join(OTHER_FONTS)}"/><w:family w:val="swiss"/></w:font>'
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()


def _font(properties: Any, size: float, *, bold: bool = False, colour: RGBColor | None = None) -> None:
    """Run properties for both kinds of letters: Latin ones, and complex script, which Thai is; in schema order."""
    fonts = {f"w:{kind}": FONT for kind in ("ascii", "hAnsi", "eastAsia", "cs")}
    half_points = {"w:val": str(round(size * 2))}
    parts: list[tuple[str, dict[str, str]]] = [("w:rFonts", fonts)]
    parts += [("w:b", {}), ("w:bCs", {})] if bold else []
    parts += [("w:color", {"w:val": str(colour)})] if colour is not None else []
    parts += [("w:sz", half_points), ("w:szCs", half_points)]
    parts.append(("w:lang", {"w:val": "en-US", "w:eastAsia": "en-US", "w:bidi": LANGUAGE}))
    for tag, attributes in parts:
        element = OxmlElement(tag)
        for name, value in attributes.items():
            element.set(qn(name), value)
        properties.append(element)


# What XML cannot hold; new messages lose it at the door (handlers/messages.py), older rows have it.
_NO_LETTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def say(
    line: Paragraph, text: str, *, size: float = SIZE, bold: bool = False, colour: RGBColor | None = None
) -> Paragraph:
    """Words at the end of a paragraph; a new line in them breaks the line, a tab is a tab, a number stays whole."""
    pieces = _INSIDE_NUMBER.split(_NO_LETTERS.sub("", text))
    for at, piece in enumerate(pieces):
        run = line.add_run(piece)
        if at + 1 < len(pieces):
            run._r.append(OxmlElement("w:noBreakHyphen"))
        _font(run._r.get_or_add_rPr(), size, bold=bold, colour=colour)
    return line


def paragraph(
    document: Document,
    text: str,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    size: float = SIZE,
    bold: bool = False,
    colour: RGBColor | None = None,
    before: float = 0,
    after: float = 0,
    left: Length | None = None,
    keep: bool = False,
    level: int = 0,
) -> Paragraph:
    """A new paragraph. `keep`: on one page with the next; `level`: a heading's, for the document's outline."""
    line = say(document.add_paragraph(), text, size=size, bold=bold, colour=colour)
    form = line.paragraph_format
    form.space_before, form.space_after, form.left_indent = Pt(before), Pt(after), left
    form.keep_with_next = keep or None
    if align is not None:
        line.alignment = align
    if level:
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level - 1))
        line._p.get_or_add_pPr().append(outline)
    return line


def new_page(document: Document) -> None:
    """What follows begins on a new page."""
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def rule(document: Document, inset: Length | None = None) -> None:
    """A thin line across; `inset` shortens it on both sides."""
    line = paragraph(document, "", after=4, left=inset, keep=True)
    line.paragraph_format.right_indent = inset
    line.paragraph_format.line_spacing = Pt(6)
    border = '<w:pBdr {}><w:bottom w:val="single" w:sz="6" w:space="1" w:color="8C8C8C"/></w:pBdr>'
    properties = line._p.get_or_add_pPr()
    properties.insert_element_before(parse_xml(border.format(nsdecls("w"))), "w:spacing", "w:ind", "w:jc", "w:rPr")


def grid(
    document: Document, widths: Sequence[tuple[Length, ...]], *, ruled: bool = False, heads: int = 1
) -> list[list[Paragraph]]:
    """A table of rows of these widths; returns the first paragraph of every cell.

    `ruled`: with lines, and its first rows (`heads` of them) repeated on every page.
    """
    table = document.add_table(rows=len(widths), cols=len(widths[0]))
    table.autofit = False
    if ruled:
        table.style = "Table Grid"
        for _number, row in zip(range(heads), table.rows, strict=False):
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for column, width in zip(table.columns, widths[0], strict=True):
        column.width = width
    found = []
    for row, wide in zip(table.rows, widths, strict=True):
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
        cells = row.cells
        for cell, width in zip(cells, wide, strict=True):
            cell.width = width
        found.append([cell.paragraphs[0] for cell in cells])
    return found


def may_break(row: Any) -> None:
    """This row of a table may go on on the next page."""
    for mark in row._tr.trPr.findall(qn("w:cantSplit")):
        row._tr.trPr.remove(mark)


def album(document: Document, pictures: Sequence[tuple[bytes | None, str]]) -> None:
    """Pictures side by side, made small, with their words below; one that is gone leaves its words."""
    if not pictures:
        return
    cells = [cell for row in grid(document, [(Mm(80), Mm(80))] * ((len(pictures) + 1) // 2)) for cell in row]
    for cell, (content, caption) in zip(cells, pictures, strict=False):
        picture = small(content)
        if picture is not None:
            _embed(cell, picture)
        say(cell, caption, size=13)


def _embed(cell: Paragraph, picture: bytes) -> None:
    cell.alignment = WD_ALIGN_PARAGRAPH.CENTER
    cell.paragraph_format.space_before = Pt(6)
    shape = cell.add_run().add_picture(io.BytesIO(picture), width=_PHOTO)
    if shape.height > _TALLEST:
        shape.width, shape.height = Length(int(shape.width * _TALLEST / shape.height)), _TALLEST
    cell.add_run().add_break()


def footer(document: Document, about: str, page: str) -> None:
    """What the paper is about, and the page's number, at the foot of every page."""
    line = document.sections[0].footer.paragraphs[0]
    line.style = document.styles["Normal"]
    say(line, f"{about}  {page} ", size=13, colour=QUIET)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = say(line, "", size=13, colour=QUIET).runs[-1]._r
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)
        else:
            code = OxmlElement("w:instrText")
            code.text = text
            run.append(code)
