"""What a turn is given: the transaction, the clock's reading, the agency's voice, and the chat it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any

from handlers.messages import Board, Card, Choice, Document, Part, Picture, Say, choices_of, from_json, to_json
from handlers.rules.pushing import Purpose
from handlers.rules.thai_calendar import OfficeHours
from handlers.texts import Texts
from nlp import topics
from nlp.verdict import Verdict
from storage import agencies, cases, conversations, outbox, riding
from storage.db import Session
from storage.tables import Account, Agency, Conversation, Message

# Time limits where the seed's service_standards.toml does not say otherwise.
LIMITS: dict[str, int] = {
    "draft_hours": 24,
    "emergency_draft_minutes": 10,
    "reopen_days": 30,
    "hurry_days": 3,
    "reopened_days": 3,
    "data_request_days": 30,
    "survey_silence_minutes": 5,
    "survey_remind_days": 3,
    "survey_end_days": 7,
    "surveys_a_month": 2,
    "small_cell": 5,
}
# LINE takes five objects of 5,000 UTF-16 units in one free answer; a letter is two units at most.
BUBBLES, _LETTERS = 5, 2500
OFFICE_HOURS: dict[str, Any] = {"from": "08:30", "to": "16:30", "weekdays": [1, 2, 3, 4, 5]}


class NotSeeded(Exception):
    """There is no agency in the database: `pratu seed deploy/seed` comes first."""


@dataclass(frozen=True)
class Tools:
    """What never changes while the program runs: handed in by bot, so that tests hand in their own."""

    classify: Callable[[str], Verdict]
    mask: Callable[[str], str]
    zone: tzinfo
    track_link: Callable[[str, str], str]  # (reference, secret) → address, "" without a public address
    split: Callable[[str], list[str]] = topics.split  # the matters of a text
    file_link: Callable[[str], str] = lambda _token: ""  # (token) → address of a letter, "" without a public address
    page_link: Callable[[str], str] = lambda _path: ""  # ("/digest/TOKEN") → address, "" without a public address
    undo_seconds: int = 0  # so long an officer may take back what a citizen is about to be told


@dataclass
class Svc:
    """One piece of work in one transaction, at one moment."""

    session: Session
    now: datetime
    tools: Tools
    message_id: int | None = None  # row of the message that brings this about: what it wrote can be taken back with it
    acting: int | None = None  # row id of the person who gives a command: they read its answer, not its notices too
    deed: str = ""  # what an officer does now and may take back: whatever is put out for others tells of it

    @cached_property
    def agency(self) -> Agency:
        """The installation's own agency. Raises NotSeeded."""
        found = agencies.first(self.session)
        if found is None:
            raise NotSeeded("no agency in the database; run: pratu seed deploy/seed")
        return found

    @cached_property
    def texts(self) -> Texts:
        """The agency's voice."""
        return Texts(self.agency.particle, self.tools.zone, self.agency.settings.get("texts") or {})

    @property
    def today(self) -> date:
        """Today where the agency is."""
        return self.now.astimezone(self.tools.zone).date()

    @cached_property
    def hours(self) -> OfficeHours:
        """Office hours and holidays around now."""
        hours = {**OFFICE_HOURS, **agencies.setting(self.session, "office_hours")}
        return OfficeHours(
            opens=time.fromisoformat(hours["from"]),
            closes=time.fromisoformat(hours["to"]),
            weekdays=frozenset(hours["weekdays"]),
            holidays=agencies.holidays(
                self.session, self.today - timedelta(days=400), self.today + timedelta(days=400)
            ),
            zone=self.tools.zone,
        )

    @cached_property
    def limits(self) -> dict[str, Any]:
        """Time limits, the agency's own where it set them."""
        return {**LIMITS, **agencies.setting(self.session, "limits")}

    @property
    def undo_time(self) -> timedelta:
        """So long what an officer does can be taken back."""
        return timedelta(seconds=self.tools.undo_seconds)

    def phone(self) -> str:
        """The telephone number of a person at the agency."""
        return self.agency.phone or ""

    def opening(self) -> dict[str, str]:
        """Office hours as texts take them."""
        return {"opens": f"{self.hours.opens:%H:%M}", "closes": f"{self.hours.closes:%H:%M}"}


