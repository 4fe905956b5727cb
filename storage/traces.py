"""How a person is known again: what they told us, and where others repeat it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from storage import holds, people, surveys
from storage.db import Session
from storage.inbox import lane_of
from storage.tables import (
    Account,
    Case,
    CaseJoin,
    Conversation,
    DataRequest,
    Membership,
    Message,
    Person,
    StatusUpdate,
    Survey,
)

GONE = "…"
SHORTEST = 4  # letters of a word worth looking for
_MOST = 2000  # rows looked at in one go


@dataclass(frozen=True)
class Subject:
    """Who goes: row ids of their account, person and own chats; their cases by reference, apart those under a legal
    hold (`held`) and those that are kept without a name (`kept`); cases they joined; did they ever work here?"""

    account_id: int
    person_id: int
    user_id: str
    since: datetime
    chats: frozenset[int]
    lanes: frozenset[str]
    cases: dict[int, str]
    held: dict[int, str]
    kept: dict[int, str]
    joined: frozenset[int]
    worked_here: bool


@dataclass(frozen=True)
class Traces:
    """How a person is known again in what others wrote. `name`: numbers, names, ids, anywhere; `near`: beginnings of
    what they said, where their case is named; `far`: those long enough to be nobody else's, among officers."""

    name: re.Pattern[str] | None
    near: tuple[str, ...]
    far: tuple[str, ...]
    said: str = ""  # all of it: where their case is named, a line that stands in it is theirs

    def names(self, text: str) -> bool:
        """Does a text name them?"""
        return self.name is not None and self.name.search(text) is not None

    def quotes(self, text: str, *, named: bool) -> bool:
        """Does a text repeat them? `named`: it is about a case of theirs."""
        line = " ".join(text.split())
        if self.names(line) or any(head in line for head in (self.near if named else self.far)):
            return True
        return named and len(line) >= SHORTEST and line in self.said


@dataclass
class Told:
    """What a person told us, opened: words, and what names them."""

    words: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


# --- who, and what they told -----------------------------------------------------------------------------------------


def subject(session: Session, channel: str, user_id: str, *, keep: bool = False) -> Subject | None:
    """Who an account is; None where there is none of this name. `keep`: their cases stay, without a name."""
    account = people.known(session, channel, user_id)
    if account is None:
        return None
    lane = lane_of(session.keys, channel, user_id)
    own = or_(Conversation.account_id == account.id, Conversation.lane == lane)
    chats = session.execute(select(Conversation.id, Conversation.lane).where(own, Conversation.agency_code.is_(None)))
    found = {row.id: row.lane for row in chats}
    rows = session.execute(select(Case.id, Case.reference).where(Case.account_id == account.id))
    cases = {row.id: row.reference for row in rows}
    on_hold = holds.standing(session, cases)
    free = {case_id: name for case_id, name in cases.items() if case_id not in on_hold}
    joined = session.scalars(select(CaseJoin.case_id).where(CaseJoin.account_id == account.id))
    posts = select(func.count()).select_from(Membership).where(Membership.person_id == account.person_id)
    return Subject(
        account_id=account.id,
        person_id=account.person_id,
        user_id=user_id,
        since=account.created_at,
        chats=frozenset(found),
        lanes=frozenset({lane, *found.values()}),
        cases={} if keep else free,
        held={case_id: name for case_id, name in cases.items() if case_id in on_hold},
        kept=free if keep else {},
        joined=frozenset(joined),
        worked_here=bool(session.scalar(posts)),
    )


