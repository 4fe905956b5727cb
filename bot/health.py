"""Is the process alive, is it ready for its role, and what does it count? What is not ready is said in words."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import metrics
from bot.metrics import Gauges
from handlers.rules.alarms import STUCK
from storage import inbox, migrations, sending

LOOK_SECONDS = 3.0  # a database that takes longer than this does not answer

Fault = tuple[str, dict[str, object]]  # a part, and what is wrong with it


def routes(gauges: Gauges) -> list[Route]:
    """/healthz, /readyz and /metrics."""

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        facts = await look(gauges)
        return JSONResponse(facts, 200 if facts["ready"] else 503)

    async def counts(_request: Request) -> Response:
        return PlainTextResponse(await asyncio.to_thread(metrics.told, gauges), media_type="text/plain; version=0.0.4")

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", counts)]


async def look(gauges: Gauges) -> dict[str, Any]:
    """`ready`; by part whether it is fine; `why` in Thai and English for each that is not."""
    try:
        faults = await asyncio.wait_for(asyncio.to_thread(lambda: list(_rows(gauges))), LOOK_SECONDS)
    except Exception as error:  # whatever the driver says, and a database that says nothing
        faults = [("database", {"why": type(error).__name__})]
    faults += [(part, {}) for part, fine in {"engine": gauges.warm(), **gauges.parts()}.items() if not fine]
    bad = dict(faults)
    watched = ["database", "version", "engine", *gauges.parts()]
    watched += ["inbox", "outbox"] if "worker" in gauges.roles else []
    return {
        "ready": not bad,
        "roles": sorted(gauges.roles),
        **{part: part not in bad for part in watched},
        "why": {part: [words.format(**values) for words in _words()[part]] for part, values in bad.items()},
    }


def _rows(gauges: Gauges) -> Iterator[Fault]:
    """What the rows tell. A queue that is long is no fault of a process that works at it: only one that stands still
    is, or a flood would take the door away from those who still come."""
    found = migrations.current(gauges.db)
    if not migrations.serves(found):
        yield "version", {"found": found or "-", "wanted": migrations.newest()}
        return
    if "worker" not in gauges.roles:
        return
    now, idle = gauges.clock(), gauges.idle()
    with gauges.db.reading() as session:
        waits = inbox.depth(session, now)["oldest_seconds"]
        due = sending.due_since(session, now, gauges.silent_on())
    if min(waits, idle["turns"]) > STUCK:
        yield "inbox", {"seconds": round(waits)}
    unsent = 0.0 if due is None else (now - due).total_seconds()
    if min(unsent, idle["delivery"]) > STUCK:
        yield "outbox", {"seconds": round(unsent)}


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "health.toml").read_text(encoding="utf-8"))
