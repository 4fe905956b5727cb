"""Counts of one agency's cases, answers and messages in a period, by SQL: what digests and summaries are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from storage import closings
from storage.db import Session
from storage.outbox import QUOTA
from storage.standing import Scope, count_of, grouped, kept, moved, stretch_of, without_index
from storage.tables import Account, Case, CaseJoin, Message, OutboxMessage, StatusUpdate, Survey, SurveyAnswer
from storage.tables.base import among
from storage.words import ENDED, Conclusion, Kind, OutboxState, Status

_CONCLUDING = tuple(
    status.value
    for status in (Status.RESOLVED, Status.TRANSFERRED, Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.MERGED)
)
_LEFT = (Status.WITHDRAWN.value, Status.MERGED.value)


# --- received --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Received:
    """Cases received in a period: how many, urgent ones, of how many accounts, and of several units."""

    cases: int
    urgent: int
    people: int
    several_units: int


def received(session: Session, scope: Scope) -> Received:
    """What came in."""
    return Received(*session.ask(_received(scope), scope.values).one())


@kept
def _received(scope: Scope) -> Select[*tuple[Any, ...]]:
    people = func.count(func.distinct(Case.account_id))
    query = select(func.count(), count_of(Case.urgent), people, count_of(Case.route == "multi"))
    return query.where(*scope.received)


def received_by(session: Session, scope: Scope, what: str) -> dict[str, int]:
    """The same cases by "kind", "category", "channel" or "agency": only what there is of."""
    return dict(session.ask(_received_by(scope, what), scope.values).all())


@kept
def _received_by(scope: Scope, what: str) -> Select[*tuple[Any, ...]]:
    columns: dict[str, InstrumentedAttribute[Any]] = {
        "kind": Case.kind,
        "category": Case.category,
        "channel": Case.channel,
        "agency": Case.agency_code,
    }
    column = columns[what]
    return select(column, func.count()).where(*scope.received).group_by(column).order_by(column)


def received_openly(session: Session, scope: Scope) -> dict[str, int]:
    """Those of the same cases that are not confidential, by category: only what there is of."""
    return dict(session.ask(_received_openly(scope), scope.values).all())


@kept
def _received_openly(scope: Scope) -> Select[*tuple[Any, ...]]:
    where = (*scope.received, Case.confidential.is_(False))
    return select(Case.category, func.count()).where(*where).group_by(Case.category)


def references(session: Session, scope: Scope, kind: Kind, limit: int) -> list[str]:
    """References of the cases of one kind that came in, oldest first."""
    query = select(Case.reference).where(*scope.received, Case.kind == kind.value)
    return list(session.scalars(query.order_by(Case.received_at, Case.id).limit(limit)))


def received_since(session: Session, references: Sequence[str], moment: datetime) -> set[str]:
    """Which of these cases were received since then."""
    query = select(Case.reference).where(Case.reference.in_(references), Case.received_at >= moment)
    return set(session.scalars(query))


def ideas_used(session: Session, scope: Scope) -> int:
    """How many ideas changed something, counted when it was said: as `closings.used`, but begun from the events."""
    return session.ask(_ideas_used(scope), scope.values).scalar() or 0


@kept
def _ideas_used(scope: Scope) -> Select[*tuple[Any, ...]]:
    said = or_(StatusUpdate.status.is_(None), StatusUpdate.status == Status.RESOLVED.value)
    events = select(StatusUpdate.case_id).where(
        said, StatusUpdate.what.in_(closings.SAID_USED), *scope.within(StatusUpdate.at)
    )
    where = (*scope.few, Case.conclusion_type == Conclusion.USED.value, Case.id.in_(events))
    return select(func.count()).select_from(Case).where(*where)


def concluded_of_received(session: Session, scope: Scope) -> int:
    """How many of the cases received in the period have a conclusion by now."""
    return session.ask(_concluded_of_received(scope), scope.values).scalar() or 0


@kept
def _concluded_of_received(scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(func.count()).select_from(Case).where(*scope.received, Case.conclusion_type.is_not(None))


def ever_before(session: Session, agency: str | None, moment: datetime) -> bool:
    """Was anything received at all before this moment?"""
    scope = Scope(agency, moment, moment)
    return session.ask(_before(scope), scope.values).first() is not None


@kept
def _before(scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(Case.id).where(*scope.own, Case.received_at < scope.until).limit(1)


# --- events ----------------------------------------------------------------------------------------------------------


def cases_with(session: Session, scope: Scope, status: Status, by: str = "") -> dict[str, int]:
    """How many cases had an event of this status in the period; by "agency", or all under ""."""
    return dict(session.ask(_cases_with(scope, status, by), scope.values).all())


@kept
def _cases_with(scope: Scope, status: Status, by: str) -> Select[*tuple[Any, ...]]:
    key: Any = Case.agency_code if by == "agency" else literal("")
    query = select(key, func.count()).select_from(Case).where(*scope.few, Case.id.in_(moved(scope, [status.value])))
    return query.group_by(Case.agency_code) if by else query


def per_stretch(session: Session, scope: Scope, begins: Sequence[datetime]) -> list[tuple[int, int]]:
    """(cases received, cases with a result) in each stretch from one of `begins` to the next."""
    whole = Scope(scope.agency, begins[0], scope.until)
    stretch = stretch_of(Case.received_at, begins)
    came = select(stretch, func.count()).where(*whole.received)
    in_ = {row[0]: row[1] for row in session.execute(grouped(came, Case.received_at, begins))}
    stretch = stretch_of(StatusUpdate.at, begins)
    done = (
        select(stretch, func.count(func.distinct(StatusUpdate.case_id)))
        .join(Case, Case.id == StatusUpdate.case_id)
        .where(*whole.few, StatusUpdate.status == Status.RESOLVED.value, StatusUpdate.at < scope.until)
    )
    out = {row[0]: row[1] for row in session.execute(grouped(done, StatusUpdate.at, begins))}
    return [(in_.get(number, 0), out.get(number, 0)) for number in range(len(begins))]


def concluded(session: Session, scope: Scope) -> tuple[int, dict[str, int]]:
    """(cases whose conclusion fell into the period, the same by how they ended)."""
    whole = session.ask(_concluded(scope, False), scope.values).scalar() or 0
    rows = session.ask(_concluded(scope, True), scope.values)
    return whole, {str(name): count for name, count in rows}


@kept
def _concluded(scope: Scope, apart: bool) -> Select[*tuple[Any, ...]]:
    ways = (*_CONCLUDING, Status.CLOSED.value)
    told = Case.id.in_(moved(scope, _CONCLUDING))
    where = (
        *scope.few,
        Case.id.in_(moved(scope, ways)),
        Case.conclusion_type.is_not(None),
        or_(told, Case.conclusion_type == Conclusion.NO_ANSWER.value),
    )
    if apart:
        return select(Case.conclusion_type, func.count()).where(*where).group_by(Case.conclusion_type)
    return select(func.count()).select_from(Case).where(*where)


def closed(session: Session, scope: Scope) -> tuple[int, dict[str, int]]:
    """(cases closed in the period that still are, the same by how: see storage/closings.py)."""
    whole = session.ask(_closed(scope), scope.values).scalar() or 0
    if scope.agency is not None:
        return whole, closings.closings(session, scope.agency, scope.since, scope.until)
    by: dict[str, int] = {}
    for counts in closings.by_agency(session, scope.since, scope.until).values():
        for how, count in counts.items():
            by[how] = by.get(how, 0) + count
    return whole, by


@kept
def _closed(scope: Scope) -> Select[*tuple[Any, ...]]:
    where = (*scope.few, without_index(Case.status) == Status.CLOSED.value, *scope.within(Case.closed_at))
    return select(func.count()).select_from(Case).where(*where)


# --- time ------------------------------------------------------------------------------------------------------------

Moments = list[tuple[datetime, datetime | None]]


def first_answers(session: Session, scope: Scope) -> Moments:
    """(received, first answered) of the cases a person answered first in the period."""
    return [(came, answered) for came, answered in session.ask(_first_answers(scope), scope.values)]


@kept
def _first_answers(scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(Case.received_at, Case.first_answer_at).where(*scope.own, *scope.within(Case.first_answer_at))


def answers_owed(session: Session, scope: Scope) -> Moments:
    """(received, first answered or None) of the cases received in the period; not of those withdrawn or merged
    before anybody answered."""
    return [(came, answered) for came, answered in session.ask(_answers_owed(scope), scope.values)]


@kept
def _answers_owed(scope: Scope) -> Select[*tuple[Any, ...]]:
    owed = or_(Case.first_answer_at.is_not(None), Case.status.not_in(_LEFT))
    return select(Case.received_at, Case.first_answer_at).where(*scope.received, owed)


def results(session: Session, scope: Scope) -> list[tuple[datetime, date]]:
    """(when resolved, the first promise) of the cases whose result was given in the period and still stands."""
    return [(resolved, due) for resolved, due in session.ask(_results(scope), scope.values) if resolved is not None]


@kept
def _results(scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(Case.resolved_at, Case.due_on).where(
        *scope.few, *scope.within(Case.resolved_at), Case.id.in_(moved(scope, [Status.RESOLVED.value]))
    )


def took(session: Session, scope: Scope) -> list[timedelta]:
    """How long the cases took whose result was given in the period and still stands, from receipt to result."""
    return [resolved - came for came, resolved in session.ask(_took(scope), scope.values) if resolved is not None]


@kept
def _took(scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(Case.received_at, Case.resolved_at).where(
        *scope.own, *scope.within(Case.resolved_at), Case.id.in_(moved(scope, [Status.RESOLVED.value]))
    )


# --- people and answers ----------------------------------------------------------------------------------------------


def messages_in(session: Session, scope: Scope) -> int:
    """Messages of people that belong to cases, written in the period."""
    return session.ask(_messages_in(scope), scope.values).scalar() or 0


@kept
def _messages_in(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(func.count())
        .select_from(Message)
        .join(Case, Case.id == Message.case_id)
        .where(*scope.few, *scope.within(Message.at), Message.direction == "in")
    )


def joined(session: Session, scope: Scope) -> int:
    """People who joined somebody else's case in the period and did not leave."""
    return session.ask(_joined(scope), scope.values).scalar() or 0


