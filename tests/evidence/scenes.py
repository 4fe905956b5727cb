"""A year to be counted: answers and cases as rows, where no conversation is needed to make them."""

from __future__ import annotations

from datetime import datetime

from storage.tables import Survey, SurveyAnswer
from storage.words import SurveyState
from tests.world import World


def answered(
    world: World,
    item: str,
    *,
    very_satisfied: int = 0,
    satisfied: int = 0,
    dissatisfied: int = 0,
    skipped: int = 0,
    at: datetime | None = None,
    channel: str = "line",
    group: str | None = None,
    agency: str = "DEMO",
) -> None:
    """So many people were asked one item each."""
    points = {"very_satisfied": very_satisfied, "satisfied": satisfied, "dissatisfied": dissatisfied, None: skipped}
    when = at or world.now
    with world.db.transaction() as session:
        for point, count in points.items():
            for _number in range(count):
                survey = Survey(
                    source="paper",
                    form=item.partition(".")[0].replace("P", "pulse"),
                    items=[item],
                    agency_code=agency,
                    channel=channel,
                    customer_group=group,
                    state=SurveyState.DONE,
                    not_before=when,
                    created_at=when,
                    ended_at=when,
                )
                session.add(survey)
                session.flush()
                session.add(
                    SurveyAnswer(
                        survey_id=survey.id,
                        item=item,
                        answer=point,
                        answered_at=when,
                        agency_code=agency,
                        channel=channel,
                        customer_group=group,
                    )
                )
