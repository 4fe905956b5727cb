"""Telegram updates in: the secret token, updates into single events, events into the neutral shape.

A tolerant reader of our own: its SDK's parser refuses updates that lack a field. Nothing here may lose a complaint,
so nothing here raises on odd input.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels import RawEvent
from handlers.messages import Incoming, Media, Place
from handlers.texts import heard

NAME = "telegram"

_BUTTON = re.compile(r"b(\d{1,3})")
_EARLIEST = 1_000_000_000  # 2001: anything before is no time of day
_MIGRATED = "migrate_to_chat_id"
_KICKED = frozenset({"kicked", "left"})


@dataclass(frozen=True)
class Me:
    """The bot itself, as Telegram names it; the username is learnt from `getMe`."""

    id: int = 0
    username: str = ""


def verify(headers: Mapping[bytes, bytes], secret: str) -> bool:
    """Is the update Telegram's? It sends back the secret we gave it; compared in constant time."""
    given = headers.get(b"x-telegram-bot-api-secret-token", b"")
    return hmac.compare_digest(given, secret.encode())


def split(body: bytes, data: Any, now: datetime) -> list[RawEvent]:
    """The one update of a body. Within a second Telegram's own numbers keep the order."""
    number = data.get("update_id") if isinstance(data, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) >= 10**18:
        return [RawEvent(f"odd-{hashlib.sha256(body).hexdigest()[:32]}", _chat(_dict(data)), now, body)]
    return [RawEvent(str(number), _chat(data), _moment(data, number, now), body)]


def _chat(update: dict[str, Any]) -> str:
    """What orders updates: the chat. A tap belongs to the chat of the message it was made on."""
    tap = _dict(update.get("callback_query"))
    for holder in (*(_dict(update.get(name)) for name in _WITH_CHAT), _dict(tap.get("message"))):
        found = _id(_dict(holder.get("chat")).get("id"))
        if found:
            return found
    return _id(_dict(tap.get("from")).get("id"))


_WITH_CHAT = ("message", "edited_message", "my_chat_member", "channel_post", "edited_channel_post", "chat_member")


def _moment(update: dict[str, Any], number: int, now: datetime) -> datetime:
    date: Any = None
    for name in _WITH_CHAT:
        holder = _dict(update.get(name))
        date = date or holder.get("edit_date") or holder.get("date")
    latest = (now + timedelta(days=1)).timestamp()
    good = isinstance(date, int) and not isinstance(date, bool) and _EARLIEST <= date <= latest
    second = datetime.fromtimestamp(date, UTC) if good else now.replace(microsecond=0)
    return second + timedelta(microseconds=number % 1_000_000)


# --- one stored event in the neutral shape -------------------------------------------------------------------------


def read(event: RawEvent, me: Me) -> Incoming:
    """What happened, as every channel tells it. What we do not know is "other": kept, and politely ignored."""
    try:
        update = _dict(json.loads(event.body))
    except (ValueError, RecursionError):
        update = {}
    common: dict[str, Any] = {"channel": NAME, "event_id": event.event_id, "at": event.at, "chat_id": _chat(update)}
    if "callback_query" in update:
        return _tap(common, _dict(update["callback_query"]))
    if "my_chat_member" in update:
        return _membership(common, _dict(update["my_chat_member"]))
    edited = _dict(update.get("edited_message"))
    message = _dict(update.get("message")) or edited
    if not message:
        private = not common["chat_id"].startswith("-")
        return Incoming(kind="other", private=private, addressed=private, **common)
    common |= _about(message, me)
    if edited:
        return Incoming(kind="edit" if common["text"] else "other", **common)
    return _message(common, message)


def _about(message: dict[str, Any], me: Me) -> dict[str, Any]:
    private = _dict(message.get("chat")).get("type") == "private"
    text = _text(message.get("text")) or _text(message.get("caption"))
    addressed = private or is_called(message, text, me)
    return {
        "user_id": _author(message),
        "private": private,
        "addressed": addressed,
        "forwarded": any(name in message for name in _PASSED_ON),
        "text": _without_call(text, me) if addressed and not private else text,
        "message_id": _id(message.get("message_id")),
        "quoted_id": _id(_dict(message.get("reply_to_message")).get("message_id")),
    }


# `forward_origin` since Bot API 7; the others before it, and on self-made servers.
_PASSED_ON = ("forward_origin", "forward_date", "forward_from", "forward_from_chat", "forward_sender_name")


def _author(message: dict[str, Any]) -> str:
    """Who wrote it; "" where Telegram hides it: an anonymous administrator and a channel share one account with all
    others of their kind, so that what one of them is, every one would be."""
    author = _dict(message.get("from"))
    hidden = "sender_chat" in message or author.get("is_bot") is True
    return "" if hidden else _id(author.get("id"))


def _tap(common: dict[str, Any], tap: dict[str, Any]) -> Incoming:
    message = _dict(tap.get("message"))
    found = _BUTTON.fullmatch(_text(tap.get("data")))
    chat = _dict(message.get("chat"))
    return Incoming(
        kind="tap",
        user_id=_id(_dict(tap.get("from")).get("id")),
        private=chat.get("type", "private") == "private",
        quoted_id=_id(message.get("message_id")),
        button=int(found.group(1)) if found else -1,
        reply_token=_text(tap.get("id")),
        **common,
    )


