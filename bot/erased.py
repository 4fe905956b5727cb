"""Who was erased, as keyed hashes outside of the database: a restore must not bring them back.

`PRATU_DATA_DIR/erased.jsonl` names nobody; only an account that came back with an old backup is found by it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from storage import people
from storage.db import Database

_NAME = "erased.jsonl"
_OWNER_ONLY = 0o600


class ListDamaged(Exception):
    """The list of the erased cannot be read: somebody could come back; the message says which line."""


def note(db: Database, data_dir: Path, channel: str, user_id: str, at: datetime, *, keep: bool = False) -> None:
    """Write down that this account was erased, for good. `keep`: its cases stayed, without a name. Raises OSError."""
    key = people.key_of(db.keys, channel, user_id)
    line = {"account": key, "at": at.isoformat(timespec="seconds"), "keep": keep}
    handle = os.open(data_dir / _NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _OWNER_ONLY)
    with os.fdopen(handle, "a", encoding="ascii") as out:
        out.write(json.dumps(line) + "\n")
        out.flush()
        os.fsync(out.fileno())


def since(data_dir: Path, moment: datetime) -> dict[str, bool]:
    """Keyed hashes of the accounts that were erased since then, and whether their cases stayed. Raises ListDamaged.

    Whoever was erased before and wrote again is somebody new, whom a backup of this moment may bring back.
    """
    path = data_dir / _NAME
    if not path.exists():
        return {}
    found: dict[str, bool] = {}
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        try:
            entry = json.loads(line)
            if datetime.fromisoformat(entry["at"]) >= moment:
                found[str(entry["account"])] = bool(entry.get("keep"))
        except (ValueError, KeyError, TypeError) as broken:
            raise ListDamaged(f"{path}: line {number} cannot be read: who was erased there could come back") from broken
    return found
