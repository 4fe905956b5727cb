"""`python -m tests.manuals [FOLDER]`: takes the manuals' pictures anew (deploy/manuals/pictures)."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.manuals import morning
from tests.manuals.camera import Camera
from tests.manuals.stage import repeatable, staged
from tests.test_house import ROOT

FOLDER = ROOT / "deploy" / "manuals" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def take(browser: Any, folder: Path, aside: Path) -> list[str]:
    """Every picture; returns their names. `aside`: a folder for what is needed on the way."""
    camera = Camera(browser, folder)
    with repeatable(), staged(aside / "morning") as stage:
        morning.play(stage, camera)
    return camera.taken


def main() -> int:
    from playwright.sync_api import sync_playwright

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as aside:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        taken = take(browser, folder, Path(aside))
        browser.close()
    for name in taken:
        print(f"{name} {(folder / name).stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
