"""Before a confidential paper is shown: the number that was sent to the chat of whom the link was made for.

The number is asked for by a tap, never by opening a link: a chat's own preview opens links too. The proof is a cookie
that no script reads, that no other site's form carries along, and that only this person's links take.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.pages.sheet import PRIVATE
from bot.pages.static import with_headers
from handlers.access import Throttled
from handlers.actions import proving
from handlers.actions.proving import Unreached, WrongNumber
from handlers.services import Svc
from nlp.digits import arabic

COOKIE = "pratu_proof"
LARGEST = 4096  # bytes of a sent form


async def form(request: Request) -> dict[str, str] | None:
    """The fields a page of ours sent; None for what came from elsewhere or is too large."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return None
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            return None
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=10))
    except ValueError:
        return {}


def is_shown(svc: Svc, person_id: int, request: Request) -> bool:
    """Did this person prove a moment ago, in this browser, that it is them?"""
    return proving.is_proved(svc, person_id, request.cookies.get(COOKIE, ""))


def taken(svc: Svc, person_id: int, fields: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    """What to answer to a sent form: (status, name of the words, what they hold); 303: the proof is in `proof`."""
    try:
        if "ask" in fields:
            return 200, "number", _asking(proving.ask(svc, person_id))
        question = fields.get("question", "")
        number = "".join(letter for letter in arabic(fields.get("number", "")) if letter.isascii() and letter.isdigit())
        return 303, "", {"proof": proving.prove(svc, person_id, question, number)}
    except WrongNumber:
        return 422, "wrong_number", _asking(fields.get("question", ""))
    except Throttled:
        return 429, "throttled", {}
    except Unreached:
        return 409, "unreached", {}


def _asking(question: str) -> dict[str, str]:
    return {"question": question, "minutes": str(int(proving.NUMBER_LASTS.total_seconds() // 60))}


def onward(proof: str, query: str, *, secure: bool) -> Response:
    """Back to the page that asked, with the proof. `secure`: over https only."""
    answer = RedirectResponse(f"?{query}", 303, headers=PRIVATE)
    answer.set_cookie(
        COOKIE,
        proof,
        max_age=int(proving.PROOF_LASTS.total_seconds()),
        path="/files/",
        secure=secure,
        httponly=True,
        samesite="lax",  # the link is opened from another site's chat
    )
    return with_headers(answer)
