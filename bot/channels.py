"""What a channel must offer, and how it says that sending failed. A channel is a folder beside this file."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from handlers.messages import Incoming, Part

SendProblem = Literal[
    "token",  # definite: the free reply token is no good; the same content may be pushed
    "again",  # definite or safely repeatable: try again later (connect error, 5xx with a retry key, rate 429)
    "quota",  # definite: the month's push quota is used up; hold it, tell people
    "kept",  # ours: pushes run short, and this one can wait for a free answer
    "ambiguous",  # the platform may or may not have taken it and no key makes a repeat harmless
    "unreachable",  # definite: this person cannot be reached here (blocked, gone)
    "moved",  # definite: the chat has another address now, in `chat_id`
    "same",  # nothing to do: it already stands there
    "refused",  # definite: the platform will never take it (bad request, bad token of ours)
]


LONGEST_WAIT = 3600.0  # seconds; whatever a platform says, we look again after an hour


def seconds(wanted: float) -> float:
    """How long to wait when a platform says so: numbers are its own, and may be any."""
    return min(max(wanted, 0.0), LONGEST_WAIT) if not math.isnan(wanted) else LONGEST_WAIT


class SendFailed(Exception):
    """A call to the platform that did not end well. `problem` says what may be done next.

    `unclear`: it may have been taken all the same, and a key makes a repeat harmless.
    """

    def __init__(
        self,
        problem: SendProblem,
        why: str,
        retry_after: float | None = None,
        chat_id: str = "",
        unclear: bool = False,
    ) -> None:
        super().__init__(why)
        self.problem: SendProblem = problem
        self.why = why
        self.chat_id = chat_id
        self.retry_after = None if retry_after is None else seconds(retry_after)  # where the platform says
        self.unclear = unclear


class ContentNotReady(Exception):
    """The platform is still preparing the picture or clip: ask again later."""


class ContentGone(Exception):
    """The picture or clip cannot be had any more (unsent, expired, unknown)."""


class ContentTooLarge(Exception):
    """The picture or clip is larger than we take."""


@dataclass(frozen=True)
class Sent:
    """What the platform says of one accepted call: its ids of the messages, and of the request."""

    message_ids: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True)
class RawEvent:
    """One event as it came in, before anybody understood it."""

    event_id: str  # the platform's, printable ASCII; a digest of the event where it has none
    chat_id: str  # what orders events: the chat they belong to; "" where there is none
    at: datetime  # when the person acted, as the platform says
    body: bytes  # the webhook body reduced to this one event


@dataclass(frozen=True)
class Call:
    """One call to the platform: a batch of its own message objects, drawn from neutral parts.

    Where a tap brings back only a button's number, a message holds `says`: what its buttons say, in their order.
    """

    messages: list[dict[str, Any]]
    texts: list[str] = field(default_factory=list)  # what each message says in words, one per message


# The file behind the token of a paper; None where it is gone or cannot be drawn. Never raises; may take seconds.
Drawer = Callable[[str], bytes | None]


class Channel(Protocol):
    """A way people write to us. The two directions are pure where they can be; only the last three call out."""

    name: str
    replies: bool  # is there a free reply token? Else a token only wants to be noticed
    paced: bool  # does the platform count so narrowly that one process must do all the sending?

    def split(self, body: bytes, data: Any, now: datetime) -> list[RawEvent]:
        """The events of one verified webhook body (`data` is its JSON), each with its own raw body."""

    def read(self, event: RawEvent) -> Incoming:
        """One stored event in the neutral shape; unknown ones become kind "other". Never raises on odd input."""

    def draw(self, parts: Sequence[Part]) -> list[Call]:
        """The parts as platform messages, packed into as few calls as the platform allows."""

    async def reply(self, token: str, call: Call) -> Sent:
        """Answer on a free reply token. Raises SendFailed. Channels without tokens raise SendFailed("token")."""

    async def noticed(self, token: str) -> None:
        """Tell the platform that a tap arrived, where it waits for that. Never raises."""

    async def push(self, chat_id: str, call: Call, key: str) -> Sent:
        """Send to a chat; `key` (a UUID) makes a repeat harmless where the platform has such keys."""

    def fetch(self, ref: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of a media ref, streamed. Raises ContentNotReady, ContentGone, SendFailed("again")."""

    async def typing(self, chat_id: str) -> None:
        """Show that an answer is coming, as a hint that may fail silently."""

    def warm(self) -> None:
        """Import and build what the first send will need, in a thread of its own (an SDK takes a second)."""

    async def close(self) -> None:
        """Let go of connections."""
