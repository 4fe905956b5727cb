"""Which workers live: each holds a lock of its own for as long as its connection lives.

When a process dies, PostgreSQL closes its connection and the lock is free at once. A living process may lose that
connection too, and takes the lock again at its next look; so a worker counts as gone only when its lock stays free.
SQLite is one process, so every worker but this one is dead.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from storage.db import Database, Session

SURELY_SECONDS = 5.0  # a lock that is free so long is nobody's: who only lost a connection has taken it again by then


class Presence:
    """This worker's sign of life."""

    def __init__(self, db: Database, worker: str) -> None:
        self._db = db
        self._worker = worker
        self._connection: Connection | None = None
        self._missing: dict[str, float] = {}
        self._looked = 0.0

    def show(self) -> None:
        """Take the lock, or take it again after the connection was lost. Call it now and then."""
        if self._db.sqlite:
            return
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                self._connection.commit()
                return
        except SQLAlchemyError:
            self.leave()
        connection = self._db.engine.connect()
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(self._worker)})
        connection.commit()
        self._connection = connection

    def gone(self, session: Session, workers: Sequence[str]) -> list[str]:
        """Which of these are gone for sure: their locks were free at every look for SURELY_SECONDS."""
        if self._db.sqlite:
            return [worker for worker in workers if worker != self._worker]
        now = time.monotonic()
        if now - self._looked > 2 * SURELY_SECONDS:
            self._missing = {}  # what was between two looks nobody knows
        self._looked = now
        missing = [worker for worker in workers if is_dead(session, worker, self._worker)]
        self._missing = {worker: self._missing.get(worker, now) for worker in missing}
        return [worker for worker, since in self._missing.items() if now - since >= SURELY_SECONDS]

    def none_asked_of(self) -> None:
        """Nobody is sending: what was noted of anybody is past."""
        self._missing = {}

    def leave(self) -> None:
        """Let go."""
        if self._connection is not None:
            self._connection.invalidate()  # never back into the pool: the lock lives in this connection
            self._connection.close()
            self._connection = None


def is_dead(session: Session, worker: str, me: str) -> bool:
    """Is this worker gone? Its lock can be taken, then; ours ends with the transaction."""
    if worker == me:
        return False
    if session.get_bind().dialect.name == "sqlite":
        return True
    free = session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _key(worker)})
    return bool(free)


def _key(worker: str) -> int:
    return uuid.UUID(worker).int % (1 << 62)


class Leader:
    """Of several processes exactly one leads: whoever got the lock, for as long as its own connection lives.

    SQLite is one process, which always leads.
    """

    def __init__(self, db: Database, name: str) -> None:
        self._db = db
        self.key = int.from_bytes(hashlib.sha256(f"leader:{name}".encode()).digest()[:8]) >> 2
        self._connection: Connection | None = None
        self._gate = threading.Lock()

    def leads(self) -> bool:
        """Does this process lead? Takes the lead where nobody has it. Call it before each piece of work.

        A database that does not answer raises sqlalchemy's error: then nobody works.
        """
        if self._db.sqlite:
            return True
        with self._gate:
            return self._still() or self._take()

    def leave(self) -> None:
        """Let another process lead."""
        with self._gate:
            self._let_go()

    def _still(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
            self._connection.commit()
        except SQLAlchemyError:
            self._let_go()
            return False
        return True

    def _take(self) -> bool:
        connection = self._db.engine.connect()
        taken = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self.key}))
        connection.commit()
        if not taken:
            connection.close()
            return False
        self._connection = connection
        return True

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # never back into the pool: the lock lives in this connection
            self._connection.close()
            self._connection = None


# --- nobody else -----------------------------------------------------------------------------------------------------

_ALONE = int.from_bytes(hashlib.sha256(b"alone").digest()[:8]) >> 2
_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and usename = current_user
  and backend_type = 'client backend' and pid <> pg_backend_pid()
"""


_LOOKS, _BETWEEN_LOOKS = 10, 0.1  # seconds


class NotAlone(Exception):
    """Other processes live on this database."""


@contextmanager
def alone(db: Database) -> Iterator[Session]:
    """One transaction in which no other process lives on this database, nor begins to (`begin` waits). Every process
    of a service keeps connections open, so open ones of the same role are looked for: also a `psql` is one. `db`
    must not be in use by this process. Raises NotAlone."""
    db.close()  # our own connections are no others
    if not db.sqlite:
        with db.transaction() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ALONE})
            _wait_for_ends(session)
            yield session
        return
    only = Database(db.url.render_as_string(hide_password=False), db.keys, alone=True)
    try:
        try:
            only.engine.connect().close()  # the pool keeps it, and it keeps the lock
        except OperationalError as locked:
            raise NotAlone from locked
        with only.transaction() as session:
            yield session
    finally:
        only.close()


def _wait_for_ends(session: Session) -> None:
    """Who was stopped a moment ago is still seen for a moment. Raises NotAlone."""
    for _ in range(_LOOKS):
        if not session.scalar(text(_OTHERS)):
            return
        time.sleep(_BETWEEN_LOOKS)
        session.execute(text("SELECT pg_stat_clear_snapshot()"))  # else a transaction goes on seeing what it saw first
    raise NotAlone


def begin(session: Session) -> None:
    """A process begins: it waits here, in the transaction in which it reads what it will go by, for one that is alone.
    On SQLite nobody can even connect then."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _ALONE})
