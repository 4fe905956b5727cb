"""The yearly evidence as a paper: every table on a page of its own with its code in the corner, and the KPIs."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.reports.evidence import issuing, written
from handlers.reports.evidence import respondents as listed
from handlers.reports.evidence.issuing import Issued
from handlers.reports.evidence.kpis import Kpi
from handlers.reports.evidence.pack import Block, Facts, Grid, Pack, Pictures, Section, Words, made, of_table, plain
from handlers.reports.evidence.report import Report
from handlers.reports.evidence.report import report as reckoned
from handlers.reports.evidence.schema import registers
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Cell, Table

KPI = "KPI"
_PROJECT, _PROJECT_CODE = "project", "CS5-A"
_KPI_CODE = "CS3-I"  # the guide names its KPIs where the system for complaints is judged


def tables(scope: Scope) -> Pack:
    """T-01 to T-22 with form 2.3, and the KPIs. Raises DoesNotReconcile."""
    found = reckoned(scope)
    last, same = issuing.standing(scope, found)
    if last is None:
        return printed(scope, found, scope.svc.texts.word("pack.draft"))
    return printed(scope, found, _version(scope, last, "pack.same_as" if same else "pack.differs_from"))


def issued(scope: Scope, number: int = 0) -> Pack:
    """The same as it was handed on: the version of this number, the newest for 0. Raises issuing.NotIssued."""
    found = issuing.version(scope, number)
    return printed(scope, issuing.as_it_was(scope, found), _version(scope, found, "pack.version"))


def _version(scope: Scope, found: Issued, key: str) -> str:
    return scope.svc.texts.word(key, n=found.version, at=scope.svc.texts.moment(found.issued_at))


def printed(scope: Scope, found: Report, version: str) -> Pack:
    """A report that was reckoned already, as a paper. `version`: what it is as an issue."""
    word = scope.svc.texts.word
    sections = [Section(one.id, one.code, one.title, _blocks(scope, one)) for one in found.tables]
    sections.append(Section(KPI, _KPI_CODE, word("pack.kpi.title"), (kpi_table(scope, found.kpis),)))
    if found.proofs:
        sections.append(Section("", "", word("pack.proofs"), (Pictures(found.proofs),)))
    return made(scope, "tables", sections, contents=True, at=found.as_of, version=version)


def _blocks(scope: Scope, found: Table) -> tuple[Block, ...]:
    """A table, and the pictures that belong to it."""
    return (of_table(scope, found), *([Pictures(found.pictures)] if found.pictures else ()))


def kpi_table(scope: Scope, kpis: Sequence[Kpi]) -> Grid:
    """Every KPI with its numerator and denominator, what the head aims at, and whether it was reached."""
    word = scope.svc.texts.word
    verdicts = {None: NO_DATA, True: word("pack.kpi.yes"), False: word("pack.kpi.no")}
    rows: list[tuple[Cell, ...]] = []
    for kpi in kpis:
        share = NO_DATA if kpi.percent is None else kpi.percent
        wanted = NO_DATA if kpi.target is None else kpi.target
        rows.append((kpi.name, kpi.numerator, kpi.denominator, share, wanted, verdicts[kpi.reached]))
    names = ("name", "numerator", "denominator", "percent", "target", "reached")
    return plain([word(f"pack.kpi.{name}") for name in names], rows, notes=(word("pack.kpi.note"),))


def projects(scope: Scope) -> Pack:
    """F-5: each project people had a part in, under the guide's ten headings, on a page of its own (CS5)."""
    register = registers()[_PROJECT]
    sections = []
    for line in written.lines(scope, _PROJECT):
        facts = Facts(tuple((field.heading, _value(line.cells.get(field.code))) for field in register.fields))
        sections.append(Section("", _PROJECT_CODE, str(line.cells["name"]), (facts,)))
    if not sections:
        nothing = Words((scope.svc.texts.word("pack.nothing"),), quiet=True)
        sections.append(Section("", _PROJECT_CODE, register.title, (nothing,)))
    return made(scope, "projects", sections)


def _value(cell: object) -> str:
    if isinstance(cell, (list, tuple)):
        return "\n".join(map(str, cell)) or NO_DATA
    return str(cell) if cell not in (None, "") else NO_DATA


def respondents(scope: Scope) -> Pack:
    """R-01: who answered the surveys, without anybody's name."""
    found = listed.respondents(scope)
    return made(scope, "respondents", [Section(found.id, found.code, found.title, (of_table(scope, found),))])
