"""What old rows cost the queues: the same questions with none and with a million of them, which indexes answer, and how
long their going takes. Alone: `python -m tests.bench queues`."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text

from storage import conversations, ids, inbox, outbox, retention, sending
from storage.db import Database, Session
from storage.inbox import NewEvent, microseconds

OLD = int(os.environ.get("BENCH_OLD_ROWS", "1000000"))
AGE = timedelta(days=100)
ASKED = 200
PORTION = 1000

_EVENTS = """
INSERT INTO inbox (channel, bot, event_id, lane, event_us, received_us, state, attempts, done_at)
SELECT 'line', 'main', 'old-' || n, 'lane-' || (n % 100000), n, n, 'done', 0, :at FROM {rows}
"""
_MESSAGES = """
INSERT INTO outbox (key, channel, lane, state, calls_done, attempts, not_before, tried_reply, taken_back, created_at)
SELECT 'old-' || n, 'line', 'lane-' || (n % 100000), 'sent', 1, 1, :at, false, false, :at FROM {rows}
"""
_TOLD = """
INSERT INTO messages (channel, direction, conversation_id, inbox_id, at, kind)
SELECT 'line', 'in', {conversation}, id, :at, 'text' FROM inbox
"""
_ROWS = {
    True: "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :count) SELECT n FROM c)",
    False: "generate_series(1, :count) AS n",
}


def grow_old(db: Database, count: int) -> None:
    """So many events that were worked off and messages that were sent, long ago."""
    at = datetime.now(UTC) - AGE
    # SQLite holds times as text; its driver no longer writes them so by itself.
    values = {"count": count, "at": f"{at:%Y-%m-%d %H:%M:%S.%f}" if db.sqlite else at}
    with db.transaction() as session:
        conversation = conversations.of_chat(session, "line", inbox.lane_of(db.keys, "line", "old"), "old")
        session.flush()
        for statement in (_EVENTS, _MESSAGES):
            session.execute(text(statement.format(rows=_ROWS[db.sqlite])), values)
        session.execute(text(_TOLD.format(conversation=conversation.id)), {"at": values["at"]})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def put_new(db: Database, chats: int = 200) -> None:
    """So many chats with an event that waits and a message that is to go."""
    now = datetime.now(UTC)
    us = microseconds(now)
    inbox.put(db, [NewEvent("line", f"new-{n}", f"chat-{n}", us, us, b"{}") for n in range(chats)])
    with db.transaction() as session:
        for n in range(chats):
            outbox.put(session, channel="line", lane=f"chat-{n}", chat_id=f"chat-{n}", parts=[], now=now)


def questions(db: Database) -> dict[str, Callable[[Session], Any]]:
    """What workers ask again and again; last what leaves dead rows in the index."""
    now = datetime.now(UTC) + timedelta(seconds=1)
    lane = inbox.lane_of(db.keys, "line", "chat-1")
    return {
        "when the next is due": sending.next_due,
        "chats that wait": lambda session: inbox.lanes_waiting(session, now),
        "oldest event of a chat": lambda session: inbox.oldest_unread(session, lane, 20),
        "messages to send (claim)": lambda session: sending.claim(session, ids.new_key(), now),
    }


class _Enough(Exception):
    """What was asked is undone."""


def asked(db: Database, question: Callable[[Session], Any]) -> float:
    """Seconds of a question, the best of many: what else the machine does is no part of it."""
    found = []
    for _ in range(ASKED):
        try:
            with db.transaction() as session:
                began = time.perf_counter()
                assert question(session)
                found.append(time.perf_counter() - began)
                raise _Enough
        except _Enough:
            pass
    return min(found)


def plan(db: Database, question: Callable[[Session], Any]) -> str:
    """How the engine finds the answer to the first statement of a question."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        seen.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with db.transaction() as session:
            run = session._run

            def noted(bare: Any, prepared: Any, given: Any) -> Any:  # what goes past SQLAlchemy to the driver
                seen.append((prepared.sql, prepared.values(given)))
                return run(bare, prepared, given)

            session._run = noted  # type: ignore[method-assign]
            question(session)
            statement, values = next(one for one in seen if one[0].lstrip().startswith(("SELECT", "WITH")))
            cursor = session._connected().cursor()
            cursor.execute(("EXPLAIN QUERY PLAN " if db.sqlite else "EXPLAIN ") + statement, values)
            rows = cursor.fetchall()
            raise _Enough
    except _Enough:
        return "\n".join(str(row[-1]) for row in rows)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def figures(makers: dict[str, Any]) -> None:
    """The table, for each engine."""
    from tests.conftest import prepared

    for engine, make in makers.items():
        db = prepared(make())
        put_new(db)
        new = {name: asked(db, question) for name, question in questions(db).items()}
        db.close()
        db = prepared(make())
        grow_old(db, OLD)
        put_new(db)
        print(f"{engine}: with {OLD:,} old events and as many old messages, and none")
        for name, question in questions(db).items():
            old = asked(db, question)
            print(
                f"  {name:<28}{new[name] * 1000:7.2f} ms, then {old * 1000:7.2f} ms: {old / new[name]:.2f}x", flush=True
            )
        _print_going(db)
        db.close()


def _print_going(db: Database) -> None:
    before = datetime.now(UTC) - timedelta(days=90)
    for name in ("done_events", "answers"):
        times = []
        began, gone = time.perf_counter(), 0
        while True:
            start = time.perf_counter()
            with db.transaction() as session:
                rows = retention.take(session, name, before, PORTION)
            times.append(time.perf_counter() - start)
            gone += len(rows)
            if not rows or gone >= OLD // 4:
                break
        rate = gone / (time.perf_counter() - began)
        portion = statistics.median(times) * 1000
        print(f"  {name}: {rate:,.0f} rows a second go, a portion of {PORTION} in {portion:.0f} ms", flush=True)
