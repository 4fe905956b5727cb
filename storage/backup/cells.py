"""Cells as any engine understands them: typed columns, one JSON line for each row, and a weight that forgets order."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from storage.tables.base import Instant

# Name in the backup, the type that reads and writes it on either engine.
_TYPES: dict[str, TypeEngine[Any]] = {
    "moment": Instant(),
    "date": Date(),
    "bytes": LargeBinary(),
    "json": JSON(),
    "bool": Boolean(),
    "int": BigInteger(),
    "float": Float(),
    "text": Text(),
}
_KINDS = {**{name: type(known) for name, known in _TYPES.items()}, "int": Integer, "text": String}
_ENCODE: dict[str, Callable[[Any], Any]] = {
    "moment": lambda value: value.astimezone(UTC).isoformat(timespec="microseconds"),
    "date": date.isoformat,
    "bytes": lambda value: b64encode(value).decode("ascii"),
    "float": float,
}
_DECODE: dict[str, Callable[[Any], Any]] = {
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": lambda value: b64decode(value, validate=True),
}
_ROUND = 1 << 256  # weights are sums of SHA-256 numbers, modulo this


def columns_of(table: Table) -> list[tuple[str, str]]:
    """(column, kind of its cells) of a table, in order."""
    return [(column.name, _kind(column.type)) for column in table.columns]


def _kind(column: TypeEngine[Any]) -> str:
    return next(name for name, known in _KINDS.items() if isinstance(column, known))


def table_of(name: str, columns: Sequence[tuple[str, str]]) -> Table:
    """A table to write such rows into and read them from. Raises KeyError for a kind nobody knows."""
    return Table(name, MetaData(), *(Column(column, _TYPES[kind]) for column, kind in columns))


def encoder(columns: Sequence[tuple[str, str]]) -> Callable[[Sequence[Any]], bytes]:
    """Turns a row into its line."""
    turns = [_ENCODE.get(kind) for _name, kind in columns]

    def line(row: Sequence[Any]) -> bytes:
        cells = [
            value if turn is None or value is None else turn(value) for turn, value in zip(turns, row, strict=True)
        ]
        return json.dumps(cells, ensure_ascii=True, separators=(",", ":")).encode("ascii")

    return line


def decoder(columns: Sequence[tuple[str, str]]) -> Callable[[bytes], dict[str, Any]]:
    """Turns a line into its row. Raises ValueError or TypeError for what is no such row."""
    turns = [(name, _DECODE.get(kind)) for name, kind in columns]

    def row(line: bytes) -> dict[str, Any]:
        cells = json.loads(line)
        return {
            name: value if turn is None or value is None else turn(value)
            for (name, turn), value in zip(turns, cells, strict=True)
        }

    return row


class Weight:
    """Count and sum of digests: the same for the same lines in any order."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """One more line."""
        self.count += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % _ROUND

    def add_all(self, lines: Iterable[bytes]) -> None:
        """Every one of these lines."""
        for line in lines:
            self.add(line)

    def told(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return {"count": self.count, "sum": f"{self._sum:064x}"}
