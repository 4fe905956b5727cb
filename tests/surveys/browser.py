"""Asks the survey page's routes without a server between, and reads its form as a browser would."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette


class FormReader(HTMLParser):
    """The fields of the form: name → the values one may choose ([] for text), and what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.values: dict[str, str] = {}
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and found.get("type") == "radio":
            self.fields.setdefault(name, []).append(found["value"])
            if "checked" in found:
                self.values[name] = found["value"]
        elif tag == "input" and name:
            self.fields[name] = []
            self.values[name] = found.get("value", "")
        elif tag in ("select", "textarea") and name:
            self._in = name
            self.fields[name] = []
            if tag == "textarea":
                self.values[name] = ""
        elif tag == "option":
            self.fields[self._in].append(found["value"])
            if "selected" in found:
                self.values[self._in] = found["value"]

    def handle_data(self, data: str) -> None:
        if self._in in self.values and not self.fields[self._in]:
            self.values[self._in] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._in = ""


@dataclass
class Page:
    """An answer with its form."""

    answer: httpx.Response
    form: FormReader = field(default_factory=FormReader)

    def __post_init__(self) -> None:
        self.form.feed(self.answer.text)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def text(self) -> str:
        return self.answer.text


@dataclass
class Browser:
    """One visitor at one address."""

    app: Starlette
    host: str = "203.0.113.7"

    def opens(self, path: str) -> Page:
        return Page(self._ask("GET", path))

    def sends(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
        """Send these fields, and go where the answer leads."""
        body = urlencode(fields).encode()
        sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        answer = self._ask("POST", path, body, sent)
        if answer.status_code == 303:
            return self.opens(str(httpx.URL(f"http://pratu.example{path}").join(answer.headers["location"])))
        return Page(answer)

    def _ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(self.host, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://pratu.example") as client:
                return await client.request(method, path, content=body, headers=headers)

        return asyncio.run(ask())