@kept
def _joined(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(func.count())
        .select_from(CaseJoin)
        .join(Case, Case.id == CaseJoin.case_id)
        .where(*scope.few, *scope.within(CaseJoin.joined_at), CaseJoin.left_at.is_(None))
    )


def unreachable(session: Session, scope: Scope) -> int:
    """Open cases whose complainant blocked us or is gone, now."""
    return session.ask(_unreachable(scope), scope.values).scalar() or 0


@kept
def _unreachable(scope: Scope) -> Select[*tuple[Any, ...]]:
    gone = select(Account.id).where(Account.unreachable_at.is_not(None))
    where = (*scope.few, Case.account_id.in_(gone), without_index(Case.status).not_in([one.value for one in ENDED]))
    return select(func.count()).select_from(Case).where(*where)


def _is_rated(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    own = () if scope.agency is None else (SurveyAnswer.agency_code == scope.agency,)
    return (*own, *scope.within(SurveyAnswer.answered_at), SurveyAnswer.answer.is_not(None))


def rated(session: Session, scope: Scope) -> int:
    """Rated answers given in the period."""
    return session.ask(_rated(scope), scope.values).scalar() or 0


@kept
def _rated(scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(func.count()).select_from(SurveyAnswer).where(*_is_rated(scope))


def rated_by_item(session: Session, scope: Scope) -> dict[str, dict[str, int]]:
    """The same: item → point of the scale → how many."""
    found: dict[str, dict[str, int]] = {}
    for item, answer, count in session.ask(_rated_by_item(scope), scope.values):
        found.setdefault(item, {})[str(answer)] = count
    return found


@kept
def _rated_by_item(scope: Scope) -> Select[*tuple[Any, ...]]:
    columns = (SurveyAnswer.item, SurveyAnswer.answer)
    return select(*columns, func.count()).where(*_is_rated(scope)).group_by(*columns).order_by(*columns)


def dissatisfied_because(session: Session, scope: Scope) -> dict[str, int]:
    """Why people were dissatisfied in the period, where they said so: reason → surveys."""
    return {str(why): count for why, count in session.ask(_dissatisfied_because(scope), scope.values)}


@kept
def _dissatisfied_because(scope: Scope) -> Select[*tuple[Any, ...]]:
    unhappy = select(SurveyAnswer.survey_id).where(*_is_rated(scope), SurveyAnswer.answer == "dissatisfied")
    where = (Survey.id.in_(unhappy), Survey.why.is_not(None))
    return select(Survey.why, func.count()).where(*where).group_by(Survey.why)


# --- the machine, and LINE's quota -----------------------------------------------------------------------------------


def engine_version(session: Session, scope: Scope) -> str:
    """Which machine looked at the newest case of the period; "" where none did."""
    return session.ask(_engine_version(scope), scope.values).scalar() or ""


@kept
def _engine_version(scope: Scope) -> Select[*tuple[Any, ...]]:
    engine = Case.verdict["engine"].as_string()
    query = select(engine).where(*scope.received, engine.is_not(None))
    return query.order_by(Case.received_at.desc(), Case.id.desc()).limit(1)


def held_for_quota(session: Session) -> int:
    """Messages that wait because the month's pushes are used up."""
    return session.ask(_HELD_FOR_QUOTA).scalar() or 0


_HELD_FOR_QUOTA = (
    select(func.count())
    .select_from(OutboxMessage)
    .where(among(OutboxMessage.state, OutboxState.HELD), OutboxMessage.error.startswith(QUOTA))
)
