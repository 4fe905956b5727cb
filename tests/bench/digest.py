"""How long the figures of a week take, of a small and of a large agency in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from handlers.reports import digest
from handlers.rules import periods
from handlers.services import Svc, Tools
from nlp.verdict import Verdict
from storage.db import Database
from storage.tables import Case, StatusUpdate, Survey, SurveyAnswer
from tests.conftest import prepared
from tests.world import BANGKOK

SMALL, LARGE = 10_000, 100_000
END = datetime(2026, 11, 23, tzinfo=BANGKOK)  # the Monday after the week that is counted
YEAR = timedelta(days=364)
_CHUNK = 5_000
_CATEGORIES = ("RD", "EL", "WT", "FL", "WS", "EN", "TF", "PB", "AN", "OT")
_UNITS = ("ENG", "HEALTH", "OFFICE")
_KINDS = ("complaint",) * 8 + ("suggestion", "compliment")
# A case's way: the status, and so many days after receipt.
_WAYS: tuple[tuple[tuple[str, float], ...], ...] = (
    (("received", 0), ("assigned", 0.1), ("in_progress", 1), ("reported", 5), ("resolved", 6), ("closed", 13)),
    (("received", 0), ("assigned", 0.1), ("in_progress", 2), ("need_info", 3), ("in_progress", 5), ("resolved", 9)),
    (("received", 0), ("screening", 0.1), ("assigned", 1), ("transferred", 3)),
    (("received", 0), ("assigned", 0.1), ("resolved", 4), ("reopened", 6), ("in_progress", 7), ("resolved", 12)),
)
_NEVER_DONE = 25  # one case in so many never gets its result


def fill(engine: Engine, count: int) -> None:
    """So many cases of DEMO over the 52 weeks before END, with their events and every third one's survey."""
    for start in range(0, count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, count))
        cases, events, surveys, answers = _rows(numbers, count)
        with engine.begin() as connection:
            for table, rows in ((Case, cases), (StatusUpdate, events), (Survey, surveys), (SurveyAnswer, answers)):
                connection.execute(insert(table), rows)


def _rows(numbers: range, count: int) -> tuple[list[dict[str, Any]], ...]:
    cases, events, surveys, answers = [], [], [], []
    for number in numbers:
        came = (END - YEAR + YEAR * number / count).astimezone(UTC)
        way = list(_steps(number, came))
        cases.append(_case(number, came, way))
        left = [None, *(status for status, _at in way)]
        events += [
            {"case_id": number + 1, "at": at, "status": status, "before": before, "what": status, "by": "officer"}
            for before, (status, at) in zip(left, way, strict=False)
        ]
        if number % 3 == 0:
            at = min(came + timedelta(days=10), END - timedelta(minutes=1))
            surveys.append(_survey(number, at))
            answers += [
                {**_of(number), "survey_id": number + 1, "item": item, "answer": answer, "answered_at": at}
                for item, answer in (("P.overall", "satisfied"), ("P.speed", "dissatisfied"))
            ]
    return cases, events, surveys, answers


def _steps(number: int, came: datetime) -> Iterator[tuple[str, datetime]]:
    way = _WAYS[number % len(_WAYS)]
    for status, days in way[:2] if number % _NEVER_DONE == 0 else way:
        at = came + timedelta(days=days)
        if at < END + timedelta(hours=9):
            yield status, at


def _case(number: int, came: datetime, way: list[tuple[str, datetime]]) -> dict[str, Any]:
    when = {status: at for status, at in way}
    day = came.astimezone(BANGKOK).date()
    status = way[-1][0]
    return {
        "id": number + 1,
        "reference": f"70-{number + 1:06d}-0",
        "kind": _KINDS[number % len(_KINDS)],
        "category": _CATEGORIES[number % len(_CATEGORIES)],
        "category_by": "machine",
        "extra_categories": [],
        "status": status,
        "channel": ("line", "telegram", "web")[number % 3],
        "agency_code": "DEMO",
        "unit_code": _UNITS[number % 3],
        "account_id": None,
        "received_at": came,
        "counted_from": day,
        "standard_days": 7,
        "due_on": day + timedelta(days=9),
        "fiscal_year": 2570,
        "first_answer_at": when.get("in_progress"),
        "resolved_at": when.get("resolved") if status in ("resolved", "closed") else None,
        "closed_at": when.get("closed") if status == "closed" else None,
        "closed_how": "silence" if status == "closed" else None,
        "conclusion_type": {"resolved": "fixed", "closed": "fixed", "transferred": "transferred"}.get(status),
        "urgent": number % 50 == 0,
        "text": b"x" * 300,
        "masked": "ไฟถนนดับหลายจุดทั้งซอย กลางคืนมืดมาก",
        "place_masked": f"ซอย {number % 900}",
        "verdict": {"engine": "bench", "category": "RD", "confidence": 0.8, "abstained": False},
    }


def _of(number: int) -> dict[str, Any]:
    return {"agency_code": "DEMO", "channel": ("line", "telegram", "web")[number % 3]}


def _survey(number: int, at: datetime) -> dict[str, Any]:
    return {
        **_of(number),
        "id": number + 1,
        "source": "closing",
        "form": "pulse",
        "items": ["P.overall", "P.speed"],
        "case_id": number + 1,
        "state": "done",
        "not_before": at,
        "created_at": at,
        "why": "slow",
    }


def milliseconds(db: Database, count: int, rounds: int) -> float:
    """The median time of the figures of the last week."""
    tools = Tools(lambda _text: Verdict("", "", 0.0), str, BANGKOK, lambda _reference, _secret: "")
    week, found = periods.week("2026-W47", BANGKOK), []
    for _ in range(rounds):
        with db.reading() as session:
            began = time.perf_counter()
            digest.figures(Svc(session, END + timedelta(hours=8, minutes=30), tools), "DEMO", week)
            found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def figures(makers: dict[str, Any], rounds: int = 5) -> None:
    """Print how long a week's figures take with few and with many cases, and how they grow."""
    for engine, make in makers.items():
        took = {}
        for count in (SMALL, LARGE):
            db = prepared(make())
            fill(db.engine, count)
            if not db.sqlite:  # a PostgreSQL in use does this by itself
                with db.engine.begin() as connection:
                    connection.exec_driver_sql("ANALYZE")
            took[count] = milliseconds(db, count, rounds)
            db.close()
        print(
            f"{engine}: figures of a week in {took[SMALL]:.0f} ms of {SMALL:,} cases, {took[LARGE]:.0f} ms of "
            f"{LARGE:,}: {took[LARGE] / took[SMALL]:.1f} times as long for {LARGE // SMALL} times as many",
            flush=True,
        )
