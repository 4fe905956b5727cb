"""`pratu simulate`: fill an empty database with a made-up world."""

from __future__ import annotations

import argparse
import json
from datetime import date

from bot import clock, settings
from bot.commands import Refused, current_database

_MANY = 300  # people from whom on a second process is worth its start


def simulate(arguments: argparse.Namespace) -> int:
    """Fill the database; prints the counts as one line of JSON, and how far it is on standard error."""
    from bot import app
    from bot.simulation import year

    config = settings.read()
    wanted = year.Wanted(arguments.citizens, arguments.days, arguments.seed, _end(arguments.end, config))
    if wanted.citizens < 1 or wanted.days < 1:
        raise Refused("--citizens and --days begin at 1")
    _check(arguments.add)
    db = app.open_database(config, hurried=True)
    try:
        beside = wanted.citizens >= _MANY
        print(json.dumps(year.run(db, app.tools(config), wanted, config.data_dir, beside=beside)))
    finally:
        db.close()
    return 0


def _end(text: str | None, config: settings.Settings) -> date:
    """The last day; today where none is named. Raises Refused."""
    if text is None:
        return clock.now().astimezone(config.timezone).date()
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Refused(f"not a date (YYYY-MM-DD): {text!r}") from wrong


def _check(add: bool) -> None:
    """A made-up world belongs into an empty, seeded database. Raises Refused."""
    from storage import agencies, made_up

    with current_database() as db, db.reading() as session:
        if agencies.first(session) is None:
            raise Refused("no agency in the database; run: pratu seed deploy/seed")
        if not made_up.last_case(session):
            return
        if not add:
            raise Refused("this database holds cases already; simulate fills an empty one (--add: a made-up one too)")
        if not made_up.is_made_up(session):
            raise Refused("the cases in this database are not made up; simulate never writes among real ones")
