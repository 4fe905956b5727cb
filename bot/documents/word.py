"""DOCX by python-docx, set for Thai: complex-script font, size and language, so that Word draws and breaks it right."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm

from bot.documents import blank
from bot.documents.blank import QUIET, RED, grid, paragraph, rule, say
from bot.documents.pictures import Load
from handlers.reports.dossier import Dossier, Step
from handlers.reports.paper import Paper

if TYPE_CHECKING:
    from docx.document import Document

_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_INDENT = Mm(25)  # of a paragraph's first line, as the regulation's samples have it
_SIGNED = Mm(70)  # where the block for the signature begins
_SHORT, _LONG = Mm(14), Mm(29)  # room for a head's name: เรื่อง, สิ่งที่ส่งมาด้วย
_SHORT_NAME = 8  # letters; marks above and below are letters too


def letter(paper: Paper, made: datetime) -> bytes:
    """A letter, memo or order."""
    document = blank.document(f"{paper.name} {paper.reference}", made)
    _letter(document, paper)
    return _saved(document)


def dossier(found: Dossier, made: datetime, load: Load) -> bytes:
    """A dossier with its pictures, and its letters behind it."""
    document = blank.document(f"{found.title} {found.reference}", made)
    blank.footer(document, found.about, found.page)
    if found.secrecy:
        paragraph(document, found.secrecy, align=_CENTRE, size=20, bold=True, colour=RED)
    paragraph(document, found.title, align=_CENTRE, size=22, bold=True)
    paragraph(document, found.about, align=_CENTRE, size=18)
    paragraph(document, found.agency, align=_CENTRE)
    paragraph(document, f"{found.as_of}  {found.note}", align=_CENTRE, size=14, colour=QUIET)
    for step in found.steps:
        _step(document, step, load)
    paragraph(document, found.signatures, before=28)
    if found.letters:
        blank.new_page(document)
        paragraph(document, found.annex, bold=True, size=18)
    for at, paper in enumerate(found.letters):
        if at:
            blank.new_page(document)
        _letter(document, paper)
    return _saved(document)


def _saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _letter(document: Document, paper: Paper) -> None:
    if paper.secrecy:
        paragraph(document, paper.secrecy, align=_CENTRE, size=22, bold=True, colour=RED)
    if paper.speed:
        paragraph(document, paper.speed, size=20, bold=True, colour=RED)
    {"external": _external, "memo": _memo, "order": _order}[paper.form](document, paper)


def _external(document: Document, paper: Paper) -> None:
    paragraph(document, paper.emblem, align=_CENTRE, size=12, colour=QUIET, before=18, after=18)
    cells = grid(document, [(Mm(82), Mm(78))])[0]
    say(cells[0], paper.number)
    say(cells[1], "\n".join(paper.sender))
    paragraph(document, paper.date, align=_CENTRE, before=6, after=6)
    _heads(document, paper.heads)
    _body(document, paper.body)
    paragraph(document, paper.regards, align=_CENTRE, left=_SIGNED, before=12)
    _signature(document, paper.signature)
    _foot(document, paper.foot)


def _memo(document: Document, paper: Paper) -> None:
    top = paragraph(document, f"{paper.emblem}\t", size=12, colour=QUIET)
    top.paragraph_format.tab_stops.add_tab_stop(Mm(80), WD_TAB_ALIGNMENT.CENTER)
    say(top, paper.title, size=26, bold=True)
    _heads(document, paper.heads[:1], bold=True)
    line = paragraph(document, f"{paper.number}\t{paper.date}")
    line.paragraph_format.tab_stops.add_tab_stop(Mm(80))
    _heads(document, paper.heads[1:2], bold=True)
    rule(document)
    _heads(document, paper.heads[2:])
    _body(document, paper.body)
    _signature(document, paper.signature)
    if paper.decision:
        rule(document)
        first, *lines, signed = paper.decision
        paragraph(document, first, bold=True, keep=True)
        for text in lines:
            paragraph(document, text, keep=True)
        _signature(document, (signed,))
    _foot(document, paper.foot)


def _order(document: Document, paper: Paper) -> None:
    paragraph(document, paper.emblem, align=_CENTRE, size=12, colour=QUIET, before=18, after=18)
    paragraph(document, paper.title, align=_CENTRE, size=18, bold=True)
    paragraph(document, paper.number, align=_CENTRE)
    for name, value in paper.heads:
        paragraph(document, f"{name}  {value}", align=_CENTRE)
    rule(document, inset=Mm(55))
    _body(document, paper.body)
    for at, (who, post) in enumerate(paper.members, 1):
        line = paragraph(document, f"{at}.\t{who}\t{post}", left=_INDENT)
        line.paragraph_format.tab_stops.add_tab_stop(_INDENT + Mm(8))
        line.paragraph_format.tab_stops.add_tab_stop(Mm(160), WD_TAB_ALIGNMENT.RIGHT)
    _body(document, paper.after)
    _signature(document, paper.signature)


def _heads(document: Document, rows: tuple[tuple[str, str], ...], *, bold: bool = False) -> None:
    """(name, value) lines that hang below their value; a name that is not repeated leaves its room."""
    room = _SHORT
    for name, value in rows:
        if name:
            room = _SHORT if len(name) <= _SHORT_NAME else _LONG
        line = paragraph(document, name, bold=bold, left=room, after=3)
        line.paragraph_format.first_line_indent = -room
        line.paragraph_format.tab_stops.add_tab_stop(room)
        say(line, f"\t{value}")


def _body(document: Document, lines: tuple[str, ...]) -> None:
    for line in lines:
        paragraph(document, line, before=6).paragraph_format.first_line_indent = _INDENT


def _signature(document: Document, lines: tuple[str, ...]) -> None:
    for at, line in enumerate(lines):
        paragraph(document, line, align=_CENTRE, left=_SIGNED, before=0 if at else 36, keep=at + 1 < len(lines))


def _foot(document: Document, lines: tuple[str, ...]) -> None:
    for at, line in enumerate(lines):
        paragraph(document, line, before=0 if at else 18)


# --- the dossier ------------------------------------------------------------------------------------------------------


def _step(document: Document, step: Step, load: Load) -> None:
    paragraph(document, f"{step.number}. {step.title}", bold=True, before=14, keep=True, level=1)
    if step.date:
        paragraph(document, step.date, align=_CENTRE, keep=True)
    paragraph(document, step.caption, size=14, colour=QUIET, keep=True)
    if step.rows:
        for row, cells in zip(step.rows, grid(document, [(Mm(45), Mm(115))] * len(step.rows)), strict=True):
            say(cells[0], row.name, colour=QUIET)
            say(cells[1], row.value)
    _events(document, step)
    blank.album(document, [(load(photo.digest), photo.caption) for photo in step.photos])
    if step.more:
        paragraph(document, step.more, size=14)
    if step.nothing:
        paragraph(document, step.nothing, colour=QUIET)


def _events(document: Document, step: Step) -> None:
    if not step.events:
        return
    aside = any(event.aside for event in step.events)
    widths = (Mm(38), Mm(80), Mm(42)) if aside else (Mm(38), Mm(122))
    rows = grid(document, [widths] * (len(step.events) + 1), ruled=True)
    for cell, name in zip(rows[0], step.columns, strict=False):
        say(cell, name, size=14, bold=True)
    for cells, event in zip(rows[1:], step.events, strict=True):
        for cell, text in zip(cells, (event.at, event.what, event.aside), strict=False):
            say(cell, text, size=14)
