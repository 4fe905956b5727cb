"""Restoring a backup: looked through and its signature checked first, then loaded in one transaction, then compared."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from storage import history, ids, migrations, rekey, runs
from storage.backup.archive import (
    FILE,
    FORMAT,
    FORMAT_VERSION,
    HEAD,
    MANIFEST,
    MODEL,
    OWNER_ONLY,
    ROWS,
    BadBackup,
    Reader,
    json_of,
    unpack,
    whole,
)
from storage.backup.cells import Weight, columns_of, decoder, table_of
from storage.backup.writing import digest_of, lines
from storage.db import Database, Session, session_of
from storage.seal import CannotOpen, Keyring
from storage.tables import Base, File

_AT_A_TIME = 64_000  # bytes
_FOLDERS = ("files", "models")


class NotEmpty(Exception):
    """There is something already where the backup would go; the message says what."""


@dataclass
class Restored:
    """What a restore brought back. `at`: when the backup was made; `missing`: digests whose bytes it did not have."""

    at: str
    before: str  # version of the backup's tables
    rows: int = 0
    files: int = 0
    models: int = 0
    links: int = 0
    missing: list[str] = field(default_factory=list)


def restore(
    db: Database, data_dir: Path, path: Path, afterwards: Callable[[Session, datetime], None] | None = None
) -> Restored:
    """Bring a backup back into an empty database and an empty data folder: all of it, or nothing.

    `afterwards`: done last within the same transaction, given when the backup was made: people who were erased since
    then are erased again. Raises
    BadBackup, NotEmpty, OSError; sqlalchemy's error where the database goes away.
    """
    with whole(path):
        head, manifest = _looked_through(path, db.keys)
    for name in _FOLDERS:
        if (data_dir / name).is_dir() and any((data_dir / name).iterdir()):
            raise NotEmpty(f"{data_dir / name} is not empty; restore into a new PRATU_DATA_DIR")
    done = Restored(str(head["at"]), str(head["migration"]), missing=list(manifest["missing"]))
    with whole(path), _aside(data_dir) as aside, migrations.alone(db) as connection:
        _make_tables(connection, done.before)
        tables = _tables_of(connection, head)
        weights = _load(connection, path, tables, manifest, aside, done)
        _compare(connection, tables, manifest, weights, done)
        _set_sequences(connection)
        migrations.upgrade(connection)
        with session_of(Session(bind=connection, expire_on_commit=False), db.keys) as session:
            _check(session, aside, manifest, done)
            if afterwards is not None:
                afterwards(session, datetime.fromisoformat(done.at))
            session.finish()
            session.commit()
        _put_in_place(aside, data_dir)
    return done


# --- before anything is touched --------------------------------------------------------------------------------------


def _looked_through(path: Path, keys: Keyring) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and manifest: every member has a name of ours, the key is the right one, the signature holds."""
    seen: set[str] = set()
    found: dict[str, tuple[bytes, dict[str, Any]]] = {}
    last = ""
    for name, size, content in Reader(path).members():
        if not FILE.fullmatch(name):
            if name in seen:
                raise BadBackup(f"{path}: damaged: it holds {name} twice")
            seen.add(name)
        if name in (HEAD, MANIFEST):
            found[name] = json_of(name, size, content)
        if HEAD not in found:
            raise BadBackup(f"{path}: no backup of pratu: it does not begin with {HEAD}")
        last = name
        if name == HEAD:
            _check_head(path, found[HEAD][1], keys)
    if last != MANIFEST:
        raise BadBackup(f"{path}: cut short: its end is missing")
    raw, head = found[HEAD]
    manifest = found[MANIFEST][1]
    signed = str(manifest.get("signature"))
    good = keys.signatures("backup", digest_of(raw, manifest))
    if not any(hmac.compare_digest(signed.encode(), one.encode()) for one in good):
        raise BadBackup(f"{path}: its signature does not hold: it was changed, or made with another PRATU_SECRET_KEY")
    if set(manifest["pieces"]) != {name for name in seen if ROWS.fullmatch(name)}:
        raise BadBackup(f"{path}: damaged: rows are missing")
    return head, manifest


def _check_head(path: Path, head: dict[str, Any], keys: Keyring) -> None:
    if head.get("format") != FORMAT:
        raise BadBackup(f"{path}: no backup of pratu")
    if head.get("format_version") != FORMAT_VERSION:
        raise BadBackup(f"{path}: a backup of format {head.get('format_version')}; this program reads {FORMAT_VERSION}")
    try:
        rekey.find_as_before(keys, head)
    except CannotOpen:
        raise BadBackup(f"{path}: made with another PRATU_SECRET_KEY (or secret.key); give that one") from None
    if head.get("key") != keys.fingerprint():
        raise BadBackup(f"{path}: made with another PRATU_SECRET_KEY (or secret.key); give that one")
    if not migrations.is_known(str(head.get("migration"))):
        raise BadBackup(
            f"{path}: of a newer pratu ({head.get('pratu')}, database {head.get('migration')}); "
            f"this one knows {migrations.newest()}"
        )


# --- the tables ------------------------------------------------------------------------------------------------------


def _make_tables(connection: Connection, version: str) -> None:
    """Empty tables of the backup's version. Raises NotEmpty."""
    there = MetaData()
    there.reflect(connection)
    for table in there.tables.values():
        if table.name not in {*Base.metadata.tables, "alembic_version"}:
            raise NotEmpty(f"the database holds a table {table.name!r} that is not pratu's; restore into a new one")
        # `migrate` writes down which key the database was begun with, `serve` how its jobs end; nothing else.
        own = table.name == "alembic_version"
        rows = select(func.count()).select_from(table)
        if table.name == "settings":
            rows = rows.where(table.c.name != "key", ~table.c.name.startswith(runs.PREFIX))
        if not own and connection.scalar(rows):
            raise NotEmpty(f"the database is not empty: {table.name} has rows; restore into a new one")
    there.drop_all(connection)
    migrations.upgrade(connection, version)


