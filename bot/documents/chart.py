"""The charts of a digest as one picture: by typst, with the bundled Thai font. The same numbers, the same bytes."""

from __future__ import annotations

from dataclasses import asdict

from bot.documents import breaks
from bot.documents.pdf import compiled
from handlers.reports.sheet import Sheet

WIDTH, HEIGHT = 360, 504  # of the picture in points: 5:7; letters of 15 points are 15 pixels on a small phone
PIXELS = 1080  # across, for sharp letters on any phone; about 100 KB


def png(sheet: Sheet, width: int = PIXELS) -> bytes:
    """The picture, so many pixels wide."""
    return compiled("chart.typ", _data(sheet), image="png", ppi=72.0 * width / WIDTH)


def svg(sheet: Sheet) -> bytes:
    """The same picture for what scales by itself."""
    return compiled("chart.typ", _data(sheet), image="svg")


def _data(sheet: Sheet) -> dict[str, object]:
    return {"head": breaks.marked(f"{sheet.agency} {sheet.period}"), "chart": breaks.marked(asdict(sheet.chart))}
