"""One installation of many processes in a bad night, and the count in the morning."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from bot.app import check_key
from handlers.actions import reconciling
from handlers.services import Svc
from storage import inbox
from storage.presence import Leader
from storage.tables import Case, Conversation, InboxEvent, Message, OutboxMessage
from storage.words import InboxState, OutboxState
from tests import line_emulator, telegram_emulator
from tests.conftest import KEY, prepared, seeded_postgres
from tests.faults.cell import Nursery, still_to_do, wait
from tests.line_emulator import server as line_server
from tests.machines.balancer import Balancer
from tests.machines.crowd import Crowd, until_quiet
from tests.machines.fleet import Fleet, Wires, gauge
from tests.serving import line_environ, telegram_environ
from tests.telegram_emulator import server as telegram_server
from tests.world import World

PATIENCE = 90.0  # seconds without any progress


@dataclass
class Tally:
    """The morning's count."""

    sent: int = 0
    acknowledged: int = 0
    answered: int = 0
    parked: int = 0
    lost: int = 0
    doubled: int = 0
    excused: int = 0
    uncertain: int = 0
    kills: int = 0
    restarts: int = 0
    migrations: int = 0
    leader_changes: int = 0
    leader_seconds: list[float] = field(default_factory=list)
    cut: int = 0
    heard_again: int = 0
    hearing_seconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    wrong: list[str] = field(default_factory=list)


class Installation:
    """Processes, platforms and the database, fresh."""

    def __init__(
        self,
        folder: Path,
        name: str,
        line: line_emulator.Emulator,
        telegram: telegram_emulator.Emulator,
        counts: dict[str, int],
        nursery: Nursery | None = None,
    ) -> None:
        self.folder = folder
        self.url = seeded_postgres(name)
        self.db = prepared(self.url)
        check_key(self.db)  # as `pratu migrate` does
        self.wires = Wires(self.url)
        environ = {
            "PRATU_DATABASE_URL": self.url,
            "PRATU_SECRET_KEY": KEY,
            "PRATU_UNDO_SECONDS": "0",
            "PRATU_DATA_DIR": str(folder / "data"),
            **line_environ(line),
            **telegram_environ(telegram),
        }
        self.fleet = Fleet(folder, environ, counts, nursery)
        self.balancer = Balancer([member.port for member in self.fleet.of("web")])
        self.line = line_emulator.Platform(line, f"{self.balancer.url}/webhooks/line", redeliver=True)
        self.telegram = telegram_emulator.Platform(
            telegram, f"{self.balancer.url}/webhooks/telegram", scale=0.05, timeout=10.0
        )
        self.leads = Leader(self.db, "jobs").key

    def close(self) -> None:
        self.fleet.stop()
        self.line.close()
        self.telegram.close()
        self.balancer.stop()
        self.wires.close()
        self.db.close()


@contextlib.contextmanager
def installed(
    folder: Path, name: str, counts: dict[str, int], nursery: Nursery | None = None
) -> Iterator[Installation]:
    """Everything, running."""
    with line_server.running() as line, telegram_server.running() as telegram:
        found = Installation(folder, name, line, telegram, counts, nursery)
        try:
            found.fleet.start()
            yield found
        finally:
            found.close()


# --- what happens ----------------------------------------------------------------------------------------------------


class Night:
    """Trouble, one after the other, while people talk."""

    def __init__(self, place: Installation, crowd: Crowd, restarted: int = 100) -> None:
        self.place, self.crowd, self.restarted = place, crowd, restarted
        self.chance = random.Random(5)
        self.tally = Tally()

    def kill(self, role: str) -> None:
        """kill -9, and a new life."""
        member = self.place.fleet.pick(role, self.chance)
        if member is not None:
            self.place.fleet.kill(member)
            self.place.fleet.start([member])

    def kill_leader(self) -> None:
        """The jobs process that leads dies; another must take over."""
        fleet, wires, key = self.place.fleet, self.place.wires, self.place.leads
        wait(lambda: any(gauge(one.port, "pratu_jobs_leader") for one in fleet.of("jobs")), 30)
        leading = [one for one in fleet.of("jobs") if gauge(one.port, "pratu_jobs_leader")]
        before = wires.leader(key)
        if len(leading) != 1 or before is None:
            self.tally.wrong.append(f"{len(leading)} processes lead the jobs")
            return
        fleet.kill(leading[0])
        died = time.monotonic()
        if wait(lambda: wires.leader(key) not in (None, before), 60):
            self.tally.leader_changes += 1
            self.tally.leader_seconds.append(time.monotonic() - died)
        else:
            self.tally.wrong.append("nobody took the lead within a minute")
        fleet.start([leading[0]])

    def cut(self) -> None:
        """Every connection that listens is ended; each process must hear again."""
        wires = self.place.wires
        before = wires.listeners()
        for pid in before:
            wires.cut(pid)
        began = time.monotonic()
        self.tally.cut += len(before)
        if wait(lambda: len(wires.listeners() - before) >= len(before), 30):
            self.tally.heard_again += len(before)
            self.tally.hearing_seconds.append(time.monotonic() - began)
        else:
            again = len(wires.listeners() - before)
            self.tally.wrong.append(f"{len(before) - again} of {len(before)} processes hear no more")

    def migrate(self) -> None:
        """`pratu migrate` while people talk."""
        done = self.place.fleet.command("migrate")
        self.tally.migrations += 1
        if done.returncode:
            self.tally.wrong.append(f"pratu migrate: {done.stderr[-200:]}")

    def troubled(self, rounds: int) -> None:
        """So many rounds of deaths, and all the rest of it once at least."""
        deeds: list[Callable[[], None]] = [self.cut, self.kill_leader, self.migrate]
        for number in range(rounds):
            self.kill("worker" if number % 2 else "web")
            if number < len(deeds) or self.chance.random() < 0.5:
                deeds[number % len(deeds)]()
            time.sleep(self.chance.uniform(0.1, 0.5))
        self.place.fleet.rolling_restart(self.restarted)

    def passes(self, rounds: int) -> Tally:
        """People talk, trouble comes, everything quiets down and is counted."""
        began = time.monotonic()
        talking = threading.Thread(target=self.crowd.talk)
        talking.start()
        self.troubled(rounds)
        while not self.crowd.finished.is_set() and talking.is_alive():
            self.kill(self.chance.choice(("web", "worker")))
            time.sleep(self.chance.uniform(5.0, 15.0))
        talking.join()
        left = until_quiet(lambda: still_to_do(self.place.db) + self.crowd.waiting(), PATIENCE)
        if left:
            self.tally.wrong.append(f"{left} are left")
        self.tally.seconds = time.monotonic() - began
        time.sleep(1.5)  # anything doubled would come now
        count(self.place, self.crowd, self.tally)
        return self.tally


