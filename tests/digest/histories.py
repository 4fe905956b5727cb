"""Cases made by hand: rows with whatever way and whatever dates, for figures that must fit all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from storage import cases, surveys
from storage.db import Session
from storage.tables import Case
from storage.words import Status
from tests.world import BANGKOK


def add(session: Session, number: int, received: datetime, way: Sequence[tuple[str, datetime]], **more: Any) -> Case:
    """A case that went this way: (status, when), in order."""
    day = received.astimezone(BANGKOK).date()
    values: dict[str, Any] = {
        "reference": f"70-{number:05d}-0",
        "kind": "complaint",
        "category": "RD",
        "extra_categories": [],
        "status": Status.RECEIVED,
        "channel": "line",
        "agency_code": "DEMO",
        "unit_code": "ENG",
        "received_at": received,
        "counted_from": day,
        "standard_days": 7,
        "due_on": day + timedelta(days=7),
        "fiscal_year": 2570,
        "masked": f"เรื่องที่ {number}",
        "verdict": {},
    }
    case = cases.add(session, values | more)
    for status, at in [("received", received), *way]:
        cases.add_update(session, case, at=at, what=status, by="officer", status=Status(status))
    return case


def answer(session: Session, at: datetime, points: Sequence[str | None], item: str = "P.overall", **more: Any) -> None:
    """As many surveys with one answer each."""
    for point in points:
        row = surveys.add(
            session, source="closing", form="pulse", codes=[item], agency_code="DEMO", channel="line", now=at
        )
        surveys.put_answer(session, row, item, point, at)
        for name, value in more.items():
            setattr(row, name, value)
    session.flush()


def on(day: date, hour: float = 10) -> datetime:
    """A moment of a Bangkok day."""
    return datetime(day.year, day.month, day.day, tzinfo=BANGKOK) + timedelta(hours=hour)
