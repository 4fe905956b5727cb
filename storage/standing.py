"""How cases stood at a moment, and what moved them: the part of the figures that events prove.

How a case stood is what its last status event before then says; one without any such event stands as received.
Drafts are no cases. Where a scope's agency is None, all agencies are counted together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.db import Session
from storage.tables import Case, StatusUpdate
from storage.tables.base import plain
from storage.words import ENDED, Status

# Not open, as the digest counts: it has its result, or ended.
SETTLED = tuple(sorted(status.value for status in {*ENDED, Status.RESOLVED}))
_OPEN = tuple(sorted(status.value for status in set(Status) - ENDED - {Status.RESOLVED, Status.DRAFT}))
_ALL = tuple(status.value for status in Status)
_DRAFT = Status.DRAFT.value
NOBODY = ""  # the key of cases no unit has, in counts by unit


@dataclass(frozen=True)
class Scope:
    """Whose figures, and of when: [since, until)."""

    agency: str | None
    since: datetime
    until: datetime

    @property
    def own(self) -> tuple[ColumnElement[bool], ...]:
        """The cases it speaks of, of all times."""
        mine = () if self.agency is None else (Case.agency_code == self.agency,)
        return (*mine, Case.status != _DRAFT)

    @property
    def few(self) -> tuple[ColumnElement[bool], ...]:
        """The same where few cases are known by something else (their row ids, an open status): without an index for
        the agency SQLite begins with those few, and not with all its cases."""
        mine = () if self.agency is None else (without_index(Case.agency_code) == self.agency,)
        return (*mine, Case.status != _DRAFT)

    def within(self, column: Any) -> tuple[ColumnElement[bool], ...]:
        """Does a moment lie in the period?"""
        return (column >= self.since, column < self.until)

    @property
    def received(self) -> tuple[ColumnElement[bool], ...]:
        """The cases received in the period."""
        return (*self.own, *self.within(Case.received_at))

    @property
    def values(self) -> dict[str, Any]:
        """What goes into the places of a `kept` statement."""
        mine = {} if self.agency is None else {"agency": self.agency}
        return {**mine, "since": self.since, "until": self.until}


More = TypeVarTuple("More")
Query = Select[*tuple[Any, ...]]


def kept(build: Callable[[Scope, *More], Query]) -> Callable[[Scope, *More], Query]:
    """The statement of any scope, with places for its `values`: written once for one agency and once for all of them,
    and for whatever else makes another statement of it."""
    made: dict[tuple[object, ...], Query] = {}

    def of(scope: Scope, *more: *More) -> Query:
        key = (scope.agency is None, *more)
        if key not in made:
            places: Any = [bindparam(name) for name in ("since", "until")]
            mine: Any = None if scope.agency is None else bindparam("agency")
            made[key] = build(Scope(mine, *places), *more)
        return made[key]

    return of


class without_index(FunctionElement[Any]):
    """A column's value as SQLite's planner finds no index for. PostgreSQL counts its rows and chooses by itself: what
    it cannot look up in its statistics only misleads it."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(without_index)
def _as_it_is(element: without_index, compiler: SQLCompiler, **given: Any) -> str:
    return str(compiler.process(element.clauses, **given))


@compiles(without_index, "sqlite")
def _hidden(element: without_index, compiler: SQLCompiler, **given: Any) -> str:
    return f"+{compiler.process(element.clauses, **given)}"


def count_of(what: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((what, 1), else_=0)), 0)


# --- how cases stood -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Open cases at a moment, and how many of them were past their date (never while a citizen is asked)."""

    open: int
    overdue: int

    def __add__(self, other: Standing) -> Standing:
        return Standing(self.open + other.open, self.overdue + other.overdue)


def standing(session: Session, scope: Scope, day: date, by: str = "unit") -> dict[str, Standing]:
    """Open cases at the period's end, by "unit" (NOBODY: none has it) or "agency". `day`: the day that begins then;
    what was due before it is overdue."""
    found = session.ask(_standing(scope, by), {**scope.values, "day": day})
    return {name: Standing(count, int(late)) for name, count, late in found}


@kept
def _standing(scope: Scope, by: str) -> Select[*tuple[Any, ...]]:
    rows = open_rows(scope, bindparam("day")).subquery()
    key = func.coalesce(rows.c.unit_code, NOBODY) if by == "unit" else rows.c.agency_code
    return select(key, func.count(), count_of(rows.c.overdue == 1)).group_by(key).order_by(key)


def open_rows(scope: Scope, day: Any) -> Select[Any]:
    """(id, agency_code, unit_code, overdue) of every case open at the period's end.

    Nearly all stand today as they did then; only those with a later event are looked up in the events.
    """
    moment = scope.until
    changed = select(StatusUpdate.case_id).where(StatusUpdate.status.in_(_ALL), StatusUpdate.at >= moment)
    known = (*scope.few, without_index(Case.received_at) < moment)
    late = func.coalesce(Case.extended_to, Case.due_on) < day
    as_today = select(*_columns(late & (Case.status != Status.NEED_INFO.value))).where(
        *known, Case.status.in_(_OPEN), Case.id.not_in(changed)
    )
    newest = _last_before(moment, changed)
    then = func.coalesce(StatusUpdate.status, Status.RECEIVED.value)
    looked_up = (
        select(*_columns(late & (then != Status.NEED_INFO.value)))
        .select_from(Case)
        .outerjoin(newest, newest.c.case_id == Case.id)
        .outerjoin(StatusUpdate, StatusUpdate.id == newest.c.id)
        .where(*known, Case.id.in_(changed), then.not_in(SETTLED))
    )
    both = union_all(as_today, looked_up).subquery()
    return select(both)


