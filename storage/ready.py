"""Statements made ready once and run past SQLAlchemy's own execution, whose machinery costs more than the database.

SQLAlchemy writes the SQL and says how values go in and come out; to run it needs neither its events nor its results.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect, Executable, Insert, Select
from sqlalchemy.exc import InvalidRequestError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import UpdateBase

T = TypeVar("T")
Given = Mapping[str, Any]
Process = Callable[[Any], Any] | None
_MOST = 4000  # statements made ready; more can only be statements that are written anew each time
_MOST_LENGTHS = 300  # of one statement's lists


class Found(Generic[T]):
    """What a statement found, all of it; `rowcount`: how many rows it changed."""

    def __init__(self, rows: list[T], rowcount: int = -1) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def all(self) -> list[T]:
        """Every row."""
        return self._rows

    def first(self) -> T | None:
        """The first row, if there is one."""
        return self._rows[0] if self._rows else None

    def one(self) -> T:
        """The only row. Raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound("no row was found when one was required")
        if len(self._rows) > 1:
            raise MultipleResultsFound("several rows were found when one was required")
        return self._rows[0]

    def scalar(self) -> Any:
        """The first value of the first row, if there is one."""
        return self._rows[0][0] if self._rows else None  # type: ignore[index]

    def scalars(self) -> Found[Any]:
        """The first value of each row."""
        return Found([row[0] for row in self._rows], self.rowcount)  # type: ignore[index]


class Ready:
    """A statement in one engine's SQL. Lists of values are written out: such a statement is made ready once for each
    length of its lists."""

    def __init__(self, statement: ClauseElement, given: Given, dialect: Dialect) -> None:
        if isinstance(statement, Insert) and not _columns(statement):
            statement = statement.inline()  # nobody asked for what it made
        self._statement, self._dialect = statement, dialect
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(given))
        self.sql: str = compiled.string
        self.words = frozenset(re.findall(r"\w+", self.sql))  # so surely every table in it
        self.left = bool(compiled.post_compile_params) and isinstance(statement, UpdateBase)  # to SQLAlchemy
        self._lists = sorted({bind.key for bind in compiled.post_compile_params if bind.key in given})
        self._of_lengths: dict[tuple[int, ...], Ready] = {}
        self._columns = [(str(column.key), column.type) for column in _columns(statement)]
        self._row: Any = None
        self._out: list[tuple[int, Callable[[Any], Any]]] = []
        if not self._lists and not self.left:
            self._bind(_written_out(statement, given, dialect) if compiled.post_compile_params else compiled, given)

    def _bind(self, compiled: Any, given: Given) -> None:
        """How the values go in: (name, place in its list, what to do with it, None), or a fixed value as the last."""
        if compiled.escaped_bind_names:
            raise InvalidRequestError(f"cannot be made ready: {compiled.string}")
        self.sql = compiled.string
        places: dict[str, tuple[Any, int, Any]] = {}
        for bind in compiled.post_compile_params:
            name, values = compiled.bind_names[bind], given.get(bind.key, bind.value)
            if bind.expanding:
                places |= {f"{name}_{at}": (bind, at - 1, value) for at, value in enumerate(values, 1)}
        order = compiled.positiontup
        if not compiled.positional:
            plain = [name for bind, name in compiled.bind_names.items() if bind not in compiled.post_compile_params]
            order = [*dict.fromkeys(plain), *places]
        self._names = None if compiled.positional else tuple(order)
        self._slots = [self._slot(compiled, name, places, given) for name in order]
        given_ones = [(name, process) for name, at, process, _fixed in self._slots if name is not None and at is None]
        self._given = given_ones if len(given_ones) == len(self._slots) else None  # the usual case, and the quick one

    def _slot(
        self, compiled: Any, name: str, places: Mapping[str, tuple[Any, int, Any]], given: Given
    ) -> tuple[str | None, int | None, Process, Any]:
        bind, at, fixed = places[name] if name in places else (compiled.binds[name], None, None)
        process = bind.type.dialect_impl(self._dialect).bind_processor(self._dialect)
        if bind.required or bind.key in given:
            return bind.key, at, process, None
        if at is None:
            fixed = _default_of(compiled, name) if bind.value is None else bind.value
        return None, None, None, fixed if process is None else process(fixed)

    def of(self, given: Given) -> tuple[Ready, Given]:
        """The statement for lists of these lengths."""
        if not self._lists:
            return self, given
        given = {**given, **{name: list(given[name]) for name in self._lists}}
        lengths = tuple(len(given[name]) for name in self._lists)
        found = self._of_lengths.get(lengths)
        if found is None:
            if len(self._of_lengths) > _MOST_LENGTHS:
                self._of_lengths.clear()
            found = self._of_lengths[lengths] = self._with_lists(given)
        return found, given

    def _with_lists(self, given: Given) -> Ready:
        found = object.__new__(Ready)
        found.__dict__.update(self.__dict__, _row=None, _out=[])
        found._bind(_written_out(self._statement, given, self._dialect), given)
        found._lists = []
        return found

    def values(self, given: Given) -> Any:
        """The values as the driver takes them."""
        if self._given is not None:
            row = [given[name] if process is None else process(given[name]) for name, process in self._given]
        else:
            row = [_value(slot, given) for slot in self._slots]
        return row if self._names is None else dict(zip(self._names, row, strict=True))

    def rows(self, cursor: Any) -> list[Any]:
        """The rows of a cursor as named tuples."""
        found = self.unnamed(cursor)
        return list(map(self._row, found)) if found else []

    def unnamed(self, cursor: Any) -> list[Sequence[Any]]:
        """The rows of a cursor as they are, each value as Python knows it."""
        if cursor.description is None:
            return []
        if self._row is None:
            self._learn(cursor)
        rows: list[Any] = cursor.fetchall()
        if self._out:
            rows = list(map(list, rows))
            for row in rows:
                for at, process in self._out:
                    row[at] = process(row[at])
        return rows

    def _learn(self, cursor: Any) -> None:
        described = cursor.description
        if len(described) != len(self._columns):
            raise InvalidRequestError(f"cannot be made ready: {self.sql}")
        out = []
        for at, (_name, kind) in enumerate(self._columns):
            process = kind.dialect_impl(self._dialect).result_processor(self._dialect, described[at][1])
            if process is not None:
                out.append((at, process))
        self._out = out
        self._row = _named([name for name, _kind in self._columns])._make


