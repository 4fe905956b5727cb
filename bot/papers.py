"""Papers for operators: `pratu dossier`, `pratu letter`, `pratu report`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import clock, owners, settings
from bot.commands import Refused, current_database

REPORTS = (".xlsx", ".docx", ".pdf", ".json")
BUDDHIST_YEARS = range(2500, 2700)
PAPERS = (
    *("tables", "flow", "quality", "citizens_manual", "staff_manual", "governor", "ita", "summary"),
    *("projects", "respondents"),
)

if TYPE_CHECKING:
    from handlers.reports.evidence.pack import Pack
    from handlers.reports.evidence.scope import Scope
    from handlers.services import Svc
    from storage.tables import Case


def dossier(arguments: argparse.Namespace) -> int:
    """The seven-step evidence file of one case."""
    from bot.documents import draw, pictures
    from handlers.reports import dossier as reports

    out, ending = _out(arguments.out)
    with _case(arguments.reference) as (svc, case):
        found = reports.dossier(svc, case, open_=arguments.open)
        load = pictures.stored_in(settings.read().data_dir / "files", svc.session.keys)
    _write(out, draw.dossier(found, ending, svc.now, load))
    return 0


def letter(arguments: argparse.Namespace) -> int:
    """A letter about a case: the newest of this kind in the register; the first one, or with --new another, is issued.

    Prints its number.
    """
    from bot.documents import draw
    from handlers.actions import letters as issuing
    from handlers.reports import letters as reports
    from storage import letters

    out, ending = _out(arguments.out)
    if arguments.kind not in reports.KINDS:
        raise Refused(f"no letter {arguments.kind!r}; there are: {', '.join(reports.KINDS)}")
    with _case(arguments.reference) as (svc, case):
        known = None if arguments.new else letters.newest(svc.session, case.id, arguments.kind)
        row = known or issuing.issue(svc, case, arguments.kind, details={"to": arguments.to or None})
        paper = reports.paper(svc, case, row, open_=arguments.open, thai_digits=arguments.thai_digits)
        number, at = row.number, row.at
    _write(out, draw.letter(paper, ending, at))
    print(number)
    return 0


def report(arguments: argparse.Namespace) -> int:
    """The evidence of PMQA category 3 of a fiscal year, or another paper of its pack; never figures that disagree."""
    from bot.app import tools
    from handlers.reports.evidence import report as reports
    from handlers.reports.evidence.scope import Scope
    from handlers.services import Svc
    from storage import agencies

    if arguments.behind or arguments.issue:
        from bot import evidence

        return evidence.behind(arguments) if arguments.behind else evidence.issue(arguments)
    out, ending = _asked(arguments)
    as_issued = arguments.issued is not None
    with current_database() as db, db.reading() as session:
        svc = Svc(session, clock.now(), tools(settings.read()))
        if arguments.agency and agencies.agency(session, arguments.agency) is None:
            raise Refused(f"no agency {arguments.agency!r}")
        scope = Scope(svc, arguments.fiscal_year, arguments.agency)
        try:
            content = _issued(scope, arguments.issued, ending) if as_issued else _live(scope, arguments.what, ending)
        except reports.DoesNotReconcile as wrong:
            raise Refused("the report does not reconcile:\n" + "\n".join(wrong.places)) from wrong
    _write(out, content)
    return 0


def _asked(arguments: argparse.Namespace) -> tuple[Path, str]:
    """Where a report goes, and in which form. Raises Refused for what cannot be given."""
    if not arguments.fiscal_year or not arguments.out:
        raise Refused("--fiscal-year and --out are needed")
    if arguments.fiscal_year not in BUDDHIST_YEARS:
        raise Refused(f"--fiscal-year {arguments.fiscal_year}: the year is Buddhist era, as 2570")
    out, ending = _out(arguments.out, REPORTS)
    if ending == ".json" and arguments.what != PAPERS[0]:
        raise Refused(f"--out {arguments.out!r}: only the tables are given as JSON")
    if arguments.issued is not None and arguments.what != PAPERS[0]:
        raise Refused("--issued: only the tables are issued")
    return out, ending


def _live(scope: Scope, name: str, ending: str) -> bytes:
    """A paper of the rows as they stand."""
    from handlers.reports.evidence import papers
    from handlers.reports.evidence import report as reports

    if ending == ".json":
        return _json(reports.as_json(reports.report(scope)))
    return _drawn(scope, papers.paper(name, scope), ending)


def _issued(scope: Scope, number: int, ending: str) -> bytes:
    """The tables as they were handed on. Raises Refused."""
    from handlers.reports.evidence import issuing, printed

    try:
        if ending == ".json":
            return _json(issuing.version(scope, number).found)
        return _drawn(scope, printed.issued(scope, number), ending)
    except issuing.NotIssued as none:
        raise Refused(f"{none}; --issue makes the next version") from none


def _json(found: Mapping[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def _drawn(scope: Scope, pack: Pack, ending: str) -> bytes:
    from bot.documents import draw, pictures

    svc = scope.svc
    load = pictures.stored_in(settings.read().data_dir / "files", svc.session.keys)
    return draw.pack(pack, ending, svc.now, svc.texts.word("pack.contents"), load)


@contextmanager
def _case(written: str) -> Iterator[tuple[Svc, Case]]:
    """The case of a reference in any form, its row locked. Raises Refused."""
    from bot.app import tools
    from handlers.services import Svc
    from nlp import entities
    from storage import cases

    with current_database() as db, db.transaction() as session:
        found = entities.find_references(written)
        case = cases.by_reference(session, found[0], lock=True) if found else None
        if case is None:
            raise Refused(f"no case {written!r}")
        yield Svc(session, clock.now(), tools(settings.read())), case


def _out(name: str, endings: Collection[str] = (".docx", ".pdf")) -> tuple[Path, str]:
    path = Path(name)
    ending = path.suffix.lower()
    if ending not in endings:
        raise Refused(f"--out {name!r}: the name must end in {' or '.join(endings)}")
    if not path.parent.is_dir():
        raise Refused(f"--out {name!r}: there is no folder {str(path.parent)!r}")
    return path, ending


def _write(path: Path, content: bytes) -> None:
    try:
        owners.make(path)
        path.write_bytes(content)
    except OSError as error:
        raise Refused(f"--out {str(path)!r}: {error.strerror}") from error
