"""The engine, the session and `transaction()`: one code path for SQLite and PostgreSQL."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    Insert,
    ScalarResult,
    Select,
    Table,
    create_engine,
    event,
    insert,
    make_url,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, make_transient_to_detached
from sqlalchemy.orm import Session as PlainSession
from sqlalchemy.pool import QueuePool

from storage.seal import Keyring

T = TypeVar("T")
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None  # of a statement's parameters; several: once for each


class CannotConnect(Exception):
    """The database does not answer; the message says why, without any password."""


class Session(PlainSession):
    """A transaction in work, and the keys that open its sealed columns."""

    keys: Keyring
    after_commit: list[str]
    late: list[Callable[[], None]]  # what takes a lock everybody waits for
    kept: deque[object]  # the rows read or written last in this transaction: nothing is read twice by its id
    facts: list[Any]  # of cases, to be linked into the chain then
    put_out: list[int]  # rows of messages it put out, and of events it ended: for whoever tells of it
    settled: list[int]
    known: dict[tuple[object, ...], Any]  # read once in this transaction; see `once`

    def once(self, key: tuple[object, ...], read: Callable[[], T]) -> T:
        """What `read` finds, asked of the database once in a transaction: for data of the installation, which nobody
        changes in the middle of a turn. Whoever does takes it out of `known`."""
        if key not in self.known:
            self.known[key] = read()
        found: T = self.known[key]
        return found

    def ask(self, statement: Executable, values: Values = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement over bare tables (`tables.base.plain`): where single values are wanted it costs a third of
        one over classes. Objects read before do not learn what it changes."""
        self._settle(statement)
        return self.connection().execute(statement, values)

    def find(self, statement: Select[T], values: Mapping[str, Any]) -> ScalarResult[T]:
        """The objects a ready statement finds."""
        self._settle(statement)
        return self.scalars(statement, values, execution_options=_SETTLED)

    def _settle(self, statement: Executable) -> None:
        """Write what waits, if it is of a table the statement names: what does not concern it waits on, so that the
        many changes of one row in a turn are one."""
        if not self._is_clean() and not _named_in(statement).isdisjoint(self._waiting()):
            self.flush()

    def _waiting(self) -> set[str]:
        return {row.__tablename__ for rows in (self.dirty, self.new, self.deleted) for row in rows}

    def write(self, row: DeclarativeBase) -> None:
        """Insert one new row now, at a third of a flush's price; it has its id then. What it points to must be there,
        and what else waits to be written goes on waiting: many changes of one row in a turn become one."""
        new, known = _insert_of(type(row)), row.__dict__
        done = self.connection().execute(new.statement, {name: known[name] for name in new.columns if name in known})
        known.update(cast("Mapping[str, Any]", done.last_inserted_params()))  # with what the class fills in by itself
        known.update(zip(new.key, done.inserted_primary_key or (), strict=True))
        for name in new.empty:
            known.setdefault(name, None)
        make_transient_to_detached(row)
        self.add(row)
        self.kept.append(row)

    def finish(self) -> None:
        """Do now what was put off to the end of the transaction."""
        while self.late:
            self.late.pop(0)()
        self.flush()

    def wake(self, topic: str) -> None:
        """Say after the commit that there is work of this topic ("inbox", "outbox", "media")."""
        if topic not in self.after_commit:
            self.after_commit.append(topic)


def session_of(session: Session, keys: Keyring) -> Session:
    """This session, made ready to work."""
    session.keys = keys
    session.after_commit, session.late, session.facts, session.known = [], [], [], {}
    session.put_out, session.settled = [], []
    session.kept = deque(maxlen=_KEPT)
    return session


@event.listens_for(Session, "pending_to_persistent")
@event.listens_for(Session, "loaded_as_persistent")
def _keep(session: Session, row: object) -> None:
    session.kept.append(row)


_SETTLED = {"autoflush": False}
_KEPT = 2000  # more than any turn needs; who walks a whole table does not hold it


@lru_cache(maxsize=1024)
def _named_in(statement: Executable) -> frozenset[str]:
    """Every word of a statement, so surely every table in it."""
    return frozenset(re.findall(r"\w+", str(statement)))


@dataclass(frozen=True)
class _New:
    """How a row of a class is added; `empty`: columns where nothing stands if nothing was said."""

    statement: Insert
    columns: tuple[str, ...]
    key: tuple[str, ...]
    empty: tuple[str, ...]


@cache
def _insert_of(kind: type[DeclarativeBase]) -> _New:
    table = kind.__table__
    assert isinstance(table, Table)
    empty = [column.name for column in table.columns if column.default is None and column.server_default is None]
    key = tuple(table.primary_key.columns.keys())
    return _New(insert(table), tuple(table.columns.keys()), key, tuple(name for name in empty if name not in key))


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
        """Everything inside happens on one connection and is undone at the end (for tests)."""
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


def _sqlite_engine(url: str, pace: Sequence[str], alone: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    wait = _AT_ONCE if alone else _PATIENCE
    engine = create_engine(url, connect_args={"timeout": wait, "check_same_thread": False})

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
