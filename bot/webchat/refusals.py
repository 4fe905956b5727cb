"""How the web chat says no: an exact code for programs, a polite sentence for people."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """A request we cannot serve."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code

    def response(self) -> Response:
        """The answer that says so."""
        return JSONResponse({"error": self.code, "message": _sentences()[self.code]}, self.status)


@cache
def _sentences() -> dict[str, str]:
    words: dict[str, str] = tomllib.loads((Path(__file__).parent / "errors.toml").read_text(encoding="utf-8"))
    return words
