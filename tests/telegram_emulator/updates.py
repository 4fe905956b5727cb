"""Updates as Telegram writes them: everything its Update type requires is there."""

from __future__ import annotations

import hashlib
import itertools
import re
from typing import Any

from tests.telegram_emulator import chats
from tests.telegram_emulator.chats import BOT_ID, Facts
from tests.telegram_emulator.markup import utf16
from tests.telegram_emulator.state import CALLBACK_SECONDS, DAY, State

JPEG = b"\xff\xd8\xff\xe0photo"
_ENTITIES = {
    "bot_command": re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?"),
    "mention": re.compile(r"(?<![\w/@])@\w{4,32}"),
    "url": re.compile(r"https?://\S+"),
}
_PIN = {"latitude": 16.8211, "longitude": 100.2659}


def entities(text: str) -> list[Facts]:
    """The commands, mentions and addresses Telegram marks by itself, in UTF-16 units."""
    found = [
        {"type": kind, "offset": utf16(text[: match.start()]), "length": utf16(match.group())}
        for kind, pattern in _ENTITIES.items()
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: entity["offset"])


def kind_of(update: Facts) -> str:
    """ "message", "callback_query" …"""
    return next(name for name in update if name != "update_id")


def lifetime(update: Facts) -> float:
    """For how long Telegram tries to deliver it."""
    return CALLBACK_SECONDS if kind_of(update) == "callback_query" else DAY


def born(update: Facts, emulator: State) -> float:
    """From when on its lifetime counts: a message's date, or when the tap was made."""
    content = update[kind_of(update)]
    if kind_of(update) == "callback_query":
        return emulator.callbacks.get(content["id"], emulator.clock())
    return float(content.get("edit_date") or content.get("date") or emulator.clock())


