"""When somebody must do something: the same alarms, by the same names, as deploy/prometheus/rules.yml has.

Prometheus also knows what only a process can tell of itself (PratuDown, PratuTurnsFail …); here stands what the rows
tell, so that an agency without Prometheus sees it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.rules.timetable import TIMETABLE, is_late

WAITED = 60.0  # seconds: somebody wrote and has no answer
UNSENT = 600.0  # seconds: an answer stands there and does not go
FAILED, HELD = 20, 50  # messages
QUOTA = 90  # percent
DOUBT = 24 * 3600.0  # seconds: so long a message in doubt is news; the row stays in doubt for ever
BACKUP = 26 * 3600.0  # seconds
DISK = 10  # percent free
STUCK = 120.0  # seconds: a chat of this age is not being worked on


@dataclass(frozen=True)
class Facts:
    """What is known of an installation at one moment. Ages in seconds; None: never, or not known."""

    oldest_seconds: float = 0.0
    parked: int = 0
    unsent_seconds: float = 0.0
    outbox: Mapping[str, int] = field(default_factory=dict)
    doubts: int = 0  # messages nobody knows to have arrived, of the last day
    ages: Mapping[str, float] = field(default_factory=dict)  # of jobs: since each last went well
    failing: Mapping[str, str] = field(default_factory=dict)  # jobs whose last run failed: the error's name
    backup: float | None = None
    pushes_used: int = 0
    pushes_most: int | None = None
    drifting: tuple[str, ...] = ()  # agencies' codes
    disk: float | None = None  # percent free where the data are


@dataclass(frozen=True)
class Alarm:
    """One thing somebody must do. `seconds`: how long it has been so, where that is what is wrong."""

    name: str
    n: int = 0
    seconds: float | None = None
    of: str = ""  # a job, an agency, an error


def alarms(facts: Facts) -> list[Alarm]:
    """What is wrong now, what cannot wait first."""
    return [*_messages(facts), *_jobs(facts), *_installation(facts)]


def _messages(facts: Facts) -> list[Alarm]:
    count = facts.outbox.get
    found = {
        Alarm("PratuMessagesWait", seconds=facts.oldest_seconds): facts.oldest_seconds > WAITED,
        Alarm("PratuUnsent", seconds=facts.unsent_seconds): facts.unsent_seconds > UNSENT,
        Alarm("PratuSendsFail", n=count("failed", 0)): count("failed", 0) > FAILED,
        Alarm("PratuParked", n=facts.parked): facts.parked > 0,
        Alarm("PratuUncertain", n=facts.doubts): facts.doubts > 0,
        Alarm("PratuHeld", n=count("held", 0)): count("held", 0) > HELD,
    }
    return [alarm for alarm, rings in found.items() if rings]


def _jobs(facts: Facts) -> list[Alarm]:
    minutely = [facts.ages[name] for name in TIMETABLE if name in facts.ages]
    if not minutely or min(minutely) > GONE:
        return [Alarm("PratuNoLeader", seconds=min(minutely) if minutely else None)]  # then all of them are late
    late = [Alarm("PratuJobLate", seconds=age, of=name) for name, age in facts.ages.items() if is_late(name, age)]
    return [*late, *(Alarm("PratuJobFails", of=f"{name}: {why}") for name, why in facts.failing.items())]


GONE = 900.0  # seconds without any job at all


def _installation(facts: Facts) -> list[Alarm]:
    found = [Alarm("PratuModelDrifts", of=agency) for agency in facts.drifting]
    if facts.backup is None or facts.backup > BACKUP:
        found.append(Alarm("PratuBackupOld", seconds=facts.backup))
    if facts.pushes_most is not None and facts.pushes_used * 100 >= facts.pushes_most * QUOTA:
        found.append(Alarm("PratuQuota", n=facts.pushes_used, of=str(facts.pushes_most)))
    if facts.disk is not None and facts.disk < DISK:
        found.append(Alarm("PratuDiskFull", n=int(facts.disk)))
    return found
