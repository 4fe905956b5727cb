"""The table of attacks and the threat model name tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import app
from tests.attacks.rows import STRIDE, TESTS, is_there, rows

MODEL = TESTS.parent / "deploy" / "threat-model.md"


def test_the_table_is_whole() -> None:
    found = rows()
    assert len(found) >= 60
    assert len({(row.entry, row.attack) for row in found}) == len(found)
    assert {row.stride for row in found} == set(STRIDE)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.test.partition("::")[2])
def test_each_row_has_its_test(row: object) -> None:
    assert is_there(row.test), row  # type: ignore[attr-defined]


def test_a_test_that_is_not_there_is_noticed() -> None:
    assert not is_there("attacks/test_doors.py::test_nothing_of_this_name")
    assert not is_there("attacks/no_such_file.py::test_the_table_is_whole")


def test_every_attack_of_this_room_stands_in_the_table() -> None:
    """Whoever adds a file of attacks adds its rows."""
    named = {row.test.partition("::")[0] for row in rows()}
    here = {f"attacks/{path.name}" for path in Path(__file__).parent.glob("test_*.py")} - {"attacks/test_table.py"}
    assert here <= named


def test_the_threat_model_names_tests_that_are_there() -> None:
    text = MODEL.read_text(encoding="utf-8")
    named = re.findall(r"`tests/([\w/]+\.py::\w+)`", text)
    assert len(named) > 40
    assert [one for one in named if not is_there(one)] == []


def test_the_threat_model_has_all_classes_of_every_entry_and_every_route() -> None:
    text = MODEL.read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    entries = [section for section in sections if "| S |" in section]
    assert len(entries) >= 10
    for section in entries:
        missing = [letter for letter in STRIDE if f"| {letter} |" not in section]
        assert missing == [], section.splitlines()[0]
    assert app.__file__
    routes = ("/webhooks/line", "/webhooks/telegram", "/chat", "/track", "/digest", "/report", "/survey", "/files")
    for route in (*routes, "/operator", "/registers", "/summary", "/metrics", "/readyz", "/demo/session"):
        assert route in text, route
