"""A digest as a page or on paper: its shape, every word and number of it. `sheet_words` fills it.

How it is drawn is the matter of bot/pages and bot/documents.
"""

from __future__ import annotations

from dataclasses import dataclass

NUMBERS = ("received", "resolved", "open", "overdue", "reopened", "urgent")
TABLES = ("by_kind", "by_category", "by_channel")


@dataclass(frozen=True)
class Cell:
    """A number and the figure it is, so that the cases behind it can be shown; `what` is "" where there are none."""

    value: str
    what: str = ""
    key: str = ""


@dataclass(frozen=True)
class Number:
    """A figure at a glance, with how it changed in words."""

    name: str
    cell: Cell
    change: str


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table: its columns begin with that of the names; `n` says of how many."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    n: str


@dataclass(frozen=True)
class Decision:
    """What waits for a decision, and the commands that make it. Of a confidential case only number and reason."""

    reference: str
    why: str
    about: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """A bar of the chart: two numbers that stand beside or inside each other."""

    label: str
    first: int
    second: int


@dataclass(frozen=True)
class Chart:
    """Received and concluded over time, open by unit, and what people think; `words` says the same."""

    weeks_title: str
    weeks_legend: tuple[str, str]
    weeks: tuple[Bar, ...]
    units_title: str
    units_legend: str
    units: tuple[Bar, ...]
    nothing: str
    opinion_title: str
    opinion: tuple[tuple[str, int], ...]  # (name, percent); () where nobody answered
    opinion_none: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything that stands on a digest."""

    title: str
    agency: str
    period: str
    as_of: str
    decide: str
    hint: str
    decisions: tuple[Decision, ...]
    more: str  # of decisions that are not shown
    numbers_title: str
    numbers: tuple[Number, ...]
    quality_title: str
    quality: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    opinions_title: str
    opinions: tuple[str, ...]
    lowest_title: str
    lowest: tuple[str, ...]
    spots_title: str
    spots: tuple[tuple[str, tuple[str, ...]], ...]  # (what and where, references)
    others_title: str
    others: tuple[str, ...]
    chain_title: str
    chain: str
    chart_title: str
    chart: Chart
    signature: tuple[str, ...]
    page: str
