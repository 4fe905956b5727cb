"""How the work goes, as the rows tell it: for /readyz, /metrics, the operators' page and their command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from handlers.reports import machine
from handlers.rules import pushing
from handlers.rules.alarms import DOUBT, STUCK, Facts
from storage import agencies, inbox, outbox, pushes, runs
from storage.db import Session
from storage.inbox import microseconds
from storage.pushes import Standing
from storage.runs import Run


@dataclass(frozen=True)
class Work:
    """One moment of an installation. Ages in seconds."""

    at: datetime
    unread: int
    parked: int
    oldest_seconds: float
    stuck: int  # chats whose oldest unread message waits too long
    outbox: dict[str, int]
    doubts: int  # of the last day
    unsent_seconds: float
    runs: dict[str, Run]
    pushes: Standing
    budgets: dict[tuple[str, str], int]  # (agency, purpose) → pushes a month
    weeks: list[machine.Week]

    def age(self, name: str) -> float | None:
        """Seconds since this job last went well; None: never."""
        run = self.runs.get(name)
        return None if run is None or run.done_at is None else max(0.0, (self.at - run.done_at).total_seconds())

    def facts(self, disk: float | None = None) -> Facts:
        """What alarms look at. `disk`: percent free where the data are."""
        jobs = [name for name in self.runs if name != runs.BACKUP]
        ages = {name: age for name in jobs if (age := self.age(name)) is not None}
        return Facts(
            oldest_seconds=self.oldest_seconds,
            parked=self.parked,
            unsent_seconds=self.unsent_seconds,
            outbox=self.outbox,
            doubts=self.doubts,
            ages=ages,
            failing={name: self.runs[name].why for name in jobs if self.runs[name].fails},
            backup=self.age(runs.BACKUP),
            pushes_used=self.pushes.used,
            pushes_most=self.pushes.most,
            drifting=tuple(week.agency for week in self.weeks if week.agency and week.drifts),
            disk=disk,
        )


def work(session: Session, now: datetime, zone: tzinfo) -> Work:
    """How it goes at this moment."""
    waiting = inbox.depth(session, now)
    month = pushing.month_of(now.astimezone(zone))
    rules = agencies.setting(session, pushes.SETTING)
    unsent = outbox.oldest_open(session)
    return Work(
        at=now,
        unread=int(waiting["unread"]),
        parked=int(waiting["parked"]),
        oldest_seconds=waiting["oldest_seconds"],
        stuck=inbox.lanes_older(session, microseconds(now - timedelta(seconds=STUCK))),
        outbox=outbox.depth(session),
        doubts=outbox.doubts(session, now - timedelta(seconds=DOUBT)),
        unsent_seconds=0.0 if unsent is None else max(0.0, (now - unsent).total_seconds()),
        runs=runs.every(session),
        pushes=pushes.standing(session, pushing.COSTS, month),
        budgets={
            (agency, purpose): int(most)
            for agency, own in rules.get("agencies", {}).items()
            for purpose, most in own.items()
        },
        weeks=machine.last_week(session, now, zone),
    )
