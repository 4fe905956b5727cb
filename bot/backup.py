"""The operator's commands that keep an installation in one file, and bring it back."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot import clock, erased, forgetting, settings
from bot.app import tools
from bot.commands import Refused, current_database, reachable_database
from bot.settings import Settings
from storage import people, runs, scrub
from storage.backup import restoring, writing
from storage.backup.archive import BadBackup
from storage.db import Database, Lent, Session
from storage.files import FileStore

_MEGABYTE = 1_000_000


def backup(arguments: argparse.Namespace) -> int:
    """Write database and files into one file, while the service runs."""
    out, began = Path(arguments.out), time.monotonic()
    with current_database() as db:
        try:
            done = writing.write(db, settings.data_dir(), out, clock.now(), version("pratu"))
        except FileExistsError as there:
            raise Refused(f"{out} is there already; a backup is never written over anything") from there
        except OSError as wrong:
            raise Refused(f"{out} could not be written, nothing is left of it: {wrong.strerror or wrong}") from wrong
        counts = {"rows": done.rows, "files": done.files, "missing": len(done.missing)}
        if not runs.noted(db, runs.BACKUP, clock.now(), time.monotonic() - began, counts):
            print("pratu: the backup is whole, but the database did not take the note of it", file=sys.stderr)
    print(
        f"backup: {done.rows} rows, {done.files} files ({done.bytes / _MEGABYTE:.1f} MB), {done.models} models -> {out}"
    )
    print("backup: what is sealed stays sealed: keep PRATU_SECRET_KEY (or secret.key) apart, it is not in the file")
    for digest in done.missing:
        print(f"pratu: the bytes of file {digest} are not on the disk", file=sys.stderr)
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Bring a backup back, all of it or nothing; 1 when the file is no good, or bytes of who was erased may be left."""
    path, config = Path(arguments.file), settings.read()
    with reachable_database() as db:
        gone: list[str] = []

        def afterwards(session: Session, made_at: datetime) -> None:
            gone.extend(_erased_again(db, session, config, made_at))

        try:
            done = restoring.restore(db, config.data_dir, path, afterwards)
        except (BadBackup, erased.ListDamaged) as bad:
            print(f"pratu: nothing was restored: {bad}", file=sys.stderr)
            return 1
        except restoring.NotEmpty as full:
            raise Refused(f"nothing was restored: {full}") from full
        except OSError as wrong:
            raise Refused(f"nothing was restored: {path}: {wrong.strerror or wrong}") from wrong
        busy = _out_of_the_files(db, config) if gone else ""
    print(
        f"restored as of {done.at}: {done.rows} rows, {done.files} files, {done.models} models; "
        f"{done.links} links of the history hold"
    )
    print(f"restored: {len(gone)} people were erased since then, and are erased again")
    for digest in done.missing:
        print(f"pratu: the backup did not have the bytes of file {digest}", file=sys.stderr)
    if busy:
        print(f"pratu: everything is restored, but words of theirs may stand in the files: {busy}", file=sys.stderr)
        print("pratu: `pratu erase --account web:nobody --rewrite` overwrites them", file=sys.stderr)
    return int(bool(busy))


def _out_of_the_files(db: Database, config: Settings) -> str:
    """Nothing of the erased stays on free pages and on the disk; else why not."""
    forgetting.sweep(db, FileStore(config.data_dir / "files", db.keys))
    try:
        scrub.scrub(db, full=True)
    except scrub.CannotScrub as busy:
        return str(busy)
    return ""


def _erased_again(db: Database, session: Session, config: Settings, made_at: datetime) -> list[str]:
    """Whom the backup brought back though they were erased after it: they go within the restore's transaction."""
    gone = []
    for key, keep in erased.since(config.data_dir, made_at).items():
        account = people.by_key(session, key)
        user_id = None if account is None else session.keys.open_text(account.user_id)
        if account is not None and user_id:
            lent = Lent(db, session)
            forgetting.take_out(lent, tools(config), account.channel, user_id, clock.now(), keep=keep)
            gone.append(key)
    return gone
