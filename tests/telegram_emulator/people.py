"""A person with a telephone: types, taps what is really shown, sends photos and pins, edits, blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.telegram_emulator.chats import Facts
from tests.telegram_emulator.platform import Platform
from tests.telegram_emulator.updates import JPEG


@dataclass
class Person:
    """One Telegram user: in the private chat with the bot, or (`in_group`) in a group with it."""

    platform: Platform
    id: int
    group: int | None = None
    waited_for: int = 0

    @property
    def chat(self) -> int:
        """Where this person speaks."""
        return self.id if self.group is None else self.group

    def in_group(self, chat_id: int) -> Person:
        """The same person, speaking in a group."""
        return replace(self, group=chat_id, waited_for=0)

    # --- what they do --------------------------------------------------------------------------------------------

    def says(self, text: str) -> Person:
        """Types a text."""
        return self._send(self.platform.text(self.id, text, self.group))

    def starts(self, payload: str = "") -> Person:
        """Presses Start, perhaps through a deep link."""
        return self.says(f"/start {payload}".strip())

    def replies(self, text: str, to: Facts | None = None, quote: str = "") -> Person:
        """Answers a message, the bot's last one if none is named."""
        return self._send(self.platform.reply(self.id, text, to or self.sees[-1], quote, self.group))

    def forwards(self, text: str, origin: int | str) -> Person:
        """Passes on what somebody else wrote."""
        return self._send(self.platform.forwarded(self.id, text, origin, self.group))

    def sends_photo(self, content: bytes = JPEG, caption: str = "", to: Facts | None = None) -> Person:
        """Sends one photo, perhaps as an answer to a message."""
        return self._send(self.platform.photo(self.id, content, caption, chat=self.group, to=to))

    def sends_album(self, n: int, captions: list[str] | None = None) -> Person:
        """Sends photos together; missing captions are empty."""
        told = [*(captions or []), *[""] * n][:n]
        return self._send(*self.platform.album(self.id, told, self.group))

    def sends_place(self, lat: float = 16.8211, lon: float = 100.2659) -> Person:
        """Sends a pin."""
        return self._send(self.platform.location(self.id, lat, lon, self.group))

    def sends_voice(self, content: bytes = b"OggS") -> Person:
        """Speaks."""
        return self._send(self.platform.voice(self.id, content, self.group))

    def sends_document(self, content: bytes = b"%PDF-1.7", name: str = "a.pdf", caption: str = "") -> Person:
        """Sends a file."""
        return self._send(self.platform.document(self.id, content, name, caption, self.group))

    def sends_sticker(self, emoji: str = "👍") -> Person:
        """Sends a sticker."""
        return self._send(self.platform.sticker(self.id, emoji, self.group))

    def edits(self, message_id: int, text: str) -> Person:
        """Changes one of their messages."""
        message = self.platform.emulator.messages[self.chat, message_id]
        assert message["from"]["id"] == self.id, "only one's own messages can be edited"
        return self._send(self.platform.edited(message, text))

    def blocks(self) -> Person:
        """Blocks the bot."""
        self.platform.emulator.blocked.add(self.id)
        self.platform.send(self.platform.membership(self.id, self.id, "member", "kicked"))
        return self

    def unblocks(self) -> Person:
        """Lets the bot speak again."""
        self.platform.emulator.blocked.discard(self.id)
        self.platform.send(self.platform.membership(self.id, self.id, "kicked", "member"))
        return self

    def taps(self, label: str) -> Person:
        """Tap a button that is shown now: of the newest message that has it, or of the reply keyboard."""
        for message, button in self._inline():
            if button["text"] == label:
                assert "callback_data" in button, f"{label!r} tells the bot nothing: {button}"
                self.platform.send(self.platform.callback(self.id, message, button["callback_data"]))
                return self
        for button in self._reply_keyboard():
            if button["text"] == label:
                return self._press(button)
        raise AssertionError(f"{self.id} sees no button {label!r}: {self.buttons}")

    def address(self, label: str) -> str:
        """Where a button that is shown now leads."""
        return next(str(button["url"]) for _, button in self._inline() if button["text"] == label)

    def _press(self, button: Facts) -> Person:
        emulator = self.platform.emulator
        if emulator.keyboards[self.chat].get("one_time_keyboard"):
            del emulator.keyboards[self.chat]
        if button.get("request_location"):
            return self.sends_place()
        if button.get("request_contact"):
            return self._send(self.platform.contact(self.id, chat=self.group))
        return self.says(button["text"])

    def _send(self, *updates: Facts) -> Person:
        self.platform.emulator.unknown.discard(self.chat)
        self.platform.send(*updates)
        return self

    # --- what they see -------------------------------------------------------------------------------------------

    def _inline(self) -> Iterator[tuple[Facts, Facts]]:
        for message in reversed(self.sees):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    yield message, button

    def _reply_keyboard(self) -> list[Facts]:
        keyboard = self.platform.emulator.keyboards.get(self.chat, {})
        return [button for row in keyboard.get("keyboard", ()) for button in row]

    @property
    def buttons(self) -> list[str]:
        """Every label that could be tapped now."""
        return [button["text"] for _, button in self._inline()] + [button["text"] for button in self._reply_keyboard()]

    @property
    def sees(self) -> list[Facts]:
        """The bot's messages as they read now."""
        return self.platform.emulator.seen_by(self.chat)

    @property
    def heard(self) -> list[str]:
        """Every text that appeared, in order; an edited one appears again."""
        return [text for chat_id, text in list(self.platform.emulator.shown) if chat_id == self.chat]

    @property
    def said(self) -> list[Facts]:
        """This person's own messages here, in order."""
        kept = list(self.platform.emulator.messages.items())
        return [message for (chat_id, _), message in kept if chat_id == self.chat and message["from"]["id"] == self.id]

    @property
    def text(self) -> str:
        """Everything heard, in one piece."""
        return "\n".join(self.heard)

    def hears(self, *fragments: str, timeout: float = 20.0) -> Person:
        """Wait until everything named was shown since the last time this was asked."""

        def shown() -> bool:
            new = "\n".join(self.heard[self.waited_for :])
            return all(fragment in new for fragment in fragments) and bool(new)

        try:
            self.platform.emulator.wait(shown, timeout)
        except AssertionError:
            raise AssertionError(f"{self.id} did not see {fragments}; saw:\n{self.text}") from None
        self.waited_for = len(self.heard)
        return self
