"""/track/REFERENCE: where a case stands, for whoever holds the receipt's secret. No words of it, nobody's name."""

from __future__ import annotations

import asyncio
import html
import unicodedata

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.pages import visitor
from bot.pages.sheet import PRIVATE, Words, linked, sheet
from bot.pages.static import with_headers
from handlers import access
from handlers.messages import Card
from handlers.rules.reference import is_reference
from handlers.services import NotSeeded, Svc, Tools
from handlers.views import status_card
from storage.db import Database

_MARKS = {"done": "✓", "now": "●", "next": "○"}


_WORDS = Words("track")


def routes(db: Database, tools: Tools, clock: Clock) -> list[Route]:
    """The tracking page."""

    async def show(request: Request) -> Response:
        asked = request.path_params["reference"]
        secret = _digits(request.query_params.get("s", ""))
        subject = visitor.subject(request)  # throttled per address as well as per case
        status, content = await asyncio.to_thread(_look, db, tools, clock, _printed(asked), secret, subject)
        body = sheet(_WORDS.plain("title"), f"<main>{content}</main>", kind="track", head=linked(["chat.css"]))
        # Only the page that asks for the secret has a form.
        return with_headers(Response(body, status, media_type="text/html", headers=PRIVATE), forms=not secret)

    return [Route("/track/{reference}", show, methods=["GET"])]


def _digits(written: str) -> str:
    """The digits somebody typed, Thai ones too, as ASCII; at most as many as anything of ours has."""
    return "".join(str(unicodedata.decimal(letter)) for letter in written[:60] if letter.isdecimal())[:30]


def _printed(written: str) -> str:
    """The reference as it is printed; "" for what cannot be one, so that nothing odd reaches the database."""
    digits = _digits(written)
    printed = f"{digits[:2]}-{digits[2:-1]}-{digits[-1:]}"
    return printed if is_reference(printed) else ""


def _look(db: Database, tools: Tools, clock: Clock, reference: str, secret: str, subject: str) -> tuple[int, str]:
    with db.transaction() as session:
        svc = Svc(session, clock(), tools)
        phone = _call(svc)
        if not reference:
            return 404, _WORDS.fill("wrong", phone=phone)
        if not secret:
            return 200, _WORDS.put("ask", reference=reference)
        try:
            case = access.case_by_secret(svc, f"web:{subject}", reference, secret)
        except access.Throttled:
            return 429, _WORDS.fill("throttled", phone=phone)
        except access.NotFound:
            return 404, _WORDS.fill("wrong", phone=phone)
        return 200, _drawn(status_card(svc, case), svc.texts.moment(svc.now))


def _call(svc: Svc) -> str:
    """The agency's number as a link to call it; nothing where there is none."""
    try:
        phone = svc.phone()
    except NotSeeded:
        return ""
    if not phone:
        return ""
    number = "".join(letter for letter in phone if letter.isdigit() or letter == "+")
    return _WORDS.put("call", number=number, phone=phone)


def _drawn(card: Card, now: str) -> str:
    steps = "".join(
        _WORDS.put("step", state=step.state, mark=_MARKS[step.state], label=step.label, words=_WORDS.plain(step.state))
        for step in card.steps
    )
    rows = "".join(_WORDS.put("row", name=name, value=value) for name, value in card.rows)
    return _WORDS.fill(
        "card",
        urgent=" urgent" if card.urgent else "",
        status=html.escape(card.status),
        reference=html.escape(card.reference),
        steps=steps,
        rows=rows,
        now=html.escape(now),
    )
