"""What a printed table is: its headings as the criteria set words them, rows with a key, and shares of exactly 100."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from storage.surveys import SCALE

SET = "FL-2553"  # the criteria set in force; another is another file
NO_DATA = "–"  # nothing was recorded: never 0
TOTAL = "total"
Cell = str | int


@dataclass(frozen=True)
class Column:
    """A heading, and the headings below it; without any it is a leaf itself."""

    name: str
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line: what it is about, and a cell for each leaf column, the label first.

    `n`: answers behind its percentages; None for rows of counts. `level`: 1 for a part of the row above.
    """

    key: str
    cells: tuple[Cell, ...]
    n: int | None = None
    level: int = 0


@dataclass(frozen=True)
class Picture:
    """A picture that proves something: the digest of its content, and the words below it."""

    digest: str
    caption: str


@dataclass(frozen=True)
class Table:
    """A table of the evidence. `n`: cases or answers behind it; `notes` and `pictures`: what stands below it."""

    id: str
    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    n: int | None = None
    notes: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def leaves(self) -> list[str]:
        """The headings that have cells below them."""
        return [leaf for column in self.columns for leaf in (column.leaves or (column.name,))]

    @property
    def headings(self) -> list[str]:
        """Every printed heading, a group before its leaves."""
        return [name for column in self.columns for name in (column.name, *column.leaves)]


@cache
def criteria(name: str = SET) -> Mapping[str, Any]:
    """A criteria set: its tables and KPIs as data. Read once."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def table(table_id: str, years: Sequence[int], rows: Sequence[Row], n: int | None = None, *notes: str) -> Table:
    """A table with the headings of the criteria set; `years` ascending, Buddhist era."""
    given = criteria()["tables"][table_id]
    own = (given["note"],) if "note" in given else ()
    return Table(table_id, given["code"], given["title"], columns(table_id, years), tuple(rows), n, (*notes, *own))


def columns(table_id: str, years: Sequence[int], name: str = SET) -> tuple[Column, ...]:
    """The headings a criteria set gives a table. Raises KeyError."""
    return tuple(_column(column, years) for column in criteria(name)["tables"][table_id]["columns"])


def _column(given: Any, years: Sequence[int]) -> Column:
    if isinstance(given, str):
        return Column(given)
    if isinstance(given, dict):
        name = given["years"].format(first=years[0], last=years[-1])
        return Column(name, tuple(map(str, years)))
    name, *leaves = given
    return Column(name, tuple(leaves))


def shares(counts: Sequence[int]) -> list[int]:
    """Whole percentages that add to exactly 100 (largest remainder; of equal ones the first). Raises ValueError for
    counts that add to nothing."""
    total = sum(counts)
    if total <= 0:
        raise ValueError("no share of nothing")
    found = [100 * count // total for count in counts]
    by_rest = sorted(range(len(counts)), key=lambda at: -(100 * counts[at] % total))
    for at in by_rest[: 100 - sum(found)]:
        found[at] += 1
    return found


def rated(key: str, label: str, answers: Mapping[str, int] | None, level: int = 0) -> Row:
    """A row of percentages on the three-point scale; without answers it prints that there are none."""
    counts = [answers[point] for point in SCALE] if answers else [0, 0, 0]
    n = sum(counts)
    cells: list[Cell] = [*shares(counts)] if n else [NO_DATA] * len(SCALE)
    return Row(key, (label, *cells), n, level)


def percent(part: int, whole: int) -> int | None:
    """A whole percentage, halves upwards; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None
