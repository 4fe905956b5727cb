"""A world of one installation: a database, a stopped clock, and people who talk to it through a channel of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from handlers import turn
from handlers.actions import people as joining
from handlers.messages import Card, Incoming, Media, Part, Place, Say, from_json
from handlers.services import Svc, Tools
from nlp import classify, mask
from storage import cases, inbox, outbox
from storage.db import Database
from storage.inbox import NewEvent, Unread, lane_of, microseconds
from storage.tables import Case, OutboxMessage
from storage.words import Role

T = TypeVar("T")

BANGKOK = ZoneInfo("Asia/Bangkok")
WORKING_MORNING = datetime(2026, 11, 24, 9, 30, tzinfo=BANGKOK)  # a Tuesday


def at(text: str) -> datetime:
    """ "2027-04-12 16:00" in Bangkok."""
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


def read(unread: Unread) -> Incoming:
    """The test channel: an event's body is the neutral message itself, as JSON."""
    data = json.loads(unread.body or b"{}")
    place, media = data.pop("place", None), data.pop("media", None)
    keywords = tuple(data.pop("keywords", ()))
    return Incoming(
        event_id=unread.event_id,
        at=unread.at,
        place=Place(**place) if place else None,
        media=Media(**media) if media else None,
        keywords=keywords,
        **data,
    )


@dataclass
class World:
    """Drives turns by hand: no thread, no network, time stands still until told otherwise."""

    db: Database
    now: datetime = WORKING_MORNING
    tools: Tools = field(init=False)
    events: int = 0
    photos: int = 0

    def __post_init__(self) -> None:
        self.tools = Tools(
            classify=classify.classify,
            mask=mask.mask,
            zone=BANGKOK,
            track_link=lambda reference, secret: f"https://pratu.example/track/{reference}?s={secret}",
        )

    def passes(self, **time: float) -> World:
        """Let time pass."""
        self.now += timedelta(**time)
        return self

    def citizen(self, name: str = "U1", channel: str = "line") -> Dialogue:
        """Somebody who writes to the agency."""
        return Dialogue(self, channel, name)

    def officer(self, name: str, *roles: Role, unit: str | None = None, channel: str = "telegram") -> Dialogue:
        """Somebody who works here, joined the way everybody joins: by a one-time code."""
        person = Dialogue(self, channel, name)
        for role in roles:
            with self.db.transaction() as session:
                svc = Svc(session, self.now, self.tools)
                code = joining.invite(svc, "DEMO", unit, role, name)
            person.says(f"/เข้าร่วม {code}")
        return person

    def put(self, channel: str, chat: str, body: dict[str, Any], event_id: str | None = None) -> str:
        """Store one event, as a webhook would."""
        self.events += 1
        name = event_id or f"event-{self.events}"
        us = microseconds(self.now)
        inbox.put(self.db, [NewEvent(channel, name, chat, us, us, json.dumps(body).encode())])
        return name

    def work_off(self) -> int:
        """Run every turn that can be run now."""
        done = 0
        while True:
            with self.db.reading() as session:
                lanes = inbox.lanes_waiting(session, self.now.astimezone(UTC))
            if not lanes:
                return done
            worked = 0
            for lane, channel in lanes:
                with self.db.transaction() as session:
                    worked += turn.take_turn(session, self.tools, read, lane, channel, self.now)
            if not worked:
                return done
            done += worked

    def cases(self) -> list[Case]:
        """Every case, oldest first."""
        with self.db.reading() as session:
            return list(session.scalars(select(Case).order_by(Case.id)))

    def case(self, reference: str) -> Case:
        """The case of this reference."""
        with self.db.reading() as session:
            found = cases.by_reference(session, reference)
        assert found is not None, reference
        return found

    def opened(self, sealed: bytes | None) -> str | None:
        """What a sealed column says."""
        return self.db.keys.open_text(sealed)

    def delivers(self) -> World:
        """Everything that was put out reaches its chat; what waits for a free answer, or to be taken back, does not."""
        with self.db.transaction() as session:
            session.execute(update(OutboxMessage).where(OutboxMessage.state.in_(outbox.OPEN)).values(state="sent"))
        return self

    def file_silent_drafts(self) -> int:
        """What the sweep does."""
        with self.db.reading() as session:
            waiting = turn.silent_drafts(session, self.tools, self.now)
        filed = 0
        for conversation_id in waiting:
            with self.db.transaction() as session:
                filed += turn.file_silent_draft(session, self.tools, conversation_id, self.now)
        return filed

    @contextmanager
    def again(self, people: T) -> Iterator[T]:
        """A moment of this world once more, with `people` (whoever and whatever lives in it) as they are now: what
        happens to them inside is undone, and the next finds the moment as it was."""
        with self.db.rolled_back():
            yield deepcopy(people, {id(shared): shared for shared in (self.db, self.tools)})


