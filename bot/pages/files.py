"""/files/TOKEN: a letter, drawn when it is asked for, for whom the link was made and while they may see the case."""

from __future__ import annotations

import asyncio
import tomllib
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.documents import draw
from bot.pages.static import with_headers
from handlers import access
from handlers.reports import letters, links
from handlers.services import Svc, Tools
from storage.db import Database

_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}


@cache
def _gone() -> str:
    folder = Path(__file__).parent
    words = tomllib.loads((folder / "files.toml").read_text(encoding="utf-8"))
    return Template((folder / "files.html").read_text(encoding="utf-8")).substitute(content=words["gone"])


def routes(db: Database, tools: Tools, clock: Clock) -> list[Route]:
    """The letter behind a link: DOCX, or with `?as=pdf` PDF. Whatever is wrong with a link looks the same: 404."""

    async def show(request: Request) -> Response:
        ending = ".pdf" if request.query_params.get("as") == "pdf" else ".docx"
        found = await asyncio.to_thread(_drawn, db, tools, clock, request.path_params["token"], ending)
        if found is None:
            return with_headers(Response(_gone(), 404, media_type="text/html", headers=_HEADERS))
        name, content = found
        headers = {**_HEADERS, "content-disposition": f'attachment; filename="{quote(name)}"'}
        return with_headers(Response(content, media_type=draw.MIMES[ending], headers=headers))

    return [Route("/files/{token}", show, methods=["GET"])]


def _drawn(db: Database, tools: Tools, clock: Clock, token: str, ending: str) -> tuple[str, bytes] | None:
    with db.reading() as session:
        svc = Svc(session, clock(), tools)
        try:
            letter, case, open_ = links.letter_of(svc, token)
        except access.NotFound:
            return None
        paper = letters.paper(svc, case, letter, open_=open_)
        name, at = f"{case.reference}-{letter.kind}{ending}", letter.at
    return name, draw.letter(paper, ending, at)
