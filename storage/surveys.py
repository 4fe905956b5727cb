"""Surveys: what may be asked (forms and items), who is asked, and what was answered."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError

from storage import agencies, ids
from storage.db import Session
from storage.tables import Case, Survey, SurveyAnswer, SurveyPerson
from storage.tables.base import plain
from storage.words import SurveyState

# The three points of the provincial guide's scale, best first; never converted into another scale.
SCALE = ("very_satisfied", "satisfied", "dissatisfied")
PULSE = "pulse"


@dataclass(frozen=True)
class Item:
    """One rated item: its code ("S1.2.3"), form, aspect and words."""

    code: str
    form: str
    aspect: str
    name: str


@dataclass(frozen=True)
class Question:
    """A question beside the rated items. `about`: person (demographics), words (open), channel."""

    code: str
    name: str
    about: str
    options: tuple[tuple[str, str], ...]  # (code, label)


@dataclass(frozen=True)
class Form:
    """A form: its rated items in the order of the paper, and the questions beside them."""

    code: str
    name: str
    items: tuple[Item, ...]
    questions: tuple[Question, ...]


def aspects(session: Session) -> dict[str, str]:
    """Aspect code → name, in the order they are printed."""
    return {row.code: row.name for row in agencies.register(session, "aspect")}


def items(session: Session) -> dict[str, Item]:
    """Every rated item by its code, in the order of the forms."""
    return {
        row.code: Item(row.code, row.details["form"], row.details["aspect"], row.name)
        for row in agencies.register(session, "item")
    }


def forms(session: Session) -> dict[str, Form]:
    """Every form by its code."""
    questions = {
        row.code: Question(
            row.code,
            row.name,
            row.details["about"],
            tuple((code, label) for code, label in row.details["options"]),
        )
        for row in agencies.register(session, "question")
    }
    rated = items(session).values()
    return {
        row.code: Form(
            row.code,
            row.name,
            tuple(item for item in rated if item.form == row.code),
            tuple(questions[code] for code in row.details["questions"]),
        )
        for row in agencies.register(session, "form")
    }


# --- one survey ------------------------------------------------------------------------------------------------------


def get(session: Session, survey_id: int, *, lock: bool = False) -> Survey | None:
    """The survey of this row id; with `lock`, its row is held until the transaction ends."""
    return session.find(_LOCKED if lock else _BY_ID, {"row": survey_id}).first()


_BY_ID = select(Survey).where(Survey.id == bindparam("row"))
# Read anew: what was read before may have waited for somebody else's answer.
_LOCKED = _BY_ID.with_for_update().execution_options(populate_existing=True)


def of_closing(session: Session, once: str) -> Survey | None:
    """The survey this closing brought, or this page sent."""
    return session.find(_OF_CLOSING, {"fact": once}).first()


_OF_CLOSING = select(Survey).where(Survey.once == bindparam("fact"))


def add(
    session: Session,
    *,
    source: str,
    form: str,
    codes: Sequence[str],
    agency_code: str,
    channel: str,
    now: datetime,
    customer_group: str | None = None,
    case: Case | None = None,
    account_id: int | None = None,
    conversation_id: int | None = None,
    once: str | None = None,
    state: SurveyState = SurveyState.WANTED,
    not_before: datetime | None = None,
    person_id: int | None = None,
    batch: str | None = None,
) -> Survey:
    """Write down that somebody is asked. `codes`: the rated items, in the order they are asked."""
    return session.write(
        Survey,
        once=once,
        source=source,
        form=form,
        items=list(codes),
        agency_code=agency_code,
        channel=channel,
        customer_group=customer_group,
        case_id=None if case is None else case.id,
        account_id=account_id,
        conversation_id=conversation_id,
        state=state,
        not_before=not_before or now,
        created_at=now,
        person_id=person_id,
        batch=batch,
    )


def add_once(session: Session, once: str, **said: Any) -> Survey | None:
    """As `add`, for what a page may send twice: None where it was written down before, be it a moment ago elsewhere."""
    if of_closing(session, once) is not None:
        return None
    try:
        with session.begin_nested():
            return add(session, once=once, **said)
    except IntegrityError:
        return None


def answers(session: Session, survey_id: int) -> dict[str, SurveyAnswer]:
    """What was asked and answered so far, by item."""
    return {row.item: row for row in session.find(_ANSWERS, {"survey": survey_id})}


_ANSWERS = select(SurveyAnswer).where(SurveyAnswer.survey_id == bindparam("survey")).order_by(SurveyAnswer.id)


def put_question(session: Session, survey: Survey, item: str) -> SurveyAnswer:
    """An item was put to the person; asking it again changes nothing."""
    row = answers(session, survey.id).get(item)
    if row is None:
        row = session.write(
            SurveyAnswer,
            survey_id=survey.id,
            item=item,
            agency_code=survey.agency_code,
            channel=survey.channel,
            customer_group=survey.customer_group,
        )
    return row


def put_answer(session: Session, survey: Survey, item: str, answer: str | None, at: datetime) -> SurveyAnswer:
    """An item was answered with a point of SCALE, or skipped (None); a later answer replaces an earlier one.

    Raises ValueError for an answer that is no point of the scale.
    """
    if answer is not None and answer not in SCALE:
        raise ValueError(f"no point of the scale: {answer!r}")
    row = put_question(session, survey, item)
    row.answer, row.answered_at = answer, at
    return row


def put_answers(session: Session, survey: Survey, said: Mapping[str, str | None], at: datetime) -> None:
    """A whole form at once: item → point of SCALE, or None where it was left out; replaces what stands already.

    Raises ValueError for an answer that is no point of the scale.
    """
    wrong = [answer for answer in said.values() if answer is not None and answer not in SCALE]
    if wrong:
        raise ValueError(f"no point of the scale: {wrong[0]!r}")
    known = answers(session, survey.id)
    for item, answer in said.items():
        row = known.get(item) or SurveyAnswer(
            survey_id=survey.id,
            item=item,
            agency_code=survey.agency_code,
            channel=survey.channel,
            customer_group=survey.customer_group,
        )
        row.answer, row.answered_at = answer, at
        session.add(row)
    session.flush()


def put_words(session: Session, survey: Survey, question: str, words: str, masked: str) -> None:
    """Words to an open question: sealed, with a masked copy; a later answer to the same question replaces it."""
    known = dict(words_of(session, survey))
    known[question] = words
    set_words(session, survey, known, masked)


def set_words(session: Session, survey: Survey, words: Mapping[str, str], masked: str) -> None:
    """All words of a survey, question code → words, and their masked copy; none where there are none."""
    sealed = session.keys.seal_text(json.dumps(list(words.items()), ensure_ascii=False)) if words else None
    survey.words, survey.masked = sealed, masked if words else None


def words_of(session: Session, survey: Survey) -> list[tuple[str, str]]:
    """(question code, words) each, as they were told."""
    text = session.keys.open_text(survey.words)
    return [(code, words) for code, words in json.loads(text)] if text else []


def put_person(session: Session, agency_code: str, form: str, day: date, said: Mapping[str, Any]) -> None:
    """What somebody said of themselves, apart from everything else they said (see SurveyPerson)."""
    if said:
        row = SurveyPerson(agency_code=agency_code, form=form, month=day.replace(day=1), said=dict(said))
        row.id = ids.row_by_lot()  # numbers in a row would lead to the answers given just before
        session.add(row)
        session.flush()


# --- which surveys ----------------------------------------------------------------------------------------------------


def due(session: Session, states: Sequence[SurveyState], now: datetime, after: int = 0, limit: int = 500) -> list[int]:
    """Row ids of surveys in these states whose time has come, beginning after one."""
    return list(session.ask(_DUE, {"states": states, "now": now, "after": after, "most": limit}).scalars())


_SURVEY = plain(Survey).c
_STATES = _SURVEY.state.in_(bindparam("states", expanding=True))
_DUE = (
    select(_SURVEY.id)
    .where(_STATES, _SURVEY.not_before <= bindparam("now"), _SURVEY.id > bindparam("after"))
    .order_by(_SURVEY.id)
    .limit(bindparam("most"))
)


def asked_since(session: Session, account_ids: Collection[int], since: datetime, source: str) -> int:
    """How many surveys of this source (closing, wish) these accounts were asked since then; unasked ones count not."""
    return session.ask(_ASKED_SINCE, {"accounts": account_ids, "since": since, "source": source}).scalar() or 0


_OF_ACCOUNTS = _SURVEY.account_id.in_(bindparam("accounts", expanding=True))
_ASKED_SINCE = select(func.count(_SURVEY.id)).where(
    _OF_ACCOUNTS, _SURVEY.asked_at >= bindparam("since"), _SURVEY.source == bindparam("source")
)


def of_accounts(session: Session, account_ids: Collection[int], states: Sequence[SurveyState]) -> list[Survey]:
    """A person's surveys in these states, the newest first."""
    return list(session.find(_IN_STATES, {"accounts": account_ids, "states": states}))


