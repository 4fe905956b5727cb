"""The file itself: a tar written in one go and read in one go, with only the names we would have written."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from storage import ids

FORMAT, FORMAT_VERSION = "pratu-backup", 1
HEAD, MANIFEST = "head.json", "manifest.json"
ROWS = re.compile(r"tables/([a-z_]{1,60})/(\d{6})\.jsonl\.gz", re.ASCII)
FILE = re.compile(r"files/([0-9a-f]{64})", re.ASCII)
MODEL = re.compile(r"models/([A-Za-z0-9][\w.-]{0,90})", re.ASCII)
LARGEST_PIECE = 64_000_000  # bytes of a piece of rows, or of the manifest, once it is unpacked
OWNER_ONLY = 0o600


class BadBackup(Exception):
    """The file cannot be restored from: no backup, damaged, or of another key; the message says which."""


class Writer:
    """Adds members to a backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, content: bytes) -> None:
        """A member with this content."""
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_json(self, name: str, content: Any) -> bytes:
        """A member of JSON; returns its bytes."""
        raw = json.dumps(content, ensure_ascii=True, indent=1).encode("ascii")
        self.add(name, raw)
        return raw

    def add_stream(self, name: str, content: IO[bytes], size: int) -> None:
        """A member of `size` bytes, read as it is written."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, OWNER_ONLY
        self._tar.addfile(member, content)
        _forget(self._tar)


def _forget(tar: tarfile.TarFile) -> None:
    """tarfile remembers every member; memory must not grow with the files."""
    tar.members.clear()  # type: ignore[attr-defined]


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new backup at `path`, there only when it is whole; readable by its owner. Raises FileExistsError, OSError."""
    if path.exists():
        raise FileExistsError(path)
    part = path.with_name(f"{path.name}.{ids.new_key()[:8]}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out:
            with tarfile.open(fileobj=out, mode="w|", format=tarfile.GNU_FORMAT) as tar:
                yield Writer(tar)
            out.flush()
            os.fsync(out.fileno())
        if path.exists():
            raise FileExistsError(path)  # it came meanwhile
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """What tarfile finds wrong while this file is read becomes BadBackup."""
    try:
        yield
    except (tarfile.TarError, EOFError) as broken:
        raise BadBackup(f"{path}: no backup, or cut short ({broken})") from broken


class Reader:
    """A backup being read, from its beginning. Raises BadBackup for whatever we would not have written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def members(self) -> Iterator[tuple[str, int, IO[bytes]]]:
        """(name, size, content) of every member in order; a content is read before the next is asked for."""
        with tarfile.open(self._path, mode="r:") as tar:
            while (member := tar.next()) is not None:
                _forget(tar)
                yield member.name, member.size, self._content(tar, member)

    def _content(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
        known = member.name in (HEAD, MANIFEST) or any(
            pattern.fullmatch(member.name) for pattern in (ROWS, FILE, MODEL)
        )
        content = tar.extractfile(member) if known and member.isreg() else None
        if content is None or member.issparse():
            raise BadBackup(f"{self._path}: no backup of ours: it holds {member.name[:100]!r}")
        return content


def json_of(name: str, size: int, content: IO[bytes]) -> tuple[bytes, dict[str, Any]]:
    """A member of JSON, raw and read. Raises BadBackup."""
    if size > LARGEST_PIECE:
        raise BadBackup(f"{name} is too large: {size} bytes")
    raw = content.read()
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as broken:
        raise BadBackup(f"{name} is damaged") from broken
    if len(raw) != size or not isinstance(found, dict):
        raise BadBackup(f"{name} is damaged")
    return raw, found


def pack(lines: list[bytes]) -> bytes:
    """A piece of rows."""
    return gzip.compress(b"\n".join(lines), compresslevel=6, mtime=0)


def unpack(name: str, packed: bytes) -> list[bytes]:
    """The lines `pack` was given. Raises BadBackup; never unpacks more than LARGEST_PIECE."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        raw = unpacker.decompress(packed, LARGEST_PIECE)
    except zlib.error as broken:
        raise BadBackup(f"{name} is damaged") from broken
    if not unpacker.eof:
        raise BadBackup(f"{name} is damaged, or unpacks to more than {LARGEST_PIECE} bytes")
    return raw.split(b"\n") if raw else []