class Moments:
    """Where tests of one file begin, on one engine: the way to a moment is walked once for those that stand side by
    side; what each of them does there is undone."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._way: Callable[[World], Any] | None = None
        self._walked: tuple[World, Any] | None = None
        self._end = ExitStack()

    @contextmanager
    def after(self, way: Callable[[World], T]) -> Iterator[T]:
        """Everybody a way ends with, for one test alone."""
        if self._walked is None or self._way is not way:
            self.close()
            self._end.enter_context(self._db.rolled_back())
            world = World(self._db)
            self._way, self._walked = way, (world, way(world))
        world, people = self._walked
        with world.again(people) as once_more:
            yield once_more

    def close(self) -> None:
        """Undo the way itself."""
        self._walked = None
        self._end.close()


@dataclass
class Dialogue:
    """One person's chat: what they do, and what they hear back. Reads like a chat log."""

    world: World
    channel: str
    name: str
    parts: list[Part] = field(default_factory=list)
    heard: set[int] = field(default_factory=set)
    token: str = ""
    sent: list[str] = field(default_factory=list)
    chat: str = ""  # a group's id; "" is the person's own chat

    def says(self, text: str) -> Dialogue:
        """Type words."""
        return self.does(kind="text", text=text)

    def taps(self, label: str) -> Dialogue:
        """Tap a button below the last bubble: it must be there."""
        labels = {choice.label: choice.says for choice in self.choices}
        assert label in labels, f"no button {label!r}; there are {list(labels)}"
        return self.says(labels[label])

    def sends_photo(self, ref: str = "photo-1", caption: str = "") -> Dialogue:
        return self.does(kind="image", media={"ref": ref}, text=caption)

    def reports(self, reference: str, result: str) -> Dialogue:
        """An officer's result with its picture, as "/ผล" below a photo."""
        self.world.photos += 1
        return self.sends_photo(f"after-{self.world.photos}", caption=f"/ผล {reference} {result}")

    def sends_album(self, captions: list[str], count: int | None = None) -> Dialogue:
        """Pictures sent together; LINE tells how many, Telegram does not."""
        for number, caption in enumerate(captions):
            media = {"ref": f"album-{number}", "group": f"set-{self.name}", "count": count}
            self.does(kind="image", media=media, text=caption, work=False)
        self.parts = []
        self.world.work_off()
        self.world.passes(seconds=2)
        self.world.work_off()
        return self.listen()

    def sends_file(self, name: str, size: int = 1000, caption: str = "") -> Dialogue:
        return self.does(kind="file", media={"ref": "file-1", "name": name, "size": size}, text=caption)

    def sends_video(self, size: int = 1000, caption: str = "") -> Dialogue:
        return self.does(kind="video", media={"ref": "video-1", "size": size}, text=caption)

    def sends_contact(self, text: str, own: bool = False) -> Dialogue:
        return self.does(kind="contact", text=text, own=own)

    def unsends(self, number: int = -1) -> Dialogue:
        """Take a message back: of what this person sent, the newest where no number is given."""
        return self.does(kind="unsend", message_id=self.sent[number], reply_token="")

    def edits(self, text: str, number: int = -1) -> Dialogue:
        return self.does(kind="edit", message_id=self.sent[number], text=text)

    def quotes(self, message_id: str, text: str) -> Dialogue:
        """Answer a bubble by quoting it."""
        return self.does(kind="text", text=text, quoted_id=message_id)

    def sends_voice(self) -> Dialogue:
        return self.does(kind="audio", media={"ref": "voice-1"})

    def sends_place(self, lat: float = 16.8211, lon: float = 100.2659, text: str = "") -> Dialogue:
        return self.does(kind="place", place={"lat": lat, "lon": lon, "text": text})

    def sends_sticker(self, *keywords: str) -> Dialogue:
        return self.does(kind="sticker", keywords=list(keywords))

    def does(self, *, work: bool = True, **incoming: Any) -> Dialogue:
        """Something reaches us from this person, and is worked on at once."""
        number = self.world.events + 1
        body = {
            "channel": self.channel,
            "user_id": self.name,
            "chat_id": self.chat or self.name,
            "private": not self.chat,
            "message_id": f"m{number}",
            "reply_token": f"token-{number}" if self.channel == "line" else "",
            **incoming,
        }
        self.world.put(self.channel, str(body["chat_id"]), body)
        if body["kind"] not in ("unsend", "edit"):
            self.sent.append(str(body["message_id"]))
        if work:
            self.parts = []
            self.world.work_off()
            self.listen()
        return self

    def listen(self) -> Dialogue:
        """Collect what was put out for this person since the last time."""
        db = self.world.db
        lane = lane_of(db.keys, self.channel, self.chat or self.name)
        with db.reading() as session:
            for row in session.find(_PUT_OUT, {"lane": lane}):
                if row.id in self.heard or self._waits(row):
                    continue
                self.heard.add(row.id)
                self.parts += [from_json(part) for part in session.keys.open_data(row.parts)]
        return self

    def _waits(self, row: OutboxMessage) -> bool:
        """News for the next free answer, or something that can still be taken back: nobody has heard it yet."""
        held = row.state == "held" and row.error in (outbox.RIDES, outbox.UNDO)
        return held and row.not_before > self.world.now

    @property
    def text(self) -> str:
        """Everything heard since the last time, in words."""
        return "\n".join(part.text for part in self.parts if isinstance(part, (Say, Card)))

    @property
    def first(self) -> str:
        """The first bubble."""
        part = self.parts[0]
        assert isinstance(part, (Say, Card))
        return part.text

    @property
    def choices(self) -> list[Any]:
        """The buttons one can tap now."""
        return [choice for part in self.parts for choice in getattr(part, "choices", ())]

    @property
    def card(self) -> Card:
        """The card among what was heard."""
        cards = [part for part in self.parts if isinstance(part, Card)]
        assert cards, f"no card; heard: {self.text}"
        return cards[-1]

    @property
    def reference(self) -> str:
        """The case reference just heard."""
        import re

        found = re.search(r"\b\d{2}-\d{5,}-\d\b", self.text)
        assert found, f"no reference in: {self.text}"
        return found.group()

    def hears(self, *fragments: str) -> Dialogue:
        """Every fragment is among what was heard."""
        for fragment in fragments:
            assert fragment in self.text, f"did not hear {fragment!r}; heard:\n{self.text}"
        return self

    def hears_not(self, *fragments: str) -> Dialogue:
        for fragment in fragments:
            assert fragment not in self.text, f"heard {fragment!r}:\n{self.text}"
        return self

    def hears_nothing(self) -> Dialogue:
        assert not self.parts, f"heard:\n{self.text}"
        return self


_PUT_OUT = (
    select(OutboxMessage)
    .where(OutboxMessage.lane == bindparam("lane"), OutboxMessage.parts.is_not(None))
    .order_by(OutboxMessage.id)
)


def hears_now(person: Dialogue) -> Dialogue:
    """What comes from here on; what was heard before is left aside."""
    person.parts = []
    return person.listen()
