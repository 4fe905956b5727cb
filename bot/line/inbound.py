"""LINE webhooks in: the signature over raw bytes, bodies into single events, events into the neutral shape.

A tolerant reader of our own: LINE adds event types and fields unannounced, and its SDK's parser blanks or refuses
what it does not know. Nothing here may lose a complaint, so nothing here raises on odd input.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels import RawEvent
from handlers.messages import Incoming, IncomingKind, Media, Place
from handlers.texts import heard

NAME = "line"

_EVENT_ID = re.compile(r"[!-~]{1,64}")
_EARLIEST_MS = 1_000_000_000_000  # 2001: anything before is no time of day
_MEDIA: dict[str, IncomingKind] = {"image": "image", "video": "video", "audio": "audio", "file": "file"}
_HAPPENINGS: dict[str, IncomingKind] = {
    "follow": "follow",
    "unfollow": "unfollow",
    "unsend": "unsend",
    "join": "join",
    "leave": "leave",
}


def verify(body: bytes, signature: str | None, secret: str) -> bool:
    """Is the body LINE's? HMAC-SHA256 over the exact bytes, compared in constant time. A missing one is not."""
    if not signature or not signature.isascii():
        return False
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(digest), signature.encode())


def split(body: bytes, data: Any, now: datetime) -> list[RawEvent]:
    """The events of a verified body, each with a raw body of its own, so that unsending blanks one person's only."""
    events = data.get("events") if isinstance(data, dict) else None
    if isinstance(events, list) and not events:
        return []  # the console's "Verify"
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        return [RawEvent(f"odd-{_digest(body)}", "", now, body)]
    if len(events) == 1:
        return [_raw(events[0], body, now)]
    destination = data.get("destination")
    return [
        _raw(event, json.dumps({"destination": destination, "events": [event]}, separators=(",", ":")).encode(), now)
        for event in events
    ]


def _raw(event: dict[str, Any], body: bytes, now: datetime) -> RawEvent:
    event_id = event.get("webhookEventId")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        # Without LINE's id the content itself is the identity: a redelivery is still the same event.
        kept = {name: value for name, value in event.items() if name != "deliveryContext"}
        event_id = f"odd-{_digest(json.dumps(kept, sort_keys=True).encode())}"
    return RawEvent(event_id, _chat(event.get("source")), _moment(event.get("timestamp"), now), body)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _chat(source: Any) -> str:
    if not isinstance(source, dict):
        return ""
    for name in ("groupId", "roomId", "userId"):
        value = source.get(name)
        if isinstance(value, str) and value:
            return value[:200]
    return ""


def _moment(timestamp: Any, now: datetime) -> datetime:
    if isinstance(timestamp, bool) or not isinstance(timestamp, int):
        return now
    latest = (now + timedelta(days=1)).timestamp() * 1000
    if not _EARLIEST_MS <= timestamp <= latest:
        return now
    return datetime.fromtimestamp(timestamp / 1000, UTC)


# --- one stored event in the neutral shape -------------------------------------------------------------------------


def read(event: RawEvent) -> Incoming:
    """What happened, as every channel tells it. What we do not know is "other": kept, and politely ignored."""
    data = _only_event(event.body)
    source = _dict(data.get("source"))
    user, chat = _text(source.get("userId")), _chat(source)
    common: dict[str, Any] = {
        "channel": NAME,
        "event_id": event.event_id,
        "at": event.at,
        "user_id": user,
        "chat_id": chat,
        "private": chat == user,
        "reply_token": _text(data.get("replyToken"))[:200],
        "answerable": data.get("mode") != "standby",
    }
    kind = _text(data.get("type"))
    if kind == "message":
        return _message(common, _dict(data.get("message")), source)
    if kind == "postback":
        said = _text(_dict(data.get("postback")).get("data"))
        return Incoming(kind="text", text=said, **common)
    if kind in _HAPPENINGS:
        unsent = _dict(data.get("unsend"))
        return Incoming(kind=_HAPPENINGS[kind], message_id=_text(unsent.get("messageId")), **common)
    if kind == "messageEdited":
        return _read_edit(common, _dict(data.get("message")))
    return Incoming(kind="other", addressed=common["private"], **common)


