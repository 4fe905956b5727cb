"""The stage: a database of its own, the clock of the record, the real turns and jobs, and nobody to send to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.jobs import JOBS, JobContext
from bot.simulation.chats import Chat, event_of, read
from handlers import turn
from handlers.rules.reference import is_reference
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Tools
from storage import agencies, cases, conversations, inbox, made_up, people, sequences
from storage.db import Database, Session
from storage.inbox import NewEvent, lane_of, microseconds
from storage.people import Post
from storage.recorded import Said

JOBS_AT = (time(8, 45), time(13, 30), time(19))  # local; when the clock does its work here
_JOBS = ("reminders", "status-updates", "surveys")
_SWEEP = timedelta(minutes=10)  # between two looks at drafts that fell silent
_APART = 1000  # numbers between the record's last case and the first one that is only ours


class NotTaken(Exception):
    """A message could not be worked on."""


@dataclass
class Stage:
    """Plays a record. `counts`: played, failed, questions. A case that is filed from a message of a recorded case gets
    that case's number, so that everything people wrote of it finds it again."""

    db: Database
    tools: Tools
    asks: Callable[[str], int]
    counts: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)  # what failed, by the error's name

    def __post_init__(self) -> None:
        self._now = datetime.min.replace(tzinfo=UTC)
        self._swept = self._now
        self._chats: dict[str, Chat] = {}
        self._newest: dict[str, str] = {}  # chat → reference of the recorded case its newest words belong to
        self._officers: set[int] = set()  # rows of their accounts
        self._apart: dict[str, int] = {}
        self._numbers = 0

    def play(self, record: Sequence[Said], officers: Mapping[str, Sequence[Post]]) -> None:
        """Everything that was said, in the order of the record, with the clock's work between."""
        if not record:
            return
        self._apart = _beyond(record)
        self._swept = self._now = record[0].at
        with self.db.transaction() as session:
            self._enroll(session, record, officers)
        for said in record:
            self._until(said.at)
            self._one(said)
        self._until(self._now + timedelta(days=1))  # what was told last may fall silent

    # --- one message -------------------------------------------------------------------------------------------------

    def _one(self, said: Said) -> None:
        try:
            with self.db.transaction() as session:
                self._turn(session, said)
            self.counts["played"] += 1
        except Exception as failed:  # the record goes on; nothing of the message is told, not even in a traceback
            self.counts["failed"] += 1
            self.why[type(failed).__name__] += 1

    def _turn(self, session: Session, said: Said) -> None:
        now = said.at.astimezone(UTC)
        chat = self._chat(said)
        self._numbers += 1
        body = event_of(chat, self._numbers, _incoming(said, self._numbers))
        us = microseconds(now)
        event = said.event_id or f"rehearsed-{self._numbers}"
        inbox.store(session, NewEvent(chat.channel, event, chat.address, us, us, body))
        if said.reference:
            self._newest[chat.address] = said.reference
        name = self._expect(session, chat)
        lane = lane_of(session.keys, chat.channel, chat.address)
        if not turn.take_turn(session, self.tools, read, lane, chat.channel, now):
            raise NotTaken
        self._note(session, name)
        found = conversations.by_lane(session, lane)
        if found is not None:
            chat.row = found.id
            chat.state = conversations.read_state(session, found)
        self._arrives(session)

    def _chat(self, said: Said) -> Chat:
        key = f"{said.channel}:{said.who}"
        if key not in self._chats:
            self._chats[key] = Chat(said.channel, f"rehearsed-{said.who}")
        return self._chats[key]

    def _arrives(self, session: Session) -> None:
        """What was put out is with its people; questions to citizens are counted."""
        session.flush()
        arrived = made_up.arrive(session, self._now.astimezone(UTC))
        made_up.write_down(session, arrived, [[""] * len(one.texts) for one in arrived])
        self.counts["questions"] += sum(
            self.asks(text) for one in arrived if one.account_id not in self._officers for text in one.texts
        )

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _expect(self, session: Session, chat: Chat | None) -> str:
        """If a case is filed in this chat now, it is the recorded one; returns the counter's name."""
        reference = self._newest.get(chat.address, "") if chat else ""
        year = fiscal_year(self._now.astimezone(self.tools.zone).date())
        name = f"case:{year}"
        fits = is_reference(reference) and int(reference[:2]) == year % 100
        if fits and cases.id_of(session, reference) is None:
            sequences.go_on_from(session, name, int(reference.split("-")[1]) - 1)
        else:
            sequences.go_on_from(session, name, self._apart.setdefault(name, _APART))
        return name

    def _note(self, session: Session, name: str) -> None:
        """A case of ours alone took one of the numbers beyond the record's."""
        self._apart[name] = max(self._apart.get(name, 0), sequences.last(session, name))

    # --- the clock ---------------------------------------------------------------------------------------------------

    def _until(self, moment: datetime) -> None:
        """Let the clock do its work up to this moment."""
        due = sorted([*self._jobs_until(moment), *self._sweeps_until(moment)], key=lambda one: one[0])
        for at, work in due:
            self._now = at
            work()
        self._now = max(self._now, moment)

    def _jobs_until(self, moment: datetime) -> Iterable[tuple[datetime, Callable[[], None]]]:
        zone = self.tools.zone
        day, last = self._now.astimezone(zone).date(), moment.astimezone(zone).date()
        while day <= last:
            for hour in JOBS_AT:
                at = datetime.combine(day, hour, zone)
                if self._now < at <= moment:
                    yield at, self._jobs
            day += timedelta(days=1)

    def _sweeps_until(self, moment: datetime) -> Iterable[tuple[datetime, Callable[[], None]]]:
        if not any(chat.state.get("draft") for chat in self._chats.values()):
            self._swept = moment
        while self._swept + _SWEEP <= moment:
            self._swept += _SWEEP
            yield self._swept, self._sweep

    def _sweep(self) -> None:
        """Drafts that fell silent are filed, each with the number its case had."""
        now = self._now.astimezone(UTC)
        with self.db.reading() as session:
            waiting = turn.silent_drafts(session, self.tools, now)
        for row in waiting:
            chat = next((chat for chat in self._chats.values() if chat.row == row), None)
            try:
                with self.db.transaction() as session:
                    name = self._expect(session, chat)
                    turn.file_silent_draft(session, self.tools, row, now)
                    self._note(session, name)
                    self._arrives(session)
            except Exception as failed:  # as elsewhere here: counted by its name, no word of anybody
                self.counts["failed"] += 1
                self.why[type(failed).__name__] += 1
            if chat is not None:
                chat.state.pop("draft", None)

    def _jobs(self) -> None:
        self._sweep()
        context = JobContext(self.db, self.tools, lambda: self._now.astimezone(UTC))
        for name in _JOBS:
            try:
                JOBS[name](context, False)
            except Exception as failed:  # as above
                self.counts["failed"] += 1
                self.why[type(failed).__name__] += 1
            with self.db.transaction() as session:
                self._arrives(session)

    # --- before ------------------------------------------------------------------------------------------------------

    def _enroll(self, session: Session, record: Sequence[Said], officers: Mapping[str, Sequence[Post]]) -> None:
        """Who worked for an agency works for it here, from their first day on."""
        made_up.mark(session)
        there = {row.code for row in agencies.all_agencies(session)}
        for said in record:
            chat, posts = self._chat(said), officers.get(said.who, ())
            if chat.row is not None or not posts:
                continue
            chat.row = 0  # known from its first turn on
            account = people.account_for(session, chat.channel, chat.address, said.at.astimezone(UTC))
            self._officers.add(account.id)
            for post in posts:
                if post.agency_code in there and post.since is not None:
                    values: dict[str, Any] = {"since": post.since, "until": post.until, "today": post.since}
                    people.add_post(
                        session,
                        account.person_id,
                        agency_code=post.agency_code,
                        unit_code=post.unit_code,
                        role=post.role,
                        name=post.name,
                        **values,
                    )


def _beyond(record: Sequence[Said]) -> dict[str, int]:
    """Counter → a number no recorded case has."""
    found: dict[str, int] = {}
    for said in record:
        if is_reference(said.reference):
            name = f"case:{2500 + int(said.reference[:2])}"
            found[name] = max(found.get(name, 0), int(said.reference.split("-")[1]) + _APART)
    return found


def _incoming(said: Said, number: int) -> dict[str, Any]:
    """The neutral message; pictures and files have an address that nobody fetches."""
    found: dict[str, Any] = {"kind": said.kind, "text": said.text}
    if said.message_id:
        found["message_id"] = said.message_id
    if said.lat is not None and said.lon is not None:
        found["place"] = {"lat": said.lat, "lon": said.lon, "text": said.text}
    if said.kind in ("image", "video", "audio", "file"):
        found["media"] = {"ref": f"rehearsed-{number}", "name": said.file}
    return found
