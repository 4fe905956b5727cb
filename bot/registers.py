"""`pratu registers`: the registers of the evidence as a workbook, out and in."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot import clock, settings
from bot.commands import Refused, current_database

if TYPE_CHECKING:
    from handlers.services import Svc

_EARLIEST, _LATEST = 2500, 2700  # Buddhist era: a slip of the finger is named


def registers(arguments: argparse.Namespace) -> int:
    """Write the registers of an agency and fiscal year to a workbook, or read them from one.

    Problems are all printed at once, and nothing is stored; 1 then.
    """
    if (arguments.out is None) == (arguments.into is None):
        raise Refused("give either --out FILE.xlsx or --in FILE.xlsx")
    if not _EARLIEST <= arguments.fiscal_year <= _LATEST:
        raise Refused(f"--fiscal-year {arguments.fiscal_year}: a year of the Buddhist era, as 2570")
    path = Path(arguments.out or arguments.into)
    if path.suffix.lower() != ".xlsx":
        raise Refused(f"{str(path)!r}: the name must end in .xlsx")
    with _svc(arguments.agency) as svc:
        if arguments.out:
            return _out(svc, arguments, path)
        return _in(svc, arguments, path)


def _out(svc: Svc, arguments: argparse.Namespace, path: Path) -> int:
    from bot.documents import register_sheets
    from handlers.reports.evidence import sheets
    from handlers.reports.evidence.scope import Scope

    content = register_sheets.draw(svc, sheets.book(Scope(svc, arguments.fiscal_year, arguments.agency)))
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Refused(f"--out {str(path)!r}: {error.strerror}") from error
    return 0


def _in(svc: Svc, arguments: argparse.Namespace, path: Path) -> int:
    from bot.documents import register_files, register_limits

    try:
        with path.open("rb") as file:
            content = file.read(register_limits.LARGEST + 1)
    except OSError as error:
        raise Refused(f"--in {str(path)!r}: {error.strerror}") from error
    dry = arguments.dry_run
    found = register_files.take(svc, content, arguments.agency, arguments.fiscal_year, dry_run=dry)
    for line in [*found.problems, *found.lacking, *found.changes]:
        print(line)
    if not found.problems and not found.changes:
        print(svc.texts.word("register_sheet.nothing"))
    return 1 if found.problems else 0


@contextmanager
def _svc(agency_code: str) -> Iterator[Svc]:
    from bot.app import tools
    from handlers.services import Svc
    from storage import agencies

    with current_database() as db, db.transaction() as session:
        if agencies.agency(session, agency_code) is None:
            raise Refused(f"no agency {agency_code!r}")
        yield Svc(session, clock.now(), tools(settings.read()))
