"""Is the process alive, is it ready, and what does it count? Readiness means database, engine and queues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from handlers.reports import machine
from handlers.rules import pushing
from handlers.rules.thai_calendar import BUDDHIST_ERA, fiscal_year
from storage import closings, inbox, migrations, outbox, pushes
from storage.db import Database

OLDEST_SECONDS = 120.0  # an unread event older than this, and no turn for so long: turns are not being run


@dataclass(frozen=True)
class Gauges:
    """What health looks at. `counts` gives the process's own counters."""

    db: Database
    clock: Clock
    warm: Callable[[], bool]
    counts: Callable[[], dict[str, float]]
    roles: frozenset[str]
    zone: tzinfo
    # Seconds since this process last did a turn: a flood is no reason to be taken out.
    still: Callable[[], float] = lambda: OLDEST_SECONDS


def routes(gauges: Gauges) -> list[Route]:
    """/healthz, /readyz and /metrics."""

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        try:
            facts = await asyncio.to_thread(_look, gauges)
        except Exception as error:
            return JSONResponse({"ready": False, "database": type(error).__name__}, 503)
        return JSONResponse(facts, 200 if facts["ready"] else 503)

    async def metrics(_request: Request) -> Response:
        return PlainTextResponse(await asyncio.to_thread(_metrics, gauges), media_type="text/plain; version=0.0.4")

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]


def _look(gauges: Gauges) -> dict[str, Any]:
    version = migrations.current(gauges.db)
    with gauges.db.reading() as session:
        waiting = inbox.depth(session, gauges.clock())
    facts: dict[str, Any] = {
        "database": migrations.serves(version),
        "engine": gauges.warm(),
        "queues": "worker" not in gauges.roles or min(waiting["oldest_seconds"], gauges.still()) < OLDEST_SECONDS,
    }
    return {"ready": all(facts.values()), **facts}


def _metrics(gauges: Gauges) -> str:
    with gauges.db.reading() as session:
        waiting = inbox.depth(session, gauges.clock())
        states = outbox.depth(session)
        weeks = machine.last_week(session, gauges.clock(), gauges.zone)
        month = pushing.month_of(gauges.clock().astimezone(gauges.zone))
        pushed = pushes.standing(session, pushing.COSTS, month)
        closed = closings.by_agency(session, _fiscal_year_began(gauges), gauges.clock())
    lines = [
        f"pratu_inbox_unread {waiting['unread']}",
        f"pratu_inbox_parked {waiting['parked']}",
        f"pratu_inbox_oldest_seconds {waiting['oldest_seconds']:.3f}",
        *(f'pratu_outbox{{state="{state}"}} {count}' for state, count in sorted(states.items())),
        *(f"pratu_{name} {value:g}" for name, value in sorted(gauges.counts().items())),
        f"pratu_pushes_used {pushed.used}",
        *([] if pushed.most is None else [f"pratu_pushes_limit {pushed.most}"]),
        *(line for week in weeks if week.agency for line in _model(week)),
        *(line for agency, counts in closed.items() for line in _closed(agency, counts)),
    ]
    return "\n".join(lines) + "\n"


def _fiscal_year_began(gauges: Gauges) -> datetime:
    """The first of October, where the agency is."""
    today = gauges.clock().astimezone(gauges.zone).date()
    return datetime(fiscal_year(today) - BUDDHIST_ERA - 1, 10, 1, tzinfo=gauges.zone)


def _closed(agency: str, counts: dict[str, int]) -> list[str]:
    """Cases closed in the fiscal year to date and still closed, by how: a gauge, for what is reopened leaves it."""
    return [f'pratu_cases_closed{{agency="{agency}",how="{how}"}} {count}' for how, count in counts.items()]


def _model(week: machine.Week) -> list[str]:
    """How the machine's categories fared in the last whole ISO week; a share of nothing is left out."""
    shares = week.shares
    values = {
        "cases": shares.cases,
        "differ_share": shares.differ,
        "abstained_share": shares.abstained,
        "confidence_mean": shares.confidence,
        "confirmed_cases": shares.confirmed,
        "accuracy_expected": shares.expected,
        "accuracy_observed": shares.observed,
        "drifts": int(week.drifts),
    }
    told = {name: value for name, value in values.items() if value is not None}
    return [f'pratu_model_{name}{{agency="{week.agency}"}} {value:g}' for name, value in told.items()]
