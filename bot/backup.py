"""The operator's commands that keep an installation in one file, and bring it back."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

from bot import clock, settings
from bot.commands import Refused, current_database, reachable_database
from storage.backup import restoring, writing
from storage.backup.archive import BadBackup

_MEGABYTE = 1_000_000


def backup(arguments: argparse.Namespace) -> int:
    """Write database and files into one file, while the service runs."""
    out = Path(arguments.out)
    with current_database() as db:
        try:
            done = writing.write(db, settings.data_dir(), out, clock.now(), version("pratu"))
        except FileExistsError as there:
            raise Refused(f"{out} is there already; a backup is never written over anything") from there
        except OSError as wrong:
            raise Refused(f"{out} could not be written, nothing is left of it: {wrong.strerror or wrong}") from wrong
    print(
        f"backup: {done.rows} rows, {done.files} files ({done.bytes / _MEGABYTE:.1f} MB), {done.models} models -> {out}"
    )
    print("backup: what is sealed stays sealed: keep PRATU_SECRET_KEY (or secret.key) apart, it is not in the file")
    for digest in done.missing:
        print(f"pratu: the bytes of file {digest} are not on the disk", file=sys.stderr)
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Bring a backup back, all of it or nothing; 1 when the file is no good."""
    path = Path(arguments.file)
    with reachable_database() as db:
        try:
            done = restoring.restore(db, settings.data_dir(), path)
        except BadBackup as bad:
            print(f"pratu: nothing was restored: {bad}", file=sys.stderr)
            return 1
        except restoring.NotEmpty as full:
            raise Refused(f"nothing was restored: {full}") from full
        except OSError as wrong:
            raise Refused(f"nothing was restored: {path}: {wrong.strerror or wrong}") from wrong
    print(
        f"restored as of {done.at}: {done.rows} rows, {done.files} files, {done.models} models; "
        f"{done.links} links of the history hold"
    )
    for digest in done.missing:
        print(f"pratu: the backup did not have the bytes of file {digest}", file=sys.stderr)
    return 0