@dataclass
class Talk:
    """One chat in one turn: its locked row, who writes, what was written, and what the chat remembers."""

    conversation: Conversation
    account: Account
    message: Message
    state: dict[str, Any] = field(default_factory=dict)
    others: list[Message] = field(default_factory=list)  # of pictures that were sent as one set
    private: bool = True
    in_danger: bool = False  # the answer tells whom to call: nothing else comes along with it

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The answers offered last, as (label, what tapping says)."""
        return [(label, says) for label, says in self.state.get("offered", ())]

    def offer(self, parts: list[Part]) -> None:
        """Remember the answers below the last bubble, so that a typed number finds them."""
        self.state["offered"] = [
            [choice.label, choice.says] for choice in newest_choices(parts) if choice.opens != "link"
        ]


def newest_choices(parts: Sequence[Part]) -> tuple[Choice, ...]:
    """The answers below an answer: the last question's; a card's own only where no question was asked."""
    for wanted in (Say, Card | Board):
        for part in reversed(parts):
            if isinstance(part, wanted) and _asks(part):
                return choices_of(part)
    return ()


def _asks(part: Part) -> bool:
    return any(choice.opens != "link" for choice in choices_of(part))


def put_out(
    svc: Svc,
    conversation: Conversation,
    parts: list[Part],
    *,
    case_id: int | None = None,
    once: str | None = None,
    reply_token: str = "",
    reply_event_at: datetime | None = None,
    held: str = "",
    urgent: bool = False,
    news: str = "",
    purpose: Purpose = "notice",
    agency: str = "",
) -> int | None:
    """Put parts into the outbox for one chat. With `once`, a fact is told once only; `held`: not sent by itself.

    An answer to somebody takes along what was held for them: a free answer is the chance to tell it. An `urgent`
    one (about danger) stands alone. `purpose`, `agency` (the case's, else our own): what it counts as where a push
    costs; of an urgent case everything is urgent. `news` of a case (promise or plain) rides on the person's next free
    answer.
    """
    if not parts or not conversation.chat_id:
        return None
    is_answer = reply_event_at is not None
    waited = _waited(svc, conversation, parts) if is_answer and not urgent else []
    return outbox.put(
        svc.session,
        channel=conversation.channel,
        lane=conversation.lane,
        chat_id=svc.session.keys.renewed(conversation.chat_id),
        account_id=conversation.account_id,
        parts=[to_json(part) for part in [*parts, *waited]],
        now=svc.now,
        case_id=case_id,
        once=once,
        reply_token=reply_token,
        reply_event_at=reply_event_at,
        held=held or (outbox.RIDES if news else ""),
        undo=svc.deed if not is_answer else "",
        undo_until=svc.now + svc.undo_time if svc.deed and not is_answer else None,
        news=news,
        **({} if is_answer else _counted(svc, case_id, purpose, agency)),
    )


def _counted(svc: Svc, case_id: int | None, purpose: Purpose, agency: str) -> dict[str, str]:
    case = None if case_id is None else cases.get(svc.session, case_id)
    if case is None:
        return {"purpose": purpose, "agency_code": agency or svc.agency.code}
    return {"purpose": "urgent" if case.urgent else purpose, "agency_code": agency or case.agency_code}


def _waited(svc: Svc, conversation: Conversation, answer: Sequence[Part]) -> list[Part]:
    """Held news that fits behind this answer; the answer's question stays the one that is asked."""
    room = BUBBLES - sum(bubbles_of(part) for part in answer)
    held = riding.fold(svc.session, conversation.lane, room, lambda part: bubbles_of(from_json(part)))
    return list(_unasked([from_json(part) for part in held], answer))


def bubbles_of(part: Part) -> int:
    """How many of a free answer's bubbles a part takes."""
    return 1 if isinstance(part, Picture) else 1 + len(part.text) // _LETTERS


def _unasked(held: Sequence[Part], answer: Sequence[Part]) -> Iterable[Part]:
    asking = [part for part in answer if _asks(part)]
    for part in held:
        # A question in words outweighs a card's own buttons (see newest_choices), so that those may stay.
        outweighed = isinstance(part, Card) and any(isinstance(one, Say) for one in asking)
        if isinstance(part, Picture | Document) or not asking or outweighed:
            yield part
        else:
            yield replace(part, choices=tuple(choice for choice in part.choices if choice.opens == "link"))


def conversation_of_case(svc: Svc, conversation_id: int | None) -> Conversation | None:
    """The chat a case came from."""
    return None if conversation_id is None else conversations.by_id(svc.session, conversation_id)
