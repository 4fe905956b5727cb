"""Coverage-guided fuzzing of one parser, with atheris (not among the pinned packages: install it beside them).

    python -m tests.fuzz.harness line_body -max_total_time=300

Whatever breaks it lies in crash-…: shorten it, put it into tests/fuzz/found as PARSER-what.bin, and mend the parser.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from storage import ids

JSON = frozenset({"line_body", "telegram_body", "web_message"})
_VALUES = (None, True, 0, -1, 10**20, 1e308, "", "\x00", "\ud800", "\u202e", [], {}, [[]], "U1", "text", "/รับ 482")


def bent_json(content: bytes, longest: int, seed: int) -> bytes:
    """Bends what the JSON holds, and now and then its bytes: by bytes alone most tries are no JSON at all."""
    chance = ids.chance(seed)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    if data is None or chance.random() < 0.1:
        at = chance.randint(0, len(content))
        return (content[:at] + chance.randbytes(chance.randint(0, 4)) + content[at + chance.randint(0, 4) :])[:longest]
    for _ in range(chance.randint(1, 3)):
        _bend(data, chance)
    try:
        return json.dumps(data).encode()[:longest]
    except ValueError:  # what holds itself is no JSON
        return content


def _bend(data: Any, chance: ids.Chance) -> None:
    """Change, take away or move one thing somewhere inside."""
    holders = [data]
    for one in holders:
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        holders += [each for each in inside if isinstance(each, dict | list)]
    holder = chance.choice([one for one in holders if isinstance(one, dict | list)] or [{}])
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    if not keys:
        return
    key, deed = chance.choice(keys), chance.randint(0, 3)
    if deed == 0:
        del holder[key]
    elif deed == 1:
        holder[key] = chance.choice(_VALUES)
    elif deed == 2:
        holder[key] = copy.deepcopy(chance.choice(holders))
    elif isinstance(holder, dict):
        holder[chance.choice(_NAMES)] = holder[key]


_NAMES = [
    "type",
    "message",
    "source",
    "text",
    "id",
    "chat",
    "from",
    "photo",
    "document",
    "location",
    "contact",
    "data",
    "callback_query",
    "my_chat_member",
    "venue",
    "edited_message",
    "mention",
    "imageSet",
    "unsend",
    "postback",
]


def main() -> None:
    """Fuzz the parser named first; the rest goes to libFuzzer."""
    import atheris  # type: ignore[import-not-found]

    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["bot", "handlers", "nlp"]):
        from tests.fuzz.parsers import PARSERS
        from tests.fuzz.seeds import SEEDS

        parser = PARSERS[name]
        for content in SEEDS[name]:
            parser(content)  # what it imports is watched too
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(SEEDS[name]):
            (Path(folder) / f"seed-{number}").write_bytes(content)
        mutator = {"custom_mutator": bent_json} if name in JSON else {}
        atheris.Setup([sys.argv[0], *options, folder], parser, **mutator)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
