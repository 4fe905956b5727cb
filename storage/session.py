"""A transaction in work: how rows are found, written and changed in it.

What is asked runs past SQLAlchemy's execution (see storage/ready.py). Its objects stay SQLAlchemy's: one for each row,
which knows what of it was changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    Executable,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, InvalidRequestError, NoResultFound
from sqlalchemy.orm import ClassManager, DeclarativeBase, Mapper, SessionTransaction
from sqlalchemy.orm import Session as PlainSession
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import StaleDataError

from storage.ready import Found, Given, Ready, filled_in, ready
from storage.seal import Keyring

T = TypeVar("T")
Row = TypeVar("Row", bound=DeclarativeBase)
Other = TypeVar("Other", bound=DeclarativeBase)
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None  # of a statement's parameters; several: once for each


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
    heard: list[str] | None = None  # the SQL that is run, where somebody wants to know
    _lent: SessionTransaction | None = None  # of which `_bare` is the connection
    _bare: Any
    _dialect: Dialect

    def once(self, key: tuple[object, ...], read: Callable[[], T]) -> T:
        """What `read` finds, asked of the database once in a transaction: for data of the installation, which nobody
        changes in the middle of a turn. Whoever does takes it out of `known`."""
        if key not in self.known:
            self.known[key] = read()
        found: T = self.known[key]
        return found

    # --- asking ------------------------------------------------------------------------------------------------------

    def ask(self, statement: Executable, values: Values = None) -> Found[Any]:
        """Run a kept statement over bare tables (`tables.base.plain`) and hand out all it finds. Objects read before do
        not learn what it changes. Raises SQLAlchemy's errors."""
        bare = self._connected()
        many = values is not None and not isinstance(values, Mapping)
        given = cast("Given", (values[0] if many else values) or {})  # type: ignore[index]
        prepared = ready(statement, given, self._dialect)
        self._settle(prepared)
        if prepared.left:
            return self._left(statement, values)
        if many:
            return self._many(bare, prepared, cast("Sequence[Given]", values))
        prepared, given = prepared.of(given)
        cursor = self._run(bare, prepared, given)
        return Found(prepared.rows(cursor), cursor.rowcount)

    def find(self, statement: Select[Row], values: Given | None = None) -> Found[Row]:
        """The objects a kept statement finds, each of them the one of its row."""
        (kind,) = _kinds_of(statement)
        return Found([self._row_of(kind, row) for row in self._rows(statement, values or {})])

    def find_pairs(self, statement: Select[Row, Other], values: Given) -> list[tuple[Row, Other]]:
        """The pairs of objects a kept statement over two classes finds."""
        one, other = _kinds_of(statement)
        rows = self._rows(statement, values)
        return [(self._row_of(one, row), self._row_of(other, row)) for row in rows]

    def _rows(self, statement: Executable, values: Given) -> list[Any]:
        bare = self._connected()
        prepared = ready(statement, values, self._dialect)
        self._settle(prepared)
        prepared, values = prepared.of(values)
        return prepared.unnamed(self._run(bare, prepared, values))

    def get(self, entity: type[T], ident: Any, **options: Any) -> T | None:  # type: ignore[override]
        """As SQLAlchemy's: the row of this key, not asked for again where it is known."""
        if options or isinstance(ident, tuple | dict):
            return super().get(entity, ident, **options)
        known = self.identity_map.get((entity, (ident,), None))
        if known is not None:
            return super().get(entity, ident) if instance_state(known).expired else known
        if self.new:
            self.flush()
        return self._by_key(entity, ident)

    def get_one(self, entity: type[T], ident: Any, **options: Any) -> T:  # type: ignore[override]
        """As `get`. Raises NoResultFound."""
        found = self.get(entity, ident, **options)
        if found is None:
            raise NoResultFound(f"no {entity.__name__} of this key")
        return found

    def _by_key(self, entity: type[T], ident: object) -> T | None:
        statement, given = _of_key(cast("type[DeclarativeBase]", entity)), {"key_": ident}
        bare = self._connected()
        prepared = ready(statement, given, self._dialect)
        rows = prepared.unnamed(self._run(bare, prepared, given))
        return cast("T", self._row_of(_kinds_of(statement)[0], rows[0])) if rows else None

    def _row_of(self, kind: _Kind, row: Any) -> Any:
        key = tuple(row[at] for at in kind.key)
        known = self.identity_map.get((kind.entity, key, None))
        if known is not None and not kind.anew:
            return known
        values = zip(kind.names, row[kind.first : kind.first + len(kind.names)], strict=True)
        if known is None:
            known = kind.mapper.class_manager.new_instance()
            known.__dict__.update(values)
            self._hold(known, key)
        elif instance_state(known).expired_attributes:
            self.refresh(known)
        else:
            known.__dict__.update(values)  # nothing of it waits: it was settled
        return known

    def _hold(self, row: DeclarativeBase, key: tuple[Any, ...]) -> None:
        """A whole row, as it was found or written just now, is an object of this transaction from now on: what
        SQLAlchemy's `make_transient_to_detached` and `add` do, without looking for what it lacks and leads to."""
        state = instance_state(row)
        state.key = (type(row), key, None)
        state._commit_all(row.__dict__)
        state.session_id = self.hash_key
        self.identity_map.add(state)
        self.kept.append(row)

    # --- running -----------------------------------------------------------------------------------------------------

    def _connected(self) -> Any:
        """The driver's own connection, in the transaction that is open."""
        if self.in_nested_transaction():
            self.connection()  # a savepoint is set when somebody first asks for its connection
        if self._lent is None or self.get_transaction() is not self._lent:
            connection: Connection = self.connection()
            self._lent, self._dialect = self.get_transaction(), connection.dialect
            self._bare = connection.connection.driver_connection
        return self._bare

    def _run(self, bare: Any, prepared: Ready, given: Given) -> Any:
        if self.heard is not None:
            self.heard.append(prepared.sql)
        cursor = bare.cursor()
        try:
            cursor.execute(prepared.sql, prepared.values(given))
        except self._dialect.loaded_dbapi.Error as wrong:
            raise self._told(wrong, prepared) from wrong
        return cursor

    def _many(self, bare: Any, prepared: Ready, rows: Sequence[Given]) -> Found[Any]:
        if self.heard is not None:
            self.heard.append(prepared.sql)
        cursor = bare.cursor()
        try:
            cursor.executemany(prepared.sql, [prepared.values(row) for row in rows])
        except self._dialect.loaded_dbapi.Error as wrong:
            raise self._told(wrong, prepared) from wrong
        return Found([], cursor.rowcount)

    def _left(self, statement: Executable, values: Values) -> Found[Any]:
        done = self.connection().execute(statement, values)
        return Found(list(done) if done.returns_rows else [], done.rowcount)

    def _told(self, wrong: Exception, prepared: Ready) -> Exception:
        """The driver's error as SQLAlchemy names it, without the values."""
        driver = self._dialect.loaded_dbapi.Error
        named = DBAPIError.instance(prepared.sql, None, wrong, driver, hide_parameters=True, dialect=self._dialect)
        return cast("Exception", named)

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, kind: type[Row], /, **values: Any) -> Row:
        """Insert one new row of these values now, at a small part of a flush's price; it has its id then. What it
        points to must be there, and what else waits to be written goes on waiting: many changes of one row in a turn
        become one. Raises TypeError for a value that is no column's."""
        bare = self._connected()
        new = _new(kind, self._dialect.name)
        given = {name: values[name] for name in new.columns if name in values}
        if len(given) != len(values):
            raise TypeError(f"no column of {kind.__tablename__}: {sorted(set(values) - set(given))}")
        for name, make in new.defaults:
            if name not in given:
                given[name] = make()
        prepared = ready(new.statement, given, self._dialect)
        cursor = self._run(bare, prepared, given)
        row: Row = new.manager.new_instance()  # past its constructor, which tells SQLAlchemy of each value
        known = row.__dict__
        known.update(given)
        found = prepared.rows(cursor)
        if found:
            known.update(zip(new.key, found[0], strict=True))
        elif new.key[0] not in given:
            known[new.key[0]] = cursor.lastrowid
        for name, value in new.stands:
            known.setdefault(name, value)
        self._hold(row, tuple(known[name] for name in new.key))
        return row

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what waits. Where that is only changes of rows, without SQLAlchemy's unit of work: no class of ours
        points to objects of another."""
        if objects or self.in_nested_transaction() or self.new or self.deleted or self._flushing:
            super().flush(objects)
            return
        waiting = self.dirty
        if waiting:
            bare = self._connected()
            for row in sorted(waiting, key=_place):
                self._write_changes(bare, row)

    def _write_changes(self, bare: Any, row: DeclarativeBase) -> None:
        state, known = instance_state(row), row.__dict__
        before = state.committed_state
        changed = {name: known[name] for name in before if name in known and _differ(known[name], before[name])}
        if changed:
            statement, key = _change(type(row))
            given = {**dict(sorted(changed.items())), **{f"{name}_": known[name] for name in key}}
            prepared = ready(statement, given, self._dialect)
            if self._run(bare, prepared, given).rowcount != 1:
                raise StaleDataError(f"a row of {row.__tablename__} is gone")
        state._commit_all(known, self.identity_map)  # as SQLAlchemy does after a flush

    def _settle(self, prepared: Ready) -> None:
        """Write what waits, if it is of a table the statement names: what does not concern it waits on, so that the
        many changes of one row in a turn are one."""
        if not self._is_clean() and not prepared.words.isdisjoint(self._waiting()):
            self.flush()

    def _waiting(self) -> set[str]:
        rows = (*self.dirty, *self.new, *self.deleted) if self._new or self._deleted else self.dirty
        return {row.__tablename__ for row in rows}

    def finish(self) -> None:
        """Do now what was put off to the end of the transaction; rows first: behind the chain's lock nobody should wait
        for the lock of a row."""
        self.flush()
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


_KEPT = 2000  # more than any turn needs; who walks a whole table does not hold it


@dataclass(frozen=True)
class _Kind:
    """How a part of a found row becomes an object. `anew`: also what is known already is what was found now."""

    entity: type[DeclarativeBase]
    mapper: Mapper[Any]
    names: tuple[str, ...]
    key: tuple[int, ...]  # where in a row its key is
    first: int  # where in a row it begins
    anew: bool


@cache
def _kinds_of(statement: Select[Any]) -> tuple[_Kind, ...]:
    """Of each class a statement finds. Raises InvalidRequestError where it finds anything else."""
    anew = bool(statement.get_execution_options().get("populate_existing"))
    kinds: list[_Kind] = []
    for found in statement.column_descriptions:
        entity: Any = found["entity"]
        if entity is None or found["expr"] is not entity:
            raise InvalidRequestError(f"does not find rows of classes: {statement}")
        mapper: Mapper[Any] = inspect(entity)
        names = tuple(str(column.key) for column in mapper.columns)
        first = kinds[-1].first + len(kinds[-1].names) if kinds else 0
        key = tuple(first + names.index(str(column.key)) for column in mapper.primary_key)
        kinds.append(_Kind(entity, mapper, names, key, first, anew))
    found_names = tuple(str(column.key) for column in statement.selected_columns)
    if len(kinds) == 1 and found_names != kinds[0].names:
        raise InvalidRequestError(f"does not find whole rows: {statement}")
    return tuple(kinds)


@cache
def _of_key(entity: type[Row]) -> Select[Row]:
    mapper: Mapper[Any] = inspect(entity)
    (column,) = mapper.primary_key
    return select(entity).where(column == bindparam("key_"))


@dataclass(frozen=True)
class _New:
    """How a row of a class is added. `defaults`: what the class fills in; `stands`: what stands in a column of which
    nothing was said."""

    manager: ClassManager[Any]
    statement: Insert
    columns: tuple[str, ...]
    key: tuple[str, ...]
    defaults: tuple[tuple[str, Callable[[], Any]], ...]
    stands: tuple[tuple[str, Any], ...]


@cache
def _new(kind: type[DeclarativeBase], engine: str) -> _New:
    table = _table(kind)
    key = tuple(table.primary_key.columns.keys())
    statement = insert(table) if engine == "sqlite" else insert(table).returning(*table.primary_key.columns)
    defaults = [(column.name, filled_in(column.default)) for column in table.columns if column.default is not None]
    others = [column for column in table.columns if column.default is None and column.name not in key]
    stands = tuple((column.name, _stands_in(column)) for column in others)
    mapper: Mapper[Any] = inspect(kind)
    return _New(mapper.class_manager, statement, tuple(table.columns.keys()), key, tuple(defaults), stands)


def _stands_in(column: Column[Any]) -> Any:
    """What the database puts where nothing is said: nothing, or one fixed value."""
    default: Any = column.server_default
    if default is None:
        return None
    written = str(default.arg)
    if isinstance(column.type, Boolean):
        return written in ("true", "1")
    return int(written) if isinstance(column.type, Integer) else written


@cache
def _change(kind: type[DeclarativeBase]) -> tuple[Update, tuple[str, ...]]:
    """(how a row of a class is changed, the names of its key)."""
    table = _table(kind)
    columns = table.primary_key.columns
    return (
        update(table).where(*(column == bindparam(f"{column.name}_") for column in columns)),
        tuple(column.name for column in columns),
    )


def _table(kind: type[DeclarativeBase]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table)
    return table


def _place(row: DeclarativeBase) -> tuple[str, str]:
    """The order in which rows are written: always the same, so that two transactions never wait for each other."""
    key = instance_state(row).key
    return row.__tablename__, str(key and key[1])


def _differ(new: object, old: object) -> bool:
    return bool(new != old)
