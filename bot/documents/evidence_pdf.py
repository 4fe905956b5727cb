"""The evidence pack as PDF, and its charts as pictures, by typst with the bundled Thai font."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.documents import breaks
from bot.documents.layout import Run, runs, widths
from bot.documents.pdf import compiled, drawable
from bot.documents.pictures import Load
from handlers.reports.evidence.pack import Chart, Grid, Pack, Pictures, Section

_WHOLE = 30  # letters of a name that fit any box unbroken
_PPI = 220.0  # of a chart in a DOCX: sharp on paper, some 200 KB


def pack(found: Pack, made: datetime, load: Load) -> bytes:
    """A paper of the pack, with its pictures."""
    about = asdict(found)
    about.pop("sections")
    data = {
        "pack": breaks.marked(about),
        "titled": found.opens_with_title,
        "runs": [_run(run, load) for run in runs(found)],
    }
    return compiled("evidence.typ", data, made)


def picture(chart: Chart) -> bytes:
    """A chart as a PNG."""
    return compiled("flow_picture.typ", {"chart": _chart(asdict(chart))}, image="png", ppi=_PPI)


def _run(run: Run, load: Load) -> dict[str, Any]:
    return {"code": run.code, "wide": run.wide, "sections": [_section(section, load) for section in run.sections]}


def _section(section: Section, load: Load) -> dict[str, Any]:
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
        elif isinstance(block, Pictures):
            for picture, place in zip(block.pictures, blocks[-1]["pictures"], strict=True):
                place["bytes"] = drawable(load, picture.digest)
    return {"heading": breaks.marked(section.heading), "blocks": blocks}


def _chart(drawn: dict[str, Any]) -> dict[str, Any]:
    """Only what is read is marked: names of boxes stay what the arrows call them, units break at their spaces."""
    rows = [
        [{**breaks.marked(box), "id": box["id"], "who": _names(box["who"])} for box in row] for row in drawn["rows"]
    ]
    return {**drawn, "rows": rows, "alt": breaks.marked(drawn["alt"])}


def _names(who: str) -> str:
    return str(breaks.marked(who)) if any(len(name) > _WHOLE for name in who.split(" ")) else who
