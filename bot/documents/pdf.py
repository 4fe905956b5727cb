"""PDF by typst with the bundled Thai font. Pictures never touch the disk."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.documents import breaks
from bot.documents.pictures import Load, small
from handlers.reports.dossier import Dossier
from handlers.reports.paper import Paper

_FOLDER = Path(__file__).parent


def letter(paper: Paper, made: datetime) -> bytes:
    """A letter, memo or order."""
    return _compiled({"paper": breaks.marked(asdict(paper))}, made)


def dossier(found: Dossier, made: datetime, load: Load) -> bytes:
    """A dossier with its pictures, and its letters behind it."""
    data = breaks.marked(asdict(found))
    for step, drawn in zip(found.steps, data["steps"], strict=True):
        for photo, place in zip(step.photos, drawn["photos"], strict=True):
            picture = small(load(photo.digest))
            place["bytes"] = None if picture is None else list(picture)
    return _compiled({"dossier": data}, made)


def _compiled(data: dict[str, Any], made: datetime) -> bytes:
    import typst

    content: bytes = typst.compile(
        str(_FOLDER / "papers.typ"),
        format="pdf",
        font_paths=[str(_FOLDER.parent / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, default=str)},
        timestamp=int(made.astimezone(UTC).timestamp()),
    )
    return content
