"""What the machine said of cases beside what people made of them: cases to learn from, and counts week by week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, and_, bindparam, case, cast, func, or_, select

from storage.db import Session
from storage.tables import Case, DataRequest
from storage.words import Kind, Status

_BY_PEOPLE = ("citizen", "officer")
_CONCLUDED = (Status.RESOLVED, Status.CLOSED)
_UNFIT = (Status.WITHDRAWN, Status.NOT_ACCEPTED)
_TAKEN_AWAY = ("erase", "consent", "restrict", "object")  # PDPA ss. 19, 32-34: asked for is enough, done or not


@dataclass(frozen=True)
class Lesson:
    """A case to learn from. Its words are the masked copy: what is sealed is never opened for training (PDPA s. 22)."""

    reference: str
    text: str
    category: str  # a person's
    said: str  # the machine's, "" where it said nothing
    confidence: float  # of the machine, 0 to 1
    engine: str
    received_at: datetime


def lessons(session: Session, agency_code: str | None, most: int) -> Iterator[Lesson]:
    """The newest cases whose category a person chose or confirmed, newest first; of all agencies where None is given.

    Never: confidential ones, what was told in danger, withdrawn or refused ones, and those of people who asked us to
    erase their data or took their consent back.
    """
    gone = select(DataRequest.account_id).where(DataRequest.what.in_(_TAKEN_AWAY))
    where = [
        _confirmed(),
        Case.masked.is_not(None),
        Case.masked != "",
        Case.confidential.is_(False),
        Case.kind != Kind.EMERGENCY,
        func.coalesce(Case.verdict["kind"].as_string(), "") != Kind.EMERGENCY,
        Case.status.not_in(_UNFIT),
        or_(Case.account_id.is_(None), Case.account_id.not_in(gone)),
    ]
    if agency_code is not None:
        where.append(Case.agency_code == agency_code)
    wanted = (Case.reference, Case.masked, Case.category, Case.verdict, Case.received_at)
    newest = select(*wanted).where(*where).order_by(Case.received_at.desc(), Case.id.desc()).limit(most)
    for reference, text, category, verdict, received_at in session.execute(newest):
        said, engine = verdict.get("category", ""), verdict.get("engine", "")
        yield Lesson(reference, text or "", category, said, float(verdict.get("confidence", 0.0)), engine, received_at)


def _confirmed() -> ColumnElement[bool]:
    """A person chose the category, or an officer took the case in hand and brought it to its end without a change."""
    taken_in_hand = Case.officer_id.is_not(None) & Case.resolved_at.is_not(None) & Case.status.in_(_CONCLUDED)
    return or_(Case.category_by.in_(_BY_PEOPLE), and_(Case.category_by == "machine", taken_in_hand))


@dataclass(frozen=True)
class Counts:
    """One agency's cases of one stretch of time that the machine had an opinion of. `sure…` are sums of confidences."""

    agency: str
    cases: int = 0
    differ: int = 0  # the category is now another than the machine's
    abstained: int = 0
    sure: float = 0.0
    confirmed: int = 0  # a person has confirmed or changed the category
    confirmed_right: int = 0
    confirmed_sure: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.agency,
            self.cases + other.cases,
            self.differ + other.differ,
            self.abstained + other.abstained,
            self.sure + other.sure,
            self.confirmed + other.confirmed,
            self.confirmed_right + other.confirmed_right,
            self.confirmed_sure + other.confirmed_sure,
        )


def counts(
    session: Session, begins: Sequence[datetime], end: datetime, agency: str | None = None
) -> list[tuple[int, Counts]]:
    """(which stretch, its counts) by agency, where there are any; of one agency where it is given. `begins`: when each
    begins, in order, up to `end`."""
    given = {f"begin_{number}": begin for number, begin in enumerate(begins)} | {"end": end}
    mine = {} if agency is None else {"agency": agency}
    found = session.ask(_counts(len(begins), agency is not None), given | mine)
    return [(int(row[0]), Counts(row[1], *row[2:])) for row in found]


@cache
def _counts(stretches: int, of_one: bool) -> Select[*tuple[Any, ...]]:
    begins = [(Case.received_at >= bindparam(f"begin_{number}"), number) for number in range(stretches)]
    stretch = case(*begins[::-1], else_=0).label("stretch")
    sure = cast(Case.verdict["confidence"].as_float(), Float)
    differs = Case.verdict["category"].as_string() != Case.category
    abstained = func.coalesce(Case.verdict["abstained"].as_boolean(), Case.abstained)
    confirmed = _confirmed()
    return (
        select(
            stretch,
            Case.agency_code,
            func.count(),
            _count(differs),
            _count(abstained),
            func.sum(sure),
            _count(confirmed),
            _count(confirmed & ~differs),
            func.sum(case((confirmed, sure), else_=0.0)),
        )
        .where(begins[0][0], Case.received_at < bindparam("end"))
        .where(Case.category_by.is_not(None), Case.verdict["engine"].as_string().is_not(None))
        .where(*[Case.agency_code == bindparam("agency")] if of_one else [])
        .group_by("stretch", Case.agency_code)
        .order_by("stretch", Case.agency_code)
    )


def _count(what: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((what, 1), else_=0))
