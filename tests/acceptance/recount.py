"""The digest's figures a second time, in plain Python, from nothing but the rows that `pratu export` prints.

Knows no table and no SQL of the product: field names and rules are those an outsider is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
ZONE = ZoneInfo("Asia/Bangkok")
ENDED = {"resolved", "closed", "transferred", "not_accepted", "withdrawn", "merged"}
PLEASED = {"very_satisfied", "satisfied"}


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def whole(part: int, all_: int) -> int | None:
    """A whole percentage, halves upwards; None of nothing."""
    return None if all_ == 0 else (200 * part + all_) // (2 * all_)


@dataclass(frozen=True)
class Span:
    """From a moment up to, not including, another."""

    since: datetime
    until: datetime

    def holds(self, text: str | None) -> bool:
        at = moment(text)
        return at is not None and self.since <= at < self.until

    @property
    def day_after(self) -> date:
        return self.until.astimezone(ZONE).date()


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def week_of(name: str) -> Span:
    year, week = name.split("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return Span(midnight(monday), midnight(monday + timedelta(days=7)))


def status_at(case: Row, end: datetime) -> str:
    """The status by the last event before a moment; a case received by then is open from its first breath."""
    known = [event["status"] for event in case["events"] if event["status"] and (moment(event["at"]) or end) < end]
    return known[-1] if known else "received"


def open_at(cases: Iterable[Row], end: datetime) -> list[Row]:
    return [case for case in cases if _received(case) < end and status_at(case, end) not in ENDED]


def _received(case: Row) -> datetime:
    at = moment(case["received_at"])
    assert at is not None
    return at


def _had(case: Row, status: str, span: Span) -> bool:
    return any(event["status"] == status and span.holds(event["at"]) for event in case["events"])


def late(case: Row, span: Span) -> bool:
    due = date.fromisoformat(case["extended_to"] or case["due_on"])
    return status_at(case, span.until) != "need_info" and due < span.day_after


def satisfaction(answers: Iterable[Row], span: Span) -> Row:
    rated = [row["answer"] for row in answers if row["answer"] and span.holds(row["answered_at"])]
    return {"n": len(rated), "percent": whole(sum(answer in PLEASED for answer in rated), len(rated))}


def digest(cases: list[Row], answers: list[Row], agency: str, span: Span) -> Row:
    """What the contract's `digest --format json` must say of an agency and a span."""
    own = [case for case in cases if case["agency"] == agency and case["status"] != "draft"]
    received = [case for case in own if span.holds(case["received_at"])]
    left = open_at(own, span.until)
    return {
        "received": len(received),
        "resolved": sum(_had(case, "resolved", span) for case in own),
        "reopened": sum(_had(case, "reopened", span) for case in own),
        "open": len(left),
        "overdue": sum(late(case, span) for case in left),
        "urgent": sum(case["urgent"] for case in received),
        "by_category": dict(Counter(case["category"] for case in received)),
        "by_channel": dict(Counter(case["channel"] for case in received)),
        "satisfaction": satisfaction([row for row in answers if row["agency"] == agency], span),
    }


def more(cases: list[Row], answers: list[Row], agency: str, span: Span) -> Row:
    """Figures of the digest that the contract does not name, from the same rows."""
    own = [case for case in cases if case["agency"] == agency and case["status"] != "draft"]
    received = [case for case in own if span.holds(case["received_at"])]
    resolved = [case for case in own if span.holds(case["resolved_at"])]
    first = [case for case in own if span.holds(case["first_answer_at"])]
    hours = [
        ((moment(case["first_answer_at"]) or span.until) - _received(case)).total_seconds() / 3600 for case in first
    ]
    rated = [row for row in answers if row["agency"] == agency and row["answer"] and span.holds(row["answered_at"])]
    unhappy = sum(row["answer"] == "dissatisfied" for row in rated)
    return {
        "by_kind": dict(Counter(case["kind"] for case in received)),
        "first_answer": {"n": len(first), "median_hours": median(hours) if hours else None},
        "on_time": {
            "n": len(resolved),
            "percent": whole(sum(_in_time(case) for case in resolved), len(resolved)),
        },
        "dissatisfied": {"n": unhappy, "percent": whole(unhappy, len(rated))},
    }


