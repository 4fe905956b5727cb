"""All word lists in one book: a text is gone through once, whoever asks."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from nlp.phrases import Found, Phrasebook

_DANGER_TABLES = ("innocent", "fear", "calm", "past", "bare", "urgent", "private", "accuses")


@cache
def read(name: str) -> dict[str, Any]:
    """One file of lists as it is written: danger, kinds or taxonomy."""
    return tomllib.loads((Path(__file__).parent / "data" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _book() -> Phrasebook:
    book = Phrasebook()
    danger, kinds, taxonomy = read("danger"), read("kinds"), read("taxonomy")
    book.add("danger ", _danger(danger), danger["lists"])
    book.add("kinds ", kinds, kinds)
    words = [word.lower() for row in taxonomy["category"] for word in row["words"]]
    book.add("topics ", {"words": [*words, *taxonomy["silent"]], "landmarks": taxonomy["landmarks"]}, taxonomy)
    return book


def _danger(data: dict[str, Any]) -> dict[str, list[str]]:
    tables = {name: data[name]["words"] for name in _DANGER_TABLES}
    tables |= {"now": data["calm"]["now"], "still": data["past"]["still"], "fillers": data["bare"]["fillers"]}
    tables["afraid"] = data["fear"]["said"]
    for row in data["danger"]:
        tables[row["name"]] = row["words"]
        tables["no " + row["name"]] = row.get("unless", [])
    return tables


def look(line: str) -> Found:
    """Where the phrases of all lists stand in a normalised text."""
    return _book().look(line)
