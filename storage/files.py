"""Stored pictures and files: one door, by the digest of their content, sealed under the data folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, insert, select, update

from storage.db import Session
from storage.seal import Keyring
from storage.tables import Attachment, File


class FileStore:
    """The folder the sealed files lie in."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self.folder = folder
        self.keys = keys

    def put(
        self,
        session: Session,
        content: bytes,
        mime: str,
        now: datetime,
        *,
        looks: str | None = None,
        taken_at: datetime | None = None,
    ) -> str:
        """Keep a file; returns its digest. The bytes are on disk before the row can be committed.

        `looks`: of a picture, 16 hexadecimal digits; `taken_at`: what its camera says.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with open(part, "wb") as out:
                out.write(self.keys.seal(content))
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        known = session.get(File, digest)
        if known is None:
            known = File(digest=digest, mime=mime, size=len(content), stored_at=now)
            session.add(known)
        known.doomed = False
        known.looks, known.taken_at = looks or known.looks, taken_at or known.taken_at
        session.flush()
        return digest

    def put_made_up(self, session: Session, contents: Sequence[bytes], mime: str, now: datetime) -> list[str]:
        """Keep many small files that nobody would miss: without waiting for the disk. Returns their digests."""
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        known = set(session.scalars(select(File.digest)))
        fresh = {digest: content for digest, content in zip(digests, contents, strict=True) if digest not in known}
        for digest, content in fresh.items():
            path = self._path(digest)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.keys.seal(content))
        rows = [{"digest": one, "mime": mime, "size": len(fresh[one]), "stored_at": now} for one in fresh]
        if rows:
            session.execute(insert(File), rows)
        return digests

    def get(self, digest: str) -> bytes:
        """The content of this digest. Raises FileNotFoundError."""
        return self.keys.open(self._path(digest).read_bytes())

    def doom(self, session: Session, digest: str) -> None:
        """Nobody wants these bytes any more, unless somebody else sent the same."""
        session.execute(update(File).where(File.digest == digest).values(doomed=True))
        session.wake("media")

    def sweep(self, session: Session, limit: int = 50) -> int:
        """Take the bytes of doomed files off the disk, then their rows; returns how many."""
        still = exists().where(Attachment.file_digest == File.digest)
        session.execute(update(File).where(File.doomed, still).values(doomed=False))  # the same picture came again
        rows = session.scalars(select(File).where(File.doomed).limit(limit).with_for_update(skip_locked=True)).all()
        for row in rows:
            self._path(row.digest).unlink(missing_ok=True)
            session.delete(row)
        return len(rows)

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not all(letter in "0123456789abcdef" for letter in digest):
            raise FileNotFoundError(digest)
        return self.folder / digest[:2] / digest[2:]


def mime_of(session: Session, digest: str) -> str | None:
    """The kind of a stored file, None when it is not stored."""
    row = session.get(File, digest)
    return None if row is None else row.mime
