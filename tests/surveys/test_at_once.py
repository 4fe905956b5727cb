"""Two impatient taps arrive at the same moment: on a real PostgreSQL, in two threads, one form is kept."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from starlette.applications import Starlette

from bot.pages import survey
from tests.conftest import prepared, seeded_postgres
from tests.surveys.browser import Browser
from tests.surveys.conftest import Town
from tests.world import World


@pytest.fixture
def town(worker_id: str) -> Town:  # type: ignore[misc]
    db = prepared(seeded_postgres(f"pratu_at_once_{worker_id}"))
    world = World(db)
    world.tools = replace(world.tools, page_link=lambda path: path)
    yield Town(world, Browser(Starlette(routes=survey.routes(db, world.tools, lambda: world.now))))
    db.close()


def at_once(town: Town, path: str, *forms: dict[str, str]) -> list[int]:
    """The statuses of these forms, sent together."""
    statuses: list[int] = []
    ready = threading.Barrier(len(forms))

    def send(fields: dict[str, str]) -> None:
        ready.wait()
        statuses.append(town.browser.sends(path, fields).status)

    threads = [threading.Thread(target=send, args=(fields,)) for fields in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_two_taps_on_one_page_are_one_form(town: Town) -> None:
    path = town.poll("S2")
    for turn in range(5):
        fields = {**town.browser.opens(path).form.values, "S2.1": "satisfied", "sex": "male"}
        assert at_once(town, path, fields, fields, fields) == [200, 200, 200]
        assert len(town.surveys()) == turn + 1
        assert len(town.people()) == turn + 1


def test_of_two_answers_to_one_survey_the_first_stays(town: Town) -> None:
    for _turn in range(5):
        row, path = town.asked("S1")
        forms = [{"S1.1.1": point, "sex": sex} for point, sex in (("satisfied", "male"), ("dissatisfied", "female"))]
        assert at_once(town, path, *forms) == [200, 200]
        kept = town.answers(row)["S1.1.1"].answer
        assert len(town.answers(row)) == 17
        said = town.people()[-1].said
        assert {"sex": "male" if kept == "satisfied" else "female"} in [person.said for person in town.people()], said
    assert len(town.people()) == 5
