"""The figures of one agency and one period: counted, checked against each other, told once, and the cases behind them.

An agency "*" is all agencies of the installation together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.messages import Board
from handlers.rules.periods import Period
from handlers.services import Svc
from storage.people import Post
from storage.tables import Issue

EVERY = "*"
Figures = dict[str, Any]  # JSON data; its keys are listed at `figures`


class DoesNotReconcile(Exception):
    """Totals that are not the sum of their parts: `places` names each, with both numbers. Nothing wrong is told."""

    def __init__(self, places: Sequence[str]) -> None:
        super().__init__("; ".join(places))
        self.places = tuple(places)


@dataclass(frozen=True)
class Row:
    """One case behind a figure. `words` are masked; of a confidential case there are neither words nor category."""

    reference: str
    status: str
    category: str | None
    received_on: date
    words: str | None  # None: hidden


def figures(svc: Svc, agency_code: str, period: Period) -> Figures:
    """The figures of a period as they stand now. Raises DoesNotReconcile."""
    raise NotImplementedError


def issue(svc: Svc, agency_code: str, period: Period) -> Issue:
    """The figures as they are told: computed the first time, the same ever after. Raises DoesNotReconcile."""
    raise NotImplementedError


def lines(svc: Svc, found: Mapping[str, Any]) -> list[str]:
    """The digest in words that stand alone: 20 lines at most, decisions first."""
    raise NotImplementedError


def board(svc: Svc, found: Mapping[str, Any], post: Post, *, link: str = "", picture: str = "") -> Board:
    """The digest as one part, with what waits for this person's decision."""
    raise NotImplementedError


def behind(svc: Svc, agency_code: str, period: Period, name: str, key: str = "") -> list[Row]:
    """The cases behind one figure: `name` as in the figures ("open", "by_category"), `key` within it ("RD")."""
    raise NotImplementedError
