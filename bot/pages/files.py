"""/files/TOKEN: a letter or a case's dossier, drawn when it is asked for, for whom the link was made and while they may
see the case; of a confidential case also only for who can type the number that was sent to that person's chat."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.documents import draw, pictures
from bot.pages import proof
from bot.pages.sheet import PRIVATE, Words, linked, sheet
from bot.pages.static import with_headers
from handlers import access
from handlers.reports import dossier as dossiers
from handlers.reports import letters, links
from handlers.services import Svc, Tools
from storage.db import Database

WORDS = Words("files")


@dataclass(frozen=True)
class _Paper:
    """A paper behind a link: its file's name, how it is drawn, whose link it is, and whether its case is secret."""

    name: str
    draw: Callable[[], bytes]
    person_id: int
    confidential: bool


def routes(db: Database, tools: Tools, clock: Clock, folder: Path) -> list[Route]:
    """The paper behind a link: DOCX, or with `?as=pdf` PDF. `folder`: of the stored pictures.

    Whatever is wrong with a link looks the same: 404. Of a confidential case only after a second proof (proof.py).
    """

    def look(request: Request) -> Response:
        ending = _ending(request)
        with db.reading() as session:
            svc = Svc(session, clock(), tools)
            try:
                paper = _found(svc, request.path_params["token"], ending, folder)
            except access.NotFound:
                return _page("gone", 404)
            if paper.confidential and not proof.is_shown(svc, paper.person_id, request):
                return _page("ask", 403)
        headers = {**PRIVATE, "content-disposition": f'attachment; filename="{quote(paper.name)}"'}
        return with_headers(Response(paper.draw(), media_type=draw.MIMES[ending], headers=headers))

    def answer(request: Request, fields: dict[str, str]) -> Response:
        with db.transaction() as session:
            svc = Svc(session, clock(), tools)
            try:
                paper = _found(svc, request.path_params["token"], _ending(request), folder)
            except access.NotFound:
                return _page("gone", 404)
            if not paper.confidential:
                return _page("gone", 404)
            status, words, values = proof.taken(svc, paper.person_id, fields)
        if status == 303:
            query = "as=pdf" if _ending(request) == ".pdf" else ""
            return proof.onward(values["proof"], query, secure=tools.page_link("/").startswith("https://"))
        return _page(words, status, **values)

    async def show(request: Request) -> Response:
        return await asyncio.to_thread(look, request)

    async def take(request: Request) -> Response:
        fields = await proof.form(request)
        return _page("elsewhere", 403) if fields is None else await asyncio.to_thread(answer, request, fields)

    path = "/files/{token}"
    return [Route(path, show, methods=["GET"]), Route(path, take, methods=["POST"])]


def _ending(request: Request) -> str:
    return ".pdf" if request.query_params.get("as") == "pdf" else ".docx"


def _page(name: str, status: int, **values: str) -> Response:
    wrong = name == "wrong_number"
    escaped = {key: html.escape(value) for key, value in values.items()}
    content = WORDS.fill("number" if wrong else name, said=WORDS.put(name) if wrong else "", **escaped)
    body = page_of(content)
    return with_headers(Response(body, status, media_type="text/html", headers=PRIVATE), forms=status != 404)


def page_of(content: str) -> str:
    """A page about a paper."""
    return sheet(WORDS.plain("title"), f"<main>{content}</main>", kind="track", head=linked(["chat.css"]))


def _found(svc: Svc, token: str, ending: str, folder: Path) -> _Paper:
    """The paper of a token. Raises access.NotFound."""
    return _letter(svc, token, ending) or _dossier(svc, token, ending, folder)


def _letter(svc: Svc, token: str, ending: str) -> _Paper | None:
    """None: a token of something else."""
    try:
        letter, case, open_, person_id = links.letter_of(svc, token)
    except access.NotFound:
        return None
    paper, at = letters.paper(svc, case, letter, open_=open_), letter.at
    name = f"{case.reference}-{letter.kind}{ending}"
    return _Paper(name, lambda: draw.letter(paper, ending, at), person_id, case.confidential)


def _dossier(svc: Svc, token: str, ending: str, folder: Path) -> _Paper:
    """Raises access.NotFound."""
    (case, person_id), now = links.dossier_of(svc, token), svc.now
    found, load = dossiers.dossier(svc, case), pictures.stored_in(folder, svc.session.keys)
    name = f"{case.reference}-dossier{ending}"
    return _Paper(name, lambda: draw.dossier(found, ending, now, load), person_id, case.confidential)
