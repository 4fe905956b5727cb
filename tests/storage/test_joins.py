"""Who joined, what is like it, and which spot it is again: rows and counts, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from handlers.turn import take_turn
from nlp.similar import place_key
from storage import joins, migrations, spots
from storage.db import Database
from storage.inbox import lane_of
from storage.tables import Case
from storage.words import Status
from tests.conftest import prepared, seeded_postgres
from tests.world import World, read


def told(world: World, name: str, *texts: str) -> Case:
    """A case of this person."""
    person = world.citizen(name)
    for said in texts:
        person.says(said)
    return world.case(person.says("ส่งเรื่อง").reference)


def here(world: World, name: str, lat: float, lon: float, words: str = "น้ำท่วมขัง ท่อตัน") -> Case:
    """A case with a pin."""
    return world.case(world.citizen(name).sends_place(lat, lon).says(words).says("ส่งเรื่อง").reference)


@pytest.fixture(params=["sqlite", "postgres"])
def own_db(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Database]:
    """A database of its own, which may be taken down and up."""
    sqlite = request.param == "sqlite"
    db = prepared(f"sqlite:///{tmp_path}/j.db" if sqlite else seeded_postgres(f"pratu_joins_{worker_id}"))
    yield db
    db.close()


def test_the_tables_go_down_and_come_up_again(own_db: Database) -> None:
    World(own_db).citizen().says("ไฟถนนดับ ซอย 5").says("1")
    config: Config = migrations._config()

    def move(what: Any, to: str) -> None:
        with own_db.writing(), own_db.engine.begin() as connection:
            config.attributes["connection"] = connection
            what(config, to)

    move(command.downgrade, "0003")
    assert not inspect(own_db.engine).has_table("case_joins")
    assert "ix_cases_like" not in {index["name"] for index in inspect(own_db.engine).get_indexes("cases")}
    move(command.upgrade, "0004")
    assert inspect(own_db.engine).has_table("case_joins")
    with own_db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM cases")).scalar() == 1


def test_a_person_stands_once_in_a_case(world: World) -> None:
    case = told(world, "U1", "ไฟถนนดับ ซอย 5")
    with world.db.transaction() as session:
        values = {
            "case_id": case.id,
            "account_id": case.account_id,
            "conversation_id": case.conversation_id,
            "joined_at": world.now,
            "message_ids": [],
        }
        joins.add(session, values)
        with pytest.raises(IntegrityError), session.begin_nested():
            joins.add(session, values)


def turn(world: World, name: str, said: str) -> None:
    """One more message of this person, worked on in a transaction of its own."""
    world.citizen(name).does(kind="text", text=said, message_id=f"{name}:{said}", work=False)
    with world.db.transaction() as session:
        assert take_turn(session, world.tools, read, lane_of(world.db.keys, "line", name), "line", world.now)


def somebody_waits(db: Database) -> bool:
    """Does a transaction of this database wait for another one's lock?"""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with db.reading() as session:
        return bool(session.execute(text(waiting)).scalar())


@pytest.mark.parametrize("own_db", ["postgres"], indirect=True)
@pytest.mark.parametrize("joins_too", [True, False])
def test_who_joins_while_the_first_one_withdraws_is_not_left_behind(own_db: Database, joins_too: bool) -> None:
    """The second one's "join" (or, joined before, "leave") is done and not yet committed when the first one withdraws:
    whichever comes first, no one stays in a case that nobody works on."""
    world = World(own_db)
    case = told(world, "U1", "ไฟถนนดับ ซอย 5")
    second = world.citizen("U2").says("ไฟถนนดับ ซอย 5 มืดมาก")
    if not joins_too:
        second.says("ร่วมแจ้ง").says(f"ยกเลิก {case.reference}")
    world.citizen("U1").says(f"ยกเลิก {case.reference}")
    said = "ร่วมแจ้ง" if joins_too else "ยืนยันยกเลิก"
    second.does(kind="text", text=said, message_id="last", work=False)
    with ThreadPoolExecutor(1) as pool:
        with own_db.transaction() as session:
            assert take_turn(session, world.tools, read, lane_of(own_db.keys, "line", "U2"), "line", world.now)
            session.flush()
            first = pool.submit(turn, world, "U1", "ยืนยันยกเลิก")
            while not (first.done() or somebody_waits(own_db)):
                pass
        first.result()
    after = world.case(case.reference)
    with own_db.reading() as session:
        left = joins.of_case(session, case.id)
    assert left == []
    assert after.status == (Status.ASSIGNED if joins_too else Status.WITHDRAWN)
    assert (after.account_id != case.account_id) == joins_too


