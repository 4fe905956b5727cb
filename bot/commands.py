"""What each command does. Output for people and machines goes to standard output, troubles to standard error."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import clock, log, owners, settings
from bot.settings import Settings

SEED = Path(__file__).parent.parent / "deploy" / "seed"


class Refused(Exception):
    """The command cannot be carried out; the message says why and what would help."""


def serve(arguments: argparse.Namespace) -> int:
    """Run the bot until it is told to stop."""
    config = settings.read()
    if config.sqlite and arguments.role != "all":
        raise Refused(f"--role {arguments.role} needs PostgreSQL; on SQLite one process does everything (--role all)")
    return _serve(config, arguments.role, arguments.host, arguments.port)


def demo(arguments: argparse.Namespace) -> int:
    """The sample province on this machine: its own database, loopback only, no token of any channel."""
    from bot.app import ready_database

    # Nobody watches two panes for twenty seconds.
    here = {"PRATU_DATA_DIR": "var/demo", "PRATU_DATABASE_URL": "sqlite:///var/demo.db", "PRATU_UNDO_SECONDS": "0"}
    plain = settings.read(here)
    db = ready_database(plain)
    load_seed(db, SEED, plain)
    with db.transaction() as session:
        suit_passers_by(session)
    db.close()
    print(f"pratu demo: http://127.0.0.1:{arguments.port}/", flush=True)
    return _serve(plain, "all", "127.0.0.1", arguments.port, demo=True)


def suit_passers_by(session: Any) -> None:
    """Who tries the demo has no picture at hand, and is asked what they think before they have gone."""
    from storage import agencies

    agencies.put_setting(session, "evidence", {"photo_required": False})
    limits = agencies.setting(session, "limits")
    agencies.put_setting(session, "limits", {**limits, "survey_silence_minutes": 0})


def _serve(config: Settings, role: str, host: str, port: int, *, demo: bool = False) -> int:
    import uvicorn

    from bot.app import ROLES, App, ready_database
    from bot.connection import Connection
    from nlp import mask

    secrets = (
        config.line_channel_secret,
        config.line_channel_access_token,
        config.telegram_token,
        config.telegram_secret_token,
        *config.secret_keys,
    )
    log.set_up(config.log_level, mask.mask, tuple(str(secret) for secret in secrets))
    with _told_plainly():
        db = ready_database(config)
    app = App(config, ROLES[role], db, demo=demo)
    server = uvicorn.Config(
        app.web,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        http=Connection,
        loop="uvloop",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=10,
    )

    class Stoppable(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            app.stop_soon()
            super().handle_exit(sig, frame)

    Stoppable(server).run()
    return 0


def migrate(_arguments: argparse.Namespace) -> int:
    """Bring the database to the newest version."""
    from bot.app import check_key
    from storage import migrations

    with reachable_database() as db:
        before, now = migrations.migrate(db)
        check_key(db)
    print(f"database: {before or 'empty'} -> {now}" if before != now else f"database: already at {now}")
    return 0


def seed(arguments: argparse.Namespace) -> int:
    """Load the data of an installation, and say what changed; or write it as a workbook."""
    if arguments.template:
        return _write_book(Path(arguments.template), arguments.source)
    if not arguments.source:
        raise Refused("give a folder like deploy/seed, a workbook FILE.xlsx, or --template FILE.xlsx")
    with current_database() as db:
        done = load_seed(db, Path(arguments.source), settings.read(), dry_run=arguments.dry_run)
    for table, count in done.changed.items():
        print(f"{table}: {count} new or changed")
    for one in done.invited:
        print(" ".join(filter(None, ("invited:", one.agency, one.unit, one.role, one.name))))
        print(f"code: {'-' if arguments.dry_run else one.code}")
    if not done.changed and not done.invited:
        print("nothing changed")
    return 0


def load_seed(db: Any, source: Path, config: Settings, *, dry_run: bool = False) -> Any:
    """What was done. Raises Refused; what is wrong with a workbook is told line by line before."""
    from bot import seeding
    from bot.app import tools
    from storage.seed import BadSeed

    try:
        done = seeding.load(db, source, tools(config), clock.now(), dry_run=dry_run)
    except seeding.NotSeeded as wrong:
        for line in wrong.problems:
            print(f"pratu: {line}", file=sys.stderr)
        raise Refused(f"{source}: {len(wrong.problems)} to put right (see above); nothing was loaded") from wrong
    except (BadSeed, OSError) as bad:
        raise Refused(str(bad)) from bad
    for line in done.remarks:
        print(f"pratu: {line}", file=sys.stderr)
    return done


def _write_book(path: Path, source: str | None) -> int:
    """The workbook to be filled in. Names of officers stand in it: it is the owner's alone."""
    from bot import seeding
    from bot.app import tools
    from storage.seed import BadSeed

    if not seeding.is_book(path):
        raise Refused(f"--template {path}: the name must end in .xlsx")
    if path.exists():
        raise Refused(f"{path} is there already; a workbook is never written over anything")
    with current_database() as db, db.reading() as session:
        try:
            given = Path(source) if source else None
            content = seeding.book(session, tools(settings.read()), clock.now(), given)
        except BadSeed as bad:
            raise Refused(str(bad)) from bad
    owners.make(path)
    path.write_bytes(content)
    return 0


