"""Lines of the evidence registers: of one agency and fiscal year, or standing until they are changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from storage.db import Session
from storage.tables import RegisterLine


@dataclass(frozen=True)
class Line:
    """A line to be written: its code, and column code → value."""

    code: str
    cells: dict[str, Any]


def lines(
    session: Session, register: str, agency_codes: Sequence[str], year: int, *, standing: bool = False
) -> list[RegisterLine]:
    """The lines of these agencies for a fiscal year, in their order.

    `standing`: where a year has none of its own, those of the newest year before it.
    """
    found: list[RegisterLine] = []
    for code in agency_codes:
        of_year = year if not standing else _newest(session, register, code, year)
        if of_year is None:
            continue
        found += session.scalars(
            select(RegisterLine)
            .where(
                RegisterLine.register == register,
                RegisterLine.agency_code == code,
                RegisterLine.fiscal_year == of_year,
            )
            .order_by(RegisterLine.position, RegisterLine.id)
        )
    return found


def _newest(session: Session, register: str, agency_code: str, year: int) -> int | None:
    return session.scalar(
        select(func.max(RegisterLine.fiscal_year)).where(
            RegisterLine.register == register,
            RegisterLine.agency_code == agency_code,
            RegisterLine.fiscal_year <= year,
        )
    )


def replace(
    session: Session,
    register: str,
    agency_code: str,
    year: int,
    wanted: Sequence[Line],
    now: datetime,
    person_id: int | None = None,
) -> int:
    """Make these the lines of a year, in this order; how many were added, changed or taken away."""
    known = {row.code: row for row in lines(session, register, (agency_code,), year)}
    changed = 0
    for position, line in enumerate(wanted):
        row = known.pop(line.code, None)
        if row is None:
            row = RegisterLine(register=register, agency_code=agency_code, fiscal_year=year, code=line.code)
            row.position, row.cells, row.changed_at = position, line.cells, now
            row.person_id = person_id
            session.add(row)
            changed += 1
        elif (row.cells, row.position) != (line.cells, position):
            row.cells, row.position, row.changed_at, row.person_id = line.cells, position, now, person_id
            changed += 1
    gone = [row.id for row in known.values()]
    if gone:
        session.execute(delete(RegisterLine).where(RegisterLine.id.in_(gone)))
    session.flush()
    return changed + len(gone)


def put(
    session: Session,
    register: str,
    agency_code: str,
    year: int,
    line: Line,
    now: datetime,
    person_id: int | None = None,
) -> RegisterLine:
    """Add one line at the end, or change the one of its code."""
    known = lines(session, register, (agency_code,), year)
    row = next((one for one in known if one.code == line.code), None)
    if row is None:
        row = RegisterLine(
            register=register, agency_code=agency_code, fiscal_year=year, code=line.code, position=len(known)
        )
        session.add(row)
    row.cells, row.changed_at, row.person_id = line.cells, now, person_id
    session.flush()
    return row
