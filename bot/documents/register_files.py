"""A workbook of registers taken in: everything that is wrong in words, with sheet, row and heading, or what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.documents import register_sheets
from bot.documents.register_sheets import NotTaken, Read, tab
from handlers.actions import registers as actions
from handlers.actions.registers import Change
from handlers.reports.evidence import lint
from handlers.reports.evidence.schema import Problem, registers
from handlers.reports.evidence.sheets import in_words
from handlers.services import Svc


@dataclass(frozen=True)
class Outcome:
    """`problems`: why nothing was stored; `lacking`: what can wait; `changes`: what was stored, or would be."""

    problems: Sequence[str] = ()
    lacking: Sequence[str] = ()
    changes: Sequence[str] = ()


def take(
    svc: Svc, content: bytes, agency_code: str, year: int, person_id: int | None = None, *, dry_run: bool = False
) -> Outcome:
    """Store a workbook that `register_sheets.draw` made and somebody filled in: all of it or, with any error, none."""
    found = opened(svc, content, agency_code, year)
    return found if isinstance(found, Outcome) else store(svc, found, agency_code, year, person_id, dry_run=dry_run)


def opened(svc: Svc, content: bytes, agency_code: str, year: int) -> Read | Outcome:
    """What a workbook holds; why it cannot be read. Nothing is written: it may take a while, and nobody is to wait."""
    try:
        return register_sheets.read(svc, content, agency_code, year)
    except NotTaken as not_taken:
        return Outcome([in_words(svc, not_taken.problem)])


def store(
    svc: Svc, found: Read, agency_code: str, year: int, person_id: int | None = None, *, dry_run: bool = False
) -> Outcome:
    """What `opened` read is stored: all of it or, with any error, none."""
    brought = actions.bring_in(svc, agency_code, year, found.sheets, person_id, dry_run=dry_run or bool(found.problems))
    problems = [*found.problems, *brought.problems]
    odd = {(problem.register, problem.line, problem.heading) for problem in found.problems}
    wrong = [
        problem
        for problem in lint.errors(problems)
        if problem.why != "missing" or (problem.register, problem.line, problem.heading) not in odd
    ]
    lacking = [problem for problem in problems if problem.warning]
    return Outcome(
        [_where(svc, found, problem) for problem in wrong],
        [svc.texts.word("register_sheet.warning", what=_where(svc, found, problem)) for problem in lacking],
        [] if wrong else [_changed(svc, change) for change in brought.changes],
    )


def _where(svc: Svc, found: Read, problem: Problem) -> str:
    """ "เครือข่าย network แถว 5 “ช่องทาง”: ต้องกรอก"."""
    what = in_words(svc, problem)
    if not problem.register:
        return what
    sheet = tab(registers()[problem.register])
    if not problem.line:
        return svc.texts.word("register_sheet.where_sheet", sheet=sheet, what=what)
    numbers = found.rows.get(problem.register, ())
    row = numbers[problem.line - 1] if problem.line <= len(numbers) else problem.line
    key = "where" if problem.heading else "where_line"
    return svc.texts.word(f"register_sheet.{key}", sheet=sheet, row=row, heading=problem.heading, what=what)


def _changed(svc: Svc, change: Change) -> str:
    counts = {name: len(getattr(change, name)) for name in ("added", "changed", "removed")}
    if not any(counts.values()):
        return svc.texts.word("register_sheet.moved", sheet=tab(registers()[change.register]))
    return svc.texts.word("register_sheet.changed", sheet=tab(registers()[change.register]), **counts)
