"""PDF by typst with the bundled Thai font. Pictures never touch the disk."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.documents import breaks
from bot.documents.pictures import Load, small
from handlers.reports.dossier import Dossier
from handlers.reports.paper import Paper
from handlers.reports.sheet import Sheet

_FOLDER = Path(__file__).parent


def letter(paper: Paper, made: datetime) -> bytes:
    """A letter, memo or order."""
    return compiled("papers.typ", {"paper": breaks.marked(asdict(paper))}, made)


def dossier(found: Dossier, made: datetime, load: Load) -> bytes:
    """A dossier with its pictures, and its letters behind it."""
    data = breaks.marked(asdict(found))
    for step, drawn in zip(found.steps, data["steps"], strict=True):
        for photo, place in zip(step.photos, drawn["photos"], strict=True):
            place["bytes"] = drawable(load, photo.digest)
    return compiled("papers.typ", {"dossier": data}, made)


def drawable(load: Load, digest: str) -> list[int] | None:
    """A stored picture as a template takes it; None for one that is gone."""
    picture = small(load(digest))
    return None if picture is None else list(picture)


def digest(sheet: Sheet, made: datetime) -> bytes:
    """A digest on A4, with its charts and a place to sign."""
    return compiled("digest.typ", {"sheet": breaks.marked(asdict(sheet))}, made)


def compiled(
    template: str,
    data: dict[str, Any],
    made: datetime | None = None,
    *,
    image: Literal["pdf", "png", "svg"] = "pdf",
    ppi: float | None = None,
) -> bytes:
    """A template of this folder with its words and numbers, drawn; `ppi`: pixels to 72 points, of a picture."""
    import typst

    content: bytes = typst.compile(
        str(_FOLDER / template),
        format=image,
        ppi=ppi,
        font_paths=[str(_FOLDER.parent / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, default=str)},
        timestamp=None if made is None else int(made.astimezone(UTC).timestamp()),
    )
    return content
