"""`pratu rehearse`: recorded traffic played again with another model or other data, in a database thrown away."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path

from bot import settings
from bot.commands import Refused
from bot.settings import Settings


def rehearse(arguments: argparse.Namespace) -> int:
    """Play a record and print then beside now."""
    config = settings.read()
    since, until = _moment(arguments.since, config), _moment(arguments.until, config, days=1)
    _check(arguments, since, until)
    from bot.rehearsal import rehearsing

    rehearsing.run(arguments, config, since, until)
    return 0


def _check(arguments: argparse.Namespace, since: datetime | None, until: datetime | None) -> None:
    """Raises Refused."""
    if arguments.file is None and (since is None or until is None):
        raise Refused("say which days: --from DATE --to DATE; or a record: --file FILE")
    if arguments.cases and arguments.file is None:
        raise Refused("--cases belongs to --file: of our own messages the database knows what became of them")
    if since is not None and until is not None and since >= until:
        raise Refused("--to is before --from")
    if arguments.show < 0:
        raise Refused("--show begins at 0")
    for name in ("seed", "model", "file", "cases"):
        path = getattr(arguments, name)
        if path and not Path(path).exists():
            raise Refused(f"--{name} {path}: there is no such file")
    if arguments.keep and Path(arguments.keep).exists():
        raise Refused(f"--keep {arguments.keep}: there is such a file already")


def _moment(text: str | None, config: Settings, days: int = 0) -> datetime | None:
    """The midnight a day begins with, so many days later. Raises Refused."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except ValueError as wrong:
        raise Refused(f"not a date (YYYY-MM-DD): {text!r}") from wrong
    return datetime(day.year, day.month, day.day, tzinfo=config.timezone)
