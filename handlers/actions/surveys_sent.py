"""A form filled in outside the chat: on a page, on paper and typed in by an officer, or in an institute's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from handlers.rules.survey_sheet import Respondent
from handlers.services import Svc
from storage import surveys
from storage.tables import Survey
from storage.words import SurveyState

WISH, PAPER, IMPORT = "wish", "paper", "import"


@dataclass(frozen=True)
class Sent:
    """What somebody filled in: item → point of the scale (None: left out), question → words, question → option."""

    answers: Mapping[str, str | None] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    person: Mapping[str, str] = field(default_factory=dict)
    best_channel: str | None = None

    @property
    def empty(self) -> bool:
        """Was nothing filled in at all?"""
        return not (any(self.answers.values()) or self.words or self.person or self.best_channel)


@dataclass(frozen=True)
class Origin:
    """Where a form came from that nobody was asked for: source (wish paper import), agency, form, channel, group."""

    source: str
    agency: str
    form: str
    channel: str
    group: str | None = None
    person_id: int | None = None  # who typed it in
    batch: str | None = None


def answer(svc: Svc, survey_id: int, sent: Sent) -> bool:
    """Somebody who was asked sent the form behind their link. False, and nothing changes, where it was sent before."""
    survey = surveys.get(svc.session, survey_id, lock=True)
    if survey is None or survey.state == SurveyState.DONE:
        return False
    _write(svc, survey, sent, svc.now)
    return True


def file_form(svc: Svc, origin: Origin, sent: Sent, on: date, once: str) -> bool:
    """A form nobody asked for, filled in on that day; False where the same page was sent before."""
    at = _moment(svc, on)
    survey = surveys.add_once(
        svc.session,
        once,
        source=origin.source,
        form=origin.form,
        codes=list(sent.answers),
        agency_code=origin.agency,
        channel=origin.channel,
        customer_group=origin.group,
        person_id=origin.person_id,
        now=svc.now,
        state=SurveyState.DONE,
    )
    if survey is None:
        return False
    _write(svc, survey, sent, at)
    return True


def file_sheet(svc: Svc, origin: Origin, people: Sequence[Respondent]) -> None:
    """An institute's results, one row a respondent; `origin` names the batch."""
    for one in people:
        survey = surveys.add(
            svc.session,
            source=origin.source,
            form=origin.form,
            codes=list(one.answers),
            agency_code=origin.agency,
            channel=one.channel,
            customer_group=one.group,
            batch=origin.batch,
            now=svc.now,
            state=SurveyState.DONE,
        )
        _write(svc, survey, Sent(answers=one.answers), _moment(svc, one.on))


def _write(svc: Svc, survey: Survey, sent: Sent, at: datetime) -> None:
    session = svc.session
    surveys.put_answers(session, survey, sent.answers, at)
    known = dict(surveys.words_of(session, survey)) | dict(sent.words)
    masked = "\n".join(svc.tools.mask(words) for words in known.values())
    for question, words in sent.words.items():
        surveys.put_words(session, survey, question, words, masked)
    survey.best_channel = sent.best_channel or survey.best_channel
    survey.asked_at = survey.asked_at or at
    survey.state, survey.ended_at = SurveyState.DONE, svc.now
    # Who they are stands alone: no link to the answers above, to a case or to a chat.
    surveys.put_person(session, survey.agency_code, survey.form, at.astimezone(svc.tools.zone).date(), sent.person)


def _moment(svc: Svc, on: date) -> datetime:
    """When a form of that day counts as answered: at noon, today now."""
    return min(svc.now, datetime.combine(on, time(12), svc.tools.zone))
