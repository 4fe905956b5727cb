"""Writing a backup while the service runs: one snapshot of every table, and the files its rows name."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from storage import history, migrations
from storage.backup.archive import FORMAT, FORMAT_VERSION, HEAD, MANIFEST, MODEL, Writer, pack, writing
from storage.backup.cells import Weight, columns_of, encoder
from storage.db import Database, Session
from storage.tables import Base, File

_ROWS_A_PIECE = 1000
_BYTES_A_PIECE = 2_000_000


@dataclass
class Written:
    """What went into a backup. `missing`: digests of files whose rows are there and whose bytes are not."""

    rows: int = 0
    files: int = 0
    bytes: int = 0
    models: int = 0
    missing: list[str] = field(default_factory=list)


def write(
    db: Database,
    data_dir: Path,
    out: Path,
    now: datetime,
    program: str,
    *,
    tables: Sequence[Table] | None = None,
    version: str | None = None,
) -> Written:
    """Write the whole installation to `out`, which must not exist. Raises FileExistsError, OSError.

    `tables`, `version`: another state of the database than this program's newest (for tests).
    """
    chosen = Base.metadata.sorted_tables if tables is None else tables
    with writing(out) as writer, db.snapshot() as session:
        head = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "pratu": program,
            "migration": version or migrations.newest(),
            "engine": db.engine.dialect.name,
            "at": now.isoformat(timespec="seconds"),
            "key": db.keys.fingerprint(),
            "find": base64.b64encode(db.keys.finding()).decode(),  # outlives the key that made it, see storage/rekey.py
            "tables": [{"name": table.name, "columns": columns_of(table)} for table in chosen],
        }
        raw_head = writer.add_json(HEAD, head)
        links, last = history.head(session)
        manifest: dict[str, Any] = {"chain": {"links": links, "head": last}, "tables": {}, "pieces": {}}
        written = Written()
        for table in chosen:
            told = _rows(session, writer, table, manifest["pieces"])
            manifest["tables"][table.name] = told
            written.rows += told["count"]
        manifest["files"] = _files(session, writer, data_dir / "files", written)
        manifest["missing"] = written.missing
        manifest["models"] = _models(writer, data_dir / "models", written)
        manifest["signature"] = db.keys.signature("backup", digest_of(raw_head, manifest))
        writer.add_json(MANIFEST, manifest)
    return written


def digest_of(head: bytes, manifest: dict[str, Any]) -> str:
    """What the signature signs: the head as it lies there, and the manifest but for the signature."""
    plain = {name: value for name, value in manifest.items() if name != "signature"}
    text = json.dumps(plain, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
    return hashlib.sha256(hashlib.sha256(head).digest() + text).hexdigest()


def lines(session: Session, table: Table) -> Iterator[bytes]:
    """Every row of a table as a line, read as it goes."""
    line = encoder(columns_of(table))
    rows = session.execute(select(*table.columns).execution_options(yield_per=_ROWS_A_PIECE))
    return (line(row) for row in rows)


def _rows(session: Session, writer: Writer, table: Table, pieces: dict[str, str]) -> dict[str, Any]:
    weight = Weight()
    for number, piece in enumerate(_pieces(lines(session, table)), 1):
        weight.add_all(piece)
        name, packed = f"tables/{table.name}/{number:06d}.jsonl.gz", pack(piece)
        pieces[name] = hashlib.sha256(packed).hexdigest()
        writer.add(name, packed)
    return weight.told()


def _pieces(every: Iterator[bytes]) -> Iterator[list[bytes]]:
    held: list[bytes] = []
    size = 0
    for line in every:
        held.append(line)
        size += len(line)
        if len(held) >= _ROWS_A_PIECE or size >= _BYTES_A_PIECE:
            yield held
            held, size = [], 0
    if held:
        yield held


def _files(session: Session, writer: Writer, folder: Path, written: Written) -> dict[str, Any]:
    """The sealed bytes of every file of the snapshot; not of those that somebody wants gone."""
    weight = Weight()
    wanted = select(File.digest).where(File.doomed.is_(False)).execution_options(yield_per=_ROWS_A_PIECE)
    for (digest,) in session.execute(wanted):
        try:
            file = (folder / digest[:2] / digest[2:]).open("rb")
        except FileNotFoundError:  # taken off the disk since the snapshot, or lost
            written.missing.append(digest)
            continue
        with file:
            size, content = _size_and_digest(file)
            file.seek(0)
            writer.add_stream(f"files/{digest}", file, size)
        weight.add(f"{digest} {content}".encode())
        written.files, written.bytes = written.files + 1, written.bytes + size
    return weight.told()


def _size_and_digest(file: Any) -> tuple[int, str]:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    return file.tell(), digest


def _models(writer: Writer, folder: Path, written: Written) -> dict[str, str]:
    """The agency's own models, and which of them is in use: name and digest of each."""
    found = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.is_file() and MODEL.fullmatch(f"models/{path.name}"):
            content = path.read_bytes()
            writer.add(f"models/{path.name}", content)
            found[path.name] = hashlib.sha256(content).hexdigest()
            written.models += 1
    return found
