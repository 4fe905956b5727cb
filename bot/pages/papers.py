"""/report/TOKEN: a digest on A4; the yearly evidence as PDF, with `?as=` as XLSX or DOCX; a copy of one's own data.

A link is for one person, and shows the paper only while that person has a post that reads it. Whatever is wrong with a
link looks the same: 404. Figures that do not agree are not printed: 409, with where.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import html
import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.documents import draw, pdf
from bot.documents.pictures import Load
from bot.pages.files import WORDS, page_of
from bot.pages.sheet import PRIVATE
from bot.pages.static import with_headers
from handlers import access
from handlers.reports import issued, own_data
from handlers.reports.evidence import papers, reading
from handlers.reports.evidence.report import DoesNotReconcile
from handlers.services import Svc, Tools
from storage.db import Database

log = logging.getLogger("pratu.papers")

_PDF = ".pdf"
_MIMES = {**draw.MIMES, ".txt": "text/plain; charset=utf-8", ".json": "application/json"}


@dataclass(frozen=True)
class _Paper:
    """A paper that was reckoned; drawing it takes a second or more, and needs nothing of the database."""

    name: str
    ending: str
    draw: Callable[[], bytes]


def routes(db: Database, tools: Tools, clock: Clock, load: Load) -> list[Route]:
    """The paper behind a link; `load` reads the pictures in it."""

    def answer(token: str, wanted: str) -> Response:
        try:
            found = _found(db, tools, clock, load, token, wanted)
        except access.NotFound:
            return _html(WORDS.put("gone"), 404)
        except DoesNotReconcile as wrong:
            places = "".join(f"<li>{html.escape(place)}</li>" for place in wrong.places)
            return _html(WORDS.fill("stopped", places=places), 409)
        headers = {**PRIVATE, "content-disposition": f'inline; filename="{quote(found.name)}"'}
        return Response(found.draw(), media_type=_MIMES[found.ending], headers=headers)

    async def show(request: Request) -> Response:
        wanted = request.query_params.get("as", "")[:10]
        return with_headers(await asyncio.to_thread(answer, request.path_params["token"], wanted))

    return [Route("/report/{token}", show, methods=["GET"])]


def drawer(db: Database, tools: Tools, clock: Clock, load: Load) -> Callable[[str], bytes | None]:
    """What draws the PDF behind a token, for a channel that hands over files; None where there is none."""

    def drawn(token: str) -> bytes | None:
        try:
            return _found(db, tools, clock, load, token).draw()
        except (access.NotFound, DoesNotReconcile):
            return None
        except Exception:  # whatever is wrong with the paper, its words must still arrive
            log.exception("could not draw a paper")
            return None

    return drawn


def _found(db: Database, tools: Tools, clock: Clock, load: Load, token: str, wanted: str = "") -> _Paper:
    """Raises access.NotFound, DoesNotReconcile."""
    with db.reading() as session:
        svc = Svc(session, clock(), tools)
        for paper in (_digest, _own_data):
            with contextlib.suppress(access.NotFound):
                return paper(svc, token)
        return _evidence(svc, token, wanted, load)


def _digest(svc: Svc, token: str) -> _Paper:
    found = issued.opened(svc, token)
    sheet, issue = issued.sheet_of(svc, found), found.issue
    at = issue.issued_at
    name = f"digest-{issue.agency_code}-{issue.period}.pdf".replace("*", "all")
    return _Paper(name, _PDF, lambda: pdf.digest(sheet, at))


def _own_data(svc: Svc, token: str) -> _Paper:
    """What we hold about somebody, for themselves."""
    form, text = own_data.opened(svc, token)
    content = (codecs.BOM_UTF8 if form == "txt" else b"") + text.encode("utf-8", "replace")
    return _Paper(f"my-data.{form}", f".{form}", lambda: content)


def _evidence(svc: Svc, token: str, wanted: str, load: Load) -> _Paper:
    scope, now = reading.opened(svc, token), svc.now
    ending = f".{wanted}" if f".{wanted}" in draw.MIMES else _PDF
    pack, contents = papers.paper(papers.TABLES, scope), svc.texts.word("pack.contents")
    name = f"pmqa3-{scope.agency_code or 'all'}-{scope.year}{ending}"
    return _Paper(name, ending, lambda: draw.pack(pack, ending, now, contents, load))


def _html(content: str, status: int) -> Response:
    return Response(page_of(content), status, media_type="text/html", headers=PRIVATE)
