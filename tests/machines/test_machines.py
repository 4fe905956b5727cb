"""Several processes on one PostgreSQL: nothing lost, nothing doubled, each hears of the others' work."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from bot.app import NotMigrated, check_version
from bot.jobs import LEAD_SECONDS, JobContext, Timetable
from storage import bell, ids, outbox, presence, sending
from storage.bell import Bell
from storage.db import Database
from storage.presence import Presence
from storage.seal import Keyring
from storage.tables import OutboxMessage
from tests.conftest import KEY, prepared, seeded_postgres
from tests.faults.cell import Nursery, wait
from tests.machines.crowd import Crowd
from tests.machines.night import Night, installed
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="module")
def url() -> str:
    """One database for whoever wants a process of their own on it."""
    address = seeded_postgres(f"pratu_machines_{WORKER}")
    prepared(address).close()
    return address


@pytest.fixture
def two(url: str) -> Iterator[tuple[Database, Database]]:
    """Two processes' databases: the same rows, their own connections."""
    found = Database(url, Keyring([KEY])), Database(url, Keyring([KEY]))
    yield found
    for db in found:
        db.close()


def cut(url: str, which: str) -> int:
    """End other connections of this database, as a restart of the server does; how many."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        found = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {which}"
            )
        ).scalar()
    admin.dispose()
    return int(found or 0)


class Ear:
    """What a process's listeners were told."""

    def __init__(self, db: Database) -> None:
        self.heard: Counter[str] = Counter()
        db.on_work(lambda topic: self.heard.update([topic]))

    def hears(self, topic: str, already: int) -> bool:
        return wait(lambda: self.heard[topic] > already, 15)


# --- hearing of others' work -----------------------------------------------------------------------------------------


def test_what_one_process_stores_wakes_another_at_once(two: tuple[Database, Database]) -> None:
    web, worker = two
    rings, answers = Bell(web, bell.WORK, {"sent"}), Bell(worker, {"sent"}, bell.WORK)
    ear, page = Ear(worker), Ear(web)
    rings.start()
    answers.start()
    assert wait(lambda: answers.listens and rings.listens, 15)
    before = ear.heard["inbox"]
    World(web, now=datetime.now(UTC)).put("line", "U1", {"kind": "text", "text": "สวัสดี"})
    assert ear.hears("inbox", before)
    before = page.heard["sent"]
    with worker.transaction() as session:
        session.wake("sent")
    assert page.hears("sent", before)
    own = ear.heard["sent"]
    assert own == 1, "what a process said itself is not told to it again"
    rings.stop()
    answers.stop()


def test_a_lost_connection_hears_again_and_looks_at_what_it_missed(url: str, two: tuple[Database, Database]) -> None:
    web, worker = two
    rings, answers = Bell(web, bell.WORK, ()), Bell(worker, (), bell.WORK)
    ear = Ear(worker)
    rings.start()
    answers.start()
    assert wait(lambda: answers.listens, 15)
    before = ear.heard["outbox"]
    assert cut(url, "application_name = 'pratu bell'") == 1
    assert ear.hears("outbox", before), "nobody looked at what was said while nobody heard"
    assert wait(lambda: answers.listens, 15)
    assert answers.lost == 1
    before = ear.heard["media"]
    with web.transaction() as session:
        session.wake("media")
    assert ear.hears("media", before)
    rings.stop()
    answers.stop()


# --- who lives, who leads --------------------------------------------------------------------------------------------


