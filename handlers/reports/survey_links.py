"""Addresses of forms: for somebody who was asked, for an officer who types in paper, for everybody of a campaign."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers import access
from handlers.reports import links
from handlers.services import Svc
from storage import agencies, people, surveys
from storage.surveys import Form, Item
from storage.tables import Survey
from storage.words import Role, SurveyState

SURVEY, PAPER, POLL = "survey", "paper", "poll"
PAPER_DAYS, POLL_DAYS = 1, 30
CHANNEL = "survey"  # of the channels' register: where nobody named another
MAY_TYPE = frozenset({Role.INTAKE, Role.COORDINATOR, Role.OFFICER, Role.UNIT_HEAD, Role.HEAD, Role.ADMIN})


@dataclass(frozen=True)
class Sheet:
    """One page: whose form it is, what is asked, and for whom it was made."""

    kind: str  # SURVEY PAPER POLL
    agency: str
    form: Form
    channel: str = CHANNEL
    survey: Survey | None = None  # SURVEY: the row it answers
    person_id: int | None = None  # PAPER: who types

    @property
    def sent(self) -> bool:
        """Was this form sent already?"""
        return self.survey is not None and self.survey.state == SurveyState.DONE


def form_address(svc: Svc, survey_id: int, until: datetime) -> str:
    """The address of the form somebody was asked to fill in; "" without a public address."""
    return svc.tools.page_link(f"/survey/{links.sign(svc, SURVEY, (survey_id,), until)}")


def paper_address(svc: Svc, person_id: int, agency: str, form: str) -> str:
    """Where an officer types in paper forms, for a day; "" without a public address."""
    token = links.sign(svc, PAPER, (person_id, agency, form), svc.now + timedelta(days=PAPER_DAYS))
    return svc.tools.page_link(f"/survey/{token}")


def poll_address(svc: Svc, agency: str, form: str, channel: str) -> str:
    """Where everybody may fill in a form, for a month; "" without a public address."""
    token = links.sign(svc, POLL, (agency, form, channel), svc.now + timedelta(days=POLL_DAYS))
    return svc.tools.page_link(f"/survey/{token}")


def sheet(svc: Svc, token: str) -> Sheet:
    """The page a token leads to. Raises access.NotFound: not ours, too old, let go, or its officer is one no more."""
    for purpose, opened in ((SURVEY, _of_survey), (PAPER, _of_paper), (POLL, _of_poll)):
        try:
            values = links.opened(svc, purpose, token)
        except access.NotFound:
            continue
        found = opened(svc, *values)
        if found.form.items:
            return found
    raise access.NotFound(SURVEY)


def _of_survey(svc: Svc, survey_id: str) -> Sheet:
    row = surveys.get(svc.session, int(survey_id))
    if row is None or row.state == SurveyState.EXPIRED:
        raise access.NotFound(SURVEY)
    form = _form(svc, row.form)
    known = surveys.items(svc.session)
    asked = tuple(known.get(code) or Item(code, row.form, "", code) for code in row.items)
    return Sheet(SURVEY, row.agency_code, replace(form, items=asked), row.channel, survey=row)


def _of_paper(svc: Svc, person_id: str, *agency_and_form: str) -> Sheet:
    agency, form = ".".join(agency_and_form[:-1]), agency_and_form[-1]  # an agency's code may hold dots
    posts = people.posts_of(svc.session, int(person_id), svc.today)
    if not any(post.agency_code == agency and post.role in MAY_TYPE for post in posts):
        raise access.NotFound(PAPER)
    return Sheet(PAPER, agency, _form(svc, form), person_id=int(person_id))


def _of_poll(svc: Svc, *values: str) -> Sheet:
    agency, form, channel = ".".join(values[:-2]), values[-2], values[-1]
    if agencies.agency(svc.session, agency) is None:
        raise access.NotFound(POLL)
    return Sheet(POLL, agency, _form(svc, form), channel)


def _form(svc: Svc, code: str) -> Form:
    found = surveys.forms(svc.session).get(code)
    if found is None:
        raise access.NotFound(code)
    return found
