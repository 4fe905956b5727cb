"""/digest/TOKEN: a digest as a page, every figure a link to its cases; and its chart. On A4: bot/pages/papers.py.

A link is for one person and one digest, and shows it only while that person has a post that reads it. Whatever is wrong
with a link looks the same: 404.
"""

from __future__ import annotations

import asyncio
import base64
import html
from collections.abc import Callable, Iterable
from dataclasses import astuple
from pathlib import Path
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.documents import chart
from bot.pages.sheet import PRIVATE, Words, linked
from bot.pages.sheet import sheet as whole
from bot.pages.static import with_headers
from handlers import access
from handlers.reports import issued
from handlers.reports.sheet import NUMBERS, Cell, Decision, Number, Sheet, Table
from handlers.services import Svc, Tools
from storage.db import Database

_CHART = {"cache-control": "private, max-age=3600", "x-robots-tag": "noindex, nofollow"}
Draw = Callable[[], Response]
_STYLES = ("chat.css", "digest.css")
_WORDS = Words("digest")


def routes(db: Database, tools: Tools, clock: Clock) -> list[Route]:
    """The page, the cases behind a figure, and the chart."""

    def answering(work: Callable[[Svc, str, Request], Draw]) -> Callable[[Request], object]:
        def answer(request: Request) -> Response:
            try:
                with db.reading() as session:
                    draw = work(Svc(session, clock(), tools), request.path_params["token"], request)
            except access.NotFound:
                return _html(_whole("", _WORDS.put("gone")), 404)
            return draw()  # takes a second, and needs nothing of the database

        async def show(request: Request) -> Response:
            return with_headers(await asyncio.to_thread(answer, request))

        return show

    return [
        Route("/digest/{token}", answering(_show), methods=["GET"]),
        Route("/digest/{token}/cases", answering(_cases), methods=["GET"]),
        Route("/digest/{token}/chart.png", answering(_chart), methods=["GET"]),
    ]


def _show(svc: Svc, token: str, _request: Request) -> Draw:
    found = issued.opened(svc, token)
    sheet, own = issued.sheet_of(svc, found, live=True), f"/digest/{quote(token)}"
    links = {"paper": f"/report/{quote(token)}", "base": own if found.cases else "", "picture": f"{own}/chart.png"}
    return lambda: _html(page(sheet, **links))


def _chart(svc: Svc, token: str, _request: Request) -> Draw:
    sheet = issued.sheet_of(svc, issued.opened(svc, token))
    return lambda: Response(chart.png(sheet), media_type="image/png", headers=_CHART)


def _cases(svc: Svc, token: str, request: Request) -> Draw:
    what, key = (request.query_params.get(name, "")[:40] for name in ("what", "key"))
    number = request.query_params.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found = issued.behind(svc, issued.opened(svc, token), what, key, at)
    return lambda: _html(_behind(found, f"/digest/{quote(token)}", what, key))


