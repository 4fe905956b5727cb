"""The timetable: what is done by the clock. APScheduler only wakes; a job may run twice, late or beside itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler

from bot.clock import Clock
from handlers import turn
from handlers.services import Tools
from storage.db import Database

log = logging.getLogger("pratu.jobs")

SWEEP_SECONDS = 60


@dataclass(frozen=True)
class JobContext:
    """What jobs are given."""

    db: Database
    tools: Tools
    clock: Clock


def sweep(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """File drafts that fell silent. Each under its chat's lock, in a transaction of its own."""
    now = context.clock()
    with context.db.reading() as session:
        waiting = turn.silent_drafts(session, context.tools, now)
    if dry_run:
        return {"silent_drafts": len(waiting), "filed": 0}
    filed = 0
    for conversation_id in waiting:
        with context.db.transaction() as session:
            filed += turn.file_silent_draft(session, context.tools, conversation_id, now)
    return {"silent_drafts": len(waiting), "filed": filed}


Job = Callable[[JobContext, bool], dict[str, int]]

# The contract's names. Later steps add their work to them; today each files what fell silent.
JOBS: dict[str, Job] = {"reminders": sweep, "reconcile": sweep}


class Timetable:
    """The jobs of this process."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._scheduler = BackgroundScheduler(timezone=context.tools.zone)

    def start(self) -> None:
        """Begin waking jobs."""
        self._scheduler.add_job(
            self._run, "interval", args=[sweep], seconds=SWEEP_SECONDS, max_instances=1, coalesce=True
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Let the job in work end."""
        self._scheduler.shutdown(wait=True)

    def _run(self, job: Job) -> None:
        try:
            result = job(self._context, False)
        except Exception:  # one of the three places that catch broadly: the next wake-up tries again
            log.exception("a job failed", extra={"job": job.__name__})
            return
        if any(result.values()):
            log.info("job done", extra={"job": job.__name__, **result})
