"""One fault in one installation: people write, the fault happens, everything quiets down, and is counted."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select, update

from handlers.actions import people as joining
from handlers.actions import reconciling
from handlers.services import Svc
from storage import inbox, people
from storage.db import Database
from storage.seal import Keyring
from storage.tables import Attachment, Case, Conversation, InboxEvent, Message, OutboxMessage
from storage.words import InboxState, OutboxState, Role
from tests import line_emulator, telegram_emulator
from tests.conftest import KEY, fresh_postgres, prepared, seeded_postgres
from tests.faults.points import Fault
from tests.faults.proxy import Proxy
from tests.serving import Server, line_environ, telegram_environ
from tests.telegram_emulator.updates import JPEG
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
OFFICER = "U" + "f" * 32
HEAD = "7900000001"
STEPS = ("ไฟถนนดับ คนที่ {n}", "ซอย {n} หมู่ 3", "ส่งเรื่อง", "ขอบคุณมาก")
POISON = "ยาพิษ"
PATIENCE = 45.0  # seconds without any progress: a lane is not free again
# The documented window (contract): a process died so long after the platform accepted the first copy. What was on its
# way when it died is accepted, and noted by the emulator, a little later.
WINDOW, ON_ITS_WAY = 5.0, 0.5
OPEN = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.FAILED)


@dataclass
class Result:
    """What became of one cell. `excused`: second copies in the documented window."""

    fault: str
    engine: str
    injected: int = 0
    sent: int = 0
    acknowledged: int = 0
    answered: int = 0
    parked: int = 0
    doubled: int = 0
    excused: int = 0
    lost: int = 0
    uncertain: int = 0
    seconds: float = 0.0
    work: float = 0.0  # processor seconds of the last life
    wrong: list[str] = field(default_factory=list)

    @property
    def survived(self) -> bool:
        return not self.wrong and not self.lost and not self.doubled and self.injected > 0


class Nursery:
    """The process that forks servers."""

    def __init__(self, folder: Path) -> None:
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        self._log = (folder / "nursery.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.child"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._say({"first": True}, "ready")

    def _say(self, life: dict[str, Any], expected: str = "") -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not expected:
            self._process.stdin.write(json.dumps(life) + "\n")
            self._process.stdin.flush()
        found = self._process.stdout.readline().strip()
        assert found, "the nursery died"
        return found

    def bear(self, life: dict[str, Any]) -> int:
        return int(self._say(life))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()


class Installations:
    """A fresh installation for each cell, copied from a prepared one."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder, self.worker = folder, worker

    def _name(self, what: str) -> str:
        return f"pratu_faults_{what}_{self.worker}"

    @cached_property
    def _sqlite(self) -> Path:
        path = self.folder / "template.db"
        _settle(prepared(f"sqlite:///{path}"))
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path

    @cached_property
    def _postgres(self) -> str:
        _settle(prepared(seeded_postgres(self._name("template"))))
        return self._name("template")

    def new(self, engine: str, folder: Path) -> str:
        if engine == "sqlite":
            shutil.copy(self._sqlite, folder / "pratu.db")
            return f"sqlite:///{folder}/pratu.db"
        return fresh_postgres(self._name("cell"), like=self._postgres)


def _settle(db: Database) -> None:
    """People who work here, and a case of last week, so that there is a digest to be told."""
    world = World(db, now=datetime.now(UTC) - timedelta(days=7))
    world.citizen("Uold").says("ถนนเป็นหลุมหน้าวัดใหม่ หมู่ 3").says("ส่งเรื่อง")
    for channel, user, role in (("line", OFFICER, Role.INTAKE), ("telegram", HEAD, Role.HEAD)):
        with db.transaction() as session:
            svc = Svc(session, world.now, world.tools)
            code = joining.invite(svc, "DEMO", "OFFICE" if role == Role.INTAKE else None, role, role)
            joining.join(svc, people.account_for(session, channel, user, svc.now), code)
    with db.transaction() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.GIVEN_UP, parts=None))
    db.close()