def _only_event(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    events = data.get("events") if isinstance(data, dict) else None
    return _dict(events[0]) if isinstance(events, list) and events else {}


def _message(common: dict[str, Any], message: dict[str, Any], source: dict[str, Any]) -> Incoming:
    kind = _text(message.get("type"))
    common["message_id"] = _text(message.get("id"))
    common["quoted_id"] = _text(message.get("quotedMessageId"))
    readers: dict[str, Callable[[dict[str, Any], dict[str, Any]], Incoming]] = {
        "text": _read_text,
        "location": _read_place,
        "sticker": _read_sticker,
    }
    if kind in readers:
        return readers[kind](common, message)
    if kind in _MEDIA:
        return _read_media(common, message, _MEDIA[kind])
    return Incoming(kind="strange", addressed=common["private"], **common)


def _read_text(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    return Incoming(kind="text", **common, **_words(message, common["private"]))


def _read_edit(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    message_id = _text(message.get("messageId") or message.get("id"))
    return Incoming(kind="edit", message_id=message_id, **common, **_words(message, common["private"]))


def _words(message: dict[str, Any], private: bool) -> dict[str, Any]:
    """What was typed, and whether it is meant for us; in a group without what called us."""
    text, mention = _text(message.get("text")), _dict(message.get("mention"))
    if private:
        return {"text": text, "addressed": True}
    called = _is_called(text, mention)
    return {"text": heard.without_call(_without_mentions(text, mention)) if called else text, "addressed": called}


def _is_called(text: str, mention: dict[str, Any]) -> bool:
    """In a group: is the bot meant? By a mention, or by a word to begin with (handlers/texts/heard.toml)."""
    people = mention.get("mentionees")
    if isinstance(people, list) and any(_dict(person).get("isSelf") is True for person in people):
        return True
    return heard.calls_us(text)


def _without_mentions(text: str, mention: dict[str, Any]) -> str:
    """The words without our own name; LINE counts in UTF-16 units."""
    people = mention.get("mentionees")
    units = text.encode("utf-16-le", "surrogatepass")
    for person in reversed(people if isinstance(people, list) else []):
        start, length = _dict(person).get("index"), _dict(person).get("length")
        if _dict(person).get("isSelf") is True and isinstance(start, int) and isinstance(length, int) and start >= 0:
            units = units[: start * 2] + units[(start + max(length, 0)) * 2 :]
    return units.decode("utf-16-le", "replace").strip()


def _read_place(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    lat, lon = message.get("latitude"), message.get("longitude")
    words = ", ".join(part for part in (_text(message.get("title")), _text(message.get("address"))) if part)
    point = _is_number(lat) and _is_number(lon) and abs(lat) <= 90 and abs(lon) <= 180  # type: ignore[arg-type]
    place = Place(words, float(lat), float(lon)) if point else Place(words)  # type: ignore[arg-type]
    return Incoming(kind="place", place=place, addressed=common["private"], **common)


def _read_sticker(common: dict[str, Any], message: dict[str, Any]) -> Incoming:
    keywords = message.get("keywords")
    words = tuple(_text(word) for word in keywords) if isinstance(keywords, list) else ()
    text = _text(message.get("text"))
    return Incoming(kind="sticker", keywords=words, text=text, addressed=common["private"], **common)


def _read_media(common: dict[str, Any], message: dict[str, Any], kind: IncomingKind) -> Incoming:
    image_set = _dict(message.get("imageSet"))
    size, total = message.get("fileSize"), image_set.get("total")
    provider = _dict(message.get("contentProvider")).get("type")
    ref = _text(message.get("id")) if provider in (None, "line") else ""
    media = Media(
        ref=ref,
        name=_text(message.get("fileName")),
        size=size if isinstance(size, int) else None,
        group=_text(image_set.get("id")),
        count=total if isinstance(total, int) else None,
    )
    return Incoming(kind=kind, media=media, addressed=common["private"], **common)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