def told(session: Session, who: Subject) -> Told:
    """Everything this person told us, by chat, survey or page."""
    opened = session.keys.open_text
    found = Told(names=[who.user_id])
    sealed: list[bytes | None] = list(
        session.scalars(select(Message.text).where(Message.account_id == who.account_id, Message.direction == "in"))
    )
    for case in session.scalars(select(Case).where(Case.id.in_([*who.cases, *who.kept]))):
        sealed += [case.text, case.place, case.happened]
        found.names += [opened(case.complainant) or "", opened(case.contact) or ""]
        found.words += [words for _row, words in _data(session, case.said)]
    for row in session.scalars(select(CaseJoin).where(CaseJoin.account_id == who.account_id)):
        sealed += [row.place, row.happened]
        found.names.append(opened(row.contact) or "")
        found.words += [words for _row, words in _data(session, row.said)]
    for survey in session.scalars(select(Survey).where(Survey.account_id == who.account_id)):
        found.words += [words for _code, words in surveys.words_of(session, survey)]
    sealed += session.scalars(select(DataRequest.words).where(DataRequest.account_id == who.account_id))
    person = session.get_one(Person, who.person_id)
    found.names += [opened(person.name) or "", opened(person.phone) or ""]
    posts = session.scalars(select(Membership.display_name).where(Membership.person_id == who.person_id))
    found.names += [opened(name) or "" for name in posts]
    found.words += [words for value in sealed if (words := opened(value))]
    return found


def _data(session: Session, sealed: bytes | None) -> Any:
    return [] if sealed is None else session.keys.open_data(sealed)


# --- what others wrote -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """Rows that repeat a person, and how far was looked."""

    messages: list[int]
    notes: list[int]
    upto: tuple[int, int]  # row ids: of messages, of status updates
    more: bool


def repeated(session: Session, who: Subject, traces: Traces, after: tuple[int, int] = (0, 0)) -> Found:
    """Messages and notes of others, from these row ids on, that repeat this person; 2,000 of each looked at."""
    said = session.scalars(
        select(Message)
        .where(Message.id > after[0], Message.at >= who.since, Message.text.is_not(None))
        .where(Message.conversation_id.not_in(who.chats))
        .order_by(Message.id)
        .limit(_MOST)
    ).all()
    noted = session.scalars(
        select(StatusUpdate)
        .where(StatusUpdate.id > after[1], StatusUpdate.at >= who.since, StatusUpdate.note.is_not(None))
        .where(StatusUpdate.case_id.not_in([*who.cases, *who.held]))
        .order_by(StatusUpdate.id)
        .limit(_MOST)
    ).all()
    inside = officers_chats(session)
    opened = session.keys.open_text
    return Found(
        [row.id for row in said if _repeats(row, opened(row.text) or "", who, traces, inside)],
        [row.id for row in noted if traces.quotes(opened(row.note) or "", named=row.case_id in who.joined)],
        (said[-1].id if said else after[0], noted[-1].id if noted else after[1]),
        len(said) == _MOST or len(noted) == _MOST,
    )


def officers_chats(session: Session) -> frozenset[int]:
    """Chats of everybody who ever worked here, and officers' groups."""

    def read() -> frozenset[int]:
        posts = select(Account.id).join(Membership, Membership.person_id == Account.person_id)
        theirs = or_(Conversation.agency_code.is_not(None), Conversation.account_id.in_(posts))
        return frozenset(session.scalars(select(Conversation.id).where(theirs)))

    return session.once(("officers' chats",), read)


def _repeats(row: Message, text: str, who: Subject, traces: Traces, officers: Collection[int]) -> bool:
    inside = row.conversation_id in officers
    if row.direction == "in" and not inside:
        return False  # other people's own words are theirs
    named = row.case_id in who.cases or any(reference in text for reference in who.cases.values())
    if named:
        return inside or traces.quotes(text, named=True)
    if row.case_id in who.joined:
        return inside and traces.quotes(text, named=True)
    return (inside and traces.quotes(text, named=False)) or (who.worked_here and traces.names(text))


def without(value: Any, who: Subject, traces: Traces, *, named: bool = False) -> Any:
    """JSON data without the lines that repeat this person. `named`: it is about a case of theirs."""
    if isinstance(value, str):
        named = named or _names_case(value, who)
        if value in who.cases.values():
            return value
        return "\n".join(GONE if traces.quotes(line, named=named) else line for line in value.split("\n"))
    if isinstance(value, list):
        return [without(each, who, traces, named=named) for each in value]
    if isinstance(value, dict):
        about = named or any(_names_case(each, who) for each in value.values())
        return {name: without(each, who, traces, named=about) for name, each in value.items()}
    return value


def _names_case(value: Any, who: Subject) -> bool:
    """Does a text, or one of a list of texts, name a case of theirs?"""
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and reference in text for text in texts for reference in who.cases.values())
