"""The timetable: of several processes one works, another takes over; one bad case keeps nobody from being told."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import jobs
from bot.jobs import JOBS, NIGHTLY, TIMETABLE, JobContext, Timetable
from handlers.actions import by_clock, surveying
from handlers.services import Svc
from storage import cases
from storage.db import Database
from storage.presence import Leader
from storage.seal import Keyring
from storage.tables import OutboxMessage, Reminder
from storage.words import OutboxState, Role, Status
from tests.conftest import KEY, prepared, seeded_postgres
from tests.serving import Server
from tests.world import World, at

LIGHT = "ไฟถนนดับซอย 5"


def context(world: World) -> JobContext:
    return JobContext(world.db, world.tools, lambda: world.now)


def filed(world: World, *names: str) -> list[str]:
    """Cases of 29 March 2027, due on 8 April."""
    world.now = at("2027-03-29 10:00")
    texts = {name: f"ไฟถนนดับซอย {number}" for number, name in enumerate(names, 5)}
    return [world.citizen(name, "telegram").says(words).says("ส่งเรื่อง").reference for name, words in texts.items()]


def told(db: Database) -> list[tuple[int, str]]:
    with db.reading() as session:
        return [(row.case_id, row.what) for row in session.scalars(select(Reminder).order_by(Reminder.id))]


# --- two processes on one PostgreSQL ---------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two processes' databases: the same rows, their own connections."""
    url = seeded_postgres(f"pratu_jobs_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    first, second = prepared(url), Database(url, Keyring([KEY]))
    yield first, second
    first.close()
    second.close()


def test_exactly_one_leads_and_another_takes_over_postgres(postgres_db: Database) -> None:
    second_db = Database(postgres_db.url.render_as_string(hide_password=False), Keyring([KEY]))
    first, second = Leader(postgres_db, "jobs"), Leader(second_db, "jobs")
    assert [first.leads(), second.leads(), first.leads(), second.leads()] == [True, False, True, False]
    other = Leader(second_db, "something else")
    assert other.leads()
    first.leave()
    assert [second.leads(), first.leads()] == [True, False]
    for leader in (second, other):
        leader.leave()
    second_db.close()


def test_a_leader_that_dies_is_followed_postgres(postgres_db: Database) -> None:
    second_db = Database(postgres_db.url.render_as_string(hide_password=False), Keyring([KEY]))
    first, second = Leader(postgres_db, "jobs"), Leader(second_db, "jobs")
    assert first.leads()
    with second_db.engine.connect() as connection:  # as when the process is killed: its connections end
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
        connection.commit()
    for _ in range(200):  # PostgreSQL ends a connection, and lets its locks go, a moment after it is told to
        if second.leads():
            break
        time.sleep(0.05)
    assert second.leads()
    assert not first.leads()
    second.leave()
    second_db.close()


def test_only_the_leader_works_postgres(two: tuple[Database, Database]) -> None:
    world = World(two[0])
    filed(world, "U1")
    world.now = at("2027-04-16 09:00")
    other = World(two[1], now=world.now)
    first, second = Timetable(context(world)), Timetable(context(other))
    assert first.run("reminders")
    assert not second.run("reminders")
    first.stop_leading()
    assert second.run("reminders")
    assert sorted(told(two[0])) == [(1, "due2"), (1, "overdue")]
    second.stop_leading()


def test_both_at_once_tell_once_postgres(two: tuple[Database, Database]) -> None:
    """An operator runs the job by hand while the leader does: the case's lock lets one of them do each step."""
    world = World(two[0])
    filed(world, *[f"U{number}" for number in range(6)])
    world.now = at("2027-04-16 09:00")
    done: list[dict[str, int]] = []

    def work(db: Database) -> None:
        done.append(JOBS["reminders"](JobContext(db, world.tools, lambda: world.now), False))

    threads = [threading.Thread(target=work, args=(db,)) for db in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one["failed"] for one in done) == 0
    assert sum(one["overdue"] for one in done if "overdue" in one) == 6
    assert len(told(two[0])) == len(set(told(two[0]))) == 12


def test_both_at_once_ask_once_postgres(two: tuple[Database, Database]) -> None:
    """Surveys too: whoever comes second finds the question put, or the chat in work."""
    world = World(two[0])
    for reference in filed(world, *[f"U{number}" for number in range(6)]):
        with world.db.transaction() as session:
            case = cases.by_reference(session, reference, lock=True)
            assert case is not None
            case.status, case.closed_at, case.closed_how = Status.CLOSED, world.now, "confirmed"
            surveying.want(Svc(session, world.now, world.tools), case)
    world.delivers().passes(minutes=20)
    done: list[dict[str, int]] = []

    def work(db: Database) -> None:
        done.append(JOBS["surveys"](JobContext(db, world.tools, lambda: world.now), False))

    threads = [threading.Thread(target=work, args=(db,)) for db in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one["failed"] for one in done) == 0
    assert sum(one["asked"] for one in done) == 6
    with two[0].reading() as session:
        once = session.scalars(select(OutboxMessage.once).where(OutboxMessage.once.like("survey:%"))).all()
    assert sorted(str(one) for one in once) == [f"survey:{number}:ask" for number in range(1, 7)]


# --- one process -----------------------------------------------------------------------------------------------------


def test_sqlite_always_leads(sqlite_db: Database) -> None:
    first, second = Leader(sqlite_db, "jobs"), Leader(sqlite_db, "jobs")
    assert first.leads()
    assert second.leads()
    first.leave()


def test_the_timetable_wakes_what_the_contract_names(world: World) -> None:
    assert set(TIMETABLE) == {"reminders", "status-updates", "surveys", "weekly-digest", "erasures", "quota"}
    assert set(NIGHTLY) == {"retention", "reconcile"}
    assert {*TIMETABLE, *NIGHTLY} <= set(JOBS)
    timetable = Timetable(context(world))
    timetable.start()
    timetable.stop()


def test_reminders_also_file_silent_drafts(world: World) -> None:
    world.citizen("U1").says(LIGHT)
    world.passes(hours=25)
    assert JOBS["reminders"](context(world), True)["silent_drafts"] == 1
    assert world.cases() == []
    assert JOBS["reminders"](context(world), False)["filed"] == 1
    assert len(world.cases()) == 1
    assert JOBS["reminders"](context(world), False)["filed"] == 0


def test_one_bad_case_keeps_nobody_from_being_told(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filed(world, "U1", "U2", "U3")
    bad = world.cases()[1].id
    with world.db.transaction() as session:
        cases.get(session, bad).status = "nonsense-of-an-older-version"
    monkeypatch.setattr(by_clock, "candidates", _all_of(world))
    world.now = at("2027-04-16 09:00")
    assert JOBS["reminders"](context(world), False)["failed"] == 1
    assert {case_id for case_id, _what in told(world.db)} == {case.id for case in world.cases()} - {bad}
    logged = [record for record in caplog.records if record.name == "pratu.jobs"]
    assert [record.__dict__["case"] for record in logged] == [bad]


def _all_of(world: World) -> Any:
    ids = [case.id for case in world.cases()]
    return lambda _svc, after: [case_id for case_id in ids if case_id > after]


def test_a_failing_job_is_logged_and_wakes_again(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_context: JobContext, _dry_run: bool) -> dict[str, int]:
        raise RuntimeError("broken")

    timetable = Timetable(context(world))
    monkeypatch.setitem(jobs.JOBS, "reminders", broken)
    assert not timetable.run("reminders")
    assert "a job failed" in caplog.text
    assert timetable.run("status-updates")
    timetable.stop_leading()  # the lock is the database's: the next test wants it


def test_only_cases_that_may_be_due_are_looked_at(world: World) -> None:
    """Of a case with nothing due not even its row is opened, at whatever hour."""
    world.officer("T1", Role.OFFICER, unit="ENG")
    filed(world, "U1", "U2")
    late = world.cases()[0].id

    def looked_at(moment: str) -> list[int]:
        world.now = at(moment)
        with world.db.reading() as session:
            return by_clock.candidates(Svc(session, world.now, world.tools))

    assert looked_at("2027-03-29 10:05") == []
    assert looked_at("2027-03-31 10:00") == []
    with world.db.transaction() as session:
        cases.get(session, late).extended_to = date(2027, 12, 30)
    assert late not in looked_at("2027-04-12 22:00")
    everything = looked_at("2027-04-16 10:00")
    assert len(everything) == 2
    JOBS["reminders"](context(world), False)
    assert looked_at("2027-04-16 10:01") == []
    with world.db.reading() as session:
        assert by_clock.candidates(Svc(session, at("2027-04-21 10:00"), world.tools), after=max(everything)) == []


_STANDS: list[tuple[Status, dict[str, Any]]] = [
    (Status.ASSIGNED, {}),
    (Status.SCREENING, {}),
    (Status.IN_PROGRESS, {"extended_to": date(2027, 4, 30)}),
    (Status.IN_PROGRESS, {"route": "urgent"}),
    (Status.IN_PROGRESS, {"account_id": None, "conversation_id": None}),
    (Status.REPORTED, {}),
    (Status.RETURNED_INCOMPLETE, {"extended_to": date(2027, 6, 15)}),
    (Status.HEAD_REVIEW, {"extended_to": date(2027, 6, 30)}),
    (Status.REOPENED, {}),
    (Status.NEED_INFO, {"waiting_since": date(2027, 4, 10)}),
    (Status.NEED_INFO, {}),
    (Status.NEED_INFO, {"waiting_since": date(2027, 4, 10), "account_id": None}),
    (Status.RESOLVED, {"resolved_at": at("2027-04-09 15:00")}),
    (Status.CLOSED, {}),
]


def test_nothing_that_is_due_is_overlooked(world: World) -> None:
    """What SQL narrows down always holds what the rules find due, and nothing that was just told."""
    world.officer("T1", Role.OFFICER, unit="ENG")
    world.officer("T2", Role.HEAD)
    filed(world, *[f"U{number}" for number in range(len(_STANDS))])
    with world.db.transaction() as session:
        for row, (status, values) in zip(world.cases(), _STANDS, strict=True):
            case = cases.get(session, row.id)
            for name, value in values.items():
                setattr(case, name, value)
            cases.add_update(session, case, at=at("2027-04-09 09:00"), what="moved", by="system", status=status)
    told_at_all: set[str] = set()
    for day in range(9, 60, 2):
        for hour in (7, 10, 19):
            world.now = at("2027-04-01 00:00") + timedelta(days=day, hours=hour)
            with world.db.reading() as session:
                svc = Svc(session, world.now, world.tools)
                looked_at = by_clock.candidates(svc)
                due = {row.id: by_clock.planned(svc, row.id) for row in world.cases()}
            assert {case_id for case_id, steps in due.items() if steps} <= set(looked_at), world.now
            JOBS["reminders"](context(world), False)
            told_at_all |= {step for steps in due.values() for step in steps}
            with world.db.reading() as session:
                svc = Svc(session, world.now, world.tools)
                again = by_clock.candidates(svc)
                assert [row for row in again if by_clock.planned(svc, row)] == []
            assert len(again) <= 1, "only a reopened case, which counts from later than its date"
    assert told_at_all >= {"due1", "due2", "due3", "quiet1", "quiet2", "quiet3", "urgent", "ask1", "ask2"}
    assert told_at_all >= {"no_answer", "silence", "progress", "overdue"}


def test_by_hand_with_another_clock(tmp_path: Path) -> None:
    """`pratu job … --now … --dry-run`, as an operator runs it."""
    server = Server(tmp_path, f"sqlite:///{tmp_path}/jobs.db").prepare()
    for name in ("reminders", "status-updates"):
        for options in (["--dry-run"], []):
            found = json.loads(server.run("job", name, "--now", "2027-04-16T09:00:00+07:00", *options).stdout)
            assert set(found.values()) == {0}
    refused = server.run("job", "nothing", check=False)
    assert refused.returncode == 2
    assert "status-updates" in refused.stderr


def test_what_the_job_puts_out_is_sent_whatever_clock_it_was_given(world: World) -> None:
    """`--now` may lie ahead of the sender's clock: its messages go all the same."""
    filed(world, "U1")
    world.now = at("2027-04-16 09:00")
    JOBS["reminders"](context(world), False)
    with world.db.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.state == OutboxState.QUEUED)).all()
        assert rows
        assert max(row.not_before for row in rows) < at("2026-01-01 00:00")
