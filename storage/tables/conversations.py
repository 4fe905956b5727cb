"""Conversations: the state of one chat as a row, and what was said in it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, MaybeCode, MaybeMoment, MaybeSealed, Moment, RowId


class Conversation(Base):
    """One chat. Its row is the lane's lock: who holds it may work on the chat's next event."""

    __tablename__ = "conversations"

    id: Mapped[RowId]
    lane: Mapped[str] = mapped_column(String(32), unique=True)
    channel: Mapped[Code]
    chat_id: Mapped[MaybeSealed]
    account_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    agency_code: Mapped[MaybeCode] = mapped_column(index=True)  # an officers' group: whose, of which unit, and as what
    unit_code: Mapped[MaybeCode]
    role: Mapped[MaybeCode]
    flow: Mapped[MaybeCode]
    step: Mapped[MaybeCode]
    state: Mapped[MaybeSealed]  # JSON: the draft, and the answers one may tap now
    draft_at: Mapped[MaybeMoment] = mapped_column(index=True)  # last word on an unfinished draft
    draft_urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    not_before: Mapped[MaybeMoment]  # a failing event holds its own lane until then
    last_in_at: Mapped[MaybeMoment]


class Message(Base):
    """One message in or out: the words sealed, a masked copy for search, and the platform's ids."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_when", "at"),
        Index(
            "ix_messages_name",
            "message_id",
            "conversation_id",
            postgresql_where=text("message_id is not null"),
            sqlite_where=text("message_id is not null"),
        ),
        Index(
            "ix_messages_takes_back",
            "conversation_id",
            "takes_back",
            postgresql_where=text("takes_back is not null"),
            sqlite_where=text("takes_back is not null"),
        ),
    )

    id: Mapped[RowId]
    channel: Mapped[Code]
    direction: Mapped[str] = mapped_column(String(3))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    inbox_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    outbox_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    at: Mapped[Moment]
    kind: Mapped[Code]
    text: Mapped[MaybeSealed]
    masked: Mapped[str | None] = mapped_column(Text)
    drawn: Mapped[MaybeSealed]  # what the channel was given, for channels that show history (web chat)
    event_id: Mapped[str | None] = mapped_column(String(80))
    message_id: Mapped[str | None] = mapped_column(String(120), index=True)
    takes_back: Mapped[str | None] = mapped_column(String(120))  # the platform's id of the message this one unsent


class Attachment(Base):
    """A picture, clip, voice note or file of a message; `ref` is what the channel fetches it by."""

    __tablename__ = "attachments"

    id: Mapped[RowId]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    channel: Mapped[Code]
    kind: Mapped[Code]
    ref: Mapped[MaybeSealed]
    name: Mapped[MaybeSealed]
    state: Mapped[str] = mapped_column(String(12), server_default="wanted", index=True)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    not_before: Mapped[Moment]
    error: Mapped[str | None] = mapped_column(Text)
    file_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[Moment]


class File(Base):
    """One stored file, by the digest of its content. The bytes lie sealed under the data folder."""

    __tablename__ = "files"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    mime: Mapped[Code]
    size: Mapped[int] = mapped_column(BigInteger)
    stored_at: Mapped[Moment]
    looks: Mapped[str | None] = mapped_column(String(16))  # a picture's perceptual hash, hexadecimal
    taken_at: Mapped[MaybeMoment]  # when the camera says it was taken
    doomed: Mapped[bool] = mapped_column(default=False, server_default=text("false"), index=True)  # unsent, erased


class Point(Base):
    """Where a message points to, kept apart so that a pin can be blanked without touching the message."""

    __tablename__ = "points"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
