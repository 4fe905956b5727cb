"""How each fault happens to a cell while people talk."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable

from sqlalchemy import create_engine, func, select, text

from storage.tables import OutboxMessage
from storage.words import OutboxState
from tests.faults.cell import POISON, Cell, alive, free_port, wait

_FULL = """
CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
"""


def happens(cell: Cell) -> None:
    """Begin, let people talk, let it happen."""
    fault = cell.fault
    if fault.target:
        _dies_at(cell)
    elif fault.name.startswith(("LINE ", "LINE:", "Telegram ")):
        _platform(cell)
    else:
        _WORLD[fault.name](cell)


def _dies_at(cell: Cell) -> None:
    fault = cell.fault
    spec = {"kind": "kill", "target": fault.target, "when": fault.when, "nth": fault.nth}
    first = cell.begin(spec)
    cell.talk()
    wait(lambda: not alive(first), 2.0)


# --- platforms -------------------------------------------------------------------------------------------------------

_KINDS = {"500": "500", "garbage": "garbage", "429": "rate", "lost": "lost", "limit": "slow"}


def _platform(cell: Cell) -> None:
    is_line = cell.fault.name.startswith("LINE")
    emulator = cell.lab.line if is_line else cell.lab.telegram
    kind = (
        next(kind for word, kind in _KINDS.items() if word in cell.fault.name)
        if "used up" not in cell.fault.name
        else ""
    )
    if not is_line:
        kind = {"garbage": "502", "rate": "429"}.get(kind, kind)
    patches = []
    if kind == "slow":
        cell.lab.line.slow_seconds = cell.lab.telegram.slow_seconds = 1.2
        target = "bot.line.outbound:TIMEOUT" if is_line else "bot.telegram.outbound:TIMEOUT"
        patches = [{"kind": "value", "target": target, "value": 0.6}]
    cell.begin(*patches)
    if not kind:
        cell.lab.line.quota = 0
        cell.talk()
        cell.result.injected = 1
        return
    faults = [kind if number % 4 == 1 else "ok" for number in range(24)]
    emulator.faults.extend(faults)
    cell.talk()
    wait(lambda: len(emulator.faults) < len(faults) // 2, 5.0)
    cell.result.injected = faults[: len(faults) - len(emulator.faults)].count(kind)


# --- what people and the machine do ----------------------------------------------------------------------------------


def _storm(cell: Cell) -> None:
    cell.begin()
    cell.talk(times=5)
    cell.result.injected = 4 * cell.result.sent


def _disorder(cell: Cell) -> None:
    cell.begin()
    cell.talk(shuffled=True)
    cell.result.injected = 1


def _poison(cell: Cell) -> None:
    cell.begin(
        {"kind": "poison", "word": POISON},
        {"kind": "value", "target": "handlers.turn:_FIRST_WAIT", "seconds": 0.05},
    )

    def said(step: int) -> None:
        if step == 0:
            cell.line.post([cell._line_event(cell.line_people[0], POISON)])
            cell.telegram.deliver(cell.telegram.text(cell.telegram_people[0], POISON))
            cell.result.injected = 2

    cell.talk(said)
    cell.result.sent += 2


def _slow_readers(cell: Cell) -> None:
    """A hundred who begin a request and never end it, or never read the answer."""
    cell.begin()
    with contextlib.ExitStack() as open_ones:
        for number in range(100):
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", cell.server.port)))
            whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            one.sendall(
                whole * 20 if number % 2 else b"POST /webhooks/line HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
            )
        cell.result.injected = 100
        cell.talk()
        cell.quiet_down()


def _jump(seconds: int) -> Callable[[Cell], None]:
    def happens_to(cell: Cell) -> None:
        marker = cell.folder / "clock"
        cell.begin({"kind": "clock", "marker": str(marker)})

        def jump(step: int) -> None:
            if step == 1:
                marker.write_text(str(seconds))
                cell.result.injected = 1
            if step == 2:
                time.sleep(0.5)
                marker.write_text("0")

        cell.talk(jump)

    return happens_to


def _handover(cell: Cell) -> None:
    cell.begin()

    def restart(step: int) -> None:
        if step in (0, 2):
            old = cell.lives[-1]
            os.kill(old, signal.SIGTERM)
            wait(lambda: not alive(old), 15)
            cell.begin()
            cell.result.injected += 1

    cell.talk(restart)


def _thrice(cell: Cell) -> None:
    cell.begin()

    def kill(step: int) -> None:
        if step < 3:
            time.sleep(cell.chance.uniform(0.05, 0.4))
            cell.kill()
            cell.result.injected += 1

    cell.talk(kill)


def _while_recovering(cell: Cell) -> None:
    cell.begin({"kind": "kill", "target": "storage.sending:settle", "when": "before", "nth": 2})
    again = {"kind": "kill", "target": "storage.sending:recover", "when": "after", "nth": 1}
    begun = [False]

    def revive(_step: int) -> None:
        if not begun[0] and wait(lambda: not alive(cell.lives[-1]), 3.0):
            begun[0] = True
            second = cell.begin(again)
            cell.result.injected = 1 + wait(lambda: not alive(second), 8.0)

    cell.talk(revive)


def _digest(cell: Cell) -> None:
    cell.patches.append({"kind": "value", "target": "bot.jobs:TIMETABLE", "value": {"weekly-digest": 1}})
    first = cell.begin({"kind": "kill", "target": "handlers.actions.digesting:tell", "when": "after", "nth": 1})
    cell.talk()
    cell.result.injected = int(wait(lambda: not alive(first), 8.0))
    cell.revive()
    _told_once(cell)


def _told_once(cell: Cell) -> None:
    """The head's digest is put out and sent once; a copy too many of it is counted with the other copies."""
    sent = (OutboxMessage.purpose == "digest", OutboxMessage.state == OutboxState.SENT)

    def told() -> int:
        with cell.db.reading() as session:
            return session.scalar(select(func.count()).select_from(OutboxMessage).where(*sent)) or 0

    wait(lambda: told() > 0, 20.0)
    time.sleep(1.5)  # a second one would come now
    if told() != 1:
        cell.result.wrong.append(f"the head was told {told()} digests")


