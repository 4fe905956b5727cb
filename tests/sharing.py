"""How the suite is shared out among its workers (pytest-xdist)."""

from __future__ import annotations

import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

ENGINE = re.compile(r"\[(?:.*-)?(sqlite|postgres)\b")
# Whole programs with a platform: few tests that mostly wait. Begun last, they would leave one worker alone at the end.
FIRST = ("tests/telegram/", "tests/line/", "tests/faults/", "tests/walks/", "tests/machines/", "tests/browser/")


class ByFileAndEngine(LoadFileScheduling):
    """A file's tests of one engine stay together, for they share what was set up; who waits longest begins."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False  # else the files of few tests come last
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        engine = ENGINE.search(test)
        return f"{file} {engine.group(1) if engine else ''}"


def longest_first(items: list[pytest.Item]) -> None:
    """The order of the suite."""
    items.sort(key=lambda item: next((at for at, folder in enumerate(FIRST) if item.nodeid.startswith(folder)), 99))