def _html(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html", headers=PRIVATE)


def _whole(title: str, content: str, style: str = "") -> str:
    return whole(title, content, kind="sheet", head=style or linked(_STYLES))


def alone(sheet: Sheet) -> str:
    """The page as one file that needs no server: styles and chart inside it, no links."""
    folder = Path(__file__).parent / "static"
    lines = [line for name in _STYLES for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    style = "\n".join(line for line in lines if not line.startswith("@font-face"))  # the reader's own letters
    picture = f"data:image/png;base64,{base64.b64encode(chart.png(sheet)).decode()}"
    return page(sheet, picture=picture, style=f"<style>\n{style}\n</style>")


def page(sheet: Sheet, *, picture: str, base: str = "", paper: str = "", style: str = "") -> str:
    """A digest as a page. `picture`: address of the chart; `base`: below it are the cases behind a figure, "" without
    links; `paper`: address of the PDF."""
    drawn = _Page(base)
    main = "".join(
        (
            _head(sheet, paper),
            drawn.decisions(sheet),
            drawn.section("figures", sheet.numbers_title, drawn.numbers(sheet.numbers)),
            _WORDS.fill("beside", content=drawn.chart_and_quality(sheet, picture)),
            drawn.tables(sheet.tables),
            drawn.section("spots", sheet.spots_title, _list(_spot(*one) for one in sheet.spots)),
            drawn.section("others", sheet.others_title, _list(map(html.escape, sheet.others))),
            _WORDS.put("foot", title=sheet.chain_title, chain=sheet.chain) if sheet.chain else "",
        )
    )
    skip = _WORDS.put("skip")
    return _whole(f"{sheet.title} {sheet.agency}", f"{skip}<main>{main}</main>", style)


def _head(sheet: Sheet, paper: str) -> str:
    named = {"title": sheet.title, "agency": sheet.agency, "period": sheet.period, "as_of": sheet.as_of}
    link = _WORDS.put("paper", link=paper) if paper else ""
    return _WORDS.fill("head", paper=link, **{name: html.escape(value) for name, value in named.items()})


def _list(items: Iterable[str]) -> str:
    rows = "".join(_WORDS.fill("item", value=item) for item in items)
    return _WORDS.fill("list", rows=rows) if rows else ""


def _spot(name: str, references: tuple[str, ...]) -> str:
    listed = ", ".join(_WORDS.put("whole", text=reference) for reference in references)
    return f"{html.escape(name)}: {listed}" if listed else html.escape(name)


class _Page:
    """The parts of the page, with links to the cases below `base`."""

    def __init__(self, base: str) -> None:
        self.base = base

    def section(self, name: str, title: str, content: str, n: str = "") -> str:
        """A heading and what stands below it; nothing where there is nothing."""
        if not content:
            return ""
        note = _WORDS.put("note", n=n) if n else ""
        return _WORDS.fill("section", id=name, title=html.escape(title), note=note, content=content)

    def decisions(self, sheet: Sheet) -> str:
        """What waits, first of all; that nothing does is said as well."""
        rows = "".join(map(self._decision, sheet.decisions))
        content = _WORDS.fill("decisions", hint=html.escape(sheet.hint), rows=rows, more=html.escape(sheet.more))
        return self.section("decide", sheet.decide, content if rows else " ")

    def _decision(self, one: Decision) -> str:
        commands = "".join(_WORDS.put("command", command=command) for command in one.commands)
        named = {"reference": one.reference, "why": one.why, "about": one.about}
        return _WORDS.fill("decision", commands=commands, **{name: html.escape(value) for name, value in named.items()})

    def numbers(self, numbers: tuple[Number, ...]) -> str:
        """The figures at a glance."""
        rows = "".join(
            _WORDS.fill(
                "number",
                name=html.escape(one.name),
                value=self._cell(one.cell, one.name),
                change=html.escape(one.change),
            )
            for one in numbers
        )
        return _WORDS.fill("numbers", rows=rows)

    def _cell(self, cell: Cell, name: str) -> str:
        if not self.base or cell.value == "0":
            return html.escape(cell.value)
        asked = urlencode({"what": cell.what} | ({"key": cell.key} if cell.what not in NUMBERS else {}))
        return _WORDS.put("cell", link=f"{self.base}/cases?{asked}", label=f"{name} {cell.value}", value=cell.value)

    def facts(self, facts: tuple[tuple[str, str], ...]) -> str:
        """Names and values."""
        rows = "".join(_WORDS.put("fact", name=name, value=value) for name, value in facts)
        return _WORDS.fill("facts", rows=rows) if rows else ""

    def chart_and_quality(self, sheet: Sheet, source: str) -> str:
        """The chart, and beside it how well it went."""
        well = (
            self.section("quality", sheet.quality_title, self.facts(sheet.quality)),
            self.section("opinions", sheet.opinions_title, _list(map(html.escape, sheet.opinions))),
            self.section("lowest", sheet.lowest_title, _list(map(html.escape, sheet.lowest))),
        )
        drawn = self.section("chart", sheet.chart_title, self.chart(sheet, source))
        return f"<div>{drawn}</div><div>{''.join(well)}</div>"

    def chart(self, sheet: Sheet, source: str) -> str:
        """The chart, with what it shows in words."""
        words = _list(map(html.escape, sheet.chart.words))
        alt = html.escape(" ".join(sheet.chart.words))
        return _WORDS.fill("chart", source=html.escape(source), alt=alt, words=words)

    def tables(self, tables: tuple[Table, ...]) -> str:
        """The tables beside each other where there is room."""
        drawn = "".join(
            self.section(f"table-{at}", one.title, self._table(one), one.n) for at, one in enumerate(tables)
        )
        return f'<div class="tables">{drawn}</div>' if drawn else ""

    def _table(self, table: Table) -> str:
        rows = "".join(
            _WORDS.fill(
                "row",
                name=html.escape(line.name),
                cells="".join(
                    _WORDS.fill("td", value=self._cell(cell, f"{line.name} {column}"))
                    for cell, column in zip(line.cells, table.columns[1:], strict=True)
                ),
            )
            for line in table.lines
        )
        columns = "".join(_WORDS.put("column", name=name) for name in table.columns)
        return _WORDS.fill("table", columns=columns, rows=rows)


def _behind(found: issued.Behind, base: str, what: str, key: str) -> str:
    rows = "".join(_case(row, found.columns) for row in found.rows)
    columns = "".join(_WORDS.put("column", name=name) for name in found.columns)
    shown = _WORDS.fill("cases", columns=columns, rows=rows) if rows else _WORDS.put("empty", text=found.nothing)
    head = f"<h1>{html.escape(found.title)}</h1><p>{html.escape(found.period)}</p><p>{html.escape(found.count)}</p>"
    back = _WORDS.put("back", link=base)
    return _whole(found.title, f"<main>{back}{head}{shown}{_other_pages(found, base, what, key)}{back}</main>")


def _case(row: issued.Shown, columns: tuple[str, ...]) -> str:
    reference, *values = astuple(row)
    cells = "".join(
        _WORDS.put("case_cell", name=name, value=value) for name, value in zip(columns[1:], values, strict=True)
    )
    return _WORDS.fill("case", reference=html.escape(reference), cells=cells)


def _other_pages(found: issued.Behind, base: str, what: str, key: str) -> str:
    asked = {"what": what} | ({"key": key} if what not in NUMBERS else {})
    wanted = (("before", found.page - 1), ("after", found.page + 1))
    links = "".join(
        _WORDS.put(name, link=f"{base}/cases?{urlencode({**asked, 'page': at})}")
        for name, at in wanted
        if 1 <= at <= found.pages
    )
    return _WORDS.fill("pages", links=links) if links else ""
