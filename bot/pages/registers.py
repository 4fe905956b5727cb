"""/registers/TOKEN: an agency's registers as a workbook, out and in, for whoever keeps them. Good for a day."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.documents import draw
from bot.documents.register_limits import LARGEST
from bot.pages.sheet import PRIVATE, Words, linked, sheet
from bot.pages.static import with_headers
from handlers import access
from handlers.reports.evidence import address, sheets
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc, Tools
from storage import agencies
from storage.db import Database

if TYPE_CHECKING:
    from bot.documents.register_files import Outcome

_ENVELOPE = 16 * 1024  # what a multipart body may hold beside the file
_SHOWN = 300  # problems on a page


class _TooLarge(Exception):
    """A body beyond what a workbook may have."""


class _InMemory(MultiPartParser):
    """A small file: nothing of it touches the disk."""

    spool_max_size = LARGEST + _ENVELOPE


_WORDS = Words("registers")


def routes(db: Database, tools: Tools, clock: Clock) -> list[Route]:
    """The page, the workbook behind it (`?as=xlsx`), and what is sent back. Every bad link looks the same: 404."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        if request.query_params.get("as") == "xlsx":
            found = await asyncio.to_thread(_workbook, db, tools, clock, token)
            if found is None:
                return _page(_WORDS.put("gone"), 404)
            name, content = found
            headers = {**PRIVATE, "content-disposition": f'attachment; filename="{name}"'}
            return with_headers(Response(content, media_type=draw.MIMES[".xlsx"], headers=headers))
        drawn = await asyncio.to_thread(_shown, db, tools, clock, token)
        return _page(_WORDS.put("gone"), 404) if drawn is None else _page(drawn)

    async def take(request: Request) -> Response:
        token = request.path_params["token"]
        if await asyncio.to_thread(_shown, db, tools, clock, token) is None:
            return _page(_WORDS.put("gone"), 404)  # nobody else's bytes are read
        try:
            content, dry_run = await _sent(request)
        except _TooLarge:
            content, dry_run = b"0" * (LARGEST + 1), True  # said as of any file that is too large
        drawn = await asyncio.to_thread(_taken, db, tools, clock, token, content, dry_run)
        if drawn is None:
            return _page(_WORDS.put("gone"), 404)
        return _page(drawn[1], drawn[0])

    path = "/registers/{token}"
    return [Route(path, show, methods=["GET"]), Route(path, take, methods=["POST"])]


def _page(content: str, status: int = 200) -> Response:
    body = sheet(_WORDS.plain("title"), f"<main>{content}</main>", kind="track", head=linked(["chat.css"]))
    return with_headers(Response(body, status, media_type="text/html", headers=PRIVATE), forms=status != 404)


async def _sent(request: Request) -> tuple[bytes, bool]:
    """The file of the form, and whether it is only to be looked at; b"" where there is none. Raises _TooLarge."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return b"", True
    parser = _InMemory(request.headers, _limited(request), max_files=1, max_fields=2, max_part_size=_ENVELOPE)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):  # KeyError: a body without a boundary
        return b"", True
    try:
        file = next((value for _name, value in form.multi_items() if isinstance(value, UploadFile)), None)
        return b"" if file is None else await file.read(), bool(form.get("dry"))
    finally:
        await form.close()


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST + _ENVELOPE:
            raise _TooLarge
        yield chunk


def _workbook(db: Database, tools: Tools, clock: Clock, token: str) -> tuple[str, bytes] | None:
    from bot.documents import register_sheets

    with db.reading() as session:
        svc = Svc(session, clock(), tools)
        try:
            agency_code, year, _person = address.opened(svc, token)
        except access.NotFound:
            return None
        name = f"registers-{year}.xlsx"
        return name, register_sheets.draw(svc, sheets.book(Scope(svc, year, agency_code)))


def _shown(db: Database, tools: Tools, clock: Clock, token: str) -> str | None:
    with db.reading() as session:
        svc = Svc(session, clock(), tools)
        try:
            agency_code, year, _person = address.opened(svc, token)
        except access.NotFound:
            return None
        return _drawn(svc, agency_code, year, "", [])


def _taken(
    db: Database, tools: Tools, clock: Clock, token: str, content: bytes, dry_run: bool
) -> tuple[int, str] | None:
    from bot.documents import register_files

    try:
        with db.reading() as session:  # a large file takes seconds, and a transaction keeps others waiting
            svc = Svc(session, clock(), tools)
            agency_code, year, _person = address.opened(svc, token)
            read = register_files.opened(svc, content, agency_code, year)
            if isinstance(read, register_files.Outcome):
                return 422, _drawn(svc, agency_code, year, _said(read, dry_run), read.lacking)
        with db.transaction() as session:
            svc = Svc(session, clock(), tools)
            agency_code, year, person_id = address.opened(svc, token)  # their post may have ended meanwhile
            found = register_files.store(svc, read, agency_code, year, person_id, dry_run=dry_run)
            status = 422 if found.problems else 200
            return status, _drawn(svc, agency_code, year, _said(found, dry_run), found.lacking)
    except access.NotFound:
        return None


def _said(found: Outcome, dry_run: bool) -> str:
    if found.problems:
        return _WORDS.fill("wrong", n=len(found.problems), lines=_listed(found.problems))
    if not found.changes:
        return _WORDS.put("nothing")
    return _WORDS.fill("would" if dry_run else "stored", lines=_listed(found.changes))


def _drawn(svc: Svc, agency_code: str, year: int, said: str, lacking: Sequence[str]) -> str:
    agency = agencies.agency(svc.session, agency_code)
    return _WORDS.fill(
        "page",
        agency=html.escape(agency.name if agency else agency_code),
        year=year,
        most=LARGEST // 1024 // 1024,
        said=said,
        lacking=_WORDS.fill("lacking", lines=_listed(lacking)) if lacking else "",
    )


def _listed(lines: Sequence[str]) -> str:
    return "".join(_WORDS.put("line", words=line) for line in lines[:_SHOWN])