def _columns(overdue: ColumnElement[bool]) -> tuple[Any, ...]:
    flag = case((overdue, literal(1)), else_=literal(0)).label("overdue")
    return Case.id.label("id"), Case.agency_code.label("agency_code"), Case.unit_code.label("unit_code"), flag


def _last_before(moment: datetime, case_ids: Any) -> Any:
    """(case_id, id of its last status event before a moment)."""
    return (
        select(StatusUpdate.case_id, func.max(StatusUpdate.id).label("id"))
        .where(StatusUpdate.case_id.in_(case_ids), StatusUpdate.status.is_not(None), StatusUpdate.at < moment)
        .group_by(StatusUpdate.case_id)
        .subquery()
    )


# --- what moved them -----------------------------------------------------------------------------------------------


def moved(scope: Scope, statuses: Sequence[str]) -> Select[Any]:
    """Row ids of cases with an event of one of these statuses in the period."""
    return select(StatusUpdate.case_id).where(StatusUpdate.status.in_(statuses), *scope.within(StatusUpdate.at))


@dataclass(frozen=True)
class Turnover:
    """Open cases that got their result or ended in a period, and those that became open again."""

    ended: int
    came_back: int


def turnover(session: Session, scope: Scope, begins: Sequence[datetime]) -> list[Turnover]:
    """What the events say of each stretch from one of `begins` to the next, the last up to the period's end: counted
    event by event, so that it can be held against how cases stood."""
    own, values = ("one", {"agency": scope.agency}) if scope.agency is not None else ("all", {})
    ends = [*begins[1:], scope.until]
    found = [
        session.ask(_TURNOVER[own], {**values, "from": begin, "to": end, "end": scope.until}).one()
        for begin, end in zip(begins, ends, strict=True)
    ]
    return [Turnover(int(ended or 0), int(back or 0)) for ended, back in found]


_CASE, _UPDATE = plain(Case).c, plain(StatusUpdate).c


def _turnover() -> Select[*tuple[Any, ...]]:
    """Of one stretch, of the agencies' cases received before the end: a statement for each stretch needs no sorting."""
    is_settled, was_settled = _UPDATE.status.in_(SETTLED), func.coalesce(_UPDATE.before, "").in_(SETTLED)
    return (
        select(func.sum(case((is_settled, 1), else_=0)), func.sum(case((was_settled, 1), else_=0)))
        .join_from(plain(StatusUpdate), plain(Case), _CASE.id == _UPDATE.case_id)
        .where(_CASE.status != _DRAFT, without_index(_CASE.received_at) < bindparam("end"))
        .where(_UPDATE.status.in_(_ALL), _UPDATE.at >= bindparam("from"), _UPDATE.at < bindparam("to"))
        .where(is_settled != was_settled)
    )


_TURNOVER = {"all": _turnover(), "one": _turnover().where(without_index(_CASE.agency_code) == bindparam("agency"))}


def stretch_of(at: Any, begins: Sequence[datetime]) -> ColumnElement[int]:
    later = list(enumerate(begins))[::-1]
    return case(*((at >= begin, literal(number)) for number, begin in later), else_=literal(-1)).label("stretch")


def grouped(query: Any, at: Any, begins: Sequence[datetime]) -> Any:
    return query.where(at >= begins[0]).group_by("stretch")


def bent(session: Session, scope: Scope, limit: int = 5) -> list[str]:
    """References of cases with an event in the period whose status is not what their last status event says."""
    return list(session.ask(_bent(scope), {**scope.values, "most": limit}).scalars())


@kept
def _bent(scope: Scope) -> Select[*tuple[Any, ...]]:
    touched = moved(scope, _ALL)
    newest = (
        select(StatusUpdate.case_id, func.max(StatusUpdate.id).label("id"))
        .where(StatusUpdate.case_id.in_(touched), StatusUpdate.status.is_not(None))
        .group_by(StatusUpdate.case_id)
        .subquery()
    )
    query = (
        select(Case.reference)
        .join(newest, newest.c.case_id == Case.id)
        .join(StatusUpdate, StatusUpdate.id == newest.c.id)
        .where(*scope.few, StatusUpdate.status != Case.status)
    )
    return query.order_by(Case.id).limit(bindparam("most"))


# --- behind a figure -------------------------------------------------------------------------------------------------


def cases_behind(session: Session, scope: Scope, day: date, name: str, key: str, limit: int) -> list[Case]:
    """The cases one figure counts, the newest first. `name`: as the figures call it; `key` within it, where it has
    parts. Raises KeyError for a figure that counts no cases."""
    statuses = {"resolved": Status.RESOLVED, "reopened": Status.REOPENED, "closed": Status.CLOSED}
    parts = {"by_kind": Case.kind, "by_category": Case.category, "by_channel": Case.channel}
    where: list[ColumnElement[bool]]
    if name in parts:
        where = [*scope.received, parts[name] == key]
    elif name in ("received", "urgent"):
        where = [*scope.received, *([Case.urgent.is_(True)] if name == "urgent" else [])]
    elif name in statuses:
        where = [*scope.few, Case.id.in_(moved(scope, [statuses[name].value]))]
    elif name in ("open", "overdue", "by_unit", "by_unit_overdue"):
        rows = open_rows(scope, day).subquery()
        wanted = select(rows.c.id)
        if name in ("overdue", "by_unit_overdue"):
            wanted = wanted.where(rows.c.overdue == 1)
        if name.startswith("by_unit"):
            wanted = wanted.where(func.coalesce(rows.c.unit_code, NOBODY) == key)
        where = [Case.id.in_(wanted)]
    else:
        raise KeyError(name)
    return list(
        session.scalars(select(Case).where(*where).order_by(Case.received_at.desc(), Case.id.desc()).limit(limit))
    )
