"""A comparison in Thai, a line for each value: counts and references, never a word of anybody."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from handlers.services import Svc
from storage import agencies

_TABLES = ("kind", "category", "unit", "urgent", "abstained")


def lines(svc: Svc, found: Mapping[str, Any]) -> Iterator[str]:
    """What `pratu rehearse` prints. `svc`: of the installation, for names."""
    says: dict[str, Any] = tomllib.loads(Path(__file__).with_name("rehearsal.toml").read_text(encoding="utf-8"))
    head = {name: found[name] or "–" for name in ("since", "until", "model")}
    yield says["head"].format(**head, seed=found["seed"] or says["own_seed"])
    yield says["messages"].format(**found["messages"])
    yield says["cases"].format(**found["cases"])
    if found["cases"]["gone_references"]:
        yield says["gone"].format(references=" ".join(found["cases"]["gone_references"]))
    yield says["questions"].format(**found["questions"])
    for table in _TABLES:
        yield says["titles"][table]
        for value, counts in found[table]["values"].items():
            yield says["value"].format(name=_named(svc, says["answers"], table, value), **counts)
        changed = found[table]
        yield says["changed"].format(n=changed["changed"], references=" ".join(changed["references"])).rstrip()


def _named(svc: Svc, answers: Mapping[str, str], table: str, value: str) -> str:
    if table == "kind":
        return svc.texts.word_or(f"kinds.{value}", value)
    if table == "category":
        row = agencies.category(svc.session, value)
        return f"{value} {row.name}" if row else value
    if table == "unit":
        agency, _colon, code = value.partition(":")
        unit = agencies.unit(svc.session, agency, code)
        return f"{value} {unit.name}" if unit else value
    return answers[value]