def _in_time(case: Row) -> bool:
    at = moment(case["resolved_at"])
    return at is not None and at.astimezone(ZONE).date() <= date.fromisoformat(case["due_on"])


# --- the yearly evidence ---------------------------------------------------------------------------------------------

SCALE = ("very_satisfied", "satisfied", "dissatisfied")


def year_of(text: str) -> int:
    """The Buddhist-era fiscal year of a moment: it begins on 1 October, midnight in Bangkok."""
    local = datetime.fromisoformat(text).astimezone(ZONE)
    return local.year + 543 + (local.month >= 10)


def counts(cases: Iterable[Row], year: int) -> dict[str, dict[str, list[Any]]]:
    """Table → row key → what stands in the three years' columns; rows with nothing in them left out."""
    known = [case for case in cases if case["status"] != "draft"]
    years = [year - 2, year - 1, year]
    recorded = [any(year_of(case["received_at"]) == one for case in known) for one in years]
    tables: dict[str, dict[str, Counter[int]]] = {"T-04": {}, "T-07": {}, "T-08": {}}
    for case in known:
        at = year_of(case["received_at"])
        if at not in years:
            continue
        keys = {
            "T-04": [case["channel"]],
            "T-07": [case["category"], f"{case['category']}:{case['kind']}"],
            "T-08": [case["group"] or "unspecified"],
        }
        for table, own in keys.items():
            for key in (*own, "total"):
                tables[table].setdefault(key, Counter())[at] += 1
    return {
        table: {
            key: [found[one] if there else "–" for one, there in zip(years, recorded, strict=True)]
            for key, found in rows.items()
        }
        for table, rows in tables.items()
    }


ASPECTS = {  # after the two forms of the guide, item by item
    "process": ["P.speed", "S1.1.1", "S1.1.2", "S1.1.3", "S2.7", "S2.8", "S2.9", "S2.10"],
    "staff": ["P.officer", "S1.2.1", "S1.2.2", "S1.2.3", "S1.2.4", *(f"S2.{n}" for n in range(1, 7))],
    "facilities": ["S1.3.1", "S1.3.2", "S1.3.3", "S1.3.4", *(f"S2.{n}" for n in range(11, 17))],
    "quality": ["P.overall", "S1.4.1", "S1.4.2", "S2.17", "S2.18", "S2.19"],
    "trust": ["S1.5.1", "S1.5.2", "S1.5.3", "S1.5.4", *(f"S2.{n}" for n in range(20, 28))],
}


def shares(answers: Iterable[Row], year: int) -> dict[str, dict[str, tuple[list[int], int]]]:
    """Table → row key → (answers on each point of the scale, all of them); rows without answers left out."""
    tables: dict[str, dict[str, Counter[str]]] = {"T-10": {}, "T-15": {}, "T-16": {}, "T-17": {}}
    aspect_of = {item: aspect for aspect, items in ASPECTS.items() for item in items}
    for row in answers:
        if not row["answer"] or year_of(row["answered_at"]) != year:
            continue
        keys = {
            "T-10": [row["channel"]],
            "T-15": [row["group"] or "unspecified", f"agency:{row['agency']}"],
            "T-16": [row["item"], aspect_of[row["item"]]],
            "T-17": [row["item"]],
        }
        for table, own in keys.items():
            for key in own:
                tables[table].setdefault(key, Counter())[row["answer"]] += 1
    return {
        table: {key: ([found[point] for point in SCALE], found.total()) for key, found in rows.items()}
        for table, rows in tables.items()
    }


def kpis(cases: Iterable[Row], answers: Iterable[Row], year: int) -> dict[str, tuple[int, int]]:
    """KPI → (numerator, denominator)."""
    received = [case for case in cases if case["status"] != "draft" and year_of(case["received_at"]) == year]
    ended = [case for case in received if case["conclusion_type"]]
    rated = [row["answer"] for row in answers if row["answer"] and year_of(row["answered_at"]) == year]
    unhappy = rated.count("dissatisfied")
    return {
        "concluded": (len(ended), len(received)),
        "concluded_in_time": (sum(_in_time(case) for case in ended), len(received)),
        "satisfied": (len(rated) - unhappy, len(rated)),
        "dissatisfied": (unhappy, len(rated)),
    }
