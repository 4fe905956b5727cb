"""Pages, scripts and the font, all our own: nothing is loaded from anywhere else, and the headers say so."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_STATIC = Path(__file__).parent / "static"
_FONTS = Path(__file__).parent.parent / "fonts"

_FILES = {
    "chat.js": (_STATIC / "chat.js", "text/javascript; charset=utf-8"),
    "demo.js": (_STATIC / "demo.js", "text/javascript; charset=utf-8"),
    "page.js": (_STATIC / "page.js", "text/javascript; charset=utf-8"),
    "chat.css": (_STATIC / "chat.css", "text/css; charset=utf-8"),
    "latin.ttf": (_FONTS / "NotoSans-Regular.ttf", "font/ttf"),
    "latin-bold.ttf": (_FONTS / "NotoSans-Bold.ttf", "font/ttf"),
    "thai.ttf": (_FONTS / "NotoSansThai-Regular.ttf", "font/ttf"),
    "thai-bold.ttf": (_FONTS / "NotoSansThai-Bold.ttf", "font/ttf"),
}

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(self), camera=(self)",
}


def with_headers(response: Response) -> Response:
    """The response with the headers every page and answer carries."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def page(name: str) -> bytes:
    """A page's bytes by file name."""
    return (_STATIC / name).read_bytes()


def routes(demo: bool) -> list[Route]:
    """/, /chat and /static/…"""

    async def home(_request: Request) -> Response:
        return with_headers(Response(page("demo.html" if demo else "landing.html"), media_type="text/html"))

    async def chat(_request: Request) -> Response:
        return with_headers(Response(page("chat.html"), media_type="text/html"))

    async def file(request: Request) -> Response:
        found = _FILES.get(request.path_params["name"])
        if found is None:
            return with_headers(Response("not found", 404))
        path, mime = found
        age = "max-age=86400" if mime == "font/ttf" else "no-cache"
        return with_headers(Response(path.read_bytes(), media_type=mime, headers={"cache-control": age}))

    return [Route("/", home), Route("/chat", chat), Route("/static/{name}", file)]
