"""A line of a register that somebody writes in a chat, question by question: what is told, and what is asked next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from handlers.services import Talk

_STATE = "filling"


@dataclass
class Filling:
    """`told`: [column, message row id, value] each; `asks`: the columns asked for, in order; `done`: passed over."""

    at: str  # when it began, ISO 8601
    agency: str
    year: int
    register: str
    asks: list[str] = field(default_factory=list)
    told: list[list[Any]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @property
    def cells(self) -> dict[str, Any]:
        """Column → value; of several pictures all, of anything else what was told last."""
        found: dict[str, Any] = {}
        for column, _row, value in self.told:
            joined = isinstance(value, list) and isinstance(found.get(column), list)
            found[column] = list(dict.fromkeys([*found[column], *value])) if joined else value
        return found

    @property
    def step(self) -> str:
        """The column that is asked for; "" where all is told."""
        there = self.cells
        return next((code for code in self.asks if code not in self.done and code not in there), "")


def filling_of(talk: Talk) -> Filling | None:
    """What somebody is writing in this chat."""
    data = talk.state.get(_STATE)
    if not data:
        return None
    return Filling(**{name: value for name, value in data.items() if name in Filling.__dataclass_fields__})


def keep(talk: Talk, filling: Filling) -> None:
    """Remember it."""
    talk.state[_STATE] = asdict(filling)


def drop(talk: Talk) -> None:
    """Forget it."""
    talk.state.pop(_STATE, None)


def forget(talk: Talk, rows: Collection[int]) -> None:
    """Messages were taken back before the line was written: what they told is asked again."""
    filling = filling_of(talk)
    if filling is None or not any(row in rows for _column, row, _value in filling.told):
        return
    gone = {column for column, row, _value in filling.told if row in rows}
    filling.told = [one for one in filling.told if one[1] not in rows]
    filling.done = [column for column in filling.done if column not in gone]
    keep(talk, filling)