class Cell:
    """One installation in one cell."""

    def __init__(self, fault: Fault, engine: str, lab: Lab, number: int, events: int) -> None:
        self.fault, self.engine, self.lab = fault, engine, lab
        self.result = Result(fault.name, engine)
        self.folder = lab.folder / f"cell-{number}"
        self.folder.mkdir()
        self.chance = random.Random(number)
        self.url = lab.installations.new(engine, self.folder)
        self.db = Database(self.url, Keyring([KEY]))
        self.proxy: Proxy | None = None
        if engine == "postgres" and "database" in fault.name and "leaders" not in fault.name:
            address = make_url(self.url)
            self.proxy = Proxy((address.host or "127.0.0.1", address.port or 5432)).start()
        self.server = Server(self.folder, self.url)
        self.patches: list[dict[str, Any]] = [
            {"kind": "quick"},
            # A picture that a dead process was fetching is fetched again after two minutes; here after seconds.
            {"kind": "value", "target": "bot.media:CLAIM", "seconds": 4},
        ]
        self.lives: list[int] = []
        self.ports: list[int] = []
        people_count = max(4, events // len(STEPS))
        base = number * 1000
        self.line_people = [f"U{base + n:032x}" for n in range(1, people_count // 2 + 1)]
        self.telegram_people = [7_200_000_000 + base + n for n in range(1, people_count - len(self.line_people) + 1)]
        self.line = line_emulator.Platform(lab.line, f"{self.server.url}/webhooks/line", redeliver=True, seed=number)
        self.telegram = telegram_emulator.Platform(
            lab.telegram, f"{self.server.url}/webhooks/telegram", scale=0.02, timeout=10.0
        )
        lab.line.known |= {OFFICER, *self.line_people}
        self.seen_before = (len(lab.line.delivered), len(lab.telegram.delivered))

    # --- the server ----------------------------------------------------------------------------------------------

    def environ(self) -> dict[str, str]:
        url = self.url
        if self.proxy is not None:
            url = make_url(url).set(port=self.proxy.port, host="127.0.0.1").render_as_string(hide_password=False)
        return {
            "PRATU_DATABASE_URL": url,
            "PRATU_SECRET_KEY": KEY,
            "PRATU_UNDO_SECONDS": "0",
            "PRATU_DATA_DIR": str(self.folder / "data"),
            **line_environ(self.lab.line),
            **telegram_environ(self.lab.telegram),
        }

    def begin(self, *patches: dict[str, Any], port: int = 0) -> int:
        """A life of the server, ready to be written to."""
        life = {
            "env": self.environ(),
            "folder": str(self.folder),
            "log": str(self.folder / "serve.log"),
            "port": port or self.server.port,
            "patches": [*self.patches, *patches],
        }
        pid = self.lab.nursery.bear(life)
        self.lives.append(pid)
        end = time.monotonic() + 30
        while time.monotonic() < end and alive(pid):
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{life['port']}/readyz", timeout=1),
            ):
                return pid
            time.sleep(0.03)
        return pid

    def revive(self, *patches: dict[str, Any]) -> None:
        """A new life, if the last one has ended."""
        if not alive(self.lives[-1]):
            self.begin(*patches)

    def kill(self) -> None:
        self.note_death()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.lives[-1], signal.SIGKILL)
        wait(lambda: not alive(self.lives[-1]), 5)

    def note_death(self) -> None:
        """A life is about to end: when, in seconds since 1970. One that dies of itself writes it down there too."""
        with (self.folder / "deaths").open("a") as noted:
            noted.write(f"{time.time()}\n")

    def deaths(self) -> list[float]:
        noted = self.folder / "deaths"
        return [float(line) for line in noted.read_text().split()] if noted.exists() else []

    # --- the people ----------------------------------------------------------------------------------------------

    def talk(
        self, between: Callable[[int], None] = lambda _step: None, *, times: int = 1, shuffled: bool = False
    ) -> None:
        """Everybody says their steps; the first one also sends a picture."""
        line_steps = [[self._line_event(user, step) for user in self.line_people] for step in STEPS]
        line_steps[0].insert(0, self._picture(self.line_people[0]))
        telegram_steps = [
            [self.telegram.text(user, said.format(n=user)) for user in self.telegram_people] for said in STEPS
        ]
        self.result.sent = sum(map(len, line_steps)) + sum(map(len, telegram_steps))
        order = list(range(len(STEPS)))
        if shuffled:
            self.chance.shuffle(order)
        for number, step in enumerate(order):
            for _ in range(times):
                for start in range(0, len(line_steps[step]), 5):
                    self.line.post(line_steps[step][start : start + 5])
                self.telegram.deliver(*telegram_steps[step])
            between(number)
            self.revive()

    def _line_event(self, user: str, said: str) -> dict[str, Any]:
        return self.line.message(user, {"type": "text", "text": said.format(n=int(user[1:], 16))})

    def _picture(self, user: str) -> dict[str, Any]:
        event = self.line.message(user, {"type": "image", "contentProvider": {"type": "line"}})
        self.lab.line.content[event["message"]["id"]] = (0, JPEG)
        return event

    # --- quiet again ---------------------------------------------------------------------------------------------

    def quiet_down(self) -> None:
        """The platforms come again with what was not taken; whoever died is started again."""
        end, before, calm = time.monotonic() + PATIENCE, -1, 0
        while time.monotonic() < end:
            self.revive()
            waiting = self.line.redeliver_all() if self.line.unacknowledged else 0
            left = still_to_do(self.db) + waiting + self.telegram.pending()
            calm = calm + 1 if not left else 0
            if calm > 2:
                return
            if left != before:  # something moves: a slow machine is no fault
                end, before = time.monotonic() + PATIENCE, left
            time.sleep(0.12)
        self.result.wrong.append(f"nothing moved for {PATIENCE:.0f} s, and {before} are left")

    # --- the count -----------------------------------------------------------------------------------------------

    def count(self) -> None:
        """Every event and every copy. Adds to `wrong` what no column says."""
        found = self.result
        if self.fault.target:
            found.injected = int(not alive(self.lives[0]))
        if not found.injected:
            found.wrong.append("it never came to that point")
        acknowledged = self.line.acknowledged | {str(number) for number in self.telegram.acknowledged}
        found.acknowledged = len(acknowledged)
        with self.db.reading() as session:
            states = dict(session.execute(select(InboxEvent.event_id, InboxEvent.state)).tuples().all())
        stored = {event: state for event, state in states.items() if event in acknowledged}
        found.answered = sum(state == InboxState.DONE for state in stored.values())
        found.parked = sum(state == InboxState.PARKED for state in stored.values())
        found.lost += found.acknowledged - found.answered - found.parked
        if found.acknowledged < found.sent:
            found.wrong.append(f"{found.sent - found.acknowledged} were never taken")
        self._count_copies()
        self._reconcile()

    def _count_copies(self) -> None:
        line = Counter(item.to for item in self.lab.line.delivered[self.seen_before[0] :] if item.seen)
        telegram = Counter(str(item.chat_id) for item in self.lab.telegram.delivered[self.seen_before[1] :])
        chats = [*((("line", user), line[user]) for user in (*self.line_people, OFFICER))]
        chats += [(("telegram", str(user)), telegram[str(user)]) for user in (*self.telegram_people, HEAD)]
        for (channel, user), delivered in chats:
            written, doubtful = self._written(channel, user)
            extra = delivered - written
            if extra < 0:
                self.result.lost -= extra
            elif extra > doubtful:
                # LINE has keys that make a second copy avoidable.
                excusable = self._in_the_window(int(user)) if channel == "telegram" else 0
                excused = min(extra - doubtful, excusable)
                self.result.excused += excused
                self.result.doubled += extra - doubtful - excused
            self.result.uncertain += doubtful

    def _in_the_window(self, chat: int) -> int:
        """Second copies in a chat of Telegram whose first one was accepted so shortly before a death that its answer
        may not have been written down."""
        copies: dict[str, list[float]] = {}
        for item in self.lab.telegram.delivered[self.seen_before[1] :]:
            if item.chat_id == chat:
                said = {name: value for name, value in item.params.items() if name != "reply_markup"}
                copies.setdefault(repr((item.method, sorted(said.items()))), []).append(item.at)
        pairs = [pair for times in copies.values() for pair in itertools.pairwise(times)]
        return sum(excuses(first, second, self.deaths()) for first, second in pairs)

    def _written(self, channel: str, user: str) -> tuple[int, int]:
        """(bubbles the chat shows as sent, bubbles nobody can be sure of)."""
        lane = inbox.lane_of(self.db.keys, channel, user)
        with self.db.reading() as session:
            written = session.scalar(
                select(func.count())
                .select_from(Message)
                .join(Conversation, Conversation.id == Message.conversation_id)
                .where(Conversation.lane == lane, Message.direction == "out")
            )
            rows = session.scalars(
                select(OutboxMessage).where(OutboxMessage.lane == lane, OutboxMessage.state == OutboxState.UNCERTAIN)
            ).all()
            doubtful = sum(len(session.keys.open_data(row.parts)) for row in rows if row.parts is not None)
        return written or 0, doubtful

    def _reconcile(self) -> None:
        world = World(self.db, now=datetime.now(UTC))
        with self.db.snapshot() as session:
            for name, places in reconciling.look(
                Svc(session, world.now, world.tools), self.folder / "data/files"
            ).items():
                self.result.wrong.append(f"{name}: {places.names[:2]}")
            cases = session.scalar(select(func.count()).select_from(Case)) or 0
        people_count = len(self.line_people) + len(self.telegram_people)
        if cases - 1 > people_count:
            self.result.wrong.append(f"{cases - 1} cases of {people_count} people")

    def close(self) -> None:
        self.result.work = sum(worked(pid) for pid in self.lives)
        for pid in self.lives:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.line.close()
        self.telegram.close()
        if self.proxy is not None:
            self.proxy.stop()
        self.db.close()
        if self.result.survived:
            shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Lab:
    """What all cells share."""

    folder: Path
    line: line_emulator.Emulator
    telegram: telegram_emulator.Emulator
    nursery: Nursery
    installations: Installations
    _numbers: int = 0

    def run(self, fault: Fault, engine: str, events: int) -> Result:
        """One cell."""
        from tests.faults import world  # it knows cells

        self._numbers += 1
        self.line.faults.clear()
        self.telegram.faults.clear()
        self.line.quota = None
        began = time.monotonic()
        cell = Cell(fault, engine, self, self._numbers, events)
        try:
            world.happens(cell)
            cell.quiet_down()
            cell.count()
        except Exception as error:  # a cell that fails is a finding, not the end of the table
            cell.result.wrong.append(f"{type(error).__name__}: {error}"[:200])
        finally:
            cell.close()
        cell.result.seconds = time.monotonic() - began
        return cell.result


@contextlib.contextmanager
def laboratory(folder: Path, worker: str) -> Iterator[Lab]:
    """Emulators, the nursery, and prepared installations."""
    from tests.line_emulator import server as line_server
    from tests.telegram_emulator import server as telegram_server

    with line_server.running() as line, telegram_server.running() as telegram:
        nursery = Nursery(folder)
        try:
            yield Lab(folder, line, telegram, nursery, Installations(folder, worker))
        finally:
            nursery.close()


def excuses(first: float, second: float, deaths: Sequence[float]) -> bool:
    """Does one of these deaths excuse that what was accepted first came a second time (contract: the window)?"""
    return any(-ON_ITS_WAY <= death - first <= WINDOW and death < second for death in deaths)


def still_to_do(db: Database) -> int:
    """How much is still to be worked on, sent or fetched."""
    open_rows = (
        (InboxEvent, InboxEvent.state == InboxState.RECEIVED),
        (OutboxMessage, OutboxMessage.state.in_(OPEN)),
        (Attachment, Attachment.state == "wanted"),
    )
    with db.reading() as session:
        counts = (select(func.count()).select_from(table).where(where) for table, where in open_rows)
        return sum(session.scalar(count) or 0 for count in counts)


def alive(pid: int) -> bool:
    """Does this process run?"""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def worked(pid: int) -> float:
    """Seconds of processor time of a process that still runs."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait(what: Callable[[], bool], seconds: float) -> bool:
    """Until it is true, or so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.03)
    return what()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