def test_who_only_lost_a_connection_is_not_dead(
    url: str, two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two
    one, other = ids.new_key(), ids.new_key()
    mine, theirs = Presence(first, one), Presence(second, other)
    mine.show()
    theirs.show()

    def gone() -> list[str]:
        with first.transaction() as session:
            return mine.gone(session, [one, other])

    assert gone() == []
    second.engine.dispose()
    cut(url, "query LIKE '%pg_advisory_lock%' OR query IN ('SELECT 1', 'COMMIT')")
    assert gone() == [], "a lock that is free for a moment is no death"
    theirs.show()
    monkeypatch.setattr(presence, "SURELY_SECONDS", 0.0)
    mine.show()
    assert gone() == [], "it lives: it took its lock again"
    theirs.leave()
    assert wait(lambda: gone() == [other], 15), "its lock is free as soon as the database has seen it go"
    mine.leave()


def test_two_short_losses_are_no_death(two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what was seen missing at every look for five seconds: not what nobody looked at in between."""
    first, _second = two
    mine, other, now = Presence(first, ids.new_key()), ids.new_key(), [0.0]
    monkeypatch.setattr(presence.time, "monotonic", lambda: now[0])

    def gone(at: float) -> list[str]:
        now[0] = at
        with first.transaction() as session:
            return mine.gone(session, [other])

    assert [gone(0.0), gone(3.0)] == [[], []]
    mine.none_asked_of()  # nobody is sending any more
    assert gone(6.0) == []
    assert gone(3600.0) == [], "an hour without a look is no hour without a sign of life"
    assert [gone(3603.0), gone(3606.0)] == [[], [other]]


def test_the_jobs_find_a_new_leader_by_themselves(two: tuple[Database, Database]) -> None:
    first, second = (Timetable(JobContext(db, World(db).tools, lambda: datetime.now(UTC))) for db in two)
    assert [first.lead(), second.lead()] == [True, False]
    second.start()
    with two[0].engine.connect() as connection:  # as when the process is killed: its connections end
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    assert wait(lambda: second.led, LEAD_SECONDS + 15), "nobody leads, and no job wakes for a minute"
    assert not first.lead()
    second.stop()


def test_no_message_is_ever_claimed_twice(url: str) -> None:
    """Six workers take what a hundred chats are to be told, three messages each, and send in order."""
    first = Database(url, Keyring([KEY]))
    now = datetime.now(UTC)
    with first.transaction() as session:
        session.execute(OutboxMessage.__table__.delete())
        for number in range(300):
            lane = f"lane-{number % 100}"
            said = [{"type": "say", "text": str(number)}]
            outbox.put(session, channel="line", lane=lane, chat_id=lane, parts=said, now=now)
    taken: list[tuple[float, str, int]] = []

    def work(db: Database) -> None:
        worker = ids.new_key()
        idle = 0
        while idle < 20:
            with db.transaction() as session:
                claimed = sending.claim(session, worker, datetime.now(UTC), 7)
            taken.extend((time.monotonic(), one.lane, one.id) for one in claimed)
            with db.transaction() as session:
                for one in claimed:
                    sending.settle(session, one.id, outbox.OutboxState.SENT, datetime.now(UTC))
            idle = 0 if claimed else idle + 1
        db.close()

    workers = [threading.Thread(target=work, args=(Database(url, Keyring([KEY])),)) for _ in range(6)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(row for _at, _lane, row in taken) == sorted({row for _at, _lane, row in taken})
    with first.reading() as session:
        assert set(session.scalars(select(OutboxMessage.state))) == {"sent"}
    for lane in {lane for _at, lane, _row in taken}:
        rows = [row for _at, found, row in sorted(taken) if found == lane]
        assert rows == sorted(rows), "a chat was spoken to in the wrong order"
    first.close()


def test_only_one_worker_speaks_where_a_platform_counts_all_messages_together(two: tuple[Database, Database]) -> None:
    now = datetime.now(UTC)
    with two[0].transaction() as session:
        session.execute(OutboxMessage.__table__.delete())
        for channel in ("line", "telegram"):
            outbox.put(session, channel=channel, lane=channel, chat_id="1", parts=[], now=now)
    leaders = [presence.Leader(db, "telegram") for db in two]
    found = []
    for leader, db in zip(leaders, two, strict=True):
        without = [] if leader.leads() else ["telegram"]
        with db.transaction() as session:
            found.append([one.channel for one in sending.claim(session, ids.new_key(), now, 1, without)])
            session.execute(OutboxMessage.__table__.update().values(state="queued"))
    for leader in leaders:
        leader.leave()
    assert found == [["line"], ["line"]]


def test_an_old_process_goes_on_after_the_database_was_migrated_but_no_new_one_before(db: Database) -> None:
    with db.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    check_version(db)
    for too_old in ("'0001'", "NULL"):
        with db.connection() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            connection.execute(
                text(f"INSERT INTO alembic_version SELECT v FROM (SELECT {too_old} AS v) x WHERE v > ''")
            )
        with pytest.raises(NotMigrated):
            check_version(db)


# --- all of it -------------------------------------------------------------------------------------------------------


def test_a_bad_night_of_many_processes(tmp_path: Path) -> None:
    """Two of each role: processes die, are restarted and cut off from hearing, while forty people write."""
    nursery = Nursery(tmp_path)
    try:
        counts = {"web": 2, "worker": 2, "jobs": 2}
        with installed(tmp_path, f"pratu_machines_night_{WORKER}", counts, nursery) as place:
            night = Night(place, Crowd(place.line, place.telegram, 40), restarted=1)
            found = night.passes(3)
            roles = {role for _at, role in place.fleet.kills}
    finally:
        nursery.close()
    assert not found.wrong, found
    assert found.lost == found.doubled == 0, found
    assert found.sent == found.acknowledged == found.answered + found.parked
    assert roles == {"web", "worker", "jobs"}
    assert found.leader_changes == 1
    assert found.heard_again == found.cut > 0
    assert found.migrations == 1
