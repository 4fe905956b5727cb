"""What Prometheus reads: the rows' figures, which every process tells alike, and this process's own counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from importlib.metadata import version
from math import inf
from pathlib import Path

from bot.clock import Clock
from handlers.reports import machine, operating
from handlers.reports.operating import Work
from handlers.rules import timetable
from handlers.rules.thai_calendar import BUDDHIST_ERA, fiscal_year
from storage import closings, migrations, runs
from storage.db import Database


@dataclass(frozen=True)
class Gauges:
    """What health looks at. `counts`: the process's own counters; `parts`: what must live in it, and does it; `model`:
    the version of the one in use, "" before it was read; `idle`: seconds since turns and delivery did something;
    `silent_on`: channels another process speaks on."""

    db: Database
    clock: Clock
    warm: Callable[[], bool]
    counts: Callable[[], Mapping[str, float]]
    roles: frozenset[str]
    zone: tzinfo
    data_dir: Path = field(default_factory=Path)
    parts: Callable[[], Mapping[str, bool]] = dict
    model: Callable[[], str] = str
    idle: Callable[[], Mapping[str, float]] = lambda: {"turns": inf, "delivery": inf}
    silent_on: Callable[[], Collection[str]] = tuple


def free_percent(folder: Path) -> float | None:
    """Percent of the disk that is free where this folder is, or will be; None where nobody can tell."""
    try:
        found = shutil.disk_usage(next(one for one in (folder, *folder.absolute().parents) if one.exists()))
    except OSError:
        return None
    return found.free * 100 / found.total


def told(gauges: Gauges) -> str:
    """The whole page."""
    now = gauges.clock()
    with gauges.db.reading() as session:
        work = operating.work(session, now, gauges.zone)
        closed = closings.by_agency(session, _fiscal_year_began(gauges), now)
    lines = [
        f'pratu_build_info{{version="{version("pratu")}",model="{gauges.model()}",database="{migrations.newest()}"}} 1',
        *_queues(work),
        *_jobs(work),
        *_pushes(work),
        *_process(gauges),
        *(line for week in work.weeks if week.agency for line in _model(week)),
        *(line for agency, counts in closed.items() for line in _closed(agency, counts)),
    ]
    return "\n".join(lines) + "\n"


def _queues(work: Work) -> Iterator[str]:
    yield f"pratu_inbox_unread {work.unread}"
    yield f"pratu_inbox_parked {work.parked}"
    yield f"pratu_inbox_oldest_seconds {work.oldest_seconds:.3f}"
    yield f"pratu_lanes_stuck {work.stuck}"
    yield f"pratu_outbox_oldest_seconds {work.unsent_seconds:.3f}"
    yield f"pratu_outbox_doubts {work.doubts}"
    for state, count in sorted(work.outbox.items()):
        yield f'pratu_outbox{{state="{state}"}} {count}'


def _jobs(work: Work) -> Iterator[str]:
    """By job: when it last went well, how long ago, whether it failed since, and how often it is to be done."""
    for name, run in work.runs.items():
        age = work.age(name)
        if name == runs.BACKUP:
            yield from () if age is None else (f"pratu_backup_age_seconds {age:.0f}",)
            continue
        if age is not None and run.done_at is not None:
            yield f'pratu_job_success_seconds{{job="{name}"}} {run.done_at.timestamp():.0f}'
            yield f'pratu_job_age_seconds{{job="{name}"}} {age:.0f}'
        yield f'pratu_job_failed{{job="{name}"}} {int(run.fails)}'
        yield f'pratu_job_every_seconds{{job="{name}"}} {timetable.every(name)}'


def _pushes(work: Work) -> Iterator[str]:
    """The month's pushes: of all, and of an agency for each purpose."""
    pushed = work.pushes
    yield f"pratu_pushes_used {pushed.used}"
    yield from [] if pushed.most is None else [f"pratu_pushes_limit {pushed.most}"]
    for (agency, purpose), count in sorted(pushed.by.items()):
        yield f'pratu_agency_pushes_used{{agency="{agency or "none"}",purpose="{purpose or "none"}"}} {count}'
    for (agency, purpose), most in sorted(work.budgets.items()):
        yield f'pratu_agency_pushes_limit{{agency="{agency}",purpose="{purpose}"}} {most}'


def _process(gauges: Gauges) -> Iterator[str]:
    for name, value in sorted(gauges.counts().items()):
        yield f"pratu_{name} {value:g}"
    used, most = gauges.db.connections()
    yield f"pratu_database_connections {used}"
    yield f"pratu_database_connections_limit {most}"
    free = free_percent(gauges.data_dir)
    yield from [] if free is None else [f"pratu_disk_free_percent {free:.1f}"]


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
