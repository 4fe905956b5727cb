"""What a turn is given: the transaction, the clock's reading, the agency's voice, and the chat it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any

from handlers.messages import Card, Choice, Part, Say, to_json
from handlers.rules.thai_calendar import OfficeHours
from handlers.texts import Texts
from nlp.verdict import Verdict
from storage import agencies, conversations, outbox
from storage.db import Session
from storage.tables import Account, Agency, Conversation, Message

# Time limits where the seed's service_standards.toml does not say otherwise.
LIMITS: dict[str, int] = {
    "draft_hours": 24,
    "emergency_draft_minutes": 10,
    "reopen_days": 30,
    "hurry_days": 3,
    "data_request_days": 30,
}
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


@dataclass
class Svc:
    """One piece of work in one transaction, at one moment."""

    session: Session
    now: datetime
    tools: Tools

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
        return Texts(self.agency.particle, self.tools.zone)

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
    for wanted in (Say, Card):
        for part in reversed(parts):
            if isinstance(part, wanted) and any(choice.opens != "link" for choice in part.choices):
                return part.choices
    return ()


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
) -> int | None:
    """Put parts into the outbox for one chat. With `once`, a fact is told once only; `held`: not sent by itself.

    An answer to somebody takes along what was held for them: a free answer is the chance to tell it.
    """
    chat_id = svc.session.keys.open_text(conversation.chat_id)
    if not parts or not chat_id:
        return None
    waited = outbox.fold(svc.session, conversation.lane) if reply_event_at is not None else []
    return outbox.put(
        svc.session,
        channel=conversation.channel,
        lane=conversation.lane,
        chat_id=chat_id,
        account_id=conversation.account_id,
        parts=[*waited, *(to_json(part) for part in parts)],
        now=svc.now,
        case_id=case_id,
        once=once,
        reply_token=reply_token,
        reply_event_at=reply_event_at,
        held=held,
    )


def conversation_of_case(svc: Svc, conversation_id: int | None) -> Conversation | None:
    """The chat a case came from."""
    return None if conversation_id is None else conversations.by_id(svc.session, conversation_id)
