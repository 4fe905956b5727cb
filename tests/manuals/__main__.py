"""`python -m tests.manuals [FOLDER]`: takes the manuals' pictures anew (deploy/manuals/pictures)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.manuals import careful, monday, morning, telephones
from tests.manuals.camera import Camera
from tests.manuals.stage import repeatable, staged
from tests.test_house import ROOT
from tests.world import WORKING_MORNING

FOLDER = ROOT / "deploy" / "manuals" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def take(browser: Any, folder: Path, aside: Path) -> list[str]:
    """Every picture; returns their names. `aside`: a folder for what is needed on the way."""
    camera, next_day = Camera(browser, folder), WORKING_MORNING + timedelta(days=1)
    with repeatable():
        with staged(aside / "morning", WORKING_MORNING) as stage:
            morning.play(stage, camera)
        with staged(aside / "careful", next_day, undo_seconds=20) as stage:
            careful.play(stage, camera)
        with staged(aside / "monday", monday.BEGINS) as stage:
            monday.play(stage, camera, aside)
        with staged(aside / "telephones", WORKING_MORNING) as stage:
            telephones.play(stage, camera, aside)
        with staged(aside / "demo", WORKING_MORNING, demo=True) as stage:
            morning.side_by_side(stage, camera)
    return camera.taken


def emoji() -> bool:
    """Are there letters for "✅"? Without them the pictures would show boxes."""
    listed = subprocess.run(["fc-list", ":lang=und-zsye", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def main() -> int:
    from playwright.sync_api import sync_playwright

    if not emoji():
        print("no font for emoji; on Debian: fonts-noto-color-emoji", file=sys.stderr)
        return 1
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as aside:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        taken = take(browser, folder, Path(aside))
        browser.close()
    sizes = [(folder / name).stat().st_size for name in taken]
    for name, size in zip(taken, sizes, strict=True):
        print(f"{name} {size // 1024} kB")
    print(f"{len(taken)} pictures, {sum(sizes) // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
