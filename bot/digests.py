"""`pratu digest`: the figures of a period as the rows give them now, or as they were told; nothing is sent."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from bot import clock, settings
from bot.commands import Refused, current_database

if TYPE_CHECKING:
    from handlers.rules.periods import Period
    from handlers.services import Svc


def digest(arguments: argparse.Namespace) -> int:
    """Print the figures of one agency and period; exit code 1 where they do not agree, saying where."""
    from bot.app import tools
    from handlers.reports import digest as reports
    from handlers.services import Svc

    config = settings.read()
    period = _period(arguments, config.timezone)
    with current_database() as db, db.reading() as session:
        svc = Svc(session, clock.now(), tools(config))
        _check_agency(svc, arguments.agency)
        try:
            reckon = reports.told if arguments.as_told else reports.figures
            found = reckon(svc, arguments.agency, period)
        except reports.DoesNotReconcile as wrong:
            print(f"pratu: the figures of {arguments.agency} {period.name} do not agree:", file=sys.stderr)
            for place in wrong.places:
                print(f"pratu:   {place}", file=sys.stderr)
            return 1
        content = _drawn(svc, found, period, arguments.format)
    sys.stdout.buffer.write(content)
    sys.stdout.flush()
    return 0


def _period(arguments: argparse.Namespace, zone: Any) -> Period:
    from handlers.rules import periods

    what = next(what for what in periods.WHATS if getattr(arguments, what) is not None)
    try:
        return periods.named(what, getattr(arguments, what), zone)
    except periods.BadPeriod as wrong:
        raise Refused(f"--{what}: {wrong}") from wrong


def _check_agency(svc: Svc, code: str) -> None:
    from handlers.reports.digest import EVERY
    from storage import agencies

    known = [agency.code for agency in agencies.all_agencies(svc.session)]
    if code != EVERY and code not in known:
        raise Refused(f"--agency: no agency {code!r}; there are: {', '.join(known) or 'none, run: pratu seed DIR'}")


def _drawn(svc: Svc, found: dict[str, Any], period: Period, form: str) -> bytes:
    from handlers.reports import digest as reports

    if form == "json":
        return (json.dumps(reports.contract(found, period), ensure_ascii=False) + "\n").encode()
    if form == "text":
        return ("\n".join(reports.lines(svc, found)) + "\n").encode()
    from handlers.reports.sheet_words import sheet

    drawn = sheet(svc, found)
    if form == "html":
        from bot.pages import digest as pages

        return pages.alone(drawn).encode()
    from bot.documents import chart

    return chart.png(drawn)
