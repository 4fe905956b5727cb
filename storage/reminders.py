"""What the clock told already, and the few cases it may owe something now: found by status and dates, never by all.

What is found is looked at again under the case's lock (handlers/rules/escalation.py decides); too much is no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from storage.db import Session
from storage.tables import Account, Case, CaseTask, Reminder, StatusUpdate
from storage.tables.base import Instant, among, plain
from storage.words import Kind, Role, Status

OFFICERS = tuple(role.value for role in Role)
HURRIED = "hurried_head"  # an order to hurry: by somebody in charge, but no deed, so the silence goes on


@dataclass(frozen=True)
class Rungs:
    """Of these statuses: silent since before which moment is which level, lowest first; `again`: told before it."""

    statuses: tuple[str, ...]
    before: tuple[datetime, ...]
    again: datetime | None = None
    unreachable: bool = False  # only where the complainant cannot be asked


@dataclass(frozen=True)
class Officers:
    """What officers may be told now: due dates of each level, and silence."""

    chased: tuple[str, ...]
    today: date
    midnight: datetime  # when today began: one chase a day
    soon: date
    late: tuple[date, ...]  # level 2, level 3: due on that day or before
    quiet: tuple[Rungs, ...]


@dataclass(frozen=True)
class Citizens:
    """What citizens may be told now; dates from which on, or before which, it counts."""

    chased: tuple[str, ...]
    praise: tuple[str, ...]  # where praise may stand that nobody needs to work on
    today: date
    asked: tuple[date, ...]  # waiting since then or before: first time, second time
    unanswered: date
    asked_last: datetime  # who was asked for the last time before that had the time to answer
    received: datetime
    progress_after: date
    overdue_after: date
    resolved: datetime
    praised: datetime  # praise from before that was heard long enough


@dataclass(frozen=True)
class Alerts:
    """Urgent cases not told since `before`; `danger_only` at night."""

    statuses: tuple[str, ...]
    before: datetime
    danger_only: bool


def candidates(
    session: Session,
    alerts: Alerts,
    officers: Officers | None,
    citizens: Citizens | None,
    *,
    after: int = 0,
    limit: int = 500,
) -> list[int]:
    """Row ids of cases to look at, in order, beginning after one. A small query for each thing that may be due:
    one large one would keep PostgreSQL longer at compiling than at looking."""
    looks = (alerts, officers, citizens)
    values: dict[str, Any] = {"after": after, "most": limit}
    queries = _queries(_slots(looks, "look", values))
    found: set[int] = set()
    for query in queries:
        found.update(session.ask(query, values).scalars())
    return sorted(found)[:limit]


@dataclass(frozen=True)
class _Slot:
    """A date or moment of a look, by its place: the statements are the same whatever day it is, and built once."""

    name: str
    moment: bool

    def __clause_element__(self) -> BindParameter[Any]:
        return bindparam(self.name, type_=Instant() if self.moment else Date())


def _slots(look: Any, name: str, values: dict[str, Any]) -> Any:
    """The same look with a slot for each date and moment in it, whose value goes into `values`."""
    if isinstance(look, date):
        values[name] = look
        return _Slot(name, isinstance(look, datetime))
    if isinstance(look, tuple):
        return tuple(_slots(one, f"{name}_{number}", values) for number, one in enumerate(look))
    if is_dataclass(look) and not isinstance(look, type):
        named = {
            field.name: _slots(getattr(look, field.name), f"{name}_{field.name}", values) for field in fields(look)
        }
        return replace(look, **named)
    return look


@lru_cache(maxsize=64)
def _queries(looks: tuple[Alerts, Officers | None, Citizens | None]) -> list[Select[*tuple[Any, ...]]]:
    """A statement for each thing that may be due."""
    alerts, officers, citizens = looks
    wanted = [_alerted(alerts)]
    if officers is not None:
        chased = _told("due1", "due2", "due3", where=[Reminder.at >= officers.midnight])
        wanted += _by_due(officers)
        wanted += [and_(silent, ~chased) for rungs in officers.quiet for silent in _by_silence(rungs)]
    if citizens is not None:
        wanted += _for_citizens(citizens)
    cases = plain(Case)
    return [
        select(cases.c.id)
        .where(cases.c.id > bindparam("after"), condition)
        .order_by(cases.c.id)
        .limit(bindparam("most"))
        for condition in wanted
    ]


_due = func.coalesce(Case.extended_to, Case.due_on)


def _told(*whats: str, where: Sequence[ColumnElement[bool]] = ()) -> ColumnElement[bool]:
    return exists().where(Reminder.case_id == Case.id, among(Reminder.what, *whats), *where)


def _not_reopened_since() -> ColumnElement[bool]:
    reopened = aliased(StatusUpdate)
    return ~exists().where(
        reopened.case_id == Reminder.case_id, reopened.status == Status.REOPENED.value, reopened.at > Reminder.at
    )


def _alerted(look: Alerts) -> ColumnElement[bool]:
    return and_(
        among(Case.status, *look.statuses),
        or_(Case.route == "urgent", and_(Case.urgent, Case.route == "multi")),
        Case.acknowledged_at.is_(None),
        *([Case.kind == Kind.EMERGENCY.value] if look.danger_only else []),
        ~_told("urgent", where=[Reminder.at > look.before]),
    )


def _by_due(look: Officers) -> list[ColumnElement[bool]]:
    chased = among(Case.status, *look.chased)
    same: list[ColumnElement[bool]] = [Reminder.for_on >= _due, _not_reopened_since()]
    found = [
        and_(chased, _due >= look.today, _due <= look.soon, Case.counted_from < look.today, ~_told("due1", where=same))
    ]
    highest = len(look.late) + 1
    for level, day in enumerate(look.late, 2):
        told = [f"due{number}" for number in range(level, highest + 1)]
        found.append(and_(chased, _due <= day, ~_told(*told, where=same)))
    return found


def _is_deed() -> ColumnElement[bool]:
    """Did an officer do something about the case?"""
    return and_(among(StatusUpdate.by, *OFFICERS), StatusUpdate.what != HURRIED)


def _by_silence(look: Rungs) -> list[ColumnElement[bool]]:
    newest = (
        select(func.max(StatusUpdate.at))
        .where(
            StatusUpdate.case_id == Case.id,
            or_(StatusUpdate.status.is_not(None), _is_deed()),
        )
        .correlate(Case)
        .scalar_subquery()
    )
    where: list[ColumnElement[bool]] = [among(Case.status, *look.statuses)]
    if look.unreachable:
        where.append(_cannot_be_asked())
    found = []
    for level, before in enumerate(look.before, 1):
        told = [f"quiet{number}" for number in range(level, len(look.before) + 1)]
        since: list[ColumnElement[bool]] = [Reminder.at > newest]
        if look.again is not None:
            since.append(Reminder.at > look.again)
        found.append(and_(*where, Case.received_at < before, newest < before, ~_told(*told, where=since)))
    return found


def _cannot_be_asked() -> ColumnElement[bool]:
    gone = exists().where(Account.id == Case.account_id, Account.unreachable_at.is_not(None))
    return or_(Case.account_id.is_(None), Case.conversation_id.is_(None), gone)


def _for_citizens(look: Citizens) -> list[ColumnElement[bool]]:
    chased = among(Case.status, *look.chased)
    waiting = and_(Case.status == Status.NEED_INFO.value, ~_cannot_be_asked())
    began = func.coalesce(Case.waiting_since, Case.counted_from)
    since = [Reminder.for_on >= began]
    last = _told(f"ask{len(look.asked)}", where=[*since, Reminder.at < look.asked_last])
    found = [and_(waiting, began <= look.unanswered, last)]
    for level, day in enumerate(look.asked, 1):
        told = [f"ask{number}" for number in range(level, len(look.asked) + 1)]
        found.append(and_(waiting, began <= day, ~_told(*told, where=since)))
    progress = _told("progress", where=[Reminder.for_on > look.progress_after])
    overdue = _told("overdue", where=[Reminder.for_on > look.overdue_after, Reminder.for_on > _due])
    return [
        *found,
        and_(chased, _due >= look.today, Case.received_at < look.received, ~progress),
        and_(chased, _due < look.today, ~overdue),
        and_(Case.status == Status.RESOLVED.value, or_(Case.resolved_at.is_(None), Case.resolved_at <= look.resolved)),
        and_(Case.kind == Kind.COMPLIMENT.value, among(Case.status, *look.praise), Case.received_at < look.praised),
    ]


# --- one case ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moments:
    """When a case last changed its status, an officer last did anything, and it was last reopened."""

    moved: datetime | None
    acted: datetime | None
    reopened: datetime | None


def moments(session: Session, case_id: int) -> Moments:
    """The newest of each."""
    return Moments(*session.ask(_MOMENTS, {"row": case_id}).one())


def _newest(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.max(case((condition, StatusUpdate.at)))


_MOMENTS = (
    select(
        _newest(StatusUpdate.status.is_not(None)),
        _newest(_is_deed()),
        _newest(StatusUpdate.status == Status.REOPENED.value),
    )
    .select_from(plain(StatusUpdate))
    .where(plain(StatusUpdate).c.case_id == bindparam("row"))
)


@dataclass(frozen=True)
class Told:
    """What the clock told of a case: which step, of which date, when last, and how often."""

    what: str
    for_on: date
    at: datetime
    times: int


def told(session: Session, case_id: int) -> list[Told]:
    """What the clock told of a case already."""
    return [Told(*row) for row in session.ask(_TOLD, {"row": case_id})]


_REMINDER = plain(Reminder).c
_TOLD = (
    select(_REMINDER.what, _REMINDER.for_on, _REMINDER.at, _REMINDER.times)
    .where(_REMINDER.case_id == bindparam("row"))
    .order_by(_REMINDER.id)
)


def note(session: Session, case_id: int, what: str, for_on: date, now: datetime) -> None:
    """Write down that it is told; what is told again counts up. The caller holds the case's lock."""
    told_now = {"in_case": case_id, "step": what, "of": for_on, "now": now}
    if not session.ask(_TELL_AGAIN, told_now).rowcount:
        session.ask(_TELL, {"case_id": case_id, "what": what, "for_on": for_on, "at": now, "times": 1})


_TELL = insert(plain(Reminder))
_TELL_AGAIN = (
    update(plain(Reminder))
    .where(
        _REMINDER.case_id == bindparam("in_case"),
        _REMINDER.what == bindparam("step"),
        _REMINDER.for_on == bindparam("of"),
    )
    .values(at=bindparam("now"), times=_REMINDER.times + 1)
)


def units_at_work(session: Session, case_id: int) -> list[tuple[str, str]]:
    """(agency, unit) of those who still owe their share of a case of several units."""
    rows = session.execute(
        select(CaseTask.agency_code, CaseTask.unit_code)
        .where(CaseTask.case_id == case_id, CaseTask.done_at.is_(None))
        .order_by(CaseTask.id)
    )
    return [(agency, unit) for agency, unit in rows]
