"""How long the yearly evidence of a whole province takes, and how much memory: few and many cases in one run.

Each measurement is a process of its own (`python -m tests.bench.evidence ADDRESS`): its peak memory is nobody else's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from bot.documents import draw
from handlers.reports.evidence import printed, report
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc, Tools
from nlp.verdict import Verdict
from storage import surveys
from storage.db import Database
from storage.seal import Keyring
from storage.tables import Agency, Case, RegisterLine, StatusUpdate, Survey, SurveyAnswer
from tests.conftest import KEY, prepared
from tests.world import BANGKOK

SMALL, LARGE = 10_000, 100_000
AGENCIES, YEARS, YEAR = 20, 3, 2570
BEGIN, END = datetime(2024, 10, 1, tzinfo=BANGKOK), datetime(2027, 10, 1, tzinfo=BANGKOK)
_CHUNK = 5_000
_CODES = [f"A{number:02d}" for number in range(AGENCIES)]
_CATEGORIES = ("RD", "EL", "WT", "FL", "WS", "EN", "TF", "PB", "AN", "OT")
_CHANNELS = ("line", "telegram", "web", "phone")
_GROUPS = ("general", "farmer", None)
_KINDS = ("complaint",) * 8 + ("suggestion", "compliment")
_WAY = (("received", 0.0), ("assigned", 0.1), ("in_progress", 1.0), ("resolved", 6.0), ("closed", 13.0))
_LINES = 10  # in each register of each agency


def fill(db: Database, count: int) -> None:
    """So many cases of twenty agencies over three fiscal years, with their events, every third one's survey, and the
    agencies' own activities and improvements."""
    with db.engine.begin() as connection:
        connection.execute(insert(Agency), [_agency(at, code) for at, code in enumerate(_CODES, 100)])
        connection.execute(insert(RegisterLine), [line for code in _CODES for line in _lines(code)])
    with db.reading() as session:
        items = list(surveys.items(session))
    for start in range(0, count, _CHUNK):
        _fill(db.engine, range(start, min(start + _CHUNK, count)), count, items)


def _fill(engine: Engine, numbers: range, count: int, items: list[str]) -> None:
    cases, events, asked, answers = [], [], [], []
    for number in numbers:
        came = BEGIN + (END - BEGIN) * number / count
        cases.append(_case(number, came))
        events += [
            {"case_id": number + 1, "at": came + timedelta(days=days), "status": status, "what": status, "by": "system"}
            for status, days in _WAY[: 2 + number % 4]
        ]
        if number % 3 == 0:
            asked.append(_survey(number, came))
            answers += [_answer(number, items[(number + at * 7) % len(items)], at, came) for at in range(5)]
    with engine.begin() as connection:
        for table, rows in ((Case, cases), (StatusUpdate, events), (Survey, asked), (SurveyAnswer, answers)):
            connection.execute(insert(table), rows)


def _agency(at: int, code: str) -> dict[str, Any]:
    return {"code": code, "position": at, "name": f"เทศบาลที่ {at}", "area": "630000", "settings": {}}


def _lines(code: str) -> list[dict[str, Any]]:
    cells = {
        "activity": {"topic": "พบปะเครือข่าย", "name": "ประชุมกลุ่ม", "on": "2026-12-01"},
        "improvement": {"name": "ลดขั้นตอน", "action": "รวมการตรวจเอกสาร", "items": ["S1.2.1"]},
        "participation": {"process": "แผน", "phase": "before", "level": "2", "method": "meeting", "name": "ประชาคม"},
    }
    return [
        {
            "register": name,
            "agency_code": code,
            "fiscal_year": YEAR,
            "code": str(number),
            "position": number,
            "cells": given,
            "changed_at": BEGIN,
        }
        for name, given in cells.items()
        for number in range(1, _LINES + 1)
    ]


def _of(number: int) -> dict[str, Any]:
    return {
        "agency_code": _CODES[number % AGENCIES],
        "channel": _CHANNELS[number % len(_CHANNELS)],
        "customer_group": _GROUPS[number % len(_GROUPS)],
    }


def _case(number: int, came: datetime) -> dict[str, Any]:
    ended = 2 + number % 4 >= 4
    return {
        **_of(number),
        "id": number + 1,
        "reference": f"70-{number + 1:06d}-0",
        "kind": _KINDS[number % len(_KINDS)],
        "category": _CATEGORIES[number % len(_CATEGORIES)],
        "extra_categories": [],
        "status": _WAY[1 + number % 4][0],
        "received_at": came,
        "counted_from": came.date(),
        "standard_days": 7,
        "due_on": came.date() + timedelta(days=5 + number % 3),
        "fiscal_year": YEAR,
        "resolved_at": came + timedelta(days=6) if ended else None,
        "conclusion_type": "fixed" if ended else None,
        "text": b"x" * 300,
        "masked": "ไฟถนนดับหลายจุดทั้งซอย กลางคืนมืดมาก",
        "verdict": {"engine": "bench", "category": "RD", "confidence": 0.8, "abstained": False},
    }


def _survey(number: int, came: datetime) -> dict[str, Any]:
    return {
        **_of(number),
        "id": number + 1,
        "source": "closing",
        "form": "S1",
        "items": [],
        "case_id": number + 1,
        "state": "done",
        "not_before": came,
        "created_at": came,
    }


def _answer(number: int, item: str, at: int, came: datetime) -> dict[str, Any]:
    point = surveys.SCALE[(number // 3 + at) % len(surveys.SCALE)]
    return {**_of(number), "survey_id": number + 1, "item": item, "answer": point, "answered_at": came}


def whole_pack(url: str) -> tuple[float, float]:
    """(seconds, peak of this process in MB) for the pack of each agency and of all together: as JSON and as XLSX."""
    db = Database(url, Keyring([KEY]))
    tools = Tools(lambda _text: Verdict("", "", 0.0), str, BANGKOK, lambda _reference, _secret: "")
    began = time.perf_counter()
    for code in (*_CODES, None):
        with db.reading() as session:
            svc = Svc(session, END, tools)
            scope = Scope(svc, YEAR, code)
            found = report.report(scope)
            assert json.dumps(report.as_json(found), ensure_ascii=False).encode()
            assert draw.pack(
                printed.printed(scope, found, ""), ".xlsx", END, svc.texts.word("pack.contents"), lambda _digest: None
            )
    took = time.perf_counter() - began
    db.close()
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def evidence(makers: dict[str, Any]) -> None:
    """Print how long the pack of twenty agencies takes with few and with many cases, and how it grows."""
    for engine, make in makers.items():
        found = {}
        for count in (SMALL, LARGE):
            db = prepared(url := make())
            fill(db, count)
            if not db.sqlite:  # a PostgreSQL in use does this by itself
                with db.engine.begin() as connection:
                    connection.exec_driver_sql("ANALYZE")
            db.close()
            found[count] = _measured(url)
        (few, less), (many, more) = found[SMALL], found[LARGE]
        print(
            f"{engine}: yearly evidence of {AGENCIES} agencies (every table, JSON and XLSX): {few:.1f} s and "
            f"{less:.0f} MB of {SMALL:,} cases, {many:.1f} s and {more:.0f} MB of {LARGE:,}: "
            f"{many / few:.1f} times as long for {LARGE // SMALL} times as many",
            flush=True,
        )


def _measured(url: str) -> tuple[float, float]:
    asked = [sys.executable, "-m", "tests.bench.evidence", url]
    took, memory = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    return took, memory


if __name__ == "__main__":
    print(json.dumps(whole_pack(sys.argv[1])))
