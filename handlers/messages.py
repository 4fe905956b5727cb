"""The one shape every channel turns its events into, and the neutral parts it draws back.

Nothing here knows LINE, Telegram or HTML; a part a channel cannot show is simplified by that channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass, replace
from datetime import datetime
from typing import Any, Literal

IncomingKind = Literal[
    "text",
    "image",
    "video",
    "audio",
    "file",
    "place",
    "sticker",
    "contact",
    "tap",  # of a button below an earlier message: what it says is found in our own row (turn.py)
    "strange",  # a message of a kind nobody here can use: a poll, a game
    "follow",
    "unfollow",
    "return",  # took us back after blocking
    "unsend",
    "edit",
    "join",
    "leave",
    "moved",  # the group got another address, given in `text`
    "other",
]


@dataclass(frozen=True)
class Place:
    """Where something is: words, a point (WGS 84 degrees), or both."""

    text: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Media:
    """A picture, clip, voice note or file as the channel names it; fetched later by `ref`."""

    ref: str
    name: str = ""
    size: int | None = None  # bytes, where the channel tells
    group: str = ""  # id shared by pictures sent together (LINE image set, Telegram album)
    count: int | None = None  # how many belong to the group, where the channel tells


@dataclass(frozen=True)
class Incoming:
    """One event of one person in one chat, whatever the channel.

    `text` holds typed words, or what a tapped button stands for; `at` is when the person acted (aware).
    """

    channel: str
    kind: IncomingKind
    event_id: str
    at: datetime
    user_id: str = ""  # the channel's own id of the person; "" where the channel hides it
    chat_id: str = ""  # where to answer; equals user_id in a private chat
    private: bool = True  # False in groups and rooms
    addressed: bool = True  # in a group: is the bot meant?
    text: str = ""
    message_id: str = ""
    quoted_id: str = ""  # platform id of the message this one answers, or whose button was tapped
    button: int = -1  # the number of the tapped button, from 0
    place: Place | None = None
    media: Media | None = None
    more: tuple[Incoming, ...] = ()  # the other pictures of a set that was sent at once
    own: bool = False  # a contact card: the sender's own
    forwarded: bool = False  # somebody else's words, passed on: never a command of whoever passed them on
    keywords: tuple[str, ...] = ()  # of a sticker
    reply_token: str = ""  # where a free answer is possible
    answerable: bool = True  # False when the channel forbids answering (LINE standby)


_LONGEST_NAME = 200  # letters of a file's name


def cleaned(incoming: Incoming) -> Incoming:
    """The same event without what no database and no document can hold, and without what makes words read as others:
    control letters, halves of surrogates, turned and invisible letters."""
    place, media = incoming.place, incoming.media
    return replace(
        incoming,
        text=_clean(incoming.text),
        message_id=_clean(incoming.message_id)[:120],
        quoted_id=_clean(incoming.quoted_id)[:120],
        reply_token=_clean(incoming.reply_token)[:200],
        place=replace(place, text=_clean(place.text)) if place else None,
        media=replace(media, name=_clean(media.name)[:_LONGEST_NAME]) if media else None,
        more=tuple(cleaned(other) for other in incoming.more),
    )


# Controls; what turns the reading direction, so that a name or a place reads as another; what nobody sees. Joiners
# stay: emoji, Khmer and Burmese need them.
_NEVER = dict.fromkeys(
    [
        *(code for code in range(32) if code not in (9, 10, 13)),
        *range(0x7F, 0xA0),
        *(0xAD, 0x61C, 0x115F, 0x1160, 0x180E, 0x200B, 0x200E, 0x200F, 0x3164, 0xFEFF, 0xFFA0, 0xFFFE, 0xFFFF),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
) | {0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


def _clean(text: str) -> str:
    return text.translate(_NEVER).encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True)
class Choice:
    """A tappable answer. `send` is what tapping says, and equals the label unless stated.

    `opens` asks the channel for its own picker, or for the web address in `send`.
    Labels stay within 20 grapheme clusters (LINE).
    """

    label: str
    send: str = ""
    opens: Literal["", "place", "camera", "photos", "link"] = ""

    @property
    def says(self) -> str:
        return self.send or self.label


@dataclass(frozen=True)
class Say:
    """A bubble of words, with the answers one can tap below it."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Step:
    """One stop of a case's way: passed, where it stands now, or still ahead."""

    label: str
    state: Literal["done", "now", "next"]