def alike(world: World, **other: Any) -> list[str]:
    """References of what a newcomer's EL complaint may be the same as."""
    values = {
        "agency_code": "DEMO",
        "category": "EL",
        "statuses": [Status.ASSIGNED],
        "since": world.now - timedelta(days=60),
        "but": [0],
    }
    with world.db.reading() as session:
        return [case.reference for case in spots.alike(session, **{**values, **other})]


def test_what_it_may_be_the_same_as_is_asked_narrowly(world: World) -> None:
    first = told(world, "U1", "ไฟถนนดับ ซอย 5")
    told(world, "U2", "ขยะล้นถังหน้าตลาดสด หมู่ 2")
    world.passes(minutes=1)
    second = told(world, "U3", "ไฟถนนดับ ซอย 6")
    assert alike(world) == [second.reference, first.reference]
    assert alike(world, limit=1) == [second.reference]
    assert alike(world, but=[first.account_id]) == [second.reference]
    assert alike(world, statuses=[Status.IN_PROGRESS]) == []
    assert alike(world, since=world.now - timedelta(seconds=30)) == [second.reference]
    assert alike(world, agency_code="NONGSAI") == []


def test_the_search_walks_an_index(sqlite_db: Database) -> None:
    query = "SELECT id FROM cases WHERE agency_code = 'DEMO' AND category = 'EL' AND received_at >= '2026-01-01'"
    with sqlite_db.reading() as session:
        plan = " ".join(str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "ix_cases_like" in plan


def test_spots_are_counted_in_cases_and_name_them(world: World) -> None:
    begin = world.now
    pinned = [here(world, "P1", 16.82110, 100.26590)]
    named = [told(world, "U1", "ไฟถนนดับ หน้าวัดใหม่ หมู่ 3")]
    told(world, "U9", "ขยะล้นถังหน้าวัดใหม่ หมู่ 3")  # another category
    told(world, "U8", "ไฟถนนดับ หมู่ 3")  # a village is no spot
    world.passes(days=70)
    pinned.append(here(world, "P2", 16.82114, 100.26594))
    here(world, "P3", 16.82500, 100.26590)
    named.append(told(world, "U2", "ไฟถนนดับ วัดใหม่ ม.3"))
    world.citizen("U3").says("ไฟถนนดับ หน้าวัดใหม่ หมู่ 3").says("ร่วมแจ้ง").hears("ร่วมแจ้งเรียบร้อย")
    until = world.now + timedelta(seconds=1)
    with world.db.reading() as session:
        again = spots.repeat_spots(session, "DEMO", begin, until, place_key)
        assert {(spot.category, spot.references, spot.times) for spot in again} == {
            ("FL", tuple(case.reference for case in pinned), 2),
            ("EL", tuple(case.reference for case in named), 2),
        }
        assert [spot.place for spot in again if spot.category == "EL"] == ["วัดใหม่ ม.3"]
        assert spots.repeat_spots(session, "DEMO", begin + timedelta(days=1), until, place_key) == []
        assert spots.repeat_spots(session, "DEMO", begin, until - timedelta(seconds=1), place_key) == []
        assert spots.repeat_spots(session, "NONGSAI", begin, until, place_key) == []
        assert [spots.joined_count(session, case.id) for case in named] == [0, 1]
        year = begin - timedelta(days=365)
        assert spots.before_at_spot(session, named[1], year, place_key) == [named[0].reference]
        assert spots.before_at_spot(session, named[0], year, place_key) == []


def test_withdrawn_and_secret_cases_make_no_spot(world: World) -> None:
    begin = world.now
    told(world, "U1", "ไฟถนนดับ ซอย 5")
    world.citizen("U1").says("ยกเลิกเรื่อง").says("ยืนยันยกเลิก")
    told(world, "U2", "ไฟถนนดับ ซอย 5")
    for name in ("U3", "U4"):
        world.citizen(name).says("มีคนขายยาบ้าในซอย 7 หลังวัดป่า").says("ส่งเรื่อง")
    with world.db.reading() as session:
        assert spots.repeat_spots(session, "DEMO", begin, world.now + timedelta(days=1), place_key) == []
