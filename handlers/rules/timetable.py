"""Which jobs wake by themselves and how often, and from when on one of them is late."""

from __future__ import annotations

# In seconds, by the names operators use (`pratu job NAME`).
TIMETABLE: dict[str, int] = {
    "reminders": 60,
    "status-updates": 300,
    "weekly-digest": 300,
    "surveys": 60,
    "erasures": 300,
    "quota": 900,
}
NIGHTLY: dict[str, int] = {"retention": 2, "reconcile": 3}  # at this hour
DAY = 86_400
GRACE = 600  # seconds: a restart, or a job that takes long


def every(name: str) -> int:
    """How many seconds lie between two wake-ups of a job."""
    return TIMETABLE.get(name, DAY)


def is_late(name: str, age: float) -> bool:
    """Did a job that last went well so many seconds ago miss its hour? As in deploy/prometheus/rules.yml."""
    return age > every(name) * 1.2 + GRACE