@dataclass(frozen=True)
class Card:
    """One case as a card: reference, status, the way so far and what one can do.

    `text` is the whole card in words, for channels and readers without cards (and LINE's altText).
    """

    title: str
    reference: str
    status: str
    steps: tuple[Step, ...]
    rows: tuple[tuple[str, str], ...]  # (name, value), shown in order
    text: str
    urgent: bool = False
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture by address, with words that say the same."""

    url: str
    alt: str


@dataclass(frozen=True)
class Figure:
    """One number at a glance: what it counts, the number, and how it changed ("" where that says nothing)."""

    name: str
    value: str
    change: str = ""


@dataclass(frozen=True)
class Matter:
    """Something that waits for a decision, with the answers that decide it."""

    title: str
    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Board:
    """A period at a glance, and what waits for a decision.

    `text` is all of it in words and stands alone: for channels and readers without cards (and LINE's altText).
    """

    title: str
    period: str
    figures: tuple[Figure, ...]
    lines: tuple[str, ...]
    matters: tuple[Matter, ...]
    text: str
    picture: str = ""  # https address of the chart; "" without a public address
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Document:
    """A paper to hand over: drawn when it is sent, where the channel takes files; a link elsewhere.

    `token` is what the page behind the link finds it by (`/report/{token}`).
    """

    name: str  # of the file, with its ending
    text: str
    token: str
    link: str = ""  # https address; "" without a public address


Part = Say | Card | Picture | Board | Document

_KINDS: dict[str, type] = {"say": Say, "card": Card, "picture": Picture, "board": Board, "document": Document}


def choices_of(part: Part) -> tuple[Choice, ...]:
    """The answers one can tap below a part."""
    return () if isinstance(part, Picture | Document) else part.choices


def in_words(part: Board | Document) -> Say:
    """A board or a document for a channel that draws neither: words, and where to read more."""
    if isinstance(part, Board):
        return Say(part.text, part.choices)
    return Say(part.text, (Choice(part.name, part.link, "link"),) if part.link else ())


def to_json(part: Part) -> dict[str, Any]:
    """A part as JSON data, for the outbox row."""
    return {"part": type(part).__name__.lower(), **_data(part)}


def _data(value: Any) -> Any:
    """As `dataclasses.asdict`, without copies: parts hold words, numbers and one another."""
    if isinstance(value, tuple):
        return tuple(map(_data, value))
    return {name: _data(one) for name, one in vars(value).items()} if is_dataclass(value) else value


def from_json(data: dict[str, Any]) -> Part:
    """The part that `to_json` wrote. Raises KeyError for a part this version does not know."""
    values = dict(data)
    kind = _KINDS[values.pop("part")]
    choices = tuple(Choice(**choice) for choice in values.pop("choices", ()))
    if kind is Card:
        values["steps"] = tuple(Step(**step) for step in values["steps"])
        values["rows"] = tuple((name, value) for name, value in values["rows"])
    if kind is Board:
        values["figures"] = tuple(Figure(**figure) for figure in values["figures"])
        values["lines"] = tuple(values["lines"])
        values["matters"] = tuple(
            Matter(matter["title"], matter["text"], tuple(Choice(**choice) for choice in matter["choices"]))
            for matter in values["matters"]
        )
    if kind not in (Picture, Document):
        values["choices"] = choices
    part: Part = kind(**values)
    return part


@dataclass
class Answer:
    """What a flow answers: parts for the person who wrote. Notices to others go through actions."""

    parts: list[Part] = field(default_factory=list)