_IN_STATES = select(Survey).where(_OF_ACCOUNTS, _STATES).order_by(Survey.id.desc())


def with_words(session: Session, account_id: int) -> list[Survey]:
    """The surveys in which this account told something in words of its own, locked."""
    query = select(Survey).where(Survey.account_id == account_id, Survey.words.is_not(None)).order_by(Survey.id)
    return list(session.scalars(query.with_for_update()))


def answered(session: Session, agency_code: str, since: datetime) -> dict[str, int]:
    """How often each item was answered or skipped since then: which one is to be asked next."""
    rows = session.execute(
        select(SurveyAnswer.item, func.count())
        .where(SurveyAnswer.agency_code == agency_code, SurveyAnswer.answered_at >= since)
        .group_by(SurveyAnswer.item)
    )
    return {item: count for item, count in rows}


def typed_in(session: Session, person_id: int, agency_code: str, form: str, since: datetime) -> int:
    """How many paper forms this officer typed in since then."""
    query = select(func.count()).select_from(Survey)
    typed = (Survey.source == "paper", Survey.person_id == person_id, Survey.created_at >= since)
    return session.scalar(query.where(*typed, Survey.agency_code == agency_code, Survey.form == form)) or 0


def has_batch(session: Session, ending: str) -> bool:
    """Did a file whose batch ends so come in before?"""
    return bool(session.scalar(select(func.count()).where(Survey.batch.endswith(ending, autoescape=True))))


def counts(session: Session, agency_code: str, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """Rated answers of [since, until): item → point of SCALE → how many. Skipped ones are no answers."""
    rows = session.execute(
        select(SurveyAnswer.item, SurveyAnswer.answer, func.count())
        .where(
            SurveyAnswer.agency_code == agency_code,
            SurveyAnswer.answered_at >= since,
            SurveyAnswer.answered_at < until,
            SurveyAnswer.answer.is_not(None),
        )
        .group_by(SurveyAnswer.item, SurveyAnswer.answer)
    )
    found: dict[str, dict[str, int]] = {}
    for item, answer, count in rows:
        found.setdefault(item, dict.fromkeys(SCALE, 0))[answer or ""] = count
    return found
