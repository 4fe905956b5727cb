"""/survey/TOKEN: a whole form as a web page, without any script; for who was asked, for paper, for everybody."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.pages import survey_form, visitor
from bot.pages.sheet import PRIVATE
from bot.pages.static import with_headers
from bot.pages.survey_form import Asked, Filled
from handlers import access
from handlers.actions import surveys_sent
from handlers.actions.surveys_sent import Origin
from handlers.reports import survey_links
from handlers.reports.survey_links import PAPER, POLL
from handlers.services import Svc, Tools
from storage import ids, people, surveys
from storage.db import Database

LARGEST = 64 * 1024  # bytes of a sent form
POLLS_AN_HOUR = 30  # forms of a campaign from one address: a tablet on a counter, or a village behind one
_HOUR = timedelta(hours=1)
_NUMBER = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(frozen=True)
class _Answer:
    """What to answer: a page, or (303) where to go on."""

    status: int
    content: str = ""
    title: str = ""
    onward: str = ""


def routes(db: Database, tools: Tools, clock: Clock) -> list[Route]:
    """The form, and what it sends. Whatever is wrong with a link looks the same: 404."""

    async def show(request: Request) -> Response:
        token, query = request.path_params["token"], dict(request.query_params)
        return _response(await asyncio.to_thread(_show, db, tools, clock, token, query))

    async def send(request: Request) -> Response:
        # Nobody's browser sends a form of ours for a page of somebody else.
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _response(_plain(403, "elsewhere"))
        body = await _body(request)
        if body is None:
            return _response(_plain(413, "too_large"))
        subject = visitor.subject(request)
        token = request.path_params["token"]
        return _response(await asyncio.to_thread(_take, db, tools, clock, token, _fields(body), subject))

    return [
        Route("/survey/{token}", show, methods=["GET"]),
        Route("/survey/{token}", send, methods=["POST"]),
    ]


def _response(answer: _Answer) -> Response:
    if answer.onward:
        return with_headers(RedirectResponse(answer.onward, 303, headers=PRIVATE), forms=True)
    body = survey_form.page(answer.title, answer.content)
    return with_headers(Response(body, answer.status, media_type="text/html", headers=PRIVATE), forms=True)


async def _body(request: Request) -> bytes | None:
    """What was sent; None where it is too large."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            return None
    return body


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a sent form; {} for what is none. Of a name that stands there twice the last counts."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return {}
    # No database and no document can hold control letters, or halves of surrogates.
    return {name: "".join(one for one in value if one == "\n" or one.isprintable()) for name, value in pairs}


def _plain(status: int, name: str) -> _Answer:
    return _Answer(status, survey_form.WORDS.put(name), survey_form.WORDS.put("title_gone"))


def _show(db: Database, tools: Tools, clock: Clock, token: str, query: Mapping[str, str]) -> _Answer:
    with db.reading() as session:
        svc = Svc(session, clock(), tools)
        try:
            sheet = survey_links.sheet(svc, token)
        except access.NotFound:
            return _plain(404, "gone")
        page = survey_form.asked(svc, sheet, _typist(svc, sheet))
        if sheet.sent or (sheet.kind == POLL and "sent" in query):
            return _thanks(page)
        if sheet.kind == PAPER:
            values = {name: query[name] for name in ("channel", "on") if name in query}
            return _form(page, Filled(values, number=ids.token(12), saved=_typed_in(svc, sheet)))
        return _form(page, Filled(_known(svc, sheet), number=ids.token(12)))


def _known(svc: Svc, sheet: survey_links.Sheet) -> dict[str, str]:
    """What was answered in the chat already."""
    if sheet.survey is None:
        return {}
    rows = surveys.answers(svc.session, sheet.survey.id).values()
    return {row.item: row.answer for row in rows if row.answer is not None}


def _take(db: Database, tools: Tools, clock: Clock, token: str, given: Mapping[str, str], subject: str) -> _Answer:
    with db.transaction() as session:
        svc = Svc(session, clock(), tools)
        try:
            sheet = survey_links.sheet(svc, token)
        except access.NotFound:
            return _plain(404, "gone")
        page = survey_form.asked(svc, sheet, _typist(svc, sheet))
        if sheet.sent:
            return _thanks(page)
        number = given.get("number", "")
        number = number if _NUMBER.fullmatch(number) else ids.token(12)
        read = survey_form.read(page, given)
        if read.wrong:
            return _form(page, Filled(given, read.wrong, number, _typed_in(svc, sheet)))
        return _kept(svc, page, read, token, number, subject)


def _kept(svc: Svc, page: Asked, read: survey_form.Read, token: str, number: str, subject: str) -> _Answer:
    sheet = page.sheet
    if sheet.survey is not None:
        surveys_sent.answer(svc, sheet.survey.id, read.sent)
        return _Answer(303, onward="?")
    once = f"{sheet.kind}:{hashlib.sha256(token.encode()).hexdigest()[:16]}:{number}"
    if sheet.kind == PAPER:
        origin = Origin(surveys_sent.PAPER, sheet.agency, sheet.form.code, read.channel, read.group, sheet.person_id)
        surveys_sent.file_form(svc, origin, read.sent, read.on, once)
        again = {"channel": read.channel, "on": survey_form.thai_day(read.on)}
        return _Answer(303, onward=f"?{urlencode(again)}")
    # Kept with the wrong guesses: like them it is a count of what one address did lately, gone after a day.
    if people.wrong_guesses(svc.session, POLL, subject, now=svc.now, within=_HOUR) >= POLLS_AN_HOUR:
        return _plain(429, "throttled")
    origin = Origin(surveys_sent.WISH, sheet.agency, sheet.form.code, sheet.channel)
    if surveys_sent.file_form(svc, origin, read.sent, read.on, once):
        people.note_wrong_guess(svc.session, POLL, subject, now=svc.now)
    return _Answer(303, onward="?sent=1")


def _form(page: Asked, filled: Filled) -> _Answer:
    title = survey_form.WORDS.plain("title_wrong" if filled.wrong else "title", form=page.sheet.form.name)
    return _Answer(422 if filled.wrong else 200, survey_form.drawn(page, filled), title)


def _thanks(page: Asked) -> _Answer:
    again = survey_form.WORDS.put("again") if page.sheet.kind == POLL else ""
    title = survey_form.WORDS.plain("title_sent", form=page.sheet.form.name)
    return _Answer(200, survey_form.WORDS.fill("thanks", agency=html.escape(page.agency), again=again), title)


def _typist(svc: Svc, sheet: survey_links.Sheet) -> str:
    """The name of the officer who types."""
    if sheet.person_id is None:
        return ""
    return next((post.name for post in people.posts_of(svc.session, sheet.person_id, svc.today)), "")


def _typed_in(svc: Svc, sheet: survey_links.Sheet) -> int:
    """How many forms of this kind this officer typed in today."""
    if sheet.person_id is None:
        return 0
    morning = datetime.combine(svc.today, time(), svc.tools.zone)
    return surveys.typed_in(svc.session, sheet.person_id, sheet.agency, sheet.form.code, morning)