def check(_arguments: argparse.Namespace) -> int:
    """What is missing for real use; 1 if anything would stop the bot."""
    from bot import checks

    return checks.run(sys.stdout)


def job(arguments: argparse.Namespace) -> int:
    """Run one scheduled job now."""
    from bot import forgetting
    from bot.app import quota_reader, tools
    from bot.jobs import JOBS, JobContext, carry_out
    from storage.files import FileStore

    if arguments.name not in JOBS:
        raise Refused(f"no job {arguments.name!r}; there are: {', '.join(sorted(JOBS))}")
    when = clock.now
    if arguments.now:
        try:
            when = clock.stopped_at(datetime.fromisoformat(arguments.now))
        except ValueError as wrong:
            raise Refused(f"--now: {wrong}") from wrong
    config = settings.read()
    with current_database() as db:
        context = JobContext(db, tools(config), when, config.data_dir / "files", quota_reader(config))
        if arguments.dry_run or arguments.now:
            result = JOBS[arguments.name](context, arguments.dry_run)
        else:
            result = carry_out(context, arguments.name)
        if not arguments.dry_run:
            forgetting.sweep(db, FileStore(config.data_dir / "files", db.keys))  # what the job doomed
    print(json.dumps(result))
    return 1 if result.get("mismatches") else 0


def verify(_arguments: argparse.Namespace) -> int:
    """Check the history chain."""
    from storage import history

    with current_database() as db, db.snapshot() as session:
        found = history.verify(session)
    if found.broken_at is None:
        print(f"history: {found.links} links hold, head {found.head}")
        return 0
    print(f"history: broken at link {found.broken_at}: {found.why} ({found.links} links before it hold)")
    return 1


def replay(arguments: argparse.Namespace) -> int:
    """Put a parked event back to be worked on again."""
    from storage import inbox

    with current_database() as db, db.transaction() as session:
        count = inbox.replay(session, arguments.event_id)
    if not count:
        raise Refused(f"no parked event {arguments.event_id!r}")
    print(f"{count} event put back; a running pratu works on it within a second")
    return 0


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """Troubles an operator can mend become one line instead of a traceback."""
    from bot.app import NotMigrated, WrongKey
    from storage.db import CannotConnect

    try:
        yield
    except CannotConnect as away:
        raise Refused(f"the database does not answer: {away}") from away
    except (NotMigrated, WrongKey) as wrong:
        raise Refused(str(wrong)) from wrong


@contextlib.contextmanager
def reachable_database() -> Iterator[Any]:
    from bot.app import open_database

    db = open_database(settings.read())
    try:
        with _told_plainly():
            db.ping()
        yield db
    finally:
        db.close()


@contextlib.contextmanager
def current_database() -> Iterator[Any]:
    """The database of the settings, at the newest version and with its key. Raises Refused."""
    from bot.app import check_key, check_version

    with reachable_database() as db:
        with _told_plainly():
            check_version(db)
            check_key(db)
        yield db