def _value(slot: tuple[str | None, int | None, Process, Any], given: Given) -> Any:
    name, at, process, fixed = slot
    if name is None:
        return fixed
    value = given[name] if at is None else given[name][at]
    return value if process is None else process(value)


_READY: dict[tuple[str, Executable, tuple[str, ...]], Ready] = {}


def ready(statement: Executable, given: Given, dialect: Dialect) -> Ready:
    """This statement, made ready at its first use; it must be one that is kept, not written anew each time."""
    key = (dialect.name, statement, tuple(given))
    found = _READY.get(key)
    if found is None:
        if len(_READY) > _MOST:
            _READY.clear()
        assert isinstance(statement, ClauseElement)
        found = _READY[key] = Ready(statement, given, dialect)
    return found


_named: Callable[[list[str]], Any] = partial(namedtuple, "Row", rename=True)


def filled_in(default: Any) -> Callable[[], Any]:
    """Makes the value that a column's default stands for."""
    return (lambda: default.arg) if default.is_scalar else (lambda: default.arg(None))


def _columns(statement: ClauseElement) -> list[Any]:
    return list(statement.exported_columns) if isinstance(statement, Select | UpdateBase) else []


def _written_out(statement: Any, given: Given, dialect: Dialect) -> Any:
    """Compiled with every place of its lists."""
    return statement.params(dict(given)).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})


def _default_of(compiled: Any, name: str) -> Any:
    """What the table's class fills in where nothing is given."""
    filled = {column.key: column.default for column in (*compiled.insert_prefetch, *compiled.update_prefetch)}
    return filled_in(filled[name])() if name in filled else None
