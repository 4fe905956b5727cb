"""Counts that the yearly evidence prints: cases and rated answers, by a column, in spans of time. All of it is SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from storage.db import Session
from storage.surveys import SCALE
from storage.tables import Case, CaseNotice, StatusUpdate, Survey, SurveyAnswer
from storage.words import Status

UNSPECIFIED = "unspecified"  # nobody said which


@dataclass(frozen=True)
class Span:
    """From a moment up to, not including, another."""

    since: datetime
    until: datetime


By = Literal["channel", "category", "customer_group", "kind", "agency_code", "route", "conclusion_type"]
_CASE_COLUMNS = {
    "channel": Case.channel,
    "category": Case.category,
    "customer_group": Case.customer_group,
    "kind": Case.kind,
    "agency_code": Case.agency_code,
    "route": Case.route,
    "conclusion_type": Case.conclusion_type,
}
_ANSWER_COLUMNS = {
    "channel": SurveyAnswer.channel,
    "customer_group": SurveyAnswer.customer_group,
    "item": SurveyAnswer.item,
    "agency_code": SurveyAnswer.agency_code,
}


def cases_by(
    session: Session, agency_code: str | None, spans: Sequence[Span], *by: By
) -> dict[tuple[str, ...], list[int]]:
    """Cases received in each span, counted by the values of these columns; drafts are no cases.

    (value, …) → a count for each span, in order. A missing value is UNSPECIFIED. `agency_code` None: every agency.
    """
    columns = [_CASE_COLUMNS[name] for name in by]
    sums = [func.sum(case((_within(span), 1), else_=0)) for span in spans]
    query = (
        select(*columns, *sums)
        .where(
            Case.status != Status.DRAFT,
            Case.received_at >= min(span.since for span in spans),
            Case.received_at < max(span.until for span in spans),
        )
        .group_by(*columns)
    )
    if agency_code is not None:
        query = query.where(Case.agency_code == agency_code)
    found: dict[tuple[str, ...], list[int]] = {}
    for row in session.execute(query):
        counts = [int(count or 0) for count in row[len(columns) :]]
        if any(counts):
            found[tuple(value or UNSPECIFIED for value in row[: len(columns)])] = counts
    return found


def _within(span: Span) -> ColumnElement[bool]:
    return and_(Case.received_at >= span.since, Case.received_at < span.until)


AnswersBy = Literal["channel", "customer_group", "item", "agency_code"]


def answers_by(
    session: Session, agency_code: str | None, span: Span, *by: AnswersBy
) -> dict[tuple[str, ...], dict[str, int]]:
    """Rated answers given in a span: (value, …) → point of SCALE → how many. Skipped questions are no answers."""
    columns = [_ANSWER_COLUMNS[name] for name in by]
    query = (
        select(*columns, SurveyAnswer.answer, func.count())
        .where(
            SurveyAnswer.answered_at >= span.since,
            SurveyAnswer.answered_at < span.until,
            SurveyAnswer.answer.is_not(None),
        )
        .group_by(*columns, SurveyAnswer.answer)
    )
    if agency_code is not None:
        query = query.where(SurveyAnswer.agency_code == agency_code)
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for *values, answer, count in session.execute(query):
        key = tuple(value or UNSPECIFIED for value in values)
        found.setdefault(key, dict.fromkeys(SCALE, 0))[answer] = count
    return found


@dataclass(frozen=True)
class Concluded:
    """Of the cases received in a span: how many there are, with a conclusion, and concluded by the promised day."""

    received: int
    concluded: int
    in_time: int


def concluded(session: Session, agency_code: str | None, span: Span, zone: tzinfo) -> Concluded:
    """The guide's first KPI, and the same within the promised time; days are those of the zone."""
    where = [Case.status != Status.DRAFT, _within(span)]
    if agency_code is not None:
        where.append(Case.agency_code == agency_code)
    received, with_conclusion = session.execute(
        select(func.count(), func.count(Case.conclusion_type)).where(*where)
    ).one()
    ended = select(Case.resolved_at, Case.due_on).where(
        *where, Case.conclusion_type.is_not(None), Case.resolved_at.is_not(None)
    )
    in_time = sum(at.astimezone(zone).date() <= due for at, due in session.execute(ended) if at is not None)
    return Concluded(received, with_conclusion, in_time)


