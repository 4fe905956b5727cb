"""A rehearsal put together: the record and what became of it, the stage it is played on, and the comparison."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import app, clock, models, owners
from bot.commands import Refused, current_database, load_seed
from bot.rehearsal import comparing, questions, taken_down, telling
from bot.rehearsal.playing import Stage
from bot.rehearsal.taken_down import Recorded
from bot.settings import Settings
from bot.simulation.thinking import Thinking
from handlers.services import Svc, Tools
from nlp import classify
from nlp.model import ModelRefused
from storage import agencies, migrations, recorded, seed, seeded
from storage.db import Database, Session
from storage.people import Post
from storage.recorded import Filed, Said


@dataclass
class _Then:
    """The record, and what became of it."""

    record: Recorded
    officers: Mapping[str, list[Post]]
    cases: Mapping[str, Filed | None]
    tables: Mapping[str, seed.Row]  # the installation's own data


def run(arguments: argparse.Namespace, config: Settings, since: datetime | None, until: datetime | None) -> None:
    """Play the record of these days (of a file, where one is named) and print the comparison. Raises Refused."""
    begun, (ask, model) = time.monotonic(), _engine(arguments.model, config)
    tools = replace(app.tools(config), classify=ask)
    with current_database() as db:
        with db.reading() as session:
            if agencies.first(session) is None:
                raise Refused("no agency in the database; run: pratu seed deploy/seed")
            then = _then(session, arguments, since, until)
            counter = questions.counter(Svc(session, clock.now(), tools).texts)
        with _stage(db, config, arguments.keep) as scratch, _silence():
            stage = _play(scratch, tools, then, arguments.seed, config)
            with scratch.reading() as session:
                now = recorded.filed(session)
        found = {
            **{name: getattr(arguments, name) for name in ("since", "until", "seed")},
            "model": model,
            "messages": _messages(then.record, stage),
            "questions": {"then": sum(map(counter, then.record.told)), "now": stage.counts["questions"]},
            **comparing.compare(then.cases, now, arguments.show),
            "seconds": round(time.monotonic() - begun, 1),
        }
        with db.reading() as session:
            _print(Svc(session, clock.now(), tools), found, arguments.json)


def _messages(record: Recorded, stage: Stage) -> dict[str, Any]:
    return {
        "recorded": len(record.said) + record.left_out,
        "played": stage.counts["played"],
        "officers": record.officers,
        "left_out": record.left_out,
        "failed": stage.counts["failed"],
        "why": dict(stage.why),
    }


def _print(svc: Svc, found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for line in telling.lines(svc, found):
        print(line)


def _engine(path: str | None, config: Settings) -> tuple[Callable[[str], Any], str]:
    """The engine, and the version of its model. Raises Refused."""
    try:
        if path is None:
            used = models.in_use(models.folder(config.data_dir))
            return used.ask, used.model.version
        model = classify.open_model(Path(path))
        return classify.with_own(model), model.version
    except (ModelRefused, OSError) as refused:
        raise Refused(str(refused)) from refused


# --- then ------------------------------------------------------------------------------------------------------------


def _then(session: Session, arguments: argparse.Namespace, since: datetime | None, until: datetime | None) -> _Then:
    """The record and its cases, from a file or from our own database. Raises Refused."""
    cases: dict[str, Filed | None]
    if arguments.file is None:
        assert since is not None
        assert until is not None
        officers = recorded.officers(session)
        record, known = _own(session, since, until, officers), recorded.filed(session, since, until)
        cases = {one.reference: known[one.reference] for one in record.said if one.reference in known}
    else:
        officers = {}
        try:
            record = taken_down.read(Path(arguments.file), since, until)
            known = taken_down.cases(Path(arguments.cases)) if arguments.cases else {}
        except (taken_down.NotReadable, OSError) as wrong:
            raise Refused(str(wrong)) from wrong
        cases = {one.reference: known.get(one.reference) for one in record.said if one.reference}
    if not record.said:
        raise Refused("nothing was said in this record that could be played")
    return _Then(record, officers, cases, seeded.tables(session))


def _own(session: Session, since: datetime, until: datetime, officers: Mapping[str, list[Post]]) -> Recorded:
    said = list(recorded.said(session, since, until))
    plays = _with_filings([one for one in said if one.plays], recorded.filings(session, since, until))
    return Recorded(
        plays,
        list(recorded.told(session, since, until, officers.keys())),
        sum(one.who in officers for one in plays),
        len(said) - len(plays),
    )


def _with_filings(said: list[Said], filings: list[tuple[str, frozenset[str], datetime]]) -> list[Said]:
    """Each case stands beside the newest message its teller had sent when it was filed: that one filed it."""
    by_who: dict[str, list[int]] = {}
    for at, one in enumerate(said):
        by_who.setdefault(one.who, []).append(at)
    found = list(said)
    for reference, whose, moment in filings:
        before = [at for who in whose for at in by_who.get(who, ()) if said[at].at <= moment]
        if before:
            newest = max(before)
            found[newest] = replace(said[newest], reference=reference)
    return found


# --- now -------------------------------------------------------------------------------------------------------------


_LEFT_SECONDS = 24 * 3600


@contextlib.contextmanager
def _ended_like_any_other() -> Iterator[None]:
    """Told to end (SIGTERM) it cleans up, as at any end."""
    before = signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _stage(own: Database, config: Settings, keep: str | None) -> Iterator[Database]:
    """An empty database of its own, sealed with the installation's key, gone at the end unless it is to be kept; also
    what one that was killed has left behind."""
    for left in config.data_dir.glob("rehearsal-*"):
        if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with _ended_like_any_other(), tempfile.TemporaryDirectory(prefix="rehearsal-", dir=config.data_dir) as folder:
        path = Path(keep) if keep else Path(folder) / "rehearsal.db"
        owners.make(path)
        scratch = Database(f"sqlite:///{path}", own.keys, hurried=True)
        try:
            migrations.migrate(scratch)
            yield scratch
        finally:
            scratch.close()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """No line of a log while people's words are played."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _play(scratch: Database, tools: Tools, then: _Then, other: str | None, config: Settings) -> Stage:
    with scratch.transaction() as session:
        seed.load(session, then.tables)
    if other:
        load_seed(scratch, Path(other), config)
    thinking = Thinking(tools, config.data_dir, beside=False)
    with scratch.reading() as session:
        asks = questions.counter(Svc(session, clock.now(), tools).texts)
    stage = Stage(scratch, thinking.tools(tools), asks)
    stage.play(then.record.said, then.officers)
    return stage
