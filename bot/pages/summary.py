"""/summary and /summary/AGENCY: what everybody may know of the work, in numbers; nothing of any case."""

from __future__ import annotations

import asyncio
import html
import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.pages.static import with_headers
from handlers import access
from handlers.reports.public import Public, Stretch, public
from handlers.services import NotSeeded, Svc, Tools
from storage.db import Database

FRESH = timedelta(minutes=5)


@cache
def _templates() -> tuple[Template, dict[str, Template]]:
    folder = Path(__file__).parent
    words = tomllib.loads((folder / "summary.toml").read_text(encoding="utf-8"))
    page_ = Template((folder / "summary.html").read_text(encoding="utf-8"))
    return page_, {name: Template(text) for name, text in words.items()}


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
            return 404, _whole("", _word("gone"))
        kept[code] = (now, page(found))
        return 200, kept[code][1]

    async def show(request: Request) -> Response:
        code = request.path_params.get("agency", "")[:40]
        status, body = await asyncio.to_thread(look, code)
        age = f"public, max-age={FRESH.seconds}" if status == 200 else "no-store"
        return with_headers(Response(body, status, media_type="text/html", headers={"cache-control": age}))

    return [Route("/summary", show, methods=["GET"]), Route("/summary/{agency}", show, methods=["GET"])]


def _word(key: str, /, **values: object) -> str:
    """A template with plain words."""
    return _templates()[1][key].substitute({name: html.escape(str(value)) for name, value in values.items()})


def _fill(key: str, /, **parts: str) -> str:
    """A template with what is HTML already."""
    return _templates()[1][key].substitute(parts)


def _whole(title: str, content: str) -> str:
    return _templates()[0].substitute(title=html.escape(title), content=content)


def page(found: Public) -> str:
    """The page of these numbers."""
    agency = found.agency or _word("all")
    links = "".join(_word("agency", code=quote(code), name=name) for code, name in found.agencies)
    content = (
        _word("head", agency=agency, as_of=found.as_of),
        *(_stretch(one, found.least) for one in found.stretches),
        _fill("agencies", links=links) if links else "",
        _word("foot", least=found.least),
    )
    return _whole(agency, "".join(content))


def _stretch(one: Stretch, least: int) -> str:
    content = _word("nothing") if one.empty else _numbers(one, least) + _categories(one, least)
    return _fill("stretch", name=one.name, title=_word(one.name), days=html.escape(one.days), content=content)


def _count(n: int | None, least: int) -> str:
    return _word("few", least=least) if n is None else f"{n:,}"


def _numbers(one: Stretch, least: int) -> str:
    median = _word("none") if one.median_days is None else _word("days", days=f"{one.median_days:g}")
    satisfied = _word("none") if one.satisfied is None else _word("percent", percent=one.satisfied)
    if one.answers is None:
        said = _word("few_answers", least=least)
    else:
        said = _word("answers", n=f"{one.answers:,}") if one.answers else _word("no_answers")
    rows = (
        ("received", _count(one.received, least), _word("unit")),
        ("concluded", _count(one.concluded, least), _word("unit")),
        ("median_days", median, _word("to_result")),
        ("satisfied", satisfied, said),
    )
    drawn = (_fill("number", name=_word(name), value=value, note=note) for name, value, note in rows)
    return _fill("numbers", rows="".join(drawn))


def _categories(one: Stretch, least: int) -> str:
    rows = [_word("row", name=name, n=f"{n:,}") for name, n in one.categories]
    if rows and one.other != 0:
        rows.append(_fill("row", name=_word("other"), n=_count(one.other, least)))
    return _fill("table", rows="".join(rows)) if rows else ""