# --- the count -------------------------------------------------------------------------------------------------------


def count(place: Installation, crowd: Crowd, found: Tally) -> None:
    """Every event and every copy; what no column says stands in `wrong`."""
    fleet = place.fleet
    found.sent, found.kills, found.restarts = crowd.sent, len(fleet.kills), fleet.restarts
    found.wrong += fleet.hurt
    acknowledged = crowd.acknowledged
    found.acknowledged = len(acknowledged)
    with place.db.reading() as session:
        states = dict(session.execute(select(InboxEvent.event_id, InboxEvent.state)).tuples().all())
    stored = Counter(state for event, state in states.items() if event in acknowledged)
    found.answered, found.parked = stored[InboxState.DONE], stored[InboxState.PARKED]
    found.lost += found.acknowledged - found.answered - found.parked
    if found.acknowledged < found.sent:
        found.wrong.append(f"{found.sent - found.acknowledged} were never taken")
    _copies(place, crowd, found)
    _reconcile(place, crowd, found)
    found.processor = {role: fleet.spent(role) for role in ("web", "worker", "jobs")}
    for table in ("inbox", "outbox", "messages", "cases", "history"):
        found.rows[table] = place.wires.number(f"SELECT count(*) FROM {table}")
    found.bytes = place.wires.number("SELECT pg_database_size(current_database())")
    found.wrong += [f"LINE: {one}" for one in set(place.line.emulator.violations)]
    found.wrong += [f"Telegram: {one}" for one in set(place.telegram.emulator.violations)]


def _copies(place: Installation, crowd: Crowd, found: Tally) -> None:
    shown = crowd.shown()
    with place.db.reading() as session:
        written = dict(
            session.execute(
                select(Conversation.lane, func.count())
                .join(Message, Message.conversation_id == Conversation.id)
                .where(Message.direction == "out")
                .group_by(Conversation.lane)
            )
            .tuples()
            .all()
        )
        doubtful: Counter[str] = Counter()
        for row in session.scalars(select(OutboxMessage).where(OutboxMessage.state == OutboxState.UNCERTAIN)):
            doubtful[row.lane] += len(session.keys.open_data(row.parts)) if row.parts is not None else 0
    for channel, user in crowd.chats():
        lane = inbox.lane_of(place.db.keys, channel, user)
        extra = shown[(channel, user)] - written.get(lane, 0)
        found.uncertain += doubtful[lane]
        if extra < 0:
            found.lost -= extra
        elif extra > doubtful[lane] and channel == "telegram" and place.fleet.kills:
            found.excused += extra - doubtful[lane]  # no key there: the documented window
        elif extra > doubtful[lane]:
            found.doubled += extra - doubtful[lane]
        if not shown[(channel, user)] and not doubtful[lane]:
            found.wrong.append(f"{channel} {user} was shown nothing")


def _reconcile(place: Installation, crowd: Crowd, found: Tally) -> None:
    world = World(place.db, now=datetime.now(UTC))
    with place.db.snapshot() as session:
        places = reconciling.look(Svc(session, world.now, world.tools), place.folder / "data/files")
        found.wrong += [f"{name}: {names.names[:2]}" for name, names in places.items()]
        cases = session.scalar(select(func.count()).select_from(Case)) or 0
    if cases > len(crowd.chats()):
        found.wrong.append(f"{cases} cases of {len(crowd.chats())} people")
