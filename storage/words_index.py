"""The words cases are found by: kept beside every case, asked by `/ค้น`. Words of masked texts only.

A case that was never looked at has no row; one that holds no word has a row of "".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, false, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import defer

from storage.db import Session
from storage.tables import Case, CaseTask, CaseWord
from storage.tables.base import plain
from storage.words import ENDED

_NEWEST = 2000  # cases looked through letter by letter, and filled in at a time
_MOST = 500  # cases found at a time: nobody reads more


def put(session: Session, case_id: int, words: Collection[str]) -> None:
    """These are the words of a case from now on, and no others."""
    session.ask(_FORGET, {"row": case_id})
    rows = [{"case_id": case_id, "word": word} for word in sorted(words) or [""]]
    session.ask(_PUT[session.get_bind().dialect.name], rows)  # two first searches may fill in at once


_FORGET = delete(plain(CaseWord)).where(plain(CaseWord).c.case_id == bindparam("row"))
_PUT = {
    name: insert(plain(CaseWord)).on_conflict_do_nothing()
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}


def unknown(session: Session, agency_codes: Collection[str]) -> list[Case]:
    """Cases of these agencies whose words were never kept, newest first: 2,000 at most."""
    known = exists().where(CaseWord.case_id == Case.id)
    query = select(Case).where(Case.agency_code.in_(agency_codes), ~known)
    return list(session.scalars(query.order_by(Case.id.desc()).limit(_NEWEST)))


Scope = Sequence[tuple[str, Sequence[str] | None]]  # (agency, its units; None is all of them)


def find(session: Session, scope: Scope, words: Sequence[str]) -> list[Case]:
    """Cases of this scope that hold every one of these words, open ones first, newest first; 500 at most.

    A word that no case there holds is taken for the beginning of one.
    """
    return _found(session, scope, [_holds(session, scope, word) for word in words])


def _holds(session: Session, scope: Scope, word: str) -> ColumnElement[bool]:
    own = select(literal(1)).select_from(CaseWord).join(Case, Case.id == CaseWord.case_id).where(_inside(scope))
    whole = session.scalar(own.where(CaseWord.word == word).limit(1)) is not None
    fits = CaseWord.word == word if whole else CaseWord.word.startswith(word, autoescape=True)
    return exists().where(CaseWord.case_id == Case.id, fits)


def letters(session: Session, scope: Scope, texts: Collection[str]) -> list[Case]:
    """Cases among the newest 2,000 of this scope whose masked words or place hold one of these texts letter by letter;
    in that order, 500 at most."""
    newest = select(Case.id).where(_inside(scope)).order_by(Case.id.desc()).limit(_NEWEST).subquery()
    columns = (Case.masked, Case.place_masked)
    holds = or_(*(column.contains(text, autoescape=True) for text in texts for column in columns))
    return _found(session, scope, [Case.id.in_(select(newest.c.id)), holds])


def _found(session: Session, scope: Scope, where: Sequence[ColumnElement[bool]]) -> list[Case]:
    ended = Case.status.in_([status.value for status in ENDED])
    query = select(Case).where(_inside(scope), *where)
    query = query.options(*(defer(column) for column in (Case.text, Case.said, Case.place, Case.verdict)))
    return list(session.scalars(query.order_by(ended, Case.received_at.desc(), Case.id.desc()).limit(_MOST)))


def _inside(scope: Scope) -> ColumnElement[bool]:
    """Cases of these agencies and units, also those in which a unit has a share; never a confidential one."""
    places = []
    for agency_code, units in scope:
        of_agency = Case.agency_code == agency_code
        if units is not None:
            share = exists().where(CaseTask.case_id == Case.id, CaseTask.unit_code.in_(units))
            of_agency = and_(of_agency, or_(Case.unit_code.in_(units), share))
        places.append(of_agency)
    return and_(Case.confidential.is_(False), or_(false(), *places))
