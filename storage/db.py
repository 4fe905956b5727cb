"""The engine and `transaction()`: one code path for SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from storage.seal import Keyring
from storage.session import Session as Session
from storage.session import session_of as session_of


class CannotConnect(Exception):
    """The database does not answer; the message says why, without any password."""


class WriteTurn:
    """Whose turn it is to write on SQLite: handed on in order of asking, the intake first.

    A plain lock would let the thread that just wrote take it again at once, and the others starve.
    """

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._owner: int | None = None
        self._first: deque[threading.Lock] = deque()
        self._others: deque[threading.Lock] = deque()

    @contextmanager
    def taken(self, first: bool = False) -> Iterator[None]:
        """Hold the turn; a thread that has it already goes on."""
        me = threading.get_ident()
        if self._owner == me:
            yield
            return
        self._take(me, self._first if first else self._others)
        try:
            yield
        finally:
            self._hand_on()

    def _take(self, me: int, queue: deque[threading.Lock]) -> None:
        with self._gate:
            if self._owner is None:
                self._owner = me
                return
            door = threading.Lock()
            door.acquire()
            queue.append(door)
        door.acquire()  # opened by whoever hands the turn on
        self._owner = me

    def _hand_on(self) -> None:
        with self._gate:
            queue = self._first or self._others
            if queue:
                self._owner = -1  # taken, by the thread about to wake
                queue.popleft().release()
            else:
                self._owner = None


class Database:
    """One database of one installation.

    SQLite: WAL, synchronous=FULL, BEGIN IMMEDIATE, one writer at a time (a lock of ours, so that waiting writers
    wake at once instead of polling SQLite's busy timer). `hurried`: this program's connections do not wait for the
    disk; for what can be made again. `alone`: an SQLite file that no other process may have open, before or meanwhile.
    """

    def __init__(self, url: str, keys: Keyring, *, hurried: bool = False, alone: bool = False) -> None:
        self.url = make_url(url)
        self.keys = keys
        self.sqlite = self.url.get_backend_name() == "sqlite"
        pace = _HURRIED if hurried else _CAREFUL
        self.engine = _sqlite_engine(url, pace, alone) if self.sqlite else _postgres_engine(url)
        self._writer = WriteTurn()
        self._listeners: list[Any] = []
        self._bound: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: all of it is kept, or none. Nothing inside may call the network."""
        with self.writing(), self._session() as session:
            yield session
            session.finish()
            session.commit()
            topics = session.after_commit
        for topic in topics:
            self.tell(topic)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Look without changing; never waits for writers."""
        with self._session(reading=True) as session:
            yield session
            session.expunge_all()  # what was read stays readable
            session.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Look at one state of everything, however long it takes; waits for nobody and keeps nobody waiting."""
        level = {} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._session(reading=True, **level) as session:
            yield session
            session.rollback()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in a transaction of its own, for the intake's one statement: it goes before others."""
        if self._bound is not None:
            with self._bound.begin_nested():
                yield self._bound
            return
        with self.writing(first=True), self.engine.begin() as connection:
            yield connection

    @property
    def bound(self) -> bool:
        """Is everything on one connection that will be undone (tests)?"""
        return self._bound is not None

    def writing(self, first: bool = False) -> AbstractContextManager[None]:
        """The turn to write on SQLite, in order of asking; nothing on PostgreSQL, where rows have locks."""
        return self._writer.taken(first) if self.sqlite else nullcontext()

    def connections(self) -> tuple[int, int]:
        """How many connections to the database are in use, and how many there may be."""
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            return 0, 0
        return pool.checkedout(), pool.size() + pool._max_overflow

    def ping(self) -> None:
        """Is the database there? Raises CannotConnect."""
        try:
            with self.engine.connect():
                return
        except SQLAlchemyError as error:
            where = self.url.render_as_string(hide_password=True)
            raise CannotConnect(f"{where}: {type(error.__cause__ or error).__name__}") from error

    def on_work(self, listener: Any) -> None:
        """Call `listener(topic)` after every commit in this process that made work."""
        self._listeners.append(listener)

    def tell(self, topic: str) -> None:
        """Tell this process's listeners that there is work."""
        for listener in self._listeners:
            listener(topic)

    @contextmanager
    def _session(self, reading: bool = False, **options: str) -> Iterator[Session]:
        if self._bound is not None:
            session = Session(bind=self._bound, join_transaction_mode="create_savepoint", expire_on_commit=False)
        else:
            engine = self.engine.execution_options(**({"pratu_read": True} if reading else {}), **options)
            session = Session(bind=engine, expire_on_commit=False)
        with session_of(session, self.keys):
            yield session

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Everything inside happens on one connection and is undone at the end (for tests). Inside of another such,
        only what happened since is undone."""
        if self._bound is not None:
            with self._bound.begin_nested() as since:
                try:
                    yield
                finally:
                    since.rollback()
            return
        with self.engine.connect() as connection, connection.begin() as outer:
            self._bound = connection
            try:
                yield
            finally:
                self._bound = None
                outer.rollback()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


class Lent(Database):
    """A database whose every piece of work belongs to one transaction that is open already: for a made-up world that
    does many of them at once. Nothing is kept before that transaction ends."""

    def __init__(self, lender: Database, session: Session) -> None:
        self.url, self.keys, self.sqlite, self.engine = lender.url, lender.keys, lender.sqlite, lender.engine
        self._lent = session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The open transaction."""
        yield self._lent

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The open transaction."""
        yield self._lent


_CAREFUL = ("synchronous=FULL",)
_HURRIED = (
    *("synchronous=OFF", "cache_size=-200000", "wal_autocheckpoint=20000", "temp_store=MEMORY"),
    "secure_delete=OFF",  # nobody real is in it
)


_PATIENCE, _AT_ONCE = 30, 1  # seconds to wait for somebody else's lock


_PREPARED = 2000  # statements a connection keeps prepared: a turn of each kind and the reports ask several hundred


def _sqlite_engine(url: str, pace: Sequence[str], alone: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    wait = _AT_ONCE if alone else _PATIENCE
    given = {"timeout": wait, "check_same_thread": False, "cached_statements": _PREPARED}
    engine = create_engine(url, connect_args=given)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        for pragma in (
            *(("locking_mode=EXCLUSIVE",) if alone else ()),  # every open connection holds a lock while WAL is in use
            "journal_mode=WAL",
            "foreign_keys=ON",
            "secure_delete=ON",
            *pace,
            "mmap_size=268435456",  # 256 MB are read where they lie, without asking the system for each page
            f"busy_timeout={wait * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("pratu_read", False)
        # IMMEDIATE: take the write lock now, so that what is read inside cannot be stale when it is written.
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: str) -> Engine:
    return create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args={"connect_timeout": 5})
