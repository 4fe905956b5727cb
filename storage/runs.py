"""What is done by the clock and when it last went well: a line for each job and for the backup, kept among settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from storage.agencies import put_setting, setting
from storage.db import Database, Session
from storage.tables import Setting

BACKUP = "backup"
PREFIX = "run:"


@dataclass(frozen=True)
class Run:
    """How a job last ended. `failed_at`, `why` (an error's name): of its last failure, however long ago."""

    name: str
    done_at: datetime | None = None
    seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    failed_at: datetime | None = None
    why: str = ""
    fails: bool = False  # the last one did


def note(session: Session, name: str, at: datetime, seconds: float, counts: Mapping[str, int] | None = None) -> None:
    """It went well, and took so long."""
    told = {key: count for key, count in (counts or {}).items() if count}
    _put(session, name, {"done_at": at.isoformat(), "seconds": round(seconds, 3), "counts": told, "fails": False})


def noted(db: Database, name: str, at: datetime, seconds: float, counts: Mapping[str, int]) -> bool:
    """The same in a transaction of its own; False where the database does not take it, for the work is done all the
    same."""
    try:
        with db.transaction() as session:
            note(session, name, at, seconds, counts)
    except SQLAlchemyError:
        return False
    return True


def note_failure(session: Session, name: str, at: datetime, why: str) -> None:
    """It failed; `why` is an error's name, never its words: those may quote a citizen."""
    _put(session, name, {"failed_at": at.isoformat(), "why": why, "fails": True})


def _put(session: Session, name: str, values: dict[str, Any]) -> None:
    known = setting(session, f"{PREFIX}{name}")
    put_setting(session, f"{PREFIX}{name}", {**known, **values})


def every(session: Session) -> dict[str, Run]:
    """All that ever ran here, by name."""
    rows = session.execute(select(Setting.name, Setting.value).where(Setting.name.startswith(PREFIX))).all()
    return {run.name: run for run in (_read(name.removeprefix(PREFIX), value) for name, value in sorted(rows))}


def _read(name: str, value: Mapping[str, Any]) -> Run:
    return Run(
        name,
        _moment(value.get("done_at")),
        float(value.get("seconds", 0.0)),
        value.get("counts", {}),
        _moment(value.get("failed_at")),
        str(value.get("why", "")),
        bool(value.get("fails", False)),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
