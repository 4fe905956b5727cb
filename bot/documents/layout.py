"""How wide the columns of a table should be, and what goes on which page: one answer for XLSX, DOCX and PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from handlers.reports.evidence.pack import Chart, Grid, Line, Pack, Section
from handlers.reports.evidence.table import Cell

_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # above and below: they take no room on the line
_LEAST, _HEADING, _MOST = 6, 14, 40  # letters across
_UPRIGHT, _LANDSCAPE = 96, 140  # letters of small type that fit across the pages
_NARROW = 16  # letters; a column of these stays as it is
_PORTRAIT = 130  # letters of small type across a portrait page, the widest columns broken once


@dataclass(frozen=True)
class Run:
    """Sections that follow each other on the same kind of page, with one code in the corner."""

    code: str
    wide: bool
    sections: tuple[Section, ...]


def letters(text: str) -> int:
    """Letters of the longest line, without the marks above and below."""
    return max(len(_MARKS.sub("", line)) for line in text.split("\n"))


def lines_in(text: str, room: float) -> int:
    """How many lines a text needs in a column of this width, about."""
    return sum(max(1, ceil(letters(line) / room)) for line in text.split("\n"))


def widths(grid: Grid) -> list[int]:
    """Of each leaf column: the letters it should have room for. Where there is not enough room on the page the wide
    columns give way: what they hold breaks between words, a number or a unit's name would break inside."""
    found = _wanted(grid)
    over = sum(found) - (_LANDSCAPE if is_wide(grid) else _UPRIGHT)
    spare = sum(max(0, width - _NARROW) for width in found)
    if over <= 0 or not spare:
        return found
    share = min(1.0, over / spare)
    return [width - round(max(0, width - _NARROW) * share) for width in found]


def _wanted(grid: Grid) -> list[int]:
    """The letters each column would have room for on a page of any width."""
    found = []
    for at, name in enumerate(grid.leaves):
        cells = [letters(str(line.cells[at])) + 2 * line.level for line in grid.lines]
        least = max(_LEAST, min(letters(name), _HEADING))
        found.append(max(least, min(max(cells, default=0), _MOST)) + 2)
    return found


def is_wide(grid: Grid) -> bool:
    """Does this table need a page on its side?"""
    wanted = _wanted(grid)
    return sum(wanted) > _PORTRAIT or sum(min(width, _NARROW) for width in wanted) > _UPRIGHT


def is_number(cell: Cell) -> bool:
    """Does this cell stand in the middle of its column, as numbers and ticks do?"""
    return isinstance(cell, int) or len(cell) <= 1


def is_bold(line: Line, at: int) -> bool:
    """A sum is bold; of a row with parts its name and numbers, not the words beside them."""
    return line.bold or (line.whole and (at == 0 or isinstance(line.cells[at], int)))


def runs(pack: Pack) -> list[Run]:
    """The sections in order, those that flow together where page and code are the same."""
    found: list[Run] = []
    for section in (part for whole in pack.sections for part in _parts(whole)):
        wide = any(isinstance(block, Grid) and is_wide(block) for block in section.blocks)
        last = found[-1] if found else None
        if section.flows and last is not None and (last.wide, last.code) == (wide, section.code):
            found[-1] = Run(last.code, last.wide, (*last.sections, section))
        else:
            found.append(Run(section.code, wide, (section,)))
    return found


def _parts(section: Section) -> Iterator[Section]:
    """A chart stands upright, a wide table on its side: a section with both is taken apart behind its last chart."""
    charts = [at for at, block in enumerate(section.blocks) if isinstance(block, Chart)]
    cut = charts[-1] + 1 if charts else 0
    if not cut or not any(isinstance(block, Grid) and is_wide(block) for block in section.blocks[cut:]):
        yield section
        return
    yield replace(section, blocks=section.blocks[:cut])
    yield replace(section, id="", title="", blocks=section.blocks[cut:], flows=True)
