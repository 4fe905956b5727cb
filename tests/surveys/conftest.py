"""A seeded world with the survey page in front of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.pages import survey
from handlers.reports import survey_links
from handlers.services import Svc
from storage import surveys
from storage.tables import Survey, SurveyAnswer, SurveyPerson
from storage.words import SurveyState
from tests.surveys.browser import Browser
from tests.world import World


@dataclass
class Town:
    """The world, a browser, and what the rows say."""

    world: World
    browser: Browser

    def svc(self, session: object) -> Svc:
        return Svc(session, self.world.now, self.world.tools)  # type: ignore[arg-type]

    def asked(self, form: str = "S1", reference: str | None = None, channel: str = "line") -> tuple[int, str]:
        """Somebody is asked by link: the survey's row, and the path of their form."""
        from storage import cases

        with self.world.db.transaction() as session:
            svc = self.svc(session)
            case = cases.by_reference(session, reference) if reference else None
            row = surveys.add(
                session,
                source="closing",
                form=form,
                codes=[item.code for item in surveys.forms(session)[form].items],
                agency_code="DEMO",
                channel=channel,
                now=svc.now,
                case=case,
                state=SurveyState.ASKED,
            )
            return row.id, survey_links.form_address(svc, row.id, svc.now + timedelta(days=14))

    def poll(self, form: str = "S1", channel: str = "mobile_unit") -> str:
        with self.world.db.reading() as session:
            return survey_links.poll_address(self.svc(session), "DEMO", form, channel)

    def paper(self, person_id: int, form: str = "S2") -> str:
        with self.world.db.reading() as session:
            return survey_links.paper_address(self.svc(session), person_id, "DEMO", form)

    def surveys(self) -> list[Survey]:
        with self.world.db.reading() as session:
            return list(session.scalars(select(Survey).order_by(Survey.id)))

    def answers(self, survey_id: int) -> dict[str, SurveyAnswer]:
        with self.world.db.reading() as session:
            return surveys.answers(session, survey_id)

    def people(self) -> list[SurveyPerson]:
        with self.world.db.reading() as session:
            return list(session.scalars(select(SurveyPerson)))

    def words(self, survey_id: int) -> dict[str, str]:
        with self.world.db.reading() as session:
            found = surveys.get(session, survey_id)
            assert found is not None
            return dict(surveys.words_of(session, found))


@pytest.fixture
def town(world: World) -> Town:
    world.tools = replace(world.tools, page_link=lambda path: path)
    now: Callable[[], object] = lambda: world.now  # noqa: E731
    return Town(world, Browser(Starlette(routes=survey.routes(world.db, world.tools, now))))  # type: ignore[arg-type]
