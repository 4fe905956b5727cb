"""What every drawn page is made of: words from a file of its own, and one sheet around them."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from string import Template

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}  # headers of what is for few eyes
_FOLDER = Path(__file__).parent


class Words:
    """The texts of a page, from NAME.toml beside it; what they hold as `$…` is filled in."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def _texts(self) -> dict[str, Template]:
        read = tomllib.loads((_FOLDER / f"{self._name}.toml").read_text(encoding="utf-8"))
        return {key: Template(text) for key, text in read.items()}

    def plain(self, key: str, /, **values: object) -> str:
        """A text with values as they are, for where no HTML is: a title, a reason. Raises KeyError."""
        return self._texts[key].substitute(values)

    def put(self, key: str, /, **values: object) -> str:
        """A text with plain values, escaped. Raises KeyError."""
        return self._texts[key].substitute({name: html.escape(str(value)) for name, value in values.items()})

    def fill(self, key: str, /, **parts: object) -> str:
        """A text with what is HTML already. Raises KeyError."""
        return self._texts[key].substitute(parts)


def linked(styles: Iterable[str], script: str = "") -> str:
    """The links to style sheets and to a script of ours, for the head of a page."""
    lines = [f'<link rel="stylesheet" href="/static/{name}">' for name in styles]
    if script:
        lines.append(f'<script type="module" src="/static/{script}"></script>')
    return "\n  ".join(lines)


def sheet(title: str, content: str, *, kind: str, head: str, found: bool = False) -> str:
    """A whole page. `title` is plain text, `content` and `head` HTML, `kind` the class of its body; `found`: search
    engines may find it."""
    robots = "" if found else '\n  <meta name="robots" content="noindex, nofollow">'
    return _sheet().substitute(title=html.escape(title), content=content, kind=kind, head=head, robots=robots)


@cache
def _sheet() -> Template:
    return Template((_FOLDER / "sheet.html").read_text(encoding="utf-8"))
