"""The operator's command that prints rows: cases, survey answers, messages."""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from bot import clock, owners, settings
from bot.commands import current_database
from bot.documents import formulas


def export(arguments: argparse.Namespace) -> int:
    """One row each, with the contract's fields."""
    from bot.app import build_channels, tools
    from bot.channels import RawEvent
    from handlers.actions import notices
    from handlers.services import Svc
    from nlp import mask
    from storage import exports
    from storage.files import FileStore

    config = settings.read()
    with current_database() as db, db.reading() as session, _out(arguments.out) as out:
        svc = Svc(session, clock.now(), tools(config))
        zone = config.timezone
        if arguments.what == "cases":
            late = partial(notices.is_overdue, svc)
            rows = exports.cases(session, zone, arguments.masked, late, svc.tools.mask, mask.veil)
            fields = exports.CASE_FIELDS
        elif arguments.what == "surveys":
            rows, fields = exports.surveys(session, zone, arguments.masked), exports.SURVEY_FIELDS
        else:
            channels = build_channels(config, FileStore(config.data_dir / "files", db.keys))

            def account_in(channel: str, body: bytes) -> str:
                reader = channels.get(channel)
                return reader.read(RawEvent("", "", clock.now(), body)).user_id if reader else ""

            rows = exports.messages(session, zone, arguments.masked, account_in, mask.veil)
            fields = exports.MESSAGE_FIELDS
        _write(rows, fields, arguments.format, out)
    return 0


def _write(rows: Iterator[dict[str, Any]], fields: list[str], form: str, out: TextIO) -> None:
    if form == "jsonl":
        for row in rows:
            line = json.dumps(row, ensure_ascii=False)
            out.write(line.encode("utf-8", "replace").decode("utf-8") + "\n")  # half surrogates are no text
        return
    writer = csv.writer(out)
    writer.writerow(fields)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in fields])


def _cell(value: Any) -> Any:
    """A CSV cell that no spreadsheet takes for a formula."""
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        value = value.encode("utf-8", "replace").decode("utf-8")
    return formulas.plain(value) if isinstance(value, str) else value


@contextlib.contextmanager
def _out(path: str | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    owners.make(Path(path))
    with open(path, "w", encoding="utf-8", newline="") as out:
        yield out
