"""Which of our sentences ask for a fact, known again in what was told."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.texts import Texts, load

# The open questions of a draft; the look at the whole before it is sent is none of them.
KEYS = (
    *("ask.place", "ask.place_again", "ask.similar", "intake.more", "intake.unclear", "intake.guess", "intake.topics"),
    *("in.photo_only", "in.photos_only", "in.location_only", "in.voice", "in.file", "belongs.ask"),
)
_BRACES = re.compile(r"\{[^{}]*\}")


def counter(texts: Texts) -> Callable[[str], int]:
    """How many of our questions stand in a text, as this agency asks them."""
    said = [texts.own.get(key) or str(load()[key]["text"]) for key in KEYS]
    patterns = [re.compile(".*?".join(map(re.escape, _BRACES.split(text.strip("\n")))), re.DOTALL) for text in said]
    return lambda text: sum(pattern.search(text) is not None for pattern in patterns)
