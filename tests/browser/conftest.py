"""A demo served to a real browser."""

from __future__ import annotations

import os
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.nursery import nursery


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """`pratu demo` in an empty folder; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PRATU_")}
    log = tmp_path / "demo.log"
    process = nursery().bear(["demo", "--port", str(port)], env=env, folder=tmp_path, out=log, err=log)
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=1)
            break
        except OSError:
            assert time.monotonic() < end, log.read_text()
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )
        yield started
        started.close()


@pytest.fixture
def shots() -> Path:
    """Where pictures for people go: var/screenshots."""
    folder = Path(__file__).parent.parent.parent / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