def _membership(common: dict[str, Any], change: dict[str, Any]) -> Incoming:
    """We were blocked or taken back by a person, or put into or out of a group."""
    private = _dict(change.get("chat")).get("type") == "private"
    common |= {"user_id": _id(_dict(change.get("from")).get("id")), "private": private}
    now = _text(_dict(change.get("new_chat_member")).get("status"))
    before = _text(_dict(change.get("old_chat_member")).get("status"))
    gone = now in _KICKED
    if private:
        return Incoming(kind="unfollow" if gone else "return", **common)
    if gone:
        return Incoming(kind="leave", **common)
    if before in _KICKED or not before:
        return Incoming(kind="join", **common)
    return Incoming(kind="other", addressed=False, **common)  # made an administrator, or restricted


def _message(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    if _id(message.get(_MIGRATED)):
        return Incoming(kind="moved", **(common | {"text": _id(message[_MIGRATED])}))
    for name, reader in _CONTENT.items():
        if name in message:
            return reader(common, message)
    if any(name in message for name in _STRANGE):
        return Incoming(kind="strange", **common)
    return Incoming(kind="other", **common)


def is_called(message: dict[str, Any], text: str, me: Me) -> bool:
    """In a group: is the bot meant? By a command, its name, an answer to it, or a word to begin with."""
    answered = _dict(_dict(message.get("reply_to_message")).get("from"))
    if me.id and answered.get("id") == me.id:
        return True
    start = text.lstrip()
    if start.startswith("/"):
        _command, at, whom = start.split(maxsplit=1)[0].partition("@")
        return not at or not me.username or whom.lower() == me.username.lower()
    return (me.username != "" and _name(me).search(text) is not None) or heard.calls_us(start)


def _without_call(text: str, me: Me) -> str:
    if me.username and not text.startswith("/"):
        text = _name(me).sub("", text).strip()
    return heard.without_call(text)


def _name(me: Me) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(me.username)}(?!\w)", re.IGNORECASE)


def _read_text(common: dict[str, Any], _message: dict[str, Any]) -> Incoming:
    return Incoming(kind="text", **common)


def _read_photo(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    sizes = message.get("photo")
    largest = _dict(sizes[-1]) if isinstance(sizes, list) and sizes else {}  # the original is the evidence
    return Incoming(kind="image", media=_media(largest, message), **common)


def _reader(kind: Any, field: str) -> Callable[[dict[str, Any], dict[str, Any]], Incoming]:
    def read_media(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
        return Incoming(kind=kind, media=_media(_dict(message.get(field)), message), **common)

    return read_media


def _read_document(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    document = _dict(message.get("document"))
    picture = _text(document.get("mime_type")).startswith("image/")  # sent "as a file": not squeezed
    return Incoming(kind="image" if picture else "file", media=_media(document, message), **common)


def _media(content: dict[str, Any], message: dict[str, Any]) -> Media:
    size = content.get("file_size")
    return Media(
        ref=_text(content.get("file_id")),
        name=_text(content.get("file_name")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        group=_text(message.get("media_group_id")),
    )


def _read_sticker(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    emoji = _text(_dict(message.get("sticker")).get("emoji"))
    return Incoming(kind="sticker", keywords=(emoji,) if emoji else (), **common)


def _read_animation(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    if common["text"]:
        return _reader("video", "animation")(common, message)
    return Incoming(kind="sticker", **common)


def _read_place(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    venue = _dict(message.get("venue"))
    point = _dict(venue.get("location")) or _dict(message.get("location"))
    words = ", ".join(part for part in (_text(venue.get("title")), _text(venue.get("address"))) if part)
    lat, lon = point.get("latitude"), point.get("longitude")
    good = _is_degree(lat, 90) and _is_degree(lon, 180)
    return Incoming(kind="place", place=Place(words, float(lat), float(lon)) if good else Place(words), **common)  # type: ignore[arg-type]


def _read_contact(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    contact = _dict(message.get("contact"))
    name = " ".join(part for part in (_text(contact.get("first_name")), _text(contact.get("last_name"))) if part)
    own = bool(common["user_id"]) and _id(contact.get("user_id")) == common["user_id"]
    return Incoming(
        kind="contact", **(common | {"text": f"{name} {_text(contact.get('phone_number'))}".strip()}), own=own
    )


_CONTENT: dict[str, Callable[[dict[str, Any], dict[str, Any]], Incoming]] = {
    "animation": _read_animation,  # before "document", which Telegram sends beside it
    "photo": _read_photo,
    "document": _read_document,
    "video": _reader("video", "video"),
    "video_note": _reader("video", "video_note"),
    "voice": _reader("audio", "voice"),
    "audio": _reader("audio", "audio"),
    "sticker": _read_sticker,
    "venue": _read_place,
    "location": _read_place,
    "contact": _read_contact,
    "text": _read_text,
}
# Things people send that we cannot use: said so, instead of silence.
_STRANGE = ("poll", "dice", "game", "story", "invoice", "paid_media", "checklist", "giveaway")


def _is_degree(value: Any, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most


def _id(value: Any) -> str:
    """Telegram's numbers as text; "" for what is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
