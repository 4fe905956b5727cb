"""A made-up season, small: it is plausible, whole, the same again, and nothing of it is ever sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.simulation import year
from handlers.rules import reference as references
from handlers.rules.case_status import MOVES
from handlers.services import Svc, Tools
from nlp import classify, mask
from storage import history
from storage.db import Database
from storage.tables import (
    Attachment,
    Case,
    Conversation,
    InboxEvent,
    Message,
    OutboxMessage,
    StatusUpdate,
    SurveyAnswer,
)
from storage.words import Status
from tests.world import BANGKOK

WANTED = year.Wanted(citizens=70, days=50, seed=11, end=date(2026, 12, 31))


@dataclass
class Lived:
    """A database after its season, and what the season said of itself."""

    db: Database
    counts: dict[str, Any]

    def rows(self, table: type) -> list[Any]:
        with self.db.reading() as session:
            return list(session.scalars(select(table).order_by(table.id)))  # type: ignore[attr-defined]


def season(db: Database, folder: Any) -> Lived:
    tools = Tools(classify.classify, mask.mask, BANGKOK, lambda reference, secret: f"https://pratu.example/{reference}")
    return Lived(db, year.run(db, tools, WANTED, folder, beside=False))


@pytest.fixture(scope="module")
def on_sqlite(sqlite_db: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with sqlite_db.rolled_back():
        yield season(sqlite_db, tmp_path_factory.mktemp("year"))


@pytest.fixture(scope="module")
def on_postgres(postgres_db: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with postgres_db.rolled_back():
        yield season(postgres_db, tmp_path_factory.mktemp("year"))


@pytest.fixture(params=["sqlite", "postgres"])
def lived(request: pytest.FixtureRequest) -> Lived:
    found: Lived = request.getfixturevalue(f"on_{request.param}")
    return found


def test_the_same_seed_makes_the_same_season_on_both_engines(on_sqlite: Lived, on_postgres: Lived) -> None:
    def story(lived: Lived) -> list[tuple[object, ...]]:
        happened: dict[int, list[str]] = {}
        for update in lived.rows(StatusUpdate):
            happened.setdefault(update.case_id, []).append(f"{update.at:%m%d%H%M%S} {update.what}")
        return [
            (case.reference, case.category, case.received_at, case.masked, tuple(happened[case.id]))
            for case in lived.rows(Case)
        ]

    assert story(on_sqlite) == story(on_postgres)
    assert {**on_sqlite.counts, "seconds": 0} == {**on_postgres.counts, "seconds": 0}


def test_it_is_whole(lived: Lived) -> None:
    with lived.db.transaction() as session:
        found = history.verify(session)
    assert found.broken_at is None
    assert found.links > 200
    cases = lived.rows(Case)
    assert len(cases) == lived.counts["cases"] > 40
    assert all(references.is_reference(case.reference) for case in cases)
    troubles = {name for name in lived.counts if name.endswith("_failed") or name == "stuck"}
    assert not troubles, "no job failed, no digest disagreed, no case was left without a way out"


def test_every_case_goes_the_ways_of_the_table(lived: Lived) -> None:
    stands: dict[int, Status] = {}
    for update in lived.rows(StatusUpdate):
        if update.status is None:
            continue
        before, to = stands.get(update.case_id, Status.DRAFT), Status(update.status)
        assert to in {move.to for move in MOVES[before]}, (update.case_id, before, to)
        stands[update.case_id] = to
    assert stands == {case.id: case.status for case in lived.rows(Case)}


def test_nothing_gets_stuck(lived: Lived) -> None:
    assert "stuck" not in lived.counts
    wrong = {name: count for name, count in lived.counts.items() if name.endswith("_failed")}
    assert not wrong


def test_nothing_is_left_to_be_sent_or_fetched(lived: Lived) -> None:
    states = Counter(row.state for row in lived.rows(OutboxMessage))
    assert set(states) <= {"sent", "folded"}, states
    assert all(row.sent_at is not None for row in lived.rows(OutboxMessage) if row.state == "sent")
    assert {row.state for row in lived.rows(InboxEvent)} == {"done"}
    assert {row.state for row in lived.rows(Attachment)} == {"stored"}
    with lived.db.reading() as session:
        addresses = [session.keys.open_text(row.chat_id) or "" for row in session.scalars(select(Conversation))]
    assert all(address.startswith("simulated-") for address in addresses), "no platform knows them"


def test_no_draft_is_forgotten(lived: Lived) -> None:
    lasts = [row for row in lived.rows(Conversation) if row.draft_at is not None]
    assert all((WANTED.end - row.draft_at.astimezone(BANGKOK).date()).days <= 2 for row in lasts)


def test_dates_lie_on_working_days(lived: Lived) -> None:
    tools = Tools(classify.classify, mask.mask, BANGKOK, lambda _reference, _secret: "")
    with lived.db.reading() as session:
        cases = list(session.scalars(select(Case)))
        hours = Svc(session, cases[-1].received_at, tools).hours
    for case in cases:
        days = {case.due_on, case.extended_to, case.counted_from} - {None}
        assert all(hours.is_working_day(day) for day in days), case.reference


def test_people_write_by_every_way_and_at_every_hour(lived: Lived) -> None:
    cases = lived.rows(Case)
    assert {"line", "telegram", "web"} < {case.channel for case in cases}
    assert any(case.account_id is None for case in cases), "written down by an officer"
    assert len({case.kind for case in cases}) >= 5
    assert len({case.category for case in cases}) >= 10
    assert len({(case.agency_code, case.unit_code) for case in cases}) >= 4
    written = [row.at.astimezone(BANGKOK) for row in lived.rows(Message) if row.direction == "in"]
    assert any(moment.hour < 6 or moment.hour >= 22 for moment in written), "at night"
    assert any(moment.weekday() >= 5 for moment in written), "on weekends"
    assert min(written).date() >= WANTED.since
    assert max(written).date() <= WANTED.end


def test_people_say_what_they_think(lived: Lived) -> None:
    given = [answer.answer for answer in lived.rows(SurveyAnswer)]
    assert {"very_satisfied", "satisfied"} <= set(given)
    assert lived.counts["satisfied"]["answers"] == sum(answer is not None for answer in given) >= 9
    assert lived.counts["surveys"]["done"] >= 3


def test_cases_end_in_several_ways(lived: Lived) -> None:
    cases = lived.rows(Case)
    assert {"confirmed", "silence"} <= {case.closed_how for case in cases}
    assert len({case.conclusion_type for case in cases} - {None}) >= 3
    happened = {update.what for update in lived.rows(StatusUpdate)}
    assert {"accepted", "result", "asked", "deferred", "resolved"} <= happened
    assert any(case.status not in ("closed", "resolved") for case in cases), "and some are still open"
