"""Recorded traffic from files: what `pratu export messages` and `pratu export cases` write as JSONL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.recorded import Filed, Said

_COMMAND = "/"  # what officers write begins so; their chats are left out, as a file does not say who they are
_NONE = "/start"  # of Telegram, which everybody sends


class NotReadable(Exception):
    """A line is not one of the export; the message says which, without its words."""


@dataclass
class Recorded:
    """`said` in the order of their times, `told` to the same people, and how many messages of `officers` there were."""

    said: list[Said] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    officers: int = 0
    left_out: int = 0  # taken back, of groups, of unread kinds


def read(path: Path, since: datetime | None, until: datetime | None) -> Recorded:
    """The messages of a file, of a period where one is given. Raises NotReadable, OSError."""
    rows = [row for row in _rows(path) if _is_within(row["at"], since, until)]
    officers = {row["account"] for row in rows if row["direction"] == "in" and _commands(row)}
    names = {account: str(number) for number, account in enumerate(dict.fromkeys(row["account"] for row in rows))}
    found = Recorded()
    for row in sorted(rows, key=lambda one: one["at"]):
        if row["direction"] == "out":
            if row["account"] not in officers and row["text"]:
                found.told.append(row["text"])
        elif row["account"] in officers:
            found.officers += 1
        elif not row["account"] or not row["text"]:
            found.left_out += 1
        else:
            found.said.append(_said(row, names[row["account"]]))
    return found


def _commands(row: Mapping[str, Any]) -> bool:
    text = str(row["text"] or "")
    return text.startswith(_COMMAND) and not text.startswith(_NONE)


def _is_within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _said(row: Mapping[str, Any], who: str) -> Said:
    ids = str(row.get("event_id") or row["id"]), str(row.get("message_id") or "")
    return Said(str(row["channel"]), who, row["at"], "text", str(row["text"]), *ids, str(row.get("reference") or ""))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, row in _lines(path):
        try:
            at = datetime.fromisoformat(row["at"])
            if at.tzinfo is None:
                raise ValueError("a time without its zone")
            yield {**row, "at": at, "account": row["account"], "direction": row["direction"], "text": row["text"]}
        except (KeyError, TypeError, ValueError) as wrong:
            raise NotReadable(f"{path}, line {number}: not a line of export messages") from wrong


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as wrong:
                raise NotReadable(f"{path}, line {number}: not JSON") from wrong
            if not isinstance(row, dict):
                raise NotReadable(f"{path}, line {number}: not an object")
            yield number, row


def cases(path: Path) -> dict[str, Filed]:
    """Reference → what became of it, by people's hands too: the export does not know what the machine said. Raises
    NotReadable, OSError."""
    found = {}
    for number, row in _lines(path):
        try:
            found[str(row["reference"])] = Filed(
                str(row["reference"]),
                str(row["kind"]),
                str(row["category"]),
                str(row["agency"]),
                str(row["unit"] or ""),
                bool(row["urgent"]),
                None,
            )
        except KeyError as wrong:
            raise NotReadable(f"{path}, line {number}: not a line of export cases") from wrong
    return found
