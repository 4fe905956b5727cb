"""The two queues: events that came in, and messages that are to go out."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Key, MaybeCode, MaybeMoment, MaybeSealed, Moment, RowId


class InboxEvent(Base):
    """One event of one chat, its raw body sealed. Times are microseconds since 1970 (UTC): this is the hot path."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "bot", "event_id", name="uq_inbox_event"),
        Index(
            "ix_inbox_unread",
            "id",
            postgresql_where=text("state = 'received'"),
            sqlite_where=text("state = 'received'"),
        ),
        Index(
            "ix_inbox_lane",
            "lane",
            "event_us",
            "id",
            postgresql_where=text("state = 'received'"),
            sqlite_where=text("state = 'received'"),
        ),
    )

    id: Mapped[RowId]
    channel: Mapped[Code]
    bot: Mapped[Code]
    event_id: Mapped[Key]
    lane: Mapped[str] = mapped_column(String(32))  # keyed hash of the chat: order is kept within it
    event_us: Mapped[int] = mapped_column(BigInteger)  # when the person acted
    received_us: Mapped[int] = mapped_column(BigInteger)  # when we stored it
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; None once unsent or erased
    state: Mapped[str] = mapped_column(String(12), server_default="received")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[MaybeMoment]


class OutboxMessage(Base):
    """One answer or notice to one chat, drawn when it is sent. `key` is also the platform's retry key."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("once", name="uq_outbox_once"),
        Index(
            "ix_outbox_open",
            "lane",
            "id",
            postgresql_where=text("state in ('queued','sending','failed')"),
            sqlite_where=text("state in ('queued','sending','failed')"),
        ),
        Index(
            "ix_outbox_held",
            "lane",
            postgresql_where=text("state = 'held'"),
            sqlite_where=text("state = 'held'"),
        ),
        Index(
            "ix_outbox_pushed",
            "channel",
            "sent_at",
            postgresql_where=text("sent_at is not null and reply_event_us is null"),
            sqlite_where=text("sent_at is not null and reply_event_us is null"),
        ),
        Index(
            "ix_outbox_later",
            "not_before",
            postgresql_where=text("state = 'held'"),
            sqlite_where=text("state = 'held'"),
        ),
        Index(
            "ix_outbox_news",
            "news",
            "channel",
            postgresql_where=text("state = 'held' and news is not null"),
            sqlite_where=text("state = 'held' and news is not null"),
        ),
        Index(
            "ix_outbox_doubtful",
            "state",
            "id",
            postgresql_where=text("state in ('uncertain','given_up')"),
            sqlite_where=text("state in ('uncertain','given_up')"),
        ),
        Index("ix_outbox_case", "case_id"),
        Index(
            "ix_outbox_undo",
            "undo",
            postgresql_where=text("undo is not null"),
            sqlite_where=text("undo is not null"),
        ),
    )

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(String(36), unique=True)
    channel: Mapped[Code]
    lane: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    once: Mapped[str | None] = mapped_column(String(120))  # the fact this message tells; never told twice
    chat_id: Mapped[MaybeSealed]
    parts: Mapped[MaybeSealed]  # neutral parts as JSON
    reply_token: Mapped[str | None] = mapped_column(String(200))
    reply_event_us: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12), server_default="queued")
    calls_done: Mapped[int] = mapped_column(Integer, server_default="0")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    not_before: Mapped[Moment]
    claimed_by: Mapped[str | None] = mapped_column(String(36))
    claimed_at: Mapped[MaybeMoment]
    tried_reply: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Words in it were unsent while it was on its way: what arrived is not written down.
    taken_back: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    undo: Mapped[MaybeCode]  # the officer's deed it tells of; taken back with it while it waits
    purpose: Mapped[MaybeCode]  # urgent result question notice survey announcement digest; None: an answer
    agency_code: Mapped[MaybeCode]  # whose push it is, where pushes cost
    news: Mapped[MaybeCode]  # of a case, waiting for a free answer: promise (a date was given) or plain
    error: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[Moment]
    sent_at: Mapped[MaybeMoment]


class PushReading(Base):
    """What a platform says of the month's pushes: how many there may be (None: no limit), and how many went."""

    __tablename__ = "push_readings"
    __table_args__ = (Index("ix_push_readings_when", "channel", "at"),)

    id: Mapped[RowId]
    channel: Mapped[Code]
    at: Mapped[Moment]
    most: Mapped[int | None] = mapped_column(Integer)
    used: Mapped[int] = mapped_column(Integer)
