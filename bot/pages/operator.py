"""/operator/TOKEN: what works, what waits and what must be done, for whoever is woken at night. Nothing of anybody."""

from __future__ import annotations

import asyncio
import html
import logging
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.pages.sheet import PRIVATE, Words, linked, sheet
from bot.pages.static import with_headers
from handlers import access
from handlers.reports import operating, operators
from handlers.reports.operating import Work
from handlers.reports.operators import Told
from handlers.rules.alarms import Facts, alarms
from handlers.rules.timetable import TIMETABLE
from handlers.services import Svc, Tools
from handlers.texts import Texts, spans
from storage import inbox, migrations, outbox, runs
from storage.db import Database
from storage.inbox import Parked
from storage.runs import Run

log = logging.getLogger("pratu.operator")

_STYLES = ("chat.css", "digest.css", "operator.css")
_STATES = (  # those that are not over, or ended badly
    *("queued", "sending", "failed", "held", "rides", "blocked"),
    *("uncertain", "given_up"),
)


@dataclass(frozen=True)
class Installed:
    """What only the process knows: versions, and the disk (percent free; None: not known)."""

    program: str
    model: Callable[[], str]
    disk: Callable[[], float | None]


def routes(db: Database, tools: Tools, clock: Clock, installed: Installed) -> list[Route]:
    """The page."""

    def look(token: str) -> tuple[int, str]:
        try:
            with db.reading() as session:
                svc = Svc(session, clock(), tools)
                operators.check(svc, token)
                work = operating.work(session, svc.now, tools.zone)
                return 200, page(svc.texts, work, inbox.parked(session), installed, migrations.current(db))
        except access.NotFound:
            return 404, _whole(_WORDS.put("gone"))
        except Exception:  # it is looked at when things are broken: it must say which, not break too
            log.exception("the operators' page could not be drawn")
            return 503, _whole(_WORDS.put("away"))

    async def show(request: Request) -> Response:
        status, body = await asyncio.to_thread(look, request.path_params["token"])
        return with_headers(Response(body, status, media_type="text/html", headers=PRIVATE))

    return [Route("/operator/{token}", show, methods=["GET"])]


_WORDS = Words("operator")


def _whole(content: str) -> str:
    return sheet(_WORDS.plain("title"), content, kind="sheet", head=linked(_STYLES, "operator.js"))


def page(texts: Texts, work: Work, parked: list[Parked], installed: Installed, version: str | None) -> str:
    """The page of these facts; `version`: the database's."""
    facts = work.facts(installed.disk())
    found = [operators.told(texts, alarm) for alarm in alarms(facts)]
    drawn = _Page(texts, work)
    content = (
        drawn.alarms(found),
        drawn.parts(facts, {one.name for one in found}, installed, version),
        drawn.parked(parked),
        drawn.outbox(),
        drawn.timetable(),
        drawn.quota(),
        _WORDS.put("foot"),
    )
    verdict = _WORDS.put("bad", n=len(found)) if found else _WORDS.put("good")
    whole = _WORDS.fill(
        "page",
        mood="bad" if found else "good",
        verdict=verdict,
        as_of=_WORDS.put("as_of", now=texts.moment(work.at)),
        content="".join(content),
    )
    return _whole(whole)


