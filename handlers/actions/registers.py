"""Write the registers of the yearly evidence: whole files, single lines. Every change is a link of the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.reports.evidence import lint
from handlers.reports.evidence.known import Sheets
from handlers.reports.evidence.schema import Problem, registers
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from storage import history, register_lines
from storage.register_lines import Line


@dataclass(frozen=True)
class Change:
    """What changed in one register: codes of lines that came, became others, or went. `moved`: only their order did."""

    register: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: bool = False

    @property
    def is_one(self) -> bool:
        """Did anything change?"""
        return bool(self.added or self.changed or self.removed or self.moved)


@dataclass(frozen=True)
class Brought:
    """A file that was read: all that is wrong or lacking, and what changed, or would. Stored only without errors."""

    problems: Sequence[Problem]
    changes: Sequence[Change]

    @property
    def fits(self) -> bool:
        """Can it be stored?"""
        return not lint.errors(self.problems)


def bring_in(
    svc: Svc, agency_code: str, year: int, sheets: Sheets, person_id: int | None = None, *, dry_run: bool = False
) -> Brought:
    """Make these sheets the agency's registers of a fiscal year: all of them, or with any error none.

    A register that is not among them stays as it is. What stands from years before is copied where it was changed.
    """
    register_lines.lock(svc.session, agency_code)
    scope = Scope(svc, year, agency_code)
    lines, problems = lint.check(scope, sheets)
    if lint.errors(problems):
        return Brought(problems, ())
    before = lint.stored(scope)
    changes = [change for name in lines if (change := compared(name, before[name], lines[name])).is_one]
    if not dry_run:
        for change in changes:
            _store(svc, agency_code, year, change, lines[change.register], person_id)
    return Brought(problems, changes)


def put(
    svc: Svc, agency_code: str, year: int, register: str, cells: Mapping[str, Any], person_id: int, code: str = ""
) -> str:
    """Add a line with cells that were read (schema.value_of), or change the one of this code; returns its code."""
    register_lines.lock(svc.session, agency_code)
    before = lint.stored(Scope(svc, year, agency_code))[register]
    line = Line(code or _free(before), dict(cells))
    after = [line if one.code == line.code else one for one in before]
    if line not in after:
        after.append(line)
    _store(svc, agency_code, year, compared(register, before, after), after, person_id)
    return line.code


def take_away(svc: Svc, agency_code: str, year: int, register: str, code: str, person_id: int) -> bool:
    """Take the line of this code away from this year on; False where there is none."""
    register_lines.lock(svc.session, agency_code)
    before = lint.stored(Scope(svc, year, agency_code))[register]
    after = [line for line in before if line.code != code]
    if len(after) == len(before):
        return False
    _store(svc, agency_code, year, compared(register, before, after), after, person_id)
    return True


def compared(register: str, before: Sequence[Line], after: Sequence[Line]) -> Change:
    """What became of a register's lines."""
    old, new = {line.code: line.cells for line in before}, {line.code: line.cells for line in after}
    return Change(
        register,
        tuple(code for code in new if code not in old),
        tuple(code for code in new if code in old and new[code] != old[code]),
        tuple(code for code in old if code not in new),
        [code for code in old if code in new] != [code for code in new if code in old],
    )


def _free(lines: Sequence[Line]) -> str:
    taken = {line.code for line in lines}
    return next(str(number) for number in range(1, len(lines) + 2) if str(number) not in taken)


def _store(svc: Svc, agency_code: str, year: int, change: Change, lines: Sequence[Line], person_id: int | None) -> None:
    """Write a register's lines, and that it was done."""
    if not change.is_one:
        return
    name, standing = change.register, registers()[change.register].standing
    register_lines.replace(svc.session, name, agency_code, year, lines, svc.now, person_id, standing=standing)
    details = {
        "register": name,
        "agency": agency_code,
        "year": year,
        "added": list(change.added),
        "changed": list(change.changed),
        "removed": list(change.removed),
        "person": person_id,
    }
    history.append(svc.session, "register", None, details, svc.now)
