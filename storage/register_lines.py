"""Lines of the evidence registers: of one agency and fiscal year, or standing until they are changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from storage.db import Session
from storage.tables import Account, Agency, Attachment, Case, Membership, Message, RegisterLine
from storage.words import AttachmentState, Status

# A line of this code says that a standing register was emptied in a year: the lines of years before stand no longer.
EMPTIED = "-"
_PHOTO = re.compile(r"photo:([0-9]{1,15})")  # the row id of a picture that an officer sent


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
    years = _newest(session, register, agency_codes, year) if standing else dict.fromkeys(agency_codes, year)
    rows = session.scalars(
        select(RegisterLine)
        .where(
            RegisterLine.register == register,
            RegisterLine.agency_code.in_(agency_codes),
            RegisterLine.fiscal_year.in_(set(years.values())),
            RegisterLine.code != EMPTIED,
        )
        .order_by(RegisterLine.position, RegisterLine.id)
    )
    found: dict[str, list[RegisterLine]] = {code: [] for code in agency_codes}
    for row in rows:
        if years.get(row.agency_code) == row.fiscal_year:
            found[row.agency_code].append(row)
    return [row for of_agency in found.values() for row in of_agency]


def lock(session: Session, agency_code: str) -> None:
    """Nobody else writes the registers of this agency until the transaction ends."""
    session.execute(select(Agency.code).where(Agency.code == agency_code).with_for_update())


def _newest(session: Session, register: str, agency_codes: Sequence[str], year: int) -> dict[str, int]:
    """Agency → the newest year up to this one that has lines of its own; those without any are left out."""
    query = (
        select(RegisterLine.agency_code, func.max(RegisterLine.fiscal_year))
        .where(
            RegisterLine.register == register,
            RegisterLine.agency_code.in_(agency_codes),
            RegisterLine.fiscal_year <= year,
        )
        .group_by(RegisterLine.agency_code)
    )
    return {code: found for code, found in session.execute(query)}


def replace(
    session: Session,
    register: str,
    agency_code: str,
    year: int,
    wanted: Sequence[Line],
    now: datetime,
    person_id: int | None = None,
    *,
    standing: bool = False,
) -> int:
    """Make these the lines of a year, in this order; how many were added, changed or taken away.

    `standing`: none at all end what stood from years before.
    """
    if not wanted and standing and _newest(session, register, [agency_code], year - 1):
        wanted = [Line(EMPTIED, {})]
    known = {row.code: row for row in _of_year(session, register, agency_code, year)}
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


def _of_year(session: Session, register: str, agency_code: str, year: int) -> Sequence[RegisterLine]:
    return session.scalars(
        select(RegisterLine).where(
            RegisterLine.register == register,
            RegisterLine.agency_code == agency_code,
            RegisterLine.fiscal_year == year,
        )
    ).all()


# --- what lines point to ---------------------------------------------------------------------------------------------


def cases_there(session: Session, agency_code: str, references: Collection[str]) -> set[str]:
    """Those of these references that are cases of the agency; no drafts, and none that are confidential: what names
    them is printed."""
    query = select(Case.reference).where(
        Case.reference.in_(references),
        Case.agency_code == agency_code,
        Case.status != Status.DRAFT,
        Case.confidential.is_(False),
    )
    return set(session.scalars(query))


def photo_name(attachment_id: int) -> str:
    """How a cell names a picture before anybody knows its content."""
    return f"photo:{attachment_id}"


def files_there(session: Session, agency_code: str, names: Collection[str]) -> dict[str, str | None]:
    """Those of these pictures ("photo:12", or a digest) that somebody of the agency sent and that belong to no case:
    name → digest of the content, None while it is fetched. Nobody else's picture gets on paper by its number."""
    numbers = {int(match.group(1)) for name in names if (match := _PHOTO.fullmatch(name))}
    digests = {name for name in names if not _PHOTO.fullmatch(name)}
    rows = session.execute(
        select(Attachment.id, Attachment.file_digest)
        .join(Message, Message.id == Attachment.message_id)
        .join(Account, Account.id == Message.account_id)
        .join(Membership, Membership.person_id == Account.person_id)
        .where(
            Membership.agency_code == agency_code,
            Attachment.case_id.is_(None),
            Attachment.kind == "image",
            Attachment.state.in_((AttachmentState.WANTED, AttachmentState.STORED)),
            Attachment.id.in_(numbers) | Attachment.file_digest.in_(digests),
        )
    )
    found: dict[str, str | None] = {}
    for number, digest in rows:
        found[photo_name(number)] = digest
        if digest is not None:
            found[digest] = digest
    return {name: found[name] for name in names if name in found}


def pictures_shown(session: Session) -> tuple[set[int], set[str]]:
    """(row ids of attachments, digests) of the pictures that lines show: evidence that belongs to no case."""
    cells = " ".join(str(line) for line in session.scalars(select(RegisterLine.cells)))
    return {int(number) for number in re.findall(r"photo:(\d+)", cells)}, set(re.findall(r"\b[0-9a-f]{64}\b", cells))
