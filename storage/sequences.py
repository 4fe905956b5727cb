"""Counters without gaps: the row is locked until the transaction that took the number is over."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.db import Session
from storage.tables import Sequence
from storage.tables.base import plain


def next_value(session: Session, name: str) -> int:
    """The next number of this counter, from 1. A rolled-back transaction gives its number back."""
    taken = session.ask(_NEXT, {"counter": name}).scalar()
    if taken is not None:
        return int(taken)
    _create(session, name)
    return next_value(session, name)


def locked(session: Session, name: str) -> Sequence:
    """The counter's row with its lock held, made if it is new."""
    row = session.find(_LOCKED, {"counter": name}).first()
    if row is not None:
        return row
    _create(session, name)
    return locked(session, name)


def last(session: Session, name: str) -> int:
    """The number that was given last; 0 before the first."""
    return session.scalar(select(Sequence.value).where(Sequence.name == name)) or 0


def go_on_from(session: Session, name: str, value: int) -> None:
    """The next number is the one after this, whatever was given before: only for a database that is thrown away."""
    locked(session, name).value = value
    session.flush()


_ROW = plain(Sequence).c
_NEXT = (
    update(plain(Sequence)).where(_ROW.name == bindparam("counter")).values(value=_ROW.value + 1).returning(_ROW.value)
)
_LOCKED = (
    select(Sequence)
    .where(Sequence.name == bindparam("counter"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def _create(session: Session, name: str) -> None:
    new = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    session.execute(new(Sequence).values(name=name, value=0).on_conflict_do_nothing(index_elements=["name"]))
