"""/readyz means it: whatever breaks, it says so, which part, and what to do, in Thai and English."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import health
from bot import settings as reading
from bot.app import ROLES, App, open_database
from bot.metrics import Gauges
from handlers.messages import Say, to_json
from handlers.rules.alarms import STUCK
from storage import outbox, sending
from storage.db import Database
from storage.seal import Keyring
from tests.conftest import KEY, prepared
from tests.world import World

ALL = frozenset({"web", "worker", "jobs"})


def gauges(world: World, **changed: Any) -> Gauges:
    found: dict[str, Any] = {"db": world.db, "clock": lambda: world.now, "warm": lambda: True, "counts": dict}
    return Gauges(**{**found, "roles": ALL, "zone": world.tools.zone, **changed})


def look(found: Gauges) -> dict[str, Any]:
    return asyncio.run(health.look(found))


def says(facts: dict[str, Any], part: str, *words: str) -> None:
    """It is not ready for this one reason, told in both languages."""
    assert (facts["ready"], facts[part], facts["why"].keys()) == (False, False, {part})
    thai, english = facts["why"][part]
    assert any("ก" <= letter <= "๙" for letter in thai)
    assert english.isascii()
    assert all(word in thai and word in english for word in words), facts["why"]


def test_a_working_installation_is_ready(world: World) -> None:
    world.citizen().says("สวัสดี")
    world.delivers()
    facts = look(gauges(world))
    assert (facts["ready"], facts["why"], facts["roles"]) == (True, {}, ["jobs", "web", "worker"])


def test_a_database_that_is_away(world: World) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/none", Keyring([KEY]))
    says(look(gauges(world, db=away)), "database", "OperationalError")


def test_a_database_that_says_nothing(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes connections and never answers: a probe must not wait for it."""
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.2)
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen()
    url = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
    threading.Timer(0.5, silent.close).start()  # only then can the thread that waits for it end
    says(look(gauges(World(sqlite_db), db=Database(url, Keyring([KEY])))), "database", "TimeoutError")


def test_a_database_of_another_version(world: World, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db", Keyring([KEY]))
    facts = look(gauges(world, db=empty))
    says(facts, "version", "pratu migrate")
    empty.close()


def test_an_engine_that_is_not_warm(world: World) -> None:
    says(look(gauges(world, warm=lambda: False)), "engine", "could not begin work")


def test_messages_that_nobody_works_on(world: World) -> None:
    world.citizen().does(kind="text", text="สวัสดี", work=False)
    assert look(gauges(world))["ready"]
    world.passes(seconds=STUCK + 1)
    says(look(gauges(world)), "inbox", f"{STUCK + 1:.0f}")
    assert look(gauges(world, roles=frozenset({"web"})))["ready"], "a web process still stores: it keeps its door"


def test_a_flood_that_is_being_worked_on_closes_no_door(world: World) -> None:
    world.citizen().does(kind="text", text="สวัสดี", work=False)
    world.passes(hours=1)
    assert look(gauges(world, idle=lambda: {"turns": 3.0, "delivery": 3.0}))["ready"]


def test_answers_that_nobody_sends(world: World) -> None:
    world.citizen().says("สวัสดี")
    world.passes(seconds=STUCK + 1)
    says(look(gauges(world)), "outbox", f"{STUCK + 1:.0f}")


def test_a_platform_that_is_away_is_no_fault_of_ours(world: World) -> None:
    """A message that is tried again later, and one behind it in its chat, wait for LINE: a restart would not help."""
    citizen = world.citizen().says("สวัสดี")
    with world.db.transaction() as session:
        (first,) = sending.claim(session, "w", world.now)
        later = world.now + timedelta(minutes=30)
        sending.settle(session, first.id, outbox.OutboxState.FAILED, world.now, error="5xx", again_at=later)
        parts = [to_json(Say("x"))]
        outbox.put(session, channel="line", lane=first.lane, chat_id=citizen.name, parts=parts, now=world.now)
    world.passes(minutes=10)
    assert look(gauges(world))["ready"]


def test_each_part_of_a_process_that_stopped(tmp_path: Path) -> None:
    """The real parts, one after the other; the page says which of them is gone."""
    url = f"sqlite:///{tmp_path}/ready.db"
    prepared(url).close()
    settings = reading.read({"PRATU_DATABASE_URL": url, "PRATU_SECRET_KEY": KEY, "PRATU_DATA_DIR": str(tmp_path)})

    async def run() -> None:
        app = App(settings, ROLES["all"], open_database(settings))
        transport = httpx.ASGITransport(app=app.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://pratu") as client:
            early = (await client.get("/readyz")).json()
            assert {"engine", "intake"} <= early["why"].keys()
            await app.start()
            assert await asyncio.to_thread(app._begun.wait, 60)
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["why"]) == (200, {})
            assert "pratu_jobs_leader 1" in (await client.get("/metrics")).text
            gone: set[str] = set()
            for part, stop in (
                ("jobs", app._timetable.stop),
                ("intake", app.intake.stop),
                ("turns", app._turns.stop),
            ):
                await asyncio.to_thread(stop)
                gone.add(part)
                answer = await client.get("/readyz")
                assert (answer.status_code, set(answer.json()["why"])) == (503, gone)
            await app._delivery.stop()
            assert set((await client.get("/readyz")).json()["why"]) == {*gone, "delivery"}
            await app._waiting_room.stop()
            await app._media.stop()
            app.db.close()

    asyncio.run(run())
