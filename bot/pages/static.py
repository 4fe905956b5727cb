"""Pages, scripts and the font, all our own: nothing is loaded from anywhere else, and the headers say so."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_STATIC = Path(__file__).parent / "static"
_FONTS = Path(__file__).parent.parent / "fonts"
_SCRIPT = "text/javascript; charset=utf-8"

_FILES = {
    "chat.js": (_STATIC / "chat.js", _SCRIPT),
    "draw.js": (_STATIC / "draw.js", _SCRIPT),
    "demo.js": (_STATIC / "demo.js", _SCRIPT),
    "page.js": (_STATIC / "page.js", _SCRIPT),
    "operator.js": (_STATIC / "operator.js", _SCRIPT),
    "chat.css": (_STATIC / "chat.css", "text/css; charset=utf-8"),
    "digest.css": (_STATIC / "digest.css", "text/css; charset=utf-8"),
    "operator.css": (_STATIC / "operator.css", "text/css; charset=utf-8"),
    "survey.css": (_STATIC / "survey.css", "text/css; charset=utf-8"),
    "latin.ttf": (_FONTS / "NotoSans-Regular.ttf", "font/ttf"),
    "latin-bold.ttf": (_FONTS / "NotoSans-Bold.ttf", "font/ttf"),
    "thai.ttf": (_FONTS / "NotoSansThai-Regular.ttf", "font/ttf"),
    "thai-bold.ttf": (_FONTS / "NotoSansThai-Bold.ttf", "font/ttf"),
}

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(self), camera=(self)",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
)


def default_headers(*, https: bool) -> dict[str, str]:
    """What every answer carries that says nothing else: loads nothing, is framed by nobody, is kept by nobody.

    `https`: browsers may remember that our address is one, for a year.
    """
    found = {**_HEADERS, "content-security-policy": _POLICY.format(forms="'none'"), "cache-control": "no-store"}
    return {**found, "strict-transport-security": "max-age=31536000"} if https else found


def with_headers(response: Response, *, forms: bool = False) -> Response:
    """The response with the headers every page and answer carries; `forms` for a page that sends a form to us."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    policy = _POLICY.format(forms="'self'" if forms else "'none'")
    response.headers.setdefault("content-security-policy", policy)
    return response


@cache
def _content(path: Path) -> tuple[bytes, str]:
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:20]}"'


def _answer(request: Request, path: Path, mime: str, age: str) -> Response:
    content, tag = _content(path)
    headers = {"cache-control": age, "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return with_headers(Response(status_code=304, headers=headers))
    return with_headers(Response(content, media_type=mime, headers=headers))


def routes(demo: bool) -> list[Route]:
    """/, /chat and /static/…"""

    async def home(request: Request) -> Response:
        return _answer(request, _STATIC / ("demo.html" if demo else "landing.html"), "text/html", "no-cache")

    async def chat(request: Request) -> Response:
        return _answer(request, _STATIC / "chat.html", "text/html", "no-cache")

    async def file(request: Request) -> Response:
        found = _FILES.get(request.path_params["name"])
        if found is None:
            return with_headers(Response("not found", 404))
        path, mime = found
        return _answer(request, path, mime, "max-age=604800" if mime == "font/ttf" else "no-cache")

    return [Route("/", home), Route("/chat", chat), Route("/static/{name}", file)]
