"""What every table shares: the base class and the column types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    literal_column,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on both engines. A naive one is refused: it would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without time zone: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _written(value: datetime | None) -> str | None:
    """As SQLAlchemy writes a moment in SQLite, several times as fast: a turn writes and reads dozens."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"a moment without time zone: {value!r}")
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat(" ", "microseconds").removesuffix("+00:00")


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")  # several times as fast as `replace`


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can find them on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


BigId = BigInteger().with_variant(Integer(), "sqlite")

RowId = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
Moment = Annotated[datetime, mapped_column(Instant())]
MaybeMoment = Annotated[datetime | None, mapped_column(Instant())]
Sealed = Annotated[bytes, mapped_column(LargeBinary())]  # opened with session.keys, see storage/seal.py
MaybeSealed = Annotated[bytes | None, mapped_column(LargeBinary())]
Code = Annotated[str, mapped_column(String(40))]
MaybeCode = Annotated[str | None, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(300))]
Key = Annotated[str, mapped_column(String(80))]
Data = Annotated[dict[str, Any], mapped_column(JSON())]
DataList = Annotated[list[Any], mapped_column(JSON())]


def plain(row: type[Base]) -> Table:
    """The bare table of a row class: for rows that are written and not looked at again, past the ORM."""
    found = row.__table__
    assert isinstance(found, Table)
    return found


def among(column: Any, *words: str) -> ColumnElement[bool]:
    """Is it one of these words of ours (never of anybody else's)? Written out, not bound: only then the databases know
    an index of such rows, and nothing has to be expanded each time."""
    if len(words) == 1:
        return column == literal_column(f"'{words[0]}'")  # type: ignore[no-any-return]
    return column.in_([literal_column(f"'{word}'") for word in words])  # type: ignore[no-any-return]
