"""A chat of the made-up year: no platform knows these addresses, so nothing can ever be sent to one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from handlers.messages import Incoming, Media, Place
from storage.inbox import Unread


@dataclass
class Chat:
    """Where somebody writes, and what the chat remembered after their last message."""

    channel: str
    address: str
    asked: bool = True  # somebody answers there what is asked, and so must know what that was
    row: int | None = None  # of the conversation, once it is known
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def step(self) -> str:
        """The question that is open in what is being told; "" where nothing is."""
        return str((self.state.get("draft") or {}).get("step", ""))

    @property
    def offered(self) -> list[str]:
        """What the offered answers say."""
        return [says for _label, says in self.state.get("offered", ())]

    @property
    def filed(self) -> str:
        """The reference filed last in this chat."""
        return str((self.state.get("filed") or {}).get("reference", ""))


def event_of(chat: Chat, number: int, incoming: dict[str, Any]) -> bytes:
    """The body of an event: the neutral message itself, as JSON."""
    return json.dumps(
        {
            "channel": chat.channel,
            "kind": "text",
            "user_id": chat.address,
            "chat_id": chat.address,
            "message_id": f"made-up-{number}",
            **incoming,
        },
        ensure_ascii=False,
    ).encode()


def read(unread: Unread) -> Incoming:
    """What `event_of` wrote."""
    data = json.loads(unread.body or b"{}")
    place, media = data.pop("place", None), data.pop("media", None)
    return Incoming(
        event_id=unread.event_id,
        at=unread.at,
        place=Place(**place) if place else None,
        media=Media(**media) if media else None,
        **data,
    )