def _tables_of(connection: Connection, head: dict[str, Any]) -> dict[str, Table]:
    """The tables of the backup, each known to this version of the database with these columns. Raises BadBackup."""
    there = inspect(connection)
    known = {name: {column["name"] for column in there.get_columns(name)} for name in there.get_table_names()}
    tables = {}
    for table in head["tables"]:
        name, columns = str(table["name"]), [(str(column), str(kind)) for column, kind in table["columns"]]
        if known.get(name) != {column for column, _kind in columns}:
            raise BadBackup(f"the table {name!r} is not as version {head['migration']} has it")
        tables[name] = table_of(name, columns)
    return tables


def _load(
    connection: Connection,
    path: Path,
    tables: dict[str, Table],
    manifest: dict[str, Any],
    aside: Path,
    done: Restored,
) -> Weight:
    """Rows into their tables, files and models aside; returns the weight of the files."""
    files = Weight()
    rows = {name: decoder(columns_of(table)) for name, table in tables.items()}
    for name, _size, content in Reader(path).members():
        if found := ROWS.fullmatch(name):
            table, packed = found[1], content.read()
            if hashlib.sha256(packed).hexdigest() != manifest["pieces"][name] or table not in tables:
                raise BadBackup(f"{name} is damaged")
            _insert(connection, tables[table], [rows[table](line) for line in unpack(name, packed)])
        elif found := FILE.fullmatch(name):
            digest = _keep(content, aside / "files" / found[1][:2] / found[1][2:])
            files.add(f"{found[1]} {digest}".encode())
        elif found := MODEL.fullmatch(name):
            if _keep(content, aside / "models" / found[1]) != manifest["models"].get(found[1]):
                raise BadBackup(f"{name} is damaged")
            done.models += 1
    return files


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    try:
        connection.execute(insert(table), rows)
    except SQLAlchemyError as wrong:
        if getattr(wrong, "connection_invalidated", False):
            raise
        why = str(getattr(wrong, "orig", wrong)).splitlines()[0]
        raise BadBackup(f"rows of {table.name} do not fit into this database: {why[:200]}") from wrong


def _keep(content: IO[bytes], path: Path) -> str:
    """Write a member to the disk; returns the digest of its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out:
        while block := content.read(_AT_A_TIME):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _set_sequences(connection: Connection) -> None:
    """The next row gets a number nobody had. SQLite goes on from its greatest by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" not in table.columns or not inspect(connection).has_table(table.name):
            continue
        name = connection.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table.name})
        top = connection.scalar(select(func.max(table.c.id)))
        if name and top:
            connection.execute(text("SELECT setval(CAST(:name AS regclass), :top)"), {"name": name, "top": top})


# --- is it all there? ------------------------------------------------------------------------------------------------


def _compare(
    connection: Connection, tables: dict[str, Table], manifest: dict[str, Any], files: Weight, done: Restored
) -> None:
    """What is in the database now weighs what the manifest says, and so do the files. Raises BadBackup."""
    if set(tables) != set(manifest["tables"]):
        raise BadBackup("damaged: the manifest names other tables than the head")
    with Session(bind=connection) as session:
        for name, table in tables.items():
            weight = Weight()
            weight.add_all(lines(session, table))
            if weight.told() != manifest["tables"][name]:
                raise BadBackup(f"{name}: {weight.count} rows came back, not the {manifest['tables'][name]['count']}")
            done.rows += weight.count
    if files.told() != manifest["files"]:
        raise BadBackup(f"{files.count} files came back, not the {manifest['files']['count']} as they were")
    if done.models != len(manifest["models"]):
        raise BadBackup("damaged: a model is missing")
    done.files = files.count


def _check(session: Session, aside: Path, manifest: dict[str, Any], done: Restored) -> None:
    """The chain holds up to the head it had, and every file a row names is there. Raises BadBackup."""
    try:
        chain = history.verify(session)
    except CannotOpen as sealed:
        raise BadBackup(f"a part of it was sealed with another key: {sealed}") from sealed
    if chain.broken_at is not None or {"links": chain.links, "head": chain.head} != manifest["chain"]:
        raise BadBackup(f"the history chain does not hold at link {chain.broken_at}: {chain.why}")
    done.links = chain.links
    missing = set(done.missing)
    for digest in session.scalars(select(File.digest).where(File.doomed.is_(False))):
        if digest not in missing and not (aside / "files" / digest[:2] / digest[2:]).is_file():
            raise BadBackup(f"the file {digest} is missing")


# --- the files -------------------------------------------------------------------------------------------------------


@contextmanager
def _aside(data_dir: Path) -> Iterator[Path]:
    """Where files wait until the rows are known to be right; whatever goes wrong then, none is left."""
    aside = data_dir / f"restoring-{ids.new_key()[:8]}"
    aside.mkdir(parents=True, mode=0o700)
    try:
        yield aside
    except BaseException:
        for name in _FOLDERS:
            shutil.rmtree(data_dir / name, ignore_errors=True)  # they were empty when we began
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put_in_place(aside: Path, data_dir: Path) -> None:
    """Right before the rows are committed: without rows a file is harmless, a row without its file is not."""
    for name in _FOLDERS:
        if (aside / name).is_dir():
            os.replace(aside / name, data_dir / name)
