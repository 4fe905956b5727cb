"""The data of an installation, from a folder of TOML files or from one workbook: all of it is taken, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.documents import register_limits, seed_rows, seed_sheets
from bot.documents.register_sheets import NotTaken, tab
from bot.documents.seed_rows import OFFICERS, Row
from bot.documents.seed_schema import sheets
from handlers.actions import people, privacy
from handlers.reports.evidence.schema import Problem
from handlers.rules import wording
from handlers.services import Svc, Tools
from handlers.texts import Texts, own
from handlers.texts import wording as lists
from storage import agencies, seed, seeded
from storage.db import Database, Session
from storage.seed import BadSeed
from storage.words import Role

# In a checkout; where deploy/install.sh puts it; where the image has it.
SHIPPED = (
    Path(__file__).parent.parent / "deploy" / "seed",
    *(Path(sys.prefix) / name for name in ("share/seed", "seed")),
)
# Of the sample province: an agency that begins with its own workbook gets none of it.
_SAMPLES = frozenset({"agencies.toml", "places.toml", "routing.toml", "services.toml", OFFICERS})


class NotSeeded(Exception):
    """Nothing was stored; `problems` says why, a line each, with sheet, row and heading."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


class _Undone(Exception):
    """A dry run ends so."""


@dataclass(frozen=True)
class Invited:
    """Somebody who may join now, by a code that is told this once."""

    agency: str
    unit: str
    role: str
    name: str
    code: str


@dataclass
class Seeded:
    """How many rows each table gained or changed, who was invited, and what could be better in what is asked."""

    changed: dict[str, int] = field(default_factory=dict)
    invited: list[Invited] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def is_book(path: Path) -> bool:
    """A workbook, or a folder of TOML files?"""
    return path.suffix.lower() == ".xlsx"


# --- in --------------------------------------------------------------------------------------------------------------


def load(db: Database, path: Path, tools: Tools, now: datetime, *, dry_run: bool = False) -> Seeded:
    """Store it in one transaction; a dry run stores nothing. Raises NotSeeded, BadSeed, OSError."""
    done = Seeded()
    try:
        with db.transaction() as session:
            tables = from_book(session, path, tools) if is_book(path) else _from_folder(path, done)
            done.changed = seed.load(session, tables)
            done.invited = _invite(Svc(session, now, tools), tables.get(OFFICERS, {}).get("officer", []))
            privacy.written_down(Svc(session, now, tools))
            if dry_run:
                raise _Undone
    except _Undone:
        pass
    return done


def _from_folder(path: Path, done: Seeded) -> dict[str, Row]:
    """The tables of a folder; what is asked, and what an agency says in its own words, is looked at first."""
    tables = {**seed.folder(path), OFFICERS: seed.read(path / OFFICERS)}
    faults = wording.faults(tables["surveys.toml"], lists.load())
    done.remarks = [f"surveys.toml: {fault}" for fault in faults]
    blocking = sum(fault.blocks for fault in faults)
    if blocking:
        why = f"{path / 'surveys.toml'}: {blocking} faults in what is asked; nothing was loaded"
        raise NotSeeded([*done.remarks, why])
    first: Row = next(iter(tables["agencies.toml"].get("agency", [])), {})
    for fault in own.faults(first.get("texts", {})):
        raise BadSeed(f"agencies.toml: [agency.texts] {fault.key}: {fault.why} {fault.value} {fault.wanted}".strip())
    return tables


def from_book(session: Session, path: Path, tools: Tools) -> dict[str, Row]:
    """The tables of a workbook, over what the database holds (over what is shipped, where it holds nothing yet).

    Raises NotSeeded, BadSeed, OSError.
    """
    with path.open("rb") as file:
        content = file.read(register_limits.LARGEST + 1)
    texts = Texts("female", tools.zone)
    before = seeded.tables(session) if agencies.first(session) else without_samples(shipped())
    try:
        typed = seed_sheets.read(texts, content)
    except NotTaken as refused:
        raise NotSeeded([in_words(texts, refused.problem, {})]) from refused
    tables, problems = seed_rows.taken(typed, before)
    if problems:
        raise NotSeeded([in_words(texts, problem, typed.rows) for problem in problems])
    return tables


def shipped() -> dict[str, Row]:
    """What comes with the program. Raises BadSeed."""
    found = next((path for path in SHIPPED if (path / "agencies.toml").is_file()), None)
    if found is None:
        raise BadSeed("the database is empty, and what the program ships is not found: first pratu seed DIR")
    return seed.folder(found)


def without_samples(tables: Mapping[str, Row]) -> dict[str, Row]:
    """What holds for every agency: categories, days, numbers, surveys."""
    kept = {name: dict(rows) for name, rows in tables.items() if name not in _SAMPLES}
    if seed.STANDARDS in kept:
        kept[seed.STANDARDS].pop("standard", None)
    return kept


def in_words(texts: Texts, problem: Problem, rows: Mapping[str, Sequence[int]]) -> str:
    """ "หน่วย units แถว 5 “หน่วยงาน”: ต้องกรอก". `rows`: sheet → the row each line stands in."""
    own_key = f"seed_problem.{problem.why}"
    key = own_key if texts.has(own_key) else f"register_problem.{problem.why}"
    wanted = texts.word(f"seed_problem.limit_{problem.wanted}") if problem.why == "limit" else problem.wanted
    what = texts.word(key, heading=problem.heading, value=problem.value, wanted=wanted)
    if not problem.register:
        return what
    values: dict[str, Any] = {"sheet": tab(sheets()[problem.register].register), "what": what}
    if not problem.line:
        return texts.word("register_sheet.where_sheet", **values)
    row = rows[problem.register][problem.line - 1]
    where = "where" if problem.heading else "where_line"
    return texts.word(f"register_sheet.{where}", **values, row=row, heading=problem.heading)


def _invite(svc: Svc, officers: Sequence[Row]) -> list[Invited]:
    """A code for each who is not there yet and whom no open invitation waits for."""
    there = {_place(row) for row in seeded.officers(svc.session, svc.now, svc.today)} if officers else set()
    found = []
    for row in officers:
        since, until = (date.fromisoformat(str(row[name])) if row.get(name) else None for name in ("since", "until"))
        if _place(row) in there or (until is not None and until < svc.today):
            continue
        there.add(_place(row))
        agency, unit, role, name = _place(row)
        try:
            code = people.invite(svc, agency, unit or None, Role(role), name, since=since, until=until)
        except (people.NoSuchPlace, ValueError) as wrong:
            raise BadSeed(f"{OFFICERS}: {wrong}") from wrong
        found.append(Invited(agency, unit, role, name, code))
    return found


def _place(row: Row) -> tuple[str, str, str, str]:
    return str(row["agency"]), str(row.get("unit") or ""), str(row["role"]), str(row["name"])


# --- out -------------------------------------------------------------------------------------------------------------


def book(session: Session, tools: Tools, now: datetime, given: Path | None = None) -> bytes:
    """A workbook filled with what the database holds now; with the sample province where it holds no agency yet; or
    with what a folder holds. Raises BadSeed."""
    texts = Texts("female", tools.zone)
    if given is not None:
        tables = seed.folder(given)
    elif agencies.first(session) is not None:
        today = now.astimezone(tools.zone).date()
        tables = {**seeded.tables(session), OFFICERS: {"officer": seeded.officers(session, now, today)}}
    else:
        tables = shipped()
    about = [line.replace("{at}", texts.moment(now)) for line in texts.words("seed_sheet.about")]
    return seed_sheets.draw(texts, about, seed_rows.lines(tables), seed_rows.options(tables))