# --- the database ----------------------------------------------------------------------------------------------------


def _between(cell: Cell, begin: Callable[[], None], end: Callable[[], None], seconds: float) -> None:
    """It begins while people talk, and ends so much later."""

    def trouble(step: int) -> None:
        if step == 0:
            begin()
            cell.result.injected = 1
            threading.Timer(seconds, end).start()

    cell.talk(trouble)
    time.sleep(seconds)


def _disk_full(cell: Cell) -> None:
    marker = cell.folder / "full"
    if cell.engine == "sqlite":
        cell.begin({"kind": "full", "marker": str(marker)})
        _between(cell, marker.touch, marker.unlink, 2.0)
        return
    cell.begin()
    engine = create_engine(cell.url, isolation_level="AUTOCOMMIT")

    def begin() -> None:
        with engine.connect() as connection:
            connection.execute(text(_FULL))
            for table in ("inbox", "outbox", "messages"):
                connection.execute(
                    text(f"CREATE TRIGGER full_{table} BEFORE INSERT ON {table} EXECUTE FUNCTION disk_full()")
                )

    def end() -> None:
        with engine.connect() as connection:
            for table in ("inbox", "outbox", "messages"):
                connection.execute(text(f"DROP TRIGGER full_{table} ON {table}"))

    _between(cell, begin, end, 2.0)
    engine.dispose()


def _held(cell: Cell) -> None:
    cell.begin()
    holder = sqlite3.connect(cell.folder / "pratu.db", isolation_level=None, check_same_thread=False, timeout=10)
    _between(cell, lambda: holder.execute("BEGIN IMMEDIATE"), lambda: holder.execute("ROLLBACK"), 2.0)  # type: ignore[arg-type,return-value]
    holder.close()


def _away(cell: Cell) -> None:
    cell.begin()
    proxy = cell.proxy
    assert proxy is not None

    def begin() -> None:
        proxy.away = True
        proxy.reset()

    def end() -> None:
        proxy.away = False

    _between(cell, begin, end, 3.0)


def _resets(cell: Cell) -> None:
    cell.begin()
    proxy = cell.proxy
    assert proxy is not None

    def reset(_step: int) -> None:
        for _ in range(2):
            time.sleep(cell.chance.uniform(0.02, 0.2))
            cell.result.injected += proxy.reset()

    cell.talk(reset)


def _stalls(cell: Cell) -> None:
    cell.begin()
    assert cell.proxy is not None
    _between(cell, cell.proxy.stall, cell.proxy.flow, 2.0)


def _two_leaders(cell: Cell) -> None:
    table = {"weekly-digest": 1, "reminders": 1, "surveys": 1}
    cell.patches.append({"kind": "value", "target": "bot.jobs:TIMETABLE", "value": table})
    cell.begin(port=free_port())
    cell.begin()
    cell.talk()
    cell.result.injected = 2
    _told_once(cell)


_WORLD: dict[str, Callable[[Cell], None]] = {
    "everything comes five times": _storm,
    "everything comes in the wrong order": _disorder,
    "poison messages": _poison,
    "slow readers at the door": _slow_readers,
    "clock jumps an hour forward": _jump(3600),
    "clock jumps an hour back": _jump(-3600),
    "stopped and started again at once": _handover,
    "killed three times": _thrice,
    "killed while it recovers": _while_recovering,
    "killed while a digest is told": _digest,
    "disk full for two seconds": _disk_full,
    "somebody else holds the database": _held,
    "database away for three seconds": _away,
    "database connections reset": _resets,
    "database stalls for two seconds": _stalls,
    "two leaders on one database": _two_leaders,
}
