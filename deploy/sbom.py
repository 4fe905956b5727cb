"""`make sbom`: the software bill of materials of what is pinned, as CycloneDX 1.5 JSON on standard output.

Names, versions and hashes from requirements.lock, licences from what is installed. No address of any index; the same
lock gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_WHY = re.compile(r"^ {4}#(?: via | {3})([a-zA-Z][\w.-]*(?: \(\S+\))?)\s*$", re.MULTILINE)
_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True)
class Pin:
    """A line of the lock; a package stands there twice where an older Python needs an older version."""

    name: str
    version: str
    hashes: tuple[str, ...]
    why: tuple[str, ...]  # who needs it

    @property
    def ref(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def pinned(lock: str) -> list[Pin]:
    """What the lock pins, in its order."""
    starts = list(_PIN.finditer(lock))
    ends = [*(pin.start() for pin in starts[1:]), len(lock)]
    found = []
    for pin, end in zip(starts, ends, strict=True):
        part = lock[pin.start() : end]
        why = tuple(sorted(one.lower() for one in _WHY.findall(part)))
        found.append(Pin(pin.group(1).lower(), pin.group(2), tuple(sorted(_HASH.findall(part))), why))
    return found


def licence(name: str) -> list[dict[str, Any]]:
    """What the installed package says of its licence; [] where it is not installed or says nothing short."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    said = about.get("License-Expression")
    if said:
        return [{"expression": said}]
    kinds = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or () if one.startswith("License ::")]
    short = about.get("License") or ""
    names = kinds or ([short] if short and "\n" not in short and len(short) < 80 else [])
    return [{"license": {"name": one}} for one in names]


def bill(lock: str) -> dict[str, Any]:
    """The whole document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = pinned(lock)
    own = f"pkg:generic/{project['name']}@{project['version']}"
    refs: dict[str, list[str]] = {}
    for pin in pins:
        refs.setdefault(pin.name, []).append(pin.ref)
    needs: dict[str, list[str]] = {own: [], **{pin.ref: [] for pin in pins}}
    for pin in pins:
        for who in (ref for name in pin.why for ref in refs.get(name, [own])):
            needs[who].append(pin.ref)
    components = [
        {
            "type": "library",
            "bom-ref": pin.ref,
            "name": pin.name,
            "version": pin.version,
            "purl": pin.ref,
            "hashes": [{"alg": "SHA-256", "content": one} for one in pin.hashes],
            **({"licenses": said} if (said := licence(pin.name)) else {}),
        }
        for pin in pins
    ]
    itself = {"type": "application", "bom-ref": own, "name": project["name"], "version": project["version"]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, lock)}",
        "version": 1,
        "metadata": {"component": itself},
        "components": components,
        "dependencies": [{"ref": one, "dependsOn": sorted(set(those))} for one, those in needs.items()],
    }


def main() -> int:
    """Print it."""
    print(json.dumps(bill(LOCK.read_text(encoding="utf-8")), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
