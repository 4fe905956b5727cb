"""The timetable: what is done by the clock. APScheduler only wakes; a job may run twice, late or beside itself."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from bot import forgetting
from bot.channels import SendFailed
from bot.clock import Clock, now_us
from bot.watch import Watch
from handlers import turn
from handlers.actions import by_clock, digesting, news, pushing, reconciling, surveying
from handlers.actions import retention as keeping
from handlers.actions.digesting import Owed
from handlers.reports.digest import DoesNotReconcile
from handlers.rules.timetable import NIGHTLY, TIMETABLE
from handlers.services import Svc, Tools
from storage import runs
from storage.db import Database
from storage.presence import Leader

log = logging.getLogger("pratu.jobs")


@dataclass(frozen=True)
class JobContext:
    """What jobs are given."""

    db: Database
    tools: Tools
    clock: Clock
    files: Path | None = None  # where the sealed files lie
    quota: Callable[[], tuple[int | None, int]] | None = None  # LINE's word; see LineChannel.quota


@contextmanager
def _looking(context: JobContext) -> Iterator[Svc]:
    with context.db.reading() as session:
        yield Svc(session, context.clock(), context.tools)


@contextmanager
def _working(context: JobContext) -> Iterator[Svc]:
    """A piece of work in a transaction of its own."""
    with context.db.transaction() as session:
        yield Svc(session, context.clock(), context.tools)


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


def reminders(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """File silent drafts; then do for each case what the clock owes it, in a transaction of its own.

    Counts: `due` steps, those done (`done`, none in a dry run), cases that `failed`, and how often each step.
    """
    counts = Counter(sweep(context, dry_run))
    counts.update(due=0, done=0, failed=0)
    after = 0
    while True:
        with _looking(context) as svc:
            found = by_clock.candidates(svc, after)
        if not found:
            break
        for case_id in found:
            counts.update(_one_case(context, case_id, dry_run))
        after = found[-1]
        if len(found) < by_clock.MOST:
            break
    if not dry_run:
        counts.update(_put_together(context))
    return dict(counts)


def _put_together(context: JobContext) -> Counter[str]:
    """The reminders of this round, and of one that died before it came so far: one message for each officer's chat."""
    with _looking(context) as svc:
        waiting = news.chats_to_chase(svc)
    counts: Counter[str] = Counter()
    for lane, channel in waiting:
        try:
            with _working(context) as svc:
                news.chase(svc, lane, channel)
        except Exception:  # as below: the other chats go on
            log.exception("reminders could not be put out", extra={"lane": lane[:8]})
            counts.update(failed=1)
    return counts


def _one_case(context: JobContext, case_id: int, dry_run: bool) -> Counter[str]:
    try:
        with _looking(context) if dry_run else _working(context) as svc:
            steps = by_clock.planned(svc, case_id) if dry_run else by_clock.take(svc, case_id)
    except Exception:  # one bad case must not keep the others from being told; the next wake-up tries again
        log.exception("the clock could not do its work on a case", extra={"case": case_id})
        return Counter(failed=1)
    return Counter(steps) + Counter(due=len(steps), done=0 if dry_run else len(steps))