class _Page:
    """The sections."""

    def __init__(self, texts: Texts, work: Work) -> None:
        self._texts = texts
        self._work = work

    def alarms(self, found: list[Told]) -> str:
        """What must be done, first of all."""
        rows = "".join(
            _WORDS.put("alarm", what=one.what, todo=one.do, section=one.section, name=one.name) for one in found
        )
        return self._section("do", _WORDS.fill("alarms", rows=rows)) if rows else ""

    def parts(self, facts: Facts, wrong: set[str], installed: Installed, version: str | None) -> str:
        """Each part in a line, with what is wrong with it marked."""
        work, word, old = self._work, _WORDS.put, version != migrations.newest()
        unsent = sum(work.outbox.get(state, 0) for state in outbox.OPEN)
        rows = [
            ("database", word("database_old" if old else "database_is", version=version), ("old",) if old else ()),
            ("inbox", self._waits("inbox", work.unread, work.oldest_seconds), ("PratuMessagesWait",)),
            ("outbox", self._waits("outbox", unsent, work.unsent_seconds), ("PratuUnsent", "PratuSendsFail")),
            ("jobs", self._jobs(facts), ("PratuNoLeader", "PratuJobLate", "PratuJobFails")),
            ("backup", self._backup(), ("PratuBackupOld",)),
            ("pushes", self._pushes(), ("PratuQuota",)),
            ("disk", self._disk(facts), ("PratuDiskFull",)),
            ("model", html.escape(installed.model()), ("PratuModelDrifts",)),
            ("program", word("program_is", version=installed.program), ()),
        ]
        drawn = (
            self._part(name, value, bad="old" in names or not wrong.isdisjoint(names)) for name, value, names in rows
        )
        return self._section("parts", _WORDS.fill("part_rows", rows="".join(drawn)))

    def _part(self, name: str, value: str, *, bad: bool) -> str:
        mark = _WORDS.put("warn" if bad else "ok")
        return _WORDS.fill("part", name=_WORDS.put(name), value=value, mark=mark, mood="bad" if bad else "fine")

    def _waits(self, name: str, n: int, seconds: float) -> str:
        return _WORDS.put(f"{name}_waits", n=f"{n:,}", ago=self._lasting(seconds)) if n else _WORDS.put(f"{name}_none")

    def _jobs(self, facts: Facts) -> str:
        ages = [facts.ages[name] for name in TIMETABLE if name in facts.ages]
        return _WORDS.put("jobs_last", ago=self._lasting(min(ages))) if ages else _WORDS.put("never")

    def _backup(self) -> str:
        run = self._work.runs.get(runs.BACKUP)
        if run is None or run.done_at is None:
            return _WORDS.put("never")
        counts = {name: f"{run.counts.get(name, 0):,}" for name in ("rows", "files")}
        return _WORDS.put("backup_was", ago=self._since(run.done_at), **counts)

    def _pushes(self) -> str:
        pushed = self._work.pushes
        if pushed.most is None:
            return _WORDS.put("pushes_open", used=f"{pushed.used:,}")
        return _WORDS.put("pushes_of", used=f"{pushed.used:,}", most=f"{pushed.most:,}")

    def _disk(self, facts: Facts) -> str:
        return _WORDS.put("disk_none") if facts.disk is None else _WORDS.put("disk_is", n=int(facts.disk))

    def parked(self, found: list[Parked]) -> str:
        """Events that wait for people, each with the command that works on it again."""
        if not found:
            return self._section("parked", _WORDS.put("nothing", text=_WORDS.put("parked_none")))
        rows = "".join(map(self._one_parked, found))
        more = self._work.parked - len(found)
        return self._section(
            "parked", _WORDS.fill("parked_rows", rows=rows) + (_WORDS.put("parked_more", n=more) if more > 0 else "")
        )

    def _one_parked(self, one: Parked) -> str:
        channel = self._texts.word_or(f"platforms.{one.channel}", one.channel)
        at = self._texts.moment(one.received_at)
        why = _WORDS.put("why_nobody") if not one.why else _WORDS.put("why_ended")
        if one.why.isidentifier():
            why = _WORDS.put("why_error", why=one.why, attempts=one.attempts)
        command = f"pratu replay {shlex.quote(one.event_id)}"  # it is copied into a shell
        return _WORDS.fill(
            "parked_one",
            channel=html.escape(channel),
            at=html.escape(at),
            why=why,
            command=html.escape(command),
        )

    def outbox(self) -> str:
        """Messages that are not over, or ended badly."""
        rows = [(_WORDS.put(state), (f"{self._work.outbox.get(state, 0):,}",), False) for state in _STATES]
        return self._section("messages", _table(("state", "count"), rows))

    def timetable(self) -> str:
        """Each job: when it last went well, and whether it failed since."""
        jobs = [run for name, run in self._work.runs.items() if name != runs.BACKUP]
        if not jobs:
            return self._section("timetable", _WORDS.put("nothing", text=_WORDS.put("jobs_none")))
        rows = [
            (html.escape(self._texts.word_or(f"job_names.{run.name}", run.name)), self._job(run), run.fails)
            for run in jobs
        ]
        return self._section("timetable", _table(("job", "done", "took"), rows))

    def _job(self, run: Run) -> tuple[str, str]:
        if run.fails and run.failed_at is not None:
            return _WORDS.put("job_failed", ago=self._since(run.failed_at), why=run.why), ""
        if run.done_at is None:
            return _WORDS.put("never"), ""
        return _WORDS.put("ago", ago=self._since(run.done_at)), _WORDS.put("seconds", n=f"{run.seconds:.1f}")

    def quota(self) -> str:
        """Pushes that count, by agency; nothing where none went."""
        by: dict[str, int] = {}
        for (agency, _purpose), count in self._work.pushes.by.items():
            by[agency] = by.get(agency, 0) + count
        rows = [(html.escape(code) or _WORDS.put("no_agency"), (f"{n:,}",), False) for code, n in sorted(by.items())]
        return self._section("quota", _table(("agency", "used"), rows)) if rows else ""

    def _section(self, name: str, content: str) -> str:
        return _WORDS.fill("section", id=name, title=_WORDS.put(name), content=content)

    def _lasting(self, seconds: float) -> str:
        return spans.lasting(self._texts, seconds)

    def _since(self, moment: datetime) -> str:
        return self._lasting(max(0.0, (self._work.at - moment).total_seconds()))


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, tuple[str, ...], bool]]) -> str:
    """Rows of (name, cells, is it bad), all of them HTML already."""
    heads = "".join(_WORDS.fill("column", name=_WORDS.put(name)) for name in columns)
    drawn = (
        _WORDS.fill(
            "row",
            name=name,
            cells="".join(_WORDS.fill("cell", value=cell, mood="bad" if bad else "fine") for cell in cells),
        )
        for name, cells, bad in rows
    )
    return _WORDS.fill("table", columns=heads, rows="".join(drawn))