def passed(session: Session, agency_code: str | None, span: Span) -> dict[str, int]:
    """Of the cases received in a span: how many ever came to each status."""
    query = (
        select(StatusUpdate.status, func.count(StatusUpdate.case_id.distinct()))
        .join(Case, Case.id == StatusUpdate.case_id)
        .where(Case.status != Status.DRAFT, _within(span), StatusUpdate.status.is_not(None))
        .group_by(StatusUpdate.status)
    )
    if agency_code is not None:
        query = query.where(Case.agency_code == agency_code)
    return {status: count for status, count in session.execute(query) if status is not None}


def notices(session: Session, agency_code: str | None, span: Span) -> dict[str, int]:
    """Of the cases received in a span: of how many each recipient was told the end (CaseNotice)."""
    query = (
        select(CaseNotice.recipient, func.count(CaseNotice.case_id.distinct()))
        .join(Case, Case.id == CaseNotice.case_id)
        .where(Case.status != Status.DRAFT, _within(span), CaseNotice.done_at.is_not(None))
        .group_by(CaseNotice.recipient)
    )
    if agency_code is not None:
        query = query.where(Case.agency_code == agency_code)
    return {recipient: count for recipient, count in session.execute(query)}


# --- what stands behind a count --------------------------------------------------------------------------------------


def references(session: Session, agency_code: str | None, span: Span, where: Mapping[By, str]) -> list[str]:
    """The cases that `cases_by` counted in a span with these values (UNSPECIFIED: none), in order of receipt."""
    query = select(Case.reference).where(Case.status != Status.DRAFT, _within(span)).order_by(Case.received_at, Case.id)
    for name, value in where.items():
        column = _CASE_COLUMNS[name]
        query = query.where(column.is_(None) if value == UNSPECIFIED else column == value)
    if agency_code is not None:
        query = query.where(Case.agency_code == agency_code)
    return list(session.scalars(query))


@dataclass(frozen=True)
class Answered:
    """One rated answer behind a percentage: nothing in it says whose."""

    at: datetime
    item: str
    answer: str


def answers(
    session: Session, agency_code: str | None, span: Span, where: Mapping[AnswersBy, Collection[str]]
) -> list[Answered]:
    """The rated answers that `answers_by` counted in a span with one of these values each, by date."""
    query = select(SurveyAnswer.answered_at, SurveyAnswer.item, SurveyAnswer.answer).where(
        SurveyAnswer.answered_at >= span.since,
        SurveyAnswer.answered_at < span.until,
        SurveyAnswer.answer.is_not(None),
    )
    for name, values in where.items():
        column = _ANSWER_COLUMNS[name]
        listed = column.in_([value for value in values if value != UNSPECIFIED])
        query = query.where(or_(listed, column.is_(None)) if UNSPECIFIED in values else listed)
    if agency_code is not None:
        query = query.where(SurveyAnswer.agency_code == agency_code)
    rows = session.execute(query.order_by(SurveyAnswer.answered_at, SurveyAnswer.id))
    return [Answered(at, item, answer) for at, item, answer in rows if at is not None and answer is not None]


@dataclass(frozen=True)
class Respondent:
    """One form that somebody answered; nothing in it says who."""

    at: datetime
    group: str
    channel: str
    form: str


def respondents(session: Session, agency_code: str | None, span: Span) -> list[Respondent]:
    """Who gave at least one rated answer in a span: once for each form, when its first answer came."""
    first = func.min(SurveyAnswer.answered_at)
    query = (
        select(first, Survey.customer_group, Survey.channel, Survey.form)
        .join(Survey, Survey.id == SurveyAnswer.survey_id)
        .where(
            SurveyAnswer.answered_at >= span.since,
            SurveyAnswer.answered_at < span.until,
            SurveyAnswer.answer.is_not(None),
        )
        .group_by(Survey.id, Survey.customer_group, Survey.channel, Survey.form)
        .order_by(first, Survey.id)
    )
    if agency_code is not None:
        query = query.where(SurveyAnswer.agency_code == agency_code)
    rows = session.execute(query)
    return [Respondent(at, group or UNSPECIFIED, channel, form) for at, group, channel, form in rows if at is not None]
