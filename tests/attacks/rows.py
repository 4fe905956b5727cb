"""The rows of the table of attacks, and whether a test that is named is there."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent.parent
STRIDE = {
    "S": "spoofing",
    "T": "tampering",
    "R": "repudiation",
    "I": "information disclosure",
    "D": "denial of service",
    "E": "elevation of privilege",
}


@dataclass(frozen=True)
class Row:
    """One attack: where, what, of which class, and the test (below tests/) that tries it."""

    entry: str
    attack: str
    stride: str
    test: str


def rows() -> list[Row]:
    """All of them, in the order of the table."""
    table = tomllib.loads((Path(__file__).parent / "table.toml").read_text(encoding="utf-8"))
    return [Row(entry["name"], *attack) for entry in table["entry"] for attack in entry["attacks"]]


def is_there(test: str) -> bool:
    """Is there such a test? `test`: file below tests/, two colons, name."""
    file, _, name = test.partition("::")
    return name in _names(file)


@cache
def _names(file: str) -> frozenset[str]:
    path = TESTS / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
