"""A simulated world in a database of its own, and what `pratu` prints of it."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.__main__ import main
from tests.conftest import SEED

Row = dict[str, Any]


class Refused(Exception):
    """The command ended with an error; the message is what it printed."""


@dataclass(frozen=True)
class Printed:
    """An installation, spoken to by its command line only."""

    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        """What a command prints. Raises Refused."""
        out, errors = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline=""), io.StringIO()
        with (
            patch.dict(os.environ, self.environment),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            code = main(list(arguments))
        if code:
            raise Refused(errors.getvalue())
        out.flush()
        raw: io.BytesIO = out.buffer  # type: ignore[assignment]
        return raw.getvalue().decode()

    def rows(self, what: str) -> list[Row]:
        """What `export` prints."""
        return [json.loads(line) for line in self.run("export", what, "--format", "jsonl").splitlines()]

    def digest(self, agency: str, week: str) -> Row:
        """What `digest` prints."""
        found: Row = json.loads(self.run("digest", "--agency", agency, "--week", week, "--format", "json"))
        return found

    def report(self, year: int, folder: Path, agency: str | None = None) -> Row:
        """What `report` writes."""
        path = folder / f"{agency or 'all'}-{year}.json"
        named = ("--agency", agency) if agency else ()
        self.run("report", "--fiscal-year", str(year), *named, "--out", str(path))
        found: Row = json.loads(path.read_text(encoding="utf-8"))
        return found


def simulated(folder: Path, url: str, *, citizens: int, days: int, seed: int, end: str) -> Printed:
    """A world of so many citizens."""
    printed = Printed(
        {
            "PRATU_DATABASE_URL": url,
            "PRATU_DATA_DIR": str(folder),
            "PRATU_SECRET_KEY": "a-test-key-that-is-long-enough-to-be-one",
        }
    )
    printed.run("migrate")
    printed.run("seed", str(SEED))
    printed.run("simulate", "--citizens", str(citizens), "--days", str(days), "--seed", str(seed), "--end", end)
    return printed


def weeks(first: str, last: str) -> Iterator[str]:
    """ISO weeks from one to another, both included."""
    from datetime import date, timedelta

    year, week = first.split("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    while True:
        name = "{}-W{:02d}".format(*monday.isocalendar()[:2])
        yield name
        if name == last:
            return
        monday += timedelta(days=7)
