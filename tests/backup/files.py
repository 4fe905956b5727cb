"""Backup files taken apart and put together again, as an attacker or a bad disk would."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.backup.writing import digest_of
from storage.seal import Keyring
from tests.conftest import KEY

Members = dict[str, bytes]


def members(path: Path) -> Members:
    """Name and content of every member, in order."""
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def written(path: Path, content: Members, *more: tarfile.TarInfo) -> Path:
    """A tar of these members; `more` come last, without content."""
    with tarfile.open(path, "w") as tar:
        for name, raw in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            tar.addfile(member, io.BytesIO(raw))
        for member in more:
            tar.addfile(member)
    return path


def changed(content: Members, name: str, change: Callable[[dict[str, Any]], Any], *, key: str = "") -> Members:
    """With another head or manifest; signed by whoever has the key."""
    found = json.loads(content[name])
    change(found)
    fresh = {**content, name: json.dumps(found).encode()}
    return signed(fresh, key) if key else fresh


def signed(content: Members, key: str = KEY) -> Members:
    """With a signature that holds."""
    manifest = json.loads(content["manifest.json"])
    manifest["signature"] = Keyring([key]).signature("backup", digest_of(content["head.json"], manifest))
    return {**content, "manifest.json": json.dumps(manifest).encode()}
