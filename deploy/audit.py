"""`make audit`: known holes in what is pinned, asked of the package index and, where that says nothing, of OSV.

Ends with 1 where there is one. Where neither can be reached it says so and ends with 0: no network is no hole.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements.lock"
SERVICES = ("pypi", "osv")
SECONDS = 300


def asked(service: str) -> list[dict[str, Any]]:
    """What this service says of each pinned package; [] where it cannot be asked."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--require-hashes", "-s", service]
    try:
        done = subprocess.run(  # noqa: S603 - our own words only
            [*command, "-f", "json", "--progress-spinner", "off"], capture_output=True, text=True, timeout=SECONDS
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        return []
    return found


def told(found: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """(exit status, what to say) of an answer."""
    looked_at = [one for one in found if "skip_reason" not in one]
    if not looked_at:
        return 0, ["not audited: neither the package index nor OSV can be asked from here"]
    lines = [
        f"{one['name']} {one['version']}: {hole['id']} {' '.join(hole.get('aliases', ()))}, "
        f"mended in {', '.join(hole.get('fix_versions', ())) or 'no version yet'}"
        for one in looked_at
        for hole in one.get("vulns", ())
    ]
    skipped = [one["name"] for one in found if "skip_reason" in one]
    if skipped:
        lines.append(f"not audited: {', '.join(skipped)}")
    holes = any(one.get("vulns") for one in looked_at)
    return int(holes), [*lines, f"{len(looked_at)} of {len(found)} packages audited"]


def main() -> int:
    """Ask, and say what was heard."""
    for service in SERVICES:
        status, lines = told(asked(service))
        if status or not lines[0].startswith("not audited: neither"):
            break
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