def without_reply(message: Facts) -> Facts:
    """A message as it stands inside another one: one level deep."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


class Updates:
    """Makes updates, numbered in order. `chat` is the private chat of `sender` if none is named."""

    def __init__(self, emulator: State, first_update_id: int = 600_000_001) -> None:
        self.emulator = emulator
        self._update_ids = itertools.count(first_update_id)
        self._albums = itertools.count(13_000_000_000_000_001)

    def update(self, kind: str, content: Facts) -> Facts:
        """Any kind of update."""
        return {"update_id": next(self._update_ids), kind: content}

    def message(self, sender: int, chat: int | None = None, **facts: Any) -> Facts:
        """A new message with any content."""
        chat_id = sender if chat is None else chat
        content: Facts = {
            "message_id": self.emulator.next_message_id(chat_id),
            "from": self.emulator.user(sender),
            "chat": self.emulator.chat(chat_id),
            "date": int(self.emulator.clock()),
            **facts,
        }
        return self.update("message", self.emulator.remember(content))

    def text(self, sender: int, text: str, chat: int | None = None, **facts: Any) -> Facts:
        """A text; commands, mentions and addresses are marked."""
        found = entities(text)
        marked: Facts = {"entities": found} if found else {}
        return self.message(sender, chat, text=text, **marked, **facts)

    def reply(self, sender: int, text: str, to: Facts, quote: str = "", chat: int | None = None) -> Facts:
        """A text that answers a message, quoting a part of it."""
        facts: Facts = {"reply_to_message": without_reply(to)}
        if quote:
            before = str(to.get("text") or to.get("caption") or "").partition(quote)[0]
            facts["quote"] = {"text": quote, "position": utf16(before), "is_manual": True}
        return self.text(sender, text, chat, **facts)

    def forwarded(self, sender: int, text: str, origin: int | str, chat: int | None = None) -> Facts:
        """A text of somebody else: of a known user, or of a hidden one who is only a name."""
        date = int(self.emulator.clock()) - 3600
        if isinstance(origin, int):
            source: Facts = {"type": "user", "date": date, "sender_user": self.emulator.user(origin)}
        else:
            source = {"type": "hidden_user", "date": date, "sender_user_name": origin}
        return self.text(sender, text, chat, forward_origin=source)

    def edited(self, message: Facts, text: str) -> Facts:
        """The same message with other words (or another caption)."""
        name = "text" if "text" in message else "caption"
        marks = "entities" if name == "text" else "caption_entities"
        found = entities(text)
        kept = {key: value for key, value in message.items() if key != marks}
        changed: Facts = {**kept, name: text, "edit_date": int(self.emulator.clock())}
        return self.update("edited_message", self.emulator.remember(changed | ({marks: found} if found else {})))

    # --- files ---------------------------------------------------------------------------------------------------

    def file(self, content: bytes) -> Facts:
        """A file Telegram holds: a new id each time, the same unique id for the same bytes."""
        unique = "AQAD" + hashlib.sha256(content).hexdigest()[:12]
        return {"file_id": self.emulator.keep_file(content), "file_unique_id": unique, "file_size": len(content)}

    def photo(
        self,
        sender: int,
        content: bytes = JPEG,
        caption: str = "",
        album: str = "",
        chat: int | None = None,
        to: Facts | None = None,
    ) -> Facts:
        """A photo in three sizes, the smallest first; photos of one album share a media_group_id. `to`: it answers."""
        sizes = [
            self.file(content + b"thumb" if width < 1280 else content) | {"width": width, "height": width * 3 // 4}
            for width in (90, 320, 1280)
        ]
        facts: Facts = {"photo": sizes} | ({"media_group_id": album} if album else {})
        facts |= {"reply_to_message": without_reply(to)} if to is not None else {}
        return self.message(sender, chat, **facts, **_captioned(caption))

    def album(self, sender: int, captions: list[str], chat: int | None = None) -> list[Facts]:
        """Photos sent together: each its own update, and nothing says which is the last."""
        group = str(next(self._albums))
        return [
            self.photo(sender, JPEG + str(index).encode(), caption, group, chat)
            for index, caption in enumerate(captions)
        ]

    def document(
        self, sender: int, content: bytes = b"%PDF-1.7", name: str = "a.pdf", caption: str = "", chat: int | None = None
    ) -> Facts:
        """A file."""
        mime = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
        document = self.file(content) | {"file_name": name, "mime_type": mime}
        return self.message(sender, chat, document=document, **_captioned(caption))

    def video(self, sender: int, content: bytes = b"video", caption: str = "", chat: int | None = None) -> Facts:
        """A video."""
        video = self.file(content) | {"width": 1280, "height": 720, "duration": 4, "mime_type": "video/mp4"}
        return self.message(sender, chat, video=video, **_captioned(caption))

    def voice(self, sender: int, content: bytes = b"OggS", chat: int | None = None) -> Facts:
        """A spoken message."""
        return self.message(sender, chat, voice=self.file(content) | {"duration": 3, "mime_type": "audio/ogg"})

    def audio(self, sender: int, content: bytes = b"ID3", chat: int | None = None) -> Facts:
        """A piece of music."""
        return self.message(sender, chat, audio=self.file(content) | {"duration": 60, "mime_type": "audio/mpeg"})

    def animation(self, sender: int, content: bytes = b"gif", chat: int | None = None) -> Facts:
        """An animation; Telegram adds it as a document too."""
        moving = self.file(content) | {"mime_type": "video/mp4"}
        size = {"width": 320, "height": 240, "duration": 2}
        return self.message(sender, chat, animation=moving | size, document=moving)

    def sticker(self, sender: int, emoji: str = "👍", chat: int | None = None) -> Facts:
        """A sticker that stands for an emoji."""
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self.message(sender, chat, sticker=self.file(b"webp") | looks | {"emoji": emoji})

    # --- places, people, polls -----------------------------------------------------------------------------------

    def location(
        self, sender: int, lat: float = 16.8211, lon: float = 100.2659, chat: int | None = None, **facts: Any
    ) -> Facts:
        """A pin on the map."""
        return self.message(sender, chat, location={"latitude": lat, "longitude": lon}, **facts)

    def venue(self, sender: int, title: str, address: str, chat: int | None = None) -> Facts:
        """A named place; the pin comes along as a location."""
        venue = {"location": _PIN, "title": title, "address": address}
        return self.message(sender, chat, venue=venue, location=_PIN)

    def contact(self, sender: int, phone: str = "+66800000000", chat: int | None = None, **facts: Any) -> Facts:
        """The sender's own card, as a request_contact button sends it."""
        card = {"phone_number": phone, "first_name": self.emulator.user(sender)["first_name"], "user_id": sender}
        return self.message(sender, chat, contact=card, **facts)

    def poll(self, sender: int, question: str, options: list[str], chat: int | None = None) -> Facts:
        """A poll."""
        choices = [{"persistent_id": str(index), "text": text, "voter_count": 0} for index, text in enumerate(options)]
        poll: Facts = {"id": "5000000001", "question": question, "options": choices, "total_voter_count": 0}
        yes = dict.fromkeys(("is_anonymous", "allows_revoting"), True)
        no = dict.fromkeys(("is_closed", "allows_multiple_answers", "members_only"), False)
        return self.message(sender, chat, poll=poll | yes | no | {"type": "regular"})

    # --- taps and memberships ------------------------------------------------------------------------------------

    def callback(self, sender: int, message: Facts, data: str) -> Facts:
        """A tap on an inline button of a message; 150 seconds to answer it."""
        content = {
            "id": self.emulator.issue_callback(),
            "from": self.emulator.user(sender),
            "message": without_reply(message),
            "chat_instance": str(8_000_000_000_000_000_000 + message["chat"]["id"]),
            "data": data,
        }
        return self.update("callback_query", content)

    def inaccessible(self, message: Facts) -> Facts:
        """What a tap on a message that is too old, or deleted, carries instead of it."""
        return {"chat": message["chat"], "message_id": message["message_id"], "date": 0}

    def membership(self, sender: int, chat: int, before: str, now: str) -> Facts:
        """my_chat_member: what the bot was and is in a chat, and who changed it."""
        bot = self.emulator.user(BOT_ID)
        content = {
            "chat": self.emulator.chat(chat),
            "from": self.emulator.user(sender),
            "date": int(self.emulator.clock()),
            "old_chat_member": chats.member(bot, before),
            "new_chat_member": chats.member(bot, now),
        }
        return self.update("my_chat_member", content)

    def joined(self, sender: int, chat: int, *who: int) -> Facts:
        """new_chat_members: a group's service message."""
        people = [self.emulator.user(number) for number in who or (sender,)]
        return self.message(sender, chat, new_chat_members=people)

    def parted(self, sender: int, chat: int, who: int | None = None) -> Facts:
        """left_chat_member: somebody went, or was removed."""
        return self.message(sender, chat, left_chat_member=self.emulator.user(who or sender))

    def migration(self, sender: int, old: int, new: int) -> tuple[Facts, Facts]:
        """A group becomes a supergroup: a message in the old one, and one in the new one."""
        names = self.emulator.chat(old)["title"]
        going = self.message(sender, old, migrate_to_chat_id=new)
        coming = self.message(sender, new, migrate_from_chat_id=old)
        coming["message"]["chat"]["title"] = names
        return going, coming


def _captioned(caption: str) -> Facts:
    found = entities(caption)
    return ({"caption": caption} if caption else {}) | ({"caption_entities": found} if found else {})
