"""`pratu report --issue` and `--behind`: the evidence kept as it was handed on, and what stands behind its figures."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot import clock, settings
from bot.commands import Refused, current_database

if TYPE_CHECKING:
    from handlers.reports.evidence.scope import Scope

_CELL = re.compile(r"(T-\d\d):(.+):(25\d\d|26\d\d)")


def issue(arguments: argparse.Namespace) -> int:
    """Keep the report of a fiscal year as its next version; prints which version stands now."""
    from handlers.reports.evidence import issuing
    from handlers.reports.evidence.report import DoesNotReconcile

    if not arguments.fiscal_year:
        raise Refused("--issue needs --fiscal-year")
    with _scope(arguments.fiscal_year, arguments.agency) as scope:
        try:
            found = issuing.issue(scope)
        except DoesNotReconcile as wrong:
            raise Refused("the report does not reconcile:\n" + "\n".join(wrong.places)) from wrong
        said = "issued" if found.is_new else "nothing moved since"
        print(f"{scope.year} version {found.version}: {said} {scope.svc.texts.moment(found.issued_at)}")
    return 0


def behind(arguments: argparse.Namespace) -> int:
    """References of the cases behind a count; date, item and point of the answers behind a percentage: one a line."""
    from handlers.reports.evidence import behind as reports

    cell = _CELL.fullmatch(arguments.behind)
    if cell is None:
        raise Refused(f"--behind {arguments.behind!r}: TABLE:ROW:YEAR, as T-04:line:2570 or T-07:RD:complaint:2570")
    table_id, key, year = cell.groups()
    with _scope(int(year), arguments.agency) as scope:
        try:
            for line in reports.lines(scope, table_id, key):
                print(line)
        except reports.NoSuchCell as none:
            raise Refused(str(none)) from none
    return 0


@contextmanager
def _scope(year: int, agency_code: str | None) -> Iterator[Scope]:
    from bot.app import tools
    from handlers.reports.evidence.scope import Scope
    from handlers.services import Svc
    from storage import agencies

    with current_database() as db, db.transaction() as session:
        if agency_code and agencies.agency(session, agency_code) is None:
            raise Refused(f"no agency {agency_code!r}")
        yield Scope(Svc(session, clock.now(), tools(settings.read())), year, agency_code)
