"""/summary and /summary/AGENCY: what everybody may know of the work, in numbers; nothing of any case."""

from __future__ import annotations

import asyncio
import html
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.pages.sheet import Words, linked, sheet
from bot.pages.static import with_headers
from handlers import access
from handlers.reports.public import Public, Stretch, public
from handlers.services import NotSeeded, Svc, Tools
from storage.db import Database

FRESH = timedelta(minutes=5)


_WORDS = Words("summary")


def routes(db: Database, tools: Tools, clock: Clock) -> list[Route]:
    """The summary of all agencies and of each; counted every few minutes at most, however many look."""
    kept: dict[str, tuple[datetime, str]] = {}  # of agencies there are only

    def look(code: str) -> tuple[int, str]:
        now = clock()
        known = kept.get(code)
        if known is not None and timedelta(0) <= now - known[0] < FRESH:
            return 200, known[1]
        try:
            with db.reading() as session:
                found = public(Svc(session, now, tools), code)
        except (access.NotFound, NotSeeded):
            return 404, _whole("", _WORDS.put("gone"))
        kept[code] = (now, page(found))
        return 200, kept[code][1]

    async def show(request: Request) -> Response:
        code = request.path_params.get("agency", "")[:40]
        status, body = await asyncio.to_thread(look, code)
        age = f"public, max-age={FRESH.seconds}" if status == 200 else "no-store"
        return with_headers(Response(body, status, media_type="text/html", headers={"cache-control": age}))

    return [Route("/summary", show, methods=["GET"]), Route("/summary/{agency}", show, methods=["GET"])]


def _whole(title: str, content: str) -> str:
    titled = _WORDS.plain("title", title=title)
    return sheet(titled, f"<main>{content}</main>", kind="sheet", head=linked(["chat.css", "digest.css"]), found=True)


def page(found: Public) -> str:
    """The page of these numbers."""
    agency = found.agency or _WORDS.put("all")
    links = "".join(_WORDS.put("agency", code=quote(code), name=name) for code, name in found.agencies)
    content = (
        _WORDS.put("head", agency=agency, as_of=found.as_of),
        *(_stretch(one, found.least) for one in found.stretches),
        _WORDS.fill("agencies", links=links) if links else "",
        _WORDS.put("foot", least=found.least),
    )
    return _whole(agency, "".join(content))


def _stretch(one: Stretch, least: int) -> str:
    content = _WORDS.put("nothing") if one.empty else _numbers(one, least) + _categories(one, least)
    return _WORDS.fill(
        "stretch", name=one.name, title=_WORDS.put(one.name), days=html.escape(one.days), content=content
    )


def _count(n: int | None, least: int) -> str:
    return _WORDS.put("few", least=least) if n is None else f"{n:,}"


def _numbers(one: Stretch, least: int) -> str:
    median = _WORDS.put("none") if one.median_days is None else _WORDS.put("days", days=f"{one.median_days:g}")
    satisfied = _WORDS.put("none") if one.satisfied is None else _WORDS.put("percent", percent=one.satisfied)
    if one.answers is None:
        said = _WORDS.put("few_answers", least=least)
    else:
        said = _WORDS.put("answers", n=f"{one.answers:,}") if one.answers else _WORDS.put("no_answers")
    rows = (
        ("received", _count(one.received, least), _WORDS.put("unit")),
        ("concluded", _count(one.concluded, least), _WORDS.put("unit")),
        ("median_days", median, _WORDS.put("to_result")),
        ("satisfied", satisfied, said),
    )
    drawn = (_WORDS.fill("number", name=_WORDS.put(name), value=value, note=note) for name, value, note in rows)
    return _WORDS.fill("numbers", rows="".join(drawn))


def _categories(one: Stretch, least: int) -> str:
    rows = [_WORDS.put("row", name=name, n=f"{n:,}") for name, n in one.categories]
    if rows and one.other != 0:
        rows.append(_WORDS.fill("row", name=_WORDS.put("other"), n=_count(one.other, least)))
    return _WORDS.fill("table", rows="".join(rows)) if rows else ""
