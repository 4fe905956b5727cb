"""The evidence pack as PDF, and its charts as pictures, by typst with the bundled Thai font."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.documents import breaks
from bot.documents.layout import Run, runs, widths
from bot.documents.pdf import compiled
from handlers.reports.evidence.pack import Chart, Grid, Pack, Section

_WHOLE = 30  # letters of a name that fit any box unbroken
_PPI = 220.0  # of a chart in a DOCX: sharp on paper, some 200 KB


def pack(found: Pack, made: datetime) -> bytes:
    """A paper of the pack."""
    about = asdict(found)
    about.pop("sections")
    data = {"pack": breaks.marked(about), "titled": found.opens_with_title, "runs": [_run(run) for run in runs(found)]}
    return compiled("evidence.typ", data, made)


def picture(chart: Chart) -> bytes:
    """A chart as a PNG."""
    return compiled("flow_picture.typ", {"chart": _chart(asdict(chart))}, image="png", ppi=_PPI)


def _run(run: Run) -> dict[str, Any]:
    return {"code": run.code, "wide": run.wide, "sections": [_section(section) for section in run.sections]}


def _section(section: Section) -> dict[str, Any]:
    blocks = []
    for block in section.blocks:
        drawn = asdict(block)
        if isinstance(block, Chart):
            blocks.append(_chart(drawn))
        else:
            kind = drawn.pop("kind")
            blocks.append({**breaks.marked(drawn), "kind": kind})
        if isinstance(block, Grid):
            blocks[-1]["widths"] = widths(block)
    return {"heading": breaks.marked(section.heading), "blocks": blocks}


def _chart(drawn: dict[str, Any]) -> dict[str, Any]:
    """Only what is read is marked: names of boxes stay what the arrows call them, units break at their spaces."""
    rows = [
        [{**breaks.marked(box), "id": box["id"], "who": _names(box["who"])} for box in row] for row in drawn["rows"]
    ]
    return {**drawn, "rows": rows, "alt": breaks.marked(drawn["alt"])}


def _names(who: str) -> str:
    return str(breaks.marked(who)) if any(len(name) > _WHOLE for name in who.split(" ")) else who
