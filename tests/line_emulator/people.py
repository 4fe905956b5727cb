"""A person with a telephone: types, taps what is really shown, sends photos and pins, blocks, unsends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.line_emulator.platform import Platform


@dataclass
class User:
    """One LINE user in a one-to-one chat with the bot, or (`in_group`) in a group with it."""

    platform: Platform
    id: str
    group: str = ""
    waited_for: int = 0

    @property
    def chat(self) -> str:
        """Where this person speaks."""
        return self.group or self.id

    def in_group(self, group: str) -> User:
        """The same person, speaking in a group."""
        return replace(self, group=group, waited_for=0)

    def says(self, text: str) -> User:
        return self._send({"type": "text", "text": text})

    def sends_photo(self, content: bytes = b"\xff\xd8\xff\xe0photo", not_ready: int = 0) -> User:
        image = {"type": "image", "contentProvider": {"type": "line"}}
        event = self.platform.message(self.id, image, group=self.group)
        self.platform.emulator.content[event["message"]["id"]] = (not_ready, content)
        self.platform.post([event])
        return self

    def sends_place(self, lat: float = 16.8211, lon: float = 100.2659, address: str = "") -> User:
        return self._send({"type": "location", "title": "", "address": address, "latitude": lat, "longitude": lon})

    def sends_sticker(self, *keywords: str) -> User:
        sticker = {"type": "sticker", "packageId": "1", "stickerId": "2", "stickerResourceType": "STATIC"}
        return self._send({**sticker, "keywords": list(keywords)})

    def follows(self) -> User:
        self.platform.emulator.blocked.discard(self.id)
        self.platform.post([self.platform.event("follow", self.id, follow={"isUnblocked": False})])
        return self

    def blocks(self) -> User:
        self.platform.emulator.blocked.add(self.id)
        self.platform.post([self.platform.event("unfollow", self.id, reply=False)])
        return self

    def unsends(self, message_id: str) -> User:
        self.platform.emulator.gone.add(message_id)
        self.platform.post([self.platform.event("unsend", self.id, reply=False, unsend={"messageId": message_id})])
        return self

    def taps(self, label: str) -> User:
        """Tap a button that is shown now: a quick reply of the last message, or a button of a card."""
        for action in self._actions():
            if action.get("label") == label:
                assert action["type"] == "message", f"{label!r} tells the bot nothing: {action}"
                return self.says(action["text"])
        raise AssertionError(
            f"{self.id} sees no button {label!r}: {[action.get('label') for action in self._actions()]}"
        )

    def address(self, label: str) -> str:
        """Where a button that is shown now leads."""
        return next(str(action["uri"]) for action in self._actions() if action.get("label") == label)

    @property
    def buttons(self) -> list[str]:
        """Every label that could be tapped now."""
        return [str(action["label"]) for action in self._actions()]

    def _actions(self) -> Iterator[dict[str, Any]]:
        if not self.sees:
            return
        for item in (self.sees[-1].get("quickReply") or {}).get("items", []):
            yield item["action"]
        for message in self.sees[-2:]:
            for button in ((message.get("contents") or {}).get("footer") or {}).get("contents", []):
                yield button["action"]

    def _send(self, message: dict[str, Any]) -> User:
        self.platform.post([self.platform.message(self.id, message, group=self.group)])
        return self

    @property
    def sees(self) -> list[dict[str, Any]]:
        return self.platform.emulator.seen_by(self.chat)

    @property
    def text(self) -> str:
        return "\n".join(message.get("text") or message.get("altText") or "" for message in self.sees)

    def hears(self, *fragments: str, timeout: float = 20.0) -> User:
        """Wait until everything named was shown since the last time this was asked."""

        def shown() -> bool:
            new = "\n".join(m.get("text") or m.get("altText") or "" for m in self.sees[self.waited_for :])
            return all(fragment in new for fragment in fragments) and bool(new)

        try:
            self.platform.emulator.wait(shown, timeout)
        except AssertionError:
            raise AssertionError(f"{self.id} did not see {fragments}; saw:\n{self.text}") from None
        self.waited_for = len(self.sees)
        return self