def status_updates(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """Tell the news that must not wait longer, a chat at a time; once a working day, whom no message reaches.

    Counts: `chats` with news to be told, `cases` told of, `unreached` cases, chats that `failed`.
    """
    with _looking(context) as svc:
        waiting = news.chats(svc)
        unreached = len(news.unreached(svc)) if dry_run else 0
    told = failed = 0
    for lane, channel in [] if dry_run else waiting:
        try:
            with _working(context) as svc:
                told += news.push(svc, lane, channel)
        except Exception:  # as above: the other chats go on
            log.exception("news could not be put out", extra={"lane": lane[:8]})
            failed += 1
    if not dry_run:
        with _working(context) as svc:
            unreached = news.tell_unreached(svc)
    return {"chats": len(waiting), "cases": told, "unreached": unreached, "failed": failed}


def weekly_digest(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """Tell those in charge: weekly, monthly, quarterly and yearly figures; each period in a transaction of its own.

    Counts: `due` people, `told` ones, periods `stopped` because their figures do not agree, and those that `failed`.
    """
    with _looking(context) as svc:
        found = digesting.owed(svc)
    counts = Counter(due=sum(len(one.posts) for one in found), told=0, stopped=0, failed=0)
    for one in [] if dry_run else found:
        counts.update(_one_period(context, one))
    return dict(counts)


def _one_period(context: JobContext, one: Owed) -> Counter[str]:
    where = {"agency": one.agency_code, "period": one.period.name}
    try:
        with _working(context) as svc:
            return Counter(told=digesting.tell(svc, one))
    except DoesNotReconcile as wrong:
        log.error("a digest was not told: its figures do not agree", extra={**where, "places": list(wrong.places)})
        with _working(context) as svc:
            digesting.tell_stopped(svc, one, wrong.places)
        return Counter(stopped=1)
    except Exception:  # as above: the other agencies go on, and the next wake-up tries again
        log.exception("a digest could not be put out", extra=where)
        return Counter(failed=1)


def surveys(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """Ask those whose matter was closed what they think, remind them once, let go; each in a transaction of its own.

    Counts: surveys looked at (`due`), those `asked`, `reminded`, `expired`, `waiting` for a quiet moment, and `failed`.
    In a dry run: what would be done.
    """
    counts: Counter[str] = Counter(due=0, asked=0, reminded=0, expired=0, waiting=0, failed=0)
    after = 0
    while True:
        with _looking(context) as svc:
            found = surveying.due(svc, after)
        if not found:
            return dict(counts)
        for survey_id in found:
            counts.update(_one_survey(context, survey_id, dry_run))
        after = found[-1]


def _one_survey(context: JobContext, survey_id: int, dry_run: bool) -> Counter[str]:
    try:
        with _looking(context) if dry_run else _working(context) as svc:
            deed = surveying.planned(svc, survey_id) if dry_run else surveying.take(svc, survey_id)
    except Exception:  # as above: the others go on
        log.exception("a survey could not be asked", extra={"survey": survey_id})
        return Counter(due=1, failed=1)
    return Counter({"due": 1, deed: 1}) if deed else Counter()


def erasures(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """Erase those whose request an officer approved (see `forgetting.carry_out`)."""
    data_dir = context.files.parent if context.files is not None else None
    return forgetting.carry_out(context.db, context.tools, context.clock(), dry_run, data_dir)


def retention(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """What is too old goes, a portion at a time; counts of rows by class of records. In a dry run: what would go.

    And what an older program left incomplete (`completed`) while processes were exchanged is made complete.
    """
    with _looking(context) as svc:
        counts = keeping.due(svc)
    if dry_run:
        return counts
    for name in counts:
        counts[name] = 0
        while True:
            with _working(context) as svc:
                gone = keeping.take(svc, name)
            counts[name] += gone
            if not gone:
                break
    if any(counts.values()):
        forgetting.cut_log(context.db)
    return {**counts, "completed": _completed(context)}


def _completed(context: JobContext) -> int:
    done = 0
    while True:
        with _working(context) as svc:
            found = keeping.complete(svc)
        done += found
        if not found:
            return done


def reconcile(context: JobContext, dry_run: bool = False) -> dict[str, Any]:
    """Prove that received = answered + open + parked and that nothing is lost on its way; tell people where not.

    Counts: events by state, `mismatches` in all; where there are any, how many of each kind, and `where`: their names.
    """
    with context.db.snapshot() as session:
        svc = Svc(session, context.clock(), context.tools)
        events, found = reconciling.events(svc), reconciling.look(svc, context.files)
    if found and not dry_run:
        with _working(context) as svc:
            reconciling.tell(svc, found)
    counts = {name: places.count for name, places in found.items()}
    told = {**events, "mismatches": sum(counts.values()), **counts}
    if not found:
        return told
    log.error("what came in and what became of it do not agree", extra=counts)
    return {**told, "where": {name: places.names for name, places in found.items()}}


def quota(context: JobContext, dry_run: bool = False) -> dict[str, int]:
    """Ask LINE how many pushes the month has and how many went; warn before they are used up.

    Counts: `read`, those `used`, the `limit` (0: none), the `level` of warning in percent, and `failed`.
    """
    if context.quota is None:
        return {"read": 0}
    try:
        most, used = context.quota()
    except SendFailed as failed:
        log.warning("LINE does not tell its quota", extra={"why": failed.why})
        return {"read": 0, "failed": 1}
    level = 0
    if not dry_run:
        with _working(context) as svc:
            level = pushing.take(svc, most, used)
    return {"read": 1, "used": used, "limit": most or 0, "level": level}


Job = Callable[[JobContext, bool], Mapping[str, Any]]

# By the names operators use (`pratu job NAME`).
JOBS: dict[str, Job] = {
    "reminders": reminders,
    "status-updates": status_updates,
    "weekly-digest": weekly_digest,
    "surveys": surveys,
    "erasures": erasures,
    "retention": retention,
    "reconcile": reconcile,
    "quota": quota,
}
LEAD_SECONDS = 5  # how often a process that does not lead looks whether it is to


class Timetable:
    """The jobs of this process: of several processes on one database exactly one works at them."""

    def __init__(self, context: JobContext, watch: Watch | None = None) -> None:
        self._context = context
        self._watch = watch or Watch()
        self._leader = Leader(context.db, "jobs")
        self._scheduler = BackgroundScheduler(timezone=context.tools.zone)
        self.led = context.db.sqlite  # when it was asked last; one process leads itself

    def start(self) -> None:
        """Begin waking jobs."""
        self._scheduler.add_job(self.lead, "interval", seconds=LEAD_SECONDS, max_instances=1, coalesce=True, id="lead")
        for name, seconds in TIMETABLE.items():
            self._scheduler.add_job(
                self.run, "interval", args=[name], seconds=seconds, max_instances=1, coalesce=True, id=name
            )
        for name, hour in NIGHTLY.items():
            self._scheduler.add_job(self.run, "cron", args=[name], hour=hour, max_instances=1, coalesce=True, id=name)
        self._scheduler.start()

    def stop(self) -> None:
        """Let the job in work end, and another process lead."""
        self._scheduler.shutdown(wait=True)
        self.stop_leading()

    def stop_leading(self) -> None:
        """Let another process lead, until this one is asked again."""
        self._leader.leave()
        self.led = False

    def lead(self) -> bool:
        """Does this process lead? Where nobody does it takes the lead, and says so."""
        try:
            leads = self._leader.leads()
        except Exception:  # the database is away: nobody leads then
            log.exception("could not ask who leads")
            leads = False
        if leads != self.led:
            log.info("leads the jobs from now on" if leads else "leads the jobs no more")
        self.led = leads
        return leads

    def run(self, name: str) -> bool:
        """One wake-up: does the job if this process leads; False when it does not, or the job failed."""
        try:
            if not self.lead():
                return False
            result = self._carried_out(name)
        except Exception:  # one of the three places that catch broadly: the next wake-up tries again
            log.exception("a job failed", extra={"job": name})
            return False
        told = _numbers(result)
        if any(told.values()):
            log.info("job done", extra={"job": name, **told})
        return True

    def _carried_out(self, name: str) -> Mapping[str, Any]:
        began, fine = now_us(), False
        try:
            result = carry_out(self._context, name)
            fine = True
        finally:
            self._watch.job(name, began, fine=fine)
        return result

    @property
    def runs_here(self) -> bool:
        """Are jobs woken in this process?"""
        return bool(self._scheduler.running)


def carry_out(context: JobContext, name: str) -> Mapping[str, Any]:
    """Do a job now, and write down how it ended, for whoever watches. Raises what the job raised."""
    began = time.monotonic()
    try:
        result = JOBS[name](context, False)
    except Exception as error:
        _note_failure(context, name, type(error).__name__)
        raise
    with context.db.transaction() as session:
        runs.note(session, name, context.clock(), time.monotonic() - began, _numbers(result))
    return result


def _numbers(result: Mapping[str, Any]) -> dict[str, int]:
    return {key: count for key, count in result.items() if isinstance(count, int)}


def _note_failure(context: JobContext, name: str, why: str) -> None:
    try:
        with context.db.transaction() as session:
            runs.note_failure(session, name, context.clock(), why)
    except Exception:  # the database is away as well: the first error says enough
        log.warning("could not write down that a job failed", extra={"job": name})
