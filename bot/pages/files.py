"""/files/TOKEN: a letter or a case's dossier, drawn when it is asked for, for whom the link was made and while they may
see the case."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.documents import draw, pictures
from bot.pages.static import with_headers
from handlers import access
from handlers.reports import dossier as dossiers
from handlers.reports import letters, links
from handlers.services import Svc, Tools
from storage.db import Database

_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}


@cache
def _gone() -> str:
    folder = Path(__file__).parent
    words = tomllib.loads((folder / "files.toml").read_text(encoding="utf-8"))
    return Template((folder / "files.html").read_text(encoding="utf-8")).substitute(content=words["gone"])


def routes(db: Database, tools: Tools, clock: Clock, folder: Path) -> list[Route]:
    """The paper behind a link: DOCX, or with `?as=pdf` PDF. `folder`: of the stored pictures.

    Whatever is wrong with a link looks the same: 404.
    """

    async def show(request: Request) -> Response:
        ending = ".pdf" if request.query_params.get("as") == "pdf" else ".docx"
        found = await asyncio.to_thread(_drawn, db, tools, clock, folder, request.path_params["token"], ending)
        if found is None:
            return with_headers(Response(_gone(), 404, media_type="text/html", headers=_HEADERS))
        name, content = found
        headers = {**_HEADERS, "content-disposition": f'attachment; filename="{quote(name)}"'}
        return with_headers(Response(content, media_type=draw.MIMES[ending], headers=headers))

    return [Route("/files/{token}", show, methods=["GET"])]


def _drawn(db: Database, tools: Tools, clock: Clock, folder: Path, token: str, ending: str) -> tuple[str, bytes] | None:
    with db.reading() as session:
        svc = Svc(session, clock(), tools)
        try:
            name, draw_it = _letter(svc, token, ending) or _dossier(svc, token, ending, folder)
        except access.NotFound:
            return None
    return name, draw_it()


_Drawing = tuple[str, Callable[[], bytes]]


def _letter(svc: Svc, token: str, ending: str) -> _Drawing | None:
    """None: a token of something else."""
    try:
        letter, case, open_ = links.letter_of(svc, token)
    except access.NotFound:
        return None
    paper, at = letters.paper(svc, case, letter, open_=open_), letter.at
    return f"{case.reference}-{letter.kind}{ending}", lambda: draw.letter(paper, ending, at)


def _dossier(svc: Svc, token: str, ending: str, folder: Path) -> _Drawing:
    """Raises access.NotFound."""
    case, now = links.dossier_of(svc, token), svc.now
    found, load = dossiers.dossier(svc, case), pictures.stored_in(folder, svc.session.keys)
    return f"{case.reference}-dossier{ending}", lambda: draw.dossier(found, ending, now, load)
